"""Numbers, objections and ultimatums as they are played: what happened in a deal, held against the rules."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from worlds import played, world

from agents.buyer import probability_of_objecting
from agents.price_policies import unqualified_discount
from agents.views import Moment, PriceView
from sim.deal import Sale
from sim.scenario import Scenario
from sim.setting import prepare
from sim.sides import listed_price, seller_limit
from sim.stepped import Happening, SteppedDeal
from sim.steps.objections import _cause_of
from sim.vocabulary import Event, Objection, Reason, Step

SEED = 1
NUMBERS = (Event.NUMBER_NAMED, Event.RANGE_NAMED, Event.MENU_NAMED, Event.CONDITION_NAMED, Event.LIST_PRICE_NAMED)


def sale_of(deal: SteppedDeal) -> Sale:
    """A deal in progress as rules in plain Python take it."""
    records = (
        deal.world, deal.prices, deal.buyer, deal.seller, deal.buyer_mind, deal.seller_mind, deal.deal
    )  # fmt: skip
    return Sale(*(record[0] for record in records), np.uint64(SEED), deal.knowledge[0])


def deals(scenario: Scenario, count: int) -> list[SteppedDeal]:
    setting = prepare(scenario)
    return [SteppedDeal(setting, SEED, buyer) for buyer in range(count)]


# --- numbers ---


@pytest.mark.parametrize(("middle", "leaves"), [(0.9, False), (1.3, True)])
def test_a_buyer_leaves_over_a_range_by_its_middle_whatever_its_ends(middle: float, leaves: bool) -> None:
    """With a shock that drives away whoever hears more than its limit."""
    for width in (0.05, 0.6):
        chosen = world(
            seller__price_policy="range_first", seller__range_width=width, forces__shock=50.0,
            buyer__rival={"present": 0.0, "surplus_mean": 0}, buyer__self_knowledge=0.0,
        )  # fmt: skip
        deal = deals(chosen, 1)[0]
        solution = deal.seller_mind["favourite"][0]
        cover = deal.world["cover"][0, solution, :3]
        own = next(happening for happening in deal.happenings() if happening.event == Event.RANGE_NAMED)
        assert (own.value, own.other) == pytest.approx((own.value, own.value * (1 + width) / (1 - width)))
        # a buyer for whom that very middle is too much, or not
        deal = deals(chosen, 1)[0]
        wanted = 0.5 * (own.value + own.other) / middle
        deal.buyer_mind["perceived"][0, :3] *= wanted / (cover @ deal.buyer_mind["perceived"][0, :3])
        ended = list(deal.happenings())
        after = [happening.event for happening in ended][: 4 if leaves else None]
        assert after[2] == Event.RANGE_NAMED
        assert (after[3] == Event.LEFT) == leaves


def test_a_condition_lapses_with_the_answer_that_shows_the_job_to_be_larger_and_never_else() -> None:
    chosen = world(
        seller__price_policy="conditional_first", need_cost=0.6, conversation__latent=1.0, buyer__self_knowledge=0.1,
        seller__min_questions=9, solutions__large__base_cost=5, solutions__small__base_cost=5,
    )  # fmt: skip
    lapsed = []
    for deal in deals(chosen, 60):
        solution, held = -1, True
        for happening in deal.happenings():
            if happening.event == Event.CONDITION_NAMED:
                solution = happening.subject
                ceiling = deal.deal["quote_ceiling"][0, solution]
            elif happening.event == Event.ANSWERED and solution >= 0:
                limit = seller_limit(deal.world[0], deal.seller_mind[0], solution)
                held = held and limit <= ceiling
                assert math.isnan(deal.deal["quote"][0, solution]) == (not held)
        if solution >= 0:
            lapsed.append(not held)
    assert 0.1 < np.mean(lapsed) < 0.9


def test_what_replaces_a_lapsed_condition_is_named_without_loss_of_goodwill() -> None:
    changes = {
        "seller__price_policy": "conditional_first", "need_cost": 0.6, "conversation__latent": 1.0,
        "buyer__self_knowledge": 0.1, "seller__min_questions": 9, "solutions__large__base_cost": 5,
        "solutions__small__base_cost": 5, "forces__requote": 3.0,
    }  # fmt: skip
    raised = 0
    for deal in deals(world(**changes), 60):
        named: dict[int, float] = {}
        for happening in deal.happenings():
            if happening.event == Event.CONDITION_NAMED:
                named[happening.subject] = happening.value
            elif happening.event == Event.NUMBER_NAMED and happening.value > named.get(happening.subject, math.inf):
                shift = deal.buyer_mind["shift"][0]
                raised += shift == 0.0
                assert shift in (0.0, pytest.approx(-3.0 * (happening.value - named[happening.subject])))
    assert raised > 5


def test_list_prices_are_the_same_for_every_buyer_and_never_revised_whatever_is_learnt() -> None:
    chosen = world(seller__price_policy="list_price", conversation__latent=1.0, seller__min_questions=9, need_cost=0.4)
    heard = 0
    for deal in deals(chosen, 60):
        for happening in deal.happenings():
            if happening.event in NUMBERS:
                assert happening.event == Event.LIST_PRICE_NAMED or happening.subject != deal.deal["quoted_solution"][0]
                assert happening.value == listed_price(deal.world[0], deal.prices[0], happening.subject)
                heard += 1
    assert heard >= 60


def test_walking_away_is_the_end() -> None:
    chosen = world(seller__price_policy="never_to_price_shoppers", seller__min_questions=9)
    for deal in deals(chosen, 20):
        seen = list(deal.happenings())
        asked = [i for i, happening in enumerate(seen) if happening.event == Event.PRICE_ASKED]
        assert len(asked) == 2
        assert [happening.event for happening in seen[asked[1] :]] == [Event.PRICE_ASKED, Event.LEFT]
        assert deal.row["exit_reason"][0] == Reason.SELLER_WALKED_AWAY
        assert not deal.row["won"][0]


def test_a_naive_discount_is_off_the_own_price_and_stops_at_the_own_limit() -> None:
    for price, limit, discount in itertools.product((0.0, 40.0, 90.0), (0.0, 39.0, 200.0), (0.0, 0.15, 0.99)):
        view = PriceView(
            int(Moment.ASKED), True, 1, 0, 1, 0, True, 80.0, 0.3, price, limit, 1.0, 0.1, 0.25, 0.25, discount, 0.5
        )  # fmt: skip
        reply = unqualified_discount.reply(view)
        assert reply.low == reply.high == max(limit, price * (1 - discount))


# --- objections ---


def objections_of(deal: SteppedDeal) -> tuple[list[float], list[Happening]]:
    """The probabilities of the first objection of each deal as it agrees in principle, and those that came up."""
    probabilities: list[float] = []
    raised = []
    for happening in deal.happenings():
        if happening.event == Event.AGREED_IN_PRINCIPLE:
            causes = [_cause_of(sale_of(deal), int(kind)) for kind in Objection]
            probabilities = [float(probability_of_objecting(cause.strength, cause.relative)) for cause in causes]
        elif happening.event == Event.OBJECTED:
            raised.append(happening)
    return probabilities, raised


@pytest.mark.parametrize("kind", Objection)
def test_an_objection_comes_up_as_often_as_its_hazard_says(kind: Objection) -> None:
    strength: dict[str, Any] = {f"objections__{kind.name.lower()}": 1.5}
    if kind == Objection.MEMBER:
        strength = {"group": {"most": 4, "members_differ": 0.5, "objection": 1.5}}
    chosen = world(
        **strength, solutions__large__covers={"first": 1.0, "second": 0.4}, forces__stall_relief=3.0,
        buyer__ambition=0.3, buyer__self_knowledge=0.3, seller__max_questions=3,
    )  # fmt: skip
    expected, happened, variance = 0.0, 0, 0.0
    for deal in deals(chosen, 600):
        probabilities, raised = objections_of(deal)
        if probabilities:
            chance = probabilities[kind]
            expected += chance
            variance += chance * (1 - chance)
            happened += len(raised)
            assert {happening.subject for happening in raised} <= {kind}
    assert expected > 30
    assert abs(happened - expected) < 4 * math.sqrt(variance)


@pytest.mark.parametrize("skill", [0.0, 0.5, 1.0])
def test_an_objection_that_is_not_answered_takes_its_part_of_what_it_is_about(skill: float) -> None:
    chosen = world(
        objections={"doubt": 20.0, "uncovered": 20.0, "price": 20.0, "timing": 20.0, "value_lost": 0.3},
        group={"most": 3, "members_differ": 0.5, "objection": 20.0},
        seller__objection_handling=skill, buyer__ambition=0.3, seller__max_questions=3,
        solutions__large__covers={"first": 1.0, "second": 0.4},
    )  # fmt: skip
    answered, order = [], []
    for deal in deals(chosen, 100):
        before = 0.0
        kinds = []
        for happening in deal.happenings():
            shift = float(deal.buyer_mind["shift"][0])
            if happening.event == Event.OBJECTED:
                lost = 0.0 if happening.other == 1.0 else 0.3 * happening.value
                assert before - shift == pytest.approx(lost, abs=1e-9)
                answered.append(happening.other == 1.0)
                kinds.append(happening.subject)
            before = shift
        order.append(kinds)
    assert all(kinds == sorted(set(kinds)) for kinds in order), "each once at most, and in their order"
    assert max(map(len, order)) == len(Objection)
    assert np.mean(answered) == pytest.approx(skill, abs=4 * 0.5 / math.sqrt(len(answered)) * (0 < skill < 1))


def test_the_sharper_what_is_known_the_fewer_objections_come_up() -> None:
    """Doubt is smaller and the solution fits: more objections go with more doubt left, between skills and sellers."""
    changes = {"objections": {"doubt": 2.0, "uncovered": 2.0}, "seller__min_questions": 6, "seller__max_questions": 6,
               "conversation__latent": 0.8, "buyer__self_knowledge": 0.2}  # fmt: skip
    arms = [world(**changes, seller__discovery_skill=skill) for skill in (0.05, 0.3, 1.0, 5.0)]
    rows = played(*arms, deals=8_000)
    agreed = (rows["exit_step"] >= Step.OBJECTIONS_AND_NEGOTIATIONS).all(axis=0)
    raised = rows["objections"][:, agreed].mean(axis=1)
    assert agreed.sum() > 2_000
    assert (np.diff(raised) < 0).all()
    assert raised[-1] < 0.8 * raised[0]


# --- take it or leave it ---

ULTIMATUM = {
    "protocol": "take_it_or_leave_it", "buyer__taker_share": 0.0, "buyer__slack": 1.0, "forces__temptation": 1.0,
    "signing": {"bias": -1.0},
}  # fmt: skip


@pytest.mark.parametrize("adherence", [1.0, 0.0])
def test_a_price_beyond_the_buyers_limit_is_taken_only_by_a_buyer_who_gives_in(adherence: float) -> None:
    chosen = world(**ULTIMATUM, seller__markup=0.3, buyer__adherence=adherence)
    rows = played(chosen, deals=3_000)[0]
    assert (rows["exit_reason"] == Reason.IMPASSE).any() == (adherence == 1.0)
    assert rows["buyer_violation"].any() == (adherence == 0.0)
    assert not rows["seller_violation"].any()
    won = rows[rows["won"]]
    np.testing.assert_array_equal(won["price"], won["last_quote"])


@pytest.mark.parametrize("adherence", [1.0, 0.0])
def test_a_price_below_the_sellers_limit_is_taken_only_by_a_seller_who_gives_in(adherence: float) -> None:
    chosen = world(**ULTIMATUM, opener="buyer", buyer__ambition=0.6, seller__adherence=adherence)
    rows = played(chosen, deals=3_000)[0]
    assert (rows["exit_reason"] == Reason.IMPASSE).any() == (adherence == 1.0)
    assert rows["seller_violation"].any() == (adherence == 0.0)
    assert not rows["buyer_violation"].any()
    won = rows[rows["won"]]
    np.testing.assert_allclose(won["price"], 0.4 * won["reservation_price"])
