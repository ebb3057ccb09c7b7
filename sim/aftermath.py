"""What a deal was worth in truth: written to the row of results when the deal is over.

Nobody in the deal knows these numbers. A lost deal books its contacts and nothing else.
"""

import math
from typing import Any

from agents.rule import rule
from sim.deal import Sale
from sim.frontier import distance, distance_to_utilitarian
from sim.possibilities import Package, best_terms, gain_of, in_truth, note_what_is_true, what_could_have_been
from sim.sides import buyer_limit, seller_limit, terms_to_buyer, terms_to_seller
from sim.vocabulary import Reason

TOLERANCE = 1e-9
"""Relative slack in money below which a price is not said to pass a limit."""


@rule
def best_solution(sale: Sale) -> int:
    """The solution with the largest true worth less cost, as noted."""
    best = 0
    most = -math.inf
    for s in range(sale.world.solutions):
        gain = sale.deal.true_worth[s] - sale.deal.true_cost[s]
        if gain > most:
            best = s
            most = gain
    return best


@rule
def write_outcome(sale: Sale, row: Any) -> None:
    """Fill one row of OUTCOME from a deal that is over."""
    deal = sale.deal
    _write_course(sale, row)
    note_what_is_true(sale)
    best, terms = best_solution(sale), best_terms(sale)
    row.terms_best = gain_of(terms)
    most = deal.true_worth[best] - deal.true_cost[best] + row.terms_best - sale.buyer.batna
    row.first_best = max(0.0, most) if sale.buyer.in_market and sale.buyer.authority else 0.0
    row.best_solution = best
    row.batna = sale.buyer.batna
    seller_contacts = deal.contacts * sale.seller.contact_cost
    buyer_contacts = deal.buyer_contacts * sale.buyer.contact_cost
    row.contact_costs = seller_contacts + buyer_contacts
    row.seller_profit = -seller_contacts - sale.world.lead_cost
    row.buyer_surplus = -buyer_contacts
    if row.won:
        _write_won(sale, row, best, terms)
    subject = deal.solution if deal.solution >= 0 else deal.quoted_solution
    row.solution = subject
    if subject >= 0:
        row.reservation_price = buyer_limit(sale.world, sale.buyer, sale.buyer_mind, subject)
        row.seller_limit = seller_limit(sale.world, sale.seller_mind, subject)
        row.reservation_price += terms_to_buyer(sale.world, sale.buyer, deal.terms)
        row.seller_limit += terms_to_seller(sale.world, sale.seller_mind, deal.terms)
    row.buyer_violation = row.won and _passes(deal.price, row.reservation_price)
    row.seller_violation = row.won and _passes(row.seller_limit, deal.price)


@rule
def _passes(price: float, limit: float) -> bool:
    return price > limit + TOLERANCE * (abs(limit) + abs(price))


@rule
def _write_course(sale: Sale, row: Any) -> None:
    """What was seen of the deal's course, and blanks for what a lost deal lacks."""
    deal = sale.deal
    row.deal = deal.buyer
    row.asked_first = deal.asked_first
    row.won = deal.exit_reason == Reason.SIGNED
    row.exit_step = deal.exit_step
    row.exit_reason = deal.exit_reason
    row.destination = deal.destination
    row.quoted_solution = deal.quoted_solution
    row.first_quote = deal.first_quote
    row.first_quote_contact = deal.first_quote_contact
    row.last_quote = deal.last_quote
    row.price = math.nan
    row.rounds = deal.rounds
    row.contacts = deal.contacts
    row.questions = deal.questions
    row.refusals = deal.refusals
    row.hours = deal.contacts * sale.world.contact_hours
    row.days = math.nan
    row.value = math.nan
    row.cost = math.nan
    row.reservation_price = math.nan
    row.seller_limit = math.nan
    row.zopa = deal.zopa
    row.buyer_regret = 0.0
    row.seller_regret = 0.0
    row.later_profit = 0.0
    row.buyer_true_violation = False
    row.seller_true_violation = False
    row.shopper = sale.buyer.shopper
    row.in_market = sale.buyer.in_market
    row.authority = sale.buyer.authority
    row.attempts = deal.attempts
    row.qualified = deal.qualified
    row.times_asked = deal.times_asked
    row.first_reply = deal.first_kind if deal.numbers > 0 else -1
    row.objections = deal.objections
    row.buyer_contacts = deal.buyer_contacts
    row.members = sale.buyer.members
    row.seller = sale.seller.id
    row.terms = deal.terms
    row.terms_gain = 0.0
    row.created = math.nan
    row.claimed = math.nan
    row.pareto_distance = math.nan
    row.nash_distance = math.nan
    row.kalai_smorodinsky_distance = math.nan
    row.egalitarian_distance = math.nan
    row.utilitarian_distance = math.nan


@rule
def _write_won(sale: Sale, row: Any, best: int, best_package: Package) -> None:
    """Price, worth and gains of a signed deal; what was not the best solution has to be adapted, at a cost."""
    deal, world = sale.deal, sale.world
    agreed = in_truth(sale, deal.terms)
    row.price = deal.price
    row.value = deal.true_worth[deal.solution] + agreed.worth
    row.cost = deal.true_cost[deal.solution] + agreed.cost
    adapting = world.adaptation * max(0.0, deal.price) if deal.solution != best else 0.0
    seller_part = world.adaptation_seller_share * adapting
    earned = deal.price - row.cost - seller_part
    gained = row.value - deal.price - row.batna - (adapting - seller_part)
    row.terms_gain = gain_of(agreed)
    row.created = earned + gained
    row.claimed = earned
    _write_distances(sale, row, best_package, earned, gained)
    row.later_profit = _later_profit(sale, gained, row.cost)
    row.seller_profit += earned + row.later_profit
    row.buyer_surplus += gained
    row.seller_regret = max(0.0, sale.seller.opportunity_cost - earned)
    row.buyer_regret = max(0.0, -gained)
    slack = TOLERANCE * (abs(deal.price) + abs(row.value))
    row.seller_true_violation = row.seller_regret > slack
    row.buyer_true_violation = row.buyer_regret > slack


@rule
def _write_distances(sale: Sale, row: Any, best_package: Package, earned: float, gained: float) -> None:
    """How far the deal is from what could have been, and from what theories call fair."""
    frontier, left = what_could_have_been(sale, best_package, earned, gained)
    row.pareto_distance = left
    row.nash_distance = distance(earned, gained, frontier.nash)
    row.kalai_smorodinsky_distance = distance(earned, gained, frontier.kalai_smorodinsky)
    row.egalitarian_distance = distance(earned, gained, frontier.egalitarian)
    row.utilitarian_distance = distance_to_utilitarian(earned, gained, frontier.utilitarian)


@rule
def _later_profit(sale: Sale, gained: float, cost: float) -> float:
    """Profit from later business with a buyer who gained by this deal, money; more with one whose trust was won."""
    if gained < 0.0:
        return 0.0
    margin = max(0.0, sale.deal.price - cost)
    trust = 1.0 + sale.world.openness if sale.deal.trusted else 1.0
    return sale.world.later_business * trust * margin
