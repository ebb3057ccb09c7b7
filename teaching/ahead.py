"""Playing ahead what visitors may ask for next, in one thread, a little of each visitor's in turn."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

Wanted = TypeVar("Wanted")

PAUSE = 0.3
"""Seconds without a new wish before anything is played ahead: who goes on at once finds the machine free."""


class Ahead(Generic[Wanted]):
    """Does ``work`` with what visitors may ask for next, the likeliest first; failures are left to who asks for it."""

    def __init__(self, work: Callable[[Wanted], object]) -> None:
        self._work = work
        self._next: OrderedDict[Hashable, Iterator[Wanted]] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._from = 0.0

    def follow(self, visitor: Hashable, wanted: Iterator[Wanted]) -> None:
        """What a visitor may ask for next; what it might have asked for before is left out."""
        with self._changed:
            self._next[visitor] = wanted
            self._from = time.monotonic() + PAUSE
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._play, name="ahead", daemon=True)
                self._thread.start()

    def leave(self, visitor: Hashable) -> None:
        """Do nothing more for a visitor."""
        with self._changed:
            self._next.pop(visitor, None)

    def _play(self) -> None:
        while True:
            with self._changed:
                while not self._next or (left := self._from - time.monotonic()) > 0:
                    self._changed.wait(left if self._next else None)
                visitor = next(iter(self._next))
                self._next.move_to_end(visitor)
                mine = self._next[visitor]
            with suppress(Exception):  # whoever asks for it is told
                one = next(mine, None)
                if one is not None:
                    self._work(one)
                    continue
            with self._changed:
                if self._next.get(visitor) is mine:
                    del self._next[visitor]
