"""The funnel as a table: how many deals enter each step, go on from it, and what is lost with those that do not.

Denominators are stated: a rate is of those who entered the step, a share of all prospects of the arm. Lost with a deal
is the gain that both sides together could have had (its first best) and what the seller had spent on it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from experiments.exits import Exit
from sim.outcome import STEPS


class FunnelStep(NamedTuple):
    """One step of one arm. Counts are deals; ``gains_lost`` and ``spent`` are money per prospect of the arm."""

    population: str
    arm: str
    step: str
    entered: int
    went_on: int
    rate: float  # went on, of those who entered; of the last step, signed
    share: float  # went on, of all prospects
    gains_lost: float
    spent: float  # by the seller, on deals that ended here


def funnel_of(exits: Sequence[Exit], population: str, arm: str) -> list[FunnelStep]:
    """The funnel of one arm in one population, from the first step that any deal can end in."""
    rows = [row for row in exits if (row.population, row.arm) == (population, arm)]
    return list(_steps(rows, population, arm)) if rows else []


def _steps(rows: Sequence[Exit], population: str, arm: str) -> Iterator[FunnelStep]:
    prospects = entered = sum(row.deals for row in rows)
    for step in STEPS[1:]:
        lost = [row for row in rows if row.step == step and row.destination != "seller"]
        went_on = entered - sum(row.deals for row in lost)
        yield FunnelStep(
            population,
            arm,
            step,
            entered,
            went_on,
            went_on / entered if entered else 0.0,
            went_on / prospects,
            sum(row.first_best for row in lost) / prospects,
            -sum(row.seller_profit for row in lost) / prospects,
        )
        entered = went_on
