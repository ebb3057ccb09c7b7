"""Playing the blocks of a study: which are missing, who plays them, when to stop, and what went wrong.

What is done is in the block store at any time, so that a run that is killed goes on where it was. Blocks are taken
from all cells in turn: an interrupted sweep is an even sample of its cells.
"""

import hashlib
import json
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from agents.rule import rules_hash
from experiments import stopping
from experiments.aggregate import Aggregate
from experiments.block_store import BlockStore, Range, gaps, way_through
from experiments.blocks import Job, Piece, play_block
from experiments.cells import Cell
from experiments.engines import Ended, Engine
from experiments.moments import CHUNK
from experiments.plan import Plan
from experiments.stopping import Look
from sim.faults import Fault
from sim.outcome import SCHEMA_VERSION, SEMANTICS_VERSION
from sim.own_seats import names_played
from sim.playing import Company, company

DEALS_OF_ALL_ARMS = 131_072
"""Deals in a block, those of all arms counted: about a second's work of the batch."""

MEASURING = ("aggregate", "blocks", "groups", "measures", "moments", "spread")
MEASURING_OF_A_MARKET = ("market_blocks", "market_measures")
"""The files of this room that decide what a block holds."""


class Failure(NamedTuple):
    """A block that could not be played: which deals of which cell, under which seed, and what happened."""

    cell: int
    first: int
    deals: int
    seed: int
    error: str
    traceback: str


class Budget(NamedTuple):
    """How much may be played: seconds, or deals (of a market, replications) in all arms and cells; None: no bound."""

    seconds: float | None = None
    deals: int | None = None


class Orders(NamedTuple):
    """How a study is to be played; nothing of it changes what comes out, only how far it gets."""

    deals_in_a_block: int | None = None
    fail_fast: bool = False
    budget: Budget = Budget()


@dataclass
class Course:
    """How far a study has got: deals that are there in each cell from the first on, looks, failures, why it stopped.

    Of a market all that is counted is replications.
    """

    deals: dict[int, int] = field(default_factory=dict)
    looks: dict[int, list[Look]] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    found: int = 0
    played: int = 0
    seconds: list[tuple[float, float, float]] = field(default_factory=list)
    stopped: str = ""

    @property
    def status(self) -> Literal["complete", "interrupted", "incomplete"]:
        """*complete*, *interrupted* by Ctrl-C or a budget, or *incomplete* where blocks failed."""
        return "interrupted" if self.stopped else "incomplete" if self.failures else "complete"


def cell_key(plan: Plan, cell: Cell) -> str:
    """The hash of everything that decides the deals of a cell and what is kept of them, but for their number."""
    return hashlib.sha256(json.dumps(_identity(plan, cell), sort_keys=True).encode()).hexdigest()[:32]


def _identity(plan: Plan, cell: Cell) -> Mapping[str, Any]:
    named = {name for scenario in cell.scenarios for name in names_played(scenario)}
    return {
        "schema_version": SCHEMA_VERSION,
        "semantics_version": SEMANTICS_VERSION,
        "rules": rules_hash(),
        "measuring": _measuring_hash(MEASURING_OF_A_MARKET if plan.study.is_market else MEASURING),
        "plugins": {name: entry.fingerprint for name, entry in sorted(plan.rules.own_rules.items()) if name in named},
        "arms": [scenario.model_dump(mode="json", by_alias=True) for scenario in cell.scenarios],
        "seed": plan.seed,
        "pairing": plan.study.pairing,
    }


@cache
def _measuring_hash(files: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for name in files:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


class Execution:
    """One run of a plan: plays what is missing until it is done, or told to stop."""

    def __init__(
        self, plan: Plan, store: BlockStore, who: Company, orders: Orders, progress: Callable[[int, int], None],
        was_interrupted: Callable[[], bool], state: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.plan, self.store, self.course = plan, store, Course()
        self.keys = {cell.number: cell_key(plan, cell) for cell in plan.cells}
        self._who, self._orders, self._progress, self._state = who, orders, progress, state
        self._was_interrupted = was_interrupted
        self._started = time.monotonic()
        self._aggregates: dict[int, Aggregate] = {}
        self._cut_short: dict[tuple[int, int], Piece] = {}
        self._done = self._total = 0

    def play(self, engine: Engine) -> Course:
        """Play until all cells are done, or told to stop. Raises Fault at a failure that ends the run, and OSError."""
        cells = list(self.plan.cells)
        precision = self.plan.study.precision
        for target in stopping.looks_of(self.plan.study):
            self._play_to(cells, target, engine)
            if self.course.stopped:
                break
            failed = {failure.cell for failure in self.course.failures}
            cells = [cell for cell in cells if cell.number not in failed]
            if precision:
                cells = [cell for cell in cells if not self._is_known(cell)]
                self._tell_widths()
            if not cells:
                break
        self._settle()
        return self.course

    def _play_to(self, cells: Sequence[Cell], target: int, engine: Engine) -> None:
        """Play the missing deals of some cells up to a number; what is found to be damaged is played again."""
        for attempt in range(3):
            jobs = list(self._missing(cells, target))
            if attempt == 0:
                missing = sum(job.deals for job in jobs)
                self.course.found += len(cells) * target - missing - self._before(cells)
                self._total, self._done = len(cells) * target, len(cells) * target - missing
                self._progress(self._done, self._total)
            for ended in engine.play(iter(jobs), self._stops):
                self._take(ended)
            self.course.deals |= {cell.number: self._take_in(cell, target) for cell in cells}
            whole = all(self.course.deals[cell.number] == target for cell in cells)
            if whole or self.course.stopped or self.course.failures:
                return
        raise Fault("blocks that were stored cannot be read again: is the disk sound?")

    def _before(self, cells: Sequence[Cell]) -> int:
        return sum(self.course.deals.get(cell.number, 0) for cell in cells)

    def _missing(self, cells: Sequence[Cell], target: int) -> Iterator[Job]:
        """The jobs that are missing, taken from all cells in turn."""
        size = self._orders.deals_in_a_block or block_size(self.plan, self._who)
        ranges = [
            (part.first, cell.number, part, cell)
            for cell in cells
            for gap in gaps(self.store.stored(self.keys[cell.number]), target, self.store.chunk)
            for part in _parts(gap, size)
        ]
        for first, number, part, cell in sorted(ranges, key=lambda each: each[:2]):
            yield Job(
                self.keys[number],
                number,
                cell.scenarios,
                self.plan.seed,
                first,
                part.end - part.first,
                self._who,
                keeps_rows(self.plan),
                self.plan.study.is_market,
                self.plan.study.pairing,
            )

    def _take(self, ended: Ended) -> None:
        """Store a block that ended well, note one that did not. Raises Fault, and OSError where it cannot be stored."""
        job, error = ended.job, ended.error
        if error is not None:
            self._note_failure(job, error)
            return
        if ended.done is None:
            return
        for piece in ended.done.pieces:
            end = piece.first + piece.deals
            if end == job.end or end % self.store.chunk == 0:
                self.store.save(job.key, piece)
            else:
                self._cut_short[job.cell, piece.first] = piece
            self._done += piece.deals
            self.course.played += piece.deals
        self.course.seconds.append(ended.done.seconds)
        self._progress(self._done, self._total)

    def _note_failure(self, job: Job, error: BaseException) -> None:
        if len(self.plan.cells) == 1 or (isinstance(error, Fault) and self._orders.fail_fast):
            raise error
        text = str(error) or type(error).__name__
        if not isinstance(error, Fault):
            text = f"{type(error).__name__}: {text}"
            if self._orders.fail_fast:
                name = self._name(job.cell)
                raise Fault(
                    f"{name}, {self.plan.study.unit} {job.first} to {job.end - 1}, seed {job.seed}: {text}"
                ) from error
        told = "".join(traceback.format_exception(error))
        self.course.failures.append(Failure(job.cell, job.first, job.deals, job.seed, text, told))

    def _name(self, number: int) -> str:
        return next(cell.name for cell in self.plan.cells if cell.number == number)

    def _take_in(self, cell: Cell, target: int) -> int:
        """How many deals of a cell are there from the first on; with a precision they are taken in, too."""
        key = self.keys[cell.number]
        way = list(way_through(self.store.stored(key), target, self.store.chunk))
        if self.plan.study.is_market:
            from experiments.market_blocks import readable

            way = list(readable(self.store, key, way, len(self.plan.arms)))
        if self.plan.study.precision and not self.plan.study.is_market:
            aggregate = self._aggregates.setdefault(cell.number, nothing_kept(self.plan))
            for place in way:
                if place.first == aggregate.deals and not self.store.load(key, place, aggregate):
                    return aggregate.deals
        end = way[-1].end if way else 0
        cut = self._cut_short.get((cell.number, end))
        if cut is None:
            return end
        self.store.save(key, cut)
        return end + cut.deals

    def _is_known(self, cell: Cell) -> bool:
        """Whether a cell may stop; looks at it."""
        study, precision = self.plan.study, self.plan.study.precision
        if precision is None:
            return False
        seen = self.course.looks.setdefault(cell.number, [])
        if study.is_market:
            from experiments.market_blocks import measures_of
            from experiments.market_looks import look_at_markets

            seen.append(look_at_markets(study, precision, cell.number, measures_of(self, cell)))
        else:
            seen.append(stopping.look(study, precision, cell.number, self._aggregates[cell.number]))
        return stopping.is_over(seen)

    def _tell_widths(self) -> None:
        widths = [seen[-1].half_width for seen in self.course.looks.values() if seen]
        if widths:
            self._state(f"±{max(widths):.3g}")

    def _settle(self) -> None:
        """Say of every cell why it stopped."""
        failed = {failure.cell for failure in self.course.failures}
        most, unit = self.plan.study.planned, self.plan.study.unit
        for cell in self.plan.cells:
            number = cell.number
            deals = self.course.deals.setdefault(number, 0)
            seen = self.course.looks.get(number, [])
            if number in failed:
                why = f"a block failed after {deals:,} {unit}"
            elif stopping.is_over(seen) or (deals == most and seen):
                why = stopping.reason(seen, most, unit)
            elif deals == most:
                why = f"all {most:,} {unit} played"
            else:
                why = self.course.stopped
            self.course.reasons[number] = why

    def _stops(self) -> bool:
        """Whether to begin nothing more: Ctrl-C, a spent budget, a failure with fail_fast."""
        budget = self._orders.budget
        arms = len(self.plan.arms)
        if self._was_interrupted():
            self.course.stopped = "interrupted"
        elif budget.seconds is not None and time.monotonic() - self._started > budget.seconds:
            self.course.stopped = self.course.stopped or f"the budget of {budget.seconds:g} seconds was spent"
        elif budget.deals is not None and self.course.played * arms >= budget.deals:
            unit = self.plan.study.unit
            self.course.stopped = self.course.stopped or f"the budget of {budget.deals:,} {unit} was spent"
        return bool(self.course.stopped)

    def go_on(self, done: int) -> bool:
        """Whether a block in Python goes on after its deal number ``done``."""
        if done % 16 == 0:
            self._progress(self._done + done, self._total)
        return not self._was_interrupted()


def keeps_rows(plan: Plan) -> bool:
    """Whether more is kept than what is counted: deals, or the days of a market."""
    return plan.study.outputs.deals or plan.study.keeps_series


def store_in(folder: Path, plan: Plan) -> BlockStore:
    """The blocks stored beside the results in a folder, as a plan uses them."""
    return BlockStore(folder, keeps_rows(plan), 1 if plan.study.is_market else CHUNK)


def company_of(plan: Plan) -> Company:
    """Who plays in any cell. Raises Fault for a plug-in that cannot be loaded, or cannot play in a market."""
    who = company([scenario for cell in plan.cells for scenario in cell.scenarios], plan.rules)
    for name, reason in who.in_python.items():
        if plan.study.is_market:
            raise Fault(f"{name}  cannot play in a market, for it cannot be compiled: {reason}")
    return who


def warm_up(plan: Plan, who: Company) -> None:
    """Compile here what others will play: they find it in the cache, and none of them has to do it again."""
    if plan.study.is_market:
        from experiments.market_blocks import compile_market

        compile_market(plan.cells[0].scenarios[0], who)
    else:
        play_block(Job("warm-up", 0, plan.cells[0].scenarios, plan.seed, 0, 1, who, paired=plan.study.pairing))


def block_size(plan: Plan, who: Company) -> int:
    """Deals in a block: about a second's work, in full chunks; a single chunk where deals are played in Python.

    Of a market it is one replication.
    """
    if plan.study.is_market:
        return 1
    if any(who.plays_in_python(scenario) for cell in plan.cells[:1] for scenario in cell.scenarios):
        return CHUNK
    return max(1, DEALS_OF_ALL_ARMS // len(plan.arms) // CHUNK) * CHUNK


def _parts(gap: Range, size: int) -> Iterator[Range]:
    """A run of deals cut at the multiples of a block's size."""
    at = gap.first
    while at < gap.end:
        end = min(gap.end, (at // size + 1) * size)
        yield Range(at, end)
        at = end


def nothing_kept(plan: Plan) -> Aggregate:
    """What is kept of no deals of a cell yet."""
    return Aggregate(len(plan.arms), paired=plan.study.pairing)


def aggregates(execution: Execution) -> Iterator[tuple[Cell, Aggregate]]:
    """The cells with what is kept of their deals, one after the other, and the store put in order. Raises Fault."""
    for cell in execution.plan.cells:
        key, deals = execution.keys[cell.number], execution.course.deals[cell.number]
        aggregate = nothing_kept(execution.plan)
        for place in way_through(execution.store.stored(key), deals):
            if not execution.store.load(key, place, aggregate):
                raise Fault(f"{cell.name}: a block that was stored cannot be read again: is the disk sound?")
        if not execution.plan.study.precision:  # a look needs the deals up to it by themselves
            execution.store.condense(key, aggregate)
        yield cell, aggregate
