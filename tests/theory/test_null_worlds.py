"""Worlds in which theory says what the answer must be, played through the real engine.

If the answer were built in somewhere, one of these would show it. The counter-tests weaken one condition at a time and
must see the answer change: otherwise the world would hold for want of any effect at all.
"""

import numpy as np
import pytest
from worlds import COMPARED, columns_that_differ, early_and_late, mean_difference, played, world

NOTHING_TO_LEARN = {
    "no signal": {"conversation__latent": 0.0, "conversation__reports": False},
    "a seller without skill": {"seller__discovery_skill": 0.0},
    "buyers alike": {
        "needs__first__worth": {"family": "fixed", "mean": 50},
        "needs__second__worth": {"family": "fixed", "mean": 30},
        "needs__third__worth": {"family": "fixed", "mean": 20},
    },
}

EVERYTHING_COMMON_TO_BOTH_ARMS = {
    "forces__shock": 1.0,
    "forces__breakdown": 0.05,
    "forces__anchor_aspiration": 0.25,
    "forces__anchor_reservation": 0.25,
    "forces__adaptation": 0.1,
    "buyer__taker_share": 0.3,
    "buyer__ambition": 0.3,
    "buyer__adherence": 0.5,
    "buyer__risk_aversion": 0.4,
    "buyer__budget": {"median": 90, "log_sd": 0.4, "flex": 0.5},
    "seller__markup": 0.12,
    "seller__adherence": 0.5,
    "signing": {"bias": 0.05, "uncertainty_bias": 0.35, "spread": 0.08},
}

FREE_QUESTIONS = {"quotes": "binding", "forces__breakdown": 1.0, "forces__haggle_now": 1.0}
"""A take-it-or-leave-it seller; who hears a number at once decides at once; asking costs nothing."""

SCRIPT = {"seller__min_questions": 9}
"""A seller who asks by its script even where its judgement says that asking does harm."""

NOISE = 4.0
"""Standard errors that a difference may lie on the wrong side of zero."""


@pytest.mark.parametrize("nothing", NOTHING_TO_LEARN)
@pytest.mark.parametrize("quotes", ["binding", "revisable"])
def test_where_nothing_can_be_learnt_both_policies_are_equal_to_the_last_bit(nothing: str, quotes: str) -> None:
    settings = {**EVERYTHING_COMMON_TO_BOTH_ARMS, **NOTHING_TO_LEARN[nothing], "quotes": quotes}
    early, late = early_and_late(deals=5_000, **settings)
    assert columns_that_differ(early, late, COMPARED) == []
    assert 0.2 < early["won"].mean() < 0.95
    assert early["first_quote_contact"].max() == 1


@pytest.mark.parametrize(
    "learnable",
    [
        {"conversation__latent": 0.5, "conversation__reports": False},
        {"conversation__latent": 0.0, "conversation__reports": True},
    ],
)
def test_a_little_to_learn_parts_the_policies(learnable: dict[str, object]) -> None:
    early, late = early_and_late(deals=5_000, **{**EVERYTHING_COMMON_TO_BOTH_ARMS, **learnable})
    assert "price" in columns_that_differ(early, late, COMPARED)


@pytest.mark.parametrize(
    ("name", "force"),
    [
        ("refusals that lose buyers", {"forces__refusal_exit": 0.3, "seller__reframing_skill": 0.2}),
        (
            "the fear of being held up while nothing binds",
            {
                "forces__hold_up": 0.9,
                "buyer__contact_cost": 3.0,
                "quotes": "binding",
                "seller__min_questions": 6,
            },
        ),
    ],
)
def test_a_force_on_one_moment_parts_the_policies_even_where_nothing_can_be_learnt(
    name: str, force: dict[str, object]
) -> None:
    settings = {**EVERYTHING_COMMON_TO_BOTH_ARMS, **NOTHING_TO_LEARN["no signal"], **force}
    early, late = early_and_late(deals=5_000, **settings)
    assert columns_that_differ(early, late, COMPARED) != [], name


@pytest.mark.parametrize("answer_noise", [2, 8, 30])
@pytest.mark.parametrize("self_knowledge", [0.1, 0.5, 0.9])
def test_free_questions_make_late_win_or_tie(answer_noise: float, self_knowledge: float) -> None:
    early, late = early_and_late(
        **FREE_QUESTIONS, conversation__answer_noise=answer_noise, buyer__self_knowledge=self_knowledge
    )
    gain, error = mean_difference(late, early, "seller_profit")
    assert gain > -NOISE * error


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
    early, late = early_and_late(**KNOWN_AND_ALIKE)
    gain, error = mean_difference(late, early, column)
    assert gain < NOISE * error
    assert gain < 0


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
