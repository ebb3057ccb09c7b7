"""Step 6, objections and negotiations: the details of a deal that both want. None, if the number is simply taken.

Entered with agreement in principle. Both sides may first make their walk-away points clear; then objections come up,
and what is left is negotiated by the scenario's protocol. It must achieve a price. It costs what objections and rounds
take. Exits: an objection, a number withdrawn or too high, an impasse, a breakdown.
"""

import math
from enum import IntEnum

from agents.rule import rule
from agents.terms import STANDARD
from agents.views import Kind, Move
from sim.deal import Sale
from sim.negotiation import alternating_offers, take_it_or_leave_it
from sim.sides import buyer_limit, seller_limit, terms_to_buyer, terms_to_seller
from sim.steps.choices import chooses
from sim.steps.contact import happened, leave, will_leave
from sim.steps.numbers import is_exact, name_number, revised_number
from sim.steps.objections import next_objection
from sim.steps.preparation import buyer_prepares, seller_prepares
from sim.vocabulary import Ask, Choice, Event, Protocol, Reason, Step

start_talks = alternating_offers.start
next_turn = alternating_offers.next_turn
answer_talks = alternating_offers.answer
start_ultimatum = take_it_or_leave_it.start
next_turn_of_ultimatum = take_it_or_leave_it.next_turn
answer_ultimatum = take_it_or_leave_it.answer


class Stage(IntEnum):
    """Where in the step a deal is."""

    SELLER_PREPARES = 0
    BUYER_PREPARES = 1
    NUMBER = 2
    OBJECTIONS = 3
    TAKE_OR_TALK = 4
    TALKS = 5


@rule
def advance(sale: Sale) -> int:
    """Move the deal on by one event; returns an Ask."""
    deal = sale.deal
    if deal.stage == Stage.SELLER_PREPARES:
        deal.stage = Stage.BUYER_PREPARES
        if seller_prepares(sale):
            return Ask.HAPPENED.value
    if deal.stage == Stage.BUYER_PREPARES:
        deal.stage = Stage.NUMBER
        if buyer_prepares(sale):
            return Ask.HAPPENED.value
    if deal.stage == Stage.NUMBER:
        deal.stage = Stage.OBJECTIONS
        if not is_exact(sale, deal.solution):
            return _name_exactly(sale)
    if deal.stage == Stage.OBJECTIONS:
        if next_objection(sale):
            return Ask.HAPPENED.value
        deal.stage = Stage.TAKE_OR_TALK
    if deal.stage == Stage.TAKE_OR_TALK:
        return _take_or_talk(sale)
    return _next_turn(sale)


@rule
def _name_exactly(sale: Sale) -> int:
    """A seller who has named no exact number so far must open with one."""
    solution = sale.deal.solution
    price = revised_number(sale, solution)
    if not name_number(sale, Kind.QUOTE.value, solution, price, price, math.inf):
        will_leave(sale.deal, Reason.PRICE_TOO_HIGH)
    return Ask.HAPPENED.value


@rule
def _take_or_talk(sale: Sale) -> int:
    """A taker takes a number within its limit; others bargain. A number below the seller's own limit is withdrawn.

    A buyer to whom the deal is worth nothing any more, after objections or a look at what else it could do, is gone.
    """
    deal = sale.deal
    number = deal.quote[deal.solution]
    limit = buyer_limit(sale.world, sale.buyer, sale.buyer_mind, deal.solution)
    if limit <= 0.0:
        return leave(sale, Reason.NO_AGREEMENT_IN_PRINCIPLE)
    if number < seller_limit(sale.world, sale.seller_mind, deal.solution):
        return leave(sale, Reason.QUOTE_WITHDRAWN)
    deal.stage = Stage.TALKS
    _start(sale)
    if (sale.buyer.taker or deal.person) and _takes(sale, number, limit):
        deal.step = Step.SECURING
        deal.stage = 0
        return Ask.HAPPENED.value
    return _next_turn(sale)


@rule
def _takes(sale: Sale, number: float, limit: float) -> bool:
    """Take the number as it stands, or with the terms the seller proposes at what they cost it, if either will do."""
    deal, world = sale.deal, sale.world
    package = sale.seller_mind.package
    price = number + terms_to_seller(world, sale.seller_mind, package)
    comes_to = price - terms_to_buyer(world, sale.buyer, package)
    if comes_to >= number:
        package, price, comes_to = STANDARD, number, number
    if not chooses(deal, Choice.TAKE, sale.buyer.taker and comes_to <= limit):
        return False
    deal.price = price
    deal.terms = package
    happened(deal, Event.TAKEN, deal.solution, price, limit + terms_to_buyer(world, sale.buyer, package))
    deal.event_terms = package
    return True


@rule
def _start(sale: Sale) -> None:
    if sale.world.protocol == Protocol.TAKE_IT_OR_LEAVE_IT:
        start_ultimatum(sale)
    else:
        start_talks(sale)


@rule
def _next_turn(sale: Sale) -> int:
    if sale.world.protocol == Protocol.TAKE_IT_OR_LEAVE_IT:
        return next_turn_of_ultimatum(sale)
    return next_turn(sale)


@rule
def answer_move(sale: Sale, side: int, move: Move) -> None:
    """Apply a side's move in the talks."""
    if sale.world.protocol == Protocol.TAKE_IT_OR_LEAVE_IT:
        agreed = answer_ultimatum(sale, side, move)
    else:
        agreed = answer_talks(sale, side, move)
    if agreed:
        sale.deal.step = Step.SECURING
        sale.deal.stage = 0
