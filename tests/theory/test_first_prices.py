"""The first price of a seller who optimises is the best one there is for buyers it knows nothing else about.

Nothing in the price of an early quoter may be naive: it knows that buyers see less of their needs than there is, and
that thin or uncertain margins are not signed. Fresh buyers, not those its price list was made from, are sold to at
every price that could be posted, through the real engine.
"""

from typing import Any

import numpy as np
import pytest
from worlds import played, world

from sim.scenario import Scenario

DEALS = 20_000
GOOD_ENOUGH = 0.97
"""Part of the profit of the best posted price: buyers differ from those the seller knows its segment by."""

ONLY_A_PRICE = {
    "seller__price_policy": "on_first_ask",
    "seller__max_questions": 0,
    "protocol": "take_it_or_leave_it",
    "buyer__rival": {"present": 0.5, "surplus_mean": 0.2, "surplus_sd": 0.1},
    "buyer__risk_aversion": 0.4,
}
"""The buyer asks at once, hears a number, and takes it or leaves."""

SKEWED = {"needs__first__worth": {"mean": 60, "log_sd": 0.8}, "needs__first__present": 0.6}

WORLDS: dict[str, dict[str, Any]] = {
    "buyers who see what there is": {},
    "buyers who see less than there is": {"buyer__awareness": 0.7},
    "buyers who see less than there is, needs skewed and often absent": {"buyer__awareness": 0.7, **SKEWED},
    "buyers who see more than there is": {"buyer__awareness": 1.3},
    "a strong bias against thin margins": {"signing": {"bias": 0.25, "uncertainty_bias": 0.0, "spread": 0.05}},
    "a strong bias against uncertain margins": {
        "buyer__self_knowledge": 0.2,
        "needs__first__worth": {"family": "normal", "mean": 50, "sd": 30},
        "signing": {"bias": 0.05, "uncertainty_bias": 1.0, "spread": 0.05},
    },
    "a strong bias, needs skewed and often absent": {
        **SKEWED,
        "signing": {"bias": 0.15, "uncertainty_bias": 0.7, "spread": 0.08},
    },
    "a budget, and costs that follow the needs": {
        "buyer__budget": {"median": 60, "log_sd": 0.4, "flex": 0.3},
        "need_cost": 0.3,
    },
}


def one_solution(pricing: dict[str, Any], changes: dict[str, Any]) -> Scenario:
    covers = {"first": 1.0, "second": 1.0, "third": 0.8}
    only = {"label": "the only one", "covers": covers, "base_cost": 20, "typical_price": 60, "pricing": pricing}
    return world(**ONLY_A_PRICE, **changes, solutions={"only": only})


@pytest.mark.parametrize("name", WORLDS)
def test_the_first_price_earns_nearly_what_the_best_posted_price_does(name: str) -> None:
    own = one_solution({"model": "belief_optimal"}, WORLDS[name])
    posted = [one_solution({"model": "list", "price": price}, WORLDS[name]) for price in range(24, 130, 4)]
    rows = played(own, *posted, deals=DEALS)
    earned, *others = rows["seller_profit"].mean(axis=1)
    best = max(others)
    assert np.unique(rows[0]["first_quote"]).size == 1, "it knows nothing that tells buyers apart"
    assert best > 0
    assert others.index(best) not in (0, len(others) - 1), "the best price lies among those posted"
    assert earned >= GOOD_ENOUGH * best
