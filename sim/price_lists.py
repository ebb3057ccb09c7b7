"""Price lists: the seller's pricing tabulated for one scenario, before any deal (see agents.price_list)."""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from agents.price_list import (
    BELIEF_OPTIMAL,
    COST_PLUS,
    COSTS,
    DEVIATIONS,
    LIST,
    NORMAL,
    PRICE,
    PRICES,
    PROFIT,
    ROOMS,
    SLOPES,
    UNIFORM,
    VALUE_SHARE,
    Market,
    expected_profit,
    look_up,
    shape_of,
    simple_price,
)
from agents.rule import entry, rule
from sim.deal import blank
from sim.scenario import Pricing, Scenario
from sim.segment import Segment, best_for_segment

COARSE, REFINEMENTS = 17, 10
HANDS = ThreadPoolExecutor(os.cpu_count(), "price lists")
"""Threads that work out price lists; kept, since starting them takes as long as much of a list."""

GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)


class Place(NamedTuple):
    """A solution and the places of its reservation price and cost in the seller's beliefs."""

    solution: int
    limit: int
    cost: int


def tabulate(
    scenario: Scenario, world: np.ndarray, buyer: np.ndarray, seller: np.ndarray, segment: Segment
) -> np.ndarray:
    """The price list of a scenario, one PRICES record; every solution by its own pricing model."""
    prices = blank(PRICES)
    prices["belief"] = UNIFORM if world["cells"][0] > 0 else NORMAL
    extra = float(seller["opportunity_cost"][0])
    error = float(seller["cost_error"][0])
    for s, solution in enumerate(scenario.solutions.values()):
        place = _place(world, s)
        model, number = _pricing(solution.pricing)
        prices["model"][0, s], prices["parameter"][0, s] = model, number
        pivot = {LIST: 0.0, COST_PLUS: 1.0 + number}.get(model, 1.0)
        prices["pivot"][0, s] = pivot
        axes = _axes(world, place, pivot, extra, error)
        for name, values in zip(("low", "step", "count"), zip(*axes, strict=True), strict=True):
            prices[name][0, s] = values
        prices["variance"][0, s] = world["prior_cov"][0, place.limit, place.limit]
        market = _market(world, buyer, segment, s)
        prices["market"][0, s] = market
        if world["cells"][0] > 0:
            _list_of_uniform(prices, place, world, extra)
            continue
        prices["table"][0, :, s] = _table(axes, pivot, market, model, number).reshape(2, -1)
        _correct(prices, place, world, segment, extra, market, model, number)
    return prices


def _list_of_uniform(prices: np.ndarray, place: Place, world: np.ndarray, extra: float) -> None:
    """The printed price where beliefs are uniform; all other prices are in closed form."""
    s, r, c = place
    shape = shape_of(prices[0], s, float(world["prior_cov"][0, r, r]), 0.0)
    mean, cost = float(world["prior_mean"][0, r]), float(world["prior_mean"][0, c]) + extra
    prices["listed"][0, s] = look_up(prices[0], PRICE, s, shape, mean, cost)


def _place(world: np.ndarray, solution: int) -> Place:
    limit = 2 * int(world["needs"][0]) + solution
    return Place(solution, limit, limit + int(world["solutions"][0]))


Axis = tuple[float, float, int]
"""Origin, spacing and number of nodes."""


def _axes(world: np.ndarray, place: Place, pivot: float, extra: float, error: float) -> tuple[Axis, ...]:
    """The axes room, deviation, cost and slope of a solution; ``extra`` and ``error`` are the seller's own on cost.

    The room must reach wherever a buyer can be moved: a diagnosis brings what it perceives, of which it may have
    known little, towards what is.
    """
    s, r, c = place
    needs = int(world["needs"][0])
    cover, need_cost = world["cover"][0, s, :needs], float(world["need_cost"][0])
    prior = world["prior_cov"][0]
    mean, cost = float(world["prior_mean"][0, r]), float(world["prior_mean"][0, c]) + extra
    real = _root(float(cover @ prior[:needs, :needs] @ cover))
    seen = _root(float(prior[r, r]))
    dearer = _root(float(prior[c, c]) + error**2)
    seen_room = _root(float(prior[r, r] + pivot**2 * prior[c, c] - 2.0 * pivot * prior[r, c]))
    reach = max(seen_room, abs(1.0 - pivot * need_cost) * real, seen) + pivot * error
    widest = seen if world["common_diagnosis"][0] else max(seen, real)
    middle = mean - pivot * cost
    return (
        _axis(middle - 3.0 * reach, middle + 6.0 * reach, ROOMS, reach, middle),
        _axis(0.0, widest, DEVIATIONS, abs(mean) + real, 0.0),
        _axis(min(cost - 3.0 * dearer, cost), cost + 5.0 * dearer, COSTS, cost + real, cost),
        _axis(0.0, 1.5 * need_cost, SLOPES, 1.0, 0.0),
    )


def _axis(low: float, high: float, count: int, scale: float, alone: float) -> Axis:
    """An axis from low to high, or its one node where there is next to nothing between them."""
    if high - low <= 1e-9 * scale:
        return alone, 0.0, 1
    return low, (high - low) / (count - 1), count


def _root(variance: float) -> float:
    return math.sqrt(max(0.0, variance))


def _market(world: np.ndarray, buyer: np.ndarray, segment: Segment, solution: int) -> Market:
    needs = int(world["needs"][0])
    cover = world["cover"][0, solution, :needs]
    unknown = (1.0 - float(buyer["knowledge"][0])) * world["need_variance"][0, :needs]
    return Market(
        segment.batna_mean,
        float((cover**2 * unknown).sum()),
        float(world["signing_bias"][0]),
        float(world["signing_uncertainty_bias"][0]),
        float(world["signing_spread"][0]),
        float(buyer["budget_log_median"][0]),
        float(buyer["budget_log_sd"][0]),
        float(buyer["flex"][0]),
        float((world["members_least"][0] + world["members_most"][0]) // 2),
        float(world["decision_rule"][0]),
        float(world["veto_share"][0]),
    )


def _pricing(pricing: Pricing) -> tuple[int, float]:
    """A pricing model as its number and its one parameter."""
    if pricing.model == "list":
        return LIST, float(pricing.price or 0.0)
    if pricing.model == "cost_plus":
        return COST_PLUS, float(pricing.margin or 0.0)
    if pricing.model == "value_share":
        return VALUE_SHARE, float(pricing.share or 0.0)
    return BELIEF_OPTIMAL, 0.0


@rule
def best_price(mean: float, deviation: float, cost: float, slope: float, market: Market) -> float:
    """The price with the largest expected profit, money: a coarse search, refined by golden section."""
    low = cost
    high = max(cost, mean + 4.0 * deviation) * 1.0001 + 1e-9
    best, most = low, 0.0
    width = (high - low) / (COARSE - 1)
    for i in range(1, COARSE):
        profit = expected_profit(low + i * width, mean, deviation, cost, slope, market)
        if profit > most:
            best, most = low + i * width, profit
    return golden_section(max(low, best - width), best + width, REFINEMENTS, mean, deviation, cost, slope, market)


@rule
def golden_section(
    left: float, right: float, times: int, mean: float, deviation: float, cost: float, slope: float, market: Market
) -> float:
    """The price of the largest expected profit between two prices, by golden section, money."""
    inner, outer = right - GOLDEN * (right - left), left + GOLDEN * (right - left)
    at_inner = expected_profit(inner, mean, deviation, cost, slope, market)
    at_outer = expected_profit(outer, mean, deviation, cost, slope, market)
    for _ in range(times):
        if at_inner >= at_outer:
            right, outer, at_outer = outer, inner, at_inner
            inner = right - GOLDEN * (right - left)
            at_inner = expected_profit(inner, mean, deviation, cost, slope, market)
        else:
            left, inner, at_inner = inner, outer, at_outer
            outer = left + GOLDEN * (right - left)
            at_outer = expected_profit(outer, mean, deviation, cost, slope, market)
    # not the middle: where all buyers are alike, one step too high sells to nobody
    return inner if at_inner >= at_outer else outer


@rule
def next_price(
    before: float, step: float, mean: float, deviation: float, cost: float, slope: float, market: Market
) -> float:
    """The best price one step of room after the best price ``before``, money.

    It moves by at most about a step; where that turns out wrong, it is searched for from the beginning.
    """
    left, right = before - 0.1 * step, before + 1.2 * step
    found = golden_section(left, right, REFINEMENTS, mean, deviation, cost, slope, market)
    margin = 0.05 * (right - left)
    if found - left < margin or right - found < margin or found <= cost:
        return best_price(mean, deviation, cost, slope, market)
    return found


@lru_cache(maxsize=64)
def _table(axes: tuple[Axis, ...], pivot: float, market: Market, model: int, number: float) -> np.ndarray:
    """One solution's part of the table, kept since most of what a scenario says does not change it.

    The deviations are shared out among threads.
    """
    table = np.zeros((2, ROOMS, DEVIATIONS, COSTS, SLOPES))
    fill = partial(_fill, table, np.array([axis[:2] for axis in axes]), tuple(axis[2] for axis in axes))
    fill(0, pivot, market, model, number)  # alone, since the first call may have to compile
    list(HANDS.map(lambda j: fill(j, pivot, market, model, number), range(1, axes[1][2])))
    table.setflags(write=False)
    return table


@entry
def _fill(
    table: np.ndarray,
    nodes: np.ndarray,
    counts: tuple[int, ...],
    j: int,
    pivot: float,
    market: Market,
    model: int,
    number: float,
) -> None:
    """Fill in one solution's part of the table at one of the deviations; ``nodes`` are the axes' origin and spacing."""
    deviation = nodes[1, 0] + j * nodes[1, 1]
    for k in range(counts[2]):
        cost = nodes[2, 0] + k * nodes[2, 1]
        for m in range(counts[3]):
            slope = nodes[3, 0] + m * nodes[3, 1]
            aim = 0.0
            for i in range(counts[0]):
                mean = nodes[0, 0] + i * nodes[0, 1] + pivot * cost
                if model != BELIEF_OPTIMAL:
                    aim = simple_price(model, number, mean, cost, market.batna)
                elif i == 0:
                    aim = best_price(mean, deviation, cost, slope, market)
                else:
                    aim = next_price(aim, nodes[0, 1], mean, deviation, cost, slope, market)
                table[PRICE, i, j, k, m] = aim - pivot * cost
                table[PROFIT, i, j, k, m] = expected_profit(aim, mean, deviation, cost, slope, market)


def _correct(
    prices: np.ndarray,
    place: Place,
    world: np.ndarray,
    segment: Segment,
    extra: float,
    market: Market,
    model: int,
    number: float,
) -> None:
    """Make the list exact before any question: the best price against the simulated segment, not a normal one."""
    s, r, c = place
    mean, variance = float(world["prior_mean"][0, r]), float(world["prior_cov"][0, r, r])
    cost = float(world["prior_mean"][0, c]) + extra
    slope = float(world["prior_cov"][0, r, c]) / variance if variance > 0 else 0.0
    if model == BELIEF_OPTIMAL:
        low, high = cost * 0.5, mean + 8.0 * math.sqrt(variance) + cost
    else:
        low = high = simple_price(model, number, mean, cost, market.batna)
    best = best_for_segment(world, segment.buyers, s, low, high, extra, market)
    prices["listed"][0, s] = best[PRICE]
    shape = shape_of(prices[0], s, variance, slope)
    for part in (PRICE, PROFIT):
        prices["shift"][0, part, s] = best[part] - look_up(prices[0], part, s, shape, mean, cost)
