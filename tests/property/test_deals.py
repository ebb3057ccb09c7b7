"""Whatever the scenario: deals end, book what they may, keep to limits, and are the same again."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as some
from worlds import played, same_rows, world

from agents.catalogue import price_policies, tactics
from sim.outcome import COLUMNS
from sim.reading import load_scenario
from sim.scenario import Scenario
from sim.vocabulary import Destination, Reason, Step

DEALS = 200
MONEY = ("seller_profit", "buyer_surplus", "first_best", "batna", "contact_costs", "buyer_regret", "seller_regret")
OF_A_SIGNED_DEAL = ("price", "value", "cost")
OF_A_SUBJECT = ("reservation_price", "seller_limit")

shares = some.floats(0.01, 1)
maybe = some.sampled_from([0.0, 1.0]) | shares
seldom = some.just(0.0) | some.just(0.0) | shares
"""For strengths that end nearly every deal when many of them are at work."""


def amounts(most: float) -> some.SearchStrategy[float]:
    return some.just(0.0) | some.floats(0.01, most)


@some.composite
def worths(draw: some.DrawFn) -> dict[str, Any]:
    mean = draw(some.floats(1, 200))
    family = draw(some.sampled_from(["lognormal", "normal", "uniform", "fixed"]))
    spread = draw(some.floats(0, 1.2))
    if family == "lognormal":
        return {"family": family, "mean": mean, "log_sd": spread}
    if family == "fixed":
        return {"family": family, "mean": mean}
    return {"family": family, "mean": mean, "sd": mean * min(spread, 0.57 if family == "uniform" else 1.2)}


@some.composite
def pricings(draw: some.DrawFn) -> dict[str, Any]:
    model = draw(some.sampled_from(["belief_optimal", "list", "cost_plus", "value_share"]))
    number = {"list": ("price", some.floats(0, 300)), "cost_plus": ("margin", some.floats(0, 3)),
              "value_share": ("share", shares)}  # fmt: skip
    if model not in number:
        return {"model": model}
    name, values = number[model]
    return {"model": model, name: draw(values)}


@some.composite
def parties(draw: some.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    rules = some.sampled_from(list(tactics()))
    deadlines = some.fixed_dictionaries({"least": some.integers(2, 6), "extra": some.floats(0, 8)})
    common = {
        "adherence": maybe, "clarity": maybe, "clarity_error": amounts(30), "contact_cost": amounts(1),
        "tactic": rules, "firmness": some.floats(1, 20), "deadline": deadlines,
    }  # fmt: skip
    rivals = some.fixed_dictionaries(
        {"present": maybe, "surplus_mean": some.floats(0, 0.5), "surplus_sd": amounts(1),
         "basis": some.sampled_from(["of_value", "money"])}
    )  # fmt: skip
    budgets = (
        some.none()
        | some.none()
        | some.fixed_dictionaries({"median": some.floats(20, 600), "log_sd": amounts(1.5), "flex": maybe})
    )
    patience = some.fixed_dictionaries(
        {"impatient_share": maybe, "impatient": some.floats(1, 4), "patient": some.floats(3, 15)}
    )
    buyer = {
        **common, "awareness": some.just(0.0) | some.floats(0.5, 3), "self_knowledge": maybe,
        "risk_aversion": amounts(2),
        "budget": budgets, "rival": rivals, "price_focus": maybe, "interest_effect": some.floats(-5, 5),
        "patience": patience, "unlimited_patience": some.booleans(), "expectation_spread": amounts(1),
        "taker_share": maybe, "ambition": maybe, "slack": maybe,
    }  # fmt: skip
    seller = {
        **common, "price_policy": some.sampled_from(list(price_policies())), "markup": amounts(1),
        "opportunity_cost": amounts(20), "discovery_skill": amounts(10), "reframing_skill": maybe,
        "min_questions": some.integers(0, 12), "max_questions": some.integers(0, 36), "confidence": amounts(2),
    }  # fmt: skip
    return draw(some.fixed_dictionaries(buyer)), draw(some.fixed_dictionaries(seller))


FORCES = {
    "border": some.floats(0, 0.99), "requote": amounts(3), "anchor_aspiration": maybe, "anchor_reservation": maybe,
    "shock": amounts(5), "haggle_now": maybe, "refusal_exit": seldom, "hold_up": seldom, "stall": amounts(0.2),
    "stall_relief": amounts(5), "breakdown": seldom, "temptation": maybe, "adaptation": maybe,
    "adaptation_seller_share": maybe,
}  # fmt: skip


@some.composite
def scenarios(draw: some.DrawFn) -> Scenario:
    needs = [f"need_{k}" for k in range(draw(some.integers(1, 6)))]
    solutions = [f"solution_{s}" for s in range(draw(some.integers(1, 4)))]
    buyer, seller = draw(parties())
    return Scenario.model_validate(
        {
            "schema": 1, "name": "any", "title": "Any", "question": "?", "story": "Any.", "currency": "money",
            "needs": {name: {"label": name, "present": draw(maybe), "worth": draw(worths())} for name in needs},
            "common_factor": draw(maybe),
            "solutions": {
                name: {"label": name, "covers": {need: draw(maybe) for need in needs}, "base_cost": draw(amounts(50)),
                       "typical_price": draw(amounts(150)), "pricing": draw(pricings())}
                for name in solutions
            },
            "need_cost": draw(some.just(0.0) | some.floats(0.01, 0.95)),
            "quotes": draw(some.sampled_from(["binding", "revisable"])),
            "opener": draw(some.sampled_from(["seller", "buyer"])),
            "buyer": buyer,
            "seller": seller,
            "conversation": {
                "questions_per_contact": draw(some.integers(1, 12)), "answer_noise": draw(amounts(100)),
                "latent": draw(maybe), "report_noise": draw(some.none() | amounts(100)),
                "reports": draw(some.booleans()), "common_diagnosis": draw(some.booleans()),
                "round_contacts": draw(maybe),
            },
            "signing": {
                "bias": draw(some.floats(-1, 0.2)), "uncertainty_bias": draw(amounts(1)), "spread": draw(amounts(1)),
            },
            "forces": {name: draw(values) for name, values in FORCES.items()},
        }
    )  # fmt: skip


def check_every_deal_ends(rows: np.ndarray) -> None:
    assert np.isin(rows["exit_reason"], [int(reason) for reason in Reason if reason != Reason.OPEN]).all()
    assert np.isin(rows["exit_step"], [int(step) for step in Step]).all()
    ends = [int(Destination.SELLER), int(Destination.COMPETITOR), int(Destination.NO_DECISION)]
    assert np.isin(rows["destination"], ends).all()
    np.testing.assert_array_equal(rows["won"], rows["exit_reason"] == Reason.SIGNED)
    np.testing.assert_array_equal(rows["won"], rows["destination"] == Destination.SELLER)
    np.testing.assert_array_equal(rows["deal"], np.arange(rows.size))


def check_numbers_exist_where_they_should(rows: np.ndarray) -> None:
    won, subject, named = rows["won"], rows["solution"] >= 0, rows["first_quote_contact"] > 0
    bargained = rows["exit_step"] >= Step.OBJECTIONS_AND_NEGOTIATIONS
    for column in COLUMNS:
        if column.kind == "f8":
            assert not np.isinf(rows[column.name]).any(), column.name
    for name in (*MONEY, "contacts", "hours"):
        assert np.isfinite(rows[name]).all(), name
    for name in OF_A_SIGNED_DEAL:
        np.testing.assert_array_equal(np.isfinite(rows[name]), won)
    for name in OF_A_SUBJECT:
        np.testing.assert_array_equal(np.isfinite(rows[name]), subject)
    for name in ("first_quote", "last_quote"):
        np.testing.assert_array_equal(np.isfinite(rows[name]), named)
    np.testing.assert_array_equal(rows["quoted_solution"] >= 0, named)
    assert subject[won].all()
    assert not np.isfinite(rows["zopa"])[~bargained].any()
    assert np.isfinite(rows["zopa"])[won].all()
    assert np.isnan(rows["days"]).all()


def check_accounts(rows: np.ndarray, scenario: Scenario) -> None:
    won = rows["won"]
    costs = rows["contacts"] * np.array([[scenario.seller.contact_cost], [scenario.buyer.contact_cost]])
    sizes = [np.nan_to_num(np.abs(rows[name])) for name in ("first_best", "value", "price", "batna")]
    scale = 1e-6 * (1 + np.sum(sizes, axis=0))
    np.testing.assert_allclose(rows["contact_costs"], costs.sum(axis=0), rtol=1e-12, atol=1e-12)
    joint = rows["seller_profit"] + rows["buyer_surplus"]
    assert np.all(joint <= rows["first_best"] - rows["contact_costs"] + scale)
    assert np.all(rows["first_best"] >= 0)
    np.testing.assert_allclose(rows["seller_profit"][~won], -costs[0][~won], rtol=1e-12)
    np.testing.assert_allclose(rows["buyer_surplus"][~won], -costs[1][~won], rtol=1e-12)
    assert not rows["seller_regret"][~won].any()
    assert not rows["buyer_regret"][~won].any()
    wrong = won & (rows["solution"] != rows["best_solution"]) & (rows["first_best"] > 0)
    earned = rows["value"] - rows["cost"] - rows["batna"] - rows["contact_costs"]
    adapted = earned - scenario.forces.adaptation * rows["price"]
    right = won & ~wrong & (rows["first_best"] > 0)
    assert np.all(np.abs(joint - earned)[right] <= scale[right])
    assert np.all(np.abs(joint - adapted)[wrong] <= scale[wrong])


def check_limits(rows: np.ndarray, scenario: Scenario) -> None:
    won = rows[rows["won"]]
    slack = 1e-6 * (1 + np.abs(won["price"]))
    if scenario.buyer.adherence == 1:
        assert not won["buyer_violation"].any()
        assert np.all(won["price"] <= won["reservation_price"] + slack)
    if scenario.seller.adherence == 1:
        assert not won["seller_violation"].any()
        assert np.all(won["price"] >= won["seller_limit"] - slack)
    assert not rows["buyer_violation"][~rows["won"]].any()
    assert not rows["seller_violation"][~rows["won"]].any()


def check_effort(rows: np.ndarray, scenario: Scenario) -> None:
    assert np.all(rows["contacts"] >= 1)
    assert np.all(rows["questions"] <= scenario.seller.max_questions)
    asked_in = np.floor(rows["contacts"]) * scenario.conversation.questions_per_contact
    assert np.all(rows["questions"] <= asked_in)
    assert np.all(rows["first_quote_contact"] <= rows["contacts"])
    assert np.all(rows["rounds"] >= 0)
    longest = 100 if scenario.buyer.deadline.extra or scenario.seller.deadline.extra else 7
    assert np.all(rows["rounds"] <= longest + 1)
    if scenario.buyer.price_focus == 0:
        assert not rows["asked_first"].any()
        assert not rows["refusals"].any()


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios(), seed=some.sampled_from([0, 1, 2**64 - 1]))
def test_deals_of_any_scenario_end_and_keep_their_promises(scenario: Scenario, seed: int) -> None:
    rows = played(scenario, deals=DEALS, seed=seed)[0]
    event(f"won {round(float(rows['won'].mean()), 1)}")
    check_every_deal_ends(rows)
    check_numbers_exist_where_they_should(rows)
    check_accounts(rows, scenario)
    check_limits(rows, scenario)
    check_effort(rows, scenario)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios(), chunk=some.integers(1, 60), workers=some.integers(1, 2))
def test_deals_of_any_scenario_do_not_depend_on_chunks_threads_and_further_deals(
    scenario: Scenario, chunk: int, workers: int
) -> None:
    whole = played(scenario, deals=DEALS)
    assert same_rows(whole[:, :70], played(scenario, deals=70, chunk=chunk, workers=workers))


def test_every_reason_to_end_comes_up() -> None:
    """A reason that never occurs would leave its rows unchecked; a number is rarely taken back where sellers choose."""
    bound = world(
        quotes="binding",
        need_cost=0.9,
        solutions__small__base_cost=200,
        seller__price_policy="on_first_ask",
        seller__min_questions=9,
        conversation__answer_noise=1,
        conversation__latent=1.0,
    )
    found = set(np.unique(played(bound, deals=4_000)["exit_reason"]).tolist())
    assert Reason.QUOTE_WITHDRAWN in found
    for name in ("b2b_software", "auto_repair"):
        policies = ("after_needs_analysis", "on_first_ask", "never_to_price_shoppers")
        arms = [load_scenario(name, {"seller.price_policy": policy}) for policy in policies]
        arms.append(load_scenario(name, {"seller.strictness": 3.0}))
        rows = played(*arms, deals=20_000)
        found |= set(np.unique(rows["exit_reason"]).tolist())
    assert {Reason(code) for code in found} == set(Reason) - {Reason.OPEN}


@pytest.mark.parametrize("name", ["b2b_software", "auto_repair"])
def test_no_seller_names_a_number_below_nothing(name: str) -> None:
    """Estimates of needs may fall below nothing; prices do not."""
    scenario = load_scenario(name, {"seller.clarity": 0.0, "seller.clarity_error": 40})
    early = scenario.seller.model_copy(update={"price_policy": "on_first_ask"})
    rows = played(scenario, scenario.model_copy(update={"seller": early}), deals=40_000)
    numbers = np.concatenate([rows["first_quote"].ravel(), rows["last_quote"].ravel(), rows["price"].ravel()])
    assert np.nanmin(numbers) >= 0
