"""Negotiators from elsewhere in a seat of a deal: what is said without them, and how the seat holds them.

Those that need the extra ``negmas`` are skipped without it.
"""

import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from commands import HOUSE, assert_told, zopa
from worlds import world

from agents.catalogue import catalogue
from agents.views import Move
from sim.faults import Fault
from sim.foreign import negotiators, seated
from sim.own_seats import NOBODY, stepped_arm
from sim.scenario import Scenario
from sim.stepped import SteppedDeal
from sim.vocabulary import Ask, Event

without = pytest.mark.skipif(find_spec("negmas") is None, reason="the extra negmas is not installed")


def with_negmas(test):
    """Mark a test that needs the extra."""
    return pytest.mark.negmas(without(test))


SEED, BUYER = 7, 3
TALKS = {
    "buyer__taker_share": 0.0,
    "buyer__ambition": 0.7,
    "buyer__deadline": {"least": 8, "extra": 0},
    "seller__deadline": {"least": 8, "extra": 0},
    "seller__markup": 0.3,
    "seller__price_policy": "with_proposal",
}
TERMS = {
    "payment": {
        "label": "when it is paid",
        "levels": {"now": {"label": "at once"}, "later": {"label": "in a month", "worth": 6, "cost": 3}},
        "buyers_differ": 0.5,
    },
    "support": {
        "label": "who helps",
        "levels": {
            "mail": {"label": "by mail"},
            "phone": {"label": "by phone", "worth": 2, "cost": 5},
            "visit": {"label": "by a visit", "worth": 9, "cost": 12},
        },
        "sellers_differ": 0.5,
    },
}
OWN = """
import random
import numpy as np
from negmas.sao import ResponseType, SAONegotiator, SAOResponse

class Strange(SAONegotiator):
    def propose(self, state, dest=None):
        return self.nmi.random_outcome()
    def respond(self, state, source=None):
        return ResponseType.REJECT_OFFER

class Crashes(Strange):
    def propose(self, state, dest=None):
        raise KeyError("no such thing")

class SaysNothing(Strange):
    def propose(self, state, dest=None):
        return None

class Dreams(Strange):
    def propose(self, state, dest=None):
        return (1e9, *self.nmi.random_outcome()[1:])

class Babbles(Strange):
    def propose(self, state, dest=None):
        return "a bargain"

class Waits(Strange):
    def __call__(self, state, dest=None):
        return SAOResponse(ResponseType.WAIT, None)

class Leaves(Strange):
    def propose(self, state, dest=None):
        return (self.nmi.outcome_space.issues[0].values[-1 - 20 * state.step],)
    def __call__(self, state, dest=None):
        if state.step == 2:
            return SAOResponse(ResponseType.END_NEGOTIATION, None)
        return super().__call__(state, dest)

class GivesAllAway(Strange):
    def propose(self, state, dest=None):
        return self.ufun.extreme_outcomes()[0]
    def respond(self, state, source=None):
        return ResponseType.ACCEPT_OFFER

class NeedsMore(Strange):
    def __init__(self, colour):
        super().__init__()

class Draws(Strange):
    def propose(self, state, dest=None):
        self.drawn = (random.random(), np.random.random())
        return self.nmi.random_outcome()

nothing = 3
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of negotiators of one's own, named ``strangers``."""
    (tmp_path / "strangers.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "strangers", raising=False)


def played(scenario: Scenario, number: int = BUYER, /, **names: str) -> tuple[SteppedDeal, list]:
    """A deal with negotiators from elsewhere, and its events."""
    seats = seated({f"--{side}-seat": name for side, name in names.items()}) if names else NOBODY
    deal = stepped_arm(scenario, catalogue()).deal(SEED, number, seats)
    return deal, list(deal.happenings())


def moves(events: list) -> list:
    return [event for event in events if event.event in (Event.OFFERED, Event.ACCEPTED)]


# --- without NegMAS ---


@pytest.mark.parametrize("arguments", [("negotiators",), ("deal", "b2b_software", "--seller-seat", "negmas:Any")])
def test_without_negmas_it_is_said_how_to_install_it(arguments, monkeypatch):
    monkeypatch.setitem(sys.modules, "negmas", None)
    assert_told(zopa(*arguments), "NegMAS is not installed", "uv run --extra negmas zopa")


def test_who_is_not_from_negmas_is_told_where_tactics_are_set():
    told = zopa("deal", "b2b_software", "--buyer-seat", "boulware", "--seller-seat", "conceder")
    assert_told(told, "--buyer-seat 'boulware'", "negmas:NAME", "--set buyer.tactic=", "--seller-seat 'conceder'")


def test_nothing_of_negmas_is_imported_where_no_seat_asks_for_it():
    code = (
        "import sys\nfrom experiments.command_line import app\n"
        "try:\n    app(['deal', 'b2b_software', '--buyer', '8'])\nexcept SystemExit as exit: assert not exit.code\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'negmas'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=HOUSE, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_side_sees_of_the_terms_only_what_it_cares_itself():
    """The other side's factors are garbled, and neither view changes; its own are, and it does."""
    deal = stepped_arm(world(terms=TERMS, **TALKS), catalogue()).deal(SEED, BUYER)
    for happening in deal.happenings():
        if happening.event == Event.OFFERED:
            break
    for ask, own, other in (
        (Ask.SELLER_MOVE, deal.seller_mind, deal.buyer),
        (Ask.BUYER_MOVE, deal.buyer, deal.seller_mind),
    ):
        before = deal.terms(ask)
        kept = other["term_factor"].copy(), own["term_factor"].copy()
        other["term_factor"] += 1.0
        assert np.array_equal(deal.terms(ask).moves, before.moves)
        own["term_factor"] += 1.0
        assert not np.array_equal(deal.terms(ask).moves, before.moves)
        other["term_factor"], own["term_factor"] = kept
    assert deal.terms(Ask.BUYER_MOVE).their_price == happening.value


def test_whoever_takes_a_seat_is_asked_from_then_on():
    deal = stepped_arm(world(**TALKS), catalogue()).deal(SEED, BUYER)
    asked = []
    deal.take_seat(Ask.BUYER_MOVE, lambda view: asked.append(view) or Move(True, 0.0))
    deal.play()
    assert len(asked) == 1


# --- who there is ---


@with_negmas
def test_a_name_that_is_not_known_is_told_with_the_nearest():
    told = zopa("deal", "b2b_software", "--seller-seat", "negmas:AspirationNegotiater")
    assert_told(told, "--seller-seat", "'AspirationNegotiater'", "did you mean 'AspirationNegotiator'?", "known: ")


@with_negmas
def test_both_seats_faults_are_told_at_once():
    told = zopa("deal", "b2b_software", "--seller-seat", "negmas:Nobody", "--buyer-seat", "negmas:SAOMetaNegotiator")
    assert_told(told, "'Nobody' is not a negotiator", "negmas:SAOMetaNegotiator cannot be built without arguments")


@with_negmas
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("strangers.NeedsMore", "cannot be built without arguments: TypeError"),
        ("strangers.Nobody", "cannot be imported: AttributeError"),
        ("nowhere.AspirationNegotiator", "did you mean 'negmas:AspirationNegotiator'?"),
        ("strangers.nothing", "is not a class of negotiators"),
    ],
)
def test_one_of_ones_own_that_cannot_be_had_is_told(name, expected, own):
    assert_told(zopa("deal", "b2b_software", "--buyer-seat", f"negmas:{name}"), f"negmas:{name}"[7:], expected)


@with_negmas
def test_negotiators_that_can_take_a_seat_are_listed():
    listed = zopa("negotiators").stdout
    assert "\nnegmas:AspirationNegotiator " in listed
    for base in ("SAOMetaNegotiator", "SAONegotiator", "UtilBasedNegotiator"):  # of others, no negotiator by itself
        assert f"negmas:{base} " not in listed


@with_negmas
@pytest.mark.parametrize("terms", [{}, TERMS], ids=["price", "price and terms"])
def test_all_of_them_bargain_within_the_limits_of_their_side(terms):
    scenario = world(terms=terms, **TALKS)
    names = list(negotiators())
    assert len(names) > 30
    for name in names:
        deal, events = played(scenario, seller=name, buyer=name)
        assert moves(events), name
        for event in moves(events):
            gain = event.value - event.other
            assert (gain if event.subject == 0 else -gain) > -1e-9, (name, event)
        assert not np.isnan(deal.row["seller_profit"][0])


# --- how the seat holds them ---


@with_negmas
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Crashes", "negmas:strangers.Crashes raised KeyError: 'no such thing'"),
        ("SaysNothing", "named None; a price of its outcome space, one of "),
        ("Dreams", "named (1000000000.0,"),
        ("Babbles", "named 'a bargain'; a price of its outcome space"),
        ("Waits", "an offer, an acceptance or an end would be right"),
    ],
)
@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_one_that_fails_is_told_with_its_deal(side, name, expected, own):
    told = zopa("deal", "b2b_software", "--buyer", 8, f"--{side}-seat", f"negmas:strangers.{name}")
    assert_told(told, expected, "in the deal with buyer 8, seed 20240229")


@with_negmas
@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_one_that_takes_and_gives_anything_is_held_to_its_limit(side, own):
    """It accepts whatever it hears and offers the worst there is: it is brought to its limit, and no further."""
    accepted = 0
    for buyer in range(12):
        for terms in ({}, TERMS):
            _, events = played(world(terms=terms, **TALKS), buyer, **{side: "negmas:strangers.GivesAllAway"})
            mine = [event for event in moves(events) if event.subject == (side == "buyer")]
            for event in mine:
                gain = event.value - event.other if side == "seller" else event.other - event.value
                assert gain > -1e-9, event
            accepted += any(event.event == Event.ACCEPTED for event in mine)
    assert accepted


@with_negmas
def test_one_that_ends_the_talks_stays_at_its_last_offer(own):
    _, events = played(world(**TALKS), seller="negmas:strangers.Leaves", buyer="negmas:ToughNegotiator")
    offers = [event.value for event in moves(events) if event.subject == 0]
    assert len(offers) == 8
    assert len(set(offers[:2])) == 2
    assert len(set(offers[1:])) == 1


@with_negmas
def test_the_deal_up_to_the_talks_and_all_global_luck_are_untouched(own):
    scenario = world(terms=TERMS, **TALKS)
    _, usual = played(scenario)
    first = next(i for i, event in enumerate(usual) if event.event == Event.OFFERED)
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    before = random.getstate(), np.random.get_state()[1].tobytes(), np.random.get_state()[2]  # noqa: NPY002
    _, events = played(scenario, seller="negmas:strangers.Draws", buyer="negmas:RandomNegotiator")
    assert (random.getstate(), np.random.get_state()[1].tobytes(), np.random.get_state()[2]) == before  # noqa: NPY002
    assert np.array_equal(np.array(events[:first], float), np.array(usual[:first], float), equal_nan=True)


@with_negmas
def test_the_same_deal_is_the_same_whatever_was_drawn_before_and_another_differs():
    scenario = world(terms=TERMS, **TALKS)
    told = []
    for buyer in (BUYER, BUYER, BUYER + 1):
        random.seed()
        np.random.seed()  # noqa: NPY002
        events = played(scenario, buyer, seller="negmas:RandomNegotiator", buyer="negmas:CARNegotiator")[1]
        told.append([(event.event, event.value) for event in moves(events)])
    assert told[0] == told[1] != told[2]


@with_negmas
def test_luck_in_the_view_decides_what_both_global_generators_draw():
    from sim.negmas_seat import contained

    def drawn(luck):
        with contained(luck):
            return random.random(), np.random.random()  # noqa: NPY002

    assert drawn(0.25) == drawn(0.25)
    for one, other in ((0.25, 0.75), (0.3, 0.3 + 1e-15)):
        assert not set(drawn(one)) & set(drawn(other))


@with_negmas
@pytest.mark.parametrize("protocol", ["alternating_offers", "take_it_or_leave_it"])
@pytest.mark.parametrize("opener", ["seller", "buyer"])
def test_one_can_sit_under_either_protocol_whoever_opens(opener, protocol):
    for side in ("seller", "buyer"):
        scenario = world(opener=opener, protocol=protocol, **TALKS)
        _, events = played(scenario, **{side: "negmas:NiceNegotiator"})
        assert events[-1].event in (Event.SIGNED, Event.LEFT)
        assert moves(events) or (opener, protocol) == ("seller", "take_it_or_leave_it")  # the number stands already


@with_negmas
def test_a_side_with_no_room_at_all_can_be_sat_for(own):
    """A seller with a list price hopes for that and goes no lower."""
    scenario = world(**{**TALKS, "seller__price_policy": "list_price"})
    for name in ("AspirationNegotiator", "MiCRONegotiator", "RandomNegotiator"):
        deal, _ = played(scenario, seller=f"negmas:{name}")
        assert not np.isnan(deal.row["seller_profit"][0])


@with_negmas
def test_a_fault_is_raised_from_python_too(own):
    with pytest.raises(Fault, match=f"in the deal with buyer {BUYER}, seed {SEED}"):
        played(world(**TALKS), buyer="negmas:strangers.Crashes")


# --- what it sees ---


@with_negmas
def test_what_it_hears_is_worth_to_it_what_the_offer_comes_to_for_its_side():
    """By its utility function an offer with terms is what the view says of it, but for half a step of prices."""
    from sim.negmas_seat import agenda

    heard = {Ask.SELLER_MOVE: 0, Ask.BUYER_MOVE: 0}
    for number in range(8):
        deal = stepped_arm(world(terms=TERMS, conversation__interest_noise=1.0, **TALKS), catalogue()).deal(
            SEED, number
        )

        def watched(ask, deal=deal):
            def seat(view):
                terms = deal.terms(ask)
                there = agenda(view, terms, tuple(TERMS))
                room = view.limit - view.aspiration if ask == Ask.BUYER_MOVE else view.aspiration - view.limit
                step = (there.prices[1] - there.prices[0]) / room
                if terms.their_package and there.prices[0] < terms.their_price < there.prices[-1]:
                    gain = (view.limit - view.their_last) / room * (1 if ask == Ask.BUYER_MOVE else -1)
                    outcome = there.outcome(terms.their_price, terms.their_package)
                    assert there.utility(outcome) == pytest.approx(gain, abs=0.51 * step)
                    assert there.move(outcome).terms == terms.their_package
                    heard[ask] += 1
                return Move(False, view.limit)

            return seat

        for ask in heard:
            deal.take_seat(ask, watched(ask))
        deal.play()
    assert min(heard.values()) > 10


@with_negmas
@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_its_time_and_its_room_are_those_of_its_side(side):
    """AspirationNegotiator gives up t ** 4 of its room, t being r / (d + 1) in round r of d."""
    stubborn = "negmas:ToughNegotiator"
    both = {"seller": stubborn, "buyer": stubborn, side: "negmas:AspirationNegotiator"}
    deal, events = played(world(**TALKS), **both)
    offers = [event for event in moves(events) if event.subject == (side == "buyer")]
    mind = (deal.buyer_mind if side == "buyer" else deal.seller_mind)[0]
    room = float(mind["limit"] - mind["aspiration"])
    assert [event.round for event in offers] == list(range(1, 9))
    for event in offers:
        given_up = (event.value - float(mind["aspiration"])) / room
        assert given_up == pytest.approx((event.round / 9) ** 4, abs=0.004)
