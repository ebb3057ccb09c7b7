"""Step 6, negotiation: the details of a deal that both want. None, if the number on the table is simply taken."""

import math
from enum import IntEnum

from agents.rule import rule
from agents.views import Move
from sim.deal import Sale
from sim.negotiation import alternating_offers
from sim.sides import buyer_limit, seller_limit, seller_opening
from sim.steps.contact import happened, leave, will_leave
from sim.steps.numbers import name_number
from sim.vocabulary import Ask, Event, Reason, Step

start_talks = alternating_offers.start
next_turn = alternating_offers.next_turn
answer_talks = alternating_offers.answer


class Stage(IntEnum):
    """Where in the step a deal is."""

    NUMBER = 0
    TAKE_OR_TALK = 1
    TALKS = 2


@rule
def advance(sale: Sale) -> int:
    """Move the deal on by one event; returns an Ask."""
    deal = sale.deal
    if deal.stage == Stage.NUMBER:
        deal.stage = Stage.TAKE_OR_TALK
        if math.isnan(deal.quote[deal.solution]):
            return _name_the_first(sale)
    if deal.stage == Stage.TAKE_OR_TALK:
        return _take_or_talk(sale)
    return next_turn(sale)


@rule
def _name_the_first(sale: Sale) -> int:
    """A seller who has named no number so far must open with one."""
    deal = sale.deal
    price = seller_opening(sale.world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, deal.solution)
    if not name_number(sale, deal.solution, price):
        will_leave(deal, Reason.PRICE_TOO_HIGH)
    return Ask.HAPPENED.value


@rule
def _take_or_talk(sale: Sale) -> int:
    """A taker takes a number within its limit; others bargain. A number below the seller's own limit is withdrawn."""
    deal = sale.deal
    number = deal.quote[deal.solution]
    if number < seller_limit(sale.world, sale.seller_mind, deal.solution):
        return leave(sale, Reason.QUOTE_WITHDRAWN)
    deal.stage = Stage.TALKS
    start_talks(sale)
    if sale.buyer.taker and number <= buyer_limit(sale.world, sale.buyer, sale.buyer_mind, deal.solution):
        deal.price = number
        happened(deal, Event.TAKEN, deal.solution, number, sale.buyer_mind.limit)
        deal.step = Step.SECURING
        deal.stage = 0
        return Ask.HAPPENED.value
    return next_turn(sale)


@rule
def answer_move(sale: Sale, side: int, move: Move) -> None:
    """Apply a side's move in the talks."""
    if answer_talks(sale, side, move):
        sale.deal.step = Step.SECURING
        sale.deal.stage = 0
