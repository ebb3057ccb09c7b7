"""The map of when early is right: two traits, and for each pair of values which of two sellers earns more."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from teaching.comparing import compare, sides_of
from teaching.markets import Trait, market

SIDE = 7
"""Values of each trait."""

ROUNDS = (4096, 16_384, 65_536)
"""Buyers in each cell in the first round; and in the further ones, in the cells that are still undecided."""


class Cell(NamedTuple):
    """One pair of values: by how much the second seller earns more per buyer, money, with its interval."""

    column: int
    row: int
    values: tuple[float, float]
    difference: float
    low: float
    high: float
    deals: int

    @property
    def better(self) -> int:
        """0 or 1 for the seller that is known to earn more, -1 where that is not known."""
        return 1 if self.low > 0 else 0 if self.high < 0 else -1

    @property
    def is_undecided(self) -> bool:
        """Whether more buyers could tell; where both sellers do the same with every buyer, they could not."""
        return self.better < 0 and self.low < self.high


def values_of(trait: Trait) -> list[float]:
    """Evenly spaced stops of a trait's slider, its ends among them."""
    stops = trait.stops()
    return [stops[round(place * (len(stops) - 1) / (SIDE - 1))] for place in range(SIDE)]


def cells(
    scenario: str,
    first: str,
    second: str,
    across: Trait,
    up: Trait,
    seed: int,
    changes: Mapping[str, float] | None = None,
    rounds: Sequence[int] = ROUNDS,
) -> Iterator[Cell]:
    """The cells of the map, row by row from below, then the undecided ones again with more buyers, round after round.

    They are played as they are asked for.
    """
    places = [
        (column, row, value, upper)
        for row, upper in enumerate(values_of(up))
        for column, value in enumerate(values_of(across))
    ]
    for deals in rounds:
        undecided = []
        for column, row, value, upper in places:
            made = market(scenario, {**(changes or {}), across.path: value, up.path: upper})
            found = compare(sides_of(made, first, second), seed, deals)
            if not found.buyers:
                yield Cell(column, row, (value, upper), 0.0, 0.0, 0.0, deals)
                continue
            level = found.result.tables.difference(found.population, "second", "profit_per_prospect")
            cell = Cell(column, row, (value, upper), level.value, level.low, level.high, deals)
            yield cell
            if cell.is_undecided:
                undecided.append((column, row, value, upper))
        places = undecided
