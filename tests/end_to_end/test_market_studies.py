"""Studies of markets: whole replications in blocks, the same bytes whoever plays them, answered like other studies."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from commands import assert_told, bytes_of, only_result, start, zopa

from experiments import load, market_blocks, run
from experiments.execution import Budget
from experiments.market_measures import differences, measured, over_replications
from experiments.reproducing import reproduce
from sim.market.replication import replicate

STUDY = """\
schema: 1
name: town
title: A small town
question: Who spreads?
scenario: market_garages
seed: 5
replications: 3
set: {market.days: 25, market.leads_per_day: 6, market.learning.review_days: 5, market.reputation.people: 50}
sweep: {list: [{market.sellers: 3}, {market.sellers: 4, market.asking.comparers: 1}]}
baseline: patient
arms:
  patient: {set: {forces.refusal_exit: 0.1}}
  impatient: {set: {forces.refusal_exit: 0.8}}
"""


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("town.yaml").write_text(STUDY)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The bytes of the study above, played at once in this process."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "town.yaml").write_text(STUDY)
    return bytes_of(run(folder / "town.yaml", out=folder, workers=1).folder)


@pytest.fixture
def calls(monkeypatch):
    """Cell, first replication and number of replications of each block that is played in this process."""
    played = []
    real = market_blocks.play_replications

    def counting(job, go_on):
        played.append((job.cell, job.first, job.deals))
        return real(job, go_on)

    monkeypatch.setattr("experiments.market_blocks.play_replications", counting)
    return played


@pytest.mark.parametrize(("workers", "block"), [(1, 2), (2, None)])
def test_workers_and_block_sizes_change_no_byte(undisturbed, workers, block):
    assert bytes_of(run("town.yaml", workers=workers, block=block).folder) == undisturbed


def test_the_numbers_are_those_of_the_replications_played_by_themselves():
    result = run("town.yaml", workers=1)
    cell = result.plan.cells[1]
    found = [[measured(scenario, replicate(scenario, 5, number)) for number in range(3)] for scenario in cell.scenarios]
    tables = result.cell(1)
    alone, change = over_replications(found[1])["price"], differences(*found)["share:on_first_ask"]
    level = tables.level("market", "impatient", "price")
    assert (level.n, level.value, level.low, level.high) == (3, alone.mean, *alone.interval)
    row = tables.difference("market", "impatient", "share:on_first_ask")
    assert (row.n, row.value, row.low, row.high) == (3, change.mean, *change.interval)


def test_blocks_are_taken_from_all_cells_in_turn_and_played_once(undisturbed, calls):
    told = []
    result = run("town.yaml", workers=1, budget=Budget(deals=1))
    assert result.status == "interrupted"
    assert result.folder.name.endswith(f"-partial-{result.deals}")
    before = len(calls)
    assert 0 < before < 6
    assert [cell for cell, _, _ in calls[:2]] == [0, 1]
    whole = run("town.yaml", workers=1, note=told.append)
    assert len(calls) == len(set(calls)) == 6
    assert any("replications in each arm were there already" in text for text in told)
    assert bytes_of(whole.folder) == undisturbed
    run("town.yaml", workers=1, replications=4)
    assert sorted(calls[6:]) == [(0, 3, 1), (1, 3, 1)]


def test_a_damaged_block_is_played_again(undisturbed, calls):
    run("town.yaml", workers=1, settings={"study.title": "Other"})
    calls.clear()
    for path in sorted(Path("results/.blocks").glob("*/1-2.totals"))[:1]:
        path.write_bytes(path.read_bytes()[:-9])
    assert bytes_of(run("town.yaml", workers=1).folder) == undisturbed
    assert len(calls) == 1


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_killed_or_interrupted_goes_on_and_ends_with_the_same_bytes(undisturbed, ended_by):
    process = start("run", "town.yaml", "--workers", 1, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list(Path("results").glob(".blocks/*/*.totals")):
        time.sleep(0.002)
    process.send_signal(ended_by)
    assert process.wait() in (-signal.SIGKILL, 130, 0)
    assert bytes_of(run("town.yaml", workers=1).folder) == undisturbed
    assert not list(Path("results").glob("**/*.part"))


def test_the_answer_is_told_in_words_and_as_json():
    told = zopa("run", "town.yaml", "--workers", 1)
    assert told.exit_code == 0, told.output
    assert "6 replications in each arm over 2 cells" in told.stdout
    assert "on first ask, patient: more sellers at the end than at the beginning in" in told.stdout
    assert "on first ask, impatient against patient: more sellers at the end in" in told.stdout
    content = json.loads(zopa("run", "town.yaml", "--json").stdout)
    assert content["replications"] == 6
    assert [cell["replications"] for cell in content["cells"]] == [3, 3]
    assert (
        "town (scenario market_garages; 2 cells; arms patient, impatient; 3 replications in each)"
        in zopa("check", "town.yaml").stdout
    )


def test_a_study_of_one_cell_is_loaded_compared_and_reproduced():
    Path("one.yaml").write_text(
        "\n".join(line for line in STUDY.splitlines() if "sweep" not in line).replace("name: town", "name: one")
        + "\noutputs: {series: true}\n"
    )
    settings = {"market.sellers": 4}
    result = run("one.yaml", workers=1, replications=2, settings=settings)
    again = load(result.folder)
    assert again.levels == result.levels
    assert again.differences == result.differences
    assert "on first ask, patient: began with 50 % of the sellers and ends with" in str(again)
    days, sellers = (again.folder / f"{name}.parquet" for name in ("days", "sellers"))
    import pyarrow.parquet as pq

    assert len(pq.read_table(days)) == 2 * 2 * 25
    assert len(pq.read_table(sellers)) == 2 * 2 * 25 * 4
    assert set(pq.read_table(days)["arm"].to_pylist()) == {"patient", "impatient"}
    assert reproduce(result.folder, workers=1).is_same
    other = run("one.yaml", workers=1, replications=2, settings={"market.sellers": 3})
    told = zopa("compare", result.folder, other.folder)
    assert told.exit_code == 0, told.output
    assert "2 replications in each arm" in told.stdout


def test_a_dry_run_says_what_it_would_cost_and_plays_nothing():
    told = zopa("run", "town.yaml", "--dry-run", "--workers", 1)
    assert told.exit_code == 0, told.output
    assert "replications 3 in each arm of each cell, 12 in all" in told.stdout
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--deals", 10), "has deals and replications"),
        (("--set", "study.replications=null"), "has neither deals nor replications"),
        (("--replications", 0), "--replications"),
        (("--set", "study.precision.half_width=0.1"), "precision goes with deals"),
        (("--set", "study.outputs.deals=true"), "outputs.deals goes with deals"),
        (("--set", "study.scenario=auto_repair", "--set", "study.set=null"), ""),
        (("--set", "market.asking.comparer=1"), "comparers"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments, said):
    told = zopa("run", "town.yaml", *arguments)
    assert told.exit_code == 2
    assert said in told.output
    assert "Traceback" not in told.output
    assert not Path("results").exists()


def test_a_scenario_without_a_market_is_refused_and_days_of_deals_are():
    lines = [line for line in STUDY.splitlines() if not line.startswith(("set:", "sweep:"))]
    Path("town.yaml").write_text("\n".join(lines).replace("market_garages", "auto_repair"))
    assert_told(zopa("run", "town.yaml"), "says nothing of a market", "market_garages")
    assert_told(zopa("run", "price_timing", "--set", "study.outputs.series=true"), "outputs.series goes with")


def test_ctrl_c_during_zopa_market_keeps_the_replications_that_are_done():
    small = ["--set", "market.days=40", "--set", "market.leads_per_day=20"]
    process = start(
        "market", "market_garages", "--replications", 2000, "--workers", 1, *small,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr.readline().startswith("market_garages: ")  # five seconds after the first day, or more
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate()
    assert process.returncode == 130
    assert "interrupted: only the replications that were done, written to" in said
    folder = only_result("results")
    assert "-partial-" in folder.name
    done = json.loads((folder / "summary.json").read_text())["replications"]
    assert 0 < done < 2000
