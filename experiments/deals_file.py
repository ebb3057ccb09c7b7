"""The file of all deals: Parquet, written as they come, the same bytes in whatever blocks they come."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow.parquet as pq

from sim.outcome import COLUMNS, OUTCOME, schema, to_table

DEALS_IN_A_GROUP = 32_768
"""Deals of every arm in a row group, the deals of an arm together; what is held in memory at a time."""


class DealsFile:
    """Writes rows of type OUTCOME to a Parquet file; a context manager that completes the file on leaving."""

    def __init__(self, path: Path, arms: Sequence[str], solutions: Sequence[str]) -> None:
        self._arms, self._solutions = arms, solutions
        self._waiting = np.empty((len(arms), DEALS_IN_A_GROUP), OUTCOME)
        self._count = 0
        words = ["arm", *(column.name for column in COLUMNS if column.words)]
        # Money hardly ever repeats: looking for repetitions takes longer than all the rest of writing.
        self._writer = pq.ParquetWriter(path, schema(), compression="zstd", use_dictionary=words)

    def __enter__(self) -> "DealsFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._write_group()
        finally:
            self._writer.close()

    def add(self, rows: np.ndarray) -> None:
        """Take in the next deals, shape (arms, n). Raises OSError."""
        while rows.shape[1]:
            room = DEALS_IN_A_GROUP - self._count
            taken, rows = rows[:, :room], rows[:, room:]
            self._waiting[:, self._count : self._count + taken.shape[1]] = taken
            self._count += taken.shape[1]
            if self._count == DEALS_IN_A_GROUP:
                self._write_group()

    def _write_group(self) -> None:
        if self._count:
            group = self._waiting[:, : self._count]
            self._writer.write_table(to_table(group, self._arms, self._solutions))
            self._count = 0
