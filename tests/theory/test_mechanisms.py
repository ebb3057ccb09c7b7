"""Each mechanism leaves a trace while it is on, and none at its neutral value.

A trace is something that only this mechanism does: an exit, an event, a number that could not be there without it.
"""

import math
from ast import literal_eval
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from worlds import PLAIN, columns_that_differ, played, world

from agents.bargaining import is_at_least
from agents.beliefs import perceived_worth
from agents.buyer import aspiration, is_worth_another_contact
from agents.price_list import PRICE, look_up, shape_of
from agents.views import Kind
from sim.batch import play
from sim.deal import BUYER_MIND, DEAL, KNOWLEDGE, SELLER_MIND, Sale, blank
from sim.knowledge import clearness, plant
from sim.mechanisms import MECHANISMS, Mechanism
from sim.population import draw_buyers, draw_members
from sim.process import begin
from sim.scenario import Scenario
from sim.setting import prepare
from sim.sides import buyer_certain, buyer_limit, member_worth, seller_limit, seller_opening
from sim.stepped import SteppedDeal
from sim.steps.contact import stalls
from sim.steps.interests import study_interests
from sim.steps.numbers import name_number
from sim.vocabulary import Event, Objection, Reason

DEALS = 3_000
BY_NAME = {each.name: each for each in MECHANISMS}

EVERYTHING: dict[str, Any] = {
    "needs__first__present": 0.8, "needs__second__present": 0.6, "common_factor": 0.3, "need_cost": 0.2,
    "solutions__small__base_cost": 5, "solutions__large__base_cost": 15,
    "buyer__awareness": 0.8, "buyer__self_knowledge": 0.5, "buyer__risk_aversion": 0.6,
    "buyer__budget": {"median": 70, "log_sd": 0.4, "flex": 0.5},
    "buyer__rival": {"present": 0.6, "surplus_mean": 0.1, "surplus_sd": 0.1},
    "buyer__authority": 0.8, "buyer__clarity": 0.5, "buyer__clarity_error": 6, "buyer__preparation": 0.5,
    "buyer__adherence": 0.2, "buyer__price_focus": 0.5, "buyer__interest_effect": 1.5,
    "buyer__shoppers": {"share": 0.2}, "buyer__unlimited_patience": False,
    "buyer__patience": {"impatient_share": 0.4, "impatient": 2, "patient": 5}, "buyer__contact_cost": 2.0,
    "buyer__expectation_spread": 0.3, "buyer__taker_share": 0.3, "buyer__ambition": 0.3, "buyer__slack": 0.5,
    "buyer__tactic": "boulware",
    "seller__price_policy": "on_first_ask", "seller__markup": 0.15, "seller__adherence": 0.2, "seller__clarity": 0.5,
    "seller__clarity_error": 6, "seller__preparation": 0.2, "seller__contact_cost": 0.5,
    "seller__contact_opportunity": 0.4, "seller__opportunity_cost": 3.0, "seller__strictness": 0.5,
    "seller__reframing_skill": 0.5, "seller__objection_handling": 0.5, "seller__tactic": "boulware",
    "leads": {"in_market": 0.6, "quality": 0.3, "cost": 0.2},
    "prospecting": {"attempts": 3, "attempt_contacts": 0.1, "response": 0.4, "response_to_need": 1.0,
                    "out_of_market": 0.6},
    "qualification": {"signal_noise": 0.6, "budget_noise": 0.5, "need_noise": 0.3, "questions": 2},
    "objections": {"doubt": 1.0, "uncovered": 1.0, "price": 0.5, "timing": 0.1, "contacts": 0.2, "value_lost": 0.5,
                   "exit": 0.15},
    "signing": {"bias": 0.05, "uncertainty_bias": 0.3, "spread": 0.1}, "later_business": 0.3,
    "terms": {
        "support": {"label": "support", "buyers_differ": 0.6, "sellers_differ": 0.4, "levels": {
            "office_hours": {"label": "in office hours"},
            "day_and_night": {"label": "day and night", "worth": 6, "cost": 5}}},
        "payment": {"label": "payment", "buyers_differ": 0.5, "levels": {
            "monthly": {"label": "by the month"},
            "in_advance": {"label": "a year in advance", "worth": -3, "cost": -3}}},
    },
    "group": {"least": 1, "most": 3, "decision": "champion", "members_differ": 0.4, "vetoes": 0.3, "relay_loss": 0.5,
              "stall": 0.2, "objection": 0.5},
    "conversation__interest_noise": 0.8,
    "conversation__round_contacts": 0.1, "conversation__securing_contacts": 0.2,
    "forces": {"border": 0.3, "requote": 0.5, "anchor_aspiration": 0.3, "anchor_reservation": 0.3, "shock": 1.0,
               "haggle_now": 0.6, "openness": 0.4, "refusal_exit": 0.3, "hold_up": 0.3, "stall": 0.15,
               "stall_relief": 2.0, "breakdown": 0.05, "temptation": 0.2, "adaptation": 0.1},
}  # fmt: skip
"""A world in which every mechanism is on."""


def everything(**changes: Any) -> Scenario:
    return world(**deepcopy({**EVERYTHING, **changes}))


def off(mechanism: Mechanism) -> dict[str, Any]:
    """The changes that switch a mechanism off in that world."""
    changes: dict[str, Any] = {}
    for path, neutral in mechanism.settings.items():
        if path == "solutions":
            changes[path] = {"large": PLAIN["solutions"]["large"]}
        elif "*" in path:
            changes |= {path.replace("*", need).replace(".", "__"): neutral for need in PLAIN["needs"]}
        else:
            changes[path.replace(".", "__")] = neutral
    return changes


@lru_cache(maxsize=4)
def _rows(key: str) -> np.ndarray:
    return played(everything(**literal_eval(key)), deals=DEALS)[0]


def rows_of(changes: dict[str, Any]) -> np.ndarray:
    return _rows(repr(changes))


def sale_of(changes: dict[str, Any], buyer: int = 5) -> Sale:
    """A deal laid open, to be looked at in plain Python."""
    setting = prepare(everything(**changes))
    buyers = draw_buyers(setting.world, setting.buyer, 1, buyer, 1)
    sale = Sale(
        setting.world[0], setting.prices[0], buyers[0], setting.seller.copy()[0],
        blank(BUYER_MIND)[0], blank(SELLER_MIND)[0], blank(DEAL)[0], np.uint64(1), blank(KNOWLEDGE)[0],
    )  # fmt: skip
    plant(sale.world, sale.knowledge)
    begin(sale)
    draw_members(sale.world, sale.buyer, sale.seed)
    return sale


Trace = Callable[[dict[str, Any]], bool]


def ends(*reasons: Reason) -> Trace:
    """Deals that ended for one of these reasons."""
    return lambda changes: bool(np.isin(rows_of(changes)["exit_reason"], reasons).any())


def some_in(column: str) -> Trace:
    return lambda changes: bool((rows_of(changes)[column] != 0).any())


def matters(**companion: Any) -> Trace:
    """Something that only matters while the mechanism is on changes the outcome."""
    return lambda changes: columns_that_differ(rows_of(changes), rows_of({**changes, **companion})) != []


def happens(event: Event, seen: Callable[[Any], bool] = lambda happening: True) -> Trace:
    """An event of this kind in the first deals."""

    def trace(changes: dict[str, Any]) -> bool:
        setting = prepare(everything(**changes))
        return any(
            happening.event == event and seen(happening)
            for buyer in range(150)
            for happening in SteppedDeal(setting, 1, buyer).happenings()
        )

    return trace


def perception_moves(changes: dict[str, Any]) -> bool:
    setting = prepare(everything(**changes))
    for buyer in range(60):
        deal = SteppedDeal(setting, 1, buyer)
        deal.play()
        if (deal.buyer["perceived"][0] != deal.buyer_mind["perceived"][0]).any():
            return True
    return False


def perceive_less_than_there_is(changes: dict[str, Any]) -> bool:
    setting = prepare(everything(**changes))
    buyers = draw_buyers(setting.world, setting.buyer, 1, 0, 40_000)
    return bool(abs(buyers["perceived"].mean() / buyers["worth"].mean() - 1) > 0.03)


def doubt_is_discounted(changes: dict[str, Any]) -> bool:
    sale = sale_of(changes)
    worth = sum(sale.world.cover[1, k] * sale.buyer_mind.perceived[k] for k in range(sale.world.needs))
    return not math.isclose(buyer_certain(sale.world, sale.buyer, sale.buyer_mind, 1), worth)


def first_number_pulls(changes: dict[str, Any]) -> bool:
    sale = sale_of(changes)
    limit = buyer_limit(sale.world, sale.buyer, sale.buyer_mind, 1)
    pull = sale.world.anchor_aspiration
    hopes = {aspiration(limit, sale.buyer.ambition, number, pull) for number in (math.nan, 1.0)}
    name_number(sale, Kind.QUOTE.value, 1, 500.0, 500.0, math.inf)
    return len(hopes) > 1 or sale.buyer_mind.shift != 0.0


def answers_are_less_open(changes: dict[str, Any]) -> bool:
    return clearness(sale_of(changes).world, 1.0, False) != 1.0


def trust_is_won(changes: dict[str, Any]) -> bool:
    return clearness(sale_of(changes).world, 0.0, True) != 1.0


def raising_costs(changes: dict[str, Any]) -> bool:
    sale = sale_of({**changes, "forces__anchor_reservation": 0.0})
    for price in (40.0, 60.0):
        name_number(sale, Kind.QUOTE.value, 1, price, price, math.inf)
    return bool(sale.buyer_mind.shift != 0.0)


def gain_is_feared_for(changes: dict[str, Any]) -> bool:
    return not is_worth_another_contact(10.0, sale_of(changes).world.hold_up, False, 9.999)


def thin_margins_matter(changes: dict[str, Any]) -> bool:
    """Without bias, whoever agreed within its own limit signs; nothing else moves the limit here."""
    still = {"forces__anchor_reservation": 0.0, "forces__requote": 0.0, "objections__value_lost": 0.0,
             "buyer__adherence": 1.0, "buyer__budget": None}  # fmt: skip
    return ends(Reason.NOT_SIGNED)({**still, **changes})


def opens_above_its_aim(changes: dict[str, Any]) -> bool:
    sale = sale_of(changes)
    world, mind = sale.world, sale.seller_mind
    shape = shape_of(sale.prices, 1, sale.knowledge.variance[mind.node, 1], sale.knowledge.slope[mind.node, 1])
    aim = look_up(sale.prices, PRICE, 1, shape, mind.belief[2 * world.needs + 1], seller_limit(world, mind, 1))
    opening = seller_opening(world, sale.prices, sale.knowledge, sale.seller, mind, 1)
    return is_at_least(opening, aim * 1.0001, True)


def asking_follows_interest(changes: dict[str, Any]) -> bool:
    """In a world in which nothing else but interest makes the same buyers ask sooner or later."""
    alone = {**changes, "leads": None, "prospecting": None, "qualification": None}
    asked = [played(everything(**alone, buyer__awareness=a), deals=DEALS)[0]["asked_first"] for a in (0.5, 1.5)]
    return bool((asked[0] != asked[1]).any())


def qualification_takes_room(changes: dict[str, Any]) -> bool:
    """Who was qualified is asked less about needs in the first contact than there is room for."""
    setting = prepare(everything(**{**changes, "seller__min_questions": 9, "seller__price_policy": "with_proposal"}))
    for buyer in range(150):
        deal = SteppedDeal(setting, 1, buyer)
        asked = sum(happening.event == Event.ANSWERED and happening.contact == 1 for happening in deal.happenings())
        if deal.row["qualified"][0] and int(deal.deal["contact"][0]) > 1:
            return asked < 3
    raise AssertionError("nobody was qualified")


def deal_has_an_opportunity_cost(changes: dict[str, Any]) -> bool:
    sale = sale_of({**changes, "seller__clarity": 1.0})
    cost = sale.seller_mind.belief[2 * sale.world.needs + sale.world.solutions + 1]
    return not math.isclose(seller_limit(sale.world, sale.seller_mind, 1), cost)


def adapting_is_paid_for(changes: dict[str, Any]) -> bool:
    rows = rows_of(changes)
    rows = rows[rows["won"]]
    gain = rows["value"] - rows["cost"] - rows["batna"] - rows["contact_costs"] - EVERYTHING["leads"]["cost"]
    total = rows["seller_profit"] - rows["later_profit"] + rows["buyer_surplus"]
    return not np.allclose(total, gain)


def costs_differ(changes: dict[str, Any]) -> bool:
    rows = rows_of(changes)
    return any(np.ptp(rows["cost"][rows["won"] & (rows["solution"] == s)]) > 1e-9 for s in (0, 1))


def someone_unable_or_unlikely(changes: dict[str, Any]) -> bool:
    rows = rows_of(changes)
    return not (rows["in_market"].all() and rows["authority"].all())


def buyers_differ(changes: dict[str, Any]) -> bool:
    setting = prepare(everything(**changes))
    worth = draw_buyers(setting.world, setting.buyer, 1, 0, 100)["worth"][:, :3].sum(axis=1)
    return bool(np.ptp(worth) > 1e-9)


def interests_are_guessed(changes: dict[str, Any]) -> bool:
    """When talks begin the seller takes the buyer's factors for something else than they are."""
    sale = sale_of(changes)
    study_interests(sale)
    guess, true = sale.seller_mind.term_guess[:2], sale.buyer.term_factor[:2]
    return not np.array_equal(guess, true)


def less_reaches_the_others(changes: dict[str, Any]) -> bool:
    """With weights alike, what the champion has learnt is all that another could differ by."""
    sale = sale_of({**changes, "group__members_differ": 0.0, "group__least": 3, "group__most": 3})
    sale.buyer_mind.perceived[:] += 5.0
    champion = perceived_worth(sale.world.cover, 1, sale.world.needs, sale.buyer_mind.perceived)
    return not math.isclose(champion, member_worth(sale.world, sale.buyer, sale.buyer_mind, 1, 1)[0])


def others_let_it_lie(changes: dict[str, Any]) -> bool:
    """The champion sees so much in it that it never would; the others see nothing."""
    sale = sale_of({**changes, "forces__stall_relief": 50.0, "group__least": 5, "group__most": 5})
    sale.buyer_mind.perceived[:] += 1000.0
    sale.buyer.member_weight[1:] = 0.0
    for contact in range(1, 20):
        sale.deal.contact = contact
        if stalls(sale):
            return True
    return False


TRACES: dict[str, Trace] = {
    "latent": perception_moves,
    "reports": happens(Event.ANSWERED, lambda happening: not math.isnan(happening.other)),
    "awareness": perceive_less_than_there_is,
    "risk_aversion": doubt_is_discounted,
    "anchoring": first_number_pulls,
    "border": answers_are_less_open,
    "requote": raising_costs,
    "openness": trust_is_won,
    "later_business": some_in("later_profit"),
    "refusal_exit": lambda changes: ends(Reason.GIVEN_NO_PRICE)({"seller__price_policy": "with_proposal", **changes}),
    "refusal_impatience": lambda changes: happens(Event.DECLINED, lambda happening: not happening.subject)(
        {"seller__price_policy": "with_proposal", **changes}
    ),
    "shock": ends(Reason.PRICE_TOO_HIGH),
    "hold_up": gain_is_feared_for,
    "stall": ends(Reason.STALLED),
    "signing_bias": thin_margins_matter,
    "ambition": matters(buyer__firmness=9.0),
    "markup": opens_above_its_aim,
    "breakdown": ends(Reason.BREAKDOWN),
    "adherence_slips": lambda changes: some_in("buyer_violation")(changes) or some_in("seller_violation")(changes),
    "unclear_batna": matters(buyer__clarity_error=25.0, seller__clarity_error=15.0),
    "preparation": happens(Event.PREPARED),
    "haggle_now": happens(Event.HAGGLES),
    "objections": some_in("objections"),
    "trading_terms": some_in("terms"),
    "hidden_interests": interests_are_guessed,
    "group": lambda changes: bool((rows_of(changes)["members"] > 1).any()),
    "vetoes": ends(Reason.NOT_PASSED),
    "relay_loss": less_reaches_the_others,
    "member_stall": others_let_it_lie,
    "member_objection": happens(Event.OBJECTED, lambda happening: happening.subject == Objection.MEMBER),
    "adaptation": adapting_is_paid_for,
    "impatience": ends(Reason.OUT_OF_PATIENCE),
    "interest_effect": asking_follows_interest,
    "shoppers": some_in("shopper"),
    "strictness": ends(Reason.LEAD_DROPPED, Reason.DISQUALIFIED),
    "time_of_qualification": qualification_takes_room,
    "opportunity_cost": deal_has_an_opportunity_cost,
    "need_driven_cost": costs_differ,
    "screening_by_price": someone_unable_or_unlikely,
    "saved_discovery_cost": some_in("contact_costs"),
    "wasted_contacts": some_in("contact_costs"),
    "under_quoting": buyers_differ,
    "wrong_solution": lambda changes: bool(
        (rows_of(changes)["won"] & (rows_of(changes)["solution"] != rows_of(changes)["best_solution"]))[
            rows_of(changes)["best_solution"] >= 0
        ].any()
    ),
    "commoditisation": some_in("batna"),
}

NEEDED_FOR_OFF: dict[str, dict[str, Any]] = {
    # without ambition the aspiration is the limit, but for the pull of the first number
    "ambition": {"forces__anchor_aspiration": 0.0},
    # what the seller makes of the terms differs from deal to deal
    "need_driven_cost": {"terms": {}},
}


def test_every_mechanism_has_its_trace() -> None:
    assert list(TRACES) == list(BY_NAME)


@pytest.mark.parametrize("name", BY_NAME)
def test_switched_off_it_leaves_no_trace(name: str) -> None:
    more = NEEDED_FOR_OFF.get(name, {})
    assert TRACES[name](more), "on, it leaves a trace"
    assert not TRACES[name]({**more, **off(BY_NAME[name])})


@pytest.mark.parametrize("name", BY_NAME)
def test_it_shows_in_its_columns(name: str) -> None:
    """At its neutral value the columns it names are not what they were; buyers and luck are the same."""
    changes = off(BY_NAME[name])
    if any(path.startswith(("needs", "solutions")) for path in BY_NAME[name].settings):
        changed = np.concatenate(list(play([everything(**changes)], 1, DEALS)), axis=1)[0]
    else:
        changed = rows_of(changes)
    bases = ({}, {"seller__price_policy": "after_needs_analysis"}, {"quotes": "binding"})
    differing = set(columns_that_differ(rows_of({}), changed))
    for base in bases[1:]:
        differing |= set(columns_that_differ(rows_of(base), played(everything(**base, **changes), deals=DEALS)[0]))
    assert set(BY_NAME[name].columns) <= differing
