"""The answer by scenario: who gains by a late price."""

import math

import pytest
from typer.testing import CliRunner

from experiments.by_scenario import ByScenario, Gain, compared, printed
from experiments.command_line import app
from experiments.named import behind
from experiments.statistics import Interval


def test_gains_are_those_of_the_same_buyers_in_both_arms() -> None:
    row = compared("auto_repair", 3000, 1, {})
    assert row.seller.better == "late"
    assert row.seller.interval.low < row.seller.value < row.seller.interval.high
    assert row.both.value == pytest.approx(row.seller.value + row.buyer.value)
    assert 0 < row.won[0] < row.won[1] < 1
    assert row.asked > 1000


def test_settings_change_what_is_compared() -> None:
    nobody = compared("auto_repair", 1000, 1, {"buyer.price_focus": 0.0, "buyer.shoppers": None})
    assert nobody.asked == 0
    assert math.isnan(nobody.seller.value)
    assert nobody.seller.better == "open"


def test_a_study_stands_for_its_scenario_with_what_its_arms_share() -> None:
    scenario, settings = behind("buyers_who_know", {"buyer.awareness": 0.9})
    assert scenario == "b2b_software"
    assert (settings["buyer.awareness"], settings["buyer.self_knowledge"]) == (0.9, 0.9)
    assert behind("commodity", {}) == ("commodity", {})
    known = compared("buyers_who_know", 20_000, 1, {})
    assert known.scenario == "buyers_who_know"
    assert known.seller.value < compared("b2b_software", 20_000, 1, {}).seller.value


def test_a_row_says_for_whom_which_price_is_better() -> None:
    gains = (Gain(0.1, Interval(0.05, 0.15)), Gain(-0.2, Interval(-0.3, -0.1)), Gain(-0.1, Interval(-0.3, 0.1)))
    told = printed([ByScenario("mine", 1234, (0.5, 0.25), *gains)])
    assert "seller late, buyer early, both open" in told
    assert "+10.0" in told
    assert "(5.0 to 15.0)" in told
    assert "1,234" in told


def test_the_command_tells_the_scenarios_asked_for() -> None:
    done = CliRunner().invoke(app, ["answer", "commodity", "--deals", "1000"])
    assert done.exit_code == 0, done.output
    assert len(done.stdout.splitlines()) == 3
    assert CliRunner().invoke(app, ["answer", "commodities"]).exit_code == 2
