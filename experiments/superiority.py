"""Who beats whom: how often an arm earns the seller more than the baseline, in two senses."""

from collections.abc import Sequence
from typing import NamedTuple

from experiments.aggregate import Aggregate
from experiments.spread import random_beats


class Superiority(NamedTuple):
    """How often an arm earns the seller more than the baseline among ``n`` prospects; ties count half.

    ``same_prospect`` compares the two arms with the same buyer and the same luck; ``random_prospects``
    compares a random buyer of one arm with a random buyer of the other. The two can differ widely on the
    same data. Where each arm met buyers of its own, the first is not known, and ``n`` is that of the arm with fewer.
    """

    population: str
    arm: str
    versus: str
    n: int
    same_prospect: float
    random_prospects: float


def superiorities(aggregate: Aggregate, population: str, arms: Sequence[str], baseline: str) -> list[Superiority]:
    """Both superiorities in seller profit of every other arm over the baseline; NaN without deals."""
    base = list(arms).index(baseline)
    greater = aggregate.greater(population)
    count = aggregate.moments(population).deals
    spreads = [aggregate.spread(population, place, "seller_profit") for place in range(len(arms))]
    rows = []
    for place, arm in enumerate(arms):
        if place == base:
            continue
        ties = count - int(greater[place, base]) - int(greater[base, place])
        is_known = aggregate.paired and count
        same = (int(greater[place, base]) + ties / 2) / count if is_known else float("nan")
        rows.append(Superiority(population, arm, baseline, count, same, random_beats(spreads[place], spreads[base])))
    return rows
