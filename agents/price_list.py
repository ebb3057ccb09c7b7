"""The seller's pricing: what to charge, given what it believes about this buyer.

The price aimed at maximises ``E[(p - c) 1{R >= p} Sign(p)] P(budget >= p)`` over the seller's beliefs, with signing
(step 7) at the segment's values: a quote that ignored that thin margins are not signed would punish whoever knows
more. Beliefs about a solution come down to four numbers: mean and standard deviation of the buyer's reservation
price R, expected cost c, and the slope of cost on R (those who would pay more cost more, where the size of the problem
drives the cost). The optimum is tabulated over a grid of these four, once per scenario, and looked up in the deal.

Before any question the beliefs are those of the segment, and the price is the best one against a simulated sample of
it (needs are skewed and often absent; the best price against a normal distribution of the same moments earns less).
The difference fades as the uncertainty left falls, so that the price list is one continuous function.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from agents.buyer import probability_of_affording, probability_of_signing
from agents.formulas import SQRT_2PI
from agents.group import probability_of_passing
from agents.limits import MOST_SOLUTIONS
from agents.rule import part_of_a_rule, rule

REACH = 4.5
"""Standard deviations of R beyond which a buyer is not looked for."""

STEEP = 8.0
"""Spreads of the signing curve on either side of even odds, between which it is not flat."""

_nodes, _weights = np.polynomial.legendre.leggauss(12)
NODES = np.ascontiguousarray(0.5 * (_nodes + 1.0))
WEIGHTS = np.ascontiguousarray(0.5 * _weights)


class Market(NamedTuple):
    """What the seller knows of its segment beyond the needs; money unless said otherwise."""

    batna: float  # mean of the buyers' believed BATNA
    variance: float  # variance of the buyer's perception of the solution before any question, money squared
    bias: float  # signing: theta_0
    uncertainty_bias: float  # theta_1
    spread: float  # tau
    log_median: float  # of the budget; infinite without one
    log_sd: float
    flex: float
    members: float = 1.0  # in the buying group, on average, a whole number
    decision_rule: float = 0.0  # an agents.group.DecisionRule
    veto: float = 0.0  # probability that a member other than the champion holds a veto


ROOMS, DEVIATIONS, COSTS, SLOPES = 61, 11, 8, 3
"""Most nodes on the four axes of the table."""

TO_NEXT_SLOPE, TO_NEXT_COST, TO_NEXT_DEVIATION, TO_NEXT_ROOM = map(
    np.uint64, (1, SLOPES, COSTS * SLOPES, DEVIATIONS * COSTS * SLOPES)
)
"""Steps from node to node in a solution's part of the table, a row of numbers; unsigned, since none counts from the
end: the compiler need not ask.
"""

PRICES = np.dtype(
    [
        # origin, spacing and number of nodes of the axes room, deviation, cost, slope of each solution
        ("low", "f8", (MOST_SOLUTIONS, 4)),
        ("step", "f8", (MOST_SOLUTIONS, 4)),
        ("count", "i8", (MOST_SOLUTIONS, 4)),
        # room is the mean of R less pivot times the cost, and so is the price in the table: the pricing model's kink
        # then lies along an axis, where interpolation does not blur it
        ("pivot", "f8", (MOST_SOLUTIONS,)),
        # the price aimed at (PRICE) and its expected profit (PROFIT), money
        ("table", "f8", (2, MOST_SOLUTIONS, ROOMS * DEVIATIONS * COSTS * SLOPES)),
        # their corrections before any question, money, and the variance of R there
        ("shift", "f8", (2, MOST_SOLUTIONS)),
        ("variance", "f8", (MOST_SOLUTIONS,)),
        # the printed price of each solution: the best single price for the segment, money
        ("listed", "f8", (MOST_SOLUTIONS,)),
        # what is believed about R: a Belief; the pricing model of each solution and its one parameter
        ("belief", "i8"),
        ("model", "i8", (MOST_SOLUTIONS,)),
        ("parameter", "f8", (MOST_SOLUTIONS,)),
        # the fields of each solution's Market
        ("market", "f8", (MOST_SOLUTIONS, 11)),
    ],
    align=True,
)
"""A price list: one record, since arrays of their own would be counted at every call.

With arrays of their own a deal took three to four times as long.
"""


PRICE, PROFIT = 0, 1
"""The two parts of the table."""

NORMAL, UNIFORM = 0, 1
"""Families of belief about R: normal, tabulated; or uniform, in closed form (for theory)."""

BELIEF_OPTIMAL, LIST, COST_PLUS, VALUE_SHARE = range(4)
"""Pricing models."""

HALF_WIDTH = math.sqrt(3.0)
"""Half the width of a uniform distribution over its standard deviation."""


@rule
def market_of(prices: Any, solution: int) -> Market:
    """What the seller knows of its segment, for one solution."""
    fields = prices.market
    return Market(
        fields[solution, 0],
        fields[solution, 1],
        fields[solution, 2],
        fields[solution, 3],
        fields[solution, 4],
        fields[solution, 5],
        fields[solution, 6],
        fields[solution, 7],
        fields[solution, 8],
        fields[solution, 9],
        fields[solution, 10],
    )


@rule
def expected_profit(price: float, mean: float, deviation: float, cost: float, slope: float, market: Market) -> float:
    """Expected profit of asking ``price``, money, over a normal belief about R with cost ``cost + slope (R - mean)``.

    The integral over R is taken in two parts, since the signing curve may be steep: up to where all sign, and beyond.
    """
    deviation = max(deviation, 1e-9 * (abs(mean) + 1.0))
    lowest, sure = _signing_range(price, market)
    lowest = min(max((lowest - mean) / deviation, -REACH), REACH)
    sure = min(max((sure - mean) / deviation, lowest), REACH)
    total = _part_of_profit(price, mean, deviation, cost, slope, market, lowest, sure)
    total += _part_of_profit(price, mean, deviation, cost, slope, market, sure, REACH)
    certain = max(mean, price) + market.batna
    return total * probability_of_affording(price, certain, market.log_median, market.log_sd, market.flex)


@rule
def _signing_range(price: float, market: Market) -> tuple[float, float]:
    """The reservation prices between which signing goes from hardly to surely; none below the price counts."""
    doubt = market.uncertainty_bias * math.sqrt(max(0.0, market.variance))
    bias = market.bias - 0.2 * market.uncertainty_bias
    if bias >= 1.0:
        return price, price
    even = max(0.0, (price + bias * market.batna + doubt) / (1.0 - bias))
    half = STEEP * market.spread * (even + market.batna)
    return max(price, even - half), max(price, even + half)


@rule
def _part_of_profit(
    price: float, mean: float, deviation: float, cost: float, slope: float, market: Market, start: float, end: float
) -> float:
    """The part of the expected profit from buyers between two standard scores of R, money."""
    width = end - start
    if width <= 0.0:
        return 0.0
    total = 0.0
    for i in range(NODES.size):
        z = start + width * NODES[i]
        limit = mean + deviation * z
        signs = probability_of_signing(
            price,
            limit + market.batna,
            market.variance,
            market.batna,
            market.bias,
            market.uncertainty_bias,
            market.spread,
        )
        if market.members > 1.0:
            signs = probability_of_passing(int(market.decision_rule), int(market.members), signs, market.veto)
        margin = price - cost - slope * deviation * z
        total += WEIGHTS[i] * math.exp(-0.5 * z * z) * margin * signs
    return total * width / SQRT_2PI


@rule
def simple_price(model: int, number: float, mean: float, cost: float, batna: float) -> float:
    """The price aimed at by the models that do not optimise, money."""
    if model == LIST:
        return number
    if model == COST_PLUS:
        return cost * (1.0 + number)
    return cost + number * max(0.0, mean + batna - cost)


@rule
def best_of_uniform(mean: float, deviation: float, cost: float) -> float:
    """The price with the largest expected profit over a uniform belief about R, money.

    It is half-way between cost and the most that a buyer may pay, but no less than all would pay, and than cost.
    """
    half = HALF_WIDTH * deviation
    return max(mean - half, cost, 0.5 * (mean + half + cost))


@rule
def profit_of_uniform(price: float, mean: float, deviation: float, cost: float) -> float:
    """Expected profit of asking ``price`` over a uniform belief about R, money; everybody signs, budgets aside."""
    half = HALF_WIDTH * deviation
    if price <= mean - half:
        return price - cost
    if price >= mean + half:
        return 0.0
    return (price - cost) * (mean + half - price) / (2.0 * half)


@rule
def _look_up_uniform(prices: Any, part: int, solution: int, mean: float, deviation: float, cost: float) -> float:
    """The price aimed at (PRICE) or its expected profit (PROFIT) over a uniform belief, money."""
    if prices.model[solution] == BELIEF_OPTIMAL:
        aim = best_of_uniform(mean, deviation, cost)
    else:
        aim = simple_price(prices.model[solution], prices.parameter[solution], mean, cost, prices.market[solution, 0])
    return aim if part == PRICE else profit_of_uniform(aim, mean, deviation, cost)


class Shape(NamedTuple):
    """The part of a belief about a solution that no answer changes: where its variance and slope lie in the table."""

    deviation: float  # of R, money
    slope: float  # of cost on R
    deviation_cell: int
    deviation_part: float
    slope_cell: int
    slope_part: float
    shape_left: float  # how much of the segment's own shape is left


@rule
def shape_of(prices: Any, solution: int, variance: float, slope: float) -> Shape:
    """Where the variance of R and the slope of cost on it lie in the table."""
    deviation = math.sqrt(max(0.0, variance))
    j, g = _cell_within(prices, solution, 1, deviation)
    m, e = _cell_within(prices, solution, 3, slope)
    return Shape(deviation, slope, j, g, m, e, _share_left(variance, prices.variance[solution]))


@rule
def look_up(prices: Any, part: int, solution: int, shape: Shape, mean: float, cost: float) -> float:
    """The price aimed at (``part`` PRICE) or its expected profit (PROFIT) for a solution, money.

    ``mean`` is that of R, ``cost`` the expected cost. Interpolated linearly over the grid of beliefs, and beyond the
    grid's largest room and cost as in its last cell.
    """
    if prices.belief == UNIFORM:
        return _look_up_uniform(prices, part, solution, mean, shape.deviation, cost)
    pivot = prices.pivot[solution] * cost
    i, f = _cell(prices, solution, 0, max(mean - pivot, prices.low[solution, 0]))
    k, h = _cell(prices, solution, 2, cost)
    g, e = shape.deviation_part, shape.slope_part
    table = prices.table[part, solution]
    at = np.uint64(((i * DEVIATIONS + shape.deviation_cell) * COSTS + k) * SLOPES + shape.slope_cell)
    value = pivot if part == PRICE else 0.0
    value += (1.0 - f) * (1.0 - g) * _between_costs(table, at, h, e)
    value += (1.0 - f) * g * _between_costs(table, at + TO_NEXT_DEVIATION, h, e)
    value += f * (1.0 - g) * _between_costs(table, at + TO_NEXT_ROOM, h, e)
    value += f * g * _between_costs(table, at + TO_NEXT_ROOM + TO_NEXT_DEVIATION, h, e)
    return value + shape.shape_left * prices.shift[part, solution]


@rule
def profit_of(
    prices: Any, solution: int, standing: float, mean: float, variance: float, cost: float, slope: float
) -> float:
    """The expected profit of a solution, money: at the price that stands, or at the best one where none does (NaN)."""
    return profit_within(prices, solution, standing, shape_of(prices, solution, variance, slope), mean, cost)


@rule
def profit_within(prices: Any, solution: int, standing: float, shape: Shape, mean: float, cost: float) -> float:
    """The same, of beliefs that differ in mean and cost alone.

    A price that stands earns less than the best one by what separates the two over a normal belief; so a seller
    expects the same of a price before it has named it and after.
    """
    best = look_up(prices, PROFIT, solution, shape, mean, cost)
    if math.isnan(standing):
        return best
    market, deviation, slope = market_of(prices, solution), shape.deviation, shape.slope
    aim = look_up(prices, PRICE, solution, shape, mean, cost)
    if standing == aim:
        return best
    if prices.belief == UNIFORM:
        return profit_of_uniform(standing, mean, deviation, cost)
    at_best = expected_profit(aim, mean, deviation, cost, slope, market)
    return best + expected_profit(standing, mean, deviation, cost, slope, market) - at_best


@part_of_a_rule
def _between_costs(table: np.ndarray, at: Any, h: float, e: float) -> Any:
    """The table interpolated over cost and slope; neither matters where the needs do not drive the cost."""
    value = (1.0 - h) * (1.0 - e) * table[at]
    if h != 0.0 or e != 0.0:
        value += (1.0 - h) * e * table[at + TO_NEXT_SLOPE]
        value += h * (1.0 - e) * table[at + TO_NEXT_COST]
        value += h * e * table[at + TO_NEXT_COST + TO_NEXT_SLOPE]
    return value


@rule
def _cell(prices: Any, solution: int, axis: int, x: float) -> tuple[int, float]:
    """The grid cell of x on an axis, and how far into it x lies; outside the grid, the nearest cell goes on."""
    count = prices.count[solution, axis]
    if count == 1:
        return 0, 0.0
    position = (x - prices.low[solution, axis]) / prices.step[solution, axis]
    cell = int(min(max(position, 0.0), count - 2.0))
    return cell, position - cell


@rule
def _cell_within(prices: Any, solution: int, axis: int, x: float) -> tuple[int, float]:
    """The same, but outside the grid its edge."""
    cell, part = _cell(prices, solution, axis, x)
    return cell, min(max(part, 0.0), 1.0)


@rule
def _share_left(variance: float, at_first: float) -> float:
    """How much of the shape of the segment is left in a belief: 1 before any question, 0 when all is known."""
    if at_first <= 0.0:
        return 1.0
    left = min(1.0, max(0.0, variance / at_first))
    return left * left
