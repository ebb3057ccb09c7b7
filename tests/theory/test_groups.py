"""Buying groups against the closed forms for independent votes, and what the champion's relay can lose."""

import math

import numpy as np
import pytest
from worlds import played, same_rows, world

from agents.group import DecisionRule, probability_of_passing
from sim.scenario import Scenario
from sim.vocabulary import Reason, Step

DEALS = 20_000
SIZES = (1, 2, 3, 5, 10)
RULES = {"unanimity": {}, "majority": {}, "champion": {"vetoes": 0.6}}


def group_of(size: int, **group: object) -> Scenario:
    """Needs are known and alike, the printed price stands: everybody who votes is for it with one probability."""
    known = {f"needs__{need}__{key}": value for need in ("first", "second") for key, value in
             (("present", 1.0), ("worth", {"family": "fixed", "mean": 50}))}  # fmt: skip
    return world(
        **known,
        solutions={
            "only": {
                "label": "the only one", "covers": {"first": 1, "second": 1}, "base_cost": 0, "typical_price": 60,
                "pricing": {"model": "list", "price": 60},
            }
        },
        protocol="take_it_or_leave_it", seller__price_policy="list_price", buyer__taker_share=1.0,
        signing={"bias": 0.25, "spread": 0.1}, group={"least": size, "most": size, **group},
    )  # fmt: skip


def share_signed(rows: np.ndarray) -> tuple[float, int]:
    """Of the deals that came to be secured, the share that was signed."""
    secured = rows["exit_step"] == Step.SECURING
    return float(rows["won"][secured].mean()), int(secured.sum())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("decision", RULES)
def test_a_group_signs_as_often_as_independent_votes_say(decision: str, size: int) -> None:
    each, _ = share_signed(played(group_of(1), deals=200_000)[0])
    assert 0.5 < each < 0.7
    rows = played(group_of(size, decision=decision, **RULES[decision]), deals=DEALS)[0]
    signed, count = share_signed(rows)
    veto = float(RULES[decision].get("vetoes", 0.0))
    expected = probability_of_passing(DecisionRule[decision.upper()], size, each, veto)
    closed = {
        "unanimity": each**size,
        "majority": sum(
            math.comb(size, n) * each**n * (1 - each) ** (size - n) for n in range(size + 1) if 2 * n > size
        ),
        "champion": each * (1 - veto * (1 - each)) ** (size - 1),
    }
    assert expected == pytest.approx(closed[decision], rel=1e-12)
    assert signed == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / count) + 0.005)


def test_a_group_of_one_is_the_buyer_alone() -> None:
    alone = group_of(1).model_copy(update={"group": None})
    for decision in RULES:
        assert same_rows(played(alone, deals=2_000)[0], played(group_of(1, decision=decision), deals=2_000)[0])


def test_deals_that_the_champion_wants_fail_in_its_group_under_unanimity_only_as_it_grows() -> None:
    lost = []
    for size in SIZES:
        rows = played(group_of(size, decision="unanimity"), deals=DEALS)[0]
        lost.append(float((rows["exit_reason"] == Reason.NOT_PASSED).mean()))
    assert lost[0] == 0
    assert (np.diff(lost) > 0).all()


def test_what_the_champion_does_not_relay_keeps_the_group_from_signing() -> None:
    """Questions raise what the champion sees; the others see it only as far as it is relayed."""
    changes = {
        "buyer__awareness": 0.6, "buyer__self_knowledge": 0.3, "conversation__latent": 1.0, "seller__min_questions": 6,
        "signing": {"bias": 0.1, "spread": 0.05},
    }  # fmt: skip
    shares = []
    for loss in (0.0, 0.5, 1.0):
        group = {"most": 5, "least": 5, "decision": "unanimity", "relay_loss": loss}
        shares.append(share_signed(played(world(**changes, group=group), deals=DEALS)[0])[0])
    assert shares[0] > shares[1] > shares[2]
