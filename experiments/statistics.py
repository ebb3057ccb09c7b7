"""Intervals for what the deals of a study show.

Sources: the score interval of a share [Wilson1927]; Student's t for a mean and for a mean of paired differences; the
delta method for a ratio of two sums, by its gradient with respect to the means; for the difference of two shares in
paired data an interval that unlike the plain one does not shrink to a point when no pair happens to differ
[BonettPrice2012], and its like for shares of different buyers [AgrestiCaffo2000]; of means of different buyers the
variances are added [Welch1938], with the degrees of freedom of the smaller sample, the fewest there can be.

Values, variances and limits are floats; where there are too few deals for one it is NaN, never an error.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

from experiments.moments import Moments


class Interval(NamedTuple):
    """The two limits of an interval; NaN where there are too few deals to know."""

    low: float
    high: float


ROUNDING = 1e-12
"""What is smaller than this part of the numbers it was computed from is rounding, and counts as 0."""

UNKNOWN = Interval(math.nan, math.nan)


def around(centre: float, variance: float, count: int, level: float) -> Interval:
    """The t interval of a mean over ``count`` deals; ``variance`` is that of the mean itself."""
    if count < 2 or not math.isfinite(variance):
        return UNKNOWN
    half = float(stdtrit(count - 1, 0.5 + level / 2)) * math.sqrt(max(variance, 0.0))
    return Interval(centre - half, centre + half)


def wilson(share: float, count: int, level: float) -> Interval:
    """The score interval of a share observed in ``count`` deals; within 0 and 1, and never a point."""
    if count == 0:
        return UNKNOWN
    squared = float(ndtri(0.5 + level / 2)) ** 2
    centre = (share + squared / (2 * count)) / (1 + squared / count)
    half = math.sqrt(squared * (share * (1 - share) / count + squared / (4 * count**2))) / (1 + squared / count)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def paired_shares(only_first: float, only_second: float, count: int, level: float) -> Interval:
    """Interval of share(second) - share(first), from the shares of deals that only one of the two had."""
    if count == 0:
        return UNKNOWN
    first = (only_first * count + 1) / (count + 2)
    second = (only_second * count + 1) / (count + 2)
    variance = (first + second - (second - first) ** 2) / (count + 2)
    half = float(ndtri(0.5 + level / 2)) * math.sqrt(variance)
    return Interval(max(-1.0, second - first - half), min(1.0, second - first + half))


def unpaired_shares(first: float, count: int, second: float, other_count: int, level: float) -> Interval:
    """Interval of second - first, two shares of different buyers: as if each had one more deal that had it, one not."""
    if count == 0 or other_count == 0:
        return UNKNOWN
    counts = np.array([count, other_count]) + 2
    shares = (np.array([first * count, second * other_count]) + 1) / counts
    half = float(ndtri(0.5 + level / 2)) * math.sqrt(float((shares * (1 - shares) / counts).sum()))
    change = float(shares[1] - shares[0])
    return Interval(max(-1.0, change - half), min(1.0, change + half))


def ratio(moments: Moments, over: int, under: int) -> tuple[float, np.ndarray]:
    """The ratio of two sums, and its gradient with respect to the means of all columns.

    NaN, with a gradient of NaN, where the sum below is 0: then there is nothing to divide by.
    """
    gradient = np.zeros_like(moments.mean)
    below = float(moments.mean[under])
    if below == 0.0:
        return math.nan, gradient + math.nan
    value = float(moments.mean[over]) / below
    gradient[over] += 1 / below
    gradient[under] -= value / below
    return value, gradient


def spread_along(moments: Moments, gradient: np.ndarray) -> float:
    """The variance over deals of the columns combined by a gradient; NaN with fewer than two deals.

    Divided by the number of deals it is the variance of the estimate.
    """
    if np.isnan(gradient).any():
        return math.nan
    taking_part = np.flatnonzero(gradient)
    part = moments.covariance()[np.ix_(taking_part, taking_part)]
    weights = gradient[taking_part]
    terms = weights[:, np.newaxis] * part * weights
    variance = float(terms.sum())
    of_terms = ROUNDING * float(np.abs(terms).sum())
    of_means = ROUNDING * float(np.abs(weights * moments.mean[taking_part]).sum())
    return 0.0 if variance <= max(of_terms, of_means**2) else variance


def band_of_distribution(count: int, level: float) -> float:
    """Half the height of a band for a whole distribution, by Dvoretzky, Kiefer and Wolfowitz [Massart1990]."""
    return min(1.0, math.sqrt(math.log(2 / (1 - level)) / (2 * count))) if count else math.nan


def gain_of_pairing(unpaired: float, paired: float) -> float:
    """How many times as many deals an unpaired comparison would need for the same interval.

    NaN where the paired difference does not vary: the arms then differ in no deal, or in all by the same. The ratio of
    the two variances: what common random numbers gain [Law2015].
    """
    return unpaired / paired if paired > 0 else math.nan
