"""The study runner: what a block costs besides its deals, one worker against two, and Dask against the pool of threads.

All play the very same blocks of the bundled study. The overhead of a block is the time of the runner beyond that of
the batch and of counting: taking the job in, sending it and its totals, packing them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from importlib.util import find_spec

from agents.catalogue import catalogue
from benchmarks.deals import POLICIES, SCENARIO, SEED, counted
from benchmarks.measuring import Row, Size, in_turn, ratios, row, wall_seconds
from experiments.aggregate import Aggregate
from experiments.blocks import Job, play_block, unpacked
from experiments.engines import Engine, cluster, processes, threads
from experiments.moments import CHUNK
from sim.playing import Company, always, company
from sim.reading import load_scenario
from sim.scenario import Scenario
from sim.setting import prepare

SMALL = CHUNK
"""Deals in a block that is all overhead, or nearly so."""

Opened = Callable[[], AbstractContextManager[Engine]]


@cache
def _sides() -> tuple[tuple[Scenario, ...], Company]:
    scenarios = tuple(load_scenario(SCENARIO, {"seller.price_policy": policy}) for policy in POLICIES)
    return scenarios, company(scenarios, catalogue())


def jobs(blocks: int, deals: int, key: str) -> Iterator[Job]:
    """So many blocks of the bundled study."""
    scenarios, who = _sides()
    for number in range(blocks):
        yield Job(key, 0, scenarios, SEED, number * deals, deals, who)


def _played(engine: Engine, blocks: int, deals: int, key: str) -> None:
    for ended in engine.play(jobs(blocks, deals, key), lambda: False):
        if ended.error is not None:
            raise ended.error


def measured(size: Size) -> list[Row]:
    """The part *studies*."""
    blocks = size.of(16, 2)
    deals = max(CHUNK, size.of(16 * CHUNK) // CHUNK * CHUNK)
    rows = _overhead(size, blocks, deals)
    engines: dict[str, Opened] = {
        "1 thread": lambda: threads(1, always),
        "2 threads": lambda: threads(2, always),
        "1 process": lambda: processes(1),
        "2 processes": lambda: processes(2),
    }
    if find_spec("distributed") is not None:
        engines |= {"Dask, 1 worker": lambda: cluster("local", 1), "Dask, 2 workers": lambda: cluster("local", 2)}
    seen: dict[str, list[float]] = {name: [] for name in engines}
    starts: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(min(size.repeats, 3)):
        for name, opened in engines.items():
            before = time.perf_counter()
            with opened() as engine:
                _played(engine, 2, CHUNK, "warm")
                _played(engine, 2, CHUNK, "measured")  # every worker prepares its tables
                starts[name].append(time.perf_counter() - before)
                seen[name].append(wall_seconds(lambda engine=engine: _played(engine, blocks, deals, "measured")))
    for name, seconds in seen.items():
        rate = [2 * blocks * deals / each for each in seconds]
        rows.append(row("studies", f"{name}: blocks of 2 x {deals:,} deals", "deals per second", rate))
        rows.append(row("studies", f"{name}: start, with tables prepared", "seconds", starts[name]))
    for kind in ("thread", "process", "Dask,"):
        one, two = (next((n for n in seen if n.startswith((f"{k} {kind}", f"{kind} {k}"))), None) for k in (1, 2))
        if one and two:
            gains = [ratio / 2 for ratio in ratios(seen[one], seen[two])]
            rows.append(row("studies", f"{two} against {one}: efficiency", "share", gains))
    if "Dask, 2 workers" in seen:
        slower = ratios(seen["Dask, 2 workers"], seen["2 threads"])
        rows.append(row("studies", "Dask's time over that of threads, 2 of each", "times", slower))
    return rows


def _overhead(size: Size, blocks: int, deals: int) -> list[Row]:
    """What a block takes beyond its deals."""
    job = next(jobs(1, SMALL, "overhead"))
    settings = [prepare(scenario, job.who.compiled) for scenario in job.scenarios]
    play_block(job)

    def batch() -> float:
        return wall_seconds(lambda: counted(settings, SMALL))

    def block() -> float:
        return wall_seconds(lambda: play_block(job))

    def joined() -> float:
        pieces = play_block(job).pieces
        aggregate = Aggregate(2)
        return wall_seconds(lambda: aggregate.join(unpacked(pieces[0].totals)))

    with threads(1, always) as engine:
        measures = {
            "batch": batch,
            "block": block,
            "runner": lambda: wall_seconds(lambda: _played(engine, blocks, SMALL, "overhead")) / blocks,
            "joined": joined,
        }
        seen = in_turn(measures, max(size.repeats, 3))
    over = [1000 * (all_of_it - deals_only) for all_of_it, deals_only in zip(seen["block"], seen["batch"], strict=True)]
    sent = [1000 * (one - alone) for one, alone in zip(seen["runner"], seen["block"], strict=True)]
    return [
        row("studies", "a block: tables kept, totals packed", "milliseconds beyond its deals", over),
        row("studies", "a block: sent to a thread and taken back", "milliseconds beyond its deals", sent),
        row("studies", "a block: totals read and joined", "milliseconds", [1000 * each for each in seen["joined"]]),
    ]
