"""The tables of a result: levels, differences, superiorities, exits and funnel, as rows and as JSON and CSV."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from experiments.aggregate import POPULATIONS, Aggregate
from experiments.best import Standing, standings
from experiments.estimates import Difference, Level, differences, levels
from experiments.exits import Exit, exit_rows
from experiments.funnel import FunnelStep, funnel_of
from experiments.shape import Dominance, Tail, shapes
from experiments.superiority import Superiority, superiorities

Row = TypeVar("Row", bound=tuple[Any, ...])


@dataclass(frozen=True)
class Tables:
    """What a study found, as rows that are named tuples: ``pandas.DataFrame(tables.levels)`` has names.

    ``prospects`` took part in each population, of arms that met buyers of their own in that with the fewest. Of a
    market the only population is *market*, and its replications are counted.
    """

    prospects: Mapping[str, int]
    levels: tuple[Level, ...]
    differences: tuple[Difference, ...]
    superiorities: tuple[Superiority, ...]
    exits: tuple[Exit, ...]
    standings: tuple[Standing, ...] = ()
    dominances: tuple[Dominance, ...] = ()
    tails: tuple[Tail, ...] = ()

    @property
    def funnel(self) -> tuple[FunnelStep, ...]:
        """The steps of all arms in all populations."""
        arms = dict.fromkeys(row.arm for row in self.exits)
        return tuple(row for name in POPULATIONS for arm in arms for row in funnel_of(self.exits, name, arm))

    @property
    def population(self) -> str:
        """The population that answers the question: the primary one, or all buyers where nobody asked.

        Of a market it is the market.
        """
        return next((name for name, count in self.prospects.items() if count), list(self.prospects)[-1])

    def level(self, population: str, arm: str, quantity: str) -> Level:
        """One level; StopIteration where there is none of that name."""
        return next(row for row in self.levels if row[:3] == (population, arm, quantity))

    def difference(self, population: str, arm: str, quantity: str) -> Difference:
        """One difference from the baseline; StopIteration where there is none of that name."""
        wanted = (population, arm, quantity)
        return next(row for row in self.differences if (row.population, row.arm, row.quantity) == wanted)

    def dominance(self, population: str, arm: str, outcome: str) -> Dominance:
        """One dominance over the baseline; StopIteration where there is none of that name."""
        wanted = (population, arm, outcome)
        return next(row for row in self.dominances if (row.population, row.arm, row.outcome) == wanted)


def tabulate(aggregate: Aggregate, arms: Sequence[str], baseline: str, level: float, rope: float | None) -> Tables:
    """All tables of a study, for each of the populations, the primary one first."""
    found_levels: list[Level] = []
    found_differences: list[Difference] = []
    found_superiorities: list[Superiority] = []
    found_standings: list[Standing] = []
    found_dominances: list[Dominance] = []
    found_tails: list[Tail] = []
    for population in POPULATIONS:
        moments = aggregate.moments(population)
        found_levels += levels(moments, population, arms, level)
        found_differences += differences(moments, population, arms, baseline, level, rope)
        found_superiorities += superiorities(aggregate, population, arms, baseline)
        found_standings += standings(moments, population, arms, level)
        dominances, tails = shapes(aggregate, population, arms, baseline, level)
        found_dominances += dominances
        found_tails += tails
    exits = [row for name in POPULATIONS for row in exit_rows(*aggregate.exits_of(name), name, arms)]
    return Tables(
        {population: aggregate.moments(population).deals for population in POPULATIONS},
        tuple(found_levels),
        tuple(found_differences),
        tuple(found_superiorities),
        tuple(exits),
        tuple(found_standings),
        tuple(found_dominances),
        tuple(found_tails),
    )


def as_plain(tables: Tables) -> dict[str, Any]:
    """The tables as JSON can hold them: rows as mappings, and null for a number that does not exist."""
    kinds = ("levels", "differences", "superiorities", "exits", "standings", "dominances", "tails")
    return {
        "prospects": dict(tables.prospects),
        **{kind: [plain_row(row) for row in getattr(tables, kind)] for kind in (*kinds, "funnel")},
    }


def from_plain(data: Mapping[str, Any]) -> Tables:
    """The tables that ``as_plain`` wrote."""
    return Tables(
        dict(data["prospects"]),
        _rows(Level, data["levels"]),
        _rows(Difference, data["differences"]),
        _rows(Superiority, data["superiorities"]),
        _rows(Exit, data["exits"]),
        _rows(Standing, data["standings"]),
        _rows(Dominance, data["dominances"]),
        _rows(Tail, data["tails"]),
    )


def as_csv(tables: Tables) -> str:
    """Levels and differences as one table of comma-separated values; ``versus`` is empty for a level."""
    return csv_of([*tables.levels, *tables.differences], Difference._fields)


def csv_of(rows: Sequence[Any], fields: Sequence[str]) -> str:
    """Named tuples as comma-separated values with these columns; empty where a row has no such number."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fields, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(plain_row(row) for row in rows)
    return text.getvalue()


def plain_row(row: Any) -> dict[str, Any]:
    """A named tuple as a mapping, with null for a number that does not exist."""
    return {name: None if _is_no_number(value) else value for name, value in row._asdict().items()}


def _is_no_number(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _rows(kind: type[Row], rows: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
    numbers = {name for name, hint in get_type_hints(kind).items() if hint is float}
    return tuple(
        kind(**{name: math.nan if value is None and name in numbers else value for name, value in row.items()})
        for row in rows
    )
