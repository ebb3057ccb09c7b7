"""Studies of markets: whole replications in blocks, the same bytes whoever plays them, answered like other studies."""

import csv
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
from experiments.market_reading import measures_in
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


EAGER = '''\
"""Name a price at once, asked or not.

Source: none; for tests.
"""

from agents.rule import rule
from agents.views import PriceView, Reply, quote


@rule
def reply(view: PriceView) -> Reply:
    """Always quote."""
    return quote()
'''


def read_csv(path):
    """The rows of a table as dictionaries of text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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
    assert process.wait(timeout=240) in (-signal.SIGKILL, 130, 0)
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


FIGURES = ("policy_shares", "price_and_wins", "pipeline", "profit_by_policy", "network")


@pytest.fixture
def one():
    """The study of a single cell, of two days' worth of weeks and two replications."""
    lines = [line for line in STUDY.splitlines() if "sweep" not in line]
    Path("one.yaml").write_text("\n".join(lines).replace("name: town", "name: one"))
    return run("one.yaml", workers=1, replications=2, settings={"market.sellers": 4})


def test_a_study_of_one_cell_has_the_figures_of_its_markets_and_they_are_drawn_again(one):
    names = {f"{name}.{ending}" for name in FIGURES for ending in ("png", "svg", "csv")}
    assert {path.name for path in (one.folder / "figures").iterdir()} == names
    told = zopa("figures", one.folder, "--out", "again")
    assert told.exit_code == 0, told.output
    assert all((Path("again") / name).read_bytes() == (one.folder / "figures" / name).read_bytes() for name in names)
    shares = read_csv(one.folder / "figures/policy_shares.csv")
    assert {row["arm"] for row in shares} == {"patient", "impatient"}
    first = [float(row["share"]) for row in shares if (row["arm"], row["day"]) == ("patient", "1")]
    assert sum(first) == pytest.approx(1.0)
    earned = {(row["arm"], row["policy"]): row for row in read_csv(one.folder / "figures/profit_by_policy.csv")}
    level = one.tables.level("market", "impatient", "profit_per_hour:on_first_ask")
    row = earned["impatient", "on_first_ask"]
    assert (float(row["profit_per_hour"]), float(row["low"]), float(row["high"])) == pytest.approx(
        (level.value, level.low, level.high)
    )
    people = read_csv(one.folder / "figures/network.csv")
    assert len(people) == 2 * 50


def test_a_sweep_has_a_line_for_each_cell_and_days_only_where_asked_for():
    result = run("town.yaml", workers=1)
    names = {f"{name}.{ending}" for name in ("shares_by_cell", "earnings_by_cell") for ending in ("png", "svg", "csv")}
    assert {path.name for path in (result.folder / "figures").iterdir()} == names
    rows = read_csv(result.folder / "figures/shares_by_cell.csv")
    assert [(row["cell"], row["arm"], row["policy"], row["begun"], row["n"]) for row in rows] == [
        (cell, arm, "on_first_ask", "0.5", "3") for cell in ("0", "1") for arm in ("patient", "impatient")
    ]
    level = result.cell(1).level("market", "patient", "share:on_first_ask")
    assert float(rows[2]["share"]) == pytest.approx(level.value)
    assert not (result.folder / "series").exists()
    told = zopa("figures", result.folder, "--cell", 1, "--out", "cell")
    assert told.exit_code == 0, told.output
    assert {path.stem for path in Path("cell").iterdir()} == {"profit_by_policy"}
    assert_told(zopa("figures", result.folder, "--cell", 7), "has no cell 7")
    kept = run("town.yaml", workers=1, settings={"study.outputs.series": True})
    assert zopa("figures", kept.folder, "--cell", 1, "--out", "kept").exit_code == 0
    assert {path.stem for path in Path("kept").iterdir()} == set(FIGURES)


def test_a_report_of_markets_has_answer_table_and_figures(one):
    told = zopa("report", one.folder, "--out", "report")
    assert told.exit_code == 0, told.output
    text = Path("report/report.md").read_text()
    assert "on first ask, patient: began with 50 % of the sellers and ends with" in text
    assert "The markets: means with 95 % intervals over replications; money in euros" in text
    assert "status: complete, 2 replications in each arm" in text
    assert all(f"](report/{name}.png)" in text for name in FIGURES)
    assert Path("report/report.html").read_text().count("<img") == len(FIGURES)


def test_a_report_of_a_sweep_of_markets_has_a_line_for_each_arm_of_each_cell():
    result = run("town.yaml", workers=1)
    assert zopa("report", result.folder, "--out", "report").exit_code == 0
    text = Path("report/report.md").read_text()
    assert "| sellers 4, comparers 1 | patient | 3 |" in text
    assert "more sellers at the end than at the beginning in" in text
    assert "](report/shares_by_cell.png)" in text


def test_two_results_of_one_arm_are_compared_paired_by_replication(one):
    both = [measures_in(one.folder, one.plan.arms, 0)]
    alone = {"study.arms": {"patient": {"set": {"forces.refusal_exit": 0.1}}}, "market.sellers": 4}
    first = run("one.yaml", workers=1, replications=2, settings=alone)
    second = run("one.yaml", workers=1, replications=2, settings={**alone, "market.asking.undercutting": 5})
    told = zopa("compare", first.folder, second.folder)
    assert told.exit_code == 0, told.output
    assert "market.asking.undercutting: A 1, B 5" in told.stdout
    assert "paired by replication: the same leads with the same luck" in told.stdout
    assert "patient, 2 replications" in told.stdout
    both += [measures_in(each.folder, ["patient"], 0) for each in (first, second)]
    assert both[0]["patient"] == both[1]["patient"], "an arm is the same whoever stands beside it"
    change = differences(both[1]["patient"], both[2]["patient"])["price"]
    line = next(line for line in told.stdout.splitlines() if line.startswith("    price signed: A "))
    shown = line.partition("B less A ")[2].partition(" (")[0].replace("\N{MINUS SIGN}", "-").replace(",", "")
    assert float(shown) == pytest.approx(change.mean, abs=0.5)
    other = run("one.yaml", workers=1, replications=2, settings={**alone, "study.seed": 6})
    assert "not paired: they met other leads" in zopa("compare", first.folder, other.folder).stdout


def test_a_market_stops_when_it_knows_enough_at_two_looks_in_a_row(monkeypatch):
    for name in ("experiments.stopping", "experiments.market_looks"):
        monkeypatch.setattr(f"{name}.FEWEST_MARKETS", 2)
    precise = {"study.precision": {"half_width": 1e6, "quantity": "price"}, "study.sweep": None}
    known = run("town.yaml", workers=1, replications=9, settings=precise)
    assert known.deals == 3
    assert [(row["deals"], row["satisfied"]) for row in known.table("looks").to_pylist()] == [(2, True), (3, True)]
    assert "known exactly enough" in known.cells[0]["stopped"]
    assert "at 3 replications" in known.cells[0]["stopped"]
    assert (known.folder / "figures/policy_shares.png").exists()
    assert zopa("figures", known.folder, "--out", "again").exit_code == 0
    assert Path("again/precision_trace.svg").exists()
    unknown = run("town.yaml", workers=1, replications=4, settings={**precise, "study.precision.half_width": 1e-6})
    assert unknown.deals == 4
    assert "all 4 replications played that there may be" in unknown.cells[0]["stopped"]


def test_the_first_look_at_a_market_is_at_fifty_replications():
    told = zopa("run", "town.yaml", "--dry-run", "--workers", 1, "--replications", 99, "--set",
                "study.precision.half_width=5")  # fmt: skip
    assert told.exit_code == 0, told.output
    said = " ".join(told.stdout.split())
    assert "profit_per_lead of every arm" in said
    assert "the first of them at 50 replications" in said


def test_a_result_with_fewer_arms_than_an_earlier_one_says_so(one):
    notes = []
    alone = {"study.arms": {"patient": {"set": {"forces.refusal_exit": 0.1}}}, "market.sellers": 4}
    run("one.yaml", workers=1, replications=2, settings=alone, note=notes.append)
    assert any("arm impatient changed" in note for note in notes)


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
        (("--set", "study.precision={half_width: 1, quantity: prise}"), "'prise' is not a quantity"),
        (("--set", "study.precision={half_width: 1, population: all}"), "precision.population goes with deals"),
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
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 130
    assert "interrupted: only the replications that were done, written to" in said
    folder = only_result("results")
    assert "-partial-" in folder.name
    done = json.loads((folder / "summary.json").read_text())["replications"]
    assert 0 < done < 2000


def test_an_own_policy_plays_in_markets_in_this_process_and_in_others():
    Path("eager.py").write_text(EAGER)
    study = STUDY.replace("replications: 3", "replications: 2\nplugins: [eager.py]").replace(
        "set: {market.days: 25,", "set: {market.policies: {eager: 1, on_first_ask: 1}, market.days: 25,"
    )
    Path("town.yaml").write_text(study)
    one, two = (run("town.yaml", workers=workers, out=f"by{workers}") for workers in (1, 2))
    assert bytes_of(one.folder) == bytes_of(two.folder)
    played = {row.quantity for row in one.levels}
    assert {"share:eager", "profit_per_hour:eager"} <= played
    assert (one.folder / "plugins/eager.py").read_text() == EAGER
    assert zopa("figures", one.folder, "--out", "again").exit_code == 0
