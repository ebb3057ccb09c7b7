"""A plug-in plays the same deals compiled and in Python, whatever the workers and whoever else plays."""

from pathlib import Path

import numpy as np
import pytest
from worlds import columns_that_differ, same_rows

from agents.catalogue import Catalogue
from sim import batch
from sim.faults import Fault
from sim.own_rules import rules_with
from sim.playing import company, play
from sim.reading import load_scenario
from sim.scenario import Scenario

DEALS = 300
MINE = """
from agents.views import Kind, Moment, NAN, NO_PRICES, Reply, conditional, quote, quote_at, reframe, wait

def lowered(price, by):
    return price * (1.0 - by)

def reply(view):
    if view.moment >= Moment.NEEDS_KNOWN:
        return quote()
    if view.asked and view.times_asked > 1:
        return quote_at(max(view.limit, lowered(view.price, 0.1)))
    if view.asked and view.luck < 0.3:
        return Reply(Kind.RANGE.value, -1, view.price, 1.2 * view.price, NAN, NO_PRICES)
    return reframe() if view.asked else wait()

def next_offer(view):
    return view.aspiration + (view.limit - view.aspiration) * view.elapsed * (0.5 + 0.5 * view.luck)
"""
BY_DICTIONARY = MINE.replace("by):", "by):\n    by = {'by': by}['by']")
MINE_AT_BOTH = {"seller.price_policy": "mine", "seller.tactic": "mine", "buyer.tactic": "mine"}
OWN = {"seller.price_policy": "after_needs_analysis"}


def rules_of(folder: Path, text: str = MINE) -> Catalogue:
    path = folder / "mine.py"
    path.write_text(text)
    return rules_with([path])


def scenario(rules: Catalogue, name: str = "b2b_software", **settings: object) -> Scenario:
    return load_scenario(name, {**MINE_AT_BOTH, **settings}, rules=rules)


def rows(scenarios: list[Scenario], rules: Catalogue, in_python: tuple[str, ...] = (), workers: int = 1) -> np.ndarray:
    who = company(scenarios, rules, in_python)
    assert set(who.in_python) >= set(in_python)
    return np.concatenate(list(play(scenarios, 3, DEALS, who, workers=workers)), axis=1)


@pytest.mark.parametrize("name", ["b2b_software", "auto_repair"])
def test_a_plug_in_plays_the_same_rows_compiled_and_in_python(name: str, tmp_path: Path) -> None:
    rules = rules_of(tmp_path)
    arms = [scenario(rules, name)]
    compiled, stepped = rows(arms, rules), rows(arms, rules, ("mine",))
    assert columns_that_differ(compiled[0], stepped[0]) == []
    own = rows([load_scenario(name, OWN)], rules)
    assert columns_that_differ(compiled[0], own[0]) != [], "it does something of its own"


@pytest.mark.parametrize("seat", MINE_AT_BOTH)
def test_a_plug_in_plays_the_same_rows_in_every_seat(seat: str, tmp_path: Path) -> None:
    rules = rules_of(tmp_path)
    arms = [load_scenario("b2b_software", {seat: "mine"}, rules=rules)]
    assert same_rows(rows(arms, rules), rows(arms, rules, ("mine",)))


def test_a_rule_that_does_not_compile_plays_the_rows_of_the_same_rule_that_does(tmp_path: Path) -> None:
    rules = rules_of(tmp_path)
    compiled = rows([scenario(rules)], rules)
    rules = rules_of(tmp_path, BY_DICTIONARY)
    arms = [scenario(rules)]
    assert set(company(arms, rules).in_python) == {"mine"}
    assert same_rows(compiled, rows(arms, rules))


@pytest.mark.parametrize("in_python", [(), ("mine",)])
def test_arms_of_both_clocks_stand_in_their_order_whatever_the_workers(
    in_python: tuple[str, ...], tmp_path: Path
) -> None:
    rules = rules_of(tmp_path)
    own, mine = load_scenario("b2b_software", OWN), scenario(rules)
    together = rows([mine, own, mine], rules, in_python)  # with one worker, and below with two
    assert same_rows(together, rows([mine, own, mine], rules, in_python, workers=2))
    assert same_rows(together[0], together[2])
    assert same_rows(together[1], np.concatenate(list(batch.play([own], 3, DEALS)), axis=1)[0])


def test_the_stepped_clock_stops_after_any_deal_with_those_done(tmp_path: Path) -> None:
    rules = rules_of(tmp_path)
    arms = [load_scenario("b2b_software", OWN), scenario(rules)]
    told: list[int] = []

    def go_on(done: int) -> bool:
        told.append(done)
        return done < 20

    found = list(play(arms, 3, DEALS, company(arms, rules, ("mine",)), go_on=go_on))
    assert told == list(range(1, 21))
    assert same_rows(np.concatenate(found, axis=1), rows(arms, rules)[:, :20])


def test_a_plug_in_that_nobody_names_is_not_even_loaded(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, f"raise SystemExit(3)\n{MINE}")
    arms = [load_scenario("b2b_software", OWN)]
    assert company(arms, rules).rules.plugins == ()
    assert rows(arms, rules).shape == (1, DEALS)


def test_an_edited_plug_in_plays_as_it_now_stands_and_back_as_it_stood(tmp_path: Path) -> None:
    found = []
    for text in (MINE, MINE.replace("0.1)", "0.3)"), MINE):
        rules = rules_of(tmp_path, text)
        found.append(rows([scenario(rules)], rules))
    assert not same_rows(found[0], found[1])
    assert same_rows(found[0], found[2])


FAILS = "def next_offer(view):\n    return view.limit / (view.round - 3)\n"


@pytest.mark.parametrize("in_python", [(), ("mine",)])
def test_a_failing_plug_in_is_told_alike_on_both_clocks(in_python: tuple[str, ...], tmp_path: Path) -> None:
    rules = rules_of(tmp_path, FAILS)
    arms = [load_scenario("b2b_software", OWN), load_scenario("b2b_software", {"buyer.tactic": "mine"}, rules=rules)]
    with pytest.raises(Fault) as told:
        rows(arms, rules, in_python)
    first, line, where = str(told.value).splitlines()
    assert first == f"{tmp_path / 'mine.py'}:2  next_offer(view) raised ZeroDivisionError: float division by zero"
    assert line == "    return view.limit / (view.round - 3)"
    assert where.startswith("    in the deal with buyer ")
    assert where.endswith(", seed 3")


def test_the_batch_says_whose_deal_a_plug_in_failed_in(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, FAILS)
    arms = [load_scenario("b2b_software", {"buyer.tactic": "mine"}, rules=rules)]
    with pytest.raises(batch.RuleFailedError) as failed:
        list(batch.play(arms, 3, DEALS, rules=rules, chunk=7, workers=2))
    with pytest.raises(Fault, match=f"buyer {failed.value.buyer}, seed 3"):
        rows(arms, rules, ("mine",))


def test_a_plug_in_that_fails_only_when_compiled_is_told_too(tmp_path: Path) -> None:
    """Whole numbers of compiled code have 64 bits: what Python takes for a large number may come out negative."""
    text = "from agents.views import quote_at\ndef reply(view):\n    return quote_at((view.contact + 2) ** 63 * 1.0)\n"
    rules = rules_of(tmp_path, text)
    arms = [load_scenario("b2b_software", {"seller.price_policy": "mine"}, rules=rules)]
    with pytest.raises(Fault, match="failed when compiled, but not in Python"):
        rows(arms, rules)
