"""Cells: what a seller knows by a question is exact, and a world that cells do not fit is refused."""

from typing import Any

import numpy as np
import pytest
from worlds import played

from experiments.theory.pricing import sale
from sim.cells import NEEDED
from sim.faults import Fault
from sim.overrides import override
from sim.reading import build, load_scenario
from sim.scenario import Scenario
from sim.setting import prepare
from sim.stepped import SteppedDeal
from sim.steps.needs_analysis import middle_of_cell
from sim.vocabulary import Ask
from sim.yaml_places import Settings

STOP = -1
A_TERM = {"support": {"label": "support", "levels": {"none": {"label": "none"}, "some": {"label": "some", "worth": 1}}}}
UNFIT: dict[str, Any] = {
    "need_cost": 0.1,
    "terms": A_TERM,
    "prospecting": {},
    "qualification": {},
    "group": {},
    "buyer.awareness": 0.5,
    "buyer.self_knowledge": 0.5,
    "buyer.budget": {"median": 1.0},
    "buyer.shoppers": {"share": 0.5},
    "buyer.rival.present": 0.5,
    "buyer.clarity_error": 0.1,
    "conversation.latent": 0.5,
    "conversation.reports": False,
    "signing.bias": 0.1,
    "signing.uncertainty_bias": 0.1,
    "signing.spread": 0.1,
    "forces.border": 0.1,
    "forces.openness": 0.1,
    "forces.requote": 0.1,
}

ALSO = {"buyer.rival.present": {"buyer.rival.surplus_mean": 0.1}}
"""What must be said besides."""


def price_for(low: float, high: float, cost: float) -> float:
    """The best price to buyers uniform from low to high: half-way from cost to the top, or what all of them pay."""
    return max(low, cost, 0.5 * (high + cost))


@pytest.mark.parametrize("cost", [0.0, 0.3])
@pytest.mark.parametrize("cells", [1, 2, 3, 8])
def test_the_seller_names_the_best_price_for_the_cell_that_the_worth_lies_in(cells: int, cost: float) -> None:
    rows = played(sale(cost, cells, questions=1), deals=3_000)[0]
    quoted = rows[~np.isnan(rows["first_quote"])]
    assert quoted.size > 0.5 * rows.size
    for row in quoted:
        cell = np.floor(row["reservation_price"] * cells)
        assert row["first_quote"] == pytest.approx(price_for(cell / cells, (cell + 1) / cells, cost), abs=1e-9)
    clear = np.abs(quoted["reservation_price"] - quoted["first_quote"]) > 1e-9
    np.testing.assert_array_equal(quoted["won"][clear], (quoted["reservation_price"] > quoted["first_quote"])[clear])


def test_before_any_question_the_cells_make_no_difference() -> None:
    one, many = (played(sale(0.2, cells), deals=2_000)[0] for cells in (1, 8))
    np.testing.assert_array_equal(one["first_quote"], many["first_quote"])
    assert (one["first_quote"] == pytest.approx(0.6)) is True


@pytest.mark.parametrize("cells", [1, 2, 5])
@pytest.mark.parametrize("times", [0, 1, 2])
def test_what_is_left_uncertain_is_the_variance_of_a_cell(cells: int, times: int) -> None:
    asked = [0] * times
    seat = {Ask.QUESTION: lambda _view: asked.pop() if asked else STOP}
    deal = SteppedDeal(prepare(sale(cells=cells, questions=max(times, 1))), 1, 0, seat)
    deal.play()
    assert asked == []
    width = 1.0 if times == 0 else 1.0 / cells
    assert deal.covariance[0, 0] == pytest.approx(width**2 / 12)


@pytest.mark.parametrize("questions", [1, 2])
def test_after_a_question_the_seller_believes_the_middle_of_the_cell(questions: int) -> None:
    """Asked twice, it learns nothing new."""
    for buyer in range(40):
        deal = SteppedDeal(prepare(sale(cells=4, questions=questions)), 1, buyer)
        worth = float(deal.play()["reservation_price"][0])
        assert float(deal.seller_mind["belief"][0, 0]) == pytest.approx((np.floor(4 * worth) + 0.5) / 4)


def test_the_ends_of_the_range_belong_to_the_first_and_the_last_cell() -> None:
    world = prepare(sale(cells=4)).world.view(np.recarray)[0]
    assert [float(middle_of_cell(world, 0, worth)) for worth in (-0.1, 0.0, 0.1, 0.3, 0.9, 1.0, 1.1)] == pytest.approx(
        [0.125, 0.125, 0.125, 0.375, 0.875, 0.875, 0.875]
    )


# --- what is refused ---


def refused(**settings: Any) -> str:
    """What is said of a sale with four cells and these settings."""
    plain = Settings(sale(cells=4).model_dump(mode="json", exclude_unset=True, by_alias=True), {})
    with pytest.raises(Fault) as raised:
        build(override(plain, Scenario, settings, "--set"), Scenario)
    return str(raised.value)


def test_every_setting_that_cells_need_is_tried_below() -> None:
    assert {".".join(map(str, keys)) for keys in NEEDED} == set(UNFIT)


@pytest.mark.parametrize("path", [path for path, value in UNFIT.items() if not isinstance(value, dict)])
def test_a_setting_that_does_not_go_with_cells_is_refused_at_its_place(path: str) -> None:
    said = refused(**{path: UNFIT[path], **ALSO.get(path, {})})
    assert said.startswith(f"--set {path}: ")
    assert "conversation.cells wants" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("path", [path for path, value in UNFIT.items() if isinstance(value, dict) and value])
def test_a_group_that_does_not_go_with_cells_is_refused_at_its_place(path: str) -> None:
    settings = sale(cells=4).model_dump(mode="json", exclude_unset=True, by_alias=True)
    *groups, last = path.split(".")
    group = settings
    for name in groups:
        group = group.setdefault(name, {})
    group[last] = UNFIT[path]
    with pytest.raises(Fault) as raised:
        build(Settings(settings, {}), Scenario)
    assert f"{path}: a group of settings: conversation.cells wants nothing here" in str(raised.value)


def test_a_scenario_that_cells_do_not_fit_is_told_all_of_it_with_its_lines() -> None:
    with pytest.raises(Fault) as raised:
        load_scenario("b2b_software", {"conversation.cells": 4})
    said = str(raised.value)
    assert "conversation.cells wants one need only here" in said
    for path in ("prospecting", "qualification"):
        assert f"{path}: a group of settings: conversation.cells wants nothing here" in said
    assert all("b2b_software.yaml:" in line for line in said.splitlines() if not line.startswith("    "))


@pytest.mark.parametrize("cells", [0, -1, 1001, 2.5])
def test_cells_are_counted_from_one(cells: float) -> None:
    assert "conversation.cells" in refused(**{"conversation.cells": cells})
