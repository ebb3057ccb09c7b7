"""Terms besides price: what a package of them is worth to a side, and which one it thinks best for both.

A package says for every term which of its levels is agreed, the standard level being 0. It is packed into one number,
a decimal digit for each term, the first term's being the last digit; 0 is the standard package.

Of a level everybody knows what it is usually worth to a buyer and usually costs a seller. How much *this* side cares is
its own factor on that, 1 on average; the other side only has a guess of it. Who trades on good guesses gives what costs
it little and is worth much to the other (logrolling). Source: [RaiffaRichardsonMetcalfe2002].
"""

from collections.abc import Iterable

import numpy as np

from agents.rule import rule

FloatArray = np.ndarray
IntArray = np.ndarray

STANDARD = 0
"""The package of standard terms."""

OWN_PACKAGE = -1
"""In a Move: the package that its side thinks best for both, with the price moved by what that is worth to it."""

BASE = 10


@rule
def money_in(terms: int, package: int, table: FloatArray, factors: FloatArray) -> float:
    """What a package is worth to a buyer, or costs a seller, beyond the standard terms, money.

    ``table[j, level]`` is what that is usually, money; ``factors[j]`` how much more or less it is to this side.
    """
    total = 0.0
    left = package
    for j in range(terms):
        total += factors[j] * table[j, left % BASE]
        left //= BASE
    return total


@rule
def best_package(
    terms: int,
    levels: IntArray,
    worth: FloatArray,
    worth_factors: FloatArray,
    cost: FloatArray,
    cost_factors: FloatArray,
) -> int:
    """The package with the most worth to the buyer less cost to the seller, by the factors given.

    ``worth`` and ``cost`` are the usual money of shape (J, L). Of levels that are equally good the first.
    """
    package = 0
    place = 1
    for j in range(terms):
        best = 0
        most = worth_factors[j] * worth[j, 0] - cost_factors[j] * cost[j, 0]
        for level in range(1, levels[j]):
            gain = worth_factors[j] * worth[j, level] - cost_factors[j] * cost[j, level]
            if gain > most:
                best = level
                most = gain
        package += place * best
        place *= BASE
    return package


def levels_of(terms: int, package: int) -> list[int]:
    """The level of each term in a package."""
    return [package // BASE**j % BASE for j in range(terms)]


def package_of(levels: Iterable[int]) -> int:
    """The package of these levels, one for each term in turn."""
    return sum(int(level) * BASE**j for j, level in enumerate(levels))


@rule
def is_a_package(terms: int, levels: IntArray, package: int) -> bool:
    """Whether a number stands for levels that these terms have."""
    left = package
    for j in range(terms):
        if left % BASE >= levels[j]:
            return False
        left //= BASE
    return left == 0


@rule
def guess_of_a_factor(factor: float, spread: float, noise: float, insight: float, error: float) -> float:
    """What a side takes the other's factor on a term for: its mean given what the conversation let it see.

    ``spread`` is the standard deviation of factors, ``noise`` the variance of what one clear question tells,
    ``insight`` how many such questions were asked and ``error`` a normal number. Without noise the factor is known
    beforehand; without insight the guess is what is usual, 1. Source: normal-normal updating.
    """
    if noise <= 0.0:
        return factor
    if insight <= 0.0 or spread <= 0.0 or np.isinf(noise):
        return 1.0
    left = noise / insight
    variance = spread * spread
    return 1.0 + variance / (variance + left) * (factor + left**0.5 * error - 1.0)
