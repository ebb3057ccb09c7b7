"""Leads, responses, qualification and preparation: what the seller makes of noisy signals, and what it costs."""

import math

import numpy as np
import pytest
from worlds import played, world

from agents.beliefs import know_more_of_a_sum
from agents.formulas import error_left, normal_probability
from agents.qualification import (
    able_to_pay,
    after_signal,
    is_worth_pursuing,
    likely_after_response,
    likely_after_score,
)
from sim.setting import prepare
from sim.stepped import SteppedDeal
from sim.vocabulary import Event, Reason, Step

QUALIFICATION = {"signal_noise": 0.5, "budget_noise": 0.5, "need_noise": 0.3, "questions": 2}
LEADS = {"in_market": 0.4, "quality": 0.5}


@pytest.mark.parametrize("quality", [0.0, 0.3, 1.0])
def test_a_score_is_believed_as_far_as_it_tells_the_truth(quality: float) -> None:
    luck = np.random.default_rng(1)
    real = luck.random(200_000) < 0.4
    by_chance = luck.random(real.size) < 0.4
    hot = np.where(luck.random(real.size) < quality, real, by_chance)
    for score in (True, False):
        share = real[hot == score].mean()
        assert likely_after_score(0.4, quality, score) == pytest.approx(share, abs=0.005)


def test_a_response_speaks_for_a_lead_in_the_market_where_others_respond_less() -> None:
    assert likely_after_response(0.4, 1.0) == 0.4
    assert likely_after_response(0.4, 0.0) == 1.0
    assert likely_after_response(0.4, 0.5) == pytest.approx(0.4 / (0.4 + 0.3))
    assert likely_after_response(0.0, 0.0) == 0.0


@pytest.mark.parametrize(("prior", "signal", "noise"), [(0.3, 0.9, 0.5), (0.8, 0.1, 1.0), (0.5, 2.0, 0.7)])
def test_a_noisy_signal_is_weighed_by_bayes_rule(prior: float, signal: float, noise: float) -> None:
    def density(fact: float) -> float:
        return math.exp(-0.5 * ((signal - fact) / noise) ** 2)

    right = prior * density(1) / (prior * density(1) + (1 - prior) * density(0))
    assert after_signal(prior, signal, noise) == pytest.approx(right)


def test_signals_at_the_edges_neither_fail_nor_overturn_what_is_certain() -> None:
    assert after_signal(1.0, -5.0, 0.1) == 1.0
    assert after_signal(0.0, 5.0, 0.1) == 0.0
    assert (after_signal(0.5, 1.0, 0.0), after_signal(0.5, 0.0, 0.0)) == (1.0, 0.0)
    assert after_signal(0.5, -1e9, 1e-3) == pytest.approx(0.0)
    assert after_signal(0.5, 0.9, 1e9) == pytest.approx(0.5)


def test_what_a_signal_says_of_the_budget_is_what_budgets_with_that_signal_are_like() -> None:
    median, spread, noise, price = math.log(100.0), 0.5, 0.4, 120.0
    luck = np.random.default_rng(2)
    budgets = median + spread * luck.standard_normal(2_000_000)
    signals = budgets + noise * luck.standard_normal(budgets.size)
    for signal in (math.log(80.0), math.log(150.0)):
        near = np.abs(signals - signal) < 0.02
        right = (budgets[near] >= math.log(price)).mean() / (budgets >= math.log(price)).mean()
        assert able_to_pay(price, price, median, spread, 0.0, signal, noise) == pytest.approx(right, rel=0.03)


def test_without_budgets_everybody_is_able_as_far_as_a_signal_tells() -> None:
    assert able_to_pay(100.0, 100.0, math.inf, 0.0, 0.0, 3.0, 0.5) == 1.0
    assert able_to_pay(100.0, 100.0, 4.0, 0.0, 0.0, 3.0, 0.0) == 1.0


def test_strictness_of_nought_pursues_everyone_and_of_one_breaks_even() -> None:
    assert is_worth_pursuing(-50.0, 10.0, 0.0)
    assert is_worth_pursuing(10.1, 10.0, 1.0)
    assert not is_worth_pursuing(10.0, 10.0, 1.0)


def test_hearing_a_sum_moves_the_belief_as_linear_algebra_says() -> None:
    luck = np.random.default_rng(3)
    root = luck.standard_normal((8, 8))
    cov = root @ root.T
    direction = np.array([0, 0, 1, 1, 1, 0, 0, 0.0])
    spread = direction @ cov @ direction + 2.0
    right = cov - np.outer(cov @ direction, cov @ direction) / spread
    mine, gains = cov.copy(), np.zeros(8)
    assert know_more_of_a_sum(mine, 8, 2, 3, 2.0, gains) == pytest.approx(spread)
    np.testing.assert_allclose(mine, right, atol=1e-12)
    np.testing.assert_allclose(gains, cov @ direction / spread)
    nothing = np.zeros((8, 8))
    assert know_more_of_a_sum(nothing, 8, 2, 3, 0.0, gains) == 0.0
    assert not gains.any()


def test_more_strictness_never_pursues_more() -> None:
    reached = []
    for strictness in (0.0, 0.2, 0.5, 1.0, 3.0):
        chosen = world(
            leads=LEADS, qualification=QUALIFICATION, seller__strictness=strictness, seller__contact_cost=2.0
        )
        rows = played(chosen, deals=4_000)[0]
        reached.append(int((rows["exit_step"] >= Step.NEEDS_ANALYSIS).sum()))
    assert reached == sorted(reached, reverse=True)
    assert reached[0] == 4_000
    assert len(set(reached)) > 2


def test_qualifying_is_worth_it_where_many_are_not_able_or_likely() -> None:
    """The signals find out those who will not buy; what they cost is saved on those."""
    costly = {"leads": {"in_market": 0.3}, "buyer__authority": 0.5, "seller__contact_cost": 6.0,
              "qualification": {**QUALIFICATION, "signal_noise": 0.1}}  # fmt: skip
    blind, strict = (played(world(**costly, seller__strictness=s), deals=8_000)[0] for s in (0.0, 0.3))
    unable = ~(blind["in_market"] & blind["authority"])
    assert (strict["contacts"][unable].mean(), strict["contacts"].mean()) < (blind["contacts"][unable].mean(), 9)
    assert strict["seller_profit"].sum() > blind["seller_profit"].sum()


def test_an_early_number_skips_the_signals_and_leaves_the_contact_for_needs() -> None:
    """The early seller asks as much in one contact as the late one has room for after its signals, and more."""
    same = {"qualification": QUALIFICATION, "seller__min_questions": 3, "seller__max_questions": 3}
    early = played(world(**same, seller__price_policy="on_first_ask"), deals=500)[0]
    late = played(world(**same, seller__price_policy="with_proposal"), deals=500)[0]
    assert not early["qualified"].any()
    assert late["qualified"].all()
    talked = early["questions"] == 3
    assert talked.any()
    assert late["contacts"][talked].min() > early["contacts"][talked].max()


def test_a_seller_without_anything_to_qualify_plays_as_if_there_were_no_such_step() -> None:
    blank = prepare(world())
    deal = SteppedDeal(blank, 1, 0)
    steps = [happening.step for happening in deal.happenings()]
    assert steps[0] == Step.NEEDS_ANALYSIS
    assert not deal.row["qualified"][0]
    assert deal.row["attempts"][0] == 0


def test_attempts_end_with_a_response_or_with_the_last_one_and_cost_the_seller_alone() -> None:
    chosen = world(prospecting={"attempts": 3, "attempt_contacts": 0.25, "response": 0.3})
    rows = played(chosen, deals=20_000)[0]
    silent = rows["exit_reason"] == Reason.NO_RESPONSE
    assert silent.mean() == pytest.approx(0.7**3, abs=0.01)
    assert (rows["attempts"][silent] == 3).all()
    assert (rows["contacts"][silent] == 0.75).all()
    assert (rows["buyer_contacts"][silent] == 0.0).all()
    assert (rows["attempts"] == 1).mean() == pytest.approx(0.3, abs=0.01)
    np.testing.assert_allclose(rows["contacts"] - rows["buyer_contacts"], 0.25 * rows["attempts"])


def test_leads_with_more_perceived_need_respond_more() -> None:
    chosen = world(prospecting={"attempts": 1, "attempt_contacts": 0.0, "response": 0.3, "response_to_need": 4.0})
    rows = played(chosen, deals=20_000)[0]
    responded = rows["exit_reason"] != Reason.NO_RESPONSE
    assert rows["first_best"][responded].mean() > 1.05 * rows["first_best"][~responded].mean()


def test_leads_out_of_the_market_never_buy_and_have_nothing_to_gain() -> None:
    rows = played(world(leads={"in_market": 0.5}), deals=5_000)[0]
    looking = ~rows["in_market"]
    assert looking.mean() == pytest.approx(0.5, abs=0.03)
    assert not rows["won"][looking].any()
    assert (rows["first_best"][looking] == 0).all()
    assert (rows["exit_reason"][looking] == Reason.NOT_BUYING_NOW).any()
    assert not (rows["exit_reason"][~looking] == Reason.NOT_BUYING_NOW).any()


def test_who_may_not_sign_is_found_out_at_signing_at_the_latest() -> None:
    rows = played(world(buyer__authority=0.6), deals=5_000)[0]
    assert rows["won"][rows["authority"]].any()
    assert not rows["won"][~rows["authority"]].any()
    stopped = rows[rows["exit_reason"] == Reason.NO_AUTHORITY]
    assert stopped.size
    assert (stopped["exit_step"] == Step.SECURING).all()


def test_each_contact_of_preparation_halves_the_error_left() -> None:
    assert [error_left(contacts) for contacts in (0.0, 1.0, 2.0)] == [1.0, 0.5, 0.25]
    assert normal_probability(0.0) == 0.5


@pytest.mark.parametrize(("side", "column"), [("seller", "contacts"), ("buyer", "buyer_contacts")])
def test_preparation_costs_the_side_that_prepares_and_clears_its_limit(side: str, column: str) -> None:
    unclear = {f"{side}__clarity": 0.0, f"{side}__clarity_error": 8.0, "buyer__taker_share": 0.0}
    vague = world(**unclear)
    ready = world(**unclear, **{f"{side}__preparation": 3.0})
    clear = world(**{**unclear, f"{side}__clarity_error": 0.0})
    rows = played(vague, ready, clear, deals=4_000)
    both = (rows["exit_step"] >= Step.OBJECTIONS_AND_NEGOTIATIONS).all(axis=0)
    limit = "seller_limit" if side == "seller" else "reservation_price"
    errors = [np.abs(rows[limit][arm][both] - rows[limit][2][both]).mean() for arm in (0, 1)]
    assert errors[1] < 0.5 * errors[0]
    other = "buyer_contacts" if side == "seller" else "contacts"
    spent = rows[column][1][both] - rows[other][1][both]
    np.testing.assert_allclose(spent, 3.0)
    np.testing.assert_allclose(rows[column][0][both], rows[other][0][both])


def test_a_seller_prepares_once_it_has_qualified_a_buyer_and_else_before_it_negotiates() -> None:
    def step_of_preparing(**changes: object) -> int:
        setting = prepare(world(seller__preparation=1.0, seller__clarity=0.5, seller__clarity_error=5.0, **changes))
        found = {
            happening.step
            for buyer in range(20)
            for happening in SteppedDeal(setting, 1, buyer).happenings()
            if happening.event == Event.PREPARED
        }
        assert len(found) == 1
        return found.pop()

    late = {"qualification": QUALIFICATION, "seller__price_policy": "with_proposal"}
    early = {"qualification": QUALIFICATION, "seller__price_policy": "on_first_ask"}
    assert step_of_preparing(**late) == Step.QUALIFICATION
    assert step_of_preparing(**early) == Step.OBJECTIONS_AND_NEGOTIATIONS
