"""The command ``zopa`` as people use it: what it prints and writes, and what it says when all is not well."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from experiments.command_line import app
from experiments.study import BUNDLED as STUDIES
from sim.outcome import COLUMNS
from sim.reading import BUNDLED as SCENARIOS

HOUSE = Path(__file__).resolve().parents[2]
FIGURES = [
    f"figures/{name}.{ending}"
    for name in ("funnel", "outcome_distributions", "paired_differences")
    for ending in ("csv", "png", "svg")
]
FILES = sorted([*FIGURES, "manifest.json", "outcomes.parquet", "summary.csv", "summary.json"])

HEAVY = ("numba", "llvmlite", "matplotlib", "scipy", "pyarrow", "mesa", "numpy", "rich")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def zopa(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def start(*arguments, **options):
    """Start the command in a process of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HOUSE), os.environ.get("PYTHONPATH", "")]),
    }
    command = [
        sys.executable,
        "-c",
        "from experiments.command_line import main; main()",
        *map(str, arguments),
    ]
    return subprocess.Popen(command, text=True, env=environment, **options)


def finished(*arguments):
    process = start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, error = process.communicate(timeout=300)
    return process.returncode, out, error


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The folder and the output of one run of 3,000 deals."""
    out = tmp_path_factory.mktemp("run")
    told = zopa("run", "--deals", 3000, "--out", out, "--workers", 2)
    assert told.exit_code == 0, told.output
    (folder,) = out.iterdir()
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
    asked, everybody = text.index("Buyers who asked for the price"), text.index("All 3,000 buyers")
    assert asked < everybody
    for part in (text[asked:everybody], text[everybody:]):
        assert "profit per prospect" in part
        assert "95 % interval" in part
        assert re.search(r"Among .* buyers.*(is better|undecided)\.", part.replace("\n", " "))
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


def test_a_result_that_is_there_is_found_again_and_left_alone(done):
    folder, text = done
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    again = zopa("run", "--deals", 3000, "--out", folder.parent)
    assert again.exit_code == 0
    assert again.stdout == text.replace("Saved in", "Found in")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_another_run_of_the_same_study_has_the_same_bytes_whatever_the_workers(done, tmp_path):
    folder, _ = done
    assert zopa("run", "--deals", 3000, "--out", tmp_path, "--workers", 1).exit_code == 0
    for name in FILES:
        if name != "manifest.json":
            assert (tmp_path / folder.name / name).read_bytes() == (folder / name).read_bytes(), name


def test_more_deals_leave_the_first_ones_unchanged(done, tmp_path):
    assert zopa("run", "--deals", 5000, "--out", tmp_path).exit_code == 0
    (folder,) = tmp_path.iterdir()
    assert folder.name != done[0].name
    first, more = (pq.read_table(path / "outcomes.parquet").to_pylist() for path in (done[0], folder))
    assert [row for row in more if row["deal"] < 3000] == first


def test_a_result_that_was_changed_is_neither_used_nor_overwritten(tmp_path):
    zopa("run", "--deals", 10, "--out", tmp_path)
    (folder,) = tmp_path.iterdir()
    (folder / "summary.csv").write_text("changed")
    told = zopa("run", "--deals", 10, "--out", tmp_path)
    assert_told(told, "is in the way")
    assert (folder / "summary.csv").read_text() == "changed"


def test_json_prints_the_summary_and_nothing_else(done):
    told = zopa("run", "--deals", 3000, "--out", done[0].parent, "--json")
    content = json.loads(told.stdout)
    assert content.pop("folder") == str(done[0])
    assert content == json.loads((done[0] / "summary.json").read_text())


def test_settings_reach_every_arm_of_the_scenario_and_the_study(tmp_path):
    told = zopa("run", "--out", tmp_path, "--json", "--set", "study.deals=20", "--set", "buyer.price_focus=0")
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
    process = start("run", "--deals", 10**9, "--out", tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and not any(
        path.stat().st_size > 10_000 for path in tmp_path.glob(".unfinished*/outcomes.parquet")
    ):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=120)
    assert process.returncode == 130, error
    assert "Traceback" not in error
    (folder,) = tmp_path.iterdir()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "interrupted"
    assert folder.name.endswith(f"-partial-{manifest['deals']}")
    assert pq.read_metadata(folder / "outcomes.parquet").num_rows == 2 * manifest["deals"] > 0
    assert f"interrupted after {manifest['deals']:,} of 1,000,000,000 deals" in out


def scenario_with(old, new):
    """The text of a bundled scenario with something replaced, under the name ``mine``."""
    text = (SCENARIOS / "b2b_software.yaml").read_text()
    assert old in text
    return text.replace(old, new).replace("name: b2b_software", "name: mine")


def write(text):
    Path("mine.yaml").write_text(text)
    return "mine.yaml"


def assert_told(told, *expected):
    """A fault is one paragraph on the stream for messages, without a traceback, and exit status 2."""
    assert told.exit_code == 2, told.output
    assert told.stdout == ""
    assert "Traceback" not in told.stderr
    assert "\n\n" not in told.stderr.strip()
    for part in expected:
        assert part in told.stderr


BAD_SCENARIOS = {
    "unknown key": ("common_factor: 0.4", "comon_factor: 0.4", "mine.yaml:", "did you mean 'common_factor'?"),
    "wrong type": ("common_factor: 0.4", "common_factor: much", "mine.yaml:", "'much' is not a number"),
    "not a number": ("common_factor: 0.4", "common_factor: .nan", "mine.yaml:", "common_factor"),
    "negative worth": ("mean: 18.5", "mean: -18.5", "needs.reporting.worth.mean", "-18.5"),
    "coverage above 1": ("mobile_access: 0.6}", "mobile_access: 1.6}", "covers.mobile_access", "1.6"),
    "duplicate key": ("common_factor: 0.4", "common_factor: 0.4\ncommon_factor: 0.5", "stands twice"),
    "unknown policy": (
        "price_policy: ",
        "price_policy: on_first_aks #",
        "'on_first_aks' is not a price policy",
    ),
}


@pytest.mark.parametrize("case", BAD_SCENARIOS)
@pytest.mark.parametrize("command", ["check", "deal"])
def test_a_bad_scenario_is_told_in_one_paragraph(command, case):
    old, new, *expected = BAD_SCENARIOS[case]
    assert_told(zopa(command, write(scenario_with(old, new))), *expected)


@pytest.mark.parametrize("command", ["check", "deal", "run"])
def test_a_file_that_is_empty_missing_or_a_folder_is_told_as_that(command):
    Path("folder.yaml").mkdir()
    assert_told(zopa(command, write("")), "mine.yaml", "empty")
    assert_told(zopa(command, "missing.yaml"), "missing.yaml", "no such file")
    assert_told(zopa(command, "folder.yaml"), "folder.yaml", "is a folder")


def test_a_run_of_a_bad_study_is_told_in_one_paragraph():
    text = (STUDIES / "price_timing.yaml").read_text().replace("name: price_timing", "name: mine")
    assert_told(zopa("run", write(text.replace("deals:", "deels:"))), "did you mean 'deals'?")
    assert_told(zopa("run", write(text.replace("on_first_ask", "on_first_aks"))), "did you mean 'on_first_ask'?")
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("run", "--set", "buyer.awarenes=1"), "did you mean 'buyer.awareness'?"),
        (("run", "--set", "buyer.awareness"), "path=value"),
        (("run", "--set", "study.deals=none"), "deals"),
        (("run", "--set", "buyer.awareness=.nan"), "buyer.awareness"),
        (("run", "price_timming"), "did you mean 'price_timing'?"),
        (("deal", "b2b_softwear"), "did you mean 'b2b_software'?"),
        (("deal", "b2b_software", "--policy", "on_first_aks"), "did you mean 'on_first_ask'?"),
        (("deal", "b2b_software", "--versus", "on_first_aks"), "--versus"),
        (("check", "nothing_of_the_kind"), "nothing_of_the_kind"),
    ],
)
def test_a_bad_argument_is_told_in_one_paragraph(arguments, expected):
    assert_told(zopa(*arguments), expected)
    assert not Path("results").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--deals", "0"),
        ("run", "--deals", "many"),
        ("run", "--seed", "-1"),
        ("run", "--workers", "0"),
        ("run", "--colour"),
        ("fly",),
        ("check",),
    ],
)
def test_a_bad_option_has_exit_status_2(arguments):
    told = zopa(*arguments)
    assert told.exit_code == 2
    assert "Traceback" not in told.output


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_output_that_cannot_be_written_is_told_before_anything_is_played(out):
    Path("file").write_text("here already")
    assert_told(zopa("run", "--deals", 10**9, "--out", out), "cannot write results", "--out")
    assert Path("file").read_text() == "here already"


def test_a_disk_that_fills_up_loses_nothing_that_was_there(monkeypatch):
    from experiments.deals_file import DealsFile

    def full(self, rows):
        raise OSError(28, "No space left on device")

    zopa("run", "--deals", 10)
    before = sorted(Path("results").rglob("*"))
    monkeypatch.setattr(DealsFile, "add", full)
    assert_told(zopa("run", "--deals", 20), "No space left on device")
    assert sorted(Path("results").rglob("*")) == before


def test_check_says_what_a_right_file_is():
    assert zopa("check", SCENARIOS / "b2b_software.yaml").stdout.startswith("ok: scenario b2b_software")
    assert zopa("check", STUDIES / "price_timing.yaml").stdout.startswith("ok: study price_timing")


def test_scenarios_and_policies_are_listed_with_a_summary_each():
    listed = zopa("scenarios").stdout
    assert re.search(r"^b2b_software +\S", listed, re.MULTILINE)
    listed = zopa("policies").stdout
    for name in ("on_first_ask", "after_needs_analysis", "boulware"):
        assert re.search(rf"^  {name} +\S", listed, re.MULTILINE), name


def test_a_deal_is_told_alone_and_beside_another_policy():
    alone = zopa("deal", "b2b_software", "--policy", "on_first_ask", "--buyer", 7)
    assert alone.exit_code == 0, alone.output
    both = zopa("deal", "b2b_software", "--policy", "on_first_ask", "--buyer", 7, "--versus", "after_needs_analysis")
    assert both.exit_code == 0, both.output
    assert "after_needs_analysis" in both.stdout


def test_the_version_is_that_of_the_project():
    import tomllib

    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    assert zopa("--version").stdout == f"zopa {project['version']}\n"


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["run", "--help"], ["scenarios"], ["policies"], ["check", "price_timing"]],
)
def test_light_commands_import_nothing_heavy(arguments):
    code = (
        "import sys\nfrom experiments.command_line import app\n"
        f"try:\n    app({arguments!r})\nexcept SystemExit as exit: assert not exit.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=HOUSE, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_run_and_load_study_can_be_had_from_the_package_without_compiling():
    code = (
        "import sys\nfrom experiments import load_study\nstudy = load_study('price_timing')\n"
        "assert study.deals == 100_000\nprint('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=HOUSE, check=True)
    assert done.stdout == "False\n"


def test_run_returns_tables_to_python(tmp_path):
    from experiments import load_study, run

    result = run(load_study("price_timing"), deals=200, out=tmp_path, settings={"buyer.price_focus": 1.0})
    assert result.status == "complete"
    assert {row.arm for row in result.levels} == {"early", "late"}
    assert {row.n for row in result.differences} == {200}
    assert sum(row.deals for row in result.exits if (row.population, row.arm) == ("all", "late")) == 200
    assert "Among the 200 buyers who asked" in str(result)


def test_a_reader_that_stops_reading_is_no_error(tmp_path):
    process = start("policies", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    error = process.stderr.read()
    process.wait(timeout=60)
    assert error == ""
