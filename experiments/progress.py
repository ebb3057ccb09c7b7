"""Telling how far a run is: a bar on a terminal, plain lines elsewhere, always on the stream for messages."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from experiments.running import Note, Progress

SECONDS_BETWEEN_LINES = 5.0


class Shown(NamedTuple):
    """What shows how far a run is, and how exactly differences are known by now."""

    progress: Progress
    state: Note


@contextmanager
def shown_progress(title: str, unit: str = "deals") -> Iterator[Shown]:
    """Within this context what is yielded shows how far the run called ``title`` is, counted in ``unit``."""
    if sys.stderr.isatty():
        with _bar(title) as shown:
            yield shown
    else:
        yield lines(title, unit)


@contextmanager
def _bar(title: str) -> Iterator[Shown]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(title, total=None)

        def show(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        def say(state: str) -> None:
            bars.update(task, description=f"{title} {state}")

        yield Shown(show, say)


def lines(title: str, unit: str = "deals") -> Shown:
    """Print a line now and then: when something was to be told five seconds after the line before."""
    last, known = time.monotonic(), ""

    def show(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            print(f"{title}: {done:,} of {total:,} {unit} ({done / total:.0%}){known}", file=sys.stderr, flush=True)

    def say(state: str) -> None:
        nonlocal known
        known = f", known within {state}"

    return Shown(show, say)
