"""A result: what a run found, where its files are, and finding it again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from experiments.estimates import Difference, Level
from experiments.exits import Exit
from experiments.funnel import FunnelStep
from experiments.plan import Plan
from experiments.sample import Superiority
from experiments.store import fingerprint
from experiments.tables import Tables, as_plain, from_plain
from sim.faults import Fault

SUMMARY_VERSION = 2
MANIFEST = "manifest.json"
SUMMARY = "summary.json"

Status = Literal["complete", "interrupted"]


@dataclass(frozen=True, repr=False)
class Result:
    """What a run of a study found.

    ``folder`` holds its files. ``deals`` were played in each arm: fewer than planned if the ``status`` is
    *interrupted*. ``found`` says that the result had been there already and nothing was played.
    """

    plan: Plan
    folder: Path
    status: Status
    deals: int
    tables: Tables
    manifest: Mapping[str, Any]
    found: bool = False

    @property
    def levels(self) -> tuple[Level, ...]:
        """Each quantity in each arm."""
        return self.tables.levels

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Each quantity of the other arms less that of the baseline, paired by buyer."""
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
        return f"<Result of {self.plan.study.name}: {self.status}, {self.deals:,} deals, in {self.folder}>"

    def __str__(self) -> str:
        """The answer as a person reads it."""
        from experiments.answer import as_text

        return as_text(self)


def summary(plan: Plan, tables: Tables, status: Status, deals: int) -> dict[str, Any]:
    """The content of summary.json: the study in short, and all tables."""
    study = plan.study
    return {
        "summary_version": SUMMARY_VERSION,
        "study": study.name,
        "title": study.title,
        "question": study.question,
        "scenario": plan.scenarios[0].name,
        "currency": plan.currency,
        "seed": plan.seed,
        "deals": deals,
        "status": status,
        "arms": {arm: study.label(arm) for arm in plan.arms},
        "baseline": study.baseline,
        "level": study.level,
        "rope": study.rope,
        **as_plain(tables),
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
        content = json.loads((folder / SUMMARY).read_bytes()) if is_whole else {}
    except (OSError, ValueError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        raise Fault(
            f"{folder} is in the way: it is no result of this study as zopa wrote it\n"
            "    nothing is overwritten: move it away, or choose another folder with --out"
        )
    return Result(plan, folder, manifest["status"], manifest["deals"], from_plain(content), manifest, found=True)
