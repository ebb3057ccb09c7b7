"""From moments to what a study reports: quantities in each arm, and their differences between arms."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from experiments.measures import IN_MONEY_PER_PROSPECT, MEASURES, QUANTITIES, Quantity
from experiments.moments import Apart, Moments
from experiments.statistics import (
    ROUNDING,
    Interval,
    around,
    gain_of_pairing,
    paired_shares,
    ratio,
    spread_along,
    unpaired_shares,
    wilson,
)

Verdict = Literal["better", "equivalent", "undecided", ""]

_PLACE = {name: place for place, name in enumerate(MEASURES)}


class Level(NamedTuple):
    """A quantity in one arm, with its interval; ``n`` prospects took part."""

    population: str
    arm: str
    quantity: str
    unit: str
    n: int
    value: float
    low: float
    high: float


class Difference(NamedTuple):
    """A quantity of ``arm`` less that of ``versus``, paired by buyer where both met the same, with its interval.

    ``relative`` is the difference over the size of the level of ``versus``; ``spread`` is the standard
    deviation over prospects (the root of the mean of the two arms' variances), to compare differences of
    different units by; ``pairing_gain`` is how many times as many deals an unpaired comparison would need, NaN where
    it is unpaired itself: ``n`` is then that of the arm with fewer. ``better`` names the arm that the verdict *better*
    is about.
    """

    population: str
    arm: str
    versus: str
    quantity: str
    unit: str
    n: int
    value: float
    low: float
    high: float
    relative: float
    spread: float
    pairing_gain: float
    verdict: Verdict
    better: str


def levels(known: Moments | Apart, population: str, arms: Sequence[str], level: float) -> list[Level]:
    """Every quantity of every arm; ``level`` is that of the intervals (0.95)."""
    rows = []
    for number, arm in enumerate(arms):
        moments, place = _of_arm(known, number)
        for quantity in QUANTITIES:
            value, gradient = _estimate(moments, place, quantity)
            interval = _interval_of_a_level(moments, place, quantity, value, gradient, level)
            rows.append(Level(population, arm, quantity.name, quantity.unit, moments.deals, value, *interval))
    return rows


def _of_arm(known: Moments | Apart, arm: int) -> tuple[Moments, int]:
    """The moments that an arm is in, and at which place."""
    return (known, arm) if isinstance(known, Moments) else (known.arms[arm], 0)


def differences(
    moments: Moments | Apart, population: str, arms: Sequence[str], baseline: str, level: float, rope: float | None
) -> list[Difference]:
    """Every quantity of every other arm less that of the baseline; ``rope``: equivalence margin, money."""
    first = list(arms).index(baseline)
    rows = []
    for second, arm in enumerate(arms):
        if second == first:
            continue
        for quantity in QUANTITIES:
            numbers = compared(moments, first, second, quantity, level)
            verdict = _verdict(quantity, Interval(numbers.low, numbers.high), rope)
            better = "" if verdict != "better" else arm if numbers.value > 0 else baseline
            rows.append(
                Difference(
                    population,
                    arm,
                    baseline,
                    quantity.name,
                    quantity.unit,
                    moments.deals,
                    *numbers,
                    verdict,
                    better,
                )
            )
    return rows


class Numbers(NamedTuple):
    """The numeric fields of a Difference, in its order."""

    value: float
    low: float
    high: float
    relative: float
    spread: float
    pairing_gain: float


def _column(arm: int, measure: str) -> int:
    """Where the measure of an arm stands in the vector of all measures of all arms."""
    return arm * len(MEASURES) + _PLACE[measure]


def _estimate(moments: Moments, arm: int, quantity: Quantity) -> tuple[float, np.ndarray]:
    """The quantity in that arm and its gradient with respect to the means; NaN without deals."""
    if moments.deals == 0:
        return math.nan, np.full_like(moments.mean, math.nan)
    if quantity.per:
        return ratio(moments, _column(arm, quantity.of), _column(arm, quantity.per))
    gradient = np.zeros_like(moments.mean)
    gradient[_column(arm, quantity.of)] = 1.0
    return float(moments.mean[_column(arm, quantity.of)]), gradient


def _interval_of_a_level(
    moments: Moments, arm: int, quantity: Quantity, value: float, gradient: np.ndarray, level: float
) -> Interval:
    if not quantity.counts:
        return around(value, spread_along(moments, gradient) / max(moments.deals, 1), moments.deals, level)
    counted = moments.deals
    if quantity.per and counted:
        counted = round(counted * float(moments.mean[_column(arm, quantity.per)]))
    return wilson(value, counted, level)


def compared(known: Moments | Apart, first: int, second: int, quantity: Quantity, level: float) -> Numbers:
    """Quantity of the second arm less that of the first, and all that is said about it."""
    if isinstance(known, Apart):
        return _compared_apart(known.arms[first], known.arms[second], quantity, level)
    return _compared_in_pairs(known, first, second, quantity, level)


def _compared_apart(first: Moments, second: Moments, quantity: Quantity, level: float) -> Numbers:
    """The same of two arms that met other buyers each."""
    base, base_gradient = _estimate(first, 0, quantity)
    other, other_gradient = _estimate(second, 0, quantity)
    variances = spread_along(first, base_gradient), spread_along(second, other_gradient)
    change = 0.0 if abs(other - base) <= ROUNDING * (abs(other) + abs(base)) else other - base
    if quantity.counts and not quantity.per:
        interval = unpaired_shares(base, first.deals, other, second.deals, level)
    else:
        error = variances[0] / max(first.deals, 1) + variances[1] / max(second.deals, 1)
        interval = around(change, error, min(first.deals, second.deals), level)
    relative = change / abs(base) if base else math.nan
    return Numbers(change, *interval, relative, math.sqrt(sum(variances) / 2), math.nan)


def _compared_in_pairs(moments: Moments, first: int, second: int, quantity: Quantity, level: float) -> Numbers:
    base, base_gradient = _estimate(moments, first, quantity)
    other, other_gradient = _estimate(moments, second, quantity)
    unpaired = spread_along(moments, base_gradient) + spread_along(moments, other_gradient)
    paired = spread_along(moments, other_gradient - base_gradient)
    change = 0.0 if abs(other - base) <= ROUNDING * (abs(other) + abs(base)) else other - base
    if quantity.counts and not quantity.per:
        interval = _interval_of_shares(moments, _column(first, quantity.of), _column(second, quantity.of), level)
    else:
        interval = around(change, paired / max(moments.deals, 1), moments.deals, level)
    relative = change / abs(base) if base else math.nan
    gain = gain_of_pairing(unpaired, paired)
    return Numbers(change, *interval, relative, math.sqrt(unpaired / 2), gain)


def _interval_of_shares(moments: Moments, first: int, second: int, level: float) -> Interval:
    """Interval of the difference of two counted shares, from how often only one of the two happened."""
    count = max(moments.deals, 1)
    both = float(moments.scatter[first, second]) / count + float(moments.mean[first] * moments.mean[second])
    only_first = max(0.0, float(moments.mean[first]) - both)
    only_second = max(0.0, float(moments.mean[second]) - both)
    return paired_shares(only_first, only_second, moments.deals, level)


def _verdict(quantity: Quantity, interval: Interval, rope: float | None) -> Verdict:
    """What the interval allows to say; equivalence goes before a difference too small to matter."""
    if not quantity.more_is_better:
        return ""
    if rope is not None and quantity.name in IN_MONEY_PER_PROSPECT and max(map(abs, interval)) <= rope:
        return "equivalent"
    return "better" if interval.low > 0 or interval.high < 0 else "undecided"
