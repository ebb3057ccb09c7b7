"""Blocks of a market: whole replications of one cell, all arms with the same leads and luck, each stored by itself."""

import io
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from experiments.block_store import ROWS, TOTALS, BlockStore, Range, way_through
from experiments.blocks import Done, Job, Piece
from experiments.cells import Cell
from experiments.execution import Execution
from experiments.market_measures import measured
from sim.faults import Fault
from sim.market.model import Market
from sim.market.replication import Tables, replicate
from sim.playing import Company, GoOn
from sim.scenario import Scenario

Measures = Mapping[str, float]
"""The measures of one replication of one arm by name; NaN where nothing was there to be measured."""


class Series(NamedTuple):
    """What a market left: a row for each day, for each seller and day, and for each person, of some arms.

    Of the people only those of the first replication are kept.
    """

    days: pa.Table
    sellers: pa.Table
    people: pa.Table


def play_replications(job: Job, go_on: GoOn) -> Done:
    """Play a job's replications, one piece each; ``go_on`` is asked after each of them."""
    started = time.perf_counter()
    pieces: list[Piece] = []
    for number in range(job.first, job.end):
        numbers = (first + number - job.first for first in job.firsts())
        arms = zip(job.scenarios, numbers, strict=True)
        played = [replicate(scenario, job.seed, own, job.who.compiled) for scenario, own in arms]
        totals = packed([measured(*each) for each in zip(job.scenarios, played, strict=True)])
        pieces.append(Piece(number, 1, totals, packed_series(played, number) if job.keeps_rows else None))
        if not go_on(number + 1 - job.first):
            break
    return Done(tuple(pieces), (0.0, time.perf_counter() - started, 0.0))


def compile_market(scenario: Scenario, who: Company) -> None:
    """Compile the rules that a market plays, so that other processes find them in the cache."""
    Market(scenario, collect=False, rules=who.compiled)


def packed(arms: Sequence[Measures]) -> bytes:
    """The measures of all arms as the bytes of a file; a number that does not exist is null."""
    plain = [{name: value if math.isfinite(value) else None for name, value in each.items()} for each in arms]
    return json.dumps(plain, sort_keys=True, allow_nan=False).encode()


def unpacked(data: bytes, arms: int) -> list[Measures]:
    """The measures that ``packed`` made bytes of. Raises ValueError for other bytes."""
    found = json.loads(data)
    if not isinstance(found, list) or len(found) != arms or not all(isinstance(each, dict) for each in found):
        raise ValueError("not the measures of so many arms")
    return [{name: math.nan if value is None else float(value) for name, value in each.items()} for each in found]


def packed_series(arms: Sequence[Tables], number: int) -> bytes:
    """Days, sellers and people of all arms as the bytes of a file; arms are numbered in their order."""
    file = io.BytesIO()
    kept = [each if number == 0 else each._replace(people=each.people.slice(0, 0)) for each in arms]
    for name in Series._fields:
        tables = [_told_apart(getattr(each, name), place, number) for place, each in enumerate(kept)]
        together = pa.concat_tables(tables, promote_options="default")
        with pa.ipc.new_stream(file, together.schema) as stream:
            stream.write_table(together)
    return file.getvalue()


def unpacked_series(data: bytes) -> Series:
    """The tables that ``packed_series`` made bytes of. Raises ValueError, as Arrow's errors are, for other bytes."""
    file = io.BytesIO(data)
    return Series(*(pa.ipc.open_stream(file).read_all() for _ in Series._fields))


def _told_apart(table: pa.Table, arm: int, number: int) -> pa.Table:
    """A table with its arm and replication in front."""
    arms, numbers = (pa.array([each] * len(table), pa.int32()) for each in (arm, number))
    plain = table.replace_schema_metadata(None)
    return plain.add_column(0, "replication", numbers).add_column(0, "arm", arms)


def readable(store: BlockStore, key: str, places: Sequence[Range], arms: int) -> Iterator[Range]:
    """The stored replications from the first on up to one that is damaged; that one's file is removed."""
    for place in places:
        whole = store.read(key, place, TOTALS, lambda data: unpacked(data, arms))
        if whole is None or (store.keeps_rows and store.read(key, place, ROWS, unpacked_series) is None):
            return
        yield place


def measures_of(execution: Execution, cell: Cell) -> list[list[Measures]]:
    """The measures of a cell's replications that were played from the first on, those of each arm. Raises Fault."""
    arms = len(execution.plan.arms)
    key = execution.keys[cell.number]
    found = []
    for place in _places(execution, cell):
        measures = execution.store.read(key, place, TOTALS, lambda data: unpacked(data, arms))
        if measures is None:
            raise Fault(f"{cell.name}: a block that was stored cannot be read again: is the disk sound?")
        found.append(measures)
    return [[each[arm] for each in found] for arm in range(arms)]


def series_of(execution: Execution, cell: Cell) -> Series:
    """Days, sellers and people of a cell's replications, the arms by their names. Raises Fault."""
    found: list[Series] = []
    for place in _places(execution, cell):
        series = execution.store.read(execution.keys[cell.number], place, ROWS, unpacked_series)
        if series is None:
            raise Fault(f"{cell.name}: days that were stored cannot be read again: is the disk sound?")
        found.append(series)
    names = pa.array(execution.plan.arms)
    return Series(
        *(_named(pa.concat_tables(each, promote_options="default"), names) for each in zip(*found, strict=True))
    )


def _named(table: pa.Table, names: pa.Array) -> pa.Table:
    arms = table["arm"].combine_chunks()
    return table.set_column(0, "arm", pa.DictionaryArray.from_arrays(arms, names))


def _places(execution: Execution, cell: Cell) -> Iterator[Range]:
    store, key = execution.store, execution.keys[cell.number]
    return way_through(store.stored(key), execution.course.deals[cell.number], store.chunk)
