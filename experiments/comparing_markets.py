"""Two results of markets side by side: what was measured of the arms that both have, paired where the leads are."""

from collections.abc import Iterator, Mapping, Sequence

from experiments import wording
from experiments.market_measures import (
    BY_POLICY,
    IN_MONEY_PER_LEAD,
    MEASURES,
    PER_HOUR,
    SHARE,
    Summed,
    differences,
    differences_apart,
    over_replications,
    unit_of,
)
from experiments.market_reading import REPLICATIONS, measures_in
from experiments.result import Result
from experiments.statistics import Interval

Measures = Sequence[Mapping[str, float]]

SHOWN = ("bought", "price", "profit_per_hour", *IN_MONEY_PER_LEAD)
MOST_MARKETS = 12


def markets_compared(first: Result, second: Result) -> Iterator[str]:
    """What the arms that both results have settle on, in each cell that both have, and what B is beyond A.

    With the same seed both met the same leads with the same luck, so that B less A is paired by replication, over those
    that both have; with two seeds, or where a study's pairing is off, the two are taken for independent.
    """
    if not all((result.folder / f"{REPLICATIONS}.parquet").is_file() for result in (first, second)):
        return
    arms = [arm for arm in first.plan.arms if arm in second.plan.arms]
    theirs = {cell.number for cell in second.plan.cells}
    places = [(cell, arm) for cell in first.plan.cells if cell.number in theirs for arm in arms]
    paired = first.plan.seed == second.plan.seed and first.plan.study.pairing and second.plan.study.pairing
    level = first.plan.study.level
    how = "paired by replication: the same leads with the same luck" if paired else "not paired: they met other leads"
    yield ""
    yield f"Markets, with {wording.confidence(level)} intervals over replications; B less A is {how}:"
    for cell, arm in places[:MOST_MARKETS]:
        ours, others = (measures_in(result.folder, [arm], cell.number)[arm] for result in (first, second))
        where = f"cell {cell.number} ({wording.set_in(cell.settings) or 'as it is'}), " if first.plan.is_swept else ""
        counts = f"{len(ours)} replications" if len(ours) == len(others) else f"{len(ours)} and {len(others)} of them"
        yield f"  {where}{first.plan.study.label(arm)}, {counts}"
        yield from _lines(ours, others, paired, level)
    if len(places) > MOST_MARKETS:
        yield f"  … and {len(places) - MOST_MARKETS} more"


def _lines(ours: Measures, theirs: Measures, paired: bool, level: float) -> Iterator[str]:
    """A line for each measure: A, B, and B less A."""
    common = min(len(ours), len(theirs))
    changes = differences(ours[:common], theirs[:common], level) if paired else differences_apart(ours, theirs, level)
    levels = [over_replications(each, level) for each in (ours, theirs)]
    for name in (name for name in levels[0] if name in levels[1] and _is_shown(name)):
        change, unit = changes[name], unit_of(name)
        one, other = (_level(each[name], unit) for each in levels)
        sign = wording.difference(change.mean, unit, change.interval)
        told = f"{sign} ({wording.limits(change.mean, change.interval, unit)})"
        yield f"    {_label(name)}: A {one}, B {other}, B less A {told}"


def _is_shown(name: str) -> bool:
    return name in SHOWN or name.startswith((SHARE, PER_HOUR))


def _label(name: str) -> str:
    plain, _, policy = name.partition(":")
    return f"{wording.words(policy)}, {BY_POLICY[plain].meaning}" if policy else MEASURES[plain].meaning


def _level(row: Summed, unit: str) -> str:
    interval = Interval(*row.interval)
    return wording.level(row.mean, unit, wording.decimals_for(row.mean, interval, unit))
