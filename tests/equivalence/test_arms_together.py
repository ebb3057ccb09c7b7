"""Arms that differ in nothing but the price policy are played as one deal until it is consulted; nobody can tell."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from worlds import columns_that_differ

from agents.catalogue import catalogue
from sim import batch, stepped
from sim.batch import CHUNK, play
from sim.knowledge import SPARE
from sim.reading import load_scenario, scenario_names
from sim.scenario import Scenario
from sim.setting import prepare

POLICIES = tuple(catalogue().price_policies)


def arms(name: str, changes: Mapping[str, Any] | None = None, policies: tuple[str, ...] = POLICIES) -> list[Scenario]:
    return [load_scenario(name, {**(changes or {}), "seller.price_policy": policy}) for policy in policies]


def rows_of(scenarios: list[Scenario], deals: int) -> np.ndarray:
    return np.concatenate(list(play(scenarios, 5, deals)), axis=1)


def soiled(shape: int | tuple[int, ...], kind: np.dtype) -> np.ndarray:
    """Memory in which something stood before."""
    return np.frombuffer(bytearray(b"\xff" * (int(np.prod(shape)) * kind.itemsize)), kind).reshape(shape)


@pytest.mark.parametrize("name", scenario_names())
def test_an_arm_has_the_same_rows_alone_and_with_all_others(name: str) -> None:
    scenarios = arms(name)
    together = rows_of(scenarios, 600)
    for arm, scenario in enumerate(scenarios):
        assert columns_that_differ(rows_of([scenario], 600)[0], together[arm]) == []


def test_an_arm_has_the_same_rows_alone_and_with_others_where_knowledge_runs_out_of_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    scratch = batch._scratch

    def watched(*given: Any) -> tuple[np.ndarray, ...]:
        made = scratch(*given)
        seen.append(made[-1])
        return made

    monkeypatch.setattr(batch, "_scratch", watched)
    silent = {"buyer.price_focus": 0.0, "buyer.shoppers.share": 0.0, "buyer.shoppers.price_focus": 0.0}
    asked = {"conversation.questions_per_contact": 12, "seller.min_questions": 18, "seller.max_questions": 36}
    policies = ("when_confident", "after_needs_analysis", "menu_first")
    scenarios = arms("auto_repair", silent | asked, policies)
    together = rows_of(scenarios, 3 * CHUNK)
    assert seen[0]["nodes"][0] == SPARE
    for arm, scenario in enumerate(scenarios):
        assert columns_that_differ(rows_of([scenario], 3 * CHUNK)[0], together[arm]) == []


def test_rows_are_the_same_bytes_whatever_stood_in_memory_before(monkeypatch: pytest.MonkeyPatch) -> None:
    found = next(play(arms("used_car"), 5, 500)).tobytes()

    monkeypatch.setattr(batch.np, "empty", soiled)
    assert next(play(arms("used_car"), 5, 500)).tobytes() == found


def test_a_stepped_deal_reads_no_knowledge_that_it_has_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load_scenario("b2b_software", {"buyer.price_focus": 0.9})
    expected = rows_of([scenario], 200)[0]
    monkeypatch.setattr(stepped.np, "empty", soiled)
    deals = [stepped.SteppedDeal(prepare(scenario), 5, buyer) for buyer in range(200)]
    assert columns_that_differ(np.concatenate([deal.play() for deal in deals]), expected) == []


def test_arms_are_told_to_be_the_same_whatever_stands_in_unused_bytes() -> None:
    kind = np.dtype([("truth", "?"), ("number", "f8")], align=True)
    records = np.zeros(2, kind)
    records.view(np.uint8).reshape(2, -1)[1, 3] = 7
    assert batch._alike(records)
    records["number"][1] = 1.0
    assert not batch._alike(records)
    assert batch._alike(records, but=("number",))
