"""Worlds in which theory says what the answer must be, played through the real engine.

If the answer were built in somewhere, one of these would show it. The counter-tests weaken one condition at a time and
must see the answer change: otherwise the world would hold for want of any effect at all.
"""

from typing import Any

import numpy as np
import pytest
from worlds import COMPARED, columns_that_differ, early_and_late, mean_difference, played, world

from sim.reading import load_scenario

OWN_PRICE = (
    "on_first_ask", "after_qualification", "when_confident", "before_they_leave", "after_needs_analysis",
    "with_proposal",
)  # fmt: skip
"""The policies that name one exact number, that of the seller's own pricing, sooner or later."""

LATER = ("before_they_leave", "after_needs_analysis", "with_proposal")
"""Those that put the question off where the seller is not sure, without qualification in the sale."""

NOTHING_TO_LEARN = {
    "no signal": {"conversation__latent": 0.0, "conversation__reports": False},
    "a seller without skill": {"seller__discovery_skill": 0.0},
    "buyers alike": {
        "needs__first__worth": {"family": "fixed", "mean": 50},
        "needs__second__worth": {"family": "fixed", "mean": 30},
        "needs__third__worth": {"family": "fixed", "mean": 20},
    },
}

EVERYTHING_COMMON_TO_ALL_ARMS = {
    "leads": {"in_market": 0.8, "quality": 0.5, "cost": 1.0},
    "prospecting": {"attempts": 3, "attempt_contacts": 0.1, "response": 0.7, "out_of_market": 0.5},
    "need_cost": 0.1,
    "forces__shock": 1.0,
    "forces__breakdown": 0.05,
    "forces__anchor_aspiration": 0.25,
    "forces__anchor_reservation": 0.25,
    "forces__adaptation": 0.1,
    "buyer__taker_share": 0.3,
    "buyer__ambition": 0.3,
    "buyer__adherence": 0.5,
    "buyer__authority": 0.9,
    "buyer__clarity": 0.5,
    "buyer__clarity_error": 10,
    "buyer__preparation": 1.0,
    "buyer__risk_aversion": 0.4,
    "buyer__budget": {"median": 90, "log_sd": 0.4, "flex": 0.5},
    "seller__markup": 0.12,
    "seller__adherence": 0.5,
    "seller__clarity": 0.5,
    "seller__clarity_error": 5,
    "seller__preparation": 1.0,
    "seller__min_questions": 9,
    "conversation__round_contacts": 0.1,
    "conversation__securing_contacts": 0.5,
    "objections": {"doubt": 1.0, "uncovered": 1.0, "price": 0.5, "timing": 0.1, "value_lost": 0.5, "exit": 0.1},
    "signing": {"bias": 0.05, "uncertainty_bias": 0.35, "spread": 0.08},
    "later_business": 0.2,
}
"""What works on a number or a deal whenever the number is named. A contact costs nothing, and nobody tires of them."""


def all_arms(deals: int, **changes: Any) -> np.ndarray:
    """The rows of the same buyers under each policy that names the seller's own price."""
    return played(*(world(**changes, seller__price_policy=policy) for policy in OWN_PRICE), deals=deals)


def arms_that_differ(rows: np.ndarray) -> dict[str, list[str]]:
    """What differs from the first policy, by policy."""
    differing = {
        policy: columns_that_differ(rows[0], arm, COMPARED) for policy, arm in zip(OWN_PRICE, rows, strict=True)
    }
    return {policy: columns for policy, columns in differing.items() if columns}


FREE_QUESTIONS = {"quotes": "binding", "protocol": "take_it_or_leave_it", "forces__haggle_now": 1.0}
"""A take-it-or-leave-it seller; who hears a number at once decides at once; asking costs nothing."""

SCRIPT = {"seller__min_questions": 9}
"""A seller who asks by its script even where its judgement says that asking does harm."""

NOISE = 4.0
"""Standard errors that a difference may lie on the wrong side of zero."""


@pytest.mark.parametrize("nothing", NOTHING_TO_LEARN)
@pytest.mark.parametrize("quotes", ["binding", "revisable"])
@pytest.mark.parametrize("protocol", ["alternating_offers", "take_it_or_leave_it"])
def test_where_nothing_can_be_learnt_the_moment_of_the_price_changes_nothing(
    nothing: str, quotes: str, protocol: str
) -> None:
    """Equal to the last bit, for all policies that name the seller's own price."""
    settings = {**EVERYTHING_COMMON_TO_ALL_ARMS, **NOTHING_TO_LEARN[nothing], "quotes": quotes, "protocol": protocol}
    rows = all_arms(3_000, **settings)
    assert arms_that_differ(rows) == {}
    assert 0.2 < rows[0]["won"].mean() < 0.95
    early, late = (rows[OWN_PRICE.index(policy)]["first_quote_contact"] for policy in ("on_first_ask", "with_proposal"))
    assert early.max() == 1
    assert late[late > 0].min() > 2


@pytest.mark.parametrize("quotes", ["binding", "revisable"])
def test_qualifying_changes_nothing_where_it_can_teach_nothing(quotes: str) -> None:
    """What an early number skips does not matter then; preparing would: the seller sees its cost more clearly."""
    settings = {**EVERYTHING_COMMON_TO_ALL_ARMS, **NOTHING_TO_LEARN["buyers alike"], "quotes": quotes}
    settings["qualification"] = {"signal_noise": 0.5, "budget_noise": 0.5, "need_noise": 0.3, "questions": 1}
    settings["seller__preparation"] = 0.0
    rows = all_arms(3_000, **settings)
    assert arms_that_differ(rows) == {}
    reached = rows["first_quote_contact"][0] > 0
    assert not rows[OWN_PRICE.index("on_first_ask")]["qualified"][reached].any()
    assert rows[OWN_PRICE.index("after_qualification")]["qualified"][reached].all()
    settings["seller__preparation"] = 1.0
    assert "after_qualification" in arms_that_differ(all_arms(3_000, **settings))


@pytest.mark.parametrize(("protocol", "same"), [("take_it_or_leave_it", True), ("alternating_offers", False)])
def test_a_printed_price_is_a_number_like_any_other_where_nobody_bargains(protocol: str, same: bool) -> None:
    """Where they do, it is firm, and other numbers are not."""
    solution = {"label": "the only one", "covers": {"first": 1.0, "second": 1.0, "third": 0.8}, "base_cost": 30,
                "typical_price": 60, "pricing": {"model": "list", "price": 55}}  # fmt: skip
    settings = {**EVERYTHING_COMMON_TO_ALL_ARMS, **NOTHING_TO_LEARN["no signal"], "solutions": {"only": solution}}
    policies = ("list_price", *OWN_PRICE)
    rows = played(*(world(**settings, protocol=protocol, seller__price_policy=name) for name in policies), deals=3_000)
    for policy, arm in zip(OWN_PRICE, rows[1:], strict=True):
        assert (columns_that_differ(rows[0], arm, COMPARED) == []) == same, policy


LITTLE_TO_LEARN = {
    "a diagnosis": {"conversation__latent": 0.5, "conversation__reports": False},
    "reports": {"conversation__latent": 0.0, "conversation__reports": True},
}


@pytest.mark.parametrize("little", LITTLE_TO_LEARN)
def test_a_little_to_learn_parts_the_policies(little: str) -> None:
    rows = all_arms(3_000, **{**EVERYTHING_COMMON_TO_ALL_ARMS, **LITTLE_TO_LEARN[little]})
    assert set(LATER) <= set(arms_that_differ(rows))


ON_ONE_MOMENT = {
    "refusals that lose buyers": {"forces__refusal_exit": 0.3, "seller__reframing_skill": 0.2},
    "the fear of being held up while nothing binds": {
        "forces__hold_up": 0.9,
        "buyer__contact_cost": 3.0,
        "quotes": "binding",
    },
    "buyers who let the matter lie": {"forces__stall": 0.2, "forces__stall_relief": 3.0},
    "patience": {
        "buyer__unlimited_patience": False,
        "buyer__patience": {"patient": 3},
        "seller__reframing_skill": 0.2,
    },
    "contacts that cost the seller something": {"seller__contact_cost": 0.5, "forces__haggle_now": 1.0},
    "haggling at once instead of asking on": {
        "forces__haggle_now": 1.0,
        "conversation__latent": 0.5,
    },
}
"""Each condition that the equality needs, broken by itself (for haggling: with something to learn)."""


@pytest.mark.parametrize("force", ON_ONE_MOMENT)
def test_a_force_on_one_moment_parts_the_policies_even_where_nothing_can_be_learnt(force: str) -> None:
    settings = {**EVERYTHING_COMMON_TO_ALL_ARMS, **NOTHING_TO_LEARN["no signal"], **ON_ONE_MOMENT[force]}
    assert "after_needs_analysis" in arms_that_differ(all_arms(3_000, **settings))


@pytest.mark.parametrize("answer_noise", [2, 8, 30])
@pytest.mark.parametrize("self_knowledge", [0.1, 0.5, 0.9])
def test_free_questions_make_late_win_or_tie(answer_noise: float, self_knowledge: float) -> None:
    settings = {"conversation__answer_noise": answer_noise, "buyer__self_knowledge": self_knowledge}
    rows = all_arms(20_000, **FREE_QUESTIONS, **settings)
    for policy, arm in zip(OWN_PRICE, rows, strict=True):
        gain, error = mean_difference(arm, rows[0], "seller_profit")
        assert gain >= -NOISE * error, policy


@pytest.mark.parametrize(
    "loss",
    [
        {"buyer__unlimited_patience": False, "buyer__patience": {"patient": 2}},
        {"forces__refusal_exit": 0.5, "seller__reframing_skill": 0.0},
    ],
    ids=["patience", "refusals that lose buyers"],
)
def test_questions_that_lose_buyers_let_early_win(loss: dict[str, object]) -> None:
    early, late = early_and_late(**FREE_QUESTIONS, **SCRIPT, **loss)
    gain, error = mean_difference(late, early, "seller_profit")
    assert gain < -NOISE * error


def test_free_questions_make_late_win_even_by_a_script() -> None:
    early, late = early_and_late(**FREE_QUESTIONS, **SCRIPT)
    gain, error = mean_difference(late, early, "seller_profit")
    assert gain > NOISE * error


def test_buyers_with_illusions_let_early_win_although_questions_are_free() -> None:
    settings = {**FREE_QUESTIONS, **SCRIPT, "conversation__reports": False, "buyer__self_knowledge": 0.3}
    early, late = early_and_late(**settings, buyer__awareness=1.3)
    gain, error = mean_difference(late, early, "seller_profit")
    assert gain < -NOISE * error
    early, late = early_and_late(**settings, buyer__awareness=1.0)
    gain, error = mean_difference(late, early, "seller_profit")
    assert gain > NOISE * error


def test_separate_conclusions_let_early_win_although_questions_are_free() -> None:
    """The rotation of demand of [JohnsonMyatt2006]: buyers who alone learn their value spread out.

    By a script: a seller of judgement would not ask here, and tie.
    """
    settings = {**FREE_QUESTIONS, **SCRIPT, "conversation__reports": False, "buyer__self_knowledge": 0.1}
    early, late = early_and_late(**settings, conversation__latent=1.0, conversation__common_diagnosis=False)
    gain, error = mean_difference(late, early, "seller_profit")
    assert gain < -NOISE * error
    early, late = early_and_late(**settings, conversation__latent=1.0, conversation__common_diagnosis=True)
    gain, error = mean_difference(late, early, "seller_profit")
    assert gain > NOISE * error


KNOWN_AND_ALIKE = {
    **NOTHING_TO_LEARN["buyers alike"],
    "buyer__self_knowledge": 1.0,
    "buyer__awareness": 1.0,
    "forces__refusal_exit": 0.2,
    "forces__stall": 0.1,
    "forces__hold_up": 0.3,
    "seller__reframing_skill": 0.5,
    "seller__contact_cost": 1.0,
    "buyer__contact_cost": 0.5,
    "buyer__unlimited_patience": False,
    "buyer__patience": {"patient": 4},
}


@pytest.mark.parametrize("column", ["won", "seller_profit"])
def test_identical_needs_that_buyers_know_make_early_win_or_tie(column: str) -> None:
    rows = all_arms(20_000, **KNOWN_AND_ALIKE)
    for policy, arm in zip(OWN_PRICE, rows, strict=True):
        gain, error = mean_difference(arm, rows[0], column)
        assert gain <= NOISE * error, policy
        assert (gain < -NOISE * error) == (policy in LATER), policy


def test_needs_that_differ_let_late_win_although_buyers_know_them() -> None:
    """In a milder world; where needs are identical early wins in it all the same."""
    mild = {
        **KNOWN_AND_ALIKE,
        "forces__refusal_exit": 0.02,
        "forces__stall": 0.02,
        "seller__reframing_skill": 0.9,
        "seller__contact_cost": 0.2,
        "buyer__contact_cost": 0.05,
        "buyer__patience": {"patient": 9},
        "conversation__answer_noise": 3,
    }
    early, late = early_and_late(**mild)
    gain, error = mean_difference(late, early, "seller_profit")
    assert gain < -NOISE * error
    early, late = early_and_late(**{name: value for name, value in mild.items() if not name.startswith("needs")})
    gain, error = mean_difference(late, early, "seller_profit")
    assert gain > NOISE * error


INTEREST_CAUSES_WHEN_PRICE_COMES_UP = {
    "solutions": {
        "only": {
            "label": "the only one",
            "covers": {"first": 1.0, "second": 1.0},
            "base_cost": 20,
            "typical_price": 60,
            "pricing": {"model": "list", "price": 60},
        }
    },
    "conversation__latent": 0.0,
    "buyer__price_focus": 0.4,
    "buyer__taker_share": 1.0,
    "seller__min_questions": 9,
    "forces__breakdown": 1.0,
}


@pytest.mark.parametrize(("interest", "sign"), [(6.0, -1), (-6.0, 1)])
def test_a_naive_regression_is_fooled_where_interest_causes_when_price_comes_up(interest: float, sign: int) -> None:
    """Nothing that is said changes anything here: the price is on a list, and asking teaches the buyer nothing.

    Where the interested ask sooner, winning goes with early numbers; where they ask later, with late ones. Either way
    naming the price later causes nothing.
    """
    settings = {**INTEREST_CAUSES_WHEN_PRICE_COMES_UP, "buyer__interest_effect": interest}
    early, late = early_and_late(**settings)
    assert columns_that_differ(early, late, ("won", "price", "seller_profit", "buyer_surplus")) == []
    seen = np.corrcoef(early["first_quote_contact"], early["won"])[0, 1]
    assert sign * seen > 0.05


def test_without_the_effect_of_interest_the_naive_regression_finds_nothing() -> None:
    rows = played(world(**INTEREST_CAUSES_WHEN_PRICE_COMES_UP, seller__price_policy="on_first_ask"))[0]
    seen = np.corrcoef(rows["first_quote_contact"], rows["won"])[0, 1]
    assert abs(seen) < 0.03


NOTHING_TO_LEARN_ABOUT_CARS = {
    "conversation.latent": 0, "conversation.reports": False, "forces.border": 0, "forces.requote": 0,
    "forces.haggle_now": 0, "forces.refusal_exit": 0, "forces.stall": 0, "later_business": 0,
    "seller.reframing_skill": 1, "buyer.unlimited_patience": True, "buyer.contact_cost": 0, "seller.contact_cost": 0,
    "quotes": "binding",
}  # fmt: skip


@pytest.mark.parametrize("base_cost", [40, 120, 135])
def test_a_number_that_binds_is_expected_to_bring_what_it_was_before_it_was_named(base_cost: int) -> None:
    """Needs that are skewed and often absent; solutions that are nearly as good as each other."""
    settings = {**NOTHING_TO_LEARN_ABOUT_CARS, "solutions.whatever_it_takes.base_cost": base_cost}
    policies = ("on_first_ask", "after_needs_analysis", "with_proposal", "before_they_leave")
    arms = [load_scenario("auto_repair", {**settings, "seller.price_policy": policy}) for policy in policies]
    rows = played(*arms, deals=4_000)
    assert (rows["won"][0]).any()
    for other in rows[1:]:
        assert columns_that_differ(rows[0], other, COMPARED) == []
