"""Markets against theory: a monopolist's price, Diamond's paradox, Bertrand's, what experiments found, mixed states."""

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from markets import example, market_scenario, played_market
from worlds import world

from experiments.market_measures import Summed, summed
from sim.market.model import Market
from sim.scenario import Scenario

COST, MOST = 60.0, 150.0
MONOPOLY = (COST + MOST) / 2
"""Worth is uniform from 50 to 150, so that of prices p from 60 up a share (150 - p) / 100 buys."""


def known_needs(**market: Any) -> Scenario:
    """Buyers know what the one thing is worth to them; a price is taken or left; all sellers are alike."""
    need = {"label": "the need", "present": 1.0, "worth": {"family": "uniform", "mean": 100, "sd": 100 / 12**0.5}}
    thing = {"label": "the thing", "covers": {"only": 1.0}, "base_cost": COST, "typical_price": 100}
    return world(
        needs={"only": need},
        solutions={"thing": thing},
        buyer__rival={"present": 0.0, "surplus_mean": 0.0},
        buyer__self_knowledge=1.0,
        seller__max_questions=0,
        seller__price_policy="on_first_ask",
        protocol="take_it_or_leave_it",
        market={"leads_per_day": 30.0, "days": 40, "sellers": 5, **market},
    )


@cache
def prices_when_asked(sellers: int, undercutting: int, manner: str = "at_once") -> np.ndarray:
    asking = {"comparers": 1.0, "sellers": sellers, "undercutting": undercutting, "manner": manner}
    rows = played_market(known_needs(asking=asking)).outcomes
    return np.asarray(rows["price"][rows["won"]])


def test_a_monopolist_asks_the_monopoly_price() -> None:
    rows = played_market(known_needs(sellers=1)).outcomes
    prices = rows["price"][rows["won"]]
    assert len(prices) > 400
    assert prices == pytest.approx(MONOPOLY, rel=0.015)
    assert rows["won"].mean() == pytest.approx((MOST - MONOPOLY) / 100, abs=0.03)


def test_asking_around_alone_leaves_the_monopoly_price() -> None:
    """Where no seller is told of another's price, each asks what a monopolist would [Diamond1971]."""
    assert prices_when_asked(2, 0) == pytest.approx(MONOPOLY, rel=0.015)
    assert prices_when_asked(5, 0) == pytest.approx(MONOPOLY, rel=0.015)


def test_the_more_often_sellers_may_undercut_the_lower_the_price() -> None:
    means = [prices_when_asked(2, rounds).mean() for rounds in (0, 1, 5, 20)]
    assert all(after < before - 1.0 for before, after in pairwise(means))


@pytest.mark.parametrize("manner", ["at_once", "in_turn"])
def test_price_competition_with_known_needs_ends_at_cost(manner: str) -> None:
    """Bertrand: two sellers who may undercut each other for as long as they like are enough."""
    prices = prices_when_asked(2, 500, manner)
    assert len(prices) > 800
    assert prices == pytest.approx(COST, rel=0.001)
    assert prices.min() >= COST - 1e-9, "nobody sells below cost"


def garages(**changes: Any) -> Market:
    """Garages with time for everybody who all look before they speak of money, and answer for no wrong repair."""
    settings = {"sellers": 8, "leads_per_day": 30.0, "days": 60, "opportunity": 0.0, **changes}
    without_liability = {"forces.adaptation_seller_share": 0.0}
    return played_market(market_scenario("auto_repair", without_liability, **settings))


@cache
def asked(sellers: int, undercutting: int = 5, rival_offers: float = 1.0) -> Market:
    comparing = {"comparers": 1.0, "sellers": sellers, "wait_days": 30}
    return garages(asking={**comparing, "undercutting": undercutting, "rival_offers": rival_offers})


def signed(market: Market) -> np.ndarray:
    return market.outcomes[market.outcomes["won"]]


def price_change(before: Market, after: Market) -> tuple[float, float]:
    """Mean change of the price paid by leads that bought in both markets, money, and its standard error."""
    prices = [dict(zip(signed(each)["deal"].tolist(), signed(each)["price"].tolist(), strict=True))
              for each in (before, after)]  # fmt: skip
    changes = np.array([prices[1][lead] - prices[0][lead] for lead in prices[0] if lead in prices[1]])
    return float(changes.mean()), float(changes.std(ddof=1) / np.sqrt(len(changes)))


@pytest.mark.parametrize(("fewer", "more"), [(1, 2), (2, 4), (1, 4)])
def test_more_sellers_asked_lower_the_price_of_the_same_leads(fewer: int, more: int) -> None:
    change, error = price_change(asked(fewer), asked(more))
    assert change < -3.0 * error


def test_an_offer_in_hand_lowers_the_price_bargained_with_another_seller() -> None:
    change, error = price_change(asked(3, 0, 0.0), asked(3, 0, 1.0))
    assert change < -3.0 * error


def test_price_competition_lowers_the_price_and_leaves_fit_as_it_is_where_nobody_is_liable() -> None:
    """As in the experiments of [Dulleck2011]."""
    quiet, fierce = signed(asked(4, 0)), signed(asked(4, 5))
    fit = [(rows["solution"] == rows["best_solution"]).mean() for rows in (quiet, fierce)]
    error = np.sqrt(sum(share * (1 - share) / len(rows) for share, rows in zip(fit, (quiet, fierce), strict=True)))
    assert fierce["price"].mean() < 0.92 * quiet["price"].mean()
    assert abs(fit[1] - fit[0]) < 3.0 * error
    assert error < 0.02


def margins(leads_per_day: float) -> np.ndarray:
    """What deals signed left over cost to serve, in a town of garages of limited hours, money."""
    busy = {"sellers": 8, "days": 120, "hours_per_day": 6.0, "delivery_hours": 4.0, "asking": {"patience_days": 6}}
    rows = signed(played_market(market_scenario("auto_repair", leads_per_day=leads_per_day, **busy)))
    return np.asarray(rows["price"] - rows["cost"])


def test_where_leads_are_few_worse_deals_are_kept() -> None:
    few, many = margins(6.0), margins(48.0)
    error = np.sqrt(few.var(ddof=1) / len(few) + many.var(ddof=1) / len(many))
    assert many.mean() - few.mean() > 3.0 * error
    assert (few < 50.0).mean() > 1.3 * (many < 50.0).mean()


JOINERS = example("mixed_state")
"""A market in which each policy has its kind of buyer: few earn well by it, many share them."""


@cache
def joiners_held_fixed(early: float) -> list[Any]:
    return JOINERS.played(JOINERS.joiners(early, {"market.days": 120}), 3, since=50)  # type: ignore[no-any-return]  # a script's own


@cache
def joiners_who_imitate(early: float) -> list[Any]:
    scenario = JOINERS.joiners(early, {"market.days": 400, "market.learning.rule": "imitation"})
    return JOINERS.played(scenario, 4, since=220)  # type: ignore[no-any-return]  # a script's own


def advantage(markets: list[Any]) -> Summed:
    """By how much more an hour earns early than late, money, with its interval over markets."""
    return summed([market.advantage for market in markets])


def test_each_policy_earns_more_per_hour_where_few_have_it() -> None:
    """What a mixed state needs to survive imitation."""
    few, many = advantage(joiners_held_fixed(0.1)), advantage(joiners_held_fixed(0.9))
    assert few.interval.low > 0.5
    assert many.interval.high < -0.5


def test_imitation_ends_in_one_mixed_state_from_either_side() -> None:
    up, down = (summed([market.share for market in joiners_who_imitate(start)]) for start in JOINERS.STARTS)
    for end in (up, down):
        assert end.interval.low > 0.25
        assert end.interval.high < 0.55
    assert abs(up.mean - down.mean) < 0.05


def test_imitation_makes_hours_earn_the_same_in_a_mixed_state() -> None:
    found = advantage([market for start in JOINERS.STARTS for market in joiners_who_imitate(start)])
    assert found.interval.low < 0.0 < found.interval.high
    ends = (advantage(joiners_held_fixed(share)).mean for share in (0.1, 0.9))
    assert max(-found.interval.low, found.interval.high) < 0.25 * min(abs(end) for end in ends)
