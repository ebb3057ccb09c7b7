"""Who plays the blocks: threads of this process, processes of this machine, or a Dask cluster. The bytes are the same.

All of them are ``concurrent.futures`` executors. At most a window of blocks is under way at a time, and each is let go
once it is read. A process that dies fails everything that is under way in its pool: the pool is made anew and the
blocks are sent again, one by one, up to MOST_TRIES times each.
"""

import importlib
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, NamedTuple

from experiments.blocks import Done, Job, play_block
from sim.faults import Fault
from sim.playing import GoOn

MOST_TRIES = 3
WINDOW = 3
"""Blocks under way for each worker: enough that none waits."""

SECONDS_BETWEEN_LOOKS = 0.1

SECONDS_OF_SILENCE = 3.0
"""After which a pool with a dead process is taken not to have noticed."""


class Ended(NamedTuple):
    """A block that is done, or the error that it ended with."""

    job: Job
    done: Done | None
    error: BaseException | None


class Engine:
    """Plays jobs on an executor that ``make`` makes, and makes again if it breaks."""

    def __init__(self, name: str, workers: int, make: Callable[[], Executor], play: Callable[[Job], Done]) -> None:
        self.name, self.workers = name, workers
        self._make, self._play = make, play
        self._executor = make()
        self._under_way: dict[Future[Done], tuple[Job, int]] = {}
        self._silent_since: float | None = None

    def play(self, jobs: Iterator[Job], stop: Callable[[], bool]) -> Iterator[Ended]:
        """Play jobs and yield them as they end; where ``stop`` says so, only what is under way is still ended."""
        under_way = self._under_way
        waiting: list[tuple[Job, int]] = []
        while True:
            if waiting and not under_way and not stop():
                again = waiting.pop(0)  # alone: if a process dies once more it is known by whom
                under_way[self._submit(again[0])] = again
            while not waiting and len(under_way) < WINDOW * self.workers and not stop():
                job = next(jobs, None)
                if job is None:
                    break
                under_way[self._submit(job)] = job, 1
            if stop():
                _cancel(under_way)
            if not under_way and (stop() or not waiting):
                return
            ended, _ = wait(under_way, timeout=SECONDS_BETWEEN_LOOKS, return_when=FIRST_COMPLETED)
            self._look_after_the_pool(bool(ended))
            for future in ended:
                job, tries = under_way.pop(future)
                error = future.exception()
                if error is not None and _worker_died(error) and tries < MOST_TRIES:
                    waiting.append((job, tries + 1))
                    continue
                yield Ended(job, future.result() if error is None else None, error)

    def _submit(self, job: Job) -> Future[Done]:
        try:
            return self._executor.submit(self._play, job)
        except (BrokenProcessPool, RuntimeError):  # the pool has noticed that one of its processes died
            self._executor.shutdown(wait=False)
            self._executor = self._make()
            return self._executor.submit(self._play, job)

    def _look_after_the_pool(self, something_ended: bool) -> None:
        """Let a pool of processes notice that one of them died.

        It does by itself, unless that one died while it sent what it had done: then it waits for the rest of that for
        ever, and so would the study. Without the other processes, and its own end of the pipe, there is no rest to wait
        for. The standard library has no way to say so; these names are its own.
        """
        processes = list((getattr(self._executor, "_processes", None) or {}).values())
        if something_ended or all(process.is_alive() for process in processes):
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = time.monotonic()
        elif time.monotonic() - self._silent_since > SECONDS_OF_SILENCE:
            self._silent_since = None
            for process in processes:
                process.kill()
            self._executor._result_queue._writer.close()  # type: ignore[attr-defined]

    def close(self) -> None:
        """Let go of threads and processes, once what is under way has ended; what has not begun never will."""
        _cancel(self._under_way)
        self._executor.shutdown(wait=True)


def _cancel(under_way: dict[Future[Done], tuple[Job, int]]) -> None:
    for future in [future for future in under_way if future.cancel()]:
        del under_way[future]


def _worker_died(error: BaseException) -> bool:
    return isinstance(error, BrokenProcessPool) or type(error).__name__ == "KilledWorker"


@contextmanager
def threads(workers: int, go_on: GoOn) -> Iterator[Engine]:
    """Threads of this process: right for compiled deals, which let others run. ``go_on`` can cut a block short."""
    engine = Engine("threads", workers, lambda: ThreadPoolExecutor(workers, "zopa"), lambda job: play_block(job, go_on))
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def processes(workers: int) -> Iterator[Engine]:
    """Processes of this machine: right for deals that are played in Python, which hold up other threads."""

    def make() -> Executor:
        # Not forked: this process has threads, and a forked copy of a lock is locked for ever.
        return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), leave_interrupts_to_the_parent)

    engine = Engine("processes", workers, make, play_block)
    try:
        yield engine
    finally:
        engine.close()


def leave_interrupts_to_the_parent() -> None:
    """Let a process of a pool end what it plays when Ctrl-C is typed: its parent says when to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def cluster(address: str, workers: int) -> Iterator[Engine]:
    """A Dask cluster: the one at an address such as tcp://10.0.0.1:8786, or with ``local`` one on this machine.

    Raises Fault where Dask is not installed or the cluster cannot be reached.
    """
    try:
        dask: Any = importlib.import_module("distributed")
    except ImportError:
        raise Fault("--cluster needs Dask: uv run --extra cluster zopa run …") from None
    with _reached(address):
        here = (
            dask.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
            if address == "local"
            else None
        )
        client = dask.Client(here or address, timeout="10s", set_as_default=False)
    try:
        count = max(1, sum(client.nthreads().values()))
        make = lambda: client.get_executor(pure=False, retries=MOST_TRIES - 1)  # noqa: E731  # it has no name elsewhere
        engine = Engine(f"cluster of {count} threads", count, make, play_block)
        yield engine
        engine.close()
    finally:
        client.close()
        if here is not None:
            here.close()


@contextmanager
def _reached(address: str) -> Iterator[None]:
    try:
        yield
    except (OSError, TimeoutError, ValueError) as error:
        raise Fault(
            f"--cluster {address}: cannot be reached: {error or type(error).__name__}\n"
            "    an address is of the form tcp://10.0.0.1:8786; 'local' starts a cluster on this machine"
        ) from None
