"""Sensitivity of the answer: indices of functions whose indices are known, and of the engine itself."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments import sensitivity
from experiments.command_line import app
from experiments.figures.sensitivity import save_sensitivity
from experiments.sensitivity import OUTCOMES, RANGES, as_markdown, difference, morris, pair_in, printed, sobol
from sim.faults import Fault
from sim.outcome import OUTCOME
from sim.reading import load_scenario

UNIT = {"forces.shock": (0.0, 1.0), "forces.border": (0.0, 0.9), "forces.stall": (0.0, 1.0)}


@pytest.fixture
def linear(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of play: 3 x + y + 0 z for the first outcome, x for the second, 1 for the third."""

    def one(self: sensitivity._Played, point: np.ndarray, seed: int) -> tuple[float, float, float]:
        return (3 * point[0] + point[1] / 0.9, point[0], 1.0)

    monkeypatch.setattr(sensitivity._Played, "_one", one)


@pytest.mark.usefixtures("linear")
def test_morris_finds_the_slopes_of_a_straight_line() -> None:
    found = morris("b2b_software", UNIT, 1000, (1, 2), 6)
    first = found.of(OUTCOMES[0])
    assert [index.setting for index in first] == list(UNIT)
    assert [index.strength for index in first] == pytest.approx([3, 1, 0], abs=1e-3)
    assert [index.direction for index in first] == pytest.approx([3, 1, 0], abs=1e-3)
    assert max(index.other for index in first) < 1e-3
    assert found.answers.shape == (2, 6 * (len(UNIT) + 1), len(OUTCOMES))


@pytest.mark.usefixtures("linear")
def test_sobol_divides_the_variance_of_a_straight_line() -> None:
    found = sobol("b2b_software", UNIT, 1000, (1, 2), 256)
    shares = {index.setting: (index.strength, index.other) for index in found.of(OUTCOMES[0])}
    assert shares["forces.shock"] == pytest.approx((0.9, 0.9), abs=0.05)
    assert shares["forces.border"] == pytest.approx((0.1, 0.1), abs=0.05)
    assert shares["forces.stall"] == pytest.approx((0, 0), abs=0.01)


def test_sobol_takes_powers_of_two_only() -> None:
    with pytest.raises(Fault, match="no power of two"):
        sobol("b2b_software", UNIT, 1000, (1,), 12)


def test_the_difference_is_taken_over_buyers_who_asked_in_both_arms() -> None:
    rows = np.zeros((2, 3), OUTCOME)
    rows["asked_first"] = [[True, True, False], [True, False, False]]
    rows["seller_profit"], rows["contacts"], rows["buyer_surplus"] = [[1, 9, 9], [4, 9, 9]], [[2], [4]], [[5], [3]]
    assert difference(rows) == pytest.approx((3, 4 / 4 - 1 / 2, -2))
    rows["asked_first"] = False
    assert difference(rows) == (0, 0, 0)


def test_what_is_varied_by_itself_are_settings_within_their_bounds() -> None:
    for end in range(2):
        load_scenario("b2b_software", {path: ends[end] for path, ends in RANGES.items()})
    assert RANGES["forces.refusal_exit"] == (0.0, 0.3)


def test_a_played_analysis_sees_what_refusals_cost_the_late_seller() -> None:
    ranges = {"forces.refusal_exit": (0.0, 0.9), "conversation.contact_hours": (1.0, 4.0)}
    found = morris("b2b_software", ranges, 6000, (1,), 2)
    strongest, nothing = found.of(OUTCOMES[0])
    assert strongest.setting == "forces.refusal_exit"
    assert strongest.direction < 0
    assert nothing.strength == 0
    assert "early gains" in printed(found, "euros")


def test_a_study_is_compared_by_its_own_arms_with_its_own_settings(tmp_path: Path) -> None:
    file = tmp_path / "haste.yaml"
    file.write_text(
        "{schema: 1, name: haste, title: Haste, question: Who, scenario: b2b_software, deals: 10, baseline: calm,\n"
        " set: {buyer.awareness: 0.7},\n"
        " arms: {hasty: {label: in haste, set: {seller.price_policy: on_first_ask}}, calm: {}}}\n"
    )
    pair = pair_in(str(file))
    one, other = pair.scenarios({"forces.shock": 0.5})
    assert pair.labels == ("calm", "in haste")
    assert (one.buyer.awareness, one.forces.shock, other.forces.shock) == (0.7, 0.5, 0.5)
    assert other.seller.price_policy == "on_first_ask" != one.seller.price_policy
    told = printed(morris(pair, {"forces.refusal_exit": (0.0, 0.9)}, 1000, (1,), 2), "euros")
    assert "profit per prospect, in haste less calm, euros" in told
    assert "in haste gains" in told or "calm gains" in told
    with pytest.raises(Fault, match="it is what in haste sets"):
        morris(pair, {"seller.price_policy": (0.0, 1.0)}, 1000, (1,), 2)


@pytest.mark.usefixtures("linear")
def test_a_figure_is_written_once_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "sensitivity.png"
    save_sensitivity(path, morris("b2b_software", UNIT, 1000, (1,), 2), "A title", "euros")
    assert path.read_bytes().startswith(b"\x89PNG")
    data = path.with_suffix(".csv")
    assert len(data.read_text().splitlines()) == 1 + len(UNIT) * len(OUTCOMES)
    before = path.read_bytes()
    done = CliRunner().invoke(app, ["sensitivity", "--figure", str(path)])
    assert done.exit_code == 2
    assert "another name" in done.output
    assert path.read_bytes() == before
    path.unlink()
    done = CliRunner().invoke(app, ["sensitivity", "--figure", str(path)])
    assert done.exit_code == 2
    assert str(data) in done.output


@pytest.mark.usefixtures("linear")
def test_a_table_has_the_strongest_settings_with_the_way_they_move_each_outcome() -> None:
    found = morris("b2b_software", UNIT, 1000, (1, 2), 4)
    lines = as_markdown(found.indices, 1).splitlines()
    assert lines[0] == f"| Setting | {' | '.join(OUTCOMES)} |"
    assert lines[2].startswith("| `forces.shock` | +3.00 (3.00 to 3.00) | +1.00 (1.00 to 1.00) |")
    assert {line.count("|") for line in lines} == {len(OUTCOMES) + 2}
    reverse = [index._replace(direction=-index.direction) for index in found.indices]
    assert "| \N{MINUS SIGN}3.00 (3.00 to 3.00) |" in as_markdown(reverse)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--vary", "buyer.awareness"], "path=low:high"),
        (["--vary", "buyer.awareness=1:0.5"], "no range"),
        (["--vary", "buyer.tiredness=0:1"], "buyer.tiredness"),
        (["--method", "guessing"], "morris, sobol"),
        (["every_reply"], "choose one by --arm"),
        (["every_reply", "--arm", "nobody"], "is not an arm besides the baseline"),
        (["b2b_software", "--arm", "late"], "goes with a study"),
        (["no_such_thing"], "no_such_thing"),
    ],
)
def test_what_cannot_be_varied_is_refused(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["sensitivity", *arguments])
    assert done.exit_code == 2
    assert said in done.output
