"""Means, variances and covariances of many deals in the memory of a few.

The deals are cut into fixed chunks of 4096, in the order of their numbers. Each chunk gives a count, the
means and the centred products of its columns; chunks are merged in an order of their own (experiments.aggregate)
by the update of [ChanGolubLeVeque1983]. The same deals so give the same bytes, whatever the blocks they
arrive in and the threads that played them: no sum is left to a linear algebra library, whose order of adding depends
on both.
"""

from typing import NamedTuple

import numpy as np

from agents.rule import entry

CHUNK = 4096
"""Deals in a chunk; blocks of deals are multiples of it, but for the last."""


class Moments(NamedTuple):
    """How many deals, their mean vector, and their centred second-moment matrix (sums of products)."""

    deals: int
    mean: np.ndarray
    scatter: np.ndarray

    def covariance(self) -> np.ndarray:
        """The sample covariance matrix; NaN with fewer than two deals."""
        if self.deals < 2:
            return np.full_like(self.scatter, np.nan)
        return self.scatter / (self.deals - 1)


class Apart(NamedTuple):
    """The moments of arms that met other buyers each, one of each arm: nothing is known of how they vary together."""

    arms: tuple[Moments, ...]

    @property
    def deals(self) -> int:
        """The deals of the arm with the fewest."""
        return min(each.deals for each in self.arms)


def nothing_yet(size: int) -> Moments:
    """The moments of no deals, of a vector of that size."""
    return Moments(0, np.zeros(size), np.zeros((size, size)))


def moments_of(values: np.ndarray) -> Moments:
    """The moments of one chunk; ``values`` has the shape (size, deals)."""
    size, count = values.shape
    if count == 0:
        return nothing_yet(size)
    mean = np.ascontiguousarray(values).sum(axis=1) / count
    centred = np.ascontiguousarray((values - mean[:, np.newaxis]).T)
    scatter = np.zeros((size, size))
    _add_products(centred, scatter)
    return Moments(count, mean, scatter)


@entry
def _add_products(centred: np.ndarray, scatter: np.ndarray) -> None:
    """Add the products of all columns, deal by deal, to a symmetric matrix; ``centred`` has the shape (deals, size)."""
    count, size = centred.shape
    fours = count - count % 4
    for n in range(0, fours, 4):  # four at a time: the matrix is gone through a quarter as often
        for i in range(size):
            first, second, third, fourth = centred[n, i], centred[n + 1, i], centred[n + 2, i], centred[n + 3, i]
            for j in range(i, size):
                scatter[i, j] += (first * centred[n, j] + second * centred[n + 1, j]) + (
                    third * centred[n + 2, j] + fourth * centred[n + 3, j]
                )
    for n in range(fours, count):
        for i in range(size):
            for j in range(i, size):
                scatter[i, j] += centred[n, i] * centred[n, j]
    for i in range(size):
        for j in range(i):
            scatter[i, j] = scatter[j, i]


def merged(first: Moments, second: Moments) -> Moments:
    """The moments of both together; the order matters to the last digit: always that of the deals."""
    if first.deals == 0 or second.deals == 0:
        return first if second.deals == 0 else second
    count = first.deals + second.deals
    step = second.mean - first.mean
    share = second.deals / count
    scatter = first.scatter + second.scatter + np.multiply.outer(step, step) * (first.deals * share)
    return Moments(count, first.mean + step * share, scatter)
