"""Blocks on the disk: each under a hash of everything that decides it, written whole or not at all.

The folder ``.blocks`` beside the results has a folder for each cell, named by the hash of what decides its deals, and
in it a file for each run of deals, ``<first>-<end>.totals``; with deals kept also ``.rows``. A file is written under a
temporary name, synced and renamed. What was played before is found again by any study that asks for the same, with
whatever block size; what is damaged counts as not there.
"""

import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from experiments.aggregate import Aggregate, Branch
from experiments.blocks import Piece, packed, unpacked
from experiments.moments import CHUNK
from experiments.store import PART, sync, write_whole

BLOCKS = ".blocks"
TOTALS, ROWS = ".totals", ".rows"
NAME = re.compile(r"(\d{1,20})-(\d{1,20})\.totals")
UNREADABLE = (OSError, ValueError, KeyError, IndexError, EOFError)
FEW = 16
"""Files of a cell that are left as they are; more are joined into one."""

Kept = TypeVar("Kept")


class Range(NamedTuple):
    """Deals ``first`` .. ``end - 1``."""

    first: int
    end: int


class BlockStore:
    """The blocks stored beside results. Several runs may use them at once: a block is the same whoever writes it.

    ``chunk`` is the number of deals that can stand in a file by themselves; of a market it is one replication.
    """

    def __init__(self, folder: Path, keeps_rows: bool = False, chunk: int = CHUNK) -> None:
        self._folder = folder / BLOCKS
        self.keeps_rows = keeps_rows
        self.chunk = chunk

    def stored(self, key: str) -> list[Range]:
        """The runs of deals of a cell that are there, in their order."""
        try:
            names = os.listdir(self._folder / key)
        except OSError:
            return []
        present = set(names)
        found = [Range(int(match[1]), int(match[2])) for name in names if (match := NAME.fullmatch(name))]
        if self.keeps_rows:
            found = [each for each in found if self._name(each, ROWS) in present]
        return sorted(found)

    def save(self, key: str, piece: Piece) -> None:
        """Store a piece of a block. Raises OSError; what was there before is as it was."""
        place = Range(piece.first, piece.first + piece.deals)
        folder = self._folder / key
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync(self._folder)
        if piece.rows is not None:
            write_whole(folder / self._name(place, ROWS), piece.rows)
        write_whole(folder / self._name(place, TOTALS), piece.totals)

    def load(self, key: str, place: Range, aggregate: Aggregate) -> bool:
        """Let an aggregate take in a run of deals; False, with the file removed, where it is damaged."""

        def whole(data: bytes) -> list[Branch]:
            branches = unpacked(data)
            alone = Aggregate(aggregate.arms, first=place.first // CHUNK, paired=aggregate.paired)
            alone.join(branches)
            if alone.deals != place.end - place.first:
                raise ValueError("not the deals that its name says")
            return branches

        branches = self.read(key, place, TOTALS, whole)
        if branches is not None:
            aggregate.join(branches)
        return branches is not None

    def rows(self, key: str, place: Range) -> np.ndarray | None:
        """The rows of a run of deals; None, with the file removed, where they are damaged."""

        def whole(data: bytes) -> np.ndarray:
            rows = np.asarray(np.load(io.BytesIO(data), allow_pickle=False))
            if rows.shape[1] != place.end - place.first:
                raise ValueError("not the deals that its name says")
            return rows

        return self.read(key, place, ROWS, whole)

    def read(self, key: str, place: Range, ending: str, parsed: Callable[[bytes], Kept]) -> Kept | None:
        """What ``parsed`` makes of a file; None, with the file removed, where that raises an error of UNREADABLE."""
        path = self._folder / key / self._name(place, ending)
        try:
            return parsed(path.read_bytes())
        except UNREADABLE:
            path.unlink(missing_ok=True)
            return None

    def condense(self, key: str, aggregate: Aggregate) -> None:
        """Put one file in the place of many: that of the full chunks from the first deal on. Raises OSError."""
        full = aggregate.deals // CHUNK * CHUNK
        inside = [each for each in self.stored(key) if each.end <= full]
        if len(inside) <= FEW or self.keeps_rows or full != aggregate.deals:
            return
        self.save(key, Piece(0, full, packed(aggregate.branches), None))
        for place in inside:
            if place != Range(0, full):
                (self._folder / key / self._name(place, TOTALS)).unlink(missing_ok=True)

    def forget_rows(self, keys: Iterator[str]) -> None:
        """Remove the rows of cells whose deals stand in a result by now."""
        for key in keys:
            for path in (self._folder / key).glob(f"*{ROWS}"):
                path.unlink(missing_ok=True)

    @staticmethod
    def _name(place: Range, ending: str) -> str:
        return f"{place.first}-{place.end}{ending}"


def way_through(stored: list[Range], total: int, chunk: int = CHUNK) -> Iterator[Range]:
    """The stored runs that make up the deals 0 .. ``total`` - 1, from the first on, as far as they reach without a gap.

    A run that ends within a chunk counts only if it ends with the last deal.
    """
    at = 0
    while at < total:
        fitting = [each.end for each in stored if each.first == at and _fits(each, total, chunk)]
        if not fitting:
            return
        yield Range(at, max(fitting))
        at = max(fitting)


def gaps(stored: list[Range], total: int, chunk: int = CHUNK) -> Iterator[Range]:
    """The runs of deals 0 .. ``total`` - 1 that are missing, from where the last file to be used ends."""
    useful = sorted(each for each in stored if _fits(each, total, chunk))
    at = 0
    while at < total:
        here = [each.end for each in useful if each.first == at]
        if here:
            at = max(here)
            continue
        later = min((each.first for each in useful if each.first > at), default=total)
        yield Range(at, later)
        at = later


def _fits(place: Range, total: int, chunk: int) -> bool:
    return place.end <= total and (place.end % chunk == 0 or place.end == total)


def remove_leftovers(folder: Path) -> None:
    """Remove files that a killed run had not finished."""
    for path in (folder / BLOCKS).glob(f"*/*{PART}"):
        path.unlink(missing_ok=True)
