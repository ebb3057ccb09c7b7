"""Running a study: play, count, write, and never lose what is done."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.aggregate import Aggregate
from experiments.deals_file import DealsFile
from experiments.earlier import played_with_other_plugins
from experiments.funnel import FunnelStep
from experiments.interruption import noted_interrupt
from experiments.limits import DEFAULT_FOLDER, DEFAULT_STUDY
from experiments.manifest import manifest, now, processors
from experiments.plan import Plan, plan_of
from experiments.result import MANIFEST, SUMMARY, Result, Status, found_at, summary
from experiments.sample import Sample
from experiments.store import draft_beside, fingerprints, publish, told_as_fault
from experiments.study import Study
from experiments.tables import Tables, as_csv, csv_of, tabulate

Progress = Callable[[int, int], None]
"""Told from time to time how many deals of how many are done, in each arm."""


Note = Callable[[str], None]
"""Told in a line what a person should know about a run before it begins."""


class Watcher(NamedTuple):
    """Who is told what during a run."""

    progress: Progress
    note: Note


class Played(NamedTuple):
    """What is kept of the deals played."""

    aggregate: Aggregate
    sample: Sample
    status: Status
    clocks: Mapping[str, str]


def run(
    study: Study | str | Path = DEFAULT_STUDY,
    *,
    deals: int | None = None,
    seed: int | None = None,
    out: str | Path = DEFAULT_FOLDER,
    workers: int | None = None,
    settings: Mapping[str, object] | None = None,
    plugins: Iterable[str | Path] = (),
    progress: Progress | None = None,
    note: Note | None = None,
    command_line: Sequence[str] | None = None,
) -> Result:
    """Play a study and write its result into a folder of ``out``; returns tables.

    ``study`` is a study, the name of one that comes with zopa, or a path. ``deals`` (per arm), ``seed`` and
    ``settings`` (dotted paths, as in ``load_study``) go before what the study says; ``workers`` are
    threads, all processors if left out, and change nothing but the time it takes. ``plugins`` are files of one's own
    policies and tactics, besides those that the study names; ``note`` is told which of them play on the stepped clock,
    and whether another version of them was played before. A result of the same plan
    that is there already is returned as it is. After Ctrl-C the result is that of the deals done, its
    status *interrupted*. Raises Fault.
    """
    asked = {"study.deals": deals, "study.seed": seed}
    overrides = {**(settings or {}), **{path: value for path, value in asked.items() if value is not None}}
    plan = plan_of(study, overrides, plugins)
    folder = Path(out) / plan.folder_name
    with told_as_fault(folder):
        found = found_at(folder, plan)
    watcher = Watcher(progress or (lambda done, of: None), note or (lambda text: None))
    return found or _run(plan, folder, processors() if workers is None else workers, watcher, command_line)


def _run(plan: Plan, folder: Path, workers: int, watcher: Watcher, command_line: Sequence[str] | None) -> Result:
    started = now()
    for text in played_with_other_plugins(plan, folder.parent):
        watcher.note(text)
    with draft_beside(folder) as draft:
        played = _play(plan, draft, workers, watcher)
        study, deals = plan.study, played.aggregate.deals
        tables = tabulate(played.aggregate, played.sample, plan.arms, study.baseline, study.level, study.rope)
        with told_as_fault(folder):
            _write_findings(draft, plan, tables, played)
            about = manifest(
                plan,
                status=played.status,
                deals=deals,
                started=started,
                workers=workers,
                files=fingerprints(draft),
                clocks=played.clocks,
                command_line=command_line,
            )
            _write_json(draft / MANIFEST, about)
        if played.status == "interrupted":
            folder = folder.with_name(f"{folder.name}-partial-{deals}")
        return _published(draft, Result(plan, folder, played.status, deals, tables, about))


def _play(plan: Plan, draft: Path, workers: int, watcher: Watcher) -> Played:
    """Play all deals, or those done until Ctrl-C; the file of deals is written on the way."""
    from sim.playing import company, play  # compiles; what only reads results does without

    aggregate, sample = Aggregate(len(plan.arms)), Sample(len(plan.arms))
    total = plan.study.deals
    who = company(plan.scenarios, plan.rules)
    for name, reason in who.in_python.items():
        watcher.note(f"{name} plays on the stepped clock, for it cannot be compiled: {reason}")
    watcher.progress(0, total)

    def go_on(done: int) -> bool:
        watcher.progress(done, total)
        return not was_interrupted()

    with (
        noted_interrupt() as was_interrupted,
        told_as_fault(draft.parent),
        DealsFile(draft / "outcomes.parquet", plan.arms, plan.solutions) as file,
    ):
        for rows in play(plan.scenarios, plan.seed, total, who, workers=workers, go_on=go_on):
            aggregate.add(rows)
            sample.add(rows)
            file.add(rows)
            watcher.progress(aggregate.deals, total)
            if was_interrupted():
                break
    clocks = {name: "stepped" if name in who.in_python else "batch" for name in sorted(who.rules.own_rules)}
    return Played(aggregate, sample, "complete" if aggregate.deals == total else "interrupted", clocks)


def _write_findings(draft: Path, plan: Plan, tables: Tables, played: Played) -> None:
    from experiments.figures.gallery import save_pictures  # matplotlib takes half a second to import

    _write_json(draft / SUMMARY, summary(plan, tables, played.status, played.aggregate.deals))
    (draft / "summary.csv").write_text(as_csv(tables), encoding="utf-8", newline="")
    (draft / "funnel.csv").write_text(csv_of(tables.funnel, FunnelStep._fields), encoding="utf-8", newline="")
    (draft / "figures").mkdir()
    save_pictures(draft / "figures", plan, tables, played.sample)


def _published(draft: Path, result: Result) -> Result:
    """The result at its final place; where another run of the same plan was quicker, that one's."""
    with told_as_fault(result.folder):
        try:
            publish(draft, result.folder)
        except FileExistsError:
            return found_at(result.folder, result.plan) or result
    return result


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="")
