"""One seller without limits, given BATNAs and no word of mouth: the market is the batch, to the last bit."""

import numpy as np
import pytest
from markets import played_market
from worlds import columns_that_differ

from agents.catalogue import catalogue
from sim import batch
from sim.outcome import OUTCOME
from sim.reading import load_scenario, scenario_names
from sim.scenario import Scenario

ALL_BUT_DAYS = tuple(name for name in OUTCOME.names or () if name != "days")
POLICIES = list(catalogue().price_policies)
CASES = [(name, POLICIES[(3 * i + j) % len(POLICIES)]) for i, name in enumerate(scenario_names()) for j in range(3)]


def lone_seller(name: str, policy: str, **market: object) -> Scenario:
    settings = {"leads_per_day": 15.0, "days": 80, "batna": "given", **market}
    return load_scenario(name, {"market": settings, "seller.price_policy": policy})


def batch_of(scenario: Scenario, buyers: np.ndarray, seed: int = 3) -> np.ndarray:
    deals = np.concatenate(list(batch.play([scenario], seed, int(buyers.max()) + 1)), axis=1)
    return deals[0][buyers]


@pytest.mark.parametrize(("name", "policy"), CASES)
def test_a_lone_seller_plays_the_deals_of_the_batch(name: str, policy: str) -> None:
    scenario = lone_seller(name, policy)
    rows = played_market(scenario).outcomes
    assert len(rows) > 500
    assert columns_that_differ(rows, batch_of(scenario, rows["deal"]), ALL_BUT_DAYS) == []


@pytest.mark.parametrize("work_rule", ["oldest_first", "newest_first", "closest_to_signing", "most_promising"])
def test_limited_hours_delay_deals_and_change_nothing_else(work_rule: str) -> None:
    scenario = lone_seller("auto_repair", "on_first_ask", hours_per_day=2.0, work_rule=work_rule, opportunity=0.0)
    rows = played_market(scenario).outcomes
    free = played_market(lone_seller("auto_repair", "on_first_ask")).outcomes
    assert columns_that_differ(rows, batch_of(scenario, rows["deal"]), ALL_BUT_DAYS) == []
    assert len(rows) < 0.9 * len(free)


def test_many_sellers_of_one_policy_play_the_same_deals_each_of_them_some() -> None:
    scenario = lone_seller("b2b_software", "on_first_ask", sellers=5)
    rows = played_market(scenario).outcomes
    wanted = tuple(name for name in ALL_BUT_DAYS if name != "seller")
    assert columns_that_differ(rows, batch_of(scenario, rows["deal"]), wanted) == []
    assert set(rows["seller"]) == set(range(5))


def test_a_rival_asked_changes_deals() -> None:
    scenario = lone_seller("auto_repair", "on_first_ask", sellers=3, asking={"comparers": 1.0, "sellers": 3})
    rows = played_market(scenario).outcomes
    first = np.unique(rows["deal"], return_index=True)[1]
    assert columns_that_differ(rows[first], batch_of(scenario, rows["deal"][first]), ALL_BUT_DAYS) != []
