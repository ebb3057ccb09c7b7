"""Means and covariances of the worth of needs, in closed form, from how a scenario says they are drawn.

A need is present with probability p; its worth X is then a function of a normal variable Z, and the Z of different
needs have the correlation of the common factor. Presences are independent. For two needs i, j:
``Cov(w_i, w_j) = p_i p_j Cov(X_i, X_j)`` and ``Var(w) = p E[X^2] - (p E[X])^2``.
"""

import math

import numpy as np

from sim.scenario import Need, Worth

WIDTH = math.sqrt(12.0)


def worth_mean(needs: list[Need]) -> np.ndarray:
    """Mean worth of each need over the segment, money, shape (K,)."""
    return np.array([need.present * need.worth.mean for need in needs])


def worth_covariance(needs: list[Need], correlation: float) -> np.ndarray:
    """Covariance of the worths of needs over the segment, money squared, shape (K, K)."""
    count = len(needs)
    covariance = np.zeros((count, count))
    for i, one in enumerate(needs):
        for j, other in enumerate(needs):
            if i == j:
                second = own_variance(one.worth) + one.worth.mean**2
                covariance[i, i] = one.present * second - (one.present * one.worth.mean) ** 2
            else:
                covariance[i, j] = one.present * other.present * _shared(one.worth, other.worth, correlation)
    return covariance


def own_variance(worth: Worth) -> float:
    """Variance of a worth where the need is present, money squared."""
    if worth.family == "lognormal":
        return worth.mean**2 * math.expm1(worth.log_sd**2)
    return worth.sd**2


def _shared(one: Worth, other: Worth, correlation: float) -> float:
    """Covariance of two worths whose normal variables have the given correlation, money squared."""
    first, second = sorted((one, other), key=lambda worth: worth.family)
    pair = (first.family, second.family)
    if "fixed" in pair:
        return 0.0
    if pair == ("lognormal", "lognormal"):
        return first.mean * second.mean * math.expm1(correlation * first.log_sd * second.log_sd)
    if pair == ("lognormal", "normal"):
        return first.mean * first.log_sd * correlation * second.sd
    if pair == ("lognormal", "uniform"):
        above = 0.5 * math.erf(correlation * first.log_sd / 2.0)
        return first.mean * above * WIDTH * second.sd
    if pair == ("normal", "normal"):
        return correlation * first.sd * second.sd
    if pair == ("normal", "uniform"):
        return first.sd * correlation / (2.0 * math.sqrt(math.pi)) * WIDTH * second.sd
    return math.asin(correlation / 2.0) / (2.0 * math.pi) * 12.0 * first.sd * second.sd
