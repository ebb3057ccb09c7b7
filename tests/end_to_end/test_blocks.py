"""Runs in blocks: nothing done is lost or done twice, and the bytes are the same whoever played what when."""

import errno
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from commands import assert_told, bytes_of, only_result, start, zopa

from experiments import blocks, load, run
from experiments.engines import processes
from experiments.execution import Budget
from sim.faults import Fault

SWEEP = """\
schema: 1
name: two
extends: price_timing
seed: 3
deals: 9000
sweep: {grid: {buyer.awareness: [0.6, 1.0]}}
outputs: {deals: true}
"""
IN_PYTHON = '''"""Waits for the needs."""
from agents.views import Moment, quote, reframe, wait

MOST = {"asks": 1}


def reply(view):
    if view.moment >= Moment.NEEDS_KNOWN or view.times_asked > MOST["asks"]:
        return quote()
    return reframe() if view.asked else wait()
'''


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("two.yaml").write_text(SWEEP)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The bytes of the sweep above, played at once by one thread."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "two.yaml").write_text(SWEEP)
    return bytes_of(run(folder / "two.yaml", out=folder, workers=1).folder)


@pytest.fixture
def calls(monkeypatch):
    """The deals of each block that is played in this process."""
    played = []
    real = blocks.play_block

    def counting(job, *rest):
        played.append((job.cell, job.first, job.deals))
        return real(job, *rest)

    monkeypatch.setattr("experiments.engines.play_block", counting)
    return played


@pytest.mark.parametrize(("workers", "block"), [(2, None), (1, 4096), (2, 8192)])
def test_workers_and_block_sizes_change_no_byte(undisturbed, workers, block):
    assert bytes_of(run("two.yaml", workers=workers, block=block).folder) == undisturbed


@pytest.mark.parametrize("kills", [3])
def test_a_run_that_is_killed_at_any_moment_goes_on_and_ends_with_the_same_bytes(undisturbed, kills):
    luck = random.Random(5)
    for _ in range(kills):
        before = len(list(Path("results").glob(".blocks/*/*.totals")))
        process = start("run", "two.yaml", "--block", 4096, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and len(list(Path("results").glob(".blocks/*/*.totals"))) == before:
            time.sleep(0.002)
        time.sleep(luck.uniform(0, 0.02))
        process.kill()
        process.wait()
    assert before > 0, "killed between blocks"
    run("two.yaml", block=4096)
    assert bytes_of(only_result("results")) == undisturbed
    assert not list(Path("results").glob("**/*.part"))


def test_blocks_that_are_there_are_not_played_again(undisturbed, calls):
    run("two.yaml", budget=Budget(deals=1), workers=1, block=4096)
    before = len(calls)
    assert 0 < before < 6
    told = []
    result = run("two.yaml", block=4096, note=told.append)
    assert len(calls) == 6
    assert len(set(calls)) == 6
    assert any("were there already" in text for text in told)
    assert bytes_of(result.folder) == undisturbed


def test_more_deals_play_only_those_that_are_missing(calls):
    settings = {"study.outputs.deals": False}
    run("two.yaml", deals=8192, workers=1, settings=settings)
    calls.clear()
    run("two.yaml", deals=9000, workers=1, settings=settings)
    assert sorted(calls) == [(0, 8192, 808), (1, 8192, 808)]


def test_another_margin_and_another_study_of_the_same_deals_play_nothing(calls):
    first = run("two.yaml")
    calls.clear()
    Path("more.yaml").write_text(SWEEP.replace("name: two", "name: more").replace("{deals: true}", "{}"))
    second = run("more.yaml", settings={"study.rope": 5.0})
    assert calls == []
    assert second.table("levels").equals(first.table("levels"))


def test_a_damaged_block_is_played_again(undisturbed, calls):
    run("two.yaml", budget=Budget(deals=10**9), workers=1, settings={"study.title": "Other"})
    for path in sorted(Path("results/.blocks").glob("*/0-*.totals"))[:1]:
        path.write_bytes(path.read_bytes()[:-100])
    calls.clear()
    Path("results/.blocks").joinpath("left.part").write_text("")
    assert bytes_of(run("two.yaml", workers=1).folder) == undisturbed
    assert calls


def test_blocks_are_taken_from_all_cells_in_turn(calls):
    run("two.yaml", workers=1, block=4096)
    assert [cell for cell, _, _ in calls] == [0, 1] * 3


def test_a_budget_leaves_an_even_sample_that_can_be_gone_on_with(undisturbed):
    told = zopa("run", "two.yaml", "--budget", "2", "--workers", 1, "--block", 4096)
    assert told.exit_code == 0
    assert "the budget of 2 deals was spent" in told.stderr
    result = load(only_result("results"))
    assert result.status == "interrupted"
    assert max(cell["deals"] for cell in result.cells) - min(cell["deals"] for cell in result.cells) <= 4096
    assert bytes_of(run("two.yaml").folder) == undisturbed
    for wrong in ("0", "-5m", "soon", "nan"):
        assert_told(zopa("run", "two.yaml", "--budget", wrong), "--budget")


def test_why_it_is_played_again_is_said():
    run("two.yaml", deals=10)
    told = []
    run("two.yaml", deals=20, settings={"buyer.adherence": 0.7}, note=told.append)
    (line,) = told
    assert line.startswith("not the same as results/two-")
    assert "deals is 20 and was 10" in line
    assert "buyer.adherence is 0.7 and was " in line


def fail_in_cell(monkeypatch, cell, error):
    real = blocks.play_block

    def failing(job, *rest):
        if job.cell == cell:
            raise error
        return real(job, *rest)

    monkeypatch.setattr("experiments.engines.play_block", failing)


@pytest.mark.parametrize("error", [Fault("my_policy.py:4  reply(view) raised"), ZeroDivisionError("of zopa's own")])
def test_a_block_that_fails_does_not_lose_the_rest(monkeypatch, error):
    fail_in_cell(monkeypatch, 1, error)
    told = zopa("run", "two.yaml")
    assert told.exit_code == 1, told.output
    assert str(error) in told.stderr
    result = load(only_result("results"))
    assert result.status == "incomplete"
    (failure,) = result.failures
    assert (failure["cell"], failure["first"], failure["deals"], failure["seed"]) == (1, 0, 9000, 3)
    assert "Traceback" in failure["traceback"]
    assert [cell["deals"] for cell in result.cells] == [9000, 0]
    assert result.cells[1]["stopped"] == "a block failed after 0 deals"


def test_a_failure_ends_the_run_if_that_is_wished(monkeypatch):
    fail_in_cell(monkeypatch, 0, ZeroDivisionError("of zopa's own"))
    assert_told(zopa("run", "two.yaml", "--fail-fast"), "cell 0 (buyer.awareness 0.6)", "seed 3", "of zopa's own")
    assert not list(Path("results").glob("two-*"))


def test_where_every_cell_fails_there_is_no_result(monkeypatch):
    monkeypatch.setattr("experiments.engines.play_block", lambda job, *rest: 1 / 0)
    assert_told(zopa("run", "two.yaml"), "all cells failed", "ZeroDivisionError")


def test_a_folder_that_cannot_be_written_to_is_told_before_anything_is_played(calls):
    Path("results").write_text("a file, where a folder should be")
    assert_told(zopa("run", "two.yaml"), "cannot write results to results/two-")
    assert calls == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_folder_is_told():
    Path("shut").mkdir(mode=0o500)
    assert_told(zopa("run", "two.yaml", "--out", "shut"), "cannot write results to shut/two-", "Permission denied")
    assert list(Path("shut").iterdir()) == []


@pytest.mark.parametrize("written", [0, 1, 3])
def test_a_disk_that_fills_up_loses_nothing_and_leaves_nothing_half_written(undisturbed, monkeypatch, written):
    """However many files there was room for: the run ends with a fault, and goes on once there is room again."""
    real, count = os.fsync, iter(range(1000))

    def full(handle):
        if next(count) >= written:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert_told(zopa("run", "two.yaml", "--workers", 1, "--block", 4096), "No space left on device")
    assert not list(Path("results").glob("two-*"))
    assert not list(Path("results").glob("**/*.part"))
    assert not list(Path("results").glob(".unfinished*"))
    assert bytes_of(run("two.yaml").folder) == undisturbed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_really_full_disk_is_told(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "none", small], capture_output=True)
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        assert_told(zopa("run", "two.yaml", "--out", small), "No space left on device")
        assert [path.name for path in small.iterdir()] == [".blocks"]
        assert not list(small.glob("**/*.part"))
    finally:
        subprocess.run(["umount", small], check=True)


def python_bound(path, deals):
    Path("by_dictionary.py").write_text(IN_PYTHON)
    settings = {"seller.price_policy": "by_dictionary", "study.outputs.deals": True, "study.seed": 3}
    return {
        "study": "commodity_price",
        "deals": deals,
        "plugins": ["by_dictionary.py"],
        "settings": settings,
        "out": path,
    }


def test_deals_in_python_are_the_same_bytes_from_processes_and_from_one_thread():
    one = run(**python_bound("one", 4200), workers=1)
    two = run(**python_bound("two", 4200), workers=2)
    assert two.manifest["host"]["blocks"]["by"] == "processes"
    assert one.manifest["host"]["blocks"]["by"] == "threads"
    assert bytes_of(one.folder) == bytes_of(two.folder)


def test_a_worker_that_is_killed_loses_nothing(monkeypatch, undisturbed):
    """The sweep is played by processes, of which one is killed while it plays."""
    killed = []

    def by_processes(workers, go_on):
        return processes(workers)

    def kill_one(done, of):
        import multiprocessing

        workers = multiprocessing.active_children()
        if done and not killed and workers:
            killed.append(workers[0].pid)
            os.kill(workers[0].pid, signal.SIGKILL)

    monkeypatch.setattr("experiments.running.threads", by_processes)
    result = run("two.yaml", workers=2, block=4096, progress=kill_one)
    assert killed
    assert result.manifest["host"]["blocks"]["by"] == "processes"
    assert bytes_of(result.folder) == undisturbed


def test_ctrl_c_keeps_the_deals_in_python_that_are_done():
    Path("by_dictionary.py").write_text(IN_PYTHON)
    process = start(
        "run", "--deals", 400_000, "--plugin", "by_dictionary.py", "--set", "seller.price_policy=by_dictionary",
        "--workers", 1, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    told = next(line for line in process.stderr if " of 400,000 deals" in line)  # none where it ended before
    assert told.startswith("price_timing: ")
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 130, error
    assert "Traceback" not in error
    manifest = json.loads((only_result("results") / "manifest.json").read_text())
    assert manifest["status"] == "interrupted"
    assert 0 < manifest["deals"] < 400_000


def test_a_result_loads_by_one_call_and_is_reproduced(undisturbed):
    result = run("two.yaml")
    again = load(result.folder)
    assert again.plan.identity == result.plan.identity
    assert repr(again.tables) == repr(result.tables)
    assert [row["buyer.awareness"] for row in again.cells] == [0.6, 1.0]
    assert repr(again.cell(1)) == repr(result.cell(1)) != repr(again.cell(0))
    told = zopa("reproduce", result.folder / "manifest.json")
    assert told.exit_code == 0, told.output
    assert told.stdout.endswith("the run is reproduced\n")


def test_what_was_not_reproduced_is_told_with_what_is_not_as_it_was(monkeypatch):
    folder = run("two.yaml", deals=100).folder
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["summary.csv"]["sha256"] = "0" * 64
    manifest["host"]["libraries"]["numpy"] = "1.0"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    told = zopa("reproduce", folder)
    assert told.exit_code == 1
    assert "differs: summary.csv" in told.stdout
    assert "and was 1.0" in told.stdout


def test_results_of_plug_ins_are_reproduced_from_their_folder_alone():
    folder = run(**python_bound("mine", 300)).folder
    Path("by_dictionary.py").unlink()
    assert load(folder).deals == 300
    assert zopa("reproduce", folder).exit_code == 0


def test_two_results_are_told_apart_by_settings_and_numbers():
    first = run("two.yaml", deals=2000).folder
    second = run("two.yaml", deals=2000, settings={"seller.markup": 0.6}).folder
    told = zopa("compare", first, second).stdout
    assert "scenarios.early.seller.markup: A " in told
    assert "profit per prospect:\n  cell " in told
    assert ", late less early: A " in told
    assert "Numbers: all " in zopa("compare", first, first).stdout


@pytest.mark.parametrize("command", ["compare", "reproduce"])
def test_what_is_no_result_is_told(command):
    Path("none").mkdir()
    arguments = ("none", "none") if command == "compare" else ("none",)
    assert_told(zopa(command, *arguments), "none/manifest.json", "cannot be read")
    Path("none/manifest.json").write_text("[1]")
    assert_told(zopa(command, *arguments), "is no manifest")


def test_a_changed_result_is_not_loaded():
    folder = run("two.yaml", deals=10).folder
    (folder / "summary.csv").write_text("changed")
    with pytest.raises(Fault, match=r"is not as it was written: summary\.csv"):
        load(folder)


def test_a_dry_run_says_what_it_costs_and_writes_nothing():
    told = zopa("run", "two.yaml", "--dry-run")
    assert told.exit_code == 0, told.output
    for part in (
        "cells   2, of 2 arms",
        "9,000 in each arm of each cell, 36,000 in all",
        "time    about ",
        "disk    about ",
    ):
        assert part in told.stdout
    assert not Path("results").exists()


def test_the_tables_of_a_sweep_agree_with_its_deals():
    result = run("two.yaml", deals=3000)
    for number in (0, 1):
        deals = pq.read_table(result.folder / f"outcomes/cell-0000{number}.parquet").to_pylist()
        late = [row["seller_profit"] for row in deals if row["arm"] == "late"]
        level = result.cell(number).level("all", "late", "profit_per_prospect")
        assert level.n == len(late) == 3000
        assert level.value == pytest.approx(sum(late) / 3000)
        spread = result.spreads(number)["all", "late", "seller_profit"]
        assert spread.size == 3000
        assert spread.sums.sum() == pytest.approx(sum(late))
