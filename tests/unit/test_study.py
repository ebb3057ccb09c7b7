"""Study files: what is read, what is refused and how, and what a plan's hash depends on."""

from pathlib import Path

import pytest

from experiments import study as study_module
from experiments.checking import checked
from experiments.plan import plan_of
from experiments.study import Study, changed, load_study, scenarios_of, study_names
from sim.faults import Fault
from sim.reading import BUNDLED

RIGHT = """\
schema: 1
name: mine
title: Mine
question: Early or late?
scenario: b2b_software
seed: 0
deals: 500
set: {buyer.adherence: 0.9}
arms:
  early: {set: {seller.price_policy: on_first_ask}}
  late: {label: wait, set: {seller.price_policy: after_needs_analysis, buyer.adherence: 0.8}}
baseline: early
"""


@pytest.fixture
def write(tmp_path):
    """Write the study above with some text replaced, and return its path."""

    def written(*replacements, name="mine.yaml"):
        text = RIGHT
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text)
        return path

    return written


@pytest.mark.parametrize("name", study_names())
def test_every_bundled_study_loads_with_the_scenarios_of_its_arms(name):
    study = load_study(name)
    assert study.name == name
    assert len(scenarios_of(study)) == len(study.arms)


def test_the_default_study_compares_early_with_late_on_the_same_scenario():
    study = load_study("price_timing")
    early, late = scenarios_of(study)
    assert study.baseline == "early"
    assert study.deals >= 100_000
    assert early.seller.price_policy == "on_first_ask"
    assert late.seller.price_policy == "after_needs_analysis"
    assert early.buyer == late.buyer


def test_settings_of_an_arm_go_before_those_of_the_study(write):
    early, late = scenarios_of(load_study(write()))
    assert (early.buyer.adherence, late.buyer.adherence) == (0.9, 0.8)


def test_settings_from_outside_go_before_those_of_every_arm(write):
    study = load_study(write(), {"buyer.adherence": 0.5, "seller.price_policy": "when_confident"})
    for scenario in scenarios_of(study):
        assert (scenario.buyer.adherence, scenario.seller.price_policy) == (0.5, "when_confident")


def test_settings_with_the_prefix_of_the_study_change_the_study(write):
    study = load_study(write(), {"study.deals": 7, "study.rope": 2.5, "study.seed": 3})
    assert (study.deals, study.rope, study.seed) == (7, 2.5, 3)


def test_a_study_made_in_python_takes_the_same_settings(write):
    study = changed(load_study(write()), {"study.deals": 7, "buyer.adherence": 0.5})
    assert study.deals == 7
    assert {scenario.buyer.adherence for scenario in scenarios_of(study)} == {0.5}


def test_changing_a_study_leaves_the_first_one_as_it_was(write):
    study = load_study(write())
    before = study.model_dump_json()
    changed(study, {"study.deals": 7, "buyer.adherence": 0.5})
    assert study.model_dump_json() == before


def test_a_scenario_may_lie_beside_the_study(write, tmp_path, monkeypatch):
    text = (BUNDLED / "b2b_software.yaml").read_text()
    (tmp_path / "own.yaml").write_text(text.replace("name: b2b_software", "name: own"))
    path = write(("scenario: b2b_software", "scenario: own.yaml"))
    monkeypatch.chdir("/")
    assert {scenario.name for scenario in scenarios_of(load_study(path))} == {"own"}


def test_an_arm_is_called_by_its_label_or_else_its_name(write):
    study = load_study(write())
    assert (study.label("early"), study.label("late")) == ("early", "wait")


FAULTS = {
    "unknown key": (("deals: 500", "deels: 500"), ":7", "deels", "did you mean 'deals'"),
    "wrong type": (("deals: 500", "deals: many"), ":7", "whole number"),
    "not a number": (("seed: 0", "seed: .nan"), ":6", "seed"),
    "no deals": (("deals: 500", "deals: 0"), ":7", "deals: 0"),
    "too many deals": (("deals: 500", "deals: 2e10"), ":7", "deals"),
    "negative seed": (("seed: 0", "seed: -1"), ":6", "seed"),
    "duplicate key": (("deals: 500", "deals: 500\ndeals: 600"), ":8", "stands twice"),
    "level above one": (("deals: 500", "deals: 500\nlevel: 95"), ":8", "level: 95"),
    "negative margin": (("deals: 500", "deals: 500\nrope: -1"), ":8", "rope: -1"),
    "baseline that is no arm": (
        ("baseline: early", "baseline: erly"),
        "'erly' is not one of the arms early, late",
    ),
    "label too long": (("label: wait", f"label: {'w' * 25}"), ":11", "label"),
    "another name than the file's": (("name: mine", "name: yours"), "'yours' is not the name of the file"),
    "no arms": ((RIGHT[RIGHT.index("arms:") : RIGHT.index("baseline")], "arms: {}\n"), ":9", "fewer than 1"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_wrong_study_is_refused_with_place_and_reason(write, case):
    replacement, *expected = FAULTS[case]
    with pytest.raises(Fault) as fault:
        load_study(write(replacement))
    for part in expected:
        assert part in str(fault.value)


def test_a_wrong_setting_of_an_arm_is_told_with_the_arm(write):
    study = load_study(write(("price_policy: on_first_ask", "price_policy: on_first_aks")))
    with pytest.raises(Fault) as fault:
        scenarios_of(study)
    assert "arm early" in str(fault.value)
    assert "on_first_aks" in str(fault.value)


def test_an_unknown_study_is_refused_with_the_nearest_name():
    with pytest.raises(Fault, match="did you mean 'price_timing'"):
        load_study("price_timming")


def test_arms_that_sell_other_things_cannot_be_compared(write):
    path = write(("set: {seller.price_policy: on_first_ask}", "set: {currency: USD}"))
    with pytest.raises(Fault, match="arm late: its currency"):
        scenarios_of(load_study(path))


def test_checking_tells_a_study_from_a_scenario(write):
    assert checked(str(write())).startswith("study mine (scenario b2b_software; arms early, late; 500 deals")
    assert checked("b2b_software").startswith("scenario b2b_software (")
    assert checked("price_timing").startswith("study price_timing")


def test_seed_0_is_a_seed_and_none_draws_one(write):
    assert plan_of(write()).seed == 0
    for text in ("seed: null\n", ""):
        path = write(("seed: 0\n", text))
        first, second = plan_of(path), plan_of(path)
        assert first.seed != second.seed
        assert first.hash != second.hash


def test_the_same_study_has_the_same_hash_wherever_it_lies(write, tmp_path):
    first = plan_of(write())
    (tmp_path / "elsewhere").mkdir()
    second = plan_of(write().rename(tmp_path / "elsewhere" / "mine.yaml"))
    assert first.hash == second.hash


@pytest.mark.parametrize(
    "overrides",
    [
        {"study.seed": 1},
        {"study.deals": 501},
        {"buyer.adherence": 0.7},
        {"study.level": 0.9},
        {"study.title": "New"},
    ],
)
def test_whatever_changes_the_result_changes_the_hash(write, overrides):
    assert plan_of(write()).hash != plan_of(write(), overrides).hash


def test_the_identity_of_a_plan_holds_no_path(write, tmp_path):
    text = (BUNDLED / "b2b_software.yaml").read_text()
    (tmp_path / "own.yaml").write_text(text.replace("name: b2b_software", "name: own"))
    plan = plan_of(write(("scenario: b2b_software", "scenario: ./own.yaml")))
    assert str(tmp_path) not in str(plan.identity)
    assert plan.identity["study"]["scenario"] == "own"


def test_every_setting_of_a_study_says_what_it_means():
    for model in (Study, study_module.Arm):
        for name, field in model.model_fields.items():
            assert field.description, name


def test_bundled_studies_lie_where_they_are_looked_for():
    assert Path(study_module.BUNDLED, "price_timing.yaml").is_file()
