"""How amounts of money are spread, in memory that does not grow with the deals.

Amounts are counted in bins whose edges are fixed once for all: a bin is 1/128 of a power of two wide, so that no amount
is further than 0.8 % from any other of its bin, and 0 has a bin of its own. A bin keeps how many amounts fell into it
and their sum; its mean stands for them, which is exact where all of them are equal, as what a lost deal cost often is.
The same bins everywhere make counts of parts add up to those of the whole, whatever the parts.
"""

from typing import Any, NamedTuple

import numpy as np

from agents.rule import entry, rule

KEPT_BITS = 7
"""Bits of the mantissa that tell bins apart."""

SHIFT = 52 - KEPT_BITS
SIGN = 1 << (11 + KEPT_BITS)
ALL_BUT_THE_SIGN = 0x7FFF_FFFF_FFFF_FFFF
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


@rule
def code_of_bits(bits: Any) -> Any:
    """The code of the bin of an amount, given as the 64 bits of it, which are not those of a minus before a zero."""
    size = (bits & ALL_BUT_THE_SIGN) >> SHIFT
    return SIGN - 1 - size if bits < 0 else SIGN + size


def code_of(values: np.ndarray) -> np.ndarray:
    """The code of each amount's bin: 0 or more, and rising with the amount."""
    amounts = np.asarray(np.asarray(values, dtype=np.float64) + 0.0)  # no minus before a zero
    codes = np.empty(amounts.shape, np.int64)
    _encode(amounts.ravel().view(np.int64), codes.reshape(-1))
    return codes


@entry
def _encode(bits: np.ndarray, codes: np.ndarray) -> None:
    for i in range(bits.size):
        codes[i] = code_of_bits(bits[i])


def edges_of(code: int) -> tuple[float, float]:
    """The lowest and the highest amount of a bin."""
    size = code - SIGN if code >= SIGN else SIGN - 1 - code
    near, far = (float(np.int64(each << SHIFT).view(np.float64)) for each in (size, size + 1))
    return (near, far) if code >= SIGN else (-far, -near)


def counted(codes: np.ndarray, values: np.ndarray) -> tuple[Spread, np.ndarray]:
    """Count amounts by code, and say at which place in the spread each of them is; sums are in the order given."""
    kept, places = np.unique(codes, return_inverse=True)
    places = places.reshape(-1)
    counts = np.bincount(places, minlength=kept.size)
    return Spread(kept, counts.astype(np.int64), np.bincount(places, weights=values, minlength=kept.size)), places


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
