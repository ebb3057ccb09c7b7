"""A dry run: how many cells and deals, and from a second of playing what time and disk they will take."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from experiments.block_store import gaps
from experiments.blocks import Job, play_block
from experiments.execution import block_size, cell_key, company_of, keeps_rows, store_in, warm_up
from experiments.limits import DEFAULT_FOLDER
from experiments.manifest import processors
from experiments.plan import Plan, plan_of
from experiments.stopping import told as rule_told
from experiments.study import Overrides
from sim.outcome import OUTCOME
from sim.playing import Company

SECONDS = 1.0
FEWEST_DEALS = 16
BYTES_OF_TABLES = 3_000
"""Of the tables of one arm in one cell, as Parquet and CSV; measured on the bundled studies."""

SHARE_OF_ROWS = 0.25
"""Of the bytes of a deal in memory those that it takes in Parquet; measured on the bundled studies."""


class Pilot(NamedTuple):
    """What a second of playing showed: seconds to prepare a cell, seconds and stored bytes for a deal of all arms."""

    prepare: float
    deal: float
    bytes_of_a_block: int


def tried(study: str | Path, overrides: Overrides, plugins: Iterable[str | Path], workers: int | None) -> str:
    """Say what a study would cost, and play no more of it than a second. Raises Fault."""
    plan = plan_of(study, overrides, plugins)
    who = company_of(plan)
    pilot = fly(plan, who)
    hands = processors() if workers is None else workers
    cells, arms, deals = len(plan.cells), len(plan.arms), plan.study.planned
    unit = plan.study.unit
    missing = _missing(plan)
    blocks = max(1, -(-deals // block_size(plan, who)))
    seconds = (missing * pilot.deal + cells * pilot.prepare * (missing > 0)) / hands
    disk = cells * (arms * BYTES_OF_TABLES + blocks * pilot.bytes_of_a_block)
    disk += int(cells * arms * deals * OUTCOME.itemsize * SHARE_OF_ROWS) if plan.study.outputs.deals else 0
    most = "at most " if plan.study.precision else ""
    lines = [
        f"{plan.study.title}",
        f"cells   {cells:,}, of {arms} arms",
        f"{unit:<7} {most}{deals:,} in each arm of each cell, {most}{cells * arms * deals:,} in all",
        f"seed    {plan.seed}",
        f"time    {most}about {_told(seconds)} on {hands} {'worker' if hands == 1 else 'workers'}",
        f"disk    {most}about {_size(disk)}",
    ]
    if missing < cells * deals:
        lines.append(f"found   {cells * deals - missing:,} {unit} in each arm are there already, in {DEFAULT_FOLDER}")
    if plan.study.precision:
        lines.append(f"rule    {rule_told(plan.study.precision, plan.study.is_market)}")
    lines += [f"slow    {name} cannot be compiled: {reason}" for name, reason in who.in_python.items()]
    return "\n".join(lines)


def fly(plan: Plan, who: Company) -> Pilot:
    """Play a second of a study: the cells in the middle first, so that none at an edge stands for all."""
    middle = plan.cells[len(plan.cells) // 2]
    warm_up(plan, who)
    fewest = 1 if plan.study.is_market else FEWEST_DEALS
    deals, first, played, stored = fewest, 0, 0.0, 0
    prepare, keeps_days = 0.0, plan.study.is_market and keeps_rows(plan)
    while played < SECONDS / 2:
        market, paired = plan.study.is_market, plan.study.pairing
        job = Job("pilot", 0, middle.scenarios, plan.seed, first, deals, who, keeps_days, market, paired)
        started = time.perf_counter()
        done = play_block(job)
        whole = time.perf_counter() - started
        if first == 0 and deals == fewest:
            prepare = done.seconds[0]
        played = whole - done.seconds[0]
        stored = sum(len(piece.totals) + len(piece.rows or b"") for piece in done.pieces)
        last = deals
        deals = min(plan.study.planned, 4 * deals)
        if last == plan.study.planned or last >= block_size(plan, who):
            break
    return Pilot(prepare, played / last, stored)


def _missing(plan: Plan) -> int:
    """How many deals, or replications, in each arm are not stored in the folder that results go to by default."""
    store = store_in(Path(DEFAULT_FOLDER), plan)
    return sum(
        gap.end - gap.first
        for cell in plan.cells
        for gap in gaps(store.stored(cell_key(plan, cell)), plan.study.planned, store.chunk)
    )


def _told(seconds: float) -> str:
    for size, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {name}"
    return f"{max(1, round(seconds))} seconds"


def _size(amount: float) -> str:
    for size, name in ((1e9, "GB"), (1e6, "MB")):
        if amount >= size:
            return f"{amount / size:.1f} {name}"
    return f"{max(1, round(amount / 1e3))} kB"
