"""A class keeps every line, gives all the same buyers, and shows nobody what is another's."""

import csv
import io
import threading
from itertools import count

import pytest
from players import patient_line

from sim.faults import Fault
from teaching.classes import LONGEST_NAME, Classes
from teaching.debrief import best_of
from teaching.decisions import WrongDecisionError
from teaching.game import position
from teaching.prepared import RULES


@pytest.fixture
def classes(tmp_path, monkeypatch):
    monkeypatch.setattr("teaching.classes.new_seed", count(20240229).__next__)  # the same buyers in every run
    return Classes(tmp_path / "classes.sqlite")


def where_is(classes, code, token):
    here = classes.place(code, token)
    return position(classes.found(code).game(here.deal, here.lines))


def play_one(classes, code, token):
    where = where_is(classes, code, token)
    while not where.over:
        where = classes.say(code, token, patient_line(where))
    return where


def test_everyone_meets_the_same_buyers_and_plays_alone(classes):
    made = classes.make("auto_repair", "seller", "play", 2)
    one, other = classes.join(made.code), classes.join(made.code)
    play_one(classes, made.code, one)
    assert classes.place(made.code, one).deal == 1
    assert classes.place(made.code, other).deal == 0
    play_one(classes, made.code, other)
    first, second = classes.outcomes(made.code)
    assert (first.money, first.reason) == (second.money, second.reason)
    assert first.student != second.student


def test_a_restart_loses_nothing(classes, tmp_path):
    made = classes.make("auto_repair", "seller", "play", 2)
    token = classes.join(made.code)
    play_one(classes, made.code, token)
    classes.say(made.code, token, patient_line(where_is(classes, made.code, token)))
    again = Classes(tmp_path / "classes.sqlite")
    assert again.outcomes(made.code) == classes.outcomes(made.code)
    assert again.place(made.code, token) == classes.place(made.code, token)
    assert len(again.place(made.code, token).lines) == 1
    play_one(again, made.code, token)
    with pytest.raises(WrongDecisionError, match="all deals of this class are over"):
        again.say(made.code, token, "quote")


def test_every_class_draws_buyers_of_its_own(tmp_path):
    drawn = {Classes(tmp_path / "classes.sqlite").make("auto_repair", "seller", "play", 1).seed for _ in range(5)}
    assert len(drawn) == 5


def test_thirty_students_at_once_lose_no_line(classes):
    made = classes.make("auto_repair", "seller", "play", 1)
    tokens = [classes.join(made.code) for _ in range(30)]
    threads = [threading.Thread(target=play_one, args=(classes, made.code, token)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = classes.outcomes(made.code)
    assert len(outcomes) == 30
    assert len({(one.money, one.reason) for one in outcomes}) == 1
    assert classes.counts(made.code) == (30, 30)


def test_a_seat_of_one_class_is_none_in_another(classes):
    one, other = (classes.make("auto_repair", "seller", "play", 1) for _ in range(2))
    token = classes.join(one.code)
    for code, shown in ((other.code, token), (one.code, "nobody"), (one.code, "")):
        with pytest.raises(Fault, match="not in this class"):
            classes.say(code, shown, "quote")


def test_names_are_off_unless_asked_for_and_never_exported_unless_asked_for(classes):
    without, with_names = (classes.make("auto_repair", "seller", "play", 1, names) for names in (False, True))
    for made in (without, with_names):
        play_one(classes, made.code, classes.join(made.code, "=Ada\n" + "x" * 500))
    assert classes.outcomes(without.code)[0].name == ""
    assert len(classes.outcomes(with_names.code)[0].name) == LONGEST_NAME
    assert "Ada" not in classes.exported(with_names.code)
    (row,) = csv.DictReader(io.StringIO(classes.exported(with_names.code, names=True)))
    assert row["name"].startswith("'=Ada")
    assert float(row["money"]) == pytest.approx(classes.outcomes(with_names.code)[0].money, abs=0.005)


def test_rules_take_the_empty_seats(classes):
    made = classes.make("auto_repair", "seller", "play", 2)
    classes.join(made.code)
    assert classes.fill(made.code, 14) == 13
    outcomes = classes.outcomes(made.code)
    assert len(outcomes) == 26
    assert {one.agent for one in outcomes} >= {"on_first_ask", "after_needs_analysis"}
    assert min(one.regret for one in outcomes) == 0.0
    assert classes.counts(made.code) == (1, 0)


def test_tactics_take_the_empty_seats_of_buyers(classes):
    made = classes.make("auto_repair", "buyer", "play", 12)
    play_one(classes, made.code, classes.join(made.code))
    classes.fill(made.code, 12)
    outcomes = classes.outcomes(made.code)
    assert {one.agent for one in outcomes if one.agent} == set(RULES.tactics)
    for one in outcomes:
        assert one.regret == max(0.0, best_of(made.game(one.deal)) - one.money)


def test_a_hidden_policy_is_guessed_once(classes):
    made = classes.make("auto_repair", "buyer", "guess", 1, policy="menu_first")
    assert (made.seat, made.policy) == ("buyer", "menu_first")
    token = classes.join(made.code)
    classes.guess(made.code, token, 0, "menu_first")
    play_one(classes, made.code, token)
    for policy in ("no_such_policy", "range_first", "menu_first"):
        classes.guess(made.code, token, 0, policy)
    assert classes.outcomes(made.code)[0].guess == "range_first"


def test_a_deleted_class_leaves_nothing_behind(classes, tmp_path):
    made = classes.make("auto_repair", "seller", "play", 1, names=True)
    play_one(classes, made.code, classes.join(made.code, "Zebedee Quux"))
    classes.delete(made.code)
    assert classes.all() == []
    with pytest.raises(Fault, match="no class with that code"):
        classes.found(made.code)
    for table in ("student", "line", "outcome"):
        assert classes._rows(f"select count(*) from {table}") == [(0,)]
    classes._base.close()
    assert not any(b"Zebedee" in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize("deals", [0, 99])
def test_no_class_is_made_of_what_cannot_be_one(classes, deals):
    with pytest.raises(Fault, match="from 1 to 12"):
        classes.make("auto_repair", "seller", "play", deals)
    with pytest.raises(Fault, match="no scenario"):
        classes.make("../etc", "seller", "play", 1)
