"""The landscape of a sweep: how the difference between two arms depends on one or two settings, cell by cell."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq

from experiments.aggregate import EVERYBODY, PRIMARY
from experiments.grains import CELLS, file_of
from experiments.measures import HEADLINE
from experiments.plan import Plan


class Spot(NamedTuple):
    """A cell of a sweep: what is set there, and the difference of an arm from the baseline.

    ``y_setting`` is empty and ``y`` 0 where a single setting is swept. ``n``, ``value`` and what follows are those of
    ``experiments.estimates.Difference``; NaN where nobody is compared.
    """

    cell: int
    x_setting: str
    x: float | str
    y_setting: str
    y: float | str
    population: str
    arm: str
    versus: str
    quantity: str
    unit: str
    n: int
    value: float
    low: float
    high: float
    verdict: str
    better: str


class Grid(NamedTuple):
    """Spots by column and row: the values along both axes in order, and the spot of each pair, None where none is."""

    columns: tuple[float | str, ...]
    rows: tuple[float | str, ...]
    spots: tuple[tuple[Spot | None, ...], ...]

    def numbers(self, field: str) -> np.ndarray:
        """A field of the spots, shape (rows, columns); NaN where there is no spot."""
        return np.array([[np.nan if spot is None else getattr(spot, field) for spot in row] for row in self.spots])

    def marked(self, verdict: str, better: str = "") -> np.ndarray:
        """Which spots have this verdict, and this arm as the better one, shape (rows, columns)."""
        return np.array(
            [[spot is not None and (spot.verdict, spot.better) == (verdict, better) for spot in row]
             for row in self.spots], dtype=bool)  # fmt: skip


def swept(plan: Plan) -> tuple[str, ...]:
    """The settings that the study sweeps."""
    return plan.study.sweep.paths if plan.study.sweep else ()


def spots_in(folder: Path, plan: Plan, arm: str, quantity: str = HEADLINE) -> list[Spot]:
    """The spots of a sweep over one or two settings, of one arm, as its tables lie in a folder.

    They are of those who asked at the first contact, or of all buyers where nobody did in any cell. Raises OSError.
    """
    cells = {row["cell"]: row for row in pq.read_table(folder / file_of(CELLS)).to_pylist()}
    population = PRIMARY if any(row["asked_first"] for row in cells.values()) else EVERYBODY
    wanted = [("quantity", "=", quantity), ("population", "=", population), ("arm", "=", arm)]
    rows = pq.read_table(folder / file_of("differences"), filters=wanted).to_pylist()
    x_setting, y_setting = (*swept(plan), "")[:2]
    return [_spot(row, cells[row["cell"]], x_setting, y_setting) for row in rows]


def spots_by_setting(folder: Path, plan: Plan, arm: str, quantity: str = HEADLINE) -> dict[str, list[Spot]]:
    """For every setting that is swept, the spots of one arm along it; cells that leave it as it is are left out.

    Raises OSError.
    """
    cells = {row["cell"]: row for row in pq.read_table(folder / file_of(CELLS)).to_pylist()}
    along = spots_in(folder, plan, arm, quantity)
    return {
        path: [spot._replace(x_setting=path, x=cells[spot.cell][path], y_setting="", y=0.0)
               for spot in along if cells[spot.cell][path] is not None]
        for path in swept(plan)
    }  # fmt: skip


def _spot(row: Mapping[str, Any], cell: Mapping[str, Any], x_setting: str, y_setting: str) -> Spot:
    values: dict[str, Any] = {name: np.nan if row[name] is None else row[name] for name in ("value", "low", "high")}
    others: dict[str, Any] = {name: row[name] for name in ("population", "arm", "versus", "quantity", "unit", "n")}
    y = cell[y_setting] if y_setting else 0.0
    verdict, better = row["verdict"] or "", row["better"] or ""
    return Spot(cell=row["cell"], x_setting=x_setting, x=cell[x_setting], y_setting=y_setting, y=y,
                **others, **values, verdict=verdict, better=better)  # fmt: skip


def gridded(spots: Sequence[Spot]) -> Grid | None:
    """The spots as a grid; None where they are strewn: where most pairs of their values have no spot."""
    columns, rows = (_ordered([getattr(spot, axis) for spot in spots]) for axis in "xy")
    by_place = {(spot.x, spot.y): spot for spot in spots}
    if len(by_place) < len(columns) * len(rows) / 2:
        return None
    return Grid(columns, rows, tuple(tuple(by_place.get((x, y)) for x in columns) for y in rows))


def _ordered(values: Sequence[float | str]) -> tuple[float | str, ...]:
    """Numbers in rising order, anything else in the order of the design."""
    found = dict.fromkeys(values)
    return tuple(sorted(found)) if all(not isinstance(value, str) for value in found) else tuple(found)
