"""Telling how far a run is: a bar on a terminal, plain lines elsewhere, always on the stream for messages."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from experiments.running import Progress

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def shown_progress(title: str, what: str = "deals") -> Iterator[Progress]:
    """Within this context the function yielded shows how far the run called ``title`` is, counted in ``what``."""
    if sys.stderr.isatty():
        with _bar(title) as progress:
            yield progress
    else:
        yield _lines(title, what)


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(title, total=None)

        def show(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        yield show


def _lines(title: str, what: str) -> Progress:
    """Print a line now and then: when something was to be told five seconds after the line before."""
    last = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            print(f"{title}: {done:,} of {total:,} {what} ({done / total:.0%})", file=sys.stderr, flush=True)

    return show
