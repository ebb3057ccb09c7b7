"""The game without any page: one person is the seller or the buyer of one deal on the stepped clock.

A game is plain data: which deal, which seat, and the lines said so far (`teaching.decisions`). Where it stands follows
from that alone: the deal is played again from its beginning, the lines answer what the player's seat is asked, rules
answer everything else, and where the lines end the deal waits. So a game can be kept as text, taken up again after a
restart, and taken back by leaving the last line out. The luck is the batch's, so that a player who decides as a price
policy does earns what the batch says, to the last bit.

A position holds what the player hears and its own numbers, and nothing of the other side until the deal is over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np

from agents.views import ChoiceView, Moment, NegotiationView, PriceView
from experiments.narrating import CONTENT, NOT_CONTENT, Narrator, amount
from experiments.telling import STEPS
from sim.scenario import Scenario
from sim.sides import BUYER, SELLER
from sim.stepped import Happening, QuestionView, SteppedDeal
from sim.vocabulary import Ask, Choice, Event, Step
from teaching.decisions import WrongDecisionError, hint, understood
from teaching.desk import Desk, desk_of
from teaching.prepared import RULES, prepared

Seat = Literal["seller", "buyer"]

ASKS: dict[Seat, tuple[Ask, ...]] = {
    "seller": (Ask.PRICE, Ask.QUESTION, Ask.SELLER_MOVE),
    "buyer": (Ask.BUYER_CHOICE, Ask.BUYER_MOVE),
}
"""What each seat is asked."""

MOST_DECISIONS = 400
"""Far more than any deal asks for: patience, questions and rounds all end."""

WHAT_FOR = {
    Moment.ASKED: "The buyer asks what it costs.",
    Moment.QUALIFIED: "You know who you are talking to. Name a price now, or ask on?",
    Moment.CONTACT_ENDS: "The conversation is at its end. Name a price before you part, or ask on?",
    Moment.NEEDS_KNOWN: "You have asked what you wanted to know. Name a price now, or propose first?",
    Moment.PROPOSING: "Your proposal is on the table. Name a price for it, or wait?",
}

WHAT_TO_CHOOSE = {
    Choice.ASK_PRICE: "Contact {contact} begins. Ask what it costs, or listen first?",
    Choice.STAY_AT_NUMBER: "A number is on the table. Stay, or leave over it?",
    Choice.STAY_WITHOUT_NUMBER: "You asked, and were given no number. Stay all the same, or leave?",
    Choice.BARGAIN_AT_ONCE: "You have the number that you asked for. Bargain over it at once, or go on talking first?",
    Choice.ANOTHER_CONTACT: "The seller would like to meet again, which costs you {cost}. Go on, or leave?",
    Choice.AGREE: "The proposal is made. Agree to it in principle, details aside, or leave?",
    Choice.TAKE: "The number on the table is {number}. Take it as it is, or bargain?",
    Choice.SIGN: "The price agreed is {price}{terms}. Sign, or leave?",
}

IN_BRACKETS = re.compile(r"\s*\([^()]*\)")
"""What the narrator tells in brackets is what a side believes or would accept: nobody says it aloud."""

PRIVATE = {
    "seller": {(Event.PREPARED, BUYER)},
    "buyer": {(Event.PREPARED, SELLER), (Event.LEAD_RECEIVED, 0), (Event.LEAD_RECEIVED, 1)},
}
"""Events of which the other seat notices nothing, with their subject."""


CONTENT_OR_NOT = (CONTENT, NOT_CONTENT)
"""What is told of a buyer who was given no number; a person in its seat knows better."""


class Heard(NamedTuple):
    """An event as the player hears of it: the step it belongs to, and the sentences."""

    event: Event
    step: Step
    contact: int
    sentences: tuple[str, ...]

    @property
    def heading(self) -> str:
        """The step's number and name."""
        return f"Step {int(self.step)}, {STEPS[self.step]}"


@dataclass(frozen=True)
class Game:
    """One deal, the seat that a person takes, and what it has said so far.

    ``scenario`` says who sits in all other seats. ``buyer`` and ``seed`` name the deal that the batch plays.
    """

    scenario: Scenario
    seed: int
    buyer: int
    seat: Seat = "seller"
    decisions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Position:
    """Where a game stands: what was heard, what is asked, and the player's own numbers.

    ``ask`` is OVER when the deal is; only then there is a ``row``, of type OUTCOME. ``view`` is what the player's side
    sees when it is asked, else None.
    """

    heard: tuple[Heard, ...]
    ask: Ask
    view: PriceView | QuestionView | NegotiationView | ChoiceView | None
    desk: Desk
    row: np.void | None

    @property
    def over(self) -> bool:
        """Whether the deal has ended."""
        return self.ask == Ask.OVER

    @property
    def question(self) -> str:
        """What the player is asked, in words."""
        if isinstance(self.view, PriceView):
            return WHAT_FOR[Moment(self.view.moment)]
        if isinstance(self.view, QuestionView):
            return "Your question: ask about a need, or go on to the proposal?"
        if isinstance(self.view, ChoiceView):
            view = self.view
            told = {"cost": view.contact_cost, "number": view.number, "price": view.price}
            numbers = {name: amount(number) for name, number in told.items()}
            terms = ", on the terms agreed" if view.terms else ""
            return WHAT_TO_CHOOSE[Choice(view.choice)].format(contact=view.contact, terms=terms, **numbers)
        if isinstance(self.view, NegotiationView):
            last = self.view.round >= self.desk.deadline
            stands = "Accept, or make an offer?" if self.view.their_last == self.view.their_last else "Your offer?"
            return f"Round {self.view.round} of the talks. {stands}{' It is your last round.' if last else ''}"
        return "The deal is over."

    @property
    def hint(self) -> str:
        """What may be said, in one line."""
        return hint(self.ask, self.view)


class WaitingError(Exception):
    """The lines are at their end, and the player's seat is asked."""

    def __init__(self, ask: Ask, view: Any) -> None:
        super().__init__()
        self.ask, self.view = ask, view


def position(game: Game) -> Position:
    """Where a game stands. Raises WrongDecisionError for a line that could not be said where it was."""
    lines = iter(game.decisions)
    deal = deal_of(game, lines)
    narrator = Narrator(game.scenario, deal)
    heard: list[Heard] = []
    ask, view, row = Ask.OVER, None, None
    try:
        for happening in deal.happenings():
            heard += _as_heard(narrator, happening, game.seat)
        row = deal.row[0].copy()
    except WaitingError as waiting:
        ask, view = waiting.ask, waiting.view
    if next(lines, None) is not None:
        raise WrongDecisionError("the deal is over; nothing more can be said")
    return Position(tuple(heard), ask, view, desk_of(game.scenario, deal, game.seat), row)


def said(game: Game, line: str) -> tuple[Game, Position]:
    """The game with one more line, and where it then stands. Raises WrongDecisionError where it cannot be said."""
    if len(game.decisions) >= MOST_DECISIONS:
        raise WrongDecisionError(f"{MOST_DECISIONS} lines were said; there is no deal that takes more")
    after = replace(game, decisions=(*game.decisions, line))
    return after, position(after)


def bargaining_again(game: Game) -> Game:
    """The same game from the beginning of its talks, or from its first line where it came to none."""
    before = 0
    for count in range(len(game.decisions)):
        if _begins_to_bargain(position(replace(game, decisions=game.decisions[:count]))):
            before = count
            break
    return replace(game, decisions=game.decisions[:before])


def _begins_to_bargain(where: Position) -> bool:
    if isinstance(where.view, ChoiceView):
        return where.view.choice == Choice.TAKE
    return isinstance(where.view, NegotiationView)


def deal_of(game: Game, lines: Iterator[str]) -> SteppedDeal:
    """The deal, with whoever says the lines in the player's seat; WaitingError comes up where they end."""
    deal = SteppedDeal(prepared(game.scenario), game.seed, game.buyer, rules=RULES)
    deal.take({ask: partial(_decide, game.scenario, deal, lines, ask) for ask in ASKS[game.seat]})
    return deal


def _decide(scenario: Scenario, deal: SteppedDeal, lines: Iterator[str], ask: Ask, view: Any) -> Any:
    """The next line as an answer; where there is none the deal waits."""
    line = next(lines, None)
    if line is None:
        raise WaitingError(ask, view)
    mind = deal.buyer_mind if ask == Ask.BUYER_MOVE else deal.seller_mind
    return understood(line, ask, view, scenario, int(mind["package"][0]))


def _as_heard(narrator: Narrator, happening: Happening, seat: Seat) -> Iterator[Heard]:
    """What the player hears of an event: what is said aloud; nothing of what only the other side knows."""
    sentences = tuple(narrator.sentences(happening))
    if (happening.event, happening.subject) in PRIVATE[seat]:
        return
    aloud = tuple(filter(None, (IN_BRACKETS.sub("", _seen(sentence, seat)).strip() for sentence in sentences)))
    if aloud:
        yield Heard(happening.event, Step(happening.step), happening.contact, aloud)


def _seen(sentence: str, seat: Seat) -> str:
    """A sentence without what only the buyer can know of its own patience, or what a person decides itself."""
    if seat == "buyer" and sentence in CONTENT_OR_NOT:
        return ""
    return sentence.replace(", and its patience is one contact shorter", "")
