"""Writing what a study found: the tables of every cell, the summary, the figures, the deals where asked for."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, TextIO

from experiments.aggregate import Aggregate
from experiments.block_store import way_through
from experiments.cells import Cell
from experiments.deals_file import DealsFile
from experiments.estimates import Difference
from experiments.execution import Execution, Failure, aggregates
from experiments.funnel import FunnelStep
from experiments.grains import ROWS, CellRow, GrainFiles, columns_of, write_looks
from experiments.plan import Plan
from experiments.result import FAILURES, SUMMARY, cell_in_short, summary
from experiments.spreads import spreads_of
from experiments.stopping import Look
from experiments.tables import Tables, plain_row, tabulate
from sim.faults import Fault

SUMMARY_TABLE, FUNNEL_TABLE = "summary.csv", "funnel.csv"


class Findings(NamedTuple):
    """The tables of the first cell, and how many deals were played in each arm of all cells."""

    tables: Tables
    deals: int


def write_findings(draft: Path, plan: Plan, execution: Execution) -> Findings:
    """Write everything but the manifest into a folder. Raises OSError, and Fault for a damaged block."""
    outputs, course = plan.study.outputs, execution.course
    kinds = ROWS.keys() if outputs.steps else ROWS.keys() - {"steps"}
    first: Tables | None = None
    in_short: list[dict[str, Any]] = []
    with (
        GrainFiles(draft, plan.cells, kinds, outputs.distributions) as grains,
        CsvFile(draft / SUMMARY_TABLE, plan, Difference._fields) as totals,
        CsvFile(draft / FUNNEL_TABLE, plan, FunnelStep._fields) as funnel,
    ):
        for cell, aggregate in aggregates(execution):
            tables, spreads = tables_of_cell(plan, aggregate), spreads_of(aggregate, plan.arms)
            row = CellRow(cell.number, aggregate.deals, tables.prospects["asked_first"], course.reasons[cell.number])
            grains.add(cell, row, tables, spreads)
            totals.add(cell, [*tables.levels, *tables.differences])
            funnel.add(cell, tables.funnel)
            if plan.is_swept:
                in_short.append(cell_in_short(cell, tables, row.stopped))
            if first is None:
                first = tables
                if not plan.is_swept:
                    _save_pictures(draft, plan, tables, aggregate)
    if first is None:
        raise Fault(f"study {plan.study.name} has no cells")
    if plan.is_swept:
        _save_sweep_pictures(draft, plan)
    deals = sum(course.deals.values())
    write_json(draft / SUMMARY, summary(plan, first, course.status, deals, in_short))
    write_more(draft, plan, execution)
    return Findings(first, deals)


def tables_of_cell(plan: Plan, aggregate: Aggregate) -> Tables:
    """The tables of one cell, at the level and margin of the study."""
    return tabulate(aggregate, plan.arms, plan.study.baseline, plan.study.level, plan.study.rope)


def fetch_what_writes(plan: Plan) -> None:
    """Import what writes and draws in a thread of its own: compiled deals that are played let it run.

    Of the writers it is pandas that takes half a second: pyarrow looks for it before it makes its first array.
    """
    modules = "pandas", f"experiments.figures.{'sweeps' if plan.is_swept else 'gallery'}"
    Thread(target=lambda: list(map(import_module, modules)), name="imports", daemon=True).start()


def _save_pictures(draft: Path, plan: Plan, tables: Tables, aggregate: Aggregate) -> None:
    from experiments.figures.gallery import save_pictures  # matplotlib takes half a second to import

    (draft / "figures").mkdir()
    save_pictures(draft / "figures", plan, tables, spreads_of(aggregate, plan.arms))


def _save_sweep_pictures(draft: Path, plan: Plan) -> None:
    from experiments.figures.sweeps import can_be_drawn, save_sweep_pictures  # matplotlib takes half a second to import

    if can_be_drawn(plan):
        (draft / "figures").mkdir()
        save_sweep_pictures(draft / "figures", draft, plan)


def write_more(draft: Path, plan: Plan, execution: Execution) -> None:
    """Write what not every study has: deals, looks, failures, plug-ins."""
    course = execution.course
    if plan.study.outputs.deals:
        _write_deals(draft, plan, execution)
    if plan.study.precision:
        write_looks(draft, (each for number in sorted(course.looks) for each in course.looks[number]))
    if course.failures:
        write_json(draft / FAILURES, [failure._asdict() for failure in sorted(course.failures)])
        write_failures(draft / "failures.csv", sorted(course.failures))
    if plan.rules.own_rules:
        (draft / "plugins").mkdir()
        for entry in plan.rules.own_rules.values():
            (draft / "plugins" / entry.path.name).write_text(entry.text or "", encoding="utf-8", newline="")


def _write_deals(draft: Path, plan: Plan, execution: Execution) -> None:
    """Write the deals of every cell; of a sweep into a file for each."""
    if plan.is_swept:
        (draft / "outcomes").mkdir()
    for cell in plan.cells:
        name = f"outcomes/cell-{cell.number:05}.parquet" if plan.is_swept else "outcomes.parquet"
        key, deals = execution.keys[cell.number], execution.course.deals[cell.number]
        with DealsFile(draft / name, plan.arms, plan.solutions) as file:
            for place in way_through(execution.store.stored(key), deals):
                rows = execution.store.rows(key, place)
                if rows is None:
                    raise Fault(f"{cell.name}: deals that were stored cannot be read again: is the disk sound?")
                file.add(rows)


class CsvFile:
    """A table of comma-separated values, written cell by cell; of a sweep with what is set in the cell."""

    def __init__(self, path: Path, plan: Plan, fields: Sequence[str]) -> None:
        self._path, self._fields = path, fields
        self._settings = columns_of(plan.cells)
        self._is_swept = plan.is_swept
        self._file: TextIO

    def __enter__(self) -> "CsvFile":
        self._file = self._path.open("w", encoding="utf-8", newline="")
        of_cell = ["cell", *self._settings] if self._is_swept else []
        self._writer = csv.DictWriter(self._file, [*of_cell, *self._fields], lineterminator="\n", restval="")
        self._writer.writeheader()
        return self

    def __exit__(self, *ended: object) -> None:
        self._file.close()

    def add(self, cell: Cell, rows: Iterable[Any]) -> None:
        """Write some rows of a cell. Raises OSError."""
        of_cell = {"cell": cell.number, **cell.settings} if self._is_swept else {}
        self._writer.writerows({**of_cell, **plain_row(row)} for row in rows)


def write_failures(path: Path, failures: Sequence[Failure]) -> None:
    """Write the table of failures. Raises OSError."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, Failure._fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(failure._asdict() for failure in failures)


def write_json(path: Path, content: Any) -> None:
    """Write JSON that is the same for the same content. Raises OSError."""
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="")


def why_stopped(reasons: Mapping[int, str], looks: Mapping[int, Sequence[Look]]) -> dict[str, Any]:
    """What the manifest says of stopping: how many cells stopped for which reason, and the last half-widths."""
    counts: dict[str, int] = {}
    for text in reasons.values():
        counts[text] = counts.get(text, 0) + 1
    widths = {str(number): seen[-1].half_width for number, seen in sorted(looks.items()) if seen}
    known = {number: width for number, width in widths.items() if width == width}
    return {"reasons": counts, **({"half_widths": known} if looks else {})}
