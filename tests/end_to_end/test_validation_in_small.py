"""The whole of validation in small, as people call it: all facts and rival rules, with few deals.

With so few deals intervals are wide: what it can see is that everything is measured, and that no sign contradicts the
one that docs/validation.md reports from many.
"""

import json

import pytest
from documented import HOUSE, section
from typer.testing import CliRunner

from experiments.command_line import app
from experiments.validation import FACTS, rivals
from experiments.validation.findings import Verdict

DEALS = 2000
NOT_IN_SMALL = {13}
"""Facts that need more deals than are played here: sellers with 500 leads each."""


@pytest.fixture(scope="module")
def told() -> tuple[int, dict]:
    done = CliRunner().invoke(app, ["validate", "--deals", str(DEALS), "--json"])
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture(scope="module")
def reported() -> dict[int, list[list[str]]]:
    """The cells of the document's table of each fact: what, target, observed, interval, verdict."""
    number, found = 0, {}
    for line in section((HOUSE / "docs/validation.md").read_text(encoding="utf-8"), "facts").splitlines():
        cells = [cell.strip(" *") for cell in line.strip("|").split("|")]
        if cells[0].isdecimal():
            number = int(cells[0])
        elif number:
            found.setdefault(number, []).append(cells[1:])
    return found


def test_validation_in_small_says_what_the_document_says(told, reported) -> None:
    """One test, so that the facts are measured once."""
    status, report = told
    everything_is_measured(report, reported)
    no_sign_contradicts(report, reported)
    assert status == int(any(fact["refuted"] for fact in report["facts"]))


def everything_is_measured(report, reported) -> None:
    assert [fact["number"] for fact in report["facts"]] == [fact.number for fact in FACTS] == sorted(reported)
    for fact in report["facts"]:
        rows = reported[fact["number"]]
        assert [finding["what"] for finding in fact["findings"]] == [row[0] for row in rows]
        for finding, row in zip(fact["findings"], rows, strict=True):
            if fact["number"] not in NOT_IN_SMALL and row[-1] != Verdict.NOT_MEASURED:
                assert finding["verdict"] != Verdict.NOT_MEASURED, finding
                low, high = finding["interval"]
                assert low <= finding["observed"] <= high


def no_sign_contradicts(report, reported) -> None:
    contradictions = {(Verdict.HIT, Verdict.WRONG_SIGN), (Verdict.WRONG_SIGN, Verdict.HIT)}
    for fact in report["facts"]:
        for finding, row in zip(fact["findings"], reported[fact["number"]], strict=True):
            if None in finding["target"] and row[1] != "not more than 0":
                assert (finding["verdict"], row[-1]) not in contradictions, finding


def test_rivals_are_told_in_a_table_that_can_be_read(monkeypatch) -> None:
    known = rivals.rivals

    def two_rules(field):
        """The scenario, and the first rival whose setting has parts of its own."""
        as_it_stands, *others = known(field)
        return as_it_stands, next(each for each in others if any(isinstance(v, dict) for v in each.settings.values()))

    monkeypatch.setattr(rivals, "rivals", two_rules)
    monkeypatch.setattr("experiments.validation.offers.MOST_TALKS", 8)
    done = CliRunner().invoke(app, ["rivals", "--deals", "1000"])
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 120
    assert [line.split()[-2:] for line in lines if line.startswith("fact ")] == [["hit", "wrong"]]
    assert sum(line.startswith("quotes ") for line in lines) == 1
