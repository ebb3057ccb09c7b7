"""A result: what a run found, where its files are, and finding it again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.cells import Cell
from experiments.estimates import Difference, Level
from experiments.exits import Exit
from experiments.funnel import FunnelStep
from experiments.grains import CELLS, file_of, spreads_in, tables_of
from experiments.measures import HEADLINE
from experiments.plan import Plan
from experiments.spreads import Spreads
from experiments.store import fingerprint
from experiments.superiority import Superiority
from experiments.tables import Tables, as_plain, from_plain, plain_row
from sim.faults import Fault

SUMMARY_VERSION = 2
MANIFEST = "manifest.json"
SUMMARY = "summary.json"
FAILURES = "failures.json"
IN_SHORT = ("won", HEADLINE)
"""The quantities of a cell in summary.json; the Parquet files have all."""

Status = Literal["complete", "interrupted", "incomplete"]


@dataclass(frozen=True, repr=False)
class Result:
    """What a run of a study found.

    ``folder`` holds its files. ``deals``, of a market replications, were played in each arm, of all cells together:
    fewer than planned if the ``status`` is *interrupted*, or *incomplete* because blocks failed, which ``failures``
    tells. ``tables`` are those of the only cell, or of the first one. ``found`` says that the result had been there.
    """

    plan: Plan
    folder: Path
    status: Status
    deals: int
    tables: Tables
    manifest: Mapping[str, Any]
    found: bool = False
    failures: tuple[Mapping[str, Any], ...] = ()

    def table(self, grain: str) -> "pa.Table":
        """One of the tables of all cells.

        They are cells, levels, differences, superiorities, standings (of three arms or more), dominances, tails, exits,
        steps, distributions and, with a precision, looks.
        Raises KeyError for another name, and for one that the study did not ask for.
        """
        path = self.folder / file_of(grain)
        if not path.is_file():
            raise KeyError(grain)
        return pq.read_table(path)

    def cell(self, number: int) -> Tables:
        """The tables of one cell, by its number in the design. Raises ValueError where there is none."""
        return tables_of(self.folder, number)

    def spreads(self, number: int | None = None) -> Spreads:
        """How profit and surplus are spread in one cell, the first one if left out."""
        return spreads_in(self.folder, self.plan.cells[0].number if number is None else number)

    @property
    def cells(self) -> list[dict[str, Any]]:
        """What is set in each cell, how many deals were played in each arm of it, and why it stopped."""
        return list(self.table(CELLS).to_pylist())

    @property
    def levels(self) -> tuple[Level, ...]:
        """Each quantity in each arm."""
        return self.tables.levels

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Each quantity of the other arms less that of the baseline, paired by buyer unless pairing is off."""
        return self.tables.differences

    @property
    def superiorities(self) -> tuple[Superiority, ...]:
        """How often the other arms earn the seller more than the baseline."""
        return self.tables.superiorities

    @property
    def exits(self) -> tuple[Exit, ...]:
        """Where and why deals ended."""
        return self.tables.exits

    @property
    def funnel(self) -> tuple[FunnelStep, ...]:
        """How many deals enter each step, go on, and what is lost with those that do not."""
        return self.tables.funnel

    def __repr__(self) -> str:
        played = f"{self.deals:,} {self.plan.study.unit}"
        return f"<Result of {self.plan.study.name}: {self.status}, {played}, in {self.folder}>"

    def __str__(self) -> str:
        """The answer as a person reads it."""
        from experiments.answer import as_text

        return as_text(self)


def summary(
    plan: Plan, tables: Tables, status: Status, deals: int, cells: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The content of summary.json: the study in short, and all tables; of a sweep the ``cells`` in short instead."""
    study = plan.study
    return {
        "summary_version": SUMMARY_VERSION,
        "study": study.name,
        "title": study.title,
        "question": study.question,
        "scenario": plan.scenarios[0].name,
        "currency": plan.currency,
        "seed": plan.seed,
        study.unit: deals,
        "status": status,
        "arms": {arm: study.label(arm) for arm in plan.arms},
        "baseline": study.baseline,
        "level": study.level,
        "rope": study.rope,
        **({"cells": list(cells)} if plan.is_swept else as_plain(tables)),
    }


def cell_in_short(cell: Cell, tables: Tables, stopped: str) -> dict[str, Any]:
    """A cell of a sweep as summary.json has it: what is set, and the differences that answer the question."""
    rows = [row for row in tables.differences if row.population == tables.population and row.quantity in IN_SHORT]
    return {
        "cell": cell.number,
        "settings": dict(cell.settings),
        "prospects": dict(tables.prospects),
        "stopped": stopped,
        "differences": [plain_row(row) for row in rows],
    }


def found_at(folder: Path, plan: Plan) -> Result | None:
    """The result of the same plan that is in the folder already, or None if there is no such folder.

    Raises Fault if the folder holds anything else, or the result is not as it was written: it is not
    overwritten.
    """
    if not folder.exists() and not folder.is_symlink():
        return None
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        files = manifest["files"].items()
        is_whole = manifest["hash"] == plan.hash and all(fingerprint(folder / name) == was for name, was in files)
        tables = tables_in(folder, plan) if is_whole else None
    except (OSError, ValueError, KeyError, TypeError):
        tables = None
    if tables is None:
        raise Fault(
            f"{folder} is in the way: it is no result of this study as zopa wrote it\n"
            "    nothing is overwritten: move it away, or choose another folder with --out"
        )
    failures = tuple(json.loads((folder / FAILURES).read_bytes())) if (folder / FAILURES).is_file() else ()
    return Result(plan, folder, manifest["status"], manifest["deals"], tables, manifest, True, failures)


def tables_in(folder: Path, plan: Plan) -> Tables:
    """The tables of the only cell, or of the first one, as they lie in a result's folder. Raises OSError and others."""
    if plan.is_swept:
        return tables_of(folder, plan.cells[0].number)
    return from_plain(json.loads((folder / SUMMARY).read_bytes()))
