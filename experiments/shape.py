"""How two outcomes differ beyond their means: shifts of quantiles, first-order dominance, and the worst cases.

Everything here is worked out from spreads (`experiments.spread`), in which an amount is known to its bin, within 0.8 %,
and from how they are spread in groups of deals (`experiments.groups`), which tell how exactly differences are known.

- The shift function [DoksumSievers1976]: by how much the outcomes of one arm would have to be shifted, where they
  stand, to be those of the other; with a band for all of them at once.
- First-order dominance [HadarRussell1969]: an arm dominates if its share of outcomes at most x is never larger than the
  other's.
- The lower tail: the mean of the worst 5 % of outcomes, the conditional value at risk [RockafellarUryasev2000].
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from experiments.aggregate import Aggregate
from experiments.bands import margin_at_amounts, margin_at_shares
from experiments.groups import GROUPS, Groups, grouped, wide
from experiments.spread import Spread, code_of, counted, edges_of
from experiments.statistics import Interval, around
from experiments.tally import SPREAD_COLUMNS

WORST = 0.05
"""The share of outcomes that count as the worst."""

SHARES = tuple(place / 100 for place in range(1, 100))
"""The shares whose quantiles are compared."""


class Outcomes(NamedTuple):
    """The outcomes of one arm: how they are spread, and how in groups of deals."""

    spread: Spread
    groups: Groups


def outcomes_from(values: np.ndarray) -> Outcomes:
    """The outcomes of an arm from amounts in the order of deals, the first deal's first."""
    spread, places = counted(code_of(values), values)
    return Outcomes(spread, grouped(spread.codes, places.reshape(1, -1)))


class Shift(NamedTuple):
    """A quantile of an arm's outcomes less that of ``versus``, money; the limits hold for all of them at once.

    ``share`` of the outcomes are at most the quantile, which is ``base`` in ``versus``: the limits are those of how far
    the outcomes that stand at ``base`` are shifted. NaN where the band is open.
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
    *is dominated* if it is the other way round; *neither* does if it is known to be both. ``shift_margin`` is that of
    the band of the shift function, a share too.
    """

    population: str
    arm: str
    versus: str
    outcome: str
    n: int
    ahead: float
    behind: float
    margin: float
    shift_margin: float
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


def outcomes_of(aggregate: Aggregate, population: str, arm: int, outcome: str) -> Outcomes:
    """The outcomes of one arm, by its place, in one population."""
    return Outcomes(aggregate.spread(population, arm, outcome), aggregate.groups(population, arm, outcome))


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


def _most_apart(first: Spread, first_share: float, second: Spread, second_share: float) -> float:
    """The same, as far as amounts of the two bins can be from each other."""
    places = _place(first, first_share), _place(second, second_share)
    if places[0] is None or places[1] is None:
        return math.nan
    one, other = int(first.codes[places[0]]), int(second.codes[places[1]])
    return 0.0 if one == other else edges_of(one)[1] - edges_of(other)[0]


def _least_apart(first: Spread, first_share: float, second: Spread, second_share: float) -> float:
    """The same in the other direction."""
    return -_most_apart(second, second_share, first, first_share)


def shifts(own: Spread, base: Spread, row: Dominance) -> list[Shift]:
    """The shift function of an arm's outcomes against another's, of which ``row`` tells; nothing without deals."""
    if own.size == 0 or base.size == 0:
        return []
    margin = row.shift_margin
    found = []
    for share in SHARES:
        at, value = quantile(base, share), _apart(own, share, base, share)
        low, high = _least_apart(own, share - margin, base, share), _most_apart(own, share + margin, base, share)
        found.append(Shift(*row[:4], row.n, share, at, value, low, high))
    return found


def dominance(own: Outcomes, base: Outcomes, about: Sequence[str], level: float) -> Dominance:
    """Whether one arm's outcomes dominate the other's; NaN and undecided without deals.

    ``about`` are population, arm, versus and outcome.
    """
    count = min(own.spread.size, base.spread.size)
    population, arm, versus, outcome = about
    if count == 0:
        return Dominance(population, arm, versus, outcome, 0, math.nan, math.nan, math.nan, math.nan, "undecided")
    codes = np.union1d(own.spread.codes, base.spread.codes)
    gap = _share_at_most(base.spread, codes) - _share_at_most(own.spread, codes)
    ahead, behind = max(0.0, float(gap.max())), max(0.0, float(-gap.min()))
    margin = margin_at_amounts(own.groups, base.groups, level)
    shift_margin = margin_at_shares(own.groups, base.groups, level)
    verdict = _verdict(ahead, behind, margin)
    return Dominance(population, arm, versus, outcome, count, ahead, behind, margin, shift_margin, verdict)


def _share_at_most(spread: Spread, codes: np.ndarray) -> np.ndarray:
    reached = np.concatenate([[0], np.cumsum(spread.counts)])
    return np.asarray(reached[np.searchsorted(spread.codes, codes, side="right")] / spread.size)


def _verdict(
    ahead: float, behind: float, margin: float
) -> Literal["dominates", "is dominated", "neither", "undecided"]:
    if ahead > margin:
        return "neither" if behind > margin else "dominates"
    return "is dominated" if behind > margin else "undecided"


def tails(
    found: Sequence[Outcomes], population: str, arms: Sequence[str], base: str, outcome: str, level: float
) -> list[Tail]:
    """The mean of the worst 5 % of outcomes of every arm, and of the other arms less the baseline's."""
    rows = []
    values = dict(zip(arms, found, strict=True))
    for arm, own in values.items():
        value, error = worst(own.spread)
        count = own.spread.size
        rows.append(Tail(population, arm, "", outcome, count, value, *around(value, error**2, count, level)))
    for arm, own in values.items():
        if arm != base:
            count = min(own.spread.size, values[base].spread.size)
            change = worst(own.spread)[0] - worst(values[base].spread)[0]
            limits = around(change, _variance_of_tails(own, values[base]), min(count, GROUPS), level)
            rows.append(Tail(population, arm, base, outcome, count, change, *limits))
    return rows


def _variance_of_tails(own: Outcomes, base: Outcomes) -> float:
    """The variance of the difference of two means of the worst outcomes, from groups of deals; NaN without deals."""
    if not own.spread.size or not base.spread.size:
        return math.nan
    (one, rest), (other, other_rest) = map(_shortfalls, (own, base))
    return float(((one - other) ** 2).sum()) * GROUPS / (GROUPS - 1) + rest + other_rest


def _shortfalls(outcomes: Outcomes, share: float = WORST) -> tuple[np.ndarray, float]:
    """What each group adds to the mean of the worst outcomes, less what its size would let expect.

    And the variance of that mean which groups do not show, since within a wide bin amounts are not told apart.
    """
    spread, groups = outcomes
    count = spread.size
    short = np.maximum(0.0, quantile(spread, share) - spread.values)
    places = np.searchsorted(groups.codes, wide(spread.codes))
    of_bin = np.bincount(places, weights=short * spread.counts) / np.bincount(places, weights=spread.counts)
    sizes = groups.counts.sum(axis=0)
    added = of_bin @ groups.counts - float((short * spread.counts).sum()) / count * sizes
    unseen = float((spread.counts * (short - of_bin[places]) ** 2).sum())
    return added / (count * share), unseen / (count * share) ** 2


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
        return f"{arm} dominates {base} (first order): it is ahead at some amounts, and nowhere known to be behind."
    if row.verdict == "is dominated":
        return f"{base} dominates {arm} (first order): it is ahead at some amounts, and nowhere known to be behind."
    if row.verdict == "neither":
        return f"neither dominates: {arm} is ahead at some amounts, {base} at others."
    return "neither is known to be ahead at any amount."


def shapes(
    aggregate: Aggregate, population: str, arms: Sequence[str], base: str, level: float
) -> tuple[list[Dominance], list[Tail]]:
    """Every dominance over the baseline and every tail, of profit and surplus, in one population."""
    dominances: list[Dominance] = []
    tail_rows: list[Tail] = []
    for outcome in SPREAD_COLUMNS:
        found = [outcomes_of(aggregate, population, place, outcome) for place in range(len(arms))]
        own = dict(zip(arms, found, strict=True))
        dominances += [
            dominance(own[arm], own[base], (population, arm, base, outcome), level) for arm in arms if arm != base
        ]
        tail_rows += tails(found, population, arms, base, outcome, level)
    return dominances, tail_rows


def limits_of(row: Tail) -> Interval:
    """The limits of a tail."""
    return Interval(row.low, row.high)
