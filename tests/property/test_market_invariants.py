"""What holds in every market: nothing is lost, nothing is worked that there was no time for, a seed is a history."""

import gc
import weakref
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from markets import BUSY, busy_market, market_scenario, played_market
from worlds import same_rows

from agents.work_view import WorkView
from sim.market.after_sale import Origin
from sim.market.model import Market, first_policies, leads_on
from sim.market.settings import MarketSettings
from sim.vocabulary import Reason, Step


class MadeBackwards(Market):
    """A market whose sellers Mesa gets to know in the opposite order."""

    def order_of_making(self) -> Iterable[int]:
        """From the last to the first."""
        return reversed(range(self.settings.sellers))


class NoLuck:
    """Stands for Mesa's generators, and gives nothing."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"Mesa's luck was asked for {name}")


def same_history(one: Market, other: Market) -> bool:
    return same_rows(one.outcomes, other.outcomes) and np.array_equal(one.policy_of, other.policy_of)


def test_every_lead_is_open_or_has_one_exit() -> None:
    market = busy_market()
    leads, books = market.books.leads, market.books
    still_open = set(leads["id"][leads["open"]].tolist())
    began = Counter(market.outcomes["deal"].tolist())
    began.update(int(leads["id"][lead]) for lead in books.talks["lead"][books.talks["open"]])
    gone = set(market.outcomes["deal"].tolist()) - still_open
    won = market.outcomes[market.outcomes["won"]]["deal"]
    assert len(set(won.tolist())) == len(won), "nobody buys twice"
    assert {buyer.number for buyer in market.buyers} == still_open
    assert sum(began.values()) == int(books.selling["talks"].sum())
    assert int(books.selling["ended"].sum()) == market.ended
    assert len(gone) + len(still_open) == len(began)
    assert not (market.outcomes["exit_reason"] == Reason.OPEN).any()
    pairs = list(zip(market.outcomes["deal"].tolist(), market.outcomes["seller"].tolist(), strict=True))
    assert len(set(pairs)) == len(pairs), "nobody asks a seller twice"


def test_no_seller_works_more_hours_than_there_are_and_no_hour_is_lost() -> None:
    market = Market(market_scenario(**BUSY), 3)
    short = 0
    while market.running:
        market.step()
        assert (market.books.selling["worked"] <= BUSY["hours_per_day"] + 1e-9).all()
        short += int(market.books.selling["short"].sum())
    own, rows, books = market.books.selling, market.outcomes, market.books
    hours = market.world.conversation.contact_hours
    under_way = books.deals["contacts"][books.talks["open"]].sum() * hours
    delivered = BUSY["delivery_hours"] * rows["won"].sum()
    assert own["begun_total"].sum() == pytest.approx(rows["hours"].sum() + under_way + delivered)
    assert own["begun_total"].sum() == pytest.approx(own["worked_total"].sum() + own["owed"].sum())
    assert short > 20, "hours were short, or the test would say nothing"


def test_everything_that_may_happen_does() -> None:
    market = busy_market()
    reasons = {Reason(reason) for reason in np.unique(market.outcomes["exit_reason"])}
    assert {Reason.BOUGHT_ELSEWHERE, Reason.LEFT_WAITING, Reason.SIGNED} <= reasons
    assert set(np.unique(market.course["origin"])) == {each.value for each in Origin}
    assert (market.course["complaint_cost"] > 0).any()
    assert (market.books.selling["hour_worth"] >= 0).all()
    assert len(set(market.policy_of.tolist())) >= 1


def test_a_seed_is_one_history_whatever_the_order_in_which_agents_are_made() -> None:
    scenario = market_scenario(**BUSY)
    backwards = MadeBackwards(scenario, 3)
    backwards.run_model()
    assert same_history(busy_market(), backwards)
    assert same_history(busy_market(), played_market(scenario))
    assert not same_history(busy_market(), played_market(scenario, 4))


def test_no_luck_comes_from_mesa() -> None:
    market = Market(market_scenario(**BUSY), 3)
    market.random = market.rng = NoLuck()
    market.run_model()
    assert same_history(busy_market(), market)


def test_a_market_is_forgotten_when_nobody_holds_it() -> None:
    market = Market(market_scenario(**{**BUSY, "days": 3}), 3)
    market.run_model()
    gone = weakref.ref(market)
    del market
    gc.collect()
    assert gone() is None


def test_profit_in_the_books_is_that_of_the_deals_less_complaints() -> None:
    market = busy_market()
    for seller in market.sellers:
        mine = market.outcomes["seller"] == seller.number
        cost = market.course["complaint_cost"][mine].sum()
        assert seller.profit == pytest.approx(market.outcomes["seller_profit"][mine].sum() - cost)
        assert seller.won == market.outcomes["won"][mine].sum()


def test_agents_can_be_read() -> None:
    market = Market(market_scenario(**BUSY), 3)
    for _ in range(5):
        market.step()
    buyers = list(market.buyers)
    assert buyers
    assert all(buyer.is_open and buyer.bought_from is None and 1 <= buyer.step <= 7 for buyer in buyers)
    assert sum(len(buyer.talks) for buyer in buyers) == sum(seller.open_talks for seller in market.sellers)
    assert {seller.policy for seller in market.sellers} == set(BUSY["policies"])


def test_what_is_collected_adds_up() -> None:
    market = busy_market()
    days = market.datacollector.get_model_vars_dataframe()
    assert len(days) == BUSY["days"] == market.day
    assert days["won"].sum() == market.outcomes["won"].sum()
    assert days["ended"].sum() == market.ended
    begun = {*market.outcomes["deal"].tolist(), *market.books.leads["id"][market.books.leads["open"]].tolist()}
    assert days["came"].sum() == len(begun)
    steps = days[[step.name.lower() for step in Step]].to_numpy()
    assert steps[-1].sum() == market.books.talks["open"].sum()
    assert days["hours"].sum() == pytest.approx(market.books.selling["worked_total"].sum())


def test_a_work_rule_is_the_one_that_the_scenario_names_and_ones_own_takes_its_place() -> None:
    def the_newest(view: WorkView) -> float:
        return -float(view.open_days)

    named = played_market(market_scenario(**{**BUSY, "work_rule": "newest_first"}))
    mine = played_market(market_scenario(**BUSY), work_rule=the_newest)
    assert same_history(named, mine)
    assert not same_history(busy_market(), mine)


def test_a_scenario_without_a_market_is_refused() -> None:
    scenario = market_scenario(**BUSY).model_copy(update={"market": None})
    with pytest.raises(ValueError, match="nothing of a market"):
        Market(scenario)


def test_leads_swing_with_the_season_around_their_mean() -> None:
    settings = MarketSettings(leads_per_day=20.0, season={"swing": 0.5, "peak": 10, "period": 100})
    middle = [leads_on(settings, day, 0.5) for day in range(1, 101)]
    assert middle[9] == max(middle) > 28
    assert middle[59] == min(middle) < 12
    assert np.mean(middle) == pytest.approx(20.0, abs=0.6)


def test_policies_are_dealt_out_by_their_weights_and_mixed() -> None:
    names = ["on_first_ask", "with_proposal"]
    settings = MarketSettings(leads_per_day=1.0, sellers=10, policies={"on_first_ask": 3.0, "with_proposal": 2.0})
    dealt = first_policies(settings, "on_first_ask", names).tolist()
    assert Counter(dealt) == {0: 6, 1: 4}
    assert {0, 1} == set(dealt[:2])
    more = first_policies(settings.model_copy(update={"sellers": 20}), "on_first_ask", names).tolist()
    assert more[:10] == dealt
