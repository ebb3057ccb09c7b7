"""Contacts: what it takes to open one, how one ends, and how a deal is left. Common to all steps."""

from typing import Any

from agents.buyer import is_worth_another_contact, probability_of_stalling
from agents.rule import rule
from agents.terms import STANDARD
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.population import PLACES, draw_members
from sim.sides import member_surplus, perceived_surplus, relative
from sim.steps.choices import chooses
from sim.vocabulary import Ask, Choice, Destination, Event, Reason


@rule
def happened(deal: Any, event: int, subject: int, value: float, other: float) -> int:
    """Note what happened last; returns Ask.HAPPENED."""
    deal.events += 1
    deal.event = event
    deal.event_step = deal.step
    deal.event_contact = deal.contact
    deal.event_round = deal.rounds
    deal.event_subject = subject
    deal.event_value = value
    deal.event_other = other
    deal.event_terms = STANDARD
    return Ask.HAPPENED.value


@rule
def leave(sale: Sale, reason: int) -> int:
    """End the deal here; the buyer takes its best remaining option. Returns Ask.HAPPENED."""
    deal = sale.deal
    deal.exit_step = deal.step
    deal.exit_reason = reason
    if sale.buyer.in_market and sale.buyer.rival and sale.buyer.batna > 0.0:
        deal.destination = Destination.COMPETITOR
    else:
        deal.destination = Destination.NO_DECISION
    return happened(deal, Event.LEFT, reason, 0.0, 0.0)


@rule
def will_leave(deal: Any, reason: int) -> None:
    """Let the deal end with the next event, after the one that caused it."""
    deal.leaving = reason


@rule
def take_effort(deal: Any, contacts: float) -> None:
    """Book what both sides put into something, contacts."""
    deal.contacts += contacts
    deal.buyer_contacts += contacts


@rule
def begin_contact(sale: Sale) -> int:
    """Open a contact, which costs both sides; Reason.OPEN, or why the buyer will not have it."""
    deal = sale.deal
    reason = _reason_against_a_contact(sale)
    if deal.contact == 0:
        draw_members(sale.world, sale.buyer, sale.seed)
    elif not chooses(deal, Choice.ANOTHER_CONTACT, reason == Reason.OPEN):
        return Reason.NOT_WORTH_A_CONTACT.value if reason == Reason.OPEN else reason
    deal.contact += 1
    take_effort(deal, 1.0)
    deal.questions_here = 0
    sale.buyer_mind.patience_spent += 1.0
    return Reason.OPEN.value


@rule
def _reason_against_a_contact(sale: Sale) -> int:
    """Why the buyer will not have another contact; the first needs no reason, since the buyer came by itself."""
    deal = sale.deal
    if deal.contact == 0:
        return Reason.OPEN.value
    if stalls(sale):
        return Reason.STALLED.value
    if sale.buyer_mind.patience_spent >= sale.buyer.patience:
        return Reason.OUT_OF_PATIENCE.value
    surplus = perceived_surplus(sale.world, sale.buyer, sale.buyer_mind, deal)
    binding = sale.world.binding and deal.numbers > 0
    if not is_worth_another_contact(surplus, sale.world.hold_up, binding, sale.buyer.contact_cost):
        return Reason.NOT_WORTH_A_CONTACT.value
    return Reason.OPEN.value


@rule
def stalls(sale: Sale) -> bool:
    """Whether the buyer, or one of its group, lets the matter lie after the present contact."""
    world, mind = sale.world, sale.buyer_mind
    if world.stall <= 0.0:
        return False
    surplus = perceived_surplus(world, sale.buyer, mind, sale.deal)
    _, chance, _, _ = luck(sale.seed, Purpose.CONTACT, sale.buyer.id, sale.deal.contact)
    if chance < probability_of_stalling(world.stall, world.stall_relief, relative(world, surplus)):
        return True
    if world.member_stall > 0.0:
        for m in range(1, sale.buyer.members):
            surplus = member_surplus(world, sale.buyer, mind, sale.deal, m)
            hazard = probability_of_stalling(world.stall, world.stall_relief, relative(world, surplus))
            position = sale.deal.contact * PLACES + m
            chance, _, _, _ = luck(sale.seed, Purpose.MEMBER_CONTACT, sale.buyer.id, position)
            if chance < world.member_stall * hazard:
                return True
    return False
