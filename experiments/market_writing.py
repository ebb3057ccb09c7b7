"""Writing what a market study found: the tables of every cell, the summary, and the days where asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from experiments.cells import Cell
from experiments.estimates import Difference
from experiments.execution import Execution
from experiments.grains import GrainFiles, MarketCellRow
from experiments.market_blocks import measures_of, series_of
from experiments.market_measures import IN_MONEY_PER_LEAD
from experiments.market_reading import REPLICATIONS, SCHEMA, rows_of, series_path
from experiments.market_tables import MARKET, tabulate
from experiments.plan import Plan
from experiments.result import SUMMARY, summary
from experiments.tables import Tables, plain_row
from experiments.writing import SUMMARY_TABLE, CsvFile, Findings, write_json, write_more
from sim.faults import Fault


def write_market_findings(draft: Path, plan: Plan, execution: Execution) -> Findings:
    """Write everything but the manifest into a folder. Raises OSError, and Fault for a damaged block."""
    course = execution.course
    first: Tables | None = None
    in_short: list[Mapping[str, Any]] = []
    with (
        GrainFiles(draft, plan.cells, ("levels", "differences"), spreads=False) as grains,
        CsvFile(draft / SUMMARY_TABLE, plan, Difference._fields) as totals,
        pq.ParquetWriter(draft / f"{REPLICATIONS}.parquet", SCHEMA, compression="zstd") as replications,
    ):
        for cell in plan.cells:
            found = measures_of(execution, cell)
            tables = tabulate(plan.study, found)
            replications.write_table(rows_of(cell.number, dict(zip(plan.arms, found, strict=True))))
            row = MarketCellRow(cell.number, tables.prospects[MARKET], course.reasons[cell.number])
            grains.add(cell, row, tables, {})
            totals.add(cell, [*tables.levels, *tables.differences])
            if plan.is_swept:
                in_short.append(_in_short(cell, tables, row))
            if plan.study.keeps_series and row.replications:
                _write_series(draft, plan, execution, cell)
            first = first or tables
    if first is None:
        raise Fault(f"study {plan.study.name} has no cells")
    if any(course.deals.values()):
        _save_pictures(draft, plan)
    played = sum(course.deals.values())
    write_json(draft / SUMMARY, summary(plan, first, course.status, played, in_short))
    write_more(draft, plan, execution)
    return Findings(first, played)


def _in_short(cell: Cell, tables: Tables, row: MarketCellRow) -> dict[str, Any]:
    """A cell of a sweep as summary.json has it: what is set, who spread, and what a lead brought."""

    def is_told(quantity: str) -> bool:
        return quantity in IN_MONEY_PER_LEAD or quantity.startswith(("share:", "profit_per_hour:"))

    return {
        "cell": cell.number,
        "settings": dict(cell.settings),
        "replications": row.replications,
        "stopped": row.stopped,
        "levels": [plain_row(each) for each in tables.levels if is_told(each.quantity)],
        "differences": [plain_row(each) for each in tables.differences if is_told(each.quantity)],
    }


def _write_series(draft: Path, plan: Plan, execution: Execution, cell: Cell) -> None:
    """Write days, sellers and people of a cell; of a sweep into files for each."""
    for name, table in series_of(execution, cell)._asdict().items():
        path = series_path(draft, plan, cell.number, name)
        path.parent.mkdir(exist_ok=True)
        pq.write_table(table, path, compression="zstd")


def _save_pictures(draft: Path, plan: Plan) -> None:
    from experiments.figures.market_study import save_study_pictures  # matplotlib takes half a second to import

    (draft / "figures").mkdir()
    save_study_pictures(draft / "figures", draft, plan)
