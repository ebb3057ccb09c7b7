"""What docs/validation.md reports: every fact with its sources, and a calibration that can be run again.

After a change that changes answers, write the calibration anew (minutes), and read what changed:

    uv run pytest tests/end_to_end/test_validation_document.py -m slow --rewrite
"""

import csv
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documented import HOUSE, section, with_section
from typer.testing import CliRunner

from experiments.command_line import app
from experiments.manifest import processors
from experiments.sensitivity import Index, as_markdown
from experiments.validation import FACTS
from experiments.validation.calibration import PLANS, judged
from experiments.validation.field import Field
from sim.reading import load_scenario, scenario_names

DOCUMENT = HOUSE / "docs/validation.md"
PICTURE = HOUSE / "docs/pictures/sensitivity.png"


def document() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_every_fact_is_reported_with_its_class_use_and_sources(fact) -> None:
    row = next(line for line in section(document(), "facts").splitlines() if f"**{fact.says}**" in line)
    assert f"| {fact.kind}, **{fact.use}** |" in row
    assert all(f"[{source}]" in row for source in fact.sources)


PLAN = PLANS["b2b_software"]


def test_the_calibrated_scenario_is_in_range_on_every_fact_it_was_calibrated_on() -> None:
    field = Field("b2b_software", 32_768, 11, {}, processors())
    seen = judged(field, PLAN, as_it_stands())
    for aim, value in zip(PLAN.all_aims, seen, strict=True):
        assert aim.target.low <= value <= aim.target.high, aim.name


def test_the_numbers_called_calibrated_are_those_that_the_document_reports() -> None:
    reported = dict(re.findall(r"^([a-z_.]+) .* (\S+)$", section(document(), "calibration"), re.MULTILINE))
    scenario = (HOUSE / "scenarios/b2b_software.yaml").read_text(encoding="utf-8")
    assert scenario.count("; CALIBRATED") == len(PLAN.ranges)
    assert {path: float(reported[path]) for path in PLAN.ranges} == {path: standing(path) for path in PLAN.ranges}


@pytest.mark.parametrize("name", sorted(set(scenario_names()) - {"b2b_software"}))
def test_no_other_scenario_calls_a_number_calibrated(name: str) -> None:
    assert "CALIBRATED" not in (HOUSE / f"scenarios/{name}.yaml").read_text(encoding="utf-8")


def as_it_stands() -> np.ndarray:
    """The point of the plan at which the scenario's file is."""
    return np.array([(standing(path) - low) / (high - low) for path, (low, high) in PLAN.ranges.items()])


def standing(path: str) -> float:
    """A number of the scenario's file."""
    value: Any = load_scenario("b2b_software")
    for name in path.split("."):
        value = getattr(value, name)
    return float(value)


@pytest.mark.slow
def test_the_calibration_reported_is_what_its_command_prints(rewrite: bool) -> None:
    done = CliRunner().invoke(app, ["calibrate", "b2b_software"])
    assert done.exit_code == 0, done.output
    content = f"```\n{done.stdout.strip()}\n```"
    if rewrite:
        DOCUMENT.write_text(with_section(document(), "calibration", content), encoding="utf-8", newline="")
    assert section(document(), "calibration") == content


@pytest.mark.slow
def test_the_sensitivity_reported_is_what_its_command_finds(rewrite: bool, tmp_path: Path) -> None:
    drawn = tmp_path / PICTURE.name
    done = CliRunner().invoke(app, ["sensitivity", "b2b_software", "--figure", str(drawn)])
    assert done.exit_code == 0, done.output
    if rewrite:
        shutil.copy(drawn, PICTURE)
        shutil.copy(drawn.with_suffix(".csv"), PICTURE.with_suffix(".csv"))
        table = as_markdown(indices_of(PICTURE.with_suffix(".csv")))
        DOCUMENT.write_text(with_section(document(), "sensitivity", table), encoding="utf-8", newline="")
    assert drawn.with_suffix(".csv").read_bytes() == PICTURE.with_suffix(".csv").read_bytes()


def test_the_table_of_sensitivity_is_that_of_the_data_behind_its_picture() -> None:
    assert section(document(), "sensitivity") == as_markdown(indices_of(PICTURE.with_suffix(".csv")))


def indices_of(file: Path) -> list[Index]:
    """The indices that were written beside a picture."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    return [
        Index(outcome, setting, *(float(number or "nan") for number in numbers)) for outcome, setting, *numbers in rows
    ]
