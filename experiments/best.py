"""Several arms at once: which may be the best, and which differences hold though there are many of them.

Comparison with the best [Hsu1984] from simultaneous intervals of all pairs [EdwardsHsu1983] by Bonferroni, which hold
whatever the dependence that common luck makes between the arms [NelsonMatejcik1995]. Differences from the baseline that
hold all together [Holm1979].
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

from experiments.estimates import Difference, compared
from experiments.measures import HEADLINE, quantity
from experiments.moments import Apart, Moments


class Standing(NamedTuple):
    """The headline quantity of an arm less the best of all others', its limits simultaneous for all arms.

    The limits are those of Hsu, which always hold 0: ``high`` is 0 for an arm that another is known to beat (*not
    best*), ``low`` is 0 for one that is known to beat all others (*best*); of the rest each *may be best*.
    """

    population: str
    arm: str
    quantity: str
    unit: str
    n: int
    value: float
    low: float
    high: float
    verdict: Literal["best", "may be best", "not best"]


def standings(moments: Moments | Apart, population: str, arms: Sequence[str], level: float) -> list[Standing]:
    """How every arm stands to the best of the others; nothing for fewer than three arms."""
    count = len(arms)
    if count < 3:
        return []
    shown = quantity(HEADLINE)
    each = 1 - (1 - level) / math.comb(count, 2)
    values = np.full((count, count), math.nan)
    low, high = values.copy(), values.copy()
    for first in range(count):
        for second in range(first + 1, count):
            numbers = compared(moments, first, second, shown, each)
            values[second, first], values[first, second] = numbers.value, -numbers.value
            low[second, first], low[first, second] = numbers.low, -numbers.high
            high[second, first], high[first, second] = numbers.high, -numbers.low
    leading = _leading(high)
    rows = []
    for place, arm in enumerate(arms):
        value = float(np.delete(values[place], place).min()) + 0.0
        verdict = "not best" if place not in leading else "best" if len(leading) == 1 else "may be best"
        limits = _against_the_best(place, low, high, leading)
        rows.append(Standing(population, arm, HEADLINE, shown.unit, moments.deals, value, *limits, verdict))  # type: ignore[arg-type]  # one of the three
    return rows


def _leading(high: np.ndarray) -> list[int]:
    """The arms that no other is known to beat, from the upper limits of all pairs, row less column; NaN is unknown."""
    return [arm for arm in range(len(high)) if not (np.delete(high[arm], arm) < 0).any()]


def _against_the_best(arm: int, low: np.ndarray, high: np.ndarray, leading: Sequence[int]) -> tuple[float, float]:
    """Hsu's limits of an arm less the best of the others; NaN where those of pairs are not known."""
    if np.isnan(np.delete(low, arm, axis=1)[arm]).any():
        return math.nan, math.nan
    others = [float(low[arm, other]) for other in leading if other != arm]
    return min([0.0, *others]), max(0.0, float(np.delete(high[arm], arm).min()))


def holm(chances: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given; NaN, which is never small, stays so and counts as a comparison."""
    order = sorted(range(len(chances)), key=lambda place: (math.isnan(chances[place]), chances[place]))
    adjusted = [math.nan] * len(chances)
    reached = 0.0
    for rank, place in enumerate(order):
        if not math.isnan(chances[place]):
            reached = max(reached, min(1.0, (len(chances) - rank) * chances[place]))
            adjusted[place] = reached
    return adjusted


def held_together(rows: Sequence[Difference], level: float) -> set[str]:
    """The arms whose difference from the baseline holds among all these by Holm's procedure, at the level.

    ``rows`` are of one quantity and population, their intervals those of t at that level.
    """
    adjusted = holm([_chance(row, level) for row in rows])
    return {row.arm for row, chance in zip(rows, adjusted, strict=True) if chance <= 1 - level}


def _chance(row: Difference, level: float) -> float:
    """The two-sided p-value that belongs to a t interval; NaN where there is none, 0 or 1 where it is a point."""
    if row.n < 2 or not math.isfinite(row.high - row.low):
        return math.nan
    error = (row.high - row.low) / 2 / float(stdtrit(row.n - 1, 0.5 + level / 2))
    if error == 0:
        return float(row.value == 0)
    return 2 * float(stdtr(row.n - 1, -abs(row.value) / error))
