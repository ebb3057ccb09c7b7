"""Objections, later business, and the two ways of counting violations."""

import numpy as np
import pytest
from worlds import mean_difference, played, world

from agents.buyer import probability_of_objecting
from sim.vocabulary import Reason, Step

RAISED = {"buyer__taker_share": 0.0, "buyer__ambition": 0.2, "conversation__round_contacts": 0.0}
KINDS = ("doubt", "uncovered", "price", "timing")


def test_the_hazard_of_an_objection_grows_with_its_cause_and_is_none_without_strength() -> None:
    assert probability_of_objecting(0.0, 5.0) == 0.0
    assert probability_of_objecting(2.0, 0.0) == 0.0
    assert probability_of_objecting(2.0, 0.5) == pytest.approx(1 - np.exp(-1.0))
    assert probability_of_objecting(2.0, 1e9) == 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_each_objection_has_a_strength_of_its_own(kind: str) -> None:
    strong = {f"objections__{kind}": 50.0, "solutions__large__covers": {"first": 1.0, "second": 0.5, "third": 0.5}}
    rows = played(world(**RAISED, **strong), deals=2_000)[0]
    reached = rows["exit_step"] >= Step.OBJECTIONS_AND_NEGOTIATIONS
    assert (rows["objections"][reached] <= 1).all()
    assert rows["objections"][reached].mean() > 0.8
    assert (rows["objections"][~reached] == 0).all()


def test_an_objection_that_is_answered_costs_nothing_but_its_time() -> None:
    plain = world(**RAISED)
    answered = world(**RAISED, objections={"doubt": 50.0, "contacts": 0.5, "value_lost": 1.0, "exit": 1.0})
    rows = played(plain, answered, deals=3_000)
    np.testing.assert_array_equal(rows["won"][0], rows["won"][1])
    np.testing.assert_array_equal(rows["price"][0], rows["price"][1])
    np.testing.assert_allclose(rows["contacts"][1] - rows["contacts"][0], 0.5 * rows["objections"][1])


def test_an_objection_that_is_not_answered_costs_value_or_the_deal() -> None:
    helpless = {**RAISED, "seller__objection_handling": 0.0}
    plain, value, deal = (
        played(world(**helpless, objections={"doubt": 50.0, **more}), deals=4_000)[0]
        for more in ({}, {"value_lost": 1.0}, {"exit": 1.0})
    )
    objected = value["objections"] > 0
    assert (value["reservation_price"][objected] < plain["reservation_price"][objected]).all()
    assert mean_difference(plain, value, "seller_profit")[0] > 0
    lost = deal["exit_reason"] == Reason.OBJECTION
    np.testing.assert_array_equal(lost, deal["objections"] > 0)


def test_who_asked_more_hears_fewer_objections() -> None:
    """Discovery leaves less to doubt and a solution that fits better [Rackham1988]."""
    doubts = {**RAISED, "objections__doubt": 2.0, "conversation__latent": 0.8}
    hasty, thorough = (
        played(world(**doubts, seller__max_questions=most, seller__min_questions=most), deals=6_000)[0]
        for most in (0, 9)
    )
    both = (hasty["exit_step"] >= 6) & (thorough["exit_step"] >= 6)
    assert thorough["objections"][both].mean() < 0.8 * hasty["objections"][both].mean()


def test_later_business_comes_from_buyers_who_gained_in_proportion_to_the_margin() -> None:
    rows = played(world(later_business=0.5), deals=3_000)[0]
    won = rows[rows["won"]]
    gained = won["value"] - won["price"] - won["batna"] >= 0
    assert gained.any()
    assert (~gained).any()
    np.testing.assert_allclose(won["later_profit"][gained], 0.5 * np.maximum(0, won["price"] - won["cost"])[gained])
    assert (won["later_profit"][~gained] == 0).all()
    assert (rows["later_profit"][~rows["won"]] == 0).all()


def test_openness_adds_to_later_business_after_an_early_number_that_can_be_verified() -> None:
    early = {"seller__price_policy": "list_price", "later_business": 0.5}
    plain, open_ = (played(world(**early, forces__openness=strength), deals=3_000)[0] for strength in (0.0, 0.4))
    same = plain["won"] & open_["won"] & (plain["price"] == open_["price"]) & (plain["later_profit"] > 0)
    assert same.any()
    np.testing.assert_allclose(open_["later_profit"][same], 1.4 * plain["later_profit"][same])


def test_openness_does_nothing_where_there_is_no_later_business() -> None:
    early = {"seller__price_policy": "list_price", "seller__min_questions": 3}
    plain, open_ = (played(world(**early, forces__openness=strength), deals=1_000)[0] for strength in (0.0, 5.0))
    np.testing.assert_array_equal(plain["price"], open_["price"])


def test_misjudging_ones_alternative_brings_true_violations_without_any_believed() -> None:
    unclear = world(buyer__clarity=0.0, buyer__clarity_error=20.0, buyer__rival__surplus_mean=25)
    rows = played(unclear, deals=6_000)[0]
    assert not rows["buyer_violation"].any()
    assert rows["buyer_true_violation"].mean() > 0.01


def test_yielding_to_temptation_brings_believed_violations_whatever_is_true() -> None:
    hard = {
        **RAISED, "seller__markup": 0.5, "seller__tactic": "boulware", "seller__firmness": 20.0,
        "seller__deadline": {"least": 60, "extra": 0}, "buyer__deadline": {"least": 4, "extra": 0},
        "forces__temptation": 1.0, "signing": {"bias": -0.3, "spread": 0.3},
    }  # fmt: skip
    weak, firm = (world(**hard, buyer__adherence=adherence) for adherence in (0.0, 1.0))
    weak_rows, firm_rows = played(weak, firm, deals=6_000)
    assert weak_rows["buyer_violation"].any()
    assert not firm_rows["buyer_violation"].any()
    assert (weak_rows["buyer_violation"] & ~weak_rows["buyer_true_violation"]).any(), "two different things"


def test_a_true_violation_is_a_deal_worse_than_the_alternative_and_nothing_else() -> None:
    rows = played(world(buyer__self_knowledge=0.3, forces__adaptation=0.2), deals=4_000)[0]
    won = rows[rows["won"]]
    assert won["buyer_true_violation"].any()
    np.testing.assert_array_equal(won["buyer_true_violation"], won["buyer_regret"] > 1e-6)
    np.testing.assert_array_equal(won["seller_true_violation"], won["seller_regret"] > 1e-6)
    assert not rows["buyer_true_violation"][~rows["won"]].any()
