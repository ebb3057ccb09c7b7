"""The command ``zopa`` as people use it: what it lists and tells, and what it says when something is wrong."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from commands import HOUSE, assert_told, start, zopa

from experiments.study import BUNDLED as STUDIES
from sim.reading import BUNDLED as SCENARIOS

HEAVY = ("numba", "llvmlite", "matplotlib", "scipy", "pyarrow", "mesa", "numpy", "rich")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def scenario_with(old, new):
    """The text of a bundled scenario with something replaced, under the name ``mine``."""
    text = (SCENARIOS / "b2b_software.yaml").read_text()
    assert old in text
    return text.replace(old, new).replace("name: b2b_software", "name: mine")


def write(text):
    Path("mine.yaml").write_text(text)
    return "mine.yaml"


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
        "assert study.deals == 250_000\nprint('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=HOUSE, check=True)
    assert done.stdout == "False\n"


def test_a_reader_that_stops_reading_is_no_error(tmp_path):
    process = start("policies", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 141, "as a program ended by the signal for a broken pipe"
