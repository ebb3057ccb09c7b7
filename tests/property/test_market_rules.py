"""What the market does between deals, rule by rule: who meets whom and when, what an offer and an hour are worth."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from markets import BUSY, busy_market, market_scenario, played_market

from agents.views import Kind
from sim.fate import Purpose
from sim.market.after_sale import REFERRED, RETURNED, Origin
from sim.market.chance import drawn
from sim.market.model import Market, leads_on
from sim.vocabulary import Reason


def day_by_day(market: Market) -> Iterator[Market]:
    while market.running:
        market.step()
        yield market


def talks_of(market: Market, place: int) -> Any:
    """The places of the talks that a lead has begun."""
    first = place * int(market.books.rules["width"][0])
    return range(first, first + int(market.books.leads["begun"][place]))


def open_leads(market: Market) -> list[int]:
    return np.flatnonzero(market.books.leads["open"]).tolist()


def test_meetings_of_a_deal_are_a_pace_apart() -> None:
    days = played_market(market_scenario(leads_per_day=10.0, days=60, pace=7)).outcomes["days"]
    assert (days % 7 == 0).all()
    assert days.max() >= 14


def test_whom_nobody_had_time_for_leaves_on_the_day_after_its_patience() -> None:
    rows = busy_market().outcomes
    never_met = rows[(rows["exit_reason"] == Reason.LEFT_WAITING) & (rows["contacts"] == 0)]
    assert len(never_met) > 20
    assert (never_met["days"] == BUSY["asking"]["patience_days"] + 1).all()


def test_a_buyer_turns_to_its_best_offer_after_the_days_it_waits_and_not_later() -> None:
    wait = 4
    asking = {"comparers": 1.0, "sellers": 3, "wait_days": wait}
    market = Market(market_scenario(**{**BUSY, "asking": asking}), 3)
    waited = []
    for _ in day_by_day(market):
        talks = market.books.talks
        for place in open_leads(market):
            own = [talks[talk] for talk in talks_of(market, place) if talks["open"][talk]]
            if not any(each.released for each in own):
                waited += [market.day - int(each.held_since) for each in own if each.held]
    assert max(waited) == wait - 1


def test_who_was_sent_and_who_comes_back_ask_the_seller_they_come_for() -> None:
    market = busy_market()
    rows, course = market.outcomes, market.course
    sold = {int(rows["deal"][at]): at for at in np.flatnonzero(rows["won"])}
    days = BUSY["after_sale"]["repeat_days"]
    for origin, step in ((Origin.REFERRED, REFERRED), (Origin.RETURNED, RETURNED)):
        came = np.flatnonzero((course["origin"] == origin.value) & (course["turn"] == 0))
        assert len(came) > 10
        for at in came:
            before = sold[int(rows["deal"][at]) - step]
            person, earlier = int(course["person"][at]), int(course["person"][before])
            waited = int(course["day_opened"][at] - course["day_closed"][before])
            assert rows["seller"][at] == rows["seller"][before]
            assert course["experience"][before] >= 0.0
            if origin == Origin.RETURNED:
                assert (person, waited) == (earlier, days)
            else:
                assert person in market.network.adj[earlier]
                assert 1 <= waited <= days


def test_every_buyer_that_lost_complains_where_all_do_and_nobody_else() -> None:
    after_sale = {"complaint": 1.0, "complaint_cost": 0.1}
    market = played_market(market_scenario(**{**BUSY, "after_sale": after_sale}))
    rows, course = market.outcomes, market.course
    lost = rows["won"] & (course["experience"] < 0.0)
    assert lost.sum() > 20
    assert course["complaint_cost"][lost] == pytest.approx(0.1 * rows["price"][lost])
    assert (course["complaint_cost"][~lost] == 0.0).all()


def test_sellers_thought_well_of_are_asked_more_often() -> None:
    market = Market(market_scenario(leads_per_day=20.0, days=40, sellers=4, reputation={"trust": 2.0}), 3)
    market.books.opinions[:, 1], market.books.opinions[:, 2] = 0.5, -0.5
    market.run_model()
    asked = market.books.selling["talks"] / market.books.selling["talks"].sum()
    weights = np.exp(2.0 * np.array([0.0, 0.5, -0.5, 0.0]))
    assert asked == pytest.approx(weights / weights.sum(), abs=0.05)


def test_the_leads_that_come_are_as_many_as_luck_says() -> None:
    market = busy_market()
    course = market.course
    ended = set(market.outcomes["deal"][course["origin"] == Origin.OWN.value].tolist())
    leads = market.books.leads
    still = set(leads["id"][leads["open"] & (leads["origin"] == Origin.OWN.value)].tolist())
    due = (leads_on(market.settings, day, drawn(market.books.seed, Purpose.ARRIVAL.value, day, 0)[0])
           for day in range(1, market.day + 1))  # fmt: skip
    assert len(ended | still) == sum(due)


def test_a_rivals_offer_is_a_buyers_true_batna_as_far_as_it_counts() -> None:
    def batna_of_signed(rival_offers: float) -> np.ndarray:
        asking = {"comparers": 1.0, "sellers": 3, "rival_offers": rival_offers}
        rows = played_market(market_scenario(leads_per_day=20.0, days=30, sellers=5, asking=asking)).outcomes
        return np.asarray(rows["batna"][rows["won"]])

    none, half, full = (batna_of_signed(strength) for strength in (0.0, 0.5, 1.0))
    assert (none == 0.0).all()
    assert 0.0 < half.mean() < 0.75 * full.mean()


def test_buyers_of_a_market_have_the_batna_of_the_scenario_only_where_it_is_given() -> None:
    given, market = (played_market(market_scenario(leads_per_day=20.0, days=10, batna=which)).outcomes["batna"]
                     for which in ("given", "market"))  # fmt: skip
    assert (given > 0.0).mean() > 0.3
    assert (market == 0.0).all()


def test_who_bought_elsewhere_had_what_it_gained_there_as_its_alternative() -> None:
    rows = busy_market().outcomes
    gained = {int(row["deal"]): row["created"] - row["claimed"] + row["batna"] for row in rows[rows["won"]]}
    lost = rows[rows["exit_reason"] == Reason.BOUGHT_ELSEWHERE]
    assert len(lost) > 50
    for row in lost:
        assert row["batna"] == pytest.approx(max(0.0, gained[int(row["deal"])]))


@cache
def watched() -> tuple[Market, np.ndarray, np.ndarray, np.ndarray]:
    """The busy market with what each seller had earned, worked and thought an hour worth at the end of each day."""
    market = Market(market_scenario(**BUSY), 3)
    seen = []
    for _ in day_by_day(market):
        own = market.books.selling
        profit = own["profit_before"]  # complaints of today are counted tomorrow
        seen.append([profit.copy(), own["worked"].copy(), own["hour_worth"].copy()])
    return market, *np.array(seen).transpose(1, 0, 2)


def test_an_hour_is_worth_what_one_earned_lately_and_enters_what_a_contact_and_a_sale_cost() -> None:
    market, profit, worked, worth = watched()
    earned, hours = np.zeros(worth.shape[1]), np.zeros(worth.shape[1])
    weight = 1.0 - np.exp(-1.0 / market.settings.opportunity_days)
    busy = 0
    for today, yesterday, spent, told in zip(profit, np.vstack([np.zeros_like(earned), profit[:-1]]), worked, worth,
                                             strict=True):  # fmt: skip
        earned += weight * (today - yesterday - earned)
        hours += weight * (spent - hours)
        full = spent >= BUSY["hours_per_day"] - 1e-12
        assert told[full] == pytest.approx(np.maximum(0.0, earned[full] / hours[full]))
        assert (told[~full] == 0.0).all()
        busy += int((told > 0.0).sum())
    assert busy > 100
    sellers, conversation = market.books.sellers, market.world.conversation
    assert worth[-1].max() > 0.0
    assert sellers["contact_opportunity"] == pytest.approx(worth[-1] * conversation.contact_hours)
    assert sellers["opportunity_cost"] == pytest.approx(worth[-1] * BUSY["delivery_hours"])


def test_what_an_hour_is_worth_has_a_strength() -> None:
    market = Market(market_scenario(**BUSY, opportunity=0.0), 3)
    market.run_model()
    assert (market.books.selling["hour_worth"] == 0.0).all()


def test_policies_change_on_days_of_review_and_on_no_others() -> None:
    learning = {"rule": "imitation", "review_days": 7, "mutation": 0.5}
    market = Market(market_scenario(**{**BUSY, "learning": learning}), 3)
    held = [market.policy_of.copy(), *(each.policy_of.copy() for each in day_by_day(market))]
    changed = [day for day, (before, after) in enumerate(pairwise(held), start=1) if (before != after).any()]
    assert len(changed) > 5
    assert all(day % 7 == 0 for day in changed)


def test_a_talk_keeps_the_policy_it_began_with() -> None:
    """One of two policies names printed prices, the other never does; sellers change over while talks are open."""
    learning = {"rule": "imitation", "review_days": 2, "mutation": 0.5}
    policies = {"list_price": 1.0, "on_first_ask": 1.0}
    market = played_market(market_scenario(**{**BUSY, "policies": policies, "learning": learning}))
    rows, course = market.outcomes, market.course
    named = rows["first_quote_contact"] > 0
    assert (course["day_closed"] - course["day_opened"] > 4)[named].sum() > 50
    for name in policies:
        own = named & (course["policy"] == market.policy_names.index(name))
        assert own.sum() > 50
        assert ((rows["first_reply"][own] == Kind.LIST.value) == (name == "list_price")).all()


def test_nobody_goes_below_a_list_price() -> None:
    asking = {"comparers": 1.0, "sellers": 3, "undercutting": 20}
    market = {"leads_per_day": 20.0, "days": 30, "sellers": 5, "asking": asking, "policies": {"list_price": 1.0}}
    settings = {"seller.price_policy": "list_price", "protocol": "take_it_or_leave_it"}
    rows = played_market(market_scenario("auto_repair", settings, **market)).outcomes
    won = rows[rows["won"]]
    assert len(won) > 100
    for solution in np.unique(won["solution"]):
        prices = won["price"][won["solution"] == solution]
        assert prices == pytest.approx(prices[0])


@pytest.mark.parametrize("carried", [0.0, 0.5])
def test_what_a_buyer_learns_in_one_talk_it_knows_in_others_as_far_as_it_is_carried(carried: float) -> None:
    asking = {"comparers": 1.0, "sellers": 2, "carried": carried}
    market = Market(market_scenario(**{**BUSY, "asking": asking}), 3)
    seen = 0
    for _ in day_by_day(market):
        books, needs = market.books, int(market.books.world["needs"][0])
        for place in open_leads(market):
            if books.leads["begun"][place] < 2:
                continue
            one, other = talks_of(market, place)
            asked = books.deals["questions"]
            if asked[one] and not asked[other] and books.talks["open"][[one, other]].all():
                first = books.buyers["perceived"][place][:needs]
                learnt = books.buyer_minds["perceived"][one][:needs] - first
                assert books.buyer_minds["perceived"][other][:needs] - first == pytest.approx(carried * learnt)
                left = books.buyer_minds["variance"][[one, other]][:, :needs]
                begun = (1.0 - books.buyers["knowledge"][place]) * books.world["need_variance"][0][:needs]
                kept = 1.0 - carried * (1.0 - left[0] / begun)
                assert left[1] == pytest.approx(begun * kept)
                seen += 1
    assert seen > 20


@pytest.mark.parametrize("carried", [0.0, 0.5])
def test_a_buyer_that_asks_in_turn_brings_along_what_it_has_learnt(carried: float) -> None:
    asking = {"comparers": 1.0, "sellers": 2, "carried": carried, "manner": "in_turn"}
    market = Market(market_scenario(**{**BUSY, "asking": asking}), 3)
    seen = 0
    for _ in day_by_day(market):
        books, needs = market.books, int(market.books.world["needs"][0])
        for place in open_leads(market):
            if books.leads["begun"][place] < 2:
                continue
            one, other = talks_of(market, place)
            last = books.talks[other]
            if last.open and last.opened == market.day and books.deals["questions"][one]:
                first = books.buyers["perceived"][place][:needs]
                learnt = books.buyer_minds["perceived"][one][:needs] - first
                assert books.buyer_minds["perceived"][other][:needs] - first == pytest.approx(carried * learnt)
                seen += 1
    assert seen > 20


def test_who_asks_in_turn_asks_the_next_when_the_last_has_named_a_number_or_is_out_of_it() -> None:
    asking = {"comparers": 1.0, "sellers": 3, "manner": "in_turn"}
    market = Market(market_scenario(**{**BUSY, "asking": asking}), 3)
    seen = 0
    for _ in day_by_day(market):
        books = market.books
        for place in open_leads(market):
            for talk in list(talks_of(market, place))[:-1]:
                assert not books.talks["open"][talk] or books.deals["numbers"][talk] > 0
                seen += 1
    assert seen > 100


def test_nobody_is_always_the_first_to_work() -> None:
    market = Market(market_scenario(**BUSY), 3)
    first = set()
    for market.day in range(1, 41):
        first.add(market._in_turn()[0].number)
    assert first == set(range(BUSY["sellers"]))
