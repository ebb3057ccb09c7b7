"""The rule by which a study stops once its differences are known exactly enough.

A replication is the mean over a batch of 512 deals that follow one another. The first look is taken at 200
replications, each further one at a quarter more deals than the one before, so that the batches added grow. At a look
the interval of the mean difference of every arm from the baseline is worked out, at the study's level, for all
deals so far; the look is satisfied if none of them reaches further than the half-width asked for. Two satisfactions
in a row end a cell, for all its arms at once. Deals are independent, so that the interval over all deals is that over
the means of batches, with less noise of its own. A rule that stops at a half-width holds its level as more is asked of
it [ChowRobbins1965]; that it does not where it may stop at few replications is why the first look is late [Law2015].

Looks stand at fixed numbers of deals: when a cell stops does not depend on who played what when.

Of a market a replication is a whole market, and the first look is at 50 of them: what policies end with is all or
nothing in many a market, and of fewer replications too often all went the same way, so that their interval is narrow
and wrong (docs/experiments.md has the numbers).
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from experiments.aggregate import EVERYBODY, PRIMARY, Aggregate
from experiments.estimates import differences
from experiments.moments import CHUNK
from experiments.study import Precision, Study

BATCH = 512
"""Deals in a replication."""

FEWEST_REPLICATIONS = 200
FEWEST_MARKETS = 50
"""Replications of a market at the first look."""

GROWTH = 1.25
IN_A_ROW = 2


class Look(NamedTuple):
    """A look at a cell: how many deals there were, the widest half-width of any arm, and whether it was enough."""

    cell: int
    deals: int
    half_width: float
    satisfied: bool


def looks(most: int) -> Iterator[int]:
    """The numbers of deals at which to look, the most there may be as the last."""
    deals = FEWEST_REPLICATIONS * BATCH
    while deals < most:
        yield deals
        deals = math.ceil(deals * GROWTH / CHUNK) * CHUNK
    yield most


def looks_of(study: Study) -> Iterator[int]:
    """The numbers of deals, or of replications of a market, at which a study looks; with no precision only at its end.

    The most there may be comes last.
    """
    most = study.planned
    if study.precision is None:
        yield most
    elif study.is_market:
        markets = FEWEST_MARKETS
        while markets < most:
            yield markets
            markets = math.ceil(markets * GROWTH)
        yield most
    else:
        yield from looks(most)


def look(study: Study, precision: Precision, cell: int, aggregate: Aggregate) -> Look:
    """Look at a cell. Of fewer deals than the first look has nothing is ever enough."""
    width = half_width(study, precision, aggregate)
    is_enough = aggregate.deals >= FEWEST_REPLICATIONS * BATCH and width <= precision.half_width
    return Look(cell, aggregate.deals, width, is_enough)


def half_width(study: Study, precision: Precision, aggregate: Aggregate) -> float:
    """The widest half-width of the differences of any arm from the baseline; NaN where one is not known."""
    population = precision.population or (PRIMARY if aggregate.moments(PRIMARY).deals else EVERYBODY)
    rows = differences(
        aggregate.moments(population), population, tuple(study.arms), study.baseline, study.level, study.rope
    )
    widths = [(row.high - row.low) / 2 for row in rows if row.quantity == precision.quantity_of(is_market=False)]
    return math.nan if any(map(math.isnan, widths)) else max(widths)


def is_over(seen: Sequence[Look]) -> bool:
    """Whether the looks at a cell end it: the last ones were all satisfied."""
    return len(seen) >= IN_A_ROW and all(each.satisfied for each in seen[-IN_A_ROW:])


def told(precision: Precision, is_market: bool = False) -> str:
    """The rule in a sentence, as it is printed."""
    if is_market:
        return (
            f"stops when the {precision.quantity_of(is_market=True)} of every arm less the baseline's (of a single arm "
            f"itself) is known within ±{precision.half_width:g}, at {IN_A_ROW} looks in a row, the first of them at "
            f"{FEWEST_MARKETS} replications, each further one at {GROWTH - 1:.0%} more"
        )
    return (
        f"stops when the {precision.quantity_of(is_market=False)} of every arm less the baseline's is known within "
        f"±{precision.half_width:g}, at {IN_A_ROW} looks in a row, the first of them at "
        f"{FEWEST_REPLICATIONS} batches of {BATCH} deals, each further one at {GROWTH - 1:.0%} more"
    )


def reason(seen: Sequence[Look], most: int, unit: str = "deals") -> str:
    """Why a cell stopped, in words."""
    if is_over(seen):
        widths = " and ".join(f"±{each.half_width:.3g}" for each in seen[-IN_A_ROW:])
        return f"known exactly enough: {widths} at {seen[-1].deals:,} {unit}"
    width = f", known within ±{seen[-1].half_width:.3g}" if seen and math.isfinite(seen[-1].half_width) else ""
    return f"all {most:,} {unit} played that there may be{width}"
