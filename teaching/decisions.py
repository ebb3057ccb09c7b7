"""What a player may say, as short lines of text: one grammar for the terminal, the pages, the class and the tests.

    quote [PRICE] [SOLUTION]        range LOW HIGH     menu     list     conditional [PRICE]
    ask on                          walk away
    ask NEED                        propose
    offer PRICE [TERM=LEVEL ...]    accept                  walk away, if the player is the buyer

and, as the buyer, what a buyer chooses besides:

    ask price, listen               stay, leave             bargain, go on
    go on, leave                    agree, leave            take, bargain           sign, leave

A number left out is what the player's own price list says; a need, a solution, a term or a level is given by its name
or its number. A line is looked at before it is played: what cannot be said here raises WrongDecisionError, whose text
says why and what could be said.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from agents.seller import STOP
from agents.terms import levels_of, package_of
from agents.views import NO_PRICES, ChoiceView, Kind, Move, NegotiationView, PriceView, Reply
from sim.scenario import Scenario
from sim.stepped import WALK_AWAY, QuestionView
from sim.vocabulary import Ask, Choice

LONGEST_LINE = 200
MOST_PRICE = 1e9
NAN = math.nan

KINDS = {
    "quote": Kind.QUOTE,
    "range": Kind.RANGE,
    "menu": Kind.MENU,
    "list": Kind.LIST,
    "conditional": Kind.CONDITIONAL,
}
PRICES_IN = {Kind.QUOTE: (0, 1), Kind.RANGE: (0, 2), Kind.CONDITIONAL: (0, 1), Kind.MENU: (0, 0), Kind.LIST: (0, 0)}
"""How many prices a reply may name, at least and at most; a range names two or none."""

CHOICES = {
    Choice.ASK_PRICE: ("ask price", "listen"),
    Choice.STAY_AT_NUMBER: ("stay", "leave"),
    Choice.STAY_WITHOUT_NUMBER: ("stay", "leave"),
    Choice.BARGAIN_AT_ONCE: ("bargain", "go on"),
    Choice.ANOTHER_CONTACT: ("go on", "leave"),
    Choice.AGREE: ("agree", "leave"),
    Choice.TAKE: ("take", "bargain"),
    Choice.SIGN: ("sign", "leave"),
}
"""What a buyer says when it does what a choice asks, and when it does not."""

HINTS = {
    Ask.PRICE: "quote [PRICE], range LOW HIGH, menu, list, conditional [PRICE], ask on, or walk away",
    Ask.QUESTION: "ask NEED, or propose",
    Ask.SELLER_MOVE: "offer PRICE [TERM=LEVEL ...], or accept",
    Ask.BUYER_MOVE: "offer PRICE [TERM=LEVEL ...], accept, or walk away",
}


class WrongDecisionError(ValueError):
    """A line that cannot be played here; its text says what was said and what would be right."""


def hint(ask: Ask, view: Any) -> str:
    """What may be said, in one line; empty where nothing may."""
    if isinstance(view, ChoiceView):
        return ", or ".join(CHOICES[Choice(view.choice)])
    return HINTS.get(ask, "")


def understood(line: str, ask: Ask, view: Any, scenario: Scenario, package: int) -> Reply | int | Move | bool | str:
    """What a line comes to as an answer to what is asked. Raises WrongDecisionError.

    ``view`` is what the player's side sees; ``package`` are the terms that its side thinks best.
    """
    words = _words(line)
    if ask == Ask.PRICE:
        return _reply(words, view, scenario)
    if ask == Ask.QUESTION:
        return _question(words, view, scenario)
    if ask == Ask.BUYER_CHOICE:
        return _choice(words, view)
    return _move(words, view, scenario, package)


def _words(line: str) -> list[str]:
    if len(line) > LONGEST_LINE:
        raise WrongDecisionError(f"a line of {len(line)} characters; at most {LONGEST_LINE} would be right")
    words = line.lower().split()
    if not words:
        raise WrongDecisionError("nothing was said")
    return words


def _reply(words: Sequence[str], view: PriceView, scenario: Scenario) -> Reply:
    if list(words) == ["ask", "on"]:
        return _bare(Kind.REFRAME if view.asked else Kind.WAIT)
    if list(words) == ["walk", "away"]:
        return _bare(Kind.WALK_AWAY)
    kind = KINDS.get(words[0])
    if kind is None:
        raise _wrong(words, Ask.PRICE)
    rest = list(words[1:])
    solution = -1
    if kind == Kind.QUOTE and rest and not _is_number(rest[-1]):
        solution = _place(rest.pop(), list(scenario.solutions), "a solution")
    prices = [_price(word) for word in rest]
    least, most = PRICES_IN[kind]
    if not least <= len(prices) <= most or (kind == Kind.RANGE and len(prices) == 1):
        raise _wrong(words, Ask.PRICE)
    if not prices:
        return _bare(kind, solution)
    low, high = prices[0], prices[-1]
    if high < low:
        raise WrongDecisionError(f"a range from {words[1]} to {words[2]} is upside down: the lower number comes first")
    return Reply(kind.value, solution, low, high, NAN, NO_PRICES)


def _bare(kind: Kind, solution: int = -1) -> Reply:
    return Reply(kind.value, solution, NAN, NAN, NAN, NO_PRICES)


def _question(words: Sequence[str], view: QuestionView, scenario: Scenario) -> int:
    if list(words) == ["propose"]:
        return STOP
    if len(words) != 2 or words[0] != "ask":
        raise _wrong(words, Ask.QUESTION)
    return _place(words[1], list(scenario.needs), "a need")


def _choice(words: Sequence[str], view: ChoiceView) -> bool:
    does, does_not = CHOICES[Choice(view.choice)]
    said = " ".join(words)
    if said not in (does, does_not):
        raise _wrong(words, Ask.BUYER_CHOICE, view)
    return said == does


def _move(words: Sequence[str], view: NegotiationView, scenario: Scenario, package: int) -> Move | str:
    side = Ask.SELLER_MOVE if view.selling else Ask.BUYER_MOVE
    if list(words) == ["walk", "away"] and not view.selling:
        return WALK_AWAY
    if list(words) == ["accept"]:
        if math.isnan(view.their_last):
            raise WrongDecisionError("no offer stands that could be accepted; make one: offer PRICE")
        return Move(True, NAN)
    if len(words) < 2 or words[0] != "offer":
        raise _wrong(words, side)
    return Move(False, _price(words[1]), _package(words[2:], scenario, package))


def _package(words: Sequence[str], scenario: Scenario, package: int) -> int:
    """The terms named, the player's own best where none is named."""
    terms = scenario.terms
    levels = levels_of(len(terms), package)
    for word in words:
        name, _, level = word.partition("=")
        place = _place(name, list(terms), "a term")
        known: Mapping[str, Any] = list(terms.values())[place].levels
        levels[place] = _place(level, list(known), f"a level of {list(terms)[place]}")
    return package_of(levels)


def _place(word: str, names: Sequence[str], what: str) -> int:
    """The place of what is given by its name, or by its number counted from 1."""
    if word in names:
        return list(names).index(word)
    if word.isascii() and word.isdecimal() and len(word) < 4 and 1 <= int(word) <= len(names):
        return int(word) - 1
    listed = ", ".join(f"{place} {name}" for place, name in enumerate(names, 1)) or "there is none"
    raise WrongDecisionError(f"'{word[:40]}' is not {what}; there are: {listed}")


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _price(word: str) -> float:
    if not _is_number(word) or not 0.0 < float(word) <= MOST_PRICE:
        raise WrongDecisionError(
            f"'{word[:40]}' is not a price; a number above 0, up to {MOST_PRICE:g}, would be right"
        )
    return float(word)


def _wrong(words: Sequence[str], ask: Ask, view: Any = None) -> WrongDecisionError:
    return WrongDecisionError(f"'{' '.join(words)[:60]}' cannot be said here; say {hint(ask, view)}")
