"""Means, variances and covariances of many deals in the memory of a few.

The deals are cut into fixed chunks of 4096, in the order of their numbers. Each chunk gives a count, the
means and the centred products of its columns; chunks are merged in an order of their own (experiments.aggregate)
by the update of [ChanGolubLeVeque1983]. The same deals so give the same bytes, whatever the blocks they
arrive in and the threads that played them: no sum is left to a linear algebra library, whose order of adding depends
on both.
"""

from typing import NamedTuple

import numpy as np

from agents.rule import entry, rule

CHUNK = 4096
"""Deals in a chunk; blocks of deals are multiples of it, but for the last."""

TILE = 64
"""Deals whose products are added together, a multiple of four: so many stay in the processor's nearest memory."""


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


def moments_of(values: np.ndarray, first: int = 0, end: int | None = None) -> Moments:
    """The moments of one chunk, or of its deals from ``first`` to before ``end``; values of shape (size, deals)."""
    size, deals = values.shape
    end = deals if end is None else end
    count = end - first
    if count == 0:
        return nothing_yet(size)
    even = size + size % 2
    mean = values[:, first:end].sum(axis=1) / count
    scatter = np.zeros((even, even))
    _add_products(values, first, end, mean, np.zeros((TILE, even)), scatter)
    return Moments(count, mean, np.ascontiguousarray(scatter[:size, :size]))


@entry
def _add_products(
    values: np.ndarray, first: int, end: int, mean: np.ndarray, tile: np.ndarray, scatter: np.ndarray
) -> None:
    """Add the centred products of all columns, deal by deal, to a symmetric matrix, a tile of deals at a time.

    Tile and matrix have an even number of columns; what is beyond those that there are stays 0.
    """
    size = values.shape[0]
    for start in range(first, end, TILE):
        deals = min(TILE, end - start)
        for i in range(size):
            for n in range(deals):
                tile[n, i] = values[i, start + n] - mean[i]
        _add_products_of(tile[:deals], scatter)
    for i in range(size):
        for j in range(i):
            scatter[j, i] = scatter[i, j]


@rule
def _add_products_of(centred: np.ndarray, scatter: np.ndarray) -> None:
    """Add the products of centred columns, shape (deals, even), to the lower half of a matrix.

    Four deals and two rows of the matrix at a time: it is gone through less often. Indices that begin at 0 are what
    the compiler can turn into vectors.
    """
    count, size = centred.shape
    fours = count - count % 4
    for n in range(0, fours, 4):
        for i in range(0, size, 2):
            a, b, c, d = centred[n, i], centred[n + 1, i], centred[n + 2, i], centred[n + 3, i]
            e, f, g, h = centred[n, i + 1], centred[n + 1, i + 1], centred[n + 2, i + 1], centred[n + 3, i + 1]
            for j in range(i + 2):
                w, x, y, z = centred[n, j], centred[n + 1, j], centred[n + 2, j], centred[n + 3, j]
                scatter[i, j] += (a * w + b * x) + (c * y + d * z)
                scatter[i + 1, j] += (e * w + f * x) + (g * y + h * z)
    for n in range(fours, count):
        for i in range(size):
            for j in range(i + 1):
                scatter[i, j] += centred[n, i] * centred[n, j]


def merged(first: Moments, second: Moments) -> Moments:
    """The moments of both together; the order matters to the last digit: always that of the deals."""
    if first.deals == 0 or second.deals == 0:
        return first if second.deals == 0 else second
    count = first.deals + second.deals
    step = second.mean - first.mean
    share = second.deals / count
    scatter = first.scatter + second.scatter + np.multiply.outer(step, step) * (first.deals * share)
    return Moments(count, first.mean + step * share, scatter)
