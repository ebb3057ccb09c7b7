"""Running a study: play what is missing, count, write, and never lose what is done."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from experiments.block_store import remove_leftovers
from experiments.earlier import why_again
from experiments.engines import Engine, cluster, processes, threads
from experiments.execution import Budget, Execution, Orders, block_size, company_of, store_in, warm_up
from experiments.interruption import noted_interrupt
from experiments.limits import DEFAULT_FOLDER, DEFAULT_STUDY
from experiments.manifest import manifest, now, processors
from experiments.moments import CHUNK
from experiments.plan import Plan, plan_of
from experiments.result import MANIFEST, Result, found_at
from experiments.stopping import told as rule_told
from experiments.store import draft_beside, fingerprints, publish, told_as_fault
from experiments.study import Study
from experiments.writing import Findings, fetch_what_writes, why_stopped, write_findings, write_json
from sim.faults import Fault
from sim.playing import Company

MOST_FAILURES_TOLD = 10
MOST_REASONS_TOLD = 20

Progress = Callable[[int, int], None]
"""Told from time to time how many deals of how many are done, in each arm, over all cells."""


Note = Callable[[str], None]
"""Told in a line what a person should know about a run."""


class Watcher(NamedTuple):
    """Who is told what during a run; ``state`` is told how exactly differences are known by now."""

    progress: Progress
    note: Note
    state: Note


ANY_ORDERS = Orders()


class Hands(NamedTuple):
    """Who plays: how many workers, and the address of a cluster if there is one."""

    workers: int
    cluster: str | None = None


def run(
    study: Study | str | Path = DEFAULT_STUDY,
    *,
    deals: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    out: str | Path = DEFAULT_FOLDER,
    workers: int | None = None,
    cluster: str | None = None,
    block: int | None = None,
    fail_fast: bool = False,
    budget: Budget | None = None,
    settings: Mapping[str, object] | None = None,
    plugins: Iterable[str | Path] = (),
    progress: Progress | None = None,
    note: Note | None = None,
    state: Note | None = None,
    command_line: Sequence[str] | None = None,
) -> Result:
    """Play a study and write its result into a folder of ``out``; returns tables.

    ``study`` is a study, the name of one that comes with zopa, or a path. ``deals`` (per arm and cell; of a market
    ``replications``), ``seed`` and ``settings`` (dotted paths, as in ``load_study``) go before what the study says.
    ``plugins`` are files of one's own policies and tactics, besides those that the study names.

    ``workers`` (all processors if left out) are threads, or processes for deals in Python and for markets; ``cluster``
    is the address of a Dask scheduler, or ``"local"``; ``block`` is the number of deals in a block, a multiple of 4096,
    or of replications, any number. None of them changes anything but the time it takes. A block that fails does not
    lose the rest, unless ``fail_fast`` is set or the study has one cell only. ``budget`` ends the play early.

    ``note`` is told which plug-ins play on the stepped clock, what is found and what is played again and why. A result
    of the same plan that is there already is returned as it is, and blocks that are there are not played again. After
    Ctrl-C, or with the budget spent, the result is that of the deals done, its status *interrupted*. Raises Fault.
    """
    plan = plan_of(study, with_asked(settings or {}, deals=deals, replications=replications, seed=seed), plugins)
    if block is not None and not plan.study.is_market and (block < CHUNK or block % CHUNK):
        raise Fault(f"a block of {block} deals; a multiple of {CHUNK} would be right")
    if block is not None and block < 1:
        raise Fault(f"a block of {block} replications; at least 1 would be right")
    watcher = Watcher(progress or _nothing, note or _nothing, state or _nothing)
    hands = Hands(processors() if workers is None else workers, cluster)
    return run_plan(plan, Path(out), hands, Orders(block, fail_fast, budget or Budget()), watcher, command_line)


def with_asked(settings: Mapping[str, object], **asked: int | None) -> dict[str, object]:
    """Settings, and over them what is asked of the study itself by name; nothing of what is None."""
    return {**settings, **{f"study.{name}": value for name, value in asked.items() if value is not None}}


def _nothing(*told: object) -> None:
    """Tell nobody."""


def run_plan(
    plan: Plan,
    out: Path,
    hands: Hands,
    orders: Orders = ANY_ORDERS,
    watcher: Watcher | None = None,
    command_line: Sequence[str] | None = None,
) -> Result:
    """Play a plan, or find its result. Raises Fault."""
    folder = out / plan.folder_name
    with told_as_fault(folder):
        found = found_at(folder, plan)
    silent = Watcher(_nothing, _nothing, _nothing)
    return found or _run(plan, folder, hands, orders, watcher or silent, command_line)


def _run(
    plan: Plan, folder: Path, hands: Hands, orders: Orders, watcher: Watcher, command_line: Sequence[str] | None
) -> Result:
    started = now()
    for text in why_again(plan, folder.parent):
        watcher.note(text)
    with draft_beside(folder) as draft:
        execution, who, engine = _play(plan, folder, hands, orders, watcher)
        course = execution.course
        _refuse_nothing(execution)
        with told_as_fault(folder):
            findings = _written(draft, plan, execution)
            about = manifest(
                plan,
                status=course.status,
                deals=findings.deals,
                started=started,
                workers=hands.workers,
                files=fingerprints(draft),
                clocks={name: "stepped" if name in who.in_python else "batch" for name in sorted(who.rules.own_rules)},
                stopping=why_stopped(course.reasons, course.looks),
                blocks={
                    "by": engine,
                    "deals_found": course.found,
                    "deals_played": course.played,
                    "failed": len(course.failures),
                },
                command_line=command_line,
            )
            write_json(draft / MANIFEST, about)
        if course.status != "complete":
            folder = folder.with_name(f"{folder.name}-partial-{findings.deals}")
        failures = tuple(failure._asdict() for failure in sorted(course.failures))
        result = Result(plan, folder, course.status, findings.deals, findings.tables, about, failures=failures)
        result = _published(draft, result)
    if course.status == "complete":
        execution.store.forget_rows(iter(execution.keys.values()))
    return result


def _written(draft: Path, plan: Plan, execution: Execution) -> Findings:
    if plan.study.is_market:
        from experiments.market_writing import write_market_findings  # Mesa takes a second to import

        return write_market_findings(draft, plan, execution)
    return write_findings(draft, plan, execution)


def _play(plan: Plan, folder: Path, hands: Hands, orders: Orders, watcher: Watcher) -> tuple[Execution, Company, str]:
    """Play all deals that are missing, or those done until Ctrl-C, into the store."""
    who = company_of(plan)
    for name, reason in who.in_python.items():
        watcher.note(f"{name} plays on the stepped clock, for it cannot be compiled: {reason}")
    if plan.study.precision:
        watcher.note(rule_told(plan.study.precision, plan.study.is_market))
    store = store_in(folder.parent, plan)
    remove_leftovers(folder.parent)
    with noted_interrupt() as was_interrupted, told_as_fault(folder):
        execution = Execution(plan, store, who, orders, watcher.progress, was_interrupted, watcher.state)
        with _engine(plan, who, hands, orders, execution) as engine:
            if not plan.study.is_market:
                fetch_what_writes(plan)
            execution.play(engine)
    for text in _told_of(execution):
        watcher.note(text)
    return execution, who, engine.name


@contextmanager
def _engine(plan: Plan, who: Company, hands: Hands, orders: Orders, execution: Execution) -> Iterator[Engine]:
    """Who plays: the cluster asked for, processes for several blocks in Python, else threads."""
    size = orders.deals_in_a_block or block_size(plan, who)
    several = len(plan.cells) * plan.study.planned > size
    in_python = plan.study.is_market or any(
        who.plays_in_python(scenario) for cell in plan.cells for scenario in cell.scenarios
    )
    if hands.cluster is not None:
        warm_up(plan, who)
        with cluster(hands.cluster, hands.workers) as engine:
            yield engine
    elif in_python and several and hands.workers > 1:
        warm_up(plan, who)
        with processes(hands.workers) as engine:
            yield engine
    else:
        with threads(hands.workers, execution.go_on) as engine:
            yield engine


def _refuse_nothing(execution: Execution) -> None:
    """Raise Fault where no cell has any deal because blocks failed."""
    course = execution.course
    if course.failures and not any(course.deals.values()):
        first = sorted(course.failures)[0]
        raise Fault(f"all cells failed, the first with: {first.error}")


def _told_of(execution: Execution) -> Iterator[str]:
    """What a run has to say at its end: what was found, what failed, and why a precise one stopped."""
    course, plan = execution.course, execution.plan
    if course.found and course.played:
        yield f"{course.found:,} {plan.study.unit} in each arm were there already, {course.played:,} were played"
    if course.failures:
        yield f"{len(course.failures)} blocks failed:"
        yield from (
            f"  {each.error} (cell {each.cell}, {plan.study.unit} {each.first} to {each.first + each.deals - 1}, "
            f"seed {each.seed})"
            for each in sorted(course.failures)[:MOST_FAILURES_TOLD]
        )
    if plan.study.precision:
        for number in sorted(course.reasons)[:MOST_REASONS_TOLD]:
            where = f"cell {number}: " if plan.is_swept else ""
            yield f"{where}stopped: {course.reasons[number]}"
    elif course.stopped and course.stopped != "interrupted":
        yield f"stopped: {course.stopped}"


def _published(draft: Path, result: Result) -> Result:
    """The result at its final place; where another run of the same plan was quicker, that one's."""
    with told_as_fault(result.folder):
        try:
            publish(draft, result.folder)
        except FileExistsError:
            return found_at(result.folder, result.plan) or result
    return result
