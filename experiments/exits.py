"""How and where deals ended: counts, and the money that went with them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.outcome import DESTINATIONS, REASONS, STEPS


class Exit(NamedTuple):
    """How many deals of an arm ended in this way; ``share`` is of all deals of the arm in the population.

    ``first_best`` is what there was to gain in these deals together, and ``seller_profit`` what the seller earned by
    them (for lost ones, less than nothing: what it spent); both are sums of money.
    """

    population: str
    arm: str
    step: str
    reason: str
    destination: str
    deals: int
    share: float
    first_best: float = 0.0
    seller_profit: float = 0.0


def exit_rows(counts: np.ndarray, money: np.ndarray, population: str, arms: Sequence[str]) -> list[Exit]:
    """The exits that happened, in the order of the process; the arrays are as Aggregate.exits_of gives them."""
    totals = counts.sum(axis=(1, 2, 3))
    return [
        Exit(
            population,
            arms[arm],
            STEPS[step],
            REASONS[reason],
            DESTINATIONS[destination],
            int(counts[arm, step, reason, destination]),
            float(counts[arm, step, reason, destination] / totals[arm]),
            *(float(each[arm, step, reason, destination]) for each in money),
        )
        for arm, step, reason, destination in np.argwhere(counts)
    ]
