"""Sweeps, constraints and extended studies: which cells there are, and what is refused and how."""

import json
import math
from collections import Counter

import pytest

from experiments.expressions import holds, parsed
from experiments.plan import plan_of
from experiments.starting import begin, schema_of
from experiments.study import load_study
from sim.faults import Fault
from sim.reading import load_scenario

HEAD = """\
schema: 1
name: mine
title: Mine
question: Early or late?
scenario: b2b_software
seed: 0
deals: 500
baseline: early
arms:
  early: {set: {seller.price_policy: on_first_ask}}
  late: {set: {seller.price_policy: after_needs_analysis}}
"""
RANGES = "ranges: {buyer.awareness: {low: 0.5, high: 1}, seller.max_questions: {low: 4, high: 9, scale: whole}}"


@pytest.fixture
def write(tmp_path):
    def written(more, name="mine.yaml", head=HEAD):
        path = tmp_path / name
        path.write_text(head + more)
        return path

    return written


def cells(path):
    return [dict(cell.settings) for cell in plan_of(path).cells]


def test_a_grid_has_every_combination_and_its_last_path_varies_fastest(write):
    found = cells(write("sweep: {grid: {buyer.awareness: [0.5, 1], seller.markup: [0, 0.1, 0.2]}}\n"))
    assert len(found) == 6
    assert [cell["buyer.awareness"] for cell in found] == [0.5] * 3 + [1] * 3
    assert [cell["seller.markup"] for cell in found] == [0, 0.1, 0.2] * 2


def test_listed_and_zipped_cells_are_those_that_stand_there(write):
    assert cells(write("sweep: {list: [{buyer.awareness: 0.5}, {seller.markup: 0.2}]}\n")) == [
        {"buyer.awareness": 0.5},
        {"seller.markup": 0.2},
    ]
    zipped = cells(write("sweep: {zip: {buyer.awareness: [0.5, 1], seller.markup: [0, 0.1]}}\n"))
    assert zipped == [{"buyer.awareness": 0.5, "seller.markup": 0}, {"buyer.awareness": 1, "seller.markup": 0.1}]


def test_a_latin_hypercube_has_one_point_in_each_part_of_each_range(write):
    found = cells(write(f"sweep: {{latin_hypercube: {{points: 12, seed: 3, {RANGES}}}}}\n"))
    parts = Counter(math.floor((cell["buyer.awareness"] - 0.5) / 0.5 * 12) for cell in found)
    assert parts == dict.fromkeys(range(12), 1)
    assert Counter(cell["seller.max_questions"] for cell in found) == dict.fromkeys(range(4, 10), 2)


def test_a_sobol_sequence_has_one_point_in_each_half_and_quarter(write):
    found = cells(write(f"sweep: {{sobol: {{points: 8, {RANGES}}}}}\n"))
    assert Counter(math.floor((cell["buyer.awareness"] - 0.5) * 16) for cell in found) == dict.fromkeys(range(8), 1)


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_drawn_designs_depend_on_their_own_seed_and_on_nothing_else(write, design):
    def drawn(seed, overrides):
        plan = plan_of(write(f"sweep: {{{design}: {{points: 4, seed: {seed}, {RANGES}}}}}\n"), overrides)
        return [dict(cell.settings) for cell in plan.cells]

    assert drawn(0, {}) == drawn(0, {"study.seed": 5})
    assert drawn(0, {}) != drawn(1, {})


def test_a_logarithmic_range_is_even_in_the_logarithm(write):
    ranges = "ranges: {conversation.answer_noise: {low: 1, high: 10000, scale: logarithmic}}"
    found = [cell["conversation.answer_noise"] for cell in cells(write(f"sweep: {{sobol: {{points: 4, {ranges}}}}}\n"))]
    assert sorted(math.floor(math.log10(value)) for value in found) == [0, 1, 2, 3]


def test_the_scenarios_of_a_cell_have_its_settings_in_every_arm(write):
    plan = plan_of(write("sweep: {grid: {buyer.awareness: [0.5, 1]}}\n"))
    for cell in plan.cells:
        for arm, scenario in zip(plan.arms, cell.scenarios, strict=True):
            policy = {"early": "on_first_ask", "late": "after_needs_analysis"}[arm]
            wanted = {**cell.settings, "seller.price_policy": policy}
            assert scenario == load_scenario("b2b_software", wanted)


def test_constraints_leave_cells_out_and_the_others_keep_their_numbers(write):
    text = "sweep: {grid: {buyer.awareness: [0.2, 0.6, 1], buyer.adherence: [0.5, 0.9]}}\n"
    plan = plan_of(write(text + 'constraints: ["buyer.awareness > buyer.adherence", "seller.max_questions < 1e3"]\n'))
    assert [cell.number for cell in plan.cells] == [2, 4, 5]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a.b < 2", True),
        ("a.b + 1 == 2 and not (c > 3 or c < 1)", True),
        ("1 < c <= 2", True),
        ("-a.b * 2 / c >= 0", False),
        ("max(a.b, c) == 2", True),
        ("d == 'linear'", True),
    ],
)
def test_constraints_are_arithmetic_and_comparison(text, wanted):
    assert holds(text, {"a.b": 1, "c": 2, "d": "linear"}.__getitem__) is wanted


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true') == 0",
        "a.b",
        "a <",
        "(lambda: 1)() == 1",
        "[x for x in a] == 1",
        "a ** 9 > 1",
        "a[0] > 1",
        "open('x') == 1",
        "f'{a}' == 1",
        "a is b",
        "1 < " + "(" * 300 + "a" + ")" * 300,
        "a" + " + a" * 150 + " > 1",
    ],
)
def test_anything_else_is_no_constraint(text):
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


FAULTS = {
    "no design": ("sweep: {}\n", ":12", "has no design"),
    "two designs": ("sweep: {grid: {seller.markup: [1]}, list: [{seller.markup: 1}]}\n", "has grid and list"),
    "unequal lists": ("sweep: {zip: {a: [1], b: [1, 2]}}\n", "different lengths: a 1, b 2"),
    "unknown path": ("sweep: {grid: {buyer.awarenes: [0.5]}}\n", "buyer.awarenes", "did you mean 'buyer.awareness'"),
    "value out of range": ("sweep: {grid: {buyer.awareness: [0.5, 50]}}\n", "buyer.awareness: 50 is not between"),
    "range upside down": (
        "sweep: {sobol: {points: 4, ranges: {a: {low: 2, high: 1}}}}\n",
        "low 2 is not below high 1",
    ),
    "no logarithm": (
        "sweep: {sobol: {points: 4, ranges: {a: {low: 0, high: 1, scale: logarithmic}}}}\n",
        "has no logarithm",
    ),
    "swept and set": ("sweep: {grid: {seller.price_policy: [on_first_ask]}}\n", "arm early", "is swept"),
    "constraint that is none": ("constraints: [eval(1)]\n", ":12", "'eval(1)' is not understood"),
    "constraint on nothing": (
        "constraints: [buyer.awarenes > 1]\n",
        "no setting 'buyer.awarenes'",
        "did you mean 'buyer.awareness'",
    ),
    "constraints that leave nothing": ("constraints: [buyer.awareness > 99]\n", "rule out every cell"),
    "precision of nothing": ("precision: {half_width: 1, quantity: profit}\n", "'profit' is not a quantity"),
    "precision of zero": ("precision: {half_width: 0}\n", ":12", "precision.half_width: 0"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_wrong_sweep_is_refused_with_place_and_reason(write, case):
    text, *expected = FAULTS[case]
    with pytest.raises(Fault) as fault:
        plan_of(write(text))
    for part in expected:
        assert part in str(fault.value)


def test_all_faults_of_all_cells_and_arms_are_told_at_once_and_each_once(write):
    text = "sweep: {grid: {buyer.awareness: [0.5, 50, 60], buyer.adherence: [0.5, 7]}}\n"
    with pytest.raises(Fault) as fault:
        plan_of(write(text))
    lines = str(fault.value).splitlines()
    assert len(lines) == 3
    assert {line.split(": ")[1].split(" is")[0] for line in lines} == {"50", "60", "7"}


def test_a_study_may_extend_another_which_it_differs_from(write, tmp_path):
    write(
        "set: {buyer.adherence: 0.9}\nsweep: {grid: {buyer.awareness: [0.5]}}\n",
        "base.yaml",
        HEAD.replace("mine", "base"),
    )
    own = (
        "name: mine\nextends: base.yaml\ndeals: 7\nset: {seller.markup: 0.2}\nsweep: {list: [{buyer.awareness: 0.6}]}\n"
    )
    study = load_study(write(own, head=""))
    assert (study.name, study.deals, study.title, study.extends) == ("mine", 7, "Mine", None)
    assert study.set == {"buyer.adherence": 0.9, "seller.markup": 0.2}
    assert cells(tmp_path / "mine.yaml") == [{"buyer.awareness": 0.6}]


def test_paths_in_an_extended_study_are_from_its_own_file(write, tmp_path):
    (tmp_path / "there").mkdir()
    text = begin(tmp_path / "there" / "own.yaml", "scenario").read_text()
    assert "name: own\n" in text
    write("", "there/base.yaml", HEAD.replace("mine", "base").replace("b2b_software", "own.yaml"))
    path = write("name: mine\nextends: there/base.yaml\n", head="")
    assert plan_of(path).scenarios[0].name == "own"


@pytest.mark.parametrize(
    ("base", "own", "expected"),
    [
        ("extends: price_timing\n", "base.yaml", "one level"),
        ("", "mine.yaml", "cannot extend itself"),
        ("", "nowhere.yaml", "there is no such file"),
        ("", "price_timming", "did you mean 'price_timing'"),
        ("deels: 5\n", "base.yaml", "base.yaml:12"),
    ],
)
def test_a_wrong_extension_is_told(write, base, own, expected):
    write(base, "base.yaml", HEAD.replace("mine", "base"))
    with pytest.raises(Fault) as fault:
        load_study(write(f"name: mine\nextends: {own}\n", head=""))
    assert expected in str(fault.value)


def test_a_study_that_was_begun_runs_as_it_is_and_nothing_is_overwritten(tmp_path):
    path = begin(tmp_path / "new.yaml", "study")
    assert len(plan_of(path).cells) == 6
    path.write_text("mine")
    with pytest.raises(Fault, match="is there already"):
        begin(path, "study")
    assert path.read_text() == "mine"
    with pytest.raises(Fault, match="is no name"):
        begin(tmp_path / "New Study.yaml", "study")


@pytest.mark.parametrize("kind", ["study", "scenario"])
def test_the_schema_names_every_setting_with_its_meaning(kind):
    schema = schema_of(kind)
    json.dumps(schema)
    assert all(part.get("description") for part in schema["properties"].values())
    assert "schema" in schema["properties"], "names are those of the files"


def test_a_schema_checks_what_zopa_reads_and_refuses_what_it_refuses():
    import jsonschema

    from experiments.study import BUNDLED
    from sim.reading import read_settings

    values = read_settings(BUNDLED / "price_timing.yaml").values
    jsonschema.validate(values, schema_of("study"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**values, "deels": 1}, schema_of("study"))
