"""How far luck may carry two arms' distributions apart, from the groups of deals that both are cut into.

The share of outcomes up to an amount is a mean over deals, and so is the difference of two such shares. By how much the
groups (`experiments.groups`) deviate from all deals together, at every amount, tells how the difference would vary in
other samples; what its largest deviation over all amounts may be is found by adding the groups' deviations with random
weights many times, the multiplier bootstrap of a process [Kosorok2008]. Its quantile, widened as t is
against the normal distribution for so many groups, is the margin. Where arms share buyers and luck, groups deviate
alike in both, and the margin is smaller.

Two processes are needed. At the same *amount* in both arms the difference of shares tells who is ahead there; at the
same *share*, how far one arm's share may be off where the other's outcomes stand, gives the band of the shift function
[DoksumSievers1976], for arms with the same buyers as in [Lombard2005].
"""

import math
from functools import cache

import numpy as np
from scipy.special import ndtri, stdtrit

from experiments.groups import GROUPS, Groups
from experiments.statistics import band_of_distribution

DRAWS = 1000
MOST_PLACES = 120
"""Amounts, or shares, at which the process is looked at; of more, as many evenly by number."""


def margin_at_amounts(first: Groups, second: Groups, level: float) -> float:
    """What the difference of both distributions at no amount deviates from the true one by more than."""
    codes = np.union1d(first.codes, second.codes)
    one, other = (_deviations(_reached_at(each, codes), each.counts) for each in (first, second))
    return _margin(one - other, first, second, level)


def margin_at_shares(first: Groups, second: Groups, level: float) -> float:
    """The same where both distributions have reached the same share, whatever the amounts there."""
    shares = np.union1d(*(_shares(each)[1:] for each in (first, second)))
    one, other = (_deviations(_reached_at_shares(each, shares), each.counts) for each in (first, second))
    return _margin(one - other, first, second, level)


def _reached_at(groups: Groups, codes: np.ndarray) -> np.ndarray:
    """How many amounts of each group lie in bins up to these; shape (codes, GROUPS)."""
    reached = np.vstack([np.zeros(GROUPS), np.cumsum(groups.counts, axis=0)])
    return np.asarray(reached[np.searchsorted(groups.codes, codes, side="right")])


def _shares(groups: Groups) -> np.ndarray:
    """The share of all amounts before the first bin, and up to each bin."""
    reached = np.cumsum(groups.counts.sum(axis=1))
    return np.concatenate([[0.0], reached / reached[-1]])


def _reached_at_shares(groups: Groups, shares: np.ndarray) -> np.ndarray:
    """How many amounts of each group are reached with these shares of all; within a bin evenly."""
    knots, steps = _shares(groups), groups.counts
    place = np.clip(np.searchsorted(knots, shares) - 1, 0, len(steps) - 1)
    part = (shares - knots[place]) / (knots[place + 1] - knots[place])
    before = np.cumsum(steps, axis=0) - steps
    return np.asarray(before[place] + part[:, np.newaxis] * steps[place])


def _deviations(reached: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """How far what each group adds to a share is from what its size would let expect; shape (places, GROUPS)."""
    sizes = counts.sum(axis=0)
    shares = reached.sum(axis=1, keepdims=True) / sizes.sum()
    return np.asarray((reached - shares * sizes) / sizes.sum())


def _margin(deviations: np.ndarray, first: Groups, second: Groups, level: float) -> float:
    """The quantile of the largest deviation; at least what no difference at all in so many deals leaves possible."""
    count = min(int(first.counts.sum()), int(second.counts.sum()))
    places = np.unique(np.linspace(0, len(deviations) - 1, MOST_PLACES).round().astype(int))
    drawn = np.abs(_weights() @ deviations[places].T.astype(np.float32)).max(axis=1)
    wider = float(stdtrit(GROUPS - 1, 0.5 + level / 2) / ndtri(0.5 + level / 2)) * math.sqrt(GROUPS / (GROUPS - 1))
    found = wider * float(np.quantile(drawn, level))
    unseen = -math.log(1 - level) / count  # as likely as not to be missed at this level [HanleyLippmanHand1983]
    whatever = 2 * band_of_distribution(count, 1 - (1 - level) / 2)  # holds however the arms depend on each other
    return min(max(found, unseen), whatever)


@cache
def _weights() -> np.ndarray:
    """Normal weights of the groups, the same in all processes; shape (DRAWS, GROUPS)."""
    return np.random.default_rng(0).standard_normal((DRAWS, GROUPS)).astype(np.float32)
