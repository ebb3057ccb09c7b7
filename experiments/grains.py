"""The tables of a result as Parquet files, one for each grain, written cell by cell so that memory stays small.

Every table begins with the column ``cell``, the number of the cell in the design; ``cells`` says what is set there. The
tables are those of ``experiments.tables``, with the same columns, and of spreads and looks.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.best import Standing
from experiments.cells import Cell
from experiments.estimates import Difference, Level
from experiments.exits import Exit
from experiments.funnel import FunnelStep
from experiments.shape import Dominance, Tail
from experiments.spread import Spread
from experiments.spreads import Spreads
from experiments.stopping import Look
from experiments.superiority import Superiority
from experiments.tables import Tables, plain_row

CELLS = "cells"
ROWS: Mapping[str, Any] = {
    "levels": Level,
    "differences": Difference,
    "superiorities": Superiority,
    "exits": Exit,
    "standings": Standing,
    "dominances": Dominance,
    "tails": Tail,
    "steps": FunnelStep,
}
SPREADS, LOOKS = "distributions", "looks"
WORDS = (
    "population", "arm", "versus", "outcome", "quantity", "unit", "verdict", "better", "step", "reason", "destination"
)  # fmt: skip
ROWS_IN_A_GROUP = 50_000


class CellRow(NamedTuple):
    """A cell as the table ``cells`` has it, besides what is set there."""

    cell: int
    deals: int
    asked_first: int
    stopped: str


class MarketCellRow(NamedTuple):
    """The same of a market."""

    cell: int
    replications: int
    stopped: str


def file_of(grain: str) -> str:
    """The name of a table's file."""
    return f"{grain}.parquet"


class GrainFiles:
    """Writes the tables of one cell after the other; a context manager that completes the files on leaving."""

    def __init__(self, folder: Path, cells: Sequence[Cell], kinds: Collection[str], spreads: bool) -> None:
        self._settings = columns_of(cells)
        self._schemas = {name: _schema(kind) for name, kind in ROWS.items() if name in kinds}
        if spreads:
            self._schemas[SPREADS] = _spread_schema()
        self._waiting: dict[str, list[Any]] = {name: [] for name in self._schemas}
        self._folder = folder
        self._cells: list[dict[str, Any]] = []
        self._writers = {
            name: pq.ParquetWriter(folder / file_of(name), schema, compression="zstd")
            for name, schema in self._schemas.items()
        }

    def __enter__(self) -> "GrainFiles":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                for name in self._schemas:
                    self._flush(name)
                pq.write_table(
                    _cells_table(self._cells, self._settings), self._folder / file_of(CELLS), compression="zstd"
                )
        finally:
            for writer in self._writers.values():
                writer.close()

    def add(self, cell: Cell, row: CellRow | MarketCellRow, tables: Tables, spreads: Spreads) -> None:
        """Write a cell's tables. Raises OSError."""
        self._cells.append({**row._asdict(), **cell.settings})
        for name in ROWS.keys() & self._schemas.keys():
            rows = tables.funnel if name == "steps" else getattr(tables, name)
            self._waiting[name] += [{"cell": cell.number, **plain_row(each)} for each in rows]
            if len(self._waiting[name]) >= ROWS_IN_A_GROUP:
                self._flush(name)
        if SPREADS in self._schemas:
            self._writers[SPREADS].write_table(_spread_table(cell.number, spreads))

    def _flush(self, name: str) -> None:
        if name in ROWS and self._waiting[name]:
            self._writers[name].write_table(pa.Table.from_pylist(self._waiting[name], schema=self._schemas[name]))
            self._waiting[name] = []


def columns_of(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The paths set in any of the cells."""
    return tuple(dict.fromkeys(path for cell in cells for path in cell.settings))


def write_looks(folder: Path, looks: Iterable[Look]) -> None:
    """Write the looks that were taken at cells. Raises OSError."""
    rows = [plain_row(each) for each in looks]
    schema = pa.schema(
        [("cell", pa.int32()), ("deals", pa.int64()), ("half_width", pa.float64()), ("satisfied", pa.bool_())]
    )
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / file_of(LOOKS), compression="zstd")


def tables_of(folder: Path, cell: int) -> Tables:
    """The tables of one cell, read back. Raises OSError."""
    found: dict[str, tuple[Any, ...]] = dict.fromkeys(ROWS.keys() - {"steps"}, ())
    for name, kind in ROWS.items():
        if name == "steps" or not (folder / file_of(name)).exists():  # of a market there are levels and differences
            continue
        table = pq.read_table(folder / file_of(name), filters=[("cell", "=", cell)]).drop_columns(["cell"])
        numbers = {field for field, hint in get_type_hints(kind).items() if hint is float}
        found[name] = tuple(
            kind(**{field: np.nan if value is None and field in numbers else value for field, value in row.items()})
            for row in table.to_pylist()
        )
    (row,) = pq.read_table(folder / file_of(CELLS), filters=[("cell", "=", cell)]).to_pylist()
    if "replications" in row:
        return Tables({"market": row["replications"]}, **found)
    return Tables({"asked_first": row["asked_first"], "all": row["deals"]}, **found)


def spreads_in(folder: Path, cell: int) -> Spreads:
    """The spreads of one cell, read back; their bins are known by their means alone. Raises OSError."""
    from experiments.spread import code_of

    table = pq.read_table(folder / file_of(SPREADS), filters=[("cell", "=", cell)])
    keys = [table.column(name).to_pylist() for name in ("population", "arm", "outcome")]
    means, counts = (np.asarray(table.column(name)) for name in ("mean", "deals"))
    places: dict[tuple[str, str, str], list[int]] = {}
    for place, key in enumerate(zip(*keys, strict=True)):
        places.setdefault(key, []).append(place)
    return {key: Spread(code_of(means[rows]), counts[rows], means[rows] * counts[rows]) for key, rows in places.items()}


def _schema(kind: Any) -> pa.Schema:
    """The columns of named tuples as Parquet has them."""
    types = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    fields = [pa.field("cell", pa.int32())]
    for name, hint in get_type_hints(kind).items():
        is_word = name in WORDS or hint not in types
        fields.append(pa.field(name, pa.dictionary(pa.int32(), pa.string()) if is_word else types[hint]))
    return pa.schema(fields)


def _spread_schema() -> pa.Schema:
    word = pa.dictionary(pa.int32(), pa.string())
    fields = [("cell", pa.int32()), ("population", word), ("arm", word), ("outcome", word)]
    return pa.schema([*fields, ("mean", pa.float64()), ("deals", pa.int64())])


def _spread_table(cell: int, spreads: Spreads) -> pa.Table:
    sizes = np.array([spread.codes.size for spread in spreads.values()])
    columns = [pa.array(np.full(sizes.sum(), cell, dtype=np.int32))]
    columns += [_repeated([key[place] for key in spreads], sizes) for place in range(3)]
    columns.append(pa.array(np.concatenate([spread.values for spread in spreads.values()])))
    columns.append(pa.array(np.concatenate([spread.counts for spread in spreads.values()])))
    return pa.Table.from_arrays(columns, schema=_spread_schema())


def _repeated(words: Sequence[str], times: np.ndarray) -> pa.DictionaryArray:
    """Each of the words so many times, shapes (N,)."""
    places = {word: place for place, word in enumerate(dict.fromkeys(words))}
    indices = np.repeat(np.array([places[word] for word in words], dtype=np.int32), times)
    return pa.DictionaryArray.from_arrays(pa.array(indices), pa.array(list(places), pa.string()))


def _cells_table(rows: Sequence[Mapping[str, Any]], settings: Sequence[str]) -> pa.Table:
    types = {"cell": pa.int32(), "stopped": pa.string()}
    fields = MarketCellRow._fields if any("replications" in row for row in rows) else CellRow._fields
    columns: dict[str, pa.Array] = {
        name: pa.array([row[name] for row in rows], types.get(name, pa.int64())) for name in fields
    }
    for path in settings:
        columns[path] = _values([row.get(path) for row in rows])
    return pa.table(columns)


def _values(values: Sequence[Any]) -> pa.Array:
    """A column of settings: numbers as numbers, anything mixed as text."""
    present = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in present):
        return pa.array(values, pa.bool_())
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in present):
        return pa.array(values, pa.float64())
    return pa.array([value if value is None else str(value) for value in values], pa.string())
