"""Buyers: a scenario's segment plus luck.

A buyer is a pure function of (seed, id). Its keyed uniforms are transformed, never rejected, so that a buyer of one id
has the same quantiles in every scenario and every cell of a sweep: raise one trait and the same person is a little
different, not another.
"""

import math
from enum import IntEnum
from typing import Any

import numpy as np

from agents.formulas import SQRT_12, normal_probability, normal_quantile, poisson_quantile
from agents.rule import entry, rule
from sim.fate import Purpose, luck

MOST_PATIENCE = 1000

PLACES = 16
"""Places kept in the luck of a group for each member, or each contact; the last is for what the member is."""
WHAT_IT_IS = PLACES - 1


class Family(IntEnum):
    """Shape of the distribution of a need's worth where it is present."""

    LOGNORMAL = 0  # location: mean of the logarithm; scale: its standard deviation
    NORMAL = 1  # location: mean; scale: standard deviation
    UNIFORM = 2  # the same
    FIXED = 3  # location: the worth


@rule
def draw_buyer(world: Any, buyer: Any, seed: int, identity: int) -> None:
    """Draw the buyer ``identity`` into the record ``buyer``, which holds its segment's traits."""
    buyer.id = identity
    total = _draw_worths(world, buyer, seed, identity)
    buyer.shopper = False
    if buyer.shopper_share > 0.0:
        shopper, _, _, _ = luck(seed, Purpose.BUYER, identity, 3)
        buyer.shopper = shopper < buyer.shopper_share
    rival, surplus, error, budget = luck(seed, Purpose.BUYER, identity, 1)
    _draw_batna(buyer, rival, normal_quantile(surplus), normal_quantile(error), total)
    if math.isinf(buyer.budget_log_median):
        buyer.budget = math.inf
    else:
        buyer.budget = math.exp(buyer.budget_log_median + buyer.budget_log_sd * normal_quantile(budget))
    kind, patience, expectation, taker = luck(seed, Purpose.BUYER, identity, 2)
    if buyer.unlimited_patience:
        buyer.patience = math.inf
    else:
        extra = buyer.impatient_extra if kind < buyer.impatient_share else buyer.patient_extra
        buyer.patience = 1.0 + poisson_quantile(patience, extra, MOST_PATIENCE)
    if buyer.expectation_spread > 0.0:
        buyer.expectation = math.exp(buyer.expectation_spread * normal_quantile(expectation))
    else:
        buyer.expectation = 1.0
    buyer.taker = taker < buyer.taker_share
    for j in range(world.terms):
        cares, _, _, _ = luck(seed, Purpose.TERM, identity, j)
        buyer.term_factor[j] = 1.0 + world.term_worth_spread[j] * normal_quantile(cares)
    _draw_size_of_group(world, buyer, seed, identity)
    buyer.in_market = True
    buyer.authority = True
    if world.in_market < 1.0 or world.authority < 1.0:
        market, authority, _, _ = luck(seed, Purpose.LEAD, identity, 0)
        buyer.in_market = market < world.in_market
        buyer.authority = authority < world.authority


@rule
def _draw_worths(world: Any, buyer: Any, seed: int, identity: int) -> float:
    """Draw true and perceived worth of every need; return the true full worth, money."""
    common, _, _, _ = luck(seed, Purpose.BUYER, identity, 0)
    shared = world.common_root * normal_quantile(common)
    total = 0.0
    for k in range(world.needs):
        presence, own, self_error, _ = luck(seed, Purpose.NEED, identity, k)
        worth = 0.0
        if presence < world.presence[k]:
            z = shared + world.own_root * normal_quantile(own)
            worth = worth_at(world.family[k], world.location[k], world.scale[k], z)
        buyer.worth[k] = worth
        total += worth
        mean = world.need_mean[k]
        noise = math.sqrt(world.need_variance[k] * buyer.knowledge * (1.0 - buyer.knowledge))
        seen = buyer.knowledge * (worth - mean) + noise * normal_quantile(self_error)
        buyer.perceived[k] = buyer.awareness * (mean + seen)
    return total


@rule
def worth_at(family: int, location: float, scale: float, z: float) -> float:
    """Worth of a present need at the normal quantile z, money."""
    if family == Family.LOGNORMAL:
        return math.exp(location + scale * z)
    if family == Family.NORMAL:
        return location + scale * z
    if family == Family.UNIFORM:
        return location + scale * SQRT_12 * (normal_probability(z) - 0.5)
    return location


@rule
def _draw_batna(buyer: Any, rival: float, surplus: float, error: float, total: float) -> None:
    """True and believed worth of the buyer's best alternative, money; ``surplus`` and ``error`` are normal."""
    buyer.rival = rival < (buyer.shopper_rival if buyer.shopper else buyer.rival_present)
    buyer.batna = 0.0
    if buyer.rival:
        offered = max(0.0, buyer.rival_mean + buyer.rival_sd * surplus)
        buyer.batna = offered * max(0.0, total) if buyer.rival_of_value else offered
    buyer.batna_misjudged = buyer.batna_error * error
    buyer.batna_believed = max(0.0, buyer.batna + buyer.batna_misjudged)


@rule
def _draw_size_of_group(world: Any, buyer: Any, seed: int, identity: int) -> None:
    """How many people decide, from least to most."""
    buyer.members = world.members_least
    if world.members_most > world.members_least:
        size, _, _, _ = luck(seed, Purpose.BUYER, identity, 4)
        buyer.members += int(size * (world.members_most - world.members_least + 1))


@rule
def draw_members(world: Any, buyer: Any, seed: int) -> None:
    """What each member of the group but the champion makes of the needs, and who holds a veto.

    The champion sees as the buyer does. With one log-normal weight per member and need, of mean 1, members differ and
    agree on average. Drawn when the first contact begins: most leads never come to that.
    """
    for m in range(1, buyer.members):
        holds, _, _, _ = luck(seed, Purpose.MEMBER, buyer.id, m * PLACES + WHAT_IT_IS)
        buyer.member_veto[m] = 1 if holds < world.veto_share else 0
        for first in range(0, world.needs, 4):
            drawn = luck(seed, Purpose.MEMBER, buyer.id, m * PLACES + first // 4)
            for i in range(min(4, world.needs - first)):
                buyer.member_weight[m, first + i] = _weight(world.member_spread, drawn[i])


@rule
def _weight(spread: float, chance: float) -> float:
    """A log-normal weight of mean 1."""
    return math.exp(spread * (normal_quantile(chance) - 0.5 * spread)) if spread > 0.0 else 1.0


def draw_buyers(world: np.ndarray, template: np.ndarray, seed: int, first: int, count: int) -> np.ndarray:
    """Buyers ``first`` .. ``first + count - 1`` of a seed, as an array of BUYER records.

    ``world`` and ``template`` are the setting's (sim.deal.Setting).
    """
    buyers = np.repeat(template, count).view(np.recarray)
    _fill(world, buyers, np.uint64(seed), first)
    return buyers


@entry
def _fill(world: np.ndarray, buyers: np.ndarray, seed: Any, first: int) -> None:
    for i in range(buyers.size):
        draw_buyer(world[0], buyers[i], seed, first + i)
