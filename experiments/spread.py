"""How amounts of money are spread, in memory that does not grow with the deals.

Amounts are counted in bins whose edges are fixed once for all: a bin is 1/128 of a power of two wide, so that no amount
is further than 0.8 % from any other of its bin, and 0 has a bin of its own. A bin keeps how many amounts fell into it
and their sum; its mean stands for them, which is exact where all of them are equal, as what a lost deal cost often is.
The same bins everywhere make counts of parts add up to those of the whole, whatever the parts.
"""

from typing import NamedTuple

import numpy as np

from agents.rule import entry

KEPT_BITS = 7
"""Bits of the mantissa that tell bins apart."""

SHIFT = 52 - KEPT_BITS
SIGN = np.int64(1) << (11 + KEPT_BITS)
WIDTH_OF_CODES = 12 + KEPT_BITS
"""Bits that hold the code of any bin."""


class Spread(NamedTuple):
    """Amounts counted in bins: the codes of those that are not empty in rising order, counts, and sums of money."""

    codes: np.ndarray
    counts: np.ndarray
    sums: np.ndarray

    @property
    def values(self) -> np.ndarray:
        """The mean amount of each bin, in rising order."""
        return np.asarray(self.sums / self.counts)

    @property
    def size(self) -> int:
        """How many amounts there are."""
        return int(self.counts.sum())


def code_of(values: np.ndarray) -> np.ndarray:
    """The code of each amount's bin: 0 or more, and rising with the amount."""
    bits = (np.asarray(values, dtype=np.float64) + 0.0).view(np.int64)  # no minus before a zero
    size = (bits & np.int64(0x7FFF_FFFF_FFFF_FFFF)) >> SHIFT
    return np.where(bits < 0, SIGN - 1 - size, SIGN + size)


def edges_of(code: int) -> tuple[float, float]:
    """The lowest and the highest amount of a bin."""
    size = code - int(SIGN) if code >= SIGN else int(SIGN) - 1 - code
    near, far = (float(np.int64(each << SHIFT).view(np.float64)) for each in (size, size + 1))
    return (near, far) if code >= SIGN else (-far, -near)


def counted(codes: np.ndarray, values: np.ndarray) -> tuple[Spread, np.ndarray]:
    """Count amounts by code, and say at which place in the spread each of them is; sums are in the order given."""
    found, places = np.empty(codes.size, np.int64), np.empty(codes.size, np.int64)
    bins = _number(codes, np.full(2 << int(codes.size).bit_length(), -1, np.int64), found, places)
    order = np.argsort(found[:bins])
    rank = np.empty(bins, np.int64)
    rank[order] = np.arange(bins)
    counts, sums = np.zeros(bins, np.int64), np.zeros(bins)
    _add_up(rank, values, places, counts, sums)
    return Spread(found[:bins][order], counts, sums), places


@entry
def _number(codes: np.ndarray, table: np.ndarray, found: np.ndarray, places: np.ndarray) -> int:
    """Number codes in the order in which they are first seen; returns how many there are.

    ``table``, a power of two long and at least twice as long as ``codes``, is all -1: places of the codes ``found``, at
    the remainders of codes multiplied by Knuth's constant, or the next free place.
    """
    bins, last = 0, table.size - 1
    for n in range(codes.size):
        at = ((codes[n] * 2654435761) >> 15) & last
        while table[at] >= 0 and found[table[at]] != codes[n]:
            at = (at + 1) & last
        if table[at] < 0:
            table[at] = bins
            found[bins] = codes[n]
            bins += 1
        places[n] = table[at]
    return bins


@entry
def _add_up(rank: np.ndarray, values: np.ndarray, places: np.ndarray, counts: np.ndarray, sums: np.ndarray) -> None:
    """Replace places by their ranks, and count and add up amounts there, in the order given."""
    for n in range(places.size):
        place = rank[places[n]]
        places[n] = place
        counts[place] += 1
        sums[place] += values[n]


def spread_of(values: np.ndarray) -> Spread:
    """The spread of some amounts."""
    return counted(code_of(values), values)[0]


def joined(first: Spread, second: Spread) -> Spread:
    """The spread of both together; the order matters to the last digit of sums."""
    if first.codes.size == 0 or second.codes.size == 0:
        return first if second.codes.size == 0 else second
    codes, of_first, of_second = merged_codes(first.codes, second.codes)
    counts, sums = np.zeros(codes.size, np.int64), np.zeros(codes.size)
    for each, places in ((first, of_first), (second, of_second)):
        counts[places] += each.counts
        sums[places] += each.sums
    return Spread(codes, counts, sums)


def merged_codes(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All codes of two rising arrays, rising, and at which places among them those of each stand."""
    codes = np.empty(first.size + second.size, np.int64)
    of_first, of_second = np.empty(first.size, np.int64), np.empty(second.size, np.int64)
    return codes[: _merge(first, second, codes, of_first, of_second)], of_first, of_second


@entry
def _merge(
    first: np.ndarray, second: np.ndarray, codes: np.ndarray, of_first: np.ndarray, of_second: np.ndarray
) -> int:
    i, j, size = 0, 0, 0
    while i < first.size or j < second.size:
        take_first = j == second.size or (i < first.size and first[i] <= second[j])
        take_second = i == first.size or (j < second.size and second[j] <= first[i])
        if take_first:
            codes[size] = first[i]
            of_first[i] = size
            i += 1
        if take_second:
            codes[size] = second[j]
            of_second[j] = size
            j += 1
        size += 1
    return size


NOTHING = Spread(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def random_beats(first: Spread, second: Spread) -> float:
    """How likely a random amount of the first is larger than a random one of the second; ties count half.

    The statistic of [MannWhitney1947] over the number of pairs. Amounts of the same bin count as tied; NaN
    without amounts.
    """
    if first.size == 0 or second.size == 0:
        return float("nan")
    below = np.concatenate([[0], np.cumsum(second.counts)])
    left = below[np.searchsorted(second.codes, first.codes, side="left")]
    right = below[np.searchsorted(second.codes, first.codes, side="right")]
    wins = float((first.counts * (left + right)).sum(dtype=np.float64)) / 2
    return wins / first.size / second.size
