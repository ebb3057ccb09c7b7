"""Playing a market several times: in processes, with intervals over replications, into a folder of results.

``sim.market.replication.replicate`` plays one; here they are counted together, compared in pairs, told and written.
"""

import hashlib
import json
import math
import multiprocessing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from agents.rule import rules_hash
from experiments import wording
from experiments.engines import SECONDS_BETWEEN_LOOKS, leave_interrupts_to_the_parent
from experiments.interruption import noted_interrupt
from experiments.limits import DEFAULT_FOLDER
from experiments.manifest import now, processors
from experiments.market_measures import (
    BY_POLICY,
    LEVEL,
    MEASURES,
    Summed,
    differences,
    measured,
    over_replications,
    unit_of,
)
from experiments.plan import evaluation_hash
from experiments.project import project_version
from experiments.running import Progress
from experiments.store import draft_beside, fingerprints, publish, told_as_fault
from experiments.tables import csv_of
from sim.faults import Fault
from sim.market.model import Market
from sim.market.replication import Tables, Told, replicate
from sim.reading import load_scenario
from sim.scenario import Scenario

SUMMARY = "summary.json"
DIFFERENCE = "difference"


class Row(NamedTuple):
    """A measure of an arm, or a difference between two: of one policy or, where that is empty, of all sellers."""

    arm: str
    measure: str
    policy: str
    unit: str
    mean: float | None
    low: float | None
    high: float | None
    replications: int
    meaning: str


class Played(NamedTuple):
    """One replication: its measures, and its tables; ``deals`` and ``people`` of the first replication only."""

    measures: Mapping[str, float]
    tables: Tables


class MarketResult(NamedTuple):
    """A market played: where it is written, its summary as JSON can hold it, and whether Ctrl-C cut it short."""

    folder: Path
    summary: Mapping[str, Any]
    interrupted: bool = False


def play_market(
    name: str | Path,
    *,
    seed: int = 1,
    replications: int = 8,
    workers: int | None = None,
    settings: Mapping[str, object] | None = None,
    versus: Mapping[str, object] | None = None,
    out: str | Path = DEFAULT_FOLDER,
    progress: Progress | None = None,
) -> MarketResult:
    """Play a scenario's market ``replications`` times and write its result into a folder of ``out``.

    ``settings`` are changes of the scenario, ``versus`` further ones: then it is played with and without those, on the
    same leads with the same luck. ``workers`` are processes, all processors if left out. A result that is there already
    is returned as it is. After Ctrl-C the result is that of the replications from the first on that are done in all
    arms, in a folder called partial; without any of them nothing is written. Raises Fault, and KeyboardInterrupt then.
    """
    arms = {"": _loaded(name, settings or {}, "--set")}
    if versus:
        arms = {"as_it_is": arms[""], "versus": _loaded(name, {**(settings or {}), **versus}, "--versus")}
    identity = _identity(arms, seed, replications)
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    folder = Path(out) / f"{arms[next(iter(arms))].name}-{digest[:8]}"
    with told_as_fault(folder):
        if (folder / SUMMARY).exists():
            return MarketResult(folder, json.loads((folder / SUMMARY).read_text(encoding="utf-8")))
    started = now()
    with noted_interrupt() as was_interrupted:
        played = _play_all(
            arms, seed, replications, workers or processors(), progress or (lambda done, of: None), was_interrupted
        )
    done = len(played[next(iter(arms))])
    if done < replications:
        folder = folder.with_name(f"{folder.name}-partial-{done}")
    summary = {"scenario": arms[next(iter(arms))].name, "seed": seed, "replications": done}
    summary |= {"currency": arms[next(iter(arms))].currency, "level": LEVEL, "folder": str(folder)}
    summary["measures"] = [row._asdict() for row in _rows(played)]
    with draft_beside(folder) as draft, told_as_fault(folder):
        _write(draft, arms, played, summary)
        about = {"identity": identity, "zopa": project_version(), "started": started.isoformat(timespec="seconds")}
        _write_json(draft / "manifest.json", {**about, "files": fingerprints(draft)})
        with suppress(FileExistsError):  # another run of the same was quicker, and wrote the same
            publish(draft, folder)
    return MarketResult(folder, summary, done < replications)


def printed_market(result: MarketResult) -> str:
    """The measures as a table in plain text, an arm beside the other, the difference last."""
    summary = result.summary
    arms = list(dict.fromkeys(row["arm"] for row in summary["measures"]))
    rows = {(row["arm"], row["measure"], row["policy"]): row for row in summary["measures"]}
    names = list(dict.fromkeys((row["measure"], row["policy"], row["meaning"], row["unit"]) for row in rows.values()))
    heads = ["", *(wording.words(arm) if arm else "mean [95 %]" for arm in arms)]
    lines = [heads]
    for measure, policy, meaning, unit in names:
        label = f"{policy}: {meaning}" if policy else meaning
        lines.append([label, *(_cell(rows.get((arm, measure, policy)), unit) for arm in arms)])
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    title = f"{summary['scenario']}: {summary['replications']} replications, money in {summary['currency']}"
    text = [title, ""]
    for line in lines:
        text.append(
            "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))])
        )
    stopped = "interrupted: only the replications that were done, " if result.interrupted else ""
    return "\n".join([*text, "", f"{stopped}written to {result.folder}"])


def _cell(row: Mapping[str, Any] | None, unit: str) -> str:
    if row is None or row["mean"] is None:
        return wording.UNKNOWN
    scale = 100.0 if unit == "share" else 1.0
    low, high = row["low"], row["high"]
    width = (high - low) * scale if low is not None and high is not None else 0.0
    decimals = max(0, min(6, math.ceil(math.log10(7 / width)))) if width > 0 else 2
    mean = wording.number(row["mean"] * scale, decimals)
    sign = " %" if unit == "share" else ""
    if low is None or high is None:
        return f"{mean}{sign}"
    return f"{mean}{sign} [{wording.number(low * scale, decimals)}, {wording.number(high * scale, decimals)}]"


def _loaded(name: str | Path, changes: Mapping[str, object], where: str) -> Scenario:
    scenario = load_scenario(name, changes, where)
    if scenario.market is None:
        raise Fault(f"{scenario.name}: says nothing of a market; a group 'market' would be right, as in market_garages")
    return scenario


def _identity(arms: Mapping[str, Scenario], seed: int, replications: int) -> dict[str, Any]:
    return {
        "scenarios": {arm: each.model_dump(mode="json", by_alias=True) for arm, each in arms.items()},
        "seed": seed,
        "replications": replications,
        "rules": rules_hash(),
        "evaluation": evaluation_hash(),
    }


def _play_all(
    arms: Mapping[str, Scenario],
    seed: int,
    replications: int,
    workers: int,
    progress: Progress,
    was_interrupted: Callable[[], bool],
) -> dict[str, list[Played]]:
    """Every arm and replication; in this process where there is one worker or one replication to play.

    After Ctrl-C what is under way is ended and nothing more is begun; raises KeyboardInterrupt if nothing is done.
    """
    jobs = [(arm, number) for number in range(replications) for arm in arms]
    total = sum(_days(arms[arm]) for arm, _ in jobs)
    progress(0, total)
    found: dict[tuple[str, int], Played] = {}
    done = 0
    if min(workers, len(jobs)) == 1:
        for arm, number in jobs:
            if was_interrupted():
                break
            before = done
            found[arm, number] = play_one(arms[arm], seed, number, lambda day, b=before: progress(b + day, total))  # type: ignore[misc]  # a default binds the loop's value
            done += _days(arms[arm])
    else:
        Market(next(iter(arms.values())), collect=False)  # compiles, once for all processes
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(workers, len(jobs)), spawn, leave_interrupts_to_the_parent) as pool:
            waiting = {pool.submit(play_one, arms[arm], seed, number): (arm, number) for arm, number in jobs}
            try:
                for future in _ended(waiting, was_interrupted):
                    arm, _ = waiting[future]
                    found[waiting[future]] = future.result()
                    done += _days(arms[arm])
                    progress(done, total)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    whole = next((number for number in range(replications) if any((arm, number) not in found for arm in arms)), None)
    if whole == 0:
        raise KeyboardInterrupt
    return {arm: [found[arm, number] for number in range(whole or replications)] for arm in arms}


def _ended(waiting: Collection[Future[Played]], was_interrupted: Callable[[], bool]) -> Iterator[Future[Played]]:
    """Futures as they end; after Ctrl-C those that have not begun are cancelled."""
    under_way = set(waiting)
    while under_way:
        if was_interrupted():
            under_way = {future for future in under_way if not future.cancel()}
        ended, under_way = wait(under_way, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
        yield from (future for future in ended if not future.cancelled())


def play_one(scenario: Scenario, seed: int, number: int, told: Told | None = None) -> Played:
    """One replication, measured."""
    tables = replicate(scenario, seed, number, told=told)
    found = measured(scenario, tables)
    if number > 0:
        tables = tables._replace(deals=tables.deals.slice(0, 0), people=tables.people.slice(0, 0))
    return Played(
        found, tables._replace(days=_numbered(tables.days, number), sellers=_numbered(tables.sellers, number))
    )


def _numbered(table: pa.Table, number: int) -> pa.Table:
    return table.append_column("replication", pa.array([number] * len(table), pa.int32()))


def _days(scenario: Scenario) -> int:
    return scenario.market.days if scenario.market else 0


def _rows(played: Mapping[str, Sequence[Played]]) -> Iterator[Row]:
    """The measures of each arm, and of two arms their paired differences; null where there is no number."""
    found = {arm: [each.measures for each in replications] for arm, replications in played.items()}
    for arm, measures in found.items():
        yield from _as_rows(arm, over_replications(measures))
    if len(found) == 2:
        one, other = found.values()
        yield from _as_rows(DIFFERENCE, differences(one, other))


def _as_rows(arm: str, measures: Mapping[str, Summed]) -> Iterator[Row]:
    for name, each in measures.items():
        plain, _, policy = name.partition(":")
        meaning = (BY_POLICY if policy else MEASURES)[plain].meaning
        low, high = each.interval
        if unit_of(name) == "share" and arm != DIFFERENCE:
            low, high = max(0.0, low), min(1.0, high)
        mean, low_or_null, high_or_null = map(_or_null, (each.mean, low, high))
        unit = unit_of(name)
        yield Row(arm, plain, policy, unit, mean, low_or_null, high_or_null, each.replications, meaning)


def _or_null(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _write(
    folder: Path, arms: Mapping[str, Scenario], played: Mapping[str, Sequence[Played]], summary: Mapping[str, Any]
) -> None:
    from experiments.figures.market import (
        About,
        Course,
        save_market_pictures,
    )  # matplotlib takes half a second to import

    _write_json(folder / SUMMARY, summary)
    rows = [Row(**row) for row in summary["measures"]]
    (folder / "summary.csv").write_text(csv_of(rows, Row._fields), encoding="utf-8", newline="")
    for arm, replications in played.items():
        place = folder / arm if arm else folder
        (place / "figures").mkdir(parents=True)
        for name in ("days", "sellers"):
            together = pa.concat_tables([getattr(each.tables, name) for each in replications])
            pq.write_table(together, place / f"{name}.parquet")
        for name in ("deals", "people"):
            pq.write_table(getattr(replications[0].tables, name), place / f"{name}.parquet")
        course = Course("", "", [each.tables for each in replications], [each.measures for each in replications])
        save_market_pictures(place / "figures", About(arms[arm].title, arms[arm].currency), [course])


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
