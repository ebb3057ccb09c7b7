"""Replies to the price question: what each kind of number does, and what may become of it."""

import math

import numpy as np
import pytest
from worlds import columns_that_differ, played, world

from agents.views import NO_PRICES, Kind, Reply
from sim.deal import BUYER_MIND, DEAL, KNOWLEDGE, SELLER_MIND, Sale, blank
from sim.knowledge import plant
from sim.outcome import REPLIES
from sim.population import draw_buyers
from sim.process import begin
from sim.scenario import Scenario
from sim.setting import prepare
from sim.sides import best_tier, buyer_certain, buyer_limit, seller_limit, seller_opening
from sim.steps.numbers import (
    CONDITION_ROOM,
    answer_with_a_number,
    end_what_was_conditional,
    is_exact,
    revised_number,
)
from sim.vocabulary import Reason

SMALL, LARGE = 0, 1
OPEN = {"forces__shock": 0.0, "forces__requote": 0.5, "forces__border": 0.4}


def opened(scenario: Scenario, buyer: int = 3) -> Sale:
    """A deal laid open, to be played by hand in plain Python."""
    setting = prepare(scenario)
    buyers = draw_buyers(setting.world, setting.buyer, 1, buyer, 1)
    sale = Sale(
        setting.world[0], setting.prices[0], buyers[0], setting.seller.copy()[0],
        blank(BUYER_MIND)[0], blank(SELLER_MIND)[0], blank(DEAL)[0], np.uint64(1), blank(KNOWLEDGE)[0],
    )  # fmt: skip
    plant(sale.world, sale.knowledge)
    begin(sale)
    return sale


def named(sale: Sale, kind: Kind, low: float = math.nan, high: float = math.nan, solution: int = LARGE) -> bool:
    reply = Reply(int(kind), -1, low, high if high == high else low, math.nan, NO_PRICES)
    return answer_with_a_number(sale, reply, solution)


@pytest.mark.parametrize(
    ("kind", "weight"),
    [(Kind.QUOTE, 1.0), (Kind.LIST, 1.0), (Kind.RANGE, 0.5), (Kind.MENU, 0.5), (Kind.CONDITIONAL, 0.25)],
)
def test_a_number_is_a_border_by_its_kind(kind: Kind, weight: float) -> None:
    sale = opened(world(**OPEN))
    assert named(sale, kind)
    assert sale.knowledge.border[sale.seller_mind.node] == weight


def test_an_exact_number_after_a_range_is_a_full_border_and_a_weaker_one_takes_nothing_back() -> None:
    sale = opened(world(**OPEN))
    named(sale, Kind.RANGE)
    named(sale, Kind.QUOTE, 50.0)
    assert sale.knowledge.border[sale.seller_mind.node] == 1.0
    named(sale, Kind.CONDITIONAL, 40.0)
    assert sale.knowledge.border[sale.seller_mind.node] == 1.0


def test_a_range_is_as_wide_as_its_seller_says_and_is_judged_by_its_middle() -> None:
    sale = opened(world(**OPEN, seller__range_width=0.2))
    own = seller_opening(sale.world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, LARGE)
    named(sale, Kind.RANGE)
    assert sale.deal.quote[LARGE] == pytest.approx(own)
    assert sale.deal.quote_high[LARGE] == pytest.approx(1.2 * own)
    assert sale.deal.first_quote == pytest.approx(own)


@pytest.mark.parametrize(("final", "lost"), [(70.0, 0.0), (60.0, 0.0), (80.0, 0.5 * 10.0)])
def test_a_number_within_a_range_named_before_costs_no_goodwill(final: float, lost: float) -> None:
    sale = opened(world(**OPEN))
    named(sale, Kind.RANGE, 50.0, 70.0)
    before = sale.buyer_mind.shift
    named(sale, Kind.QUOTE, final)
    assert before - sale.buyer_mind.shift == pytest.approx(lost)


def test_a_menu_is_judged_by_the_tier_that_leaves_the_buyer_most() -> None:
    sale = opened(world(**OPEN))
    prices = (5.0, 60.0, *NO_PRICES[2:])
    answer_with_a_number(sale, Reply(int(Kind.MENU), -1, math.nan, math.nan, math.nan, prices), LARGE)
    left = [buyer_certain(sale.world, sale.buyer, sale.buyer_mind, s) - prices[s] for s in (SMALL, LARGE)]
    tier = int(np.argmax(left))
    assert sale.deal.quoted_solution == tier == best_tier(sale.world, sale.buyer, sale.buyer_mind, sale.deal)
    assert (sale.deal.first_quote, sale.deal.numbers) == (prices[tier], 1)
    assert [sale.deal.quote[s] for s in (SMALL, LARGE)] == [5.0, 60.0]


def test_a_menu_of_the_sellers_own_prices_names_what_it_would_quote_for_each() -> None:
    sale = opened(world(**OPEN))
    own = [seller_opening(sale.world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, s) for s in (0, 1)]
    named(sale, Kind.MENU)
    assert [sale.deal.quote[s] for s in (SMALL, LARGE)] == own


@pytest.mark.parametrize(("dearer", "holds"), [(0.5 * CONDITION_ROOM, True), (2.0 * CONDITION_ROOM, False)])
def test_a_condition_holds_until_the_job_turns_out_larger_than_it_allows(dearer: float, holds: bool) -> None:
    sale = opened(world(**OPEN, need_cost=0.2, quotes="binding"))
    limit = seller_limit(sale.world, sale.seller_mind, LARGE)
    named(sale, Kind.CONDITIONAL, 60.0)
    cost = 2 * sale.world.needs + sale.world.solutions + LARGE
    sale.seller_mind.belief[cost] += dearer * limit
    end_what_was_conditional(sale)
    assert math.isnan(sale.deal.quote[LARGE]) is not holds
    shift = sale.buyer_mind.shift
    if not holds:
        named(sale, Kind.QUOTE, 90.0)
        assert sale.buyer_mind.shift == shift, "what was on a condition costs no goodwill"


def test_ranges_and_conditions_cannot_be_taken_as_they_are() -> None:
    for kind, exact in ((Kind.RANGE, False), (Kind.CONDITIONAL, False), (Kind.QUOTE, True), (Kind.MENU, True)):
        sale = opened(world(**OPEN))
        assert not is_exact(sale, LARGE)
        named(sale, kind)
        assert bool(is_exact(sale, LARGE)) is exact


def test_a_binding_range_binds_at_its_end_only() -> None:
    sale = opened(world(**OPEN, quotes="binding"))
    named(sale, Kind.RANGE, 20.0, 30.0)
    assert revised_number(sale, LARGE) == 30.0
    sale = opened(world(**OPEN, quotes="binding", seller__range_width=0.9))
    named(sale, Kind.RANGE)
    sale.seller_mind.belief[2 * sale.world.needs + LARGE] += 10.0
    dearer = seller_opening(sale.world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, LARGE)
    assert dearer > sale.deal.quote[LARGE]
    assert revised_number(sale, LARGE) == dearer


def test_a_discount_lasts_when_the_number_is_named_anew() -> None:
    sale = opened(world(**OPEN))
    own = seller_opening(sale.world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, LARGE)
    named(sale, Kind.QUOTE, 0.9 * own)
    assert revised_number(sale, LARGE) == pytest.approx(max(0.9 * own, seller_limit(sale.world, sale.seller_mind, 1)))


def test_a_list_price_is_the_same_for_every_buyer_and_is_what_is_paid() -> None:
    haggling = {"buyer__taker_share": 0.0, "buyer__ambition": 0.4, "seller__markup": 0.3}
    rows = played(world(**haggling, seller__price_policy="list_price"), deals=4_000)[0]
    for solution in (SMALL, LARGE):
        first = rows["first_quote"][rows["quoted_solution"] == solution]
        paid = rows["price"][rows["won"] & (rows["solution"] == solution)]
        listed = np.unique(first[~np.isnan(first)])
        assert listed.size <= 1
        if paid.size:
            assert set(paid) == set(listed)
    assert rows["won"].any()
    assert set(rows["first_reply"]) <= {REPLIES.index("list"), -1}


def test_an_insisting_buyer_is_left_by_a_seller_who_serves_no_price_shoppers() -> None:
    shoppers = {"buyer__price_focus": 0.0, "buyer__shoppers": {"share": 0.5}, "seller__min_questions": 9}
    rows = played(world(**shoppers, seller__price_policy="never_to_price_shoppers"), deals=2_000)[0]
    left = rows["exit_reason"] == Reason.SELLER_WALKED_AWAY
    np.testing.assert_array_equal(left, rows["shopper"])
    assert (rows["times_asked"][left] == 2).all()
    assert not rows["won"][left].any()


def test_price_shoppers_ask_at_once_and_have_other_offers() -> None:
    changes = {"buyer__price_focus": 0.1, "buyer__rival__present": 0.2}
    rows = played(world(**changes, buyer__shoppers={"share": 0.3, "rival_present": 0.9}), deals=20_000)[0]
    shopper = rows["shopper"]
    assert shopper.mean() == pytest.approx(0.3, abs=0.01)
    assert rows["asked_first"][shopper].all()
    assert rows["asked_first"][~shopper].mean() == pytest.approx(0.1, abs=0.01)
    assert (rows["batna"][shopper] > 0).mean() == pytest.approx(0.9, abs=0.02)
    assert (rows["batna"][~shopper] > 0).mean() == pytest.approx(0.2, abs=0.02)


def test_no_share_of_price_shoppers_leaves_every_buyer_as_it_is() -> None:
    none, nobody = played(world(), world(buyer__shoppers={"share": 0.0}), deals=1_000)
    assert columns_that_differ(none, nobody) == []


def test_a_naive_discount_never_goes_below_the_sellers_own_limit() -> None:
    chosen = world(seller__price_policy="unqualified_discount", seller__discount=0.9, solutions__large__base_cost=60)
    rows = played(chosen, deals=2_000)[0]
    quoted = ~np.isnan(rows["first_quote"])
    assert quoted.any()
    assert (rows["first_quote"][quoted] >= np.where(rows["quoted_solution"][quoted] == LARGE, 60.0, 10.0)).all()


@pytest.mark.parametrize("opener", ["seller", "buyer"])
def test_take_it_or_leave_it_has_one_offer_and_one_answer(opener: str) -> None:
    haggling = {"buyer__taker_share": 0.0, "buyer__ambition": 0.3, "seller__markup": 0.2}
    chosen = world(**haggling, protocol="take_it_or_leave_it", opener=opener)
    rows = played(chosen, deals=4_000)[0]
    talked = rows["rounds"] > 0
    assert set(rows["rounds"][talked]) == {1}
    assert rows["won"].any()
    assert (rows["exit_reason"] == Reason.IMPASSE).any()
    won = rows[rows["won"]]
    if opener == "seller":
        np.testing.assert_array_equal(won["price"], won["last_quote"])
        assert (won["price"] <= won["reservation_price"] + 1e-9).all()
    else:
        assert (won["price"] < 0.99 * won["reservation_price"]).all(), "it names what it hopes for"
        assert (won["price"] >= won["seller_limit"] - 1e-9).all()


def test_a_list_price_earns_the_trust_that_an_early_number_to_be_verified_earns() -> None:
    for kind, binding, trusted in ((Kind.LIST, False, True), (Kind.QUOTE, True, True), (Kind.QUOTE, False, False),
                                   (Kind.RANGE, True, False)):  # fmt: skip
        sale = opened(world(**OPEN, quotes="binding" if binding else "revisable"))
        named(sale, kind)
        assert bool(sale.deal.trusted) is trusted
        late = opened(world(**OPEN, quotes="binding"))
        late.deal.questions = 1
        named(late, kind)
        assert not late.deal.trusted


def test_every_number_is_judged_by_the_same_rule_whatever_its_kind_and_moment() -> None:
    """The probability of leaving depends on the number and the limit alone."""
    stays = {}
    for kind in (Kind.QUOTE, Kind.LIST, Kind.RANGE, Kind.CONDITIONAL):
        for questions in (0, 5):
            answers = []
            for buyer in range(60):
                sale = opened(world(forces__shock=2.0), buyer)
                sale.deal.questions = questions
                price = 1.3 * max(1.0, buyer_limit(sale.world, sale.buyer, sale.buyer_mind, LARGE))
                answers.append(named(sale, kind, price))
            stays[kind, questions] = answers
    first = stays[Kind.QUOTE, 0]
    assert 0 < sum(first) < 60
    assert all(each == first for each in stays.values())
