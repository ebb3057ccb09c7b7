"""A person in the buyer's seat says what a buyer decides, in lines; leaving ends the game, and it can be taken back."""

from dataclasses import replace

import pytest
from players import SEED, a_game, patient_line, played_out

from sim import batch
from sim.outcome import REASONS
from sim.reading import load_scenario
from sim.stepped import SteppedDeal
from sim.vocabulary import Ask, Choice, Event, Reason
from teaching.debrief import BY_RULE, LEAVING, STAYING, best_of, compared_with, debrief, regret
from teaching.decisions import CHOICES, WrongDecisionError
from teaching.game import WHAT_TO_CHOOSE, Game, bargaining_again, position, said
from teaching.prepared import RULES, prepared

ASKED_AT_ONCE = {"seller.price_policy": "on_first_ask"}
NO_TAKERS = {"buyer.taker_share": 0.0}
ASKED_IN_VAIN = {"seller.price_policy": "after_needs_analysis"}


def up_to(game, choice, line=patient_line):
    """The game, played until that choice comes up."""
    where = position(game)
    while not (where.ask == Ask.BUYER_CHOICE and where.view.choice == choice):
        game, where = said(game, line(where))
        assert not where.over, f"{choice.name} never came up"
    return game, where


SETTINGS = {Choice.STAY_WITHOUT_NUMBER: ASKED_IN_VAIN, Choice.ANOTHER_CONTACT: ASKED_IN_VAIN}


def a_deal_with(choice, place=0):
    """A game of a buyer that comes to the talks, played until that choice comes up."""
    return up_to(a_game("auto_repair", "buyer", place, **SETTINGS.get(choice, ASKED_AT_ONCE)), choice, to_the_end)


def to_the_end(where):
    """What a buyer says who wants the deal: it takes the number rather than let the talks fail."""
    if where.ask == Ask.BUYER_CHOICE and where.view.choice == Choice.TAKE:
        return "take"
    return patient_line(where)


@pytest.mark.parametrize("choice", CHOICES)
def test_each_choice_is_asked_in_words_with_the_lines_that_may_be_said(choice):
    game, where = a_deal_with(choice)
    does, does_not = CHOICES[choice]
    assert where.hint == f"{does}, or {does_not}"
    assert where.question.startswith(WHAT_TO_CHOOSE[choice].partition("{")[0])
    assert "nan" not in where.question
    for line in (does, does_not, f"  {does.upper()} "):
        assert said(game, line)[1].heard[: len(where.heard)] == where.heard


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("line", ["", "maybe", "accept", "offer 5", "walk away", "quote", "ask 1", "leave me alone"])
def test_what_cannot_be_said_at_a_choice_is_told_with_what_would_be_right(choice, line):
    game, _ = a_deal_with(choice)
    does, does_not = CHOICES[choice]
    with pytest.raises(WrongDecisionError, match=f"say {does}, or {does_not}" if line else "nothing was said"):
        said(game, line)


LEAVES = {
    Choice.STAY_AT_NUMBER: {Reason.PRICE_TOO_HIGH},
    Choice.STAY_WITHOUT_NUMBER: {Reason.GIVEN_NO_PRICE},
    Choice.ANOTHER_CONTACT: {Reason.NOT_WORTH_A_CONTACT, Reason.STALLED, Reason.OUT_OF_PATIENCE},
    Choice.AGREE: {Reason.NO_AGREEMENT_IN_PRINCIPLE, Reason.STALLED},
    Choice.SIGN: {Reason.NOT_SIGNED},
}


@pytest.mark.parametrize("choice", LEAVES)
def test_who_leaves_has_left_and_paid_for_its_contacts(choice):
    game, _ = a_deal_with(choice)
    after, where = said(game, "leave")
    assert where.over
    assert Reason(where.row["exit_reason"]) in LEAVES[choice]
    assert where.row["buyer_surplus"] == pytest.approx(-where.row["buyer_contacts"] * where.desk.contact_cost)
    with pytest.raises(WrongDecisionError, match="the deal is over"):
        said(after, "stay")


def test_who_walks_away_from_the_talks_has_left_them():
    game, _ = a_deal_with(Choice.TAKE)
    game, where = said(game, "bargain")
    assert where.hint == "offer PRICE [TERM=LEVEL ...], accept, or walk away"
    _, where = said(game, "walk away")
    assert REASONS[where.row["exit_reason"]] == "buyer_walked_away"
    assert where.heard[-1].sentences == ("It ends here: the buyer walks away from the talks.",)


def test_a_seller_cannot_walk_away_from_the_talks():
    for place in range(20):
        game = a_game(place=place)
        where = position(game)
        while not where.over and where.ask != Ask.SELLER_MOVE:
            game, where = said(game, patient_line(where))
        if not where.over:
            break
    with pytest.raises(WrongDecisionError, match="cannot be said here"):
        said(game, "walk away")


def test_a_number_is_heard_before_it_is_asked_whether_to_stay_and_heard_once():
    game, where = a_deal_with(Choice.STAY_AT_NUMBER)
    assert where.heard[-1].event == Event.NUMBER_NAMED
    assert where.desk.on_the_table == where.view.number
    _, after = said(game, "stay")
    assert [each.event for each in after.heard].count(Event.NUMBER_NAMED) == 1


def test_a_refusal_is_heard_without_whether_the_rules_buyer_would_be_content():
    for place in range(6):
        _, where = a_deal_with(Choice.STAY_WITHOUT_NUMBER, place)
        assert where.heard[-1].sentences == ('Seller: "That depends on what you need. Let us first find that out."',)


LUCK = {
    Choice.STAY_AT_NUMBER: ("forces.shock", 0.0, 50.0, "price_too_high"),
    Choice.STAY_WITHOUT_NUMBER: ("forces.refusal_exit", 0.0, 1.0, "given_no_price"),
    Choice.BARGAIN_AT_ONCE: ("forces.haggle_now", 0.0, 1.0, "HAGGLES"),
}


@pytest.mark.parametrize("choice", LUCK)
def test_what_is_heard_and_asked_does_not_tell_what_the_rule_would_do(choice):
    setting, never, always, sign = LUCK[choice]
    told = 0
    for buyer in range(12):
        stood = []
        for value in (never, always):
            scenario = load_scenario("auto_repair", {**SETTINGS.get(choice, ASKED_AT_ONCE), setting: value})
            _, where = up_to(Game(scenario, SEED, buyer, "buyer"), choice, to_the_end)
            deal = SteppedDeal(prepared(scenario), SEED, buyer)
            deal.take({Ask.BUYER_CHOICE: lambda view: True if view.choice == Choice.ASK_PRICE else None})
            happened = [each.event.name for each in deal.happenings()]
            left = sign in happened or sign == REASONS[deal.row["exit_reason"][0]]
            stood.append((left, repr((where.heard, where.view, where.desk, where.question, where.hint))))
        (by_rule, one), (otherwise, other) = stood
        assert one == other
        told += by_rule != otherwise
    assert told, "the rule does differ"


def test_a_game_of_a_buyer_is_taken_up_from_its_lines_and_taken_back_by_leaving_the_last_out():
    game, where = played_out(a_game("auto_repair", "buyer"))
    again = position(Game(game.scenario, game.seed, game.buyer, game.seat, game.decisions))
    assert again.heard == where.heard
    assert {name: again.row[name].tobytes() for name in again.row.dtype.names} == {
        name: where.row[name].tobytes() for name in where.row.dtype.names
    }
    for count in range(len(game.decisions)):
        before = replace(game, decisions=game.decisions[:count])
        stood = position(before)
        assert not stood.over
        assert stood.heard == where.heard[: len(stood.heard)]
        assert (
            said(before, game.decisions[count])[1].heard
            == position(replace(game, decisions=game.decisions[: count + 1])).heard
        )


def test_with_all_known_a_buyer_begins_again_where_it_may_take_the_number():
    game, _ = played_out(a_game("auto_repair", "buyer"))
    assert position(bargaining_again(game)).view.choice == Choice.TAKE


def rows_of(game, **settings):
    (rows,) = batch.play([load_scenario("auto_repair", settings)], SEED, 1, first=game.buyer)
    return rows[0, 0]


def test_the_debrief_of_a_buyer_is_held_against_its_rules_each_tactic_and_leaving_at_once():
    taken = stayed = 0
    for place in range(8):
        game, where = played_out(a_game("auto_repair", "buyer", place))
        found = debrief(game)
        others = {each.name: each for each in compared_with(game)}
        assert list(others) == [*RULES.tactics, BY_RULE, STAYING, LEAVING]
        row = rows_of(game)
        assert others[BY_RULE].money == row["buyer_surplus"]
        assert others["boulware"].money == rows_of(game, **NO_TAKERS, **{"buyer.tactic": "boulware"})["buyer_surplus"]
        assert not others[LEAVING].won
        assert others[LEAVING].money <= 0
        assert best_of(game) == max(each.money for each in others.values())
        assert found.regret == max(0.0, best_of(game) - float(where.row["buyer_surplus"]))
        assert regret(game, where.row) == found.regret
        (told,) = [sentence for sentence in found.sentences if sentence.startswith("Left to its rules")]
        assert (f"signed at {row['price']:.0f}" in told) == bool(row["won"])
        taken += bool(row["won"] and not row["rounds"])
        stayed += others[STAYING].won and not row["won"]
    assert taken, "else a tactic that bargains would not be told from a buyer who takes the number"
    assert stayed, "else who stays would not be told from a buyer who leaves by rule"


def test_who_leaves_at_the_first_chance_earns_what_the_debrief_says_of_it():
    game = a_game("auto_repair", "buyer", 0, **ASKED_AT_ONCE)
    no = {choice: does_not for choice, (_, does_not) in CHOICES.items()}
    game, where = played_out(game, lambda where: no.get(getattr(where.view, "choice", None), "walk away"))
    (leaving,) = [each for each in compared_with(game) if each.name == LEAVING]
    assert leaving.money == where.row["buyer_surplus"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"buyer.authority": 0.0}, "You may not sign"),
        ({"leads.in_market": 0.0}, "You are only looking around"),
        ({"group": {"least": 3, "most": 3, "decision": "unanimity"}}, "You speak for a group of 3"),
        ({"group": {"least": 3, "most": 3, "decision": "majority"}}, "You are one of 3: the majority decides"),
    ],
)
def test_what_a_buyer_cannot_choose_lies_on_its_desk(settings, told):
    base = {"prospecting.response": 1.0, "prospecting.out_of_market": 1.0, "seller.strictness": 0.0}
    scenario = load_scenario("b2b_software", {**base, **settings})
    where = next(each for buyer in range(50) if not (each := position(Game(scenario, SEED, buyer, "buyer"))).over)
    assert any(note.startswith(told) for note in where.desk.notes)
    assert not position(a_game("auto_repair", "buyer")).desk.notes


def test_a_patient_buyer_comes_to_an_end_with_everybody():
    scenario = load_scenario("b2b_software")
    decided = 0
    for buyer in range(40):
        game, where = played_out(Game(scenario, SEED, buyer, "buyer"))
        assert where.over
        decided += bool(game.decisions)
    assert decided > 5
