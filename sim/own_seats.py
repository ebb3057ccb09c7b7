"""Policies and tactics of one's own in the seats of a stepped deal, as the plain Python they are.

Here every answer is looked at, and what goes wrong is told: the file, its line, what it answered, and in which deal.
"""

import traceback
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from agents.answers import WrongAnswerError, as_offer, as_reply
from agents.bargaining import respond
from agents.catalogue import Catalogue, Entry, catalogue, rules
from agents.views import Move, NegotiationView
from sim.faults import Fault, Place, Problem
from sim.foreign import Foreigner
from sim.own_rules import NEXT_OFFER, REPLY
from sim.scenario import Scenario
from sim.setting import prepare
from sim.stepped import Seat, SteppedDeal
from sim.vocabulary import Ask

Decide = Callable[[Any], Any]
NOBODY: Mapping[Ask, Foreigner] = {}


class SteppedArm(NamedTuple):
    """A scenario ready to be stepped, with its plug-ins in their seats."""

    setting: Any
    seats: Mapping[Ask, Seat]
    rules: Catalogue
    terms: tuple[str, ...] = ()

    def deal(self, seed: int, buyer: int, foreigners: Mapping[Ask, Foreigner] = NOBODY) -> SteppedDeal:
        """The deal with one buyer. A plug-in, or somebody from elsewhere, who fails in it raises Fault."""
        deal = SteppedDeal(self.setting, seed, buyer, rules=self.rules)
        foreign = {ask: each.seat(deal, ask, self.terms) for ask, each in foreigners.items()}
        for ask, seat in {**self.seats, **foreign}.items():
            deal.take_seat(ask, partial(_in_deal, seat, seed, buyer))
        return deal


def load(entry: Entry, function: str) -> Decide:
    """A plug-in's rule, called from Python. Raises Fault where the file cannot be run or has no such function."""
    try:
        (found,) = rules({entry.name: entry}, function)
    except (Exception, SystemExit) as error:
        raise Fault(str(_told(entry, error, "cannot be loaded: "))) from None
    if not callable(found) or isinstance(found, type):
        text = f"{function} is {found!r}; a function {function}(view) would be right"
        raise Fault(str(Problem(Place(str(entry.path)), (), text)))
    return getattr(found, "py_func", found)


def names_played(scenario: Scenario) -> set[str]:
    """The policy and the tactics that a scenario's parties decide by, and the policies of its market's sellers."""
    policies = scenario.market.policies if scenario.market else {}
    return {scenario.seller.price_policy, scenario.seller.tactic, scenario.buyer.tactic, *policies}


def stepped_arm(scenario: Scenario, numbers: Catalogue) -> SteppedArm:
    """A scenario to be stepped: its plug-ins decide in Python, the project's own rules as always. Raises Fault."""
    own = catalogue()
    setting = prepare(_with_stand_ins(scenario, own), own)
    return SteppedArm(setting, _seats(scenario, numbers), own, tuple(scenario.terms))


def _with_stand_ins(scenario: Scenario, own: Catalogue) -> Scenario:
    """The scenario with a rule of the project's own in each seat that a plug-in takes: it is never asked."""
    seller, buyer = scenario.seller, scenario.buyer
    policy = seller.price_policy if seller.price_policy in own.price_policies else next(iter(own.price_policies))
    tactics = [party.tactic if party.tactic in own.tactics else next(iter(own.tactics)) for party in (seller, buyer)]
    seller = seller.model_copy(update={"price_policy": policy, "tactic": tactics[0]})
    return scenario.model_copy(update={"seller": seller, "buyer": buyer.model_copy(update={"tactic": tactics[1]})})


def _seats(scenario: Scenario, numbers: Catalogue) -> dict[Ask, Seat]:
    policy = numbers.price_policies[scenario.seller.price_policy]
    seats: dict[Ask, Seat] = {}
    if policy.is_plugin:
        seats[Ask.PRICE] = _decider(policy, REPLY, as_reply)
    for ask, party in ((Ask.SELLER_MOVE, scenario.seller), (Ask.BUYER_MOVE, scenario.buyer)):
        tactic = numbers.tactics[party.tactic]
        if tactic.is_plugin:
            seats[ask] = partial(_move, _decider(tactic, NEXT_OFFER, as_offer))
    return seats


def _move(next_offer: Decide, view: NegotiationView) -> Move:
    return respond(view, next_offer(view))


def _decider(entry: Entry, function: str, checked: Decide) -> Decide:
    """The plug-in's rule, its answers looked at; raises Fault about the file where one is wrong or missing."""
    plain = load(entry, function)

    def decide(view: Any) -> Any:
        try:
            return checked(plain(view))
        except WrongAnswerError as error:
            raise Fault(f"{entry.path}  {function}(view) {error}") from None
        except (Exception, SystemExit) as error:
            raise Fault(str(_told(entry, error, f"{function}(view) raised "))) from None

    return decide


def _in_deal(seat: Seat, seed: int, buyer: int, view: Any) -> Any:
    """What the seat answers; a fault says in which deal."""
    try:
        return seat(view)
    except Fault as fault:
        raise Fault(f"{fault}\n    in the deal with buyer {buyer}, seed {seed}") from None


def _told(entry: Entry, error: BaseException, what: str) -> Problem:
    """An error of the plug-in's own, at the last line of its file that led to it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(entry.path)]
    line = frames[-1].lineno or 0 if frames else 0
    lines = (entry.text or "").splitlines()
    said = str(error).partition("\n")[0]
    text = f"{what}{type(error).__name__}{f': {said}' if said else ''}"
    return Problem(Place(str(entry.path), line), (), text, lines[line - 1].strip() if 0 < line <= len(lines) else "")
