"""How two outcomes differ beyond their means: shifts of quantiles, first-order dominance, and the worst cases.

Everything here is worked out from spreads (`experiments.spread`), in which an amount is known to its bin, within 0.8 %,
and which do not say which amounts of two arms were of the same buyer. So all limits hold whatever the dependence
between the arms, at the price of being wider than they would have to be: the coverage is at least what is said.

- A band for a whole distribution by Dvoretzky, Kiefer and Wolfowitz, with Massart's constant (1990). Two of them, each
  at half the error, hold for both arms at once, and give a band for all differences of quantiles [Doksum and Sievers
  1976].
- First-order dominance: an arm dominates if its share of outcomes at most x is never larger than the other's.
- The lower tail: the mean of the worst 5 % of outcomes, the conditional value at risk [Rockafellar and Uryasev 2000].
"""

import math
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from experiments.aggregate import SPREAD_COLUMNS
from experiments.spread import Spread
from experiments.spreads import Spreads
from experiments.statistics import Interval, around, band_of_distribution

WORST = 0.05
"""The share of outcomes that count as the worst."""

SHARES = tuple(place / 100 for place in range(1, 100))
"""The shares whose quantiles are compared."""


class Shift(NamedTuple):
    """A quantile of an arm's outcomes less that of ``versus``, money; the limits hold for all quantiles at once.

    ``share`` of the outcomes are at most the quantile, which is ``base`` in ``versus``. NaN where the band is open.
    """

    population: str
    arm: str
    versus: str
    outcome: str
    n: int
    share: float
    base: float
    value: float
    low: float
    high: float


class Dominance(NamedTuple):
    """By how much, as a share of outcomes, an arm's distribution is ahead of that of ``versus`` and behind it, at most.

    It *dominates* if it is known to be ahead somewhere and nowhere known to be behind, beyond the ``margin`` of chance;
    *is dominated* if it is the other way round; *neither* does if it is known to be both.
    """

    population: str
    arm: str
    versus: str
    outcome: str
    n: int
    ahead: float
    behind: float
    margin: float
    verdict: Literal["dominates", "is dominated", "neither", "undecided"]


class Tail(NamedTuple):
    """The mean of the worst outcomes of an arm, or, with ``versus``, that less the other's; money."""

    population: str
    arm: str
    versus: str
    outcome: str
    n: int
    value: float
    low: float
    high: float


def quantile(spread: Spread, share: float) -> float:
    """The smallest amount that at least this share of amounts does not exceed; NaN for a share not within 0 to 1."""
    place = _place(spread, share)
    return math.nan if place is None else float(spread.values[place])


def _place(spread: Spread, share: float) -> int | None:
    """The place of the bin in which a quantile lies; None for a share not within 0 to 1."""
    if spread.size == 0 or not 0 < share <= 1:
        return None
    return int(np.searchsorted(np.cumsum(spread.counts), share * spread.size * (1 - 1e-12)))


def _apart(first: Spread, first_share: float, second: Spread, second_share: float) -> float:
    """A quantile of the first less one of the second: 0 in the same bin, in which amounts cannot be told apart."""
    places = _place(first, first_share), _place(second, second_share)
    if places[0] is None or places[1] is None:
        return math.nan
    if first.codes[places[0]] == second.codes[places[1]]:
        return 0.0
    return float(first.values[places[0]] - second.values[places[1]])


def shifts(spreads: Spreads, population: str, arm: str, versus: str, outcome: str, level: float) -> list[Shift]:
    """The shift function of an arm's outcomes against another's; nothing without deals."""
    own, base = spreads[population, arm, outcome], spreads[population, versus, outcome]
    if own.size == 0 or base.size == 0:
        return []
    margin = margin_of_two(own.size, level)
    rows = []
    for share in SHARES:
        at, value = quantile(base, share), _apart(own, share, base, share)
        low = _apart(own, share - margin, base, share + margin)
        high = _apart(own, share + margin, base, share - margin)
        rows.append(Shift(population, arm, versus, outcome, own.size, share, at, value, low, high))
    return rows


def margin_of_two(count: int, level: float) -> float:
    """Half the height of each of two bands that hold at once, whatever the dependence between the arms."""
    return band_of_distribution(count, 1 - (1 - level) / 2)


def dominance(spreads: Spreads, population: str, arm: str, versus: str, outcome: str, level: float) -> Dominance:
    """Whether one arm's outcomes dominate the other's; NaN and undecided without deals."""
    own, base = spreads[population, arm, outcome], spreads[population, versus, outcome]
    codes = np.union1d(own.codes, base.codes)
    if own.size == 0 or base.size == 0:
        return Dominance(population, arm, versus, outcome, own.size, math.nan, math.nan, math.nan, "undecided")
    gap = _share_at_most(base, codes) - _share_at_most(own, codes)
    ahead, behind = max(0.0, float(gap.max())), max(0.0, float(-gap.min()))
    margin = 2 * margin_of_two(own.size, level)
    return Dominance(population, arm, versus, outcome, own.size, ahead, behind, margin, _verdict(ahead, behind, margin))


def _share_at_most(spread: Spread, codes: np.ndarray) -> np.ndarray:
    reached = np.concatenate([[0], np.cumsum(spread.counts)])
    return np.asarray(reached[np.searchsorted(spread.codes, codes, side="right")] / spread.size)


def _verdict(
    ahead: float, behind: float, margin: float
) -> Literal["dominates", "is dominated", "neither", "undecided"]:
    if ahead > margin:
        return "neither" if behind > margin else "dominates"
    return "is dominated" if behind > margin else "undecided"


def tails(spreads: Spreads, population: str, arms: Sequence[str], base: str, outcome: str, level: float) -> list[Tail]:
    """The mean of the worst 5 % of outcomes of every arm, and of the other arms less the baseline's."""
    found = {arm: worst(spreads[population, arm, outcome]) for arm in arms}
    rows = []
    for arm in arms:
        count = spreads[population, arm, outcome].size
        value, error = found[arm]
        rows.append(Tail(population, arm, "", outcome, count, value, *around(value, error**2, count, level)))
    for arm in arms:
        if arm != base:
            count = spreads[population, arm, outcome].size
            change, error = found[arm][0] - found[base][0], found[arm][1] + found[base][1]
            limits = around(change, error**2, count, level)
            rows.append(Tail(population, arm, base, outcome, count, change, *limits))
    return rows


def worst(spread: Spread, share: float = WORST) -> tuple[float, float]:
    """The mean of the worst share of amounts, and its standard error; NaN without amounts.

    The error is that of the mean of how far amounts fall short of the quantile, over the share.
    """
    if spread.size == 0:
        return math.nan, math.nan
    at = quantile(spread, share)
    short = np.maximum(0.0, at - spread.values)
    mean = float((short * spread.counts).sum()) / spread.size
    variance = float(((short - mean) ** 2 * spread.counts).sum()) / max(spread.size - 1, 1)
    return at - mean / share, math.sqrt(variance / spread.size) / share


def in_words(row: Dominance, labels: tuple[str, str]) -> str:
    """What a dominance says, the arm's label first, then the baseline's."""
    arm, base = labels
    if row.verdict == "dominates":
        return f"{arm} dominates {base}: it is ahead at some amounts, and nowhere known to be behind."
    if row.verdict == "is dominated":
        return f"{base} dominates {arm}: it is ahead at some amounts, and nowhere known to be behind."
    if row.verdict == "neither":
        return f"Neither dominates: {arm} has more of some large outcomes, {base} of others."
    return "Neither is known to be ahead at any amount."


def all_of(spreads: Spreads, population: str, arms: Sequence[str], base: str, level: float) -> Iterator[Dominance]:
    """Every dominance against the baseline, of profit and surplus."""
    for arm in arms:
        for outcome in SPREAD_COLUMNS:
            if arm != base:
                yield dominance(spreads, population, arm, base, outcome, level)


def limits_of(row: Tail) -> Interval:
    """The limits of a tail."""
    return Interval(row.low, row.high)
