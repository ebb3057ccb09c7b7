"""The bundled scenarios load, keep their promises, and say of every number what it is and whence it comes."""

import doctest
import re
from pathlib import Path

import pytest

from sim.reading import load_scenario, scenario_names

FOLDER = Path(__file__).parents[2] / "scenarios"
NUMBER = re.compile(r"[:\[,]\s*[-+.]?\d")
SOURCE = re.compile(r"ASSUMPTION|CALIBRATED|\[[A-Z][A-Za-z]+\d{4}\]")
MEANING = re.compile(r"[A-Za-z]{3}")
CITED = {"Backus2020", "Bajari2014", "Larsen2021"}


def numbers_with_their_remarks(text: str) -> list[tuple[int, str, str]]:
    """Line number, setting and remark of every line that holds a number.

    The remark stands on the line, or on a line of its own directly above; the version of the file's form is
    not a number in this sense.
    """
    found = []
    lines = text.splitlines()
    for index, line in enumerate(lines):
        setting, _, remark = line.partition(" #")
        if setting.lstrip().startswith(("#", "schema:")) or not NUMBER.search(setting):
            continue
        above = lines[index - 1].strip()
        found.append((index + 1, setting, remark or (above if above.startswith("#") else "")))
    return found


def names_meaning_and_source(remark: str) -> bool:
    source = SOURCE.search(remark)
    return source is not None and MEANING.search(remark.replace(source.group(), "")) is not None


@pytest.mark.parametrize(
    ("line", "is_fine"),
    [
        ("a: 1 # share; ASSUMPTION", True),
        ("a: 1 # share; 0.3 in [Larsen2021]", True),
        ("# shares; ASSUMPTION\na: {b: 1, c: .5}", True),
        ("a: 1 # share; CALIBRATED", True),
        ("a: 1 # ASSUMPTION", False),
        ("a: 1 # a share", False),
        ("a: 1", False),
        ("# shares; ASSUMPTION\n\na: {b: 1}", False),
        ("a: {b: -2}", False),
    ],
)
def test_the_check_of_remarks_tells_good_from_bad(line: str, is_fine: bool) -> None:
    ((_, _, remark),) = numbers_with_their_remarks(line)
    assert names_meaning_and_source(remark) is is_fine


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_number_says_what_it_is_and_whence_it_comes(path: Path) -> None:
    numbers = numbers_with_their_remarks(path.read_text(encoding="utf-8"))
    assert len(numbers) > 40
    bare = [
        f"{path.name}:{line}  {setting}" for line, setting, remark in numbers if not names_meaning_and_source(remark)
    ]
    assert bare == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_only_works_with_known_figures_are_cited(path: Path) -> None:
    cited = set(re.findall(r"\[([A-Z][A-Za-z]+\d{4})\]", path.read_text(encoding="utf-8")))
    assert cited <= CITED


@pytest.mark.parametrize("name", scenario_names())
def test_every_bundled_scenario_loads(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.question.endswith("?")


@pytest.mark.parametrize("name", scenario_names())
def test_every_need_can_be_met_and_every_solution_meets_one(name: str) -> None:
    scenario = load_scenario(name)
    covered = {need for solution in scenario.solutions.values() for need, share in solution.covers.items() if share}
    assert covered == set(scenario.needs)
    assert all(any(solution.covers.values()) for solution in scenario.solutions.values())


def test_the_software_market_has_six_needs_and_four_solutions_priced_in_four_ways() -> None:
    scenario = load_scenario("b2b_software")
    assert len(scenario.needs) == 6
    assert len(scenario.solutions) == 4
    assert len({solution.pricing.model for solution in scenario.solutions.values()}) == 4


def test_the_software_market_has_a_mean_full_worth_of_100_and_a_mean_presence_of_six_tenths() -> None:
    needs = load_scenario("b2b_software").needs.values()
    assert sum(need.present * need.worth.mean for need in needs) == pytest.approx(100)
    assert sum(need.present for need in needs) / len(needs) == pytest.approx(0.6)


def test_the_software_market_has_patient_and_impatient_buyers() -> None:
    patience = load_scenario("b2b_software").buyer.patience
    assert 0 < patience.impatient_share < 1
    assert patience.impatient < patience.patient


def test_the_repair_s_cost_follows_a_fault_that_nobody_knows_before_a_look() -> None:
    scenario = load_scenario("auto_repair")
    assert 0.6 <= scenario.need_cost <= 0.8
    assert scenario.conversation.latent > 0.9
    assert scenario.buyer.self_knowledge < 0.3
    assert scenario.quotes == "binding"


def test_a_repair_pays_for_every_fault_of_typical_worth() -> None:
    scenario = load_scenario("auto_repair")
    visits = 2 * (scenario.seller.contact_cost + scenario.buyer.contact_cost)
    for name, need in scenario.needs.items():
        gains = [
            solution.covers.get(name, 0) * need.worth.mean * (1 - scenario.need_cost) - solution.base_cost
            for solution in scenario.solutions.values()
        ]
        assert max(gains) > visits, name


def test_the_examples_in_the_scenarios_readme_run() -> None:
    outcome = doctest.testfile(str(FOLDER / "README.md"), module_relative=False, encoding="utf-8")
    assert outcome.attempted > 0
    assert outcome.failed == 0
