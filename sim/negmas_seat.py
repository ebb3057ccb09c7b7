"""A NegMAS negotiator in one side's seat of a deal. Imports NegMAS, the extra ``negmas``; an adapter, nothing copied.

The negotiator sits at a table of its own, a mechanism of NegMAS's, across from a *messenger* who says what the other
side of the deal has said; every turn in the deal is one step there. It sees what its side sees:

- outcomes: a price, in equal steps from its aspiration to as far beyond its limit, and a level of each term;
- its utility: linear in money, 1 at its aspiration and 0, the reserved value, at its limit, both at standard terms;
- time: its own deadline in rounds as ``n_steps``; time by the clock plays no part.

What the other side offers is brought to the nearest price that is an outcome. NegMAS draws luck from Python's and
numpy's global generators: each turn seeds both from the luck in the view, and leaves them as they were found. NegMAS
does not hold a negotiator to its reserved value, so this seat does: an offer beyond the limit is brought to it when it
is laid on the table, and an acceptance beyond it counts as a rejection.
"""

import importlib
import math
import random
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from negmas.gb.negotiators import GBNegotiator
from negmas.outcomes import make_issue, make_os
from negmas.preferences import LinearAdditiveUtilityFunction
from negmas.preferences.value_fun import AffineFun, TableFun
from negmas.sao import ResponseType, SAOMechanism, SAONegotiator, SAOResponse, negotiators

from agents.bargaining import is_at_least
from agents.terms import levels_of, package_of
from agents.views import Move, NegotiationView
from sim.faults import Fault
from sim.stepped import TermsView

MOST_PRICES, FEWEST_PRICES = 1001, 21
MOST_OUTCOMES = 20_000
"""Outcomes beyond which prices are fewer, so that a negotiator can sort them all in a moment."""
NARROWEST = 0.01
"""Room of a side that has none, a part of its limit: a utility must have something to rise over."""

ENDS = (ResponseType.END_NEGOTIATION, ResponseType.LEAVE)
PLAYED = (ResponseType.ACCEPT_OFFER, ResponseType.REJECT_OFFER, *ENDS)
SILENT = SAOResponse(ResponseType.REJECT_OFFER, None, {"said": "nothing yet"})
"""What the messenger says before the other side has made an offer; NegMAS lets nobody be silent without data."""


# --- who there is ---


def known() -> dict[str, Any]:
    """NegMAS's own negotiators for alternating offers, by name, whether or not they can be built without arguments."""
    return {name: kind for name in negotiators.__all__ if is_a_negotiator(kind := getattr(negotiators, name))}


def is_a_negotiator(kind: object) -> bool:
    """Whether this is a class of negotiators that NegMAS's alternating offers can seat."""
    return isinstance(kind, type) and issubclass(kind, GBNegotiator)


def imported(path: str) -> object:
    """What ``module.Class`` names. Raises whatever importing it raises."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


# --- luck ---


@contextmanager
def contained(luck: float) -> Iterator[None]:
    """Seed both global generators from ``luck``, a number on (0, 1), and leave them as they were found."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  # the one that NegMAS draws from
    seed = struct.unpack("<II", struct.pack("<d", luck))
    random.seed(seed[0] << 32 | seed[1])
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


# --- what there is to agree on ---


class Agenda(NamedTuple):
    """What a side bargains about in NegMAS's words: outcomes ``(price, level, …)``, and what they are to it."""

    prices: tuple[float, ...]  # in order, money
    space: Any
    utility: Any

    def outcome(self, price: float, package: int) -> tuple[float | int, ...]:
        """The outcome nearest to a price with a package of terms."""
        first, last = self.prices[0], self.prices[-1]
        step = (last - first) / (len(self.prices) - 1)
        number = round((min(max(price, first), last) - first) / step)
        terms = len(self.space.issues) - 1
        return (self.prices[number], *levels_of(terms, package))

    def move(self, outcome: Any) -> Move:
        """The offer that an outcome is."""
        price, *levels = outcome
        return Move(False, float(price), package_of(levels))


def agenda(view: NegotiationView, terms: TermsView, names: tuple[str, ...]) -> Agenda:
    """What a side bargains about, from its own view of the talks and of the terms."""
    sign = 1.0 if view.selling else -1.0
    room = abs(view.aspiration - view.limit) or NARROWEST * abs(view.limit) or NARROWEST
    best = view.limit + sign * room
    moves = [row[:levels] for row, levels in zip(terms.moves, terms.levels, strict=True)]
    # a package may be worth a price beyond the limit at standard terms
    beyond = -sum(max(0.0, float(max(-sign * row))) for row in moves) - room
    packages = math.prod(terms.levels)
    count = min(MOST_PRICES, max(FEWEST_PRICES, MOST_OUTCOMES // packages))
    low, high = sorted((view.limit + sign * beyond, best))
    prices = tuple(map(float, np.linspace(low, high, count)))
    issues = [make_issue(list(prices), "price")]
    issues += [make_issue(levels, name) for levels, name in zip(terms.levels, names, strict=True)]
    space = make_os(issues)
    money = AffineFun(sign / room, -sign * view.limit / room)
    of_levels = [TableFun({level: -sign * float(row[level]) / room for level in range(len(row))}) for row in moves]
    utility = LinearAdditiveUtilityFunction([money, *of_levels], outcome_space=space, reserved_value=0.0)
    return Agenda(prices, space, utility)


# --- at the table ---


class Messenger(SAONegotiator):  # type: ignore[misc]  # NegMAS ships no types
    """Says at the negotiator's table what the other side of the deal has said."""

    says = SILENT

    def __call__(self, state: Any, dest: str | None = None) -> SAOResponse:
        """What the other side has said."""
        return self.says

    def propose(self, state: Any, dest: str | None = None) -> Any:
        """Never asked for: its answers are given whole."""
        return self.says.outcome


class NegmasSeat:
    """A seat in which a NegMAS negotiator sits, built at its first turn and asked once a round.

    Raises Fault for a negotiator that fails, or whose answer is no outcome.
    """

    def __init__(self, name: str, kind: Any, term_names: tuple[str, ...], terms: Callable[[], TermsView]) -> None:
        self._name, self._kind, self._term_names, self._terms = name, kind, term_names, terms
        self._agenda: Agenda | None = None
        self._view: NegotiationView | None = None
        self._answer: SAOResponse | None = None
        self._last: Any = None

    def __call__(self, view: NegotiationView) -> Move:
        """The negotiator's move, held to its side's limit."""
        self._view, terms = view, self._terms()
        try:
            with contained(view.luck):
                if self._agenda is None:
                    self._sit_down(view, terms)
                assert self._agenda is not None
                if not math.isnan(view.their_last):
                    heard = self._agenda.outcome(terms.their_price, terms.their_package)
                    self._messenger.says = SAOResponse(ResponseType.REJECT_OFFER, heard)
                if self._table.state.running or not self._table.state.started:
                    self._table.step()
        except Fault:
            raise
        except (Exception, SystemExit) as error:
            said = str(error).partition("\n")[0]
            raise Fault(f"{self._name} raised {type(error).__name__}{f': {said}' if said else ''}") from None
        return self._move(self._agenda)

    def _sit_down(self, view: NegotiationView, terms: TermsView) -> None:
        """Set the table; the messenger speaks first in each step, if only to say that nothing was offered yet."""
        rounds = view.round + int((view.offers_left - 1.0) / 2.0)
        self._agenda = agenda(view, terms, self._term_names)
        self._last = self._agenda.outcome(view.aspiration, 0)
        self._table = SAOMechanism(outcome_space=self._agenda.space, n_steps=rounds)
        self._messenger = Messenger()
        self._table.add(self._messenger)
        self._table.add(_overheard(self._kind, self._hear)(), ufun=self._agenda.utility)

    def _hear(self, answer: Any) -> SAOResponse:
        """Look at what the negotiator answered; what its table gets to hear, which it must be able to play on with."""
        assert self._agenda is not None
        assert self._view is not None
        view = self._view
        if not isinstance(answer, SAOResponse) or answer.response not in PLAYED:
            raise Fault(f"{self._name} answered {answer!r}; an offer, an acceptance or an end would be right")
        if answer.response == ResponseType.ACCEPT_OFFER:
            if math.isnan(view.their_last):
                raise Fault(f"{self._name} accepted before there was an offer")
            if not is_at_least(view.their_last, view.limit, view.selling):
                answer = SAOResponse(ResponseType.REJECT_OFFER, self._last)
        if answer.response == ResponseType.REJECT_OFFER:
            self._last = self._checked(answer.outcome)
        self._answer = answer
        return answer

    def _checked(self, outcome: Any) -> Any:
        assert self._agenda is not None
        outcome = getattr(outcome, "outcome", outcome)  # NegMAS lets an offer come with a text
        try:
            if outcome is not None and self._agenda.space.is_valid(outcome):
                return outcome
        except (TypeError, ValueError, AttributeError):
            pass
        prices, levels = self._agenda.prices, [issue.cardinality for issue in self._agenda.space.issues[1:]]
        right = f"a price of its outcome space, one of {len(prices)} from {prices[0]:.6g} to {prices[-1]:.6g}"
        if levels:
            right += ", and levels below " + ", ".join(map(str, levels))
        raise Fault(f"{self._name} named {outcome!r}; {right}, would be right")

    def _move(self, there: Agenda) -> Move:
        """What the last answer is in the deal. Who has ended the talks stays where it is until its deadline."""
        if self._answer is not None and self._answer.response == ResponseType.ACCEPT_OFFER:
            return there.move(self._last)._replace(accept=True)
        return there.move(self._last)


def names_an_offer(kind: Any) -> bool:
    """Whether a kind of negotiator can be built without arguments and opens with an offer: bases of others do not."""
    trial = NegotiationView(
        selling=True, aspiration=2.0, limit=1.0, acceptance_limit=1.0, elapsed=0.0, round=1, firmness=1.0,
        my_last=math.nan, their_last=math.nan, their_previous=math.nan, luck=0.5, offers_left=19.0,
    )  # fmt: skip
    seat = NegmasSeat(kind.__name__, kind, (), lambda: TermsView((), np.zeros((0, 0)), math.nan, 0))
    try:
        return not seat(trial).accept
    except Fault:
        return False


def _overheard(kind: Any, hear: Callable[[Any], SAOResponse]) -> Any:
    """The same kind of negotiator, with ``hear`` to look at each of its answers before its table hears it."""

    class Overheard(kind):  # type: ignore[misc]  # a class that is found when it is asked for
        def __call__(self, state: Any, *others: Any, **named: Any) -> SAOResponse:
            return hear(super().__call__(state, *others, **named))

    Overheard.__name__ = kind.__name__
    return Overheard
