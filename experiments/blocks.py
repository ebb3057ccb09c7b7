"""Blocks: the unit of work. A block is a run of deals of one cell, all arms together.

What a block is, is told by a ``Job``, which can be sent to another process or machine; what comes back are its totals,
as the bytes of a file, and its deals where they were asked for. Both depend on the job alone.
"""

import io
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import numpy as np

from experiments.aggregate import Aggregate, Branch, Totals
from experiments.moments import CHUNK, Moments
from experiments.spread import Spread
from sim.playing import Company, GoOn, Table, always, play_at, seated
from sim.scenario import Scenario

MOST_TABLES = 24
"""Cells whose preparation is kept in a process: some 2 MB for each arm."""


@dataclass(frozen=True)
class Job:
    """Deals ``first`` .. ``first + deals - 1`` of a cell; ``key`` is the hash of all that decides them but these two.

    ``first`` is a multiple of 4096. Of a market they are replications, and any ``first`` will do.
    """

    key: str
    cell: int
    scenarios: tuple[Scenario, ...]
    seed: int
    first: int
    deals: int
    who: Company
    keeps_rows: bool = False
    is_market: bool = False

    @property
    def end(self) -> int:
        """The number of the first deal after these."""
        return self.first + self.deals


class Piece(NamedTuple):
    """Some deals of a block, to be stored by themselves: full chunks, or the last one that is not.

    Of a market it is one replication.
    """

    first: int
    deals: int
    totals: bytes
    rows: bytes | None


class Done(NamedTuple):
    """What a block came to, and the seconds it took: to prepare, to play, to count and pack."""

    pieces: tuple[Piece, ...]
    seconds: tuple[float, float, float]


_tables: OrderedDict[str, Table] = OrderedDict()
_lock = Lock()


def play_block(job: Job, go_on: GoOn = always) -> Done:
    """Play a job. Fewer deals come back than were asked for only where ``go_on`` says so. Raises Fault."""
    if job.is_market:
        from experiments.market_blocks import play_replications  # Mesa takes a second to import

        return play_replications(job, go_on)
    started = time.perf_counter()
    table = _table_of(job)
    prepared = time.perf_counter()
    whole, rest = _Piecemeal(job, job.first), None
    for rows in play_at(table, job.seed, job.first, job.deals, go_on=go_on):
        if rows.shape[1] == CHUNK:
            whole.add(rows)
        else:
            rest = _Piecemeal(job, job.first + whole.aggregate.deals)
            rest.add(rows)
    pieces = tuple(part.piece() for part in (whole, rest) if part is not None and part.aggregate.deals)
    counting = sum(part.seconds for part in (whole, rest) if part is not None)
    return Done(pieces, (prepared - started, time.perf_counter() - prepared - counting, counting))


class _Piecemeal:
    """A piece of a block that is counted as it is played, while its rows are still at hand in the processor's cache."""

    def __init__(self, job: Job, first: int) -> None:
        self.aggregate = Aggregate(len(job.scenarios), first=first // CHUNK)
        self.seconds = 0.0
        self._first, self._keeps_rows = first, job.keeps_rows
        self._kept: list[np.ndarray] = []

    def add(self, rows: np.ndarray) -> None:
        """Count the next deals, at most a chunk of them."""
        began = time.perf_counter()
        self.aggregate.add(rows)
        if self._keeps_rows:
            self._kept.append(rows)
        self.seconds += time.perf_counter() - began

    def piece(self) -> Piece:
        """What is stored of them."""
        began = time.perf_counter()
        rows = _as_file(np.concatenate(self._kept, axis=1)) if self._keeps_rows else None
        piece = Piece(self._first, self.aggregate.deals, packed(self.aggregate.branches), rows)
        self.seconds += time.perf_counter() - began
        return piece


def _table_of(job: Job) -> Table:
    with _lock:
        if job.key in _tables:
            _tables.move_to_end(job.key)
            return _tables[job.key]
    table = seated(job.scenarios, job.who)
    with _lock:
        _tables[job.key] = table
        while len(_tables) > MOST_TABLES:
            _tables.popitem(last=False)
    return table


def _as_file(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    return file.getvalue()


def packed(branches: Sequence[Branch]) -> bytes:
    """Branches as the bytes of a file, the same for the same branches."""
    arrays = {"places": np.array([(branch.first, branch.chunks) for branch in branches], dtype=np.int64)}
    for number, branch in enumerate(branches):
        arrays |= {f"{number}.{name}": array for name, array in _arrays_of(branch.totals)}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # its stubs take the last option for an array
    return file.getvalue()


def unpacked(data: bytes) -> list[Branch]:
    """The branches that ``packed`` made bytes of. Raises ValueError, OSError or KeyError for other bytes."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return [
            Branch(int(first), int(chunks), _totals_in(file, number))
            for number, (first, chunks) in enumerate(file["places"])
        ]


def _arrays_of(totals: Totals) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays of totals by name; of a symmetric matrix one half, of tables with few entries those."""
    for name, moments in (("asked", totals.asked), ("others", totals.others)):
        half = np.triu_indices(moments.mean.size)
        yield f"{name}.deals", np.array(moments.deals, dtype=np.int64)
        yield f"{name}.mean", moments.mean
        yield f"{name}.scatter", moments.scatter[half]
    happened = np.flatnonzero(totals.exits)
    yield "exits.shape", np.array(totals.exits.shape, dtype=np.int64)
    yield "exits.places", happened
    yield "exits", totals.exits.ravel()[happened]
    yield "money", totals.money.reshape(len(totals.money), -1)[:, happened]
    yield "greater", totals.greater
    yield from zip(("codes", "counts", "sums"), totals.spread, strict=True)


def _totals_in(file: np.lib.npyio.NpzFile, number: int) -> Totals:
    def array(name: str) -> np.ndarray:
        return np.asarray(file[f"{number}.{name}"])

    shape, happened = tuple(map(int, array("exits.shape"))), array("exits.places")
    exits = np.zeros(int(np.prod(shape)), dtype=np.int64)
    exits[happened] = array("exits")
    found = array("money")
    money = np.zeros((len(found), exits.size))
    money[:, happened] = found
    return Totals(
        _moments(int(array("asked.deals")), array("asked.mean"), array("asked.scatter")),
        _moments(int(array("others.deals")), array("others.mean"), array("others.scatter")),
        exits.reshape(shape),
        money.reshape(len(found), *shape),
        array("greater"),
        Spread(array("codes"), array("counts"), array("sums")),
    )


def _moments(deals: int, mean: np.ndarray, half: np.ndarray) -> Moments:
    scatter = np.zeros((mean.size, mean.size))
    scatter[np.triu_indices(mean.size)] = half
    scatter.T[np.triu_indices(mean.size)] = half
    return Moments(deals, mean, scatter)
