"""A person in the buyer's seat: who chooses as the rule does plays the batch's deal, and whoever leaves has left."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
from worlds import columns_that_differ

from agents.views import ChoiceView
from sim.batch import play
from sim.reading import load_scenario
from sim.scenario import Scenario
from sim.setting import prepare
from sim.stepped import WALK_AWAY, Happening, SteppedDeal
from sim.vocabulary import Ask, Choice, Destination, Event, Reason, Step

SEED = 5
DEALS = 150
SCENARIOS = {
    "b2b_software": {},
    "auto_repair": {"seller.price_policy": "never_to_price_shoppers"},
    "consulting": {"seller.price_policy": "range_first"},
    "used_car": {"protocol": "take_it_or_leave_it"},
    "solar_home": {"seller.price_policy": "menu_first", "quotes": "binding", "seller.tactic": "conceder"},
    "commodity": {"seller.price_policy": "conditional_first", "forces.haggle_now": 0.5},
    "b2b_software, a group": {"group": {"least": 3, "most": 5, "decision": "majority", "members_differ": 1.0}},
    "auto_repair, binding": {"quotes": "binding", "seller.price_policy": "on_first_ask"},
}
NUMBERS = {
    Event.NUMBER_NAMED, Event.RANGE_NAMED, Event.MENU_NAMED, Event.CONDITION_NAMED, Event.LIST_PRICE_NAMED,
}  # fmt: skip
LEFT_BY_RULE = {
    Reason.PRICE_TOO_HIGH, Reason.GIVEN_NO_PRICE, Reason.OUT_OF_PATIENCE, Reason.STALLED, Reason.NOT_WORTH_A_CONTACT,
    Reason.NOT_SIGNED,
}  # fmt: skip


def scenario_of(name: str) -> Scenario:
    return load_scenario(name.partition(",")[0], SCENARIOS[name])


@cache
def batch_of(name: str) -> np.ndarray:
    return np.concatenate(list(play([scenario_of(name)], SEED, DEALS)), axis=1)[0]


class Person:
    """Answers what it is asked by ``says``, and remembers what it was asked."""

    def __init__(self, says) -> None:
        self.says, self.asked = says, []

    def __call__(self, view: ChoiceView) -> bool | None:
        self.asked.append(view)
        return self.says(view)


def deals_of(scenario: Scenario, says, moves=None, count: int = DEALS):
    """The deals with a person in the buyer's seat: each with the person, and with what happened."""
    setting = prepare(scenario)
    for buyer in range(count):
        person = Person(says)
        deal = SteppedDeal(setting, SEED, buyer, {Ask.BUYER_CHOICE: person})
        if moves is not None:
            deal.take_seat(Ask.BUYER_MOVE, moves)
        yield deal, person, list(deal.happenings())


@pytest.mark.parametrize("name", SCENARIOS)
def test_who_chooses_as_the_rule_says_plays_the_rows_of_the_batch(name: str) -> None:
    rows = np.concatenate([deal.row for deal, _, _ in deals_of(scenario_of(name), lambda view: None)])
    assert columns_that_differ(batch_of(name), rows) == []


def test_the_deals_compared_ask_for_every_choice_and_end_in_many_ways() -> None:
    asked: Counter[int] = Counter()
    for name in SCENARIOS:
        for _, person, _ in deals_of(scenario_of(name), lambda view: None, count=60):
            asked.update(view.choice for view in person.asked)
    assert {Choice(choice) for choice in asked} == set(Choice) - {Choice.NONE}
    ends = np.unique(np.concatenate([batch_of(name)["exit_reason"] for name in SCENARIOS]))
    assert {Reason(end) for end in ends} >= LEFT_BY_RULE | {Reason.SIGNED, Reason.IMPASSE, Reason.NOT_PASSED}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_number_is_heard_and_then_asked_about_whatever_the_rule_would_do(name: str) -> None:
    """Else the question would tell what the luck of the deal is."""
    for deal, person, happened in deals_of(scenario_of(name), lambda view: None, count=60):
        numbers = [each for each in happened if each.event in NUMBERS]
        assert sum(view.choice == Choice.STAY_AT_NUMBER for view in person.asked) == len(numbers)
        refusals = sum(each.event == Event.DECLINED for each in happened)
        assert sum(view.choice == Choice.STAY_WITHOUT_NUMBER for view in person.asked) == refusals
        assert len(happened) == deal.deal["events"][0], "each event is heard once"


def test_what_a_choice_is_about_is_heard_and_seen_before_it_is_asked() -> None:
    setting = prepare(scenario_of("auto_repair, binding"))
    looked = 0
    for buyer in range(40):
        heard: list[Happening] = []

        def look(view: ChoiceView, heard=heard) -> None:
            nonlocal looked
            if view.choice == Choice.STAY_AT_NUMBER:
                assert heard[-1].event in NUMBERS
                assert view.number == heard[-1].value
                assert view.limit == heard[-1].other
                looked += 1
            elif view.choice == Choice.ASK_PRICE:
                assert heard[-1].event == Event.CONTACT_OPENED
                assert np.isnan(view.number)

        for happening in SteppedDeal(setting, SEED, buyer, {Ask.BUYER_CHOICE: look}).happenings():
            heard.append(happening)
    assert looked > 40


def leaves_at(choice: Choice):
    return lambda view: view.choice != choice and (view.choice != Choice.BARGAIN_AT_ONCE)


FITTING = {
    Choice.STAY_AT_NUMBER: Reason.PRICE_TOO_HIGH,
    Choice.STAY_WITHOUT_NUMBER: Reason.GIVEN_NO_PRICE,
    Choice.ANOTHER_CONTACT: Reason.NOT_WORTH_A_CONTACT,
    Choice.AGREE: Reason.NO_AGREEMENT_IN_PRINCIPLE,
    Choice.SIGN: Reason.NOT_SIGNED,
}
WITHOUT_LUCK = {"forces.stall": 0.0, "buyer.unlimited_patience": True, "forces.hold_up": 0.0}
"""So that a buyer who leaves has none but its own reason."""


def check_it_took_its_alternative(deal: SteppedDeal) -> None:
    row, buyer = deal.row[0], deal.buyer[0]
    assert not row["won"]
    assert row["buyer_surplus"] == -row["buyer_contacts"] * buyer["contact_cost"]
    elsewhere = buyer["in_market"] and buyer["rival"] and buyer["batna"] > 0
    assert row["destination"] == (Destination.COMPETITOR if elsewhere else Destination.NO_DECISION)


@pytest.mark.parametrize("choice", FITTING)
@pytest.mark.parametrize("name", ["auto_repair", "b2b_software", "consulting"])
def test_who_leaves_at_a_choice_has_left_there_for_its_alternative(choice: Choice, name: str) -> None:
    left = 0
    scenario = load_scenario(name, WITHOUT_LUCK)
    for deal, person, happened in deals_of(scenario, leaves_at(choice)):
        came_to_it = [place for place, view in enumerate(person.asked) if view.choice == choice]
        if not came_to_it:
            continue
        assert came_to_it == [len(person.asked) - 1], "nothing more is asked"
        assert happened[-1].event == Event.LEFT
        if deal.row["exit_reason"][0] in (Reason.SELLER_WITHDREW, Reason.QUOTE_WITHDRAWN):
            assert choice == Choice.AGREE, "the seller has the last word there"
            continue
        assert deal.row["exit_reason"][0] == FITTING[choice]
        if choice == Choice.SIGN:
            assert happened[-1].step == Step.SECURING
        elif choice == Choice.AGREE:
            assert happened[-1].step == Step.PRESENTING
        check_it_took_its_alternative(deal)
        left += 1
    assert left > (2 if choice == Choice.STAY_WITHOUT_NUMBER and name == "consulting" else 5)


def test_who_walks_away_from_the_talks_has_left_there_for_its_alternative() -> None:
    left = 0
    bargains = lambda view: view.choice not in (Choice.BARGAIN_AT_ONCE, Choice.TAKE)  # noqa: E731
    for name in ("auto_repair", "used_car"):
        for deal, _, happened in deals_of(scenario_of(name), bargains, lambda view: WALK_AWAY):
            if deal.row["exit_reason"][0] == Reason.BUYER_WALKED_AWAY:
                assert happened[-1].step == Step.OBJECTIONS_AND_NEGOTIATIONS
                assert deal.row["rounds"][0] == 1
                check_it_took_its_alternative(deal)
                left += 1
    assert left > 20


@pytest.mark.parametrize("name", ["auto_repair", "b2b_software", "consulting"])
def test_who_stays_where_the_rule_would_leave_goes_on(name: str) -> None:
    stays = lambda view: True if view.choice in FITTING else None  # noqa: E731
    gone_on: Counter[Reason] = Counter()
    for (deal, _, happened), by_rule in zip(deals_of(scenario_of(name), stays), batch_of(name), strict=True):
        reason = Reason(deal.row["exit_reason"][0])
        assert reason not in LEFT_BY_RULE
        if by_rule["exit_reason"] in LEFT_BY_RULE:
            assert happened[-1].step >= by_rule["exit_step"]
            gone_on[Reason(by_rule["exit_reason"])] += 1
    assert sum(gone_on.values()) > 10


def test_who_takes_the_number_on_the_table_does_not_bargain() -> None:
    taken = 0
    takes = lambda view: view.choice not in (Choice.ASK_PRICE, Choice.SIGN)  # noqa: E731
    for deal, person, happened in deals_of(scenario_of("auto_repair"), takes):
        (offered,) = [view for view in person.asked if view.choice == Choice.TAKE] or [None]
        assert deal.row["rounds"][0] == 0
        if offered is not None:
            (event,) = [each for each in happened if each.event == Event.TAKEN]
            assert event.value <= offered.number
            taken += 1
    assert taken > 10


def test_an_answer_of_the_wrong_kind_is_told() -> None:
    deal = SteppedDeal(prepare(scenario_of("auto_repair")), SEED, 0, {Ask.BUYER_CHOICE: lambda view: "stay"})
    with pytest.raises(ValueError, match="True, False or None, not 'stay'"):
        deal.play()
