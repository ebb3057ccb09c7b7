"""Leads, prospecting and qualification as they are played: what the seller believes is what is true on average."""

import math
from itertools import pairwise

import numpy as np
import pytest
from worlds import columns_that_differ, played, world

from agents.formulas import normal_quantile
from agents.qualification import after_signal
from sim.fate import Purpose, luck
from sim.scenario import Scenario
from sim.setting import prepare
from sim.stepped import Happening, SteppedDeal
from sim.vocabulary import Event, Reason, Step

QUALIFICATION = {"signal_noise": 0.5, "budget_noise": 0.5, "need_noise": 0.3, "questions": 2}
SEED = 1


def happenings_until(scenario: Scenario, buyer: int, last: Event) -> tuple[SteppedDeal, list[Happening]]:
    """A deal as it stands after the first event of a kind, and all that happened so far."""
    deal = SteppedDeal(prepare(scenario), SEED, buyer)
    seen = []
    for happening in deal.happenings():
        seen.append(happening)
        if happening.event == last:
            break
    return deal, seen


@pytest.mark.parametrize("quality", [0.0, 0.6, 1.0])
def test_of_leads_with_a_score_as_many_are_in_the_market_as_the_seller_believes(quality: float) -> None:
    setting = prepare(world(leads={"in_market": 0.3, "quality": quality}))
    in_market: dict[float, list[bool]] = {}
    for buyer in range(2_500):
        deal = SteppedDeal(setting, SEED, buyer)
        received = next(iter(deal.happenings()))
        assert received.event == Event.LEAD_RECEIVED
        in_market.setdefault(received.value, []).append(bool(deal.buyer["in_market"][0]))
    for believed, truth in in_market.items():
        assert np.mean(truth) == pytest.approx(believed, abs=4 * 0.5 / math.sqrt(len(truth)) * (0 < believed < 1))
    assert len(in_market) == (1 if quality == 0 else 2)


def test_of_leads_that_respond_as_many_are_in_the_market_as_the_seller_believes() -> None:
    setting = prepare(world(
        leads={"in_market": 0.4},
        prospecting={"attempts": 1, "attempt_contacts": 0.1, "response": 0.5, "out_of_market": 0.3},
    ))  # fmt: skip
    likely, in_market = set(), []
    for buyer in range(3_000):
        deal = SteppedDeal(setting, SEED, buyer)
        for happening in deal.happenings():
            if happening.event == Event.ATTEMPTED and happening.value == 1:
                likely.add(float(deal.seller_mind["likely"][0]))
                in_market.append(bool(deal.buyer["in_market"][0]))
                break
    assert len(likely) == 1
    assert np.mean(in_market) == pytest.approx(likely.pop(), abs=4 * 0.5 / math.sqrt(len(in_market)))


def test_every_lead_is_paid_for_whatever_becomes_of_it() -> None:
    leads = {"in_market": 0.5, "quality": 0.9}
    free, paid = played(
        world(leads=leads, seller__strictness=1.0), world(leads={**leads, "cost": 2.5}, seller__strictness=1.0),
        deals=2_000,
    )  # fmt: skip
    np.testing.assert_allclose(free["seller_profit"] - paid["seller_profit"], 2.5)
    others = [name for name in free.dtype.names or () if name != "seller_profit"]
    assert columns_that_differ(free, paid, tuple(others)) == []


@pytest.mark.parametrize("buyer", range(6))
def test_the_signal_about_need_moves_the_whole_belief_as_a_linear_observation_does(buyer: int) -> None:
    """A Kalman update, written down again: the seller hears the sum of what the buyer perceives, with an error."""
    chosen = world(qualification=QUALIFICATION, common_factor=0.4, need_cost=0.2, buyer__awareness=0.8)
    deal, _ = happenings_until(chosen, buyer, Event.QUALIFIED)
    needs, solutions = 3, 2
    size = 2 * needs + 2 * solutions
    mean, cov = deal.world["prior_mean"][0, :size], deal.world["prior_cov"][0, :size, :size]
    observed = np.zeros(size)
    observed[needs : 2 * needs] = 1.0
    noise = QUALIFICATION["need_noise"] * 100.0
    _, _, _, error = luck(np.uint64(SEED), Purpose.QUALIFICATION, buyer, 0)
    told = deal.buyer["perceived"][0, :needs].sum() + noise * normal_quantile(error)
    gain = cov @ observed / (observed @ cov @ observed + noise**2)
    np.testing.assert_allclose(deal.seller_mind["belief"][0, :size], mean + gain * (told - observed @ mean), rtol=1e-10)
    np.testing.assert_allclose(deal.covariance, cov - np.outer(gain, observed @ cov), atol=1e-9)


@pytest.mark.parametrize("buyer", range(8))
def test_timing_and_authority_are_weighed_by_signals_of_their_own(buyer: int) -> None:
    chosen = world(leads={"in_market": 0.4}, qualification=QUALIFICATION, buyer__authority=0.7)
    deal, _ = happenings_until(chosen, buyer, Event.QUALIFIED)
    timing, authority, _, _ = luck(np.uint64(SEED), Purpose.QUALIFICATION, buyer, 0)
    for field, prior, fact, chance in (
        ("likely", 0.4, deal.buyer["in_market"][0], timing),
        ("decides", 0.7, deal.buyer["authority"][0], authority),
    ):
        wanted = after_signal(prior, float(fact) + 0.5 * normal_quantile(chance), 0.5)
        assert deal.seller_mind[field][0] == pytest.approx(wanted)


def test_a_prospect_is_pursued_if_what_is_expected_exceeds_the_effort_times_the_strictness() -> None:
    chosen = world(
        qualification=QUALIFICATION, buyer__authority=0.6, seller__contact_cost=2.0,
        seller__strictness=1.5, seller__expected_contacts=3.0, seller__contact_opportunity=1.0,
        conversation__round_contacts=0.2, seller__deadline={"least": 2, "extra": 6.0},
    )  # fmt: skip
    effort = (2.0 + 1.0) * (3.0 + 0.2 * 0.5 * 8.0)
    decided = []
    for buyer in range(200):
        deal, seen = happenings_until(chosen, buyer, Event.QUALIFIED)
        if deal.deal["event"][0] != Event.QUALIFIED:
            continue
        pursued = seen[-1].subject == 1
        assert pursued == (seen[-1].value * seen[-1].other > 1.5 * effort)
        deal.play()
        assert (deal.row["exit_reason"][0] == Reason.DISQUALIFIED) == (not pursued)
        decided.append(pursued)
    assert 0.1 < np.mean(decided) < 0.9


def test_whom_a_stricter_seller_pursues_a_less_strict_one_pursues_too() -> None:
    """Buyer by buyer, and by leads and prospects alike."""
    changes = {"leads": {"in_market": 0.4, "quality": 0.4}, "qualification": QUALIFICATION, "seller__contact_cost": 2.0,
               "buyer__authority": 0.7, "seller__price_policy": "with_proposal"}  # fmt: skip
    arms = [world(**changes, seller__strictness=strictness) for strictness in (0.0, 0.3, 1.0, 2.0, 4.0)]
    dropped = np.isin(played(*arms, deals=3_000)["exit_reason"], [Reason.LEAD_DROPPED, Reason.DISQUALIFIED])
    assert not dropped[0].any()
    for less, more in pairwise(dropped):
        assert not (less & ~more).any()
    assert dropped[-1].mean() > dropped[1].mean() > 0


def test_after_an_early_number_needs_analysis_goes_on_in_the_same_contact_with_all_its_room() -> None:
    same = {"qualification": QUALIFICATION, "seller__min_questions": 3, "seller__max_questions": 3}
    asked = {}
    for policy in ("on_first_ask", "with_proposal"):
        deal, seen = happenings_until(world(**same, seller__price_policy=policy), 4, Event.PRESENTED)
        asked[policy] = [happening.contact for happening in seen if happening.event == Event.ANSWERED]
        kinds = [happening.event for happening in seen]
        assert (Event.QUALIFIED in kinds) == bool(deal.deal["qualified"][0]) == (policy == "with_proposal")
    assert asked["on_first_ask"] == [1, 1, 1], "the whole contact is left"
    assert asked["with_proposal"] == [1, 2, 2], "the signals take the room of two questions"


def test_a_buyer_who_is_put_off_is_qualified_in_the_same_contact() -> None:
    chosen = world(qualification=QUALIFICATION, seller__price_policy="after_needs_analysis")
    _, seen = happenings_until(chosen, 4, Event.QUALIFIED)
    assert [happening.event for happening in seen] == [
        Event.CONTACT_OPENED, Event.PRICE_ASKED, Event.DECLINED, Event.QUALIFIED
    ]  # fmt: skip
    assert {(happening.contact, happening.step) for happening in seen} == {(1, Step.QUALIFICATION)}
