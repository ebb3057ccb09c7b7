"""A Dask cluster of a real scheduler and two worker processes on this machine: the same bytes, also with one killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import HOUSE, assert_told, bytes_of, zopa
from test_market_studies import STUDY as TOWN

from experiments import run

pytestmark = pytest.mark.cluster
pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

STUDY = """\
schema: 1
name: two
extends: price_timing
seed: 3
deals: 20000
sweep: {grid: {buyer.awareness: [0.6, 1.0]}}
"""


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("two.yaml").write_text(STUDY)


@contextmanager
def dask(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", *arguments]
        if arguments[0] == "--port"
        else [sys.executable, "-m", "distributed.cli.dask_worker", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def scheduler_and_two_workers():
    """The address of a scheduler, and its workers' processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    own = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
    with (
        dask("--port", str(port), "--host", "127.0.0.1", "--no-dashboard"),
        dask(address, *own) as first,
        dask(address, *own) as second,
    ):
        _wait_for_workers(address)
        yield address, (first, second)


def _wait_for_workers(address):
    from distributed import Client

    deadline = time.monotonic() + 60
    while True:
        try:
            with Client(address, timeout="5s", set_as_default=False) as client:
                client.wait_for_workers(2, timeout=60)
                return
        except OSError:
            if time.monotonic() > deadline:
                raise


def test_a_cluster_plays_the_same_bytes_and_a_worker_that_is_killed_loses_nothing():
    here = run("two.yaml", out="here", workers=1)
    with scheduler_and_two_workers() as (address, workers):
        there = run("two.yaml", out="there", cluster=address, block=4096)
        killed = []

        def kill_one(done, of):
            if done and not killed:
                killed.append(workers[0].pid)
                os.kill(workers[0].pid, signal.SIGKILL)

        less = run("two.yaml", out="less", cluster=address, block=4096, progress=kill_one)
    assert killed
    assert there.manifest["host"]["blocks"]["by"] == "cluster of 2 threads"
    assert less.manifest["host"]["blocks"]["deals_played"] == 40_000
    assert bytes_of(here.folder) == bytes_of(there.folder) == bytes_of(less.folder)


def test_a_cluster_plays_markets_as_one_process_does():
    Path("town.yaml").write_text(TOWN)
    here = run("town.yaml", out="here", workers=1)
    with scheduler_and_two_workers() as (address, _):
        there = run("town.yaml", out="there", cluster=address)
    assert there.manifest["host"]["blocks"]["by"] == "cluster of 2 threads"
    assert bytes_of(here.folder) == bytes_of(there.folder)


def test_a_cluster_that_cannot_be_reached_is_told():
    assert_told(
        zopa("run", "two.yaml", "--cluster", "tcp://127.0.0.1:9"), "--cluster tcp://127.0.0.1:9: cannot be reached"
    )
    assert_told(zopa("run", "two.yaml", "--cluster", "nonsense"), "--cluster nonsense")
