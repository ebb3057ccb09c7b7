"""Deals in groups: how outcomes are spread in each of 32, so that what belongs to the same buyer is not all forgotten.

Deal number n is in group n modulo 32, in all arms alike. Where the arms met the same buyers, what luck they had in
common is in the same group of both: how much the difference of two arms varies from group to group tells how exactly
it is known, pairing included, without keeping deals. This is the jackknife over groups [Wolter2007] of
statistics that are sums over deals. Where the arms met other buyers each, their groups have nothing in common, and the
same formulas hold.

Amounts are counted in bins eight times as wide as those of spreads (`experiments.spread`), 6 % of an amount at most.
"""

from typing import NamedTuple

import numpy as np

from experiments.spread import WIDTH_OF_CODES, merged_codes

GROUPS = 32
WIDER = 3
"""Bits by which codes of spreads are shortened here."""


class Groups(NamedTuple):
    """Amounts counted in wide bins: their codes in rising order, and counts, shape (bins, GROUPS)."""

    codes: np.ndarray
    counts: np.ndarray

    def part(self, group: int) -> "Groups":
        """One of several kept in one: that whose codes begin with ``group``, a multiple of 2 ** WIDTH_OF_CODES."""
        first = group >> WIDER
        low, high = np.searchsorted(self.codes, [first, first + (1 << (WIDTH_OF_CODES - WIDER))])
        return Groups(self.codes[low:high] - first, self.counts[low:high])


NO_GROUPS = Groups(np.empty(0, np.int64), np.empty((0, GROUPS), np.int64))


def wide(codes: np.ndarray) -> np.ndarray:
    """The codes of the wide bins that bins of spreads lie in."""
    return np.asarray(codes >> WIDER)


def grouped(codes: np.ndarray, places: np.ndarray) -> Groups:
    """Count amounts by group: ``places`` in ``codes``, which rise, have the shape (any, deals), the first deal's first.

    The first deal must be one whose number is a multiple of GROUPS.
    """
    kept, wide_places = np.unique(wide(codes), return_inverse=True)
    if not kept.size:
        return NO_GROUPS
    numbers = np.arange(places.shape[1]) % GROUPS
    cells = wide_places.reshape(-1)[places] * GROUPS + numbers
    counts = np.bincount(cells.ravel(), minlength=kept.size * GROUPS).reshape(-1, GROUPS)
    return Groups(kept, counts.astype(np.int64))


def groups_joined(first: Groups, second: Groups) -> Groups:
    """The counts of both together."""
    if first.codes.size == 0 or second.codes.size == 0:
        return first if second.codes.size == 0 else second
    codes, of_first, of_second = merged_codes(first.codes, second.codes)
    counts = np.zeros((codes.size, GROUPS), np.int64)
    counts[of_first] += first.counts
    counts[of_second] += second.counts
    return Groups(codes, counts)
