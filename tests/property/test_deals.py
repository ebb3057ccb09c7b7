"""Whatever the scenario: deals end, book what they may, keep to limits, and are the same again."""

from random import Random
from typing import Any, NamedTuple

import numpy as np
import pytest
from any_scenario import any_scenario, scenario_from
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as some
from pydantic import BaseModel
from worlds import played, same_rows, world

from agents.catalogue import price_policies, tactics
from agents.formulas import normal_quantile
from agents.views import Kind
from sim.fate import Purpose, luck
from sim.outcome import COLUMNS
from sim.population import draw_buyers
from sim.reading import load_scenario
from sim.scenario import Scenario
from sim.setting import prepare
from sim.vocabulary import Destination, Objection, Reason, Step

DEALS = 40
SEEDS = some.sampled_from([0, 1, 2**64 - 1])
MONEY = (
    "seller_profit", "buyer_surplus", "first_best", "batna", "contact_costs", "buyer_regret", "seller_regret",
    "later_profit",
)  # fmt: skip
OF_A_SIGNED_DEAL = ("price", "value", "cost")
OF_A_SUBJECT = ("reservation_price", "seller_limit")
EFFORT = ("contacts", "buyer_contacts", "hours")
ROUNDING = 1e-9


class Truth(NamedTuple):
    """What is true of the buyers played, drawn anew: worth and cost of the solutions (buyers, solutions), BATNA.

    And of every level of every term (buyers, terms, levels).
    """

    worth: np.ndarray
    cost: np.ndarray
    batna: np.ndarray
    term_worth: np.ndarray
    term_cost: np.ndarray

    def of_terms(self, packages: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Worth and cost of the package of each buyer, money."""
        worth, cost = np.zeros(packages.size), np.zeros(packages.size)
        everyone = np.arange(packages.size)
        for j in range(self.term_worth.shape[1]):
            level = packages // 10**j % 10
            worth += self.term_worth[everyone, j, level]
            cost += self.term_cost[everyone, j, level]
        return worth, cost

    @property
    def best_terms(self) -> np.ndarray:
        """The most that terms could bring both together, for each buyer, money."""
        return (self.term_worth - self.term_cost).max(axis=2).sum(axis=1)


def truth_of(scenario: Scenario, seed: int, deals: int) -> Truth:
    setting = prepare(scenario)
    buyers = draw_buyers(setting.world, setting.buyer, seed, 0, deals)
    needs, solutions = len(scenario.needs), len(scenario.solutions)
    cover = setting.world["cover"][0, :solutions, :needs]
    worth = buyers["worth"][:, :needs] @ cover.T
    cost = setting.world["base_cost"][0, :solutions] + scenario.need_cost * worth
    terms = len(scenario.terms)
    spread = setting.world["term_cost_spread"][0, :terms]
    cares = [[normal_quantile(luck(seed, Purpose.TERM, b, j)[1]) for j in range(terms)] for b in range(deals)]
    seller_factor = 1 + spread * np.reshape(cares, (deals, terms))
    usual_worth, usual_cost = setting.world["term_worth"][0, :terms], setting.world["term_cost"][0, :terms]
    term_worth = buyers["term_factor"][:, :terms, None] * usual_worth
    return Truth(worth, cost, buyers["batna"], term_worth, seller_factor[:, :, None] * usual_cost)


def check_every_deal_ends(rows: np.ndarray) -> None:
    assert np.isin(rows["exit_reason"], [int(reason) for reason in Reason if reason != Reason.OPEN]).all()
    assert np.isin(rows["exit_step"], [int(step) for step in Step]).all()
    ends = [int(Destination.SELLER), int(Destination.COMPETITOR), int(Destination.NO_DECISION)]
    assert np.isin(rows["destination"], ends).all()
    np.testing.assert_array_equal(rows["won"], rows["exit_reason"] == Reason.SIGNED)
    np.testing.assert_array_equal(rows["won"], rows["destination"] == Destination.SELLER)
    np.testing.assert_array_equal(rows["deal"], np.arange(rows.size))
    assert (rows["in_market"] & rows["authority"])[rows["won"]].all()


def check_numbers_exist_where_they_should(rows: np.ndarray) -> None:
    won, subject, named = rows["won"], rows["solution"] >= 0, rows["first_reply"] >= 0
    bargained = rows["exit_step"] >= Step.OBJECTIONS_AND_NEGOTIATIONS
    for column in COLUMNS:
        if column.kind == "f8":
            assert not np.isinf(rows[column.name]).any(), column.name
    for name in (*MONEY, *EFFORT):
        assert np.isfinite(rows[name]).all(), name
    for name in OF_A_SIGNED_DEAL:
        np.testing.assert_array_equal(np.isfinite(rows[name]), won)
    for name in OF_A_SUBJECT:
        np.testing.assert_array_equal(np.isfinite(rows[name]), subject)
    for name in ("first_quote", "last_quote"):
        np.testing.assert_array_equal(np.isfinite(rows[name]), named)
        assert np.all(rows[name][named] >= 0)
    np.testing.assert_array_equal(rows["quoted_solution"] >= 0, named)
    np.testing.assert_array_equal(rows["first_quote_contact"] > 0, named)
    numbers = [int(kind) for kind in Kind if Kind.QUOTE <= kind <= Kind.LIST]
    assert np.isin(rows["first_reply"], [-1, *numbers]).all()
    assert subject[won].all()
    assert not np.isfinite(rows["zopa"])[~bargained].any()
    assert np.isfinite(rows["zopa"])[won].all()
    assert np.isnan(rows["days"]).all()


def check_accounts(rows: np.ndarray, scenario: Scenario, truth: Truth) -> None:
    """Recompute what each side earned from the columns, and from buyers drawn anew."""
    seller_effort = rows["contacts"] * scenario.seller.contact_cost
    buyer_effort = rows["buyer_contacts"] * scenario.buyer.contact_cost
    lead_cost = scenario.leads.cost if scenario.leads else 0.0
    np.testing.assert_allclose(rows["contact_costs"], seller_effort + buyer_effort, rtol=1e-12)
    np.testing.assert_allclose(rows["hours"], rows["contacts"] * scenario.conversation.contact_hours, rtol=1e-12)
    gains = truth.worth - truth.cost
    most = gains.max(axis=1) + truth.best_terms - truth.batna
    of_terms = np.abs(truth.term_worth).sum(axis=(1, 2)) + np.abs(truth.term_cost).sum(axis=(1, 2))
    size = (
        of_terms
        + np.abs(truth.worth).max(axis=1)
        + np.abs(truth.cost).max(axis=1)
        + truth.batna
        + np.nan_to_num(rows["price"])
    )
    scale = ROUNDING * (1 + size + rows["contact_costs"] + lead_cost)
    able = rows["in_market"] & rows["authority"]
    assert np.all(np.abs(rows["first_best"] - np.where(able, np.maximum(0, most), 0)) <= scale)
    chosen = gains[np.arange(rows.size), rows["best_solution"]]
    assert np.all(gains.max(axis=1) - chosen <= scale)

    lost = ~rows["won"]
    np.testing.assert_allclose(rows["seller_profit"][lost], -(seller_effort + lead_cost)[lost], rtol=1e-12)
    np.testing.assert_allclose(rows["buyer_surplus"][lost], -buyer_effort[lost], rtol=1e-12)
    for name in ("seller_regret", "buyer_regret", "later_profit"):
        assert not rows[name][lost].any()

    at = np.flatnonzero(rows["won"])
    won, sold, scale = rows[at], rows["solution"][at], scale[at]
    added_worth, added_cost = (each[at] for each in truth.of_terms(rows["terms"]))
    assert np.all(np.abs(won["value"] - truth.worth[at, sold] - added_worth) <= scale)
    assert np.all(np.abs(won["cost"] - truth.cost[at, sold] - added_cost) <= scale)
    assert np.all(np.abs(won["terms_gain"] - (added_worth - added_cost)) <= scale)
    assert np.all(rows["terms_gain"][at] <= rows["terms_best"][at] + scale)
    assert np.all(np.abs(won["batna"] - truth.batna[at]) <= scale)
    forces = scenario.forces
    adapting = np.where(sold != rows["best_solution"][at], forces.adaptation * np.maximum(0, won["price"]), 0.0)
    earned = won["price"] - won["cost"] - forces.adaptation_seller_share * adapting
    gained = won["value"] - won["price"] - won["batna"] - (1 - forces.adaptation_seller_share) * adapting
    costs = seller_effort[at] + lead_cost
    assert np.all(np.abs(won["seller_profit"] - (earned + won["later_profit"] - costs)) <= scale)
    assert np.all(np.abs(won["buyer_surplus"] - (gained - buyer_effort[at])) <= scale)
    assert np.all(np.abs(won["created"] - (earned + gained)) <= scale)
    assert np.all(np.abs(won["claimed"] - earned) <= scale)
    check_distances(won, scale)
    check_regret(won, earned, gained, scenario, scale)
    check_later_business(won, gained, scenario, scale)


def check_distances(won: np.ndarray, scale: np.ndarray) -> None:
    """No deal is nearer to a point than geometry allows, and none leaves less than nothing on the table."""
    assert np.all(won["pareto_distance"] >= 0)
    fair = [won[f"{name}_distance"] for name in ("nash", "kalai_smorodinsky", "egalitarian")]
    assert np.all(won["utilitarian_distance"] >= 0)
    for distance in fair:
        assert np.all(distance >= 0)
    assert np.all(won["pareto_distance"] <= np.maximum(0, won["first_best"] - won["created"]) + scale)


def check_regret(
    won: np.ndarray, earned: np.ndarray, gained: np.ndarray, scenario: Scenario, scale: np.ndarray
) -> None:
    worse = scenario.seller.opportunity_cost - earned
    slack = scale + ROUNDING * scenario.seller.opportunity_cost
    assert np.all(np.abs(won["seller_regret"] - np.maximum(0, worse)) <= slack)
    assert np.all(np.abs(won["buyer_regret"] - np.maximum(0, -gained)) <= scale)
    assert np.all((won["seller_true_violation"] == (worse > 0))[np.abs(worse) > 10 * slack])
    assert np.all((won["buyer_true_violation"] == (gained < 0))[np.abs(gained) > 10 * scale])


def check_later_business(won: np.ndarray, gained: np.ndarray, scenario: Scenario, scale: np.ndarray) -> None:
    """None with a buyer who lost by the deal; with others a part of the margin, more with one whose trust was won."""
    usual = scenario.later_business * np.maximum(0, won["price"] - won["cost"])
    trusting = (1 + scenario.forces.openness) * usual
    slack = scale * (1 + scenario.later_business) * (1 + scenario.forces.openness)
    later = won["later_profit"]
    as_usual, as_trusting = np.abs(later - usual) <= slack, np.abs(later - trusting) <= slack
    can_be_verified = (won["first_reply"] == Kind.LIST) | (won["first_reply"] == Kind.QUOTE)
    assert np.all((as_usual | (as_trusting & can_be_verified))[gained > 10 * scale])
    assert not later[gained < -10 * scale].any()


def check_limits(rows: np.ndarray, scenario: Scenario) -> None:
    won = rows[rows["won"]]
    slack = 1e-8 * (1 + np.abs(won["price"]) + np.abs(won["reservation_price"]) + np.abs(won["seller_limit"]))
    if scenario.buyer.adherence == 1:
        assert not won["buyer_violation"].any()
        assert np.all(won["price"] <= won["reservation_price"] + slack)
    if scenario.seller.adherence == 1:
        assert not won["seller_violation"].any()
        assert np.all(won["price"] >= won["seller_limit"] - slack)
    beyond = won["price"] - won["reservation_price"]
    assert np.all((won["buyer_violation"] == (beyond > 0))[np.abs(beyond) > slack])
    below = won["seller_limit"] - won["price"]
    assert np.all((won["seller_violation"] == (below > 0))[np.abs(below) > slack])
    for name in ("buyer_violation", "seller_violation", "buyer_true_violation", "seller_true_violation"):
        assert not rows[name][~rows["won"]].any()


def check_effort(rows: np.ndarray, scenario: Scenario) -> None:
    seller, buyer = scenario.seller, scenario.buyer
    assert np.all(rows["questions"] >= 0)
    assert np.all(rows["questions"] <= seller.max_questions)
    assert np.all(rows["questions"] <= np.floor(rows["contacts"]) * scenario.conversation.questions_per_contact)
    assert np.all(rows["first_quote_contact"] <= rows["contacts"])
    assert np.all(rows["rounds"] >= 0)
    longest = max(_longest(seller.deadline), _longest(buyer.deadline))
    assert np.all(rows["rounds"] <= (1 if scenario.protocol == "take_it_or_leave_it" else longest))
    assert np.all((rows["objections"] >= 0) & (rows["objections"] <= len(Objection)))
    assert np.all(rows["refusals"] <= rows["times_asked"])
    assert np.all(rows["asked_first"] <= (rows["times_asked"] > 0))
    attempts = scenario.prospecting.attempts if scenario.prospecting else 0
    assert np.all((rows["attempts"] >= 0) & (rows["attempts"] <= attempts))
    least = np.where(rows["exit_step"] >= Step.NEEDS_ANALYSIS, 1, 0)
    if not scenario.prospecting and not scenario.leads:
        least = np.ones_like(least)
    assert np.all(rows["contacts"] >= least)
    # the seller alone makes attempts; either side may prepare
    attempt = scenario.prospecting.attempt_contacts if scenario.prospecting else 0.0
    shared = rows["contacts"] - rows["attempts"] * attempt
    apart = rows["buyer_contacts"] - shared
    assert np.all(apart <= buyer.preparation + 1e-9)
    assert np.all(apart >= -seller.preparation - 1e-9)
    if buyer.price_focus == 0 and not buyer.shoppers:
        assert not rows["times_asked"].any()
    if scenario.qualification is None:
        assert not rows["qualified"].any()
    if scenario.leads is None:
        assert rows["in_market"].all()


def _longest(deadline: Any) -> int:
    return 100 if deadline.extra else int(deadline.least)


def check(rows: np.ndarray, scenario: Scenario, seed: int) -> None:
    check_every_deal_ends(rows)
    check_numbers_exist_where_they_should(rows)
    check_accounts(rows, scenario, truth_of(scenario, seed, rows.size))
    check_limits(rows, scenario)
    check_effort(rows, scenario)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=any_scenario(), seed=SEEDS)
def test_deals_of_any_scenario_end_and_keep_their_promises(scenario: Scenario, seed: int) -> None:
    rows = played(scenario, deals=DEALS, seed=seed)[0]
    event(f"won {round(float(rows['won'].mean()), 1)}")
    check(rows, scenario, seed)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=any_scenario(), chunk=some.integers(1, 60), workers=some.integers(1, 2))
def test_deals_of_any_scenario_do_not_depend_on_chunks_threads_and_further_deals(
    scenario: Scenario, chunk: int, workers: int
) -> None:
    whole = played(scenario, deals=100)
    assert same_rows(whole[:, :70], played(scenario, deals=70, chunk=chunk, workers=workers))


WRONG = {
    "a cent too much": ("seller_profit", "buyer_surplus", "first_best", "value", "cost", "batna", "contact_costs",
                        "later_profit", "seller_regret", "buyer_regret"),
    "turned round": ("won", "seller_true_violation", "buyer_true_violation", "buyer_violation", "seller_violation"),
    "no number": (*MONEY, *OF_A_SIGNED_DEAL, *EFFORT),
    "far too many": ("questions", "rounds", "attempts", "objections", "refusals", "contacts", "buyer_contacts",
                     "exit_reason", "exit_step", "first_reply"),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "column"), [(fault, name) for fault, names in WRONG.items() for name in names])
def test_the_checks_see_a_wrong_number(fault: str, column: str) -> None:
    """Else they could not fail."""
    scenario = load_scenario("b2b_software", {"seller.adherence": 1.0, "buyer.adherence": 1.0})
    rows = played(scenario, deals=400)[0]
    check(rows, scenario, 1)
    at = np.flatnonzero(rows["won"])[0]
    if fault == "turned round":
        rows[column][at] = not rows[column][at]
    else:
        rows[column][at] = {"a cent too much": rows[column][at] + 0.01, "no number": np.nan, "far too many": 120}[fault]
    with pytest.raises(AssertionError):
        check(rows, scenario, 1)


def settings_of(group: BaseModel, path: str = "") -> dict[str, Any]:
    """Every setting of a scenario by its path, ``*`` standing for free names."""
    found: dict[str, Any] = {}
    for name in type(group).model_fields:
        value = getattr(group, name)
        many = list(value.values()) if isinstance(value, dict) else [value]
        for each in many:
            below = f"{path}{name}.*." if isinstance(value, dict) else f"{path}{name}."
            if each is not None:
                found |= settings_of(each, below) if isinstance(each, BaseModel) else {below[:-1]: each}
    return found


def test_every_setting_of_the_schema_takes_many_values_and_every_name_is_played() -> None:
    drawn: dict[str, set[Any]] = {}
    for number in range(400):
        for path, value in settings_of(scenario_from(Random(number))).items():
            drawn.setdefault(path, set()).add(value)
    texts = {"schema_version", "name", "title", "question", "story", "currency", "needs.*.label", "solutions.*.label"}
    texts |= {"terms.*.label", "terms.*.levels.*.label"}
    alike = {path for path, values in drawn.items() if len(values) < 2}
    assert alike == texts
    assert drawn["seller.price_policy"] == set(price_policies())
    assert drawn["seller.tactic"] == drawn["buyer.tactic"] == set(tactics())
    assert len(drawn) > 90


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
    asked_of_all = {"least": 3, "most": 5, "decision": "unanimity", "members_differ": 1.0}
    group = load_scenario("b2b_software", {"group": asked_of_all})
    found |= set(np.unique(played(group, deals=20_000)["exit_reason"]).tolist())
    of_markets = {Reason.BOUGHT_ELSEWHERE, Reason.LEFT_WAITING}
    of_people = {Reason.BUYER_WALKED_AWAY}
    assert {Reason(code) for code in found} == set(Reason) - {Reason.OPEN} - of_markets - of_people


@pytest.mark.parametrize("name", ["b2b_software", "auto_repair"])
def test_no_seller_names_a_number_below_nothing(name: str) -> None:
    """Estimates of needs may fall below nothing; prices do not."""
    scenario = load_scenario(name, {"seller.clarity": 0.0, "seller.clarity_error": 40})
    early = scenario.seller.model_copy(update={"price_policy": "on_first_ask"})
    rows = played(scenario, scenario.model_copy(update={"seller": early}), deals=40_000)
    numbers = np.concatenate([rows["first_quote"].ravel(), rows["last_quote"].ravel(), rows["price"].ravel()])
    assert np.nanmin(numbers) >= 0
