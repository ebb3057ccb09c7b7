"""What every price policy and every tactic that the catalogue finds must keep to."""

import ast
import importlib
import inspect
import itertools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from agents.catalogue import Entry, catalogue, price_policies, rules, tactics
from agents.rule import _Rule
from agents.views import Kind, Moment, NegotiationView, PriceView, Reply, quote, wait
from sim.deal import WORLD

FOLDER = Path(__file__).parents[2] / "agents"
POLICIES, TACTICS = price_policies(), tactics()
ENTRIES = [*POLICIES.values(), *TACTICS.values()]
INFINITY = math.inf

MY_POLICY = '''"""Never say a price.

Source: a test.
"""

from agents.rule import rule
from agents.views import PriceView, Reply, wait


@rule
def reply(view: PriceView) -> Reply:
    """Say nothing."""
    return wait()
'''


def rule_of(entry: Entry) -> Callable[[Any], Any]:
    function = "reply" if entry.name in POLICIES else "next_offer"
    return rules({entry.name: entry}, function)[0]


def price_views() -> Iterator[PriceView]:
    """A grid over what a seller may see, the extremes included."""
    for moment, asked, contact, expected, uncertainty, losing, luck in itertools.product(
        Moment, (False, True), (1, 3, 40), (-50.0, 1e-9, 80.0, 1e12), (0.0, 0.25, 3.0, INFINITY),
        (0.0, 0.25, 0.3, 1.0), (1e-12, 0.5, 1 - 1e-12),
    ):  # fmt: skip
        refusals = contact - 1
        usual = PriceView(
            int(moment), asked, refusals + asked, refusals, contact, questions=0 if contact == 1 else 36,
            qualified=contact > 1, expected_price=expected, uncertainty=uncertainty, price=max(0.0, expected),
            limit=20.0, chance=0.7, losing=losing, confidence=0.25, nerve=0.25, discount=0.15, luck=luck,
        )  # fmt: skip
        yield from (usual, usual._replace(confidence=1e9, nerve=1.0, discount=0.0, qualified=True))


def negotiation_view(
    selling: bool, aspiration: float, limit: float, elapsed: float, firmness: float, **more: float
) -> NegotiationView:
    usual = NegotiationView(
        selling, aspiration, limit, limit, elapsed, 1, firmness, math.nan, math.nan, math.nan, 0.5,
        their_limit=aspiration, their_doubt=10.0, seen_limit=limit, seen_doubt=10.0, offers_left=5.0,
    )  # fmt: skip
    return usual._replace(**more)


OFFERS_AND_LIMITS = ("aspiration", "limit", "acceptance_limit", "my_last", "their_last", "their_previous",
                     "their_limit", "seen_limit", "my_option", "their_option")  # fmt: skip


def mirrored(view: NegotiationView) -> NegotiationView:
    """The same position of the other side: all that is money has its sign turned, what is no price stays."""
    turned = {name: -getattr(view, name) for name in OFFERS_AND_LIMITS}
    return view._replace(selling=not view.selling, **turned)


def positions(count: int = 400) -> Iterator[NegotiationView]:
    """Positions of a seller in the middle of a bargain, of all kinds."""
    luck = np.random.default_rng(5)
    for _ in range(count):
        limit = luck.uniform(20, 70)
        aspiration = limit + luck.uniform(1, 50)
        mine = luck.uniform(limit, aspiration)
        theirs = luck.uniform(0, 80)
        yield negotiation_view(
            True, aspiration, limit, luck.uniform(0, 1), luck.uniform(1, 20),
            my_last=luck.choice([math.nan, mine]), their_last=luck.choice([math.nan, theirs, theirs, theirs]),
            their_previous=luck.choice([math.nan, theirs - luck.uniform(-5, 30)]), luck=luck.uniform(0, 1),
            their_limit=luck.uniform(30, 120), their_doubt=luck.uniform(0, 20), seen_limit=luck.uniform(0, 60),
            seen_doubt=luck.uniform(0, 20), my_patience=luck.uniform(0, 1), their_patience=luck.uniform(0, 1),
            offers_left=luck.choice([1.0, 2.0, 3.0, 8.0, math.inf]), my_option=luck.choice([math.nan, 60.0]),
            their_option=luck.choice([math.nan, 70.0]), my_concessions=int(luck.integers(0, 9)),
            their_concessions=int(luck.integers(0, 9)), split=luck.uniform(0, 1), round=int(luck.integers(1, 30)),
        )  # fmt: skip


def declared(name: str) -> set[str]:
    """The fields that a tactic declares to go by."""
    return set(importlib.import_module(f"agents.tactics.{name}").LOOKS_AT)


TIMED = [name for name in TACTICS if declared(name) <= {"elapsed", "firmness"}]
"""The tactics that go by time alone."""


# --- what a file says and may know ---


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_file_says_in_a_line_what_it_does_and_where_it_comes_from(entry: Entry) -> None:
    assert entry.summary.endswith("."), "the first line of its docstring is a sentence"
    assert 10 < len(entry.summary) <= 100
    assert entry.source, "a line of its docstring begins with 'Source:'"
    assert "[" in entry.source or "ASSUMPTION" in entry.source, "a source is cited, or said to be an ASSUMPTION"
    assert (entry.path.stem, entry.path.is_file()) == (entry.name, True)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_file_has_its_rule_with_one_view_in_and_an_answer_out(entry: Entry) -> None:
    found = rule_of(entry)
    assert isinstance(found, _Rule), "it is compiled as a rule"
    signature = inspect.signature(found.py_func)
    assert list(signature.parameters) == ["view"]
    wanted = (PriceView, Reply) if entry.name in POLICIES else (NegotiationView, float)
    hints = get_type_hints(found.py_func)
    assert (hints["view"], hints["return"]) == wanted
    assert found.py_func.__doc__, "its docstring says what it answers"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_file_imports_nothing_but_the_parties_own_room_and_no_other_policy_or_tactic(entry: Entry) -> None:
    imported = set()
    for node in ast.walk(ast.parse(entry.path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            imported.add(node.module or "")
    assert imported, "a rule needs at least agents.rule"
    for module in imported - {"math"}:
        assert module.startswith("agents."), module
        assert not module.startswith(("agents.price_policies", "agents.tactics")), module


def test_the_catalogue_finds_every_file_of_its_folders_and_nothing_else() -> None:
    for folder, found in (("price_policies", POLICIES), ("tactics", TACTICS)):
        files = {path.stem for path in (FOLDER / folder).glob("*.py")} - {"__init__"}
        assert set(found) == files
        assert list(found) == sorted(files), "a rule's number is its place in the alphabet"


def test_no_policy_or_tactic_is_named_in_the_rooms_that_play_them() -> None:
    """Defaults of traits aside, which are settings and no list; and what is a word of the trade besides."""
    names = {*POLICIES, *TACTICS} - set(WORLD.names or ())
    for path in [*FOLDER.glob("*.py"), *(FOLDER.parent / "sim").rglob("*.py")]:
        if path.name == "traits.py":
            continue
        constants = {node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                     if isinstance(node, ast.Constant) and isinstance(node.value, str)}  # fmt: skip
        assert not constants & names, path


# --- a file of one's own ---


def test_a_new_file_is_found_played_and_counted_as_a_plug_in(tmp_path: Path) -> None:
    mine = tmp_path / "a_policy_of_mine.py"
    mine.write_text(MY_POLICY)
    found = catalogue(more_policies=[mine])
    assert set(found.price_policies) == {*POLICIES, "a_policy_of_mine"}
    assert list(found.price_policies) == sorted(found.price_policies)
    assert found.plugins == (mine,)
    entry = found.price_policies["a_policy_of_mine"]
    assert (entry.summary, entry.source) == ("Never say a price.", "a test.")
    replies = [each(next(price_views())) for each in rules({"mine": entry}, "reply")]
    assert replies[0].kind == Kind.WAIT
    assert catalogue().plugins == ()


def test_a_plug_in_takes_the_place_of_the_projects_own_rule_of_its_name(tmp_path: Path) -> None:
    mine = tmp_path / "on_first_ask.py"
    mine.write_text(MY_POLICY)
    found = catalogue(more_policies=[mine])
    assert set(found.price_policies) == set(POLICIES)
    assert found.price_policies["on_first_ask"].path == mine
    assert found.plugins == (mine,)


def test_a_file_without_its_rule_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / "empty_one.py"
    mine.write_text('"""Nothing in here."""\n')
    with pytest.raises(AttributeError, match="empty_one"):
        rules(tactics([mine]), "next_offer")


def test_a_broken_file_is_refused_by_its_name(tmp_path: Path) -> None:
    mine = tmp_path / "broken_one.py"
    mine.write_text("def next_offer(:\n")
    with pytest.raises(SyntaxError) as refused:
        tactics([mine])
    assert "broken_one" in str(refused.value), "which of the files it was"


# --- every price policy ---


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_gives_a_reply_of_a_known_kind_to_every_view(name: str) -> None:
    reply = rule_of(POLICIES[name])
    kinds = {int(kind) for kind in Kind}
    for view in price_views():
        answer = reply(view)
        assert isinstance(answer, Reply)
        assert answer.kind in kinds
        assert answer.solution >= -1
        assert math.isnan(answer.low) or 0 <= answer.low <= answer.high


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_gives_the_same_reply_to_the_same_view(name: str) -> None:
    reply = rule_of(POLICIES[name])
    views = list(price_views())
    forwards = [repr(reply(view)) for view in views]
    backwards = [repr(reply(view)) for view in reversed(views)]
    assert forwards == backwards[::-1]


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_names_a_number_at_the_latest_with_the_proposal(name: str) -> None:
    reply = rule_of(POLICIES[name])
    for view in price_views():
        if view.moment == Moment.PROPOSING:
            assert reply(view).kind in (Kind.QUOTE, Kind.LIST), view


def test_policies_differ_in_what_they_reply_or_when() -> None:
    views = list(price_views())
    said = [tuple(repr(rule_of(entry)(view)) for view in views) for entry in POLICIES.values()]
    assert len(set(said)) == len(said), "two policies do the same everywhere"


def test_the_replies_that_policies_choose_from_say_what_they_mean() -> None:
    assert (quote().kind, wait().kind) == (Kind.QUOTE, Kind.WAIT)
    assert quote().solution == -1
    assert math.isnan(quote().low)


# --- every tactic ---

prices = some.floats(0.01, 1e6)


@pytest.mark.parametrize("name", TACTICS)
@given(one=prices, other=prices, elapsed=some.floats(0, 1), firmness=some.floats(1, 20), selling=some.booleans())
def test_a_tactic_stays_between_aspiration_and_limit_for_either_side(
    name: str, one: float, other: float, elapsed: float, firmness: float, selling: bool
) -> None:
    low, high = sorted((one, other))
    aspiration, limit = (high, low) if selling else (low, high)
    offer = rule_of(TACTICS[name])(negotiation_view(selling, aspiration, limit, elapsed, firmness))
    slack = 1e-12 * high
    assert low - slack <= offer <= high + slack


@pytest.mark.parametrize("firmness", [1.0, 3.0, 20.0])
@pytest.mark.parametrize("selling", [True, False])
@pytest.mark.parametrize("name", TIMED)
def test_a_tactic_that_goes_by_time_only_ever_concedes_and_is_at_its_limit_at_the_deadline(
    name: str, selling: bool, firmness: float
) -> None:
    aspiration, limit = (120.0, 70.0) if selling else (40.0, 90.0)
    play = rule_of(TACTICS[name])
    offers = [play(negotiation_view(selling, aspiration, limit, t, firmness)) for t in np.linspace(0, 1, 51)]
    steps = np.diff(offers) * (-1 if selling else 1)
    assert np.all(steps >= -1e-12)
    assert steps.sum() > 0, "it concedes at all"
    assert offers[-1] == limit


@pytest.mark.parametrize("name", TACTICS)
def test_a_tactic_gives_the_same_offer_to_the_same_view(name: str) -> None:
    play = rule_of(TACTICS[name])
    views = [negotiation_view(selling, 100.0, 60.0, t, 3.0) for selling in (True, False) for t in (0.0, 0.3, 1.0)]
    assert [play(view) for view in views] == [play(view) for view in reversed(views)][::-1]


@pytest.mark.parametrize("name", TACTICS)
def test_a_tactic_without_room_names_its_limit(name: str) -> None:
    play = rule_of(TACTICS[name])
    for t in (0.0, 0.4, 1.0):
        assert play(negotiation_view(True, 80.0, 80.0, t, 3.0)) == 80.0


@pytest.mark.parametrize("name", TACTICS)
def test_a_tactic_treats_both_sides_alike(name: str) -> None:
    play = rule_of(TACTICS[name])
    for view in positions():
        assert play(mirrored(view)) == pytest.approx(-play(view), rel=1e-12)


@pytest.mark.parametrize("name", TACTICS)
def test_a_tactic_stays_within_its_room_wherever_the_bargain_stands(name: str) -> None:
    play = rule_of(TACTICS[name])
    for view in positions():
        assert view.limit - 1e-9 <= play(view) <= view.aspiration + 1e-9


@pytest.mark.parametrize("name", TACTICS)
def test_a_tactic_goes_by_the_fields_that_it_declares_and_no_others(name: str) -> None:
    """Each field in turn is taken from another position, and the rest left."""
    play = rule_of(TACTICS[name])
    matters = set()
    views = list(positions())
    for view, other in itertools.pairwise(views):
        for field in set(NegotiationView._fields) - {"selling", "aspiration", "limit"}:
            if play(view) != play(view._replace(**{field: getattr(other, field)})):
                matters.add(field)
    assert matters == declared(name)


def test_some_tactics_go_by_time_alone_and_others_do_not() -> None:
    assert {"boulware", "conceder", "linear"} <= set(TIMED) < set(TACTICS)


def test_tactics_differ_in_what_they_offer() -> None:
    views = list(positions())
    offered = [tuple(rule_of(entry)(view) for view in views) for entry in TACTICS.values()]
    assert len(set(offered)) == len(offered), "two tactics do the same everywhere"
