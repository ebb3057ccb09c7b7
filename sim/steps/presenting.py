"""Step 5, presenting: the seller proposes the solution it thinks best, and both agree in principle, or not.

Entered when needs analysis is over, or at once by a buyer who haggles over an early number. It must achieve agreement
in principle. It costs a contact. Exits: those of any contact and of a number, no profit or no interest in going on, and
a buyer who is not in the market.

The same gate whenever a price was named: an early price spares nobody the question whether both want this deal.
"""

import math
from enum import IntEnum

from agents.buyer import agrees_in_principle
from agents.rule import rule
from agents.views import Kind, Moment, Reply
from sim.deal import Sale
from sim.sides import (
    buyer_limit,
    chance,
    cost_of_bargaining,
    effort_cost,
    expected_of,
    price_expected,
    seller_limit,
)
from sim.steps.choices import chooses
from sim.steps.contact import begin_contact, happened, leave, stalls, will_leave
from sim.steps.numbers import (
    answer_with_a_number,
    is_a_number,
    is_exact,
    name_number,
    profit_at,
    revised_number,
)
from sim.vocabulary import Ask, Choice, Event, Reason, Step


class Stage(IntEnum):
    """Where in presenting a deal is."""

    BEFORE_CONTACT = 0
    PROPOSAL = 1
    PRICE = 2
    CONSULTED = 3
    GATE = 4


@rule
def advance(sale: Sale) -> int:
    """Move the deal on by one event; returns an Ask."""
    deal = sale.deal
    if deal.stage == Stage.BEFORE_CONTACT:
        return _choose_and_meet(sale)
    if deal.stage == Stage.PROPOSAL:
        deal.stage = Stage.PRICE
        return happened(deal, Event.PRESENTED, deal.solution, sale.seller_mind.profit, 0.0)
    if deal.stage == Stage.PRICE:
        return _price(sale)
    if deal.stage == Stage.CONSULTED:
        deal.stage = Stage.GATE
    return _agree(sale)


@rule
def _choose_and_meet(sale: Sale) -> int:
    """The seller settles on a solution if any is worth going on for; then the two meet.

    Those who haggle are still in the contact of the quote, and a contact in which nothing was asked serves too.
    """
    deal, mind = sale.deal, sale.seller_mind
    _choose_solution(sale)
    together = deal.haggling or deal.questions_here == 0
    cost = 0.0 if together else effort_cost(sale.seller)
    if chance(mind) * mind.profit <= cost + cost_of_bargaining(sale.world, sale.seller):
        return leave(sale, _reason_to_withdraw(sale))
    deal.stage = Stage.PROPOSAL
    if deal.haggling:
        return happened(deal, Event.HAGGLES, deal.solution, 0.0, 0.0)
    if together:
        return Ask.HAPPENED.value
    reason = begin_contact(sale)
    if reason != Reason.OPEN:
        return leave(sale, reason)
    return happened(deal, Event.CONTACT_OPENED, deal.contact, 0.0, 0.0)


@rule
def _choose_solution(sale: Sale) -> None:
    """The solution with the largest expected profit, at the number that stands where it is binding.

    Who haggles at once haggles over the solution the number was for.
    """
    deal, mind = sale.deal, sale.seller_mind
    best = -1
    most = -math.inf
    for s in range(sale.world.solutions):
        if not deal.haggling or s == deal.quoted_solution:
            profit = expected_of(sale.world, sale.prices, sale.knowledge, sale.seller, mind, deal, s)
            if profit > most:
                best = s
                most = profit
    deal.solution = best
    mind.favourite = best
    mind.profit = most


@rule
def _reason_to_withdraw(sale: Sale) -> int:
    deal = sale.deal
    if sale.world.binding and deal.numbers > 0:
        s = deal.quoted_solution
        if deal.quote[s] < seller_limit(sale.world, sale.seller_mind, s):
            return Reason.QUOTE_WITHDRAWN.value
    return Reason.SELLER_WITHDREW.value


@rule
def _price(sale: Sale) -> int:
    """A number for what is proposed: revised if one was named before, else as the price policy says."""
    deal = sale.deal
    if deal.numbers == 0:
        deal.stage = Stage.CONSULTED
        deal.moment = Moment.PROPOSING
        return Ask.PRICE.value
    deal.stage = Stage.GATE
    wanted = revised_number(sale, deal.solution)
    if wanted == deal.quote[deal.solution] and is_exact(sale, deal.solution):
        return Ask.HAPPENED.value
    if not name_number(sale, Kind.QUOTE.value, deal.solution, wanted, wanted, math.inf):
        will_leave(deal, Reason.PRICE_TOO_HIGH)
    return Ask.HAPPENED.value


@rule
def answer_price(sale: Sale, reply: Reply) -> None:
    """Apply the seller's reply to the last chance to name a price before the gate; it concerns what is proposed."""
    deal = sale.deal
    deal.consultations += 1
    if is_a_number(reply.kind):
        if not answer_with_a_number(sale, reply, deal.solution):
            will_leave(deal, Reason.PRICE_TOO_HIGH)
    elif reply.kind == Kind.WALK_AWAY:
        will_leave(deal, Reason.SELLER_WALKED_AWAY)


@rule
def _profit_now(sale: Sale) -> float:
    """What the seller expects to earn as things stand: at the number on the table, if there is one, money."""
    number = sale.deal.quote[sale.deal.solution]
    if math.isnan(number):
        return sale.seller_mind.profit
    return profit_at(sale, sale.deal.solution, number, 0.0)


@rule
def _agree(sale: Sale) -> int:
    """Agreement in principle: do both want this deal, details aside?"""
    deal = sale.deal
    if not sale.buyer.in_market:
        return leave(sale, Reason.NOT_BUYING_NOW)
    limit = buyer_limit(sale.world, sale.buyer, sale.buyer_mind, deal.solution)
    reason = _reason_not_to_agree(sale, limit)
    agrees = chooses(deal, Choice.AGREE, reason == Reason.OPEN)
    if not agrees and reason != Reason.STALLED:
        return leave(sale, Reason.NO_AGREEMENT_IN_PRINCIPLE)
    if chance(sale.seller_mind) * _profit_now(sale) <= cost_of_bargaining(sale.world, sale.seller):
        return leave(sale, _reason_to_withdraw(sale))
    if not agrees:
        return leave(sale, Reason.STALLED)
    happened(deal, Event.AGREED_IN_PRINCIPLE, deal.solution, limit, 0.0)
    deal.step = Step.OBJECTIONS_AND_NEGOTIATIONS
    deal.stage = 0
    return Ask.HAPPENED.value


@rule
def _reason_not_to_agree(sale: Sale, limit: float) -> int:
    """Why the buyer does not agree in principle; Reason.OPEN if it does. It comes to stall only where it wants it."""
    talked_about = price_expected(sale.world, sale.buyer, sale.deal, sale.deal.solution)
    if not agrees_in_principle(limit, talked_about, sale.buyer.slack):
        return Reason.NO_AGREEMENT_IN_PRINCIPLE.value
    return Reason.STALLED.value if stalls(sale) else Reason.OPEN.value
