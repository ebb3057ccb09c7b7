"""Looking at the replications of a market, to see whether its study may stop (experiments.stopping)."""

import math
from collections.abc import Sequence

from experiments.market_blocks import Measures
from experiments.market_measures import differences, over_replications
from experiments.statistics import UNKNOWN
from experiments.stopping import FEWEST_MARKETS, Look
from experiments.study import Precision, Study


def look_at_markets(study: Study, precision: Precision, cell: int, arms: Sequence[Sequence[Measures]]) -> Look:
    """Look at the replications of a cell, those of each arm. Of fewer than the first look has nothing is ever enough.

    The widest interval counts, of the paired differences from the baseline; of a study of one arm that of the quantity
    itself.
    """
    found = dict(zip(study.arms, arms, strict=True))
    base, name = found[study.baseline], precision.quantity_of(is_market=True)
    rows = [differences(base, each, study.level) for arm, each in found.items() if arm != study.baseline]
    rows = rows or [over_replications(base, study.level)]
    intervals = [row[name].interval if name in row else UNKNOWN for row in rows]
    widths = [(each.high - each.low) / 2 for each in intervals]
    width = math.nan if any(map(math.isnan, widths)) else max(widths)
    return Look(cell, len(base), width, len(base) >= FEWEST_MARKETS and width <= precision.half_width)
