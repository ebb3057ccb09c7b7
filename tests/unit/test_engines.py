"""Who plays blocks: a process that dies at the worst moment is noticed, and its block is played again."""

import os
import signal
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from experiments.engines import Engine

LARGE = 300_000_000
"""Bytes that take longer to send than their sender lives."""


def dies_while_it_sends(marker):
    """The first time: an answer so large that the process is dead before all of it is sent."""
    path = Path(marker)
    if path.exists():
        return b"done"
    path.touch()
    threading.Thread(target=die_while_sending, args=(threading.get_ident(),), daemon=True).start()
    return bytes(LARGE)


def die_while_sending(thread):
    """Kill this process a moment after a thread of it began to write into a pipe."""
    while True:
        frame = sys._current_frames()[thread]
        while frame is not None and frame.f_code.co_name != "_send":
            frame = frame.f_back
        if frame is not None:
            time.sleep(0.02)
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_process_that_dies_while_it_sends_what_it_did_is_noticed(tmp_path, workers):
    made = []

    def make():
        made.append(ProcessPoolExecutor(workers, get_context("spawn")))
        return made[-1]

    engine = Engine("processes", workers, make, dies_while_it_sends)
    ended = list(engine.play(iter([str(tmp_path / "died"), str(tmp_path / "died")]), lambda: False))
    engine.close()
    assert [(each.done, each.error) for each in ended] == [(b"done", None)] * 2
    assert len(made) == 2
