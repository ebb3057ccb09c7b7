"""Means, variances and covariances of many deals in the memory of a few.

The deals are cut into fixed cells of 4096, in the order of their numbers. Each cell gives a count, the
means and the centred products of its columns; cells are merged in that order by the update of Chan, Golub
and LeVeque (1983). The same deals so give the same bytes, whatever the blocks they arrive in and the
threads that played them: no sum is left to a linear algebra library, whose order of adding depends on both.
"""

from typing import NamedTuple

import numpy as np

CELL = 4096
"""Deals in a cell; blocks of deals are multiples of it, but for the last."""


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


def nothing_yet(size: int) -> Moments:
    """The moments of no deals, of a vector of that size."""
    return Moments(0, np.zeros(size), np.zeros((size, size)))


def moments_of(values: np.ndarray) -> Moments:
    """The moments of one cell; ``values`` has the shape (size, deals)."""
    size, count = values.shape
    if count == 0:
        return nothing_yet(size)
    values = np.ascontiguousarray(values)
    mean = values.sum(axis=1) / count
    centred = values - mean[:, np.newaxis]
    return Moments(count, mean, np.einsum("in,jn->ij", centred, centred, optimize=False))


def merged(first: Moments, second: Moments) -> Moments:
    """The moments of both together; the order matters to the last digit: always that of the deals."""
    if first.deals == 0 or second.deals == 0:
        return first if second.deals == 0 else second
    count = first.deals + second.deals
    step = second.mean - first.mean
    share = second.deals / count
    scatter = first.scatter + second.scatter + np.multiply.outer(step, step) * (first.deals * share)
    return Moments(count, first.mean + step * share, scatter)
