"""From the measures of a market's replications to the tables of a study: levels, and differences paired by replication.

Without pairing the replications of the arms have nothing in common, and differences are those of their means.

The rows are those of studies of deals; their population is the market, and their n the replications in which a measure
was known.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from experiments.estimates import Difference, Level, Verdict
from experiments.market_blocks import Measures
from experiments.market_measures import (
    IN_MONEY_PER_LEAD,
    Summed,
    columns,
    differences,
    differences_apart,
    measure,
    over_replications,
    unit_of,
)
from experiments.statistics import Interval, gain_of_pairing
from experiments.study import Study
from experiments.tables import Tables

MARKET = "market"


def tabulate(study: Study, arms: Sequence[Sequence[Measures]]) -> Tables:
    """The tables of one cell from the measures of each arm's replications."""
    found = dict(zip(study.arms, arms, strict=True))
    base = found[study.baseline]
    others = [arm for arm in found if arm != study.baseline]
    return Tables(
        {MARKET: len(base)},
        tuple(row for arm, measures in found.items() for row in _levels(arm, measures, study.level)),
        tuple(row for arm in others for row in _differences(study, arm, base, found[arm])),
        (),
        (),
    )


def _levels(arm: str, measures: Sequence[Measures], level: float) -> Iterator[Level]:
    for name, each in over_replications(measures, level).items():
        low, high = each.interval
        if unit_of(name) == "share":
            low, high = max(0.0, low), min(1.0, high)
        yield Level(MARKET, arm, name, unit_of(name), each.replications, each.mean, low, high)


def _differences(study: Study, arm: str, base: Sequence[Measures], other: Sequence[Measures]) -> Iterator[Difference]:
    ours, theirs = columns(base), columns(other)
    found = differences(base, other, study.level) if study.pairing else differences_apart(base, other, study.level)
    for name, each in found.items():
        relative, spread, gain = _compared(np.array(ours[name]), np.array(theirs[name]), each)
        gain = gain if study.pairing else math.nan
        verdict = _verdict(name, each.interval, study.rope)
        better = "" if verdict != "better" else arm if each.mean > 0 else study.baseline
        head = (MARKET, arm, study.baseline, name, unit_of(name), each.replications)
        yield Difference(*head, each.mean, *each.interval, relative, spread, gain, verdict, better)


def _compared(base: np.ndarray, other: np.ndarray, change: Summed) -> tuple[float, float, float]:
    """The difference relative to the baseline's mean, the spread over replications, and the gain of pairing."""
    known = np.isfinite(base) & np.isfinite(other)
    base, other = base[known], other[known]
    if not base.size:
        return math.nan, math.nan, math.nan
    level = float(base.mean())
    relative = change.mean / abs(level) if level else math.nan
    if base.size < 2:
        return relative, math.nan, math.nan
    unpaired = float(base.var(ddof=1) + other.var(ddof=1))
    return relative, math.sqrt(unpaired / 2), gain_of_pairing(unpaired, float((other - base).var(ddof=1)))


def _verdict(name: str, interval: Interval, rope: float | None) -> Verdict:
    """What the interval allows to say, as of deals: equivalence goes before a difference too small to matter."""
    if not measure(name).more_is_better:
        return ""
    if rope is not None and name in IN_MONEY_PER_LEAD and max(map(abs, interval)) <= rope:
        return "equivalent"
    return "better" if interval.low > 0 or interval.high < 0 else "undecided"
