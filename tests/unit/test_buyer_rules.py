"""The buyers' rules: their limits, which way they move, and that a strength of nought switches each off."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from scipy import stats

from agents.buyer import (
    agrees_in_principle,
    anchored_shift,
    aspiration,
    focus_after_refusal,
    is_worth_another_contact,
    probability_of_affording,
    probability_of_asking,
    probability_of_leaving_over,
    probability_of_signing,
    probability_of_stalling,
    reservation_price,
)

money = some.floats(-200, 400)
gains = some.floats(0.01, 400)
shares = some.floats(0, 1)
NAN, INFINITY = math.nan, math.inf


# --- what it would pay at most ---


@given(certain=money, batna=some.floats(0, 100), shift=some.floats(-50, 50), flex=shares)
def test_without_a_budget_the_reservation_price_is_the_worth_beyond_the_batna(
    certain: float, batna: float, shift: float, flex: float
) -> None:
    assert reservation_price(certain, batna, shift, INFINITY, flex) == pytest.approx(certain - batna + shift)


@given(certain=money, batna=some.floats(0, 100), budget=some.floats(1, 300), flex=shares)
def test_the_budget_gives_way_by_its_flexible_part_of_the_worth_beyond_it(
    certain: float, batna: float, budget: float, flex: float
) -> None:
    spendable = budget if certain <= budget else (1 - flex) * budget + flex * certain
    found = reservation_price(certain, batna, 0.0, budget, flex)
    assert found == pytest.approx(min(certain - batna, spendable))
    assert reservation_price(certain, batna, 0.0, budget, 0.0) <= budget
    assert reservation_price(certain, batna, 0.0, budget, 1.0) == pytest.approx(certain - batna)


@given(certain=money, more=gains, batna=some.floats(0, 100), budget=some.floats(1, 300), flex=shares)
def test_the_reservation_price_rises_with_worth_and_budget_and_falls_with_the_batna(
    certain: float, more: float, batna: float, budget: float, flex: float
) -> None:
    here = reservation_price(certain, batna, 0.0, budget, flex)
    assert reservation_price(certain + more, batna, 0.0, budget, flex) >= here
    assert reservation_price(certain, batna, 0.0, budget + more, flex) >= here - 1e-9
    assert reservation_price(certain, batna + more, 0.0, budget, flex) <= here


# --- asking for the price ---


@given(focus=shares, effect=some.floats(-5, 5), interest=some.floats(-3, 3))
def test_asking_is_as_probable_as_the_focus_and_shifts_by_interest_in_log_odds(
    focus: float, effect: float, interest: float
) -> None:
    found = probability_of_asking(focus, effect, interest)
    assert 0.0 <= found <= 1.0
    assert probability_of_asking(focus, 0.0, interest) == focus
    if 1e-6 < focus < 1 - 1e-6 and 1e-9 < found < 1 - 1e-9:
        moved = math.log(found / (1 - found)) - math.log(focus / (1 - focus))
        assert moved == pytest.approx(effect * interest, abs=1e-5)


@pytest.mark.parametrize("effect", [-4.0, 0.0, 4.0])
def test_who_never_asks_never_asks_and_who_always_asks_always_does(effect: float) -> None:
    assert probability_of_asking(0.0, effect, 2.0) == 0.0
    assert probability_of_asking(1.0, effect, 2.0) == 1.0


def test_each_refusal_goes_half_way_to_certainty_of_asking() -> None:
    focus, found = 0.2, []
    for _ in range(3):
        focus = focus_after_refusal(focus)
        found.append(focus)
    assert found == pytest.approx([0.6, 0.8, 0.9])
    assert focus_after_refusal(1.0) == 1.0


# --- leaving over a number ---


@given(price=gains, limit=money, shock=some.floats(0, 50))
def test_a_number_within_the_limit_never_makes_a_buyer_leave(price: float, limit: float, shock: float) -> None:
    found = probability_of_leaving_over(price, limit, shock)
    if price <= limit or shock == 0:
        assert found == 0.0
    else:
        assert found == pytest.approx(1 - math.exp(-shock * (price - limit) / price), abs=1e-12)


@given(price=gains, more=gains, limit=money, shock=some.floats(0.1, 10))
def test_a_dearer_number_and_a_larger_shock_drive_more_buyers_away(
    price: float, more: float, limit: float, shock: float
) -> None:
    here = probability_of_leaving_over(price, limit, shock)
    assert probability_of_leaving_over(price, limit, 2 * shock) >= here
    if limit >= 0:
        assert probability_of_leaving_over(price + more, limit, shock) >= here - 1e-12


@pytest.mark.parametrize("price", [0.0, -5.0])
def test_nobody_leaves_over_a_gift(price: float) -> None:
    assert probability_of_leaving_over(price, -50.0, 5.0) == 0.0


# --- anchors ---


@given(price=money, limit=money, unsure=some.floats(0, 100), strength=shares)
def test_an_anchor_pulls_towards_the_number_by_at_most_its_strength_in_the_buyers_doubt(
    price: float, limit: float, unsure: float, strength: float
) -> None:
    shift = anchored_shift(price, limit, unsure, strength)
    assert abs(shift) <= strength * unsure * (1 + 1e-12)
    assert shift * (price - limit) >= 0
    assert abs(shift) <= strength * abs(price - limit) * (1 + 1e-12) + 1e-12


@given(price=money, limit=money)
def test_an_anchor_moves_nobody_who_knows_the_value_and_none_when_switched_off(price: float, limit: float) -> None:
    assert anchored_shift(price, limit, 0.0, 1.0) == 0.0
    assert anchored_shift(price, limit, 20.0, 0.0) == 0.0


def test_a_far_anchor_moves_a_doubtful_buyer_by_the_whole_bound_and_a_near_one_in_proportion() -> None:
    assert anchored_shift(1e6, 80.0, 10.0, 0.5) == pytest.approx(5.0)
    assert anchored_shift(-1e6, 80.0, 10.0, 0.5) == pytest.approx(-5.0)
    assert anchored_shift(80.1, 80.0, 10.0, 0.5) == pytest.approx(0.05, rel=1e-3)


@given(limit=money, ambition=shares, first=money, pull=shares)
def test_the_buyer_never_hopes_to_pay_more_than_its_limit(
    limit: float, ambition: float, first: float, pull: float
) -> None:
    assert aspiration(limit, ambition, first, pull) <= limit + 1e-9
    assert aspiration(limit, ambition, NAN, pull) <= limit


def test_the_aspiration_is_below_the_limit_by_the_ambition_and_pulled_by_the_first_number() -> None:
    assert aspiration(80.0, 0.25, NAN, 0.5) == pytest.approx(60.0)
    assert aspiration(80.0, 0.25, 70.0, 0.0) == pytest.approx(60.0)
    assert aspiration(80.0, 0.25, 70.0, 0.5) == pytest.approx(65.0)
    assert aspiration(80.0, 0.25, 500.0, 0.5) == pytest.approx(70.0), "a number beyond the limit counts as the limit"
    assert aspiration(-80.0, 0.25, NAN, 0.0) == pytest.approx(-100.0)
    assert aspiration(80.0, 0.0, 70.0, 0.0) == 80.0


# --- going on ---


@given(surplus=money, hold_up=shares, cost=some.floats(0, 50))
def test_another_contact_is_spent_while_the_part_not_feared_lost_pays_for_it(
    surplus: float, hold_up: float, cost: float
) -> None:
    free = is_worth_another_contact(surplus, hold_up, False, cost)
    assert free == ((1 - hold_up) * max(0.0, surplus) >= cost)
    assert is_worth_another_contact(surplus, 0.0, False, cost) == is_worth_another_contact(surplus, hold_up, True, cost)
    assert is_worth_another_contact(surplus, hold_up, False, 0.0), "a free contact is always worth it"


def test_fear_of_hold_up_ends_what_a_binding_number_keeps_alive() -> None:
    assert is_worth_another_contact(10.0, 0.6, True, 5.0)
    assert not is_worth_another_contact(10.0, 0.6, False, 5.0)
    assert not is_worth_another_contact(10.0, 1.0, False, 0.1)


@given(stall=shares, relief=some.floats(0, 10), surplus=some.floats(-3, 3), more=some.floats(0, 2))
def test_stalling_is_likeliest_without_surplus_and_falls_with_it(
    stall: float, relief: float, surplus: float, more: float
) -> None:
    here = probability_of_stalling(stall, relief, surplus)
    assert 0.0 <= here <= stall
    assert probability_of_stalling(stall, relief, surplus + more) <= here
    assert probability_of_stalling(0.0, relief, surplus) == 0.0
    assert probability_of_stalling(stall, 0.0, surplus) == stall
    assert probability_of_stalling(stall, relief, -abs(surplus)) == stall


@given(limit=money, price=money, slack=shares)
def test_a_buyer_agrees_in_principle_up_to_its_slack_and_never_where_it_would_pay_nothing(
    limit: float, price: float, slack: float
) -> None:
    found = agrees_in_principle(limit, price, slack)
    assert found == (limit > 0 and limit >= (1 - slack) * price)
    assert not agrees_in_principle(-abs(limit), price, 1.0)
    if found:
        assert agrees_in_principle(limit + 1.0, price, slack)
        assert agrees_in_principle(limit, price, 1.0)


# --- signing ---

certains = some.floats(1, 300)


@given(certain=some.floats(-300, 0), price=money, spread=some.floats(0, 1))
def test_nobody_signs_for_what_is_worth_nothing(certain: float, price: float, spread: float) -> None:
    assert probability_of_signing(price, certain, 10.0, 0.0, 0.0, 0.0, spread) == 0.0


@given(
    certain=certains,
    price=money,
    batna=some.floats(0, 100),
    variance=some.floats(0, 1e4),
    spread=some.floats(0.01, 1),
)
def test_signing_follows_the_logistic_curve_of_the_margin(
    certain: float, price: float, batna: float, variance: float, spread: float
) -> None:
    found = probability_of_signing(price, certain, variance, batna, 0.05, 0.35, spread)
    margin = (certain - price - batna) / certain
    wanted = 0.05 + 0.35 * (math.sqrt(variance) / certain - 0.2)
    assert found == pytest.approx(stats.logistic.cdf((margin - wanted) / spread), abs=1e-9)


@given(certain=certains, price=money, batna=some.floats(0, 100), more=gains)
def test_a_dearer_price_a_better_batna_and_more_doubt_never_help_signing(
    certain: float, price: float, batna: float, more: float
) -> None:
    def signs(price: float, batna: float, variance: float) -> float:
        return probability_of_signing(price, certain, variance, batna, 0.05, 0.35, 0.08)

    here = signs(price, batna, 100.0)
    assert signs(price + more, batna, 100.0) <= here
    assert signs(price, batna + more, 100.0) <= here
    assert signs(price, batna, 100.0 + more) <= here


def test_signing_at_the_bias_is_a_toss_up() -> None:
    assert probability_of_signing(75.0, 100.0, 400.0, 20.0, 0.05, 0.35, 0.08) == pytest.approx(0.5)


def test_with_no_spread_a_buyer_signs_from_the_bias_on_and_not_below() -> None:
    for bias, price in ((0.0, 80.0), (0.05, 75.0), (-0.1, 90.0)):
        assert probability_of_signing(price - 1e-6, 100.0, 0.0, 20.0, bias, 0.0, 0.0) == 1.0
        assert probability_of_signing(price + 1e-6, 100.0, 0.0, 20.0, bias, 0.0, 0.0) == 0.0


def test_with_signing_off_a_buyer_signs_at_its_own_limit_whatever_the_last_bit_says() -> None:
    """The limit is certain - batna, rounded; bargaining often ends exactly there."""
    luck = np.random.default_rng(1)
    refused = 0
    for certain, batna in zip(luck.uniform(20, 200, 2000), luck.uniform(0, 20, 2000), strict=True):
        limit = reservation_price(certain, batna, 0.0, INFINITY, 0.0)
        refused += probability_of_signing(limit, certain, 0.0, batna, 0.0, 0.0, 0.0) < 1.0
    assert refused == 0


# --- budgets, as a seller sees them ---


@given(price=gains, certain=money, log_sd=some.floats(0.1, 1), flex=some.floats(0, 1))
@example(price=7.0, certain=7.0, log_sd=1.0, flex=1.0)  # who gives way in full pays whatever it is worth
def test_affording_is_the_share_of_budgets_that_reach_the_price(
    price: float, certain: float, log_sd: float, flex: float
) -> None:
    budgets = np.exp(stats.norm.ppf((np.arange(2000) + 0.5) / 2000) * log_sd + math.log(110))
    spendable = budgets + flex * np.maximum(0.0, certain - budgets)
    share = np.mean(spendable >= price)
    found = probability_of_affording(price, certain, math.log(110), log_sd, flex)
    assert found == pytest.approx(share, abs=2e-3)


def test_everybody_affords_everything_without_a_budget_and_a_known_budget_is_a_step() -> None:
    assert probability_of_affording(1e9, 50.0, INFINITY, 0.0, 0.0) == 1.0
    assert probability_of_affording(109.9, 50.0, math.log(110), 0.0, 0.0) == 1.0
    assert probability_of_affording(110.1, 50.0, math.log(110), 0.0, 0.0) == 0.0
    assert probability_of_affording(110.1, 120.0, math.log(110), 0.0, 1.0) == 1.0
    assert probability_of_affording(-3.0, 50.0, math.log(110), 0.4, 0.0) == 1.0
