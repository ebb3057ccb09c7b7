"""The first deals of a study, kept whole for what totals cannot give: distributions, and who beats whom.

The sample is the first 200,000 deals, not a random draw: deals are exchangeable, further deals leave it
unchanged, and its memory is bounded.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from experiments.aggregate import PRIMARY
from experiments.measures import asked_at_the_first_contact

MOST_SAMPLED = 200_000
"""Deals kept, per arm."""

SAMPLED_COLUMNS = ("won", "seller_profit", "buyer_surplus")


class Superiority(NamedTuple):
    """How often an arm earns the seller more than the baseline among ``n`` prospects; ties count half.

    ``same_prospect`` compares the two arms with the same buyer and the same luck; ``random_prospects``
    compares a random buyer of one arm with a random buyer of the other. The two can differ widely on the
    same data.
    """

    population: str
    arm: str
    versus: str
    n: int
    same_prospect: float
    random_prospects: float


class Sample:
    """Some columns of the first deals, each of the shape (arms, deals)."""

    def __init__(self, arms: int) -> None:
        self._kept: dict[str, list[np.ndarray]] = {name: [np.empty((arms, 0))] for name in SAMPLED_COLUMNS}
        self._asked: list[np.ndarray] = [np.empty(0, dtype=bool)]
        self.deals = 0

    def add(self, rows: np.ndarray) -> None:
        """Take in the next deals as far as there is room; ``rows`` as for Aggregate.add."""
        rows = rows[:, : MOST_SAMPLED - self.deals]
        if rows.shape[1] == 0:
            return
        for name, parts in self._kept.items():
            parts.append(rows[name].astype(float))
        self._asked.append(asked_at_the_first_contact(rows))
        self.deals += rows.shape[1]

    def column(self, name: str, population: str) -> np.ndarray:
        """One of the SAMPLED_COLUMNS of the sampled buyers of a population, shape (arms, buyers)."""
        values = np.concatenate(self._kept[name], axis=1)
        return values[:, np.concatenate(self._asked)] if population == PRIMARY else values


def superiorities(sample: Sample, population: str, arms: Sequence[str], baseline: str) -> list[Superiority]:
    """Both superiorities in seller profit of every other arm over the baseline; NaN without deals."""
    profits = sample.column("seller_profit", population)
    base = profits[list(arms).index(baseline)]
    return [
        Superiority(population, arm, baseline, base.size, same_prospect(profit, base), random_prospects(profit, base))
        for arm, profit in zip(arms, profits, strict=True)
        if arm != baseline
    ]


def same_prospect(first: np.ndarray, second: np.ndarray) -> float:
    """The share of places where the first is larger, ties counted half; both of the shape (deals,)."""
    if first.size == 0:
        return float("nan")
    return float(np.count_nonzero(first > second) + np.count_nonzero(first == second) / 2) / first.size


def random_prospects(first: np.ndarray, second: np.ndarray) -> float:
    """How likely a random one of the first is larger than a random one of the second; ties count half.

    The statistic of Mann and Whitney (1947) over the number of pairs, by ranks: n log n, not n squared.
    """
    if first.size == 0 or second.size == 0:
        return float("nan")
    ordered = np.sort(second)
    below = np.searchsorted(ordered, first, side="left").sum(dtype=np.int64)
    not_above = np.searchsorted(ordered, first, side="right").sum(dtype=np.int64)
    return float(below + not_above) / 2 / (first.size * second.size)
