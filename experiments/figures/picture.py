"""A picture: a figure, its name and the data behind it; its files are the same bytes for the same data."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from experiments.store import write_beside
from experiments.tables import csv_of

DOTS_PER_INCH = 150


class Picture(NamedTuple):
    """A figure, its name as a file, the rows and columns of the data behind it, and what it shows in words."""

    name: str
    figure: Figure
    rows: Sequence[Any]
    columns: Sequence[str]
    alternative: str = ""


def files_of(picture: Picture) -> dict[str, bytes]:
    """The files of a picture by name: the same bytes whenever the data are the same."""
    files = {f"{picture.name}.csv": csv_of(picture.rows, picture.columns).encode()}
    # The creator would name matplotlib's version and the date would be now.
    for ending, metadata in (("png", {"Software": None}), ("svg", {"Creator": None, "Date": None})):
        buffer = io.BytesIO()
        picture.figure.savefig(buffer, format=ending, dpi=DOTS_PER_INCH, metadata=metadata)
        files[f"{picture.name}.{ending}"] = buffer.getvalue()
    return files


def save(folder: Path, pictures: Iterable[Picture]) -> None:
    """Write pictures into a folder that is new. Raises OSError."""
    for picture in pictures:
        for name, data in files_of(picture).items():
            (folder / name).write_bytes(data)


def save_beside(folder: Path, pictures: Iterable[Picture]) -> list[Path]:
    """Write pictures into a folder that may hold some already, and overwrite nothing; returns their paths.

    Raises Fault where another file is in the way: then nothing of that picture is written.
    """
    paths = []
    for picture in pictures:
        paths += write_beside({folder / name: data for name, data in files_of(picture).items()})
    return paths
