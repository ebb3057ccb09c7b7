"""Objections: what a buyer may still hold against a deal that it wants in principle.

A doubt about what it is worth, a need that is not covered, the price, the timing, a member of the group that sees less
in it: each comes up with a hazard of its
own, is answered with the seller's skill, or else takes something off what the buyer would pay, or loses the deal.
Better discovery leaves less to object to: doubts are smaller and the solution fits. Source: [Rackham1988]; the forms
are ASSUMPTIONS.
"""

import math
from typing import NamedTuple

from agents.beliefs import perceived_worth
from agents.buyer import aspiration, probability_of_objecting
from agents.rule import rule
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.sides import buyer_certain, buyer_limit, buyer_uncertainty, member_limit, perceived_surplus, relative
from sim.steps.contact import happened, take_effort, will_leave
from sim.vocabulary import Event, Objection, Reason


class Cause(NamedTuple):
    """What an objection is about: its size in money, the same relative to what it is measured by, and its strength."""

    size: float
    relative: float
    strength: float


@rule
def next_objection(sale: Sale) -> bool:
    """Let the next objection come up, if any does; True if one did."""
    deal = sale.deal
    while deal.objection <= Objection.MEMBER:
        kind = deal.objection
        deal.objection += 1
        cause = _cause_of(sale, kind)
        arises, _, _, _ = luck(sale.seed, Purpose.OBJECTION, sale.buyer.id, kind)
        if arises < probability_of_objecting(cause.strength, cause.relative):
            _object(sale, kind, cause.size)
            return True
    return False


@rule
def _object(sale: Sale, kind: int, size: float) -> None:
    """Both sides spend the time; what is not answered costs value, or the deal."""
    deal, world = sale.deal, sale.world
    _, answered, exits, _ = luck(sale.seed, Purpose.OBJECTION, sale.buyer.id, kind)
    take_effort(deal, world.objection_contacts)
    deal.objections += 1
    handled = answered < sale.seller.objection_handling
    if not handled:
        sale.buyer_mind.shift -= world.objection_value_lost * size
        if exits < world.objection_exit:
            will_leave(deal, Reason.OBJECTION)
    happened(deal, Event.OBJECTED, kind, size, 1.0 if handled else 0.0)


@rule
def _cause_of(sale: Sale, kind: int) -> Cause:
    world = sale.world
    if kind == Objection.DOUBT:
        return _doubt(sale)
    if kind == Objection.UNCOVERED:
        return _uncovered(sale)
    if kind == Objection.PRICE:
        return _price(sale)
    if kind == Objection.MEMBER:
        return _member(sale)
    gain = perceived_surplus(world, sale.buyer, sale.buyer_mind, sale.deal)
    return Cause(0.0, math.exp(-world.stall_relief * max(0.0, relative(world, gain))), world.objection_timing)


@rule
def _doubt(sale: Sale) -> Cause:
    """The buyer's own uncertainty about the solution, relative to what it is worth to it for certain."""
    world, solution = sale.world, sale.deal.solution
    unsure = buyer_uncertainty(world, sale.buyer_mind, solution)
    certain = buyer_certain(world, sale.buyer, sale.buyer_mind, solution)
    return Cause(unsure, unsure / certain if certain > 0.0 else 0.0, world.objection_doubt)


@rule
def _uncovered(sale: Sale) -> Cause:
    """What the buyer sees of its needs and the solution leaves out, as a share of all that it sees."""
    world, perceived = sale.world, sale.buyer_mind.perceived
    total = 0.0
    for k in range(world.needs):
        total += max(0.0, perceived[k])
    left = max(0.0, total - max(0.0, perceived_worth(world.cover, sale.deal.solution, world.needs, perceived)))
    return Cause(left, left / total if total > 0.0 else 0.0, world.objection_uncovered)


@rule
def _price(sale: Sale) -> Cause:
    """How far the number on the table is above what the buyer hopes to pay, relative to that number."""
    deal, world, mind = sale.deal, sale.world, sale.buyer_mind
    number = deal.quote[deal.solution]
    limit = buyer_limit(world, sale.buyer, mind, deal.solution)
    hoped = aspiration(limit, sale.buyer.ambition, deal.first_quote, world.anchor_aspiration)
    gap = max(0.0, number - hoped)
    return Cause(gap, gap / number if number > 0.0 else 0.0, world.objection_price)


@rule
def _member(sale: Sale) -> Cause:
    """How far the number on the table is above what the most sceptical member would pay, relative to that number."""
    deal, world = sale.deal, sale.world
    if world.objection_member <= 0.0 or sale.buyer.members <= 1:
        return Cause(0.0, 0.0, 0.0)
    number = deal.quote[deal.solution]
    gap = 0.0
    for m in range(1, sale.buyer.members):
        limit = member_limit(world, sale.buyer, sale.buyer_mind, deal.solution, m)
        gap = max(gap, number - limit)
    return Cause(gap, gap / number if number > 0.0 else 0.0, world.objection_member)
