"""The segment: a simulated sample of a scenario's buyers, from which a seller knows its market before any deal.

It is simulated with luck of its own, the same under every seed of a study: what a seller knows of its market does not
depend on which buyers happen to come.
"""

from typing import Any, NamedTuple

import numpy as np

from agents.beliefs import certainty_equivalent, perceived_worth
from agents.buyer import probability_of_signing, reservation_price
from agents.group import probability_of_passing
from agents.price_list import Market
from agents.rule import entry, rule
from sim.population import draw_buyers

SEGMENT_SEED = 0x5A4F5041
SEGMENT_SIZE = 4096
FINE = 40


class Segment(NamedTuple):
    """A simulated sample of a scenario's buyers, and what a seller knows of their BATNA; money."""

    buyers: np.ndarray
    batna_mean: float
    batna_slope: float  # of the believed BATNA on the full worth
    batna_variance: float  # around that line


def simulate_segment(world: np.ndarray, buyer: np.ndarray) -> Segment:
    """Draw the sample, and regress the believed BATNA on the full worth (0 slope where it does not depend on it)."""
    needs = int(world["needs"][0])
    buyers = draw_buyers(world, buyer, SEGMENT_SEED, 0, SEGMENT_SIZE)
    batna = buyers["batna_believed"]
    total = buyers["worth"][:, :needs].sum(axis=1)
    slope = 0.0
    if buyer["rival_of_value"][0] and total.var() > 0:
        slope = float(np.cov(batna, total)[0, 1] / total.var(ddof=1))
    rest = batna - slope * total
    exact_mean = float(world["prior_mean"][0, :needs].sum())
    return Segment(buyers, float(rest.mean() + slope * exact_mean), slope, float(rest.var()))


@entry
def best_for_segment(
    world: np.ndarray, buyers: np.ndarray, solution: int, low: float, high: float, extra: float, market: Market
) -> tuple[float, float]:
    """The best single price for the simulated buyers between low and high, and its profit per buyer, money."""
    limits = np.empty(buyers.size)
    certain = np.empty(buyers.size)
    costs = np.empty(buyers.size)
    for i in range(buyers.size):
        _judge(world[0], buyers[i], solution, market.variance, i, limits, certain, costs)
    best, most = low, _segment_profit(low, limits, certain, costs, buyers, extra, market)
    start, width = low, (high - low) / FINE
    for _ in range(2):
        for i in range(FINE + 1):
            price = start + i * width
            profit = _segment_profit(price, limits, certain, costs, buyers, extra, market)
            if profit > most:
                best, most = price, profit
        start, width = best - width, 2.0 * width / FINE
    return best, most


@rule
def _judge(
    world: Any,
    buyer: Any,
    solution: int,
    variance: float,
    i: int,
    limits: np.ndarray,
    certain: np.ndarray,
    costs: np.ndarray,
) -> None:
    """Reservation price, certainty equivalent and true cost to serve of one simulated buyer, before any question."""
    worth = perceived_worth(world.cover, solution, world.needs, buyer.perceived)
    certain[i] = certainty_equivalent(worth, variance, buyer.risk_aversion)
    limits[i] = reservation_price(certain[i], buyer.batna_believed, 0.0, buyer.budget, buyer.flex)
    size = perceived_worth(world.cover, solution, world.needs, buyer.worth)
    costs[i] = world.base_cost[solution] + world.need_cost * size


@rule
def _segment_profit(
    price: float,
    limits: np.ndarray,
    certain: np.ndarray,
    costs: np.ndarray,
    buyers: np.ndarray,
    extra: float,
    market: Market,
) -> float:
    """Profit per simulated buyer of asking one price, money."""
    total = 0.0
    for i in range(limits.size):
        if limits[i] >= price:
            signs = probability_of_signing(
                price,
                certain[i],
                market.variance,
                buyers[i].batna_believed,
                market.bias,
                market.uncertainty_bias,
                market.spread,
            )
            if market.members > 1.0:
                signs = probability_of_passing(int(market.decision_rule), int(market.members), signs, market.veto)
            total += (price - costs[i] - extra) * signs
    return total / limits.size
