"""What docs/validation.md reports: every fact with its sources, and a calibration that can be run again.

After a change that changes answers, write the calibration anew (minutes), and read what changed:

    uv run pytest tests/end_to_end/test_validation_document.py -m slow --rewrite
"""

import pytest
from documented import HOUSE, section, with_section
from typer.testing import CliRunner

from experiments.command_line import app
from experiments.manifest import processors
from experiments.sensitivity import RANGES, as_markdown, morris
from experiments.validation import FACTS
from experiments.validation.calibration import PLANS
from experiments.validation.field import Field
from experiments.validation.findings import jackknifed

DOCUMENT = HOUSE / "docs/validation.md"


def document() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_every_fact_is_reported_with_its_class_use_and_sources(fact) -> None:
    row = next(line for line in section(document(), "facts").splitlines() if f"**{fact.says}**" in line)
    assert f"| {fact.kind}, **{fact.use}** |" in row
    assert all(f"[{source}]" in row for source in fact.sources)


def test_the_calibrated_study_is_in_range_on_every_fact_it_was_calibrated_on() -> None:
    plan, field = PLANS["b2b_software"], Field.named("price_timing_calibrated", 20_000, 1, {}, processors())
    assert set(plan.ranges) == set(field.settings)
    for aim in plan.aims:
        observed, variance = jackknifed(aim.statistic, field.rows)
        assert aim.target.low - 4 * variance**0.5 <= observed <= aim.target.high + 4 * variance**0.5, aim.name


@pytest.mark.slow
def test_the_calibration_reported_is_what_its_command_prints(rewrite: bool) -> None:
    done = CliRunner().invoke(app, ["calibrate", "b2b_software"])
    assert done.exit_code == 0, done.output
    content = f"```\n{done.stdout.strip()}\n```"
    if rewrite:
        DOCUMENT.write_text(with_section(document(), "calibration", content), encoding="utf-8", newline="")
    assert section(document(), "calibration") == content


@pytest.mark.slow
def test_the_rivals_reported_are_what_their_command_prints(rewrite: bool) -> None:
    done = CliRunner().invoke(app, ["rivals", "b2b_software"])
    assert done.exit_code == 0, done.output
    content = f"```\n{done.stdout.rstrip()}\n```"
    if rewrite:
        DOCUMENT.write_text(with_section(document(), "rivals", content), encoding="utf-8", newline="")
    assert section(document(), "rivals") == content


@pytest.mark.slow
def test_the_sensitivity_reported_is_what_its_command_finds(rewrite: bool) -> None:
    found = morris("b2b_software", RANGES, 10_000, (1, 2), 4, workers=processors())
    content = as_markdown(found)
    if rewrite:
        DOCUMENT.write_text(with_section(document(), "sensitivity", content), encoding="utf-8", newline="")
    assert section(document(), "sensitivity") == content
