"""Runs of a study: what they write, that they can be repeated, and that nothing done is ever lost."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
from commands import HOUSE, assert_told, only_result, start, zopa

from sim.outcome import COLUMNS

FIGURES = [
    f"figures/{name}.{ending}"
    for name in ("funnel", "outcome_distributions", "paired_differences", "shift_function")
    for ending in ("csv", "png", "svg")
]
GRAINS = (
    "cells", "differences", "distributions", "dominances", "exits", "levels", "outcomes", "standings", "steps",
    "superiorities", "tails",
)  # fmt: skip
TABLES = [f"{name}.parquet" for name in GRAINS]
FILES = sorted([*FIGURES, *TABLES, "funnel.csv", "manifest.json", "summary.csv", "summary.json"])
WITH_DEALS = ("--set", "study.outputs.deals=true")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The folder and the output of one run of 3,000 deals."""
    out = tmp_path_factory.mktemp("run")
    told = zopa("run", "--deals", 3000, "--out", out, "--workers", 2, *WITH_DEALS)
    assert told.exit_code == 0, told.output
    folder = only_result(out)
    return folder, told.stdout


def test_a_run_writes_all_its_files_and_nothing_else(done):
    folder, _ = done
    assert re.fullmatch(r"price_timing-[0-9a-f]{8}", folder.name)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == FILES
    assert all(path.stat().st_size for path in folder.rglob("*"))


def test_the_file_of_deals_has_one_row_per_arm_and_deal_and_says_what_its_columns_mean(done):
    table = pq.read_table(done[0] / "outcomes.parquet")
    assert table.column_names == ["arm", *(column.name for column in COLUMNS)]
    assert table.num_rows == 2 * 3000
    for arm in ("early", "late"):
        deals = table.filter(table.column("arm").cast("string").to_numpy() == arm).column("deal").to_pylist()
        assert deals == list(range(3000))
    assert table.schema.field("price").metadata[b"unit"] == b"money"


def test_the_summary_agrees_with_the_file_of_deals(done):
    summary = json.loads((done[0] / "summary.json").read_text())
    table = pq.read_table(done[0] / "outcomes.parquet").to_pylist()
    late = [row for row in table if row["arm"] == "late" and row["asked_first"]]
    found = {
        row["quantity"]: row["value"]
        for row in summary["levels"]
        if (row["population"], row["arm"]) == ("asked_first", "late")
    }
    assert summary["prospects"] == {"asked_first": len(late), "all": 3000}
    assert found["won"] == pytest.approx(sum(row["won"] for row in late) / len(late))
    profit = sum(row["seller_profit"] for row in late)
    assert found["profit_per_prospect"] == pytest.approx(profit / len(late))
    assert found["profit_per_contact"] == pytest.approx(profit / sum(row["contacts"] for row in late))


def test_the_answer_has_a_table_and_a_sentence_for_those_who_ask_and_for_all(done):
    folder, text = done
    asked, everybody = text.index("Buyers who asked for the price"), text.index("All 3,000 prospects")
    assert asked < everybody
    for part in (text[asked:everybody], text[everybody:]):
        assert "profit per prospect" in part
        assert "95 % interval" in part
        assert re.search(r"Among .* (buyers|prospects).*(is better|undecided)\.", part.replace("\n", " "))
    assert str(folder) in text.replace("\n", "")


def test_the_manifest_names_everything_that_made_the_result(done):
    folder, _ = done
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["status"], manifest["deals"], manifest["seed"]) == ("complete", 3000, 20240229)
    assert folder.name.endswith(manifest["hash"][:8])
    assert manifest["identity"]["scenarios"]["late"]["seller"]["price_policy"] == "after_needs_analysis"
    assert sorted(manifest["files"]) == [name for name in FILES if name != "manifest.json"]
    for name, written in manifest["files"].items():
        assert written["sha256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest(), name
    assert str(HOUSE) not in (folder / "manifest.json").read_text()


def test_a_result_that_is_there_is_found_again_without_playing_and_left_alone(done, monkeypatch):
    folder, text = done
    monkeypatch.setattr("sim.batch.play", None)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    again = zopa("run", "--deals", 3000, "--out", folder.parent, *WITH_DEALS)
    assert again.exit_code == 0
    assert again.stdout == text.replace("Saved in", "Found in")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_another_run_of_the_same_study_has_the_same_bytes_whatever_the_workers(done, tmp_path):
    folder, _ = done
    assert zopa("run", "--deals", 3000, "--out", tmp_path, "--workers", 1, *WITH_DEALS).exit_code == 0
    for name in FILES:
        if name != "manifest.json":
            assert (tmp_path / folder.name / name).read_bytes() == (folder / name).read_bytes(), name


def test_more_deals_leave_the_first_ones_unchanged(done, tmp_path):
    assert zopa("run", "--deals", 5000, "--out", tmp_path, *WITH_DEALS).exit_code == 0
    folder = only_result(tmp_path)
    assert folder.name != done[0].name
    first, more = (pq.read_table(path / "outcomes.parquet").to_pylist() for path in (done[0], folder))
    assert [row for row in more if row["deal"] < 3000] == first


def test_a_result_that_was_changed_is_neither_used_nor_overwritten(tmp_path):
    zopa("run", "--deals", 10, "--out", tmp_path)
    folder = only_result(tmp_path)
    (folder / "summary.csv").write_text("changed")
    told = zopa("run", "--deals", 10, "--out", tmp_path)
    assert_told(told, "is in the way")
    assert (folder / "summary.csv").read_text() == "changed"


def test_json_prints_the_summary_and_nothing_else(done):
    told = zopa("run", "--deals", 3000, "--out", done[0].parent, "--json", *WITH_DEALS)
    content = json.loads(told.stdout)
    assert content.pop("folder") == str(done[0])
    assert content == json.loads((done[0] / "summary.json").read_text())


def test_settings_reach_every_arm_of_the_scenario_and_the_study(tmp_path):
    told = zopa("run", "--out", tmp_path, "--json", "--set", "study.deals=20", "--set", "buyer.price_focus=0",
                "--set", "buyer.shoppers=null")  # fmt: skip
    content = json.loads(told.stdout)
    assert content["deals"] == 20
    assert content["prospects"]["asked_first"] == 0


def test_seed_0_is_a_seed(tmp_path):
    first, second = (zopa("run", "--deals", 50, "--out", tmp_path, "--json", "--seed", seed) for seed in (0, 1))
    assert json.loads(first.stdout)["seed"] == 0
    assert json.loads(first.stdout)["levels"] != json.loads(second.stdout)["levels"]


def test_a_study_without_a_seed_draws_one_and_records_it(tmp_path):
    arguments = ("run", "--deals", 50, "--out", tmp_path / "out", "--json", "--set", "study.seed=null")
    seeds = {json.loads(zopa(*arguments).stdout)["seed"] for _ in range(2)}
    assert len(seeds) == 2
    manifests = [json.loads(path.read_text()) for path in tmp_path.glob("out/*/manifest.json")]
    assert {manifest["seed"] for manifest in manifests} == seeds


def test_a_run_removes_what_killed_runs_left_and_nothing_that_is_alive(tmp_path):
    from experiments.store import UNFINISHED, _host

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, alive = (tmp_path / f"{UNFINISHED}-{_host()}-{pid}-0a" for pid in (dead.pid, os.getpid()))
    elsewhere = tmp_path / f"{UNFINISHED}-0123abcd-{dead.pid}-0a"
    for folder in (left, alive, elsewhere):
        folder.mkdir()
    assert zopa("run", "--deals", 10, "--out", tmp_path).exit_code == 0
    assert (left.exists(), alive.exists(), elsewhere.exists()) == (False, True, True)


def test_ctrl_c_saves_what_is_done(tmp_path):
    process = start(
        "run", "--deals", 10**9, "--out", tmp_path, *WITH_DEALS, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and not any(tmp_path.glob(".blocks/*/*.totals")):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=120)
    assert process.returncode == 130, error
    assert "Traceback" not in error
    folder = only_result(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "interrupted"
    assert folder.name.endswith(f"-partial-{manifest['deals']}")
    assert pq.read_metadata(folder / "outcomes.parquet").num_rows == 2 * manifest["deals"] > 0
    assert f"interrupted after {manifest['deals']:,} of 1,000,000,000 deals" in out


def test_run_returns_tables_to_python(tmp_path):
    from experiments import load_study, run

    settings = {"buyer.price_focus": 1.0, "leads": None, "prospecting": None}
    result = run(load_study("price_timing"), deals=200, out=tmp_path, settings=settings)
    assert result.status == "complete"
    assert {row.arm for row in result.levels} == {"early", "late"}
    assert {row.n for row in result.differences} == {200}
    assert sum(row.deals for row in result.exits if (row.population, row.arm) == ("all", "late")) == 200
    assert "Among the 200 buyers who asked" in str(result)
