"""What a check of theory consists of: rows that hold a number observed in play against the one theory says.

A number with luck in it has an interval so wide that a right target is missed once in a hundred thousand: there are
dozens of them, and a miss should mean something. One without luck may miss its target by rounding only.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from experiments.statistics import Interval, around
from sim.batch import play
from sim.scenario import Scenario

LEVEL = 0.99999
ROUNDING = 1e-9

Measure = Callable[[np.ndarray], np.ndarray]
"""A number for each row of results."""


class Row(NamedTuple):
    """One number: what it is, the formula and its value, what was observed, and the interval of that."""

    what: str
    formula: str
    target: float
    observed: float
    interval: Interval

    @property
    def holds(self) -> bool:
        """Whether the target lies in the interval."""
        return self.interval.low <= self.target <= self.interval.high

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left to luck, and only rounding to the interval."""
        return self.interval.high - self.interval.low < 3.0 * ROUNDING


class Check(NamedTuple):
    """A result of theory: ``rows(deals, seed)`` plays it, with so many deals for each number that has luck in it."""

    name: str
    title: str
    rows: Callable[[int, int], list[Row]]


class Average(NamedTuple):
    """A mean over deals, its own variance, and the number of deals."""

    mean: float
    variance: float
    deals: int


def exactly(what: str, formula: str, target: float, observed: float) -> Row:
    """A row for a number without luck in it."""
    return Row(what, formula, target, observed, Interval(observed - ROUNDING, observed + ROUNDING))


def on_average(what: str, formula: str, target: float, average: Average) -> Row:
    """A row for a mean over deals."""
    low, high = around(*average, LEVEL)
    return Row(what, formula, target, average.mean, Interval(low - ROUNDING, high + ROUNDING))


def average_of(values: np.ndarray) -> Average:
    """The average of an array of values, one for each deal."""
    return Average(float(values.mean()), float(values.var(ddof=1)) / values.size, values.size)


def averages(
    scenarios: Sequence[Scenario], measures: Mapping[str, Measure], deals: int, seed: int
) -> list[dict[str, Average]]:
    """The averages of some measures of results over the same buyers under each scenario."""
    sums = np.zeros((2, len(scenarios), len(measures)))
    for rows in play(scenarios, seed, deals):
        for i, measure in enumerate(measures.values()):
            values = measure(rows).astype(float)
            sums[0, :, i] += values.sum(axis=1)
            sums[1, :, i] += (values**2).sum(axis=1)
    mean = sums[0] / deals
    variance = np.maximum(0.0, sums[1] / deals - mean**2) / (deals - 1)
    return [
        {name: Average(float(mean[arm, i]), float(variance[arm, i]), deals) for i, name in enumerate(measures)}
        for arm in range(len(scenarios))
    ]


def decimals_of(row: Row) -> int:
    """How many decimals of a number are worth writing."""
    width = row.interval.high - row.interval.low
    return 6 if row.is_exact else min(6, max(3, math.ceil(-math.log10(width)) + 1))
