"""Three ways to build the answer in unnoticed, each put in by hand, and caught by a test of this folder.

The faults are put into a copy of the project, and the tests that guard against them are run there. Every fault looks
plausible, and each decided the question by itself where it slipped in.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.long

HOUSE = Path(__file__).parents[2]
ROOMS = ("agents", "sim", "scenarios", "experiments", "tests")
AFTERWARDS = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NUMBA"))}

MOMENT = (
    "tests/theory/test_null_worlds.py::test_where_nothing_can_be_learnt_the_moment_of_the_price_changes_nothing"
    "[alternating_offers-revisable-no signal]"
)
PRICE = "tests/theory/test_first_prices.py::test_the_first_price_earns_nearly_what_the_best_posted_price_does"


class Fault(NamedTuple):
    """A text that stands once in a file, what to put in its place, and the tests that must see it."""

    file: str
    text: str
    fault: str
    guards: tuple[str, ...]


FAULTS = {
    "a number is judged harshly only when it is early": Fault(
        "sim/steps/numbers.py",
        "    return chance >= probability_of_leaving_over(price, limit, sale.world.shock)\n",
        "    shock = sale.world.shock if sale.deal.questions == 0 else 0.0\n"
        "    return chance >= probability_of_leaving_over(price, limit, shock)\n",
        (MOMENT,),
    ),
    "an early quoter does not know that buyers under-perceive": Fault(
        "sim/setting.py",
        "    segment = simulate_segment(world, buyer)\n    _believe(world, buyer, segment)\n",
        "    imagined = buyer.copy()\n    imagined['awareness'] = 1.0\n"
        "    segment = simulate_segment(world, imagined)\n    _believe(world, imagined, segment)\n",
        (f"{PRICE}[buyers who see less than there is]",),
    ),
    "a quote ignores that thin margins are not signed": Fault(
        "sim/price_lists.py",
        '        float(world["signing_bias"][0]),\n        float(world["signing_uncertainty_bias"][0]),\n'
        '        float(world["signing_spread"][0]),\n',
        "        0.0,\n        0.0,\n        0.0,\n",
        (
            f"{PRICE}[a strong bias against thin margins]",
            f"{PRICE}[a strong bias against uncertain margins]",
        ),
    ),
}
UNTOUCHED = "nothing"


def copy_of_the_project(folder: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(HOUSE / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOUSE / "pyproject.toml", folder)
    return folder


def put_in(fault: Fault, project: Path) -> None:
    path = project / fault.file
    text = path.read_text(encoding="utf-8")
    assert text.count(fault.text) == 1, f"what was to be changed no longer stands in {fault.file}"
    path.write_text(text.replace(fault.text, fault.fault), encoding="utf-8")


def run(project: Path, guards: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run some tests of the project, or of a copy, with compiled code of its own."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "--no-header", *guards]
    own = {} if project == HOUSE else {"XDG_CACHE_HOME": str(project / "cache")}
    environment = {**AFTERWARDS, **own, "PYTHONDONTWRITEBYTECODE": "1"}
    told = {"capture_output": True, "text": True}
    return subprocess.run(command, cwd=project, env=environment, check=False, timeout=800, **told)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """The guards' runs by fault, two at a time since each compiles anew."""
    every_guard = tuple(guard for fault in FAULTS.values() for guard in fault.guards)
    projects = {name: copy_of_the_project(tmp_path_factory.mktemp("project")) for name in FAULTS}
    for name, fault in FAULTS.items():
        put_in(fault, projects[name])
    with ThreadPoolExecutor(2) as pool:
        waiting = {name: pool.submit(run, projects[name], fault.guards) for name, fault in FAULTS.items()}
        waiting[UNTOUCHED] = pool.submit(run, HOUSE, every_guard)
        return {name: future.result() for name, future in waiting.items()}


def test_the_guards_hold_where_there_is_no_fault(runs: dict[str, subprocess.CompletedProcess[str]]) -> None:
    """Else they would fail below for whatever reason."""
    done = runs[UNTOUCHED]
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


@pytest.mark.parametrize("name", FAULTS)
def test_a_guard_sees_the_fault(name: str, runs: dict[str, subprocess.CompletedProcess[str]]) -> None:
    done = runs[name]
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{len(FAULTS[name].guards)} failed" in done.stdout, "each of its guards"
    failures = [line for line in done.stdout.splitlines() if line.startswith("E  ")]
    assert any("assert" in line for line in failures), "by what it asserts, and by nothing else"
    assert not any("Error" in line and "AssertionError" not in line for line in failures)
