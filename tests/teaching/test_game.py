"""The game without any page: it is the batch's deal, its lines are checked, and it hides what a player may not know."""

import numpy as np
import pytest
from players import SEED, a_game, patient_line, played_out

from agents.bargaining import respond
from agents.catalogue import catalogue
from agents.tactics import boulware
from sim import batch
from sim.deal import Sale
from sim.process import choose_question
from sim.reading import load_scenario
from sim.setting import prepare
from sim.stepped import SteppedDeal
from sim.vocabulary import Ask
from teaching.debrief import debrief, hidden_now, regret
from teaching.decisions import CHOICES, WrongDecisionError
from teaching.desk import desk_of
from teaching.game import Game, WaitingError, bargaining_again, deal_of, position, said
from teaching.prepared import prepared, with_policy


def batch_row(game):
    (rows,) = batch.play([game.scenario], game.seed, 1, first=game.buyer)
    return rows[0, 0]


def bits(row):
    """Every field to the last bit; what lies between fields is nobody's."""
    return {name: row[name].tobytes() for name in row.dtype.names}


def sale_of(deal):
    records = (deal.world, deal.prices, deal.buyer, deal.seller, deal.buyer_mind, deal.seller_mind, deal.deal)
    return Sale(*(record[0] for record in records), np.uint64(SEED), deal.knowledge[0])


def as_needs_analyst(game):
    """The line of a seller who plays after_needs_analysis with boulware, to the last bit."""

    def line(where, game):
        if where.ask == Ask.PRICE:
            return "quote" if where.view.moment >= 4 else "ask on"
        if where.ask == Ask.QUESTION:
            deal = deal_of(game, iter(game.decisions))
            with pytest.raises(WaitingError):
                deal.play()
            need = choose_question(sale_of(deal))
            return "propose" if need < 0 else f"ask {need + 1}"
        move = respond(where.view, boulware.next_offer(where.view))
        return "accept" if move.accept else f"offer {move.price!r}"

    where = position(game)
    while not where.over:
        game, where = said(game, line(where, game))
    return where


@pytest.mark.parametrize("place", range(6))
def test_who_decides_as_a_price_policy_does_earns_what_the_batch_says_to_the_last_bit(place):
    decides = {"seller.price_policy": "after_needs_analysis", "seller.tactic": "boulware"}
    game = a_game("auto_repair", "seller", place, **decides)
    assert bits(as_needs_analyst(game).row) == bits(batch_row(game))


class ByRule(SteppedDeal):
    """A deal that remembers what the rule says at each of the buyer's choices."""

    def _chosen(self, seat, by_rule):
        self.said = (*getattr(self, "said", ()), by_rule)
        return by_rule


def said_by_rule(game):
    deal = ByRule(prepared(game.scenario), game.seed, game.buyer)
    deal.take({Ask.BUYER_CHOICE: lambda view: None})
    deal.play()
    return iter(deal.said)


@pytest.mark.parametrize("name", ["auto_repair", "used_car", "commodity"])
def test_who_buys_as_a_buyer_does_by_rule_gains_what_the_batch_says_to_the_last_bit(name):
    signed = 0
    for place in range(8):
        game = a_game(name, "buyer", place, **{"buyer.tactic": "boulware"})
        by_rule = said_by_rule(game)

        def line(where, by_rule=by_rule):
            if where.ask == Ask.BUYER_CHOICE:
                does, does_not = CHOICES[where.view.choice]
                return does if next(by_rule) else does_not
            move = respond(where.view, boulware.next_offer(where.view))
            return "accept" if move.accept else f"offer {move.price!r}"

        game, where = played_out(game, line)
        assert bits(where.row) == bits(batch_row(game))
        assert next(by_rule, None) is None
        signed += bool(where.row["won"])
    assert signed


@pytest.mark.parametrize("name", ["auto_repair", "b2b_software", "commodity"])
def test_a_kept_setting_is_the_one_that_would_be_prepared_anew(name):
    scenario = load_scenario(name, {"seller.tactic": "conceder", "buyer.tactic": "tit_for_tat"})
    for policy in catalogue().price_policies:
        other = with_policy(scenario, policy)
        for kept, anew in zip(prepared(other), prepare(other), strict=True):
            assert all(kept[field].tobytes() == anew[field].tobytes() for field in kept.dtype.names)


@pytest.mark.parametrize("seat", ["seller", "buyer"])
def test_what_lies_on_a_desk_does_not_depend_on_the_other_sides_records(seat):
    for place in range(3):
        game = a_game("b2b_software", seat, place)
        deal = deal_of(game, iter(game.decisions))
        with pytest.raises(WaitingError):
            deal.play()
        before = repr(desk_of(game.scenario, deal, seat))
        others = (deal.buyer, deal.buyer_mind) if seat == "seller" else (deal.seller, deal.seller_mind)
        for record in others:
            record.view(np.uint8)[:] = 7
        assert repr(desk_of(game.scenario, deal, seat)) == before


@pytest.mark.parametrize("seat", ["seller", "buyer"])
@pytest.mark.parametrize("name", ["auto_repair", "b2b_software", "consulting"])
def test_nothing_is_heard_of_what_a_side_believes_or_would_accept(name, seat):
    for place in range(4):
        _, where = played_out(a_game(name, seat, place))
        text = " ".join(sentence for heard in where.heard for sentence in heard.sentences)
        assert "(" not in text
        for word in ("limit is", "at most", "give or take", "probability", "hopes to earn", "contact shorter"):
            assert word not in text


def test_a_game_is_taken_up_from_its_lines_alone():
    game, where = played_out(a_game())
    again = position(Game(game.scenario, game.seed, game.buyer, game.seat, game.decisions))
    assert again.heard == where.heard
    assert bits(again.row) == bits(where.row)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "nothing was said"),
        ("quote cheap", "not a solution"),
        ("quote -3", "not a price"),
        ("quote nan", "not a price"),
        ("quote inf", "not a price"),
        ("quote 1 2 3", "cannot be said here"),
        ("range 60 40", "upside down"),
        ("range 40", "cannot be said here"),
        ("offer 40", "cannot be said here"),
        ("ask 1", "cannot be said here"),
        ("x" * 100_000, "at most 200"),
        ("quote 5 \N{ARABIC-INDIC DIGIT THREE}", "cannot be said here"),
    ],
)
def test_what_cannot_be_said_is_told_and_changes_nothing(line, told):
    game = a_game()
    with pytest.raises(WrongDecisionError, match=told):
        said(game, line)
    assert position(game).ask == Ask.PRICE


@pytest.mark.parametrize("line", ["ask 0", "ask 99", "ask nothing", "quote", "accept", "ask 1 2"])
def test_a_question_is_about_a_need_that_there_is(line):
    game = a_game()
    where = position(game)
    while where.ask != Ask.QUESTION:
        game, where = said(game, "ask on")
    with pytest.raises(WrongDecisionError):
        said(game, line)


def at_the_talks(game):
    """The game, played patiently until the buyer may name an offer."""
    where = position(game)
    while where.ask != Ask.BUYER_MOVE:
        game, where = said(game, patient_line(where))
    return game


def test_terms_are_named_and_levels_that_are_not_are_told():
    game = at_the_talks(a_game("b2b_software", "buyer", 1))
    with pytest.raises(WrongDecisionError, match="not a level of contract"):
        said(game, "offer 9 contract=forever")
    with pytest.raises(WrongDecisionError, match="not a term"):
        said(game, "offer 9 colour=red")
    _, where = said(game, "offer 9 contract=monthly payment=1 support=office_hours start=1")
    told = " ".join(where.heard[len(position(game).heard)].sentences)
    assert told.startswith("Buyer, round 1:")
    assert "a month's notice" in told


def test_nothing_can_be_said_after_the_end():
    game, _ = played_out(a_game())
    with pytest.raises(WrongDecisionError, match="the deal is over"):
        said(game, "accept")


def test_the_debrief_holds_what_each_policy_earned_with_this_buyer_to_the_last_bit():
    game, where = played_out(a_game("auto_repair", place=2))
    found = debrief(game)
    for each in found.earned:
        if not each.you:
            (rows,) = batch.play([with_policy(game.scenario, each.name)], SEED, 1, first=game.buyer)
            assert each.money == rows[0, 0]["seller_profit"]
    assert found.own == where.row["seller_profit"]
    assert found.regret == found.earned[0].money - found.own == regret(game, where.row)
    assert found.regret >= 0


def test_the_debrief_waits_for_the_end():
    with pytest.raises(ValueError, match="not over"):
        debrief(a_game())


def test_one_more_question_is_told_where_one_could_have_been_asked():
    lines = {Ask.PRICE: "quote 900", Ask.QUESTION: "propose"}
    game, _ = played_out(a_game("auto_repair"), lambda where: lines.get(where.ask) or patient_line(where))
    more = debrief(game).more
    assert more is not None
    assert more.believed_after != more.believed_before


def test_with_all_known_the_truth_is_told_and_the_talks_begin_again():
    game = next(
        game
        for game, _ in (played_out(a_game("auto_repair", place=place)) for place in range(20))
        if any(line.startswith(("offer", "accept")) for line in game.decisions)
    )
    again = bargaining_again(game)
    assert position(again).ask == Ask.SELLER_MOVE
    assert "the buyer would pay" in " ".join(hidden_now(again))


def test_patient_lines_end_every_deal():
    for place in range(10):
        assert played_out(a_game("b2b_software", place=place), patient_line)[1].over
