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
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

from experiments.aggregate import Aggregate, Branch, Totals
from experiments.groups import Groups
from experiments.moments import CHUNK, Moments
from experiments.spread import Spread
from sim.playing import Company, GoOn, Table, always, play_at, seated
from sim.scenario import Scenario

BUYERS_APART = 2**40
"""How far apart the numbers of the first buyers of two arms are that meet other buyers: beyond the most deals."""

MOST_TABLES = 24
"""Cells whose preparation is kept in a process: some 4 MB for each arm."""


@dataclass(frozen=True)
class Job:
    """Deals ``first`` .. ``first + deals - 1`` of a cell; ``key`` is the hash of all that decides them but these two.

    ``first`` is a multiple of 4096. Of a market they are replications, and any ``first`` will do. Deal n is that of
    buyer n in every arm if they are ``paired``; else that of buyer n + k * BUYERS_APART in arm number k.
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
    paired: bool = True

    def firsts(self) -> Iterator[int]:
        """The number of the first buyer, of a market the first replication, in each arm."""
        for place in range(len(self.scenarios)):
            yield self.first + (0 if self.paired else place * BUYERS_APART)

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


_tables: OrderedDict[str, tuple[Table, ...]] = OrderedDict()
_lock = Lock()


def play_block(job: Job, go_on: GoOn = always) -> Done:
    """Play a job. Fewer deals come back than were asked for only where ``go_on`` says so. Raises Fault."""
    if job.is_market:
        from experiments.market_blocks import play_replications  # Mesa takes a second to import

        return play_replications(job, go_on)
    started = time.perf_counter()
    tables = _tables_of(job)
    prepared = time.perf_counter()
    whole, rest = _Piecemeal(job, job.first), None
    for rows in _played(tables, job, go_on):
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
        self.aggregate = Aggregate(len(job.scenarios), first=first // CHUNK, paired=job.paired)
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


def _played(tables: Sequence[Table], job: Job, go_on: GoOn) -> Iterator[np.ndarray]:
    """A job's rows, a chunk at a time: of the only table, or of a table for each arm, as many deals of each."""
    arms = (
        play_at(table, job.seed, first, job.deals, go_on=go_on)
        for table, first in zip(tables, job.firsts(), strict=False)
    )
    for parts in zip(*arms, strict=False):
        done = min(part.shape[1] for part in parts)
        yield parts[0] if len(parts) == 1 else np.concatenate([part[:, :done] for part in parts])
        if done < CHUNK:
            return


def _tables_of(job: Job) -> tuple[Table, ...]:
    """The arms of a job, seated together if they meet the same buyers, else each by itself; kept from job to job."""
    with _lock:
        if job.key in _tables:
            _tables.move_to_end(job.key)
            return _tables[job.key]
    companies = [job.scenarios] if job.paired else [(scenario,) for scenario in job.scenarios]
    tables = tuple(seated(each, job.who) for each in companies)
    with _lock:
        _tables[job.key] = tables
        while len(_tables) > MOST_TABLES:
            _tables.popitem(last=False)
    return tables


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
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:  # numpy's own level takes twice as long
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
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
    half = np.triu_indices(totals.asked[0].mean.size)
    for name, moments in (("asked", totals.asked), ("others", totals.others)):
        yield f"{name}.deals", np.array([each.deals for each in moments], dtype=np.int64)
        yield f"{name}.mean", np.stack([each.mean for each in moments])
        yield f"{name}.scatter", np.stack([each.scatter[half] for each in moments])
    happened = np.flatnonzero(totals.exits)
    yield "exits.shape", np.array(totals.exits.shape, dtype=np.int64)
    yield "exits.places", happened
    yield "exits", totals.exits.ravel()[happened]
    yield "money", totals.money.reshape(len(totals.money), -1)[:, happened]
    yield "greater", totals.greater
    yield from zip(("codes", "counts", "sums"), totals.spread, strict=True)
    yield "groups.codes", totals.groups.codes
    yield "groups.counts", totals.groups.counts.astype(np.min_scalar_type(totals.groups.counts.max(initial=0)))


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
        tuple(map(_moments, array("asked.deals"), array("asked.mean"), array("asked.scatter"))),
        tuple(map(_moments, array("others.deals"), array("others.mean"), array("others.scatter"))),
        exits.reshape(shape),
        money.reshape(len(found), *shape),
        array("greater"),
        Spread(array("codes"), array("counts"), array("sums")),
        Groups(array("groups.codes"), array("groups.counts").astype(np.int64)),
    )


def _moments(deals: Any, mean: np.ndarray, half: np.ndarray) -> Moments:
    scatter = np.zeros((mean.size, mean.size))
    scatter[np.triu_indices(mean.size)] = half
    scatter.T[np.triu_indices(mean.size)] = half
    return Moments(int(deals), mean, scatter)
