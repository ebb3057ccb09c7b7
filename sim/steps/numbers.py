"""Naming a number: what it does to the buyer, the same for every number at any step."""

import math

from agents.buyer import anchored_shift, probability_of_leaving_over
from agents.price_list import profit_of
from agents.rule import rule
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.knowledge import after_number
from sim.sides import aimed_at, buyer_limit, buyer_uncertainty, seller_limit, seller_opening
from sim.steps.contact import happened
from sim.vocabulary import Event

QUOTE_BORDER = 1.0


@rule
def name_number(sale: Sale, solution: int, price: float) -> bool:
    """Put a number for a solution on the table; False if it makes the buyer leave.

    The first number anchors. A higher one for the same scope lowers what the buyer would pay. A number is judged
    once, and again only when it is raised.
    """
    deal = sale.deal
    mind = sale.buyer_mind
    before = deal.quote[solution]
    if deal.numbers == 0:
        limit = buyer_limit(sale.world, sale.buyer, mind, solution)
        unsure = buyer_uncertainty(sale.world, mind, solution)
        mind.shift += anchored_shift(price, limit, unsure, sale.world.anchor_reservation)
        deal.first_quote = price
        deal.first_quote_contact = deal.contact
        deal.quoted_solution = solution
        sale.seller_mind.node = after_number(sale.world, sale.knowledge, sale.seller_mind.node, QUOTE_BORDER)
    elif price > before:
        mind.shift -= sale.world.requote * (price - before)
    deal.numbers += 1
    deal.asked = False
    deal.quote[solution] = price
    deal.last_quote = price
    limit = buyer_limit(sale.world, sale.buyer, mind, solution)
    happened(deal, Event.NUMBER_NAMED, solution, price, limit)
    if price <= before:
        return True
    chance, _, _, _ = luck(sale.seed, Purpose.NUMBER, sale.buyer.id, deal.numbers)
    return chance >= probability_of_leaving_over(price, limit, sale.world.shock)


@rule
def revised_number(sale: Sale, solution: int) -> float:
    """The number the seller wants on the table for a solution it presents, money.

    A binding number stands. A revisable one is lowered freely. It is raised only if that pays although a raised number
    costs goodwill: to the number wanted, or to the one that is then as acceptable as the wanted one would have been.
    """
    deal = sale.deal
    world = sale.world
    wanted = seller_opening(world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, solution)
    before = deal.quote[solution]
    if math.isnan(before) or (wanted <= before and not world.binding):
        return wanted
    if world.binding:
        return before
    best, most = before, profit_at(sale, solution, before, 0.0)
    as_acceptable = (wanted + world.requote * before) / (1.0 + world.requote)
    for number in (as_acceptable, wanted):
        profit = profit_at(sale, solution, number, world.requote * (number - before))
        if profit > most:
            best, most = number, profit
    return best


@rule
def profit_at(sale: Sale, solution: int, number: float, lost: float) -> float:
    """What the seller expects to earn with a given number on the table, money; ``lost`` off the reservation price."""
    world = sale.world
    mind = sale.seller_mind
    return profit_of(
        sale.prices,
        solution,
        aimed_at(world, sale.seller, solution, number),
        mind.belief[2 * world.needs + solution] - lost,
        sale.knowledge.variance[mind.node, solution],
        seller_limit(world, mind, solution),
        sale.knowledge.slope[mind.node, solution],
    )
