"""Naming a number: what it does to the buyer, the same for every number at any step.

A number for a solution stands on the table as it was judged (of a range its middle) and with its upper end; a menu puts
one there for every solution; a conditional one has a ceiling, the believed cost up to which it holds.
"""

import math

from agents.buyer import anchored_shift, probability_of_leaving_over
from agents.price_list import profit_of
from agents.rule import rule
from agents.views import Kind, Reply
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.knowledge import after_number
from sim.sides import (
    aimed_at,
    best_tier,
    buyer_limit,
    buyer_uncertainty,
    listed_price,
    next_number,
    seller_limit,
    seller_opening,
)
from sim.steps.choices import chooses
from sim.steps.contact import happened
from sim.vocabulary import Choice, Event

EXACT_BORDER, OPEN_BORDER, CONDITIONAL_BORDER = 1.0, 0.5, 0.25
"""Weight as a border of an exact number or a list price, of a range or menu, of a conditional number. ASSUMPTION."""

CONDITION_ROOM = 0.1
"""How much more than believed the job may cost before a conditional number no longer holds, a fraction. ASSUMPTION."""


@rule
def is_a_number(kind: int) -> bool:
    """Whether a reply names a number of some kind."""
    return Kind.QUOTE.value <= kind <= Kind.LIST.value


@rule
def answer_with_a_number(sale: Sale, reply: Reply, solution: int) -> bool:
    """Name what the reply says, the seller's own pricing filling in; False if the buyer leaves over it."""
    kind = reply.kind
    if kind == Kind.MENU:
        return _name_menu(sale, reply)
    if kind == Kind.LIST:
        price = reply.low if reply.low > 0.0 else listed_price(sale.world, sale.prices, solution)
        return name_number(sale, Kind.LIST.value, solution, price, price, math.inf)
    low = reply.low
    high = reply.high if reply.high >= low else low
    own = seller_opening(sale.world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, solution)
    if low > 0.0:
        sale.deal.own_factor = 0.5 * (low + high) / own if own > 0.0 else 1.0
    else:
        low = high = own
        if kind == Kind.RANGE:
            low, high = low * (1.0 - sale.seller.range_width), high * (1.0 + sale.seller.range_width)
    if kind == Kind.RANGE:
        return name_number(sale, Kind.RANGE.value, solution, low, high, math.inf)
    if kind == Kind.CONDITIONAL:
        ceiling = reply.ceiling
        if math.isnan(ceiling):
            ceiling = (1.0 + CONDITION_ROOM) * seller_limit(sale.world, sale.seller_mind, solution)
        return name_number(sale, Kind.CONDITIONAL.value, solution, low, low, ceiling)
    return name_number(sale, Kind.QUOTE.value, solution, low, low, math.inf)


@rule
def name_number(sale: Sale, kind: int, solution: int, low: float, high: float, ceiling: float) -> bool:
    """Put a number for a solution on the table; False if it makes the buyer leave.

    The first number anchors. A higher one for the same scope lowers what the buyer would pay. A number is judged once,
    by the middle of its range, and again only when it is raised.
    """
    deal = sale.deal
    price = low if high == low else 0.5 * (low + high)
    before, ceiling_before = deal.judged[solution], deal.quote_high[solution]
    if deal.numbers == 0:
        _hear_the_first(sale, kind, solution, price)
    elif price > ceiling_before:
        sale.buyer_mind.shift -= sale.world.requote * (price - ceiling_before)
    deal.numbers += 1
    _put_on_the_table(sale, kind, solution, price, high, ceiling)
    limit = buyer_limit(sale.world, sale.buyer, sale.buyer_mind, solution)
    if kind == Kind.RANGE:
        happened(deal, Event.RANGE_NAMED, solution, low, high)
    else:
        happened(deal, _event_of(kind), solution, price, limit)
    stays = price <= before or _stays(sale, solution, price, limit)
    return chooses(deal, Choice.STAY_AT_NUMBER, stays)


@rule
def _name_menu(sale: Sale, reply: Reply) -> bool:
    """Put a number for every solution on the table; the buyer judges the tier that suits it best, and says which.

    The other tiers it judges when they are proposed.
    """
    deal = sale.deal
    first = deal.numbers == 0
    for s in range(sale.world.solutions):
        price = reply.prices[s]
        if not price > 0.0:
            price = seller_opening(sale.world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, s)
        _put_on_the_table(sale, Kind.MENU.value, s, price, price, math.inf)
    tier = best_tier(sale.world, sale.buyer, sale.buyer_mind, deal)
    price = deal.quote[tier]
    if first:
        _hear_the_first(sale, Kind.MENU.value, tier, price)
    deal.numbers += 1
    deal.last_quote = price
    limit = buyer_limit(sale.world, sale.buyer, sale.buyer_mind, tier)
    happened(deal, Event.MENU_NAMED, tier, price, limit)
    return chooses(deal, Choice.STAY_AT_NUMBER, _stays(sale, tier, price, limit))


@rule
def _hear_the_first(sale: Sale, kind: int, solution: int, price: float) -> None:
    """The first number of a deal anchors; early and open to be verified, it wins trust."""
    deal, mind, world = sale.deal, sale.buyer_mind, sale.world
    limit = buyer_limit(world, sale.buyer, mind, solution)
    unsure = buyer_uncertainty(world, mind, solution)
    mind.shift += anchored_shift(price, limit, unsure, world.anchor_reservation)
    deal.first_quote = price
    deal.first_quote_contact = deal.contact
    deal.quoted_solution = solution
    deal.first_kind = kind
    verifiable = kind == Kind.LIST or (kind == Kind.QUOTE and world.binding)
    deal.trusted = verifiable and deal.questions == 0


@rule
def _put_on_the_table(sale: Sale, kind: int, solution: int, price: float, high: float, ceiling: float) -> None:
    deal, mind = sale.deal, sale.seller_mind
    deal.asked = False
    deal.quote[solution] = price
    deal.quote_high[solution] = high
    deal.quote_kind[solution] = kind
    deal.quote_ceiling[solution] = ceiling
    deal.last_quote = price
    mind.node = after_number(sale.world, sale.knowledge, mind.node, _border(kind), deal.trusted)


@rule
def _border(kind: int) -> float:
    """Weight of a number as a border, by its kind."""
    if kind == Kind.CONDITIONAL:
        return CONDITIONAL_BORDER
    return OPEN_BORDER if kind in (Kind.RANGE.value, Kind.MENU.value) else EXACT_BORDER


@rule
def _event_of(kind: int) -> int:
    if kind == Kind.CONDITIONAL:
        return Event.CONDITION_NAMED.value
    return Event.LIST_PRICE_NAMED.value if kind == Kind.LIST else Event.NUMBER_NAMED.value


@rule
def _stays(sale: Sale, solution: int, price: float, limit: float) -> bool:
    """Whether the buyer stays after a number: one rule for all of them."""
    sale.deal.judged[solution] = price
    chance, _, _, _ = luck(sale.seed, Purpose.NUMBER, sale.buyer.id, sale.deal.numbers)
    return chance >= probability_of_leaving_over(price, limit, sale.world.shock)


@rule
def end_what_was_conditional(sale: Sale) -> None:
    """Take back conditional numbers for what turns out to cost more than was assumed; both sides see that it does."""
    deal = sale.deal
    for s in range(sale.world.solutions):
        held = deal.quote_kind[s] == Kind.CONDITIONAL
        if held and seller_limit(sale.world, sale.seller_mind, s) > deal.quote_ceiling[s]:
            deal.quote[s] = math.nan
            deal.quote_high[s] = math.nan
            deal.judged[s] = math.nan
            deal.quote_kind[s] = 0


@rule
def is_exact(sale: Sale, solution: int) -> bool:
    """Whether a number on the table for a solution can be taken as it is: it is exact, and was judged."""
    kind = sale.deal.quote_kind[solution]
    exact = kind != 0 and kind != Kind.RANGE and kind != Kind.CONDITIONAL
    return exact and not math.isnan(sale.deal.judged[solution])


@rule
def revised_number(sale: Sale, solution: int) -> float:
    """The exact number the seller wants on the table for a solution it presents, money.

    A list price stays, and a binding number stands, of a range anything up to its end. A revisable one is lowered
    freely. It is raised only if that pays although a raised number costs goodwill: to the number wanted, or to the one
    that is then as acceptable as the wanted one would have been.
    """
    deal, world = sale.deal, sale.world
    wanted = next_number(world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, deal, solution)
    before, highest = deal.quote[solution], deal.quote_high[solution]
    if math.isnan(before) or (wanted <= highest and (not world.binding or deal.quote_kind[solution] == Kind.RANGE)):
        return wanted
    if world.binding or deal.quote_kind[solution] == Kind.LIST:
        return highest
    best, most = highest, profit_at(sale, solution, highest, 0.0)
    as_acceptable = (wanted + world.requote * highest) / (1.0 + world.requote)
    for number in (as_acceptable, wanted):
        profit = profit_at(sale, solution, number, world.requote * (number - highest))
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
        aimed_at(world, sale.seller, sale.deal, solution, number),
        mind.belief[2 * world.needs + solution] - lost,
        sale.knowledge.variance[mind.node, solution],
        seller_limit(world, mind, solution),
        sale.knowledge.slope[mind.node, solution],
    )
