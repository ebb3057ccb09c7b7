"""Markets against theory: a monopolist's price, Diamond's paradox, Bertrand's, and what experiments found."""

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from markets import market_scenario, played_market
from worlds import world

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
