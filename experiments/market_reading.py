"""Reading back what a market study found: what was measured of every replication, and the days where they were kept."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.market_blocks import Measures, Series
from experiments.market_measures import SHARE, columns
from experiments.plan import Plan
from sim.market.replication import Tables

REPLICATIONS = "replications"
"""The table of every replication's measures."""

SCHEMA = pa.schema(
    [
        ("cell", pa.int32()),
        ("replication", pa.int32()),
        ("arm", pa.string()),
        ("quantity", pa.string()),
        ("value", pa.float64()),
    ]
)


def rows_of(cell: int, measures: Mapping[str, Sequence[Measures]]) -> pa.Table:
    """The measures of a cell's replications, those of each arm, as a table; null for a number that does not exist."""
    rows = [
        (cell, number, arm, name, value)
        for arm, found in measures.items()
        for name, values in columns(found).items()
        for number, value in enumerate(values)
    ]
    table = pa.table(dict(zip(SCHEMA.names, map(list, zip(*rows, strict=True)), strict=True)) if rows else
                     {name: [] for name in SCHEMA.names}, schema=SCHEMA)  # fmt: skip
    value = table["value"]
    return table.set_column(4, "value", pc.if_else(pc.is_nan(value), None, value))


def measures_in(folder: Path, arms: Sequence[str], cell: int) -> dict[str, list[dict[str, float]]]:
    """What was measured of each replication of each arm in a cell, as the table lies in a folder. Raises OSError."""
    wanted = [("cell", "=", cell), ("arm", "in", list(arms))]
    rows = pq.read_table(folder / f"{REPLICATIONS}.parquet", filters=wanted).to_pylist()
    found: dict[str, dict[int, dict[str, float]]] = {arm: {} for arm in arms}
    for row in rows:
        value = float("nan") if row["value"] is None else row["value"]
        found[row["arm"]].setdefault(row["replication"], {})[row["quantity"]] = value
    return {arm: [each[number] for number in sorted(each)] for arm, each in found.items()}


def policies_in(plan: Plan, quantities: Iterable[str], what: str) -> list[str]:
    """The policies of which there is a measure that begins so, those of the scenario first."""
    found = {name.removeprefix(what) for name in quantities if name.startswith(what)}
    market = plan.scenarios[0].market
    first = [policy for policy in (market.policies if market else {}) if policy in found]
    return [*first, *sorted(found - set(first))]


def told_policies(plan: Plan, quantities: Iterable[str]) -> list[str]:
    """Those whose shares are told: of two, one says all."""
    policies = policies_in(plan, quantities, SHARE)
    return policies[:1] if len(policies) == 2 else policies


def series_path(folder: Path, plan: Plan, cell: int, name: str) -> Path:
    """Where a table of days, sellers or people of a cell lies in a result's folder: of a sweep, a file for each."""
    return folder / "series" / f"cell-{cell:05}-{name}.parquet" if plan.is_swept else folder / f"{name}.parquet"


def series_in(folder: Path, plan: Plan, cell: int) -> Series | None:
    """Days, sellers and people of a cell as they lie in a folder; None where they were not kept. Raises OSError."""
    paths = [series_path(folder, plan, cell, name) for name in Series._fields]
    if not all(path.is_file() for path in paths):
        return None
    return Series(*map(pq.read_table, paths))


def tables_by_arm(series: Series, arms: Sequence[str]) -> dict[str, list[Tables]]:
    """The tables of each replication of each arm, without its deals; people of the first only."""
    replications = pc.unique(series.days["replication"]).to_pylist()
    return {arm: [_tables(series, arm, number) for number in sorted(replications)] for arm in arms}


def _tables(series: Series, arm: str, number: int) -> Tables:
    def own(table: pa.Table) -> pa.Table:
        arms: Any = table["arm"].cast(pa.string())
        chosen = pc.and_(pc.equal(arms, arm), pc.equal(table["replication"], number))
        return table.filter(chosen).drop_columns(["arm", "replication"])

    return Tables(pa.table({}), own(series.days), own(series.sellers), own(series.people))
