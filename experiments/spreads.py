"""The spreads of a cell: how profit and surplus are spread in each population and arm, for figures and tables."""

from collections.abc import Mapping, Sequence

from experiments.aggregate import POPULATIONS, Aggregate
from experiments.spread import Spread
from experiments.tally import SPREAD_COLUMNS

Spreads = Mapping[tuple[str, str, str], Spread]
"""A spread for each population, arm and column."""


def spreads_of(aggregate: Aggregate, arms: Sequence[str]) -> Spreads:
    """The spreads of all populations, arms and columns."""
    return {
        (population, arm, column): aggregate.spread(population, place, column)
        for population in POPULATIONS
        for place, arm in enumerate(arms)
        for column in SPREAD_COLUMNS
    }
