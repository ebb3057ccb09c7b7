"""What a policy or tactic of one's own may answer, looked at before it is played.

The project's own rules are held to this by tests; a plug-in is held to it at every answer. Compiled, a wrong answer is
an error without words (``checked_reply``, ``checked_offer``); in Python the same answer is told in words
(``as_reply``, ``as_offer``).
"""

import math
from collections.abc import Callable
from numbers import Real
from typing import Any

from agents.limits import MOST_SOLUTIONS
from agents.rule import rule
from agents.views import NO_PRICES, Kind, NegotiationView, PriceView, Reply

LONGEST_ANSWER_TOLD = 90  # characters
LEAST_KIND, MOST_KIND = min(Kind).value, max(Kind).value
RIGHT_REPLY = "a Reply would be right, as quote(), reframe() or wait() of agents.views give it"
PRICE_IN_A_REPLY = "0 or more would be right, or NaN where the seller's own pricing is to fill in"
PARTS_OF_A_REPLY = {
    "kind": f"a Kind, {LEAST_KIND} to {MOST_KIND}, would be right",
    "solution": f"-1 for the one the seller thinks best, or a number up to {MOST_SOLUTIONS - 1}, would be right",
    "low": PRICE_IN_A_REPLY,
    "ceiling": PRICE_IN_A_REPLY,
    "prices": f"{MOST_SOLUTIONS} numbers would be right, each 0 or more, or NaN",
    "high": "a number not below low would be right, or NaN as low is",
}
SOME_REPLY = Reply(LEAST_KIND, -1, 0.0, math.nan, math.nan, NO_PRICES)
"""A reply that is right, whose parts can be changed one by one."""

RIGHT_OFFER = "a price would be right, a finite number"


class WrongAnswerError(ValueError):
    """An answer that cannot be played; its text says what was answered and what would be right."""


@rule
def is_a_price_or_left_open(price: float) -> bool:
    """Whether this is an amount of money from 0 on, or NaN: the seller's own pricing fills that in."""
    return math.isnan(price) or 0.0 <= price < math.inf


@rule
def is_right_reply(reply: Reply) -> bool:
    """Whether a reply is of a known kind, about a solution there may be, its numbers in order."""
    if not (LEAST_KIND <= reply.kind <= MOST_KIND and -1 <= reply.solution < MOST_SOLUTIONS):
        return False
    for price in reply.prices:
        if not is_a_price_or_left_open(price):
            return False
    if not (is_a_price_or_left_open(reply.low) and is_a_price_or_left_open(reply.high)):
        return False
    if reply.high < reply.low or (math.isnan(reply.low) and not math.isnan(reply.high)):
        return False
    return math.isnan(reply.ceiling) or reply.ceiling >= 0.0


@rule
def is_right_offer(price: float) -> bool:
    """Whether an offer is a finite number."""
    return -math.inf < price < math.inf


@rule
def whole(number: int) -> int:
    """A whole number, where a member of an enumeration may stand for one: to a rule both are numbers."""
    return int(number)


def checked_reply(answer: Callable[[PriceView], Any]) -> Callable[[PriceView], Reply]:
    """The rule ``answer`` with its reply looked at: an error where it cannot be played."""

    @rule
    def reply(view: PriceView) -> Reply:
        said = answer(view)
        given = said.prices
        first = (float(given[0]), float(given[1]), float(given[2]), float(given[3]))
        second = (float(given[4]), float(given[5]), float(given[6]), float(given[7]))
        numbers = (float(said.low), float(said.high), float(said.ceiling))
        made = Reply(whole(said.kind), whole(said.solution), numbers[0], numbers[1], numbers[2], first + second)
        if not is_right_reply(made):
            raise ValueError("a reply that cannot be played")
        return made

    return reply


def checked_offer(answer: Callable[[NegotiationView], Any]) -> Callable[[NegotiationView], float]:
    """The rule ``answer`` with its offer looked at: an error where it cannot be played."""

    @rule
    def next_offer(view: NegotiationView) -> float:
        price = float(answer(view))
        if not is_right_offer(price):
            raise ValueError("an offer that cannot be played")
        return price

    return next_offer


def as_reply(answer: Any) -> Reply:
    """The reply that a policy gave in Python, in plain numbers. Raises WrongAnswerError."""
    if not isinstance(answer, Reply):
        raise WrongAnswerError(f"answered {_told(answer)}; {RIGHT_REPLY}")
    for part, right in PARTS_OF_A_REPLY.items():
        value = getattr(answer, part)
        if _in_numbers(SOME_REPLY._replace(**{part: value})) is None:
            raise WrongAnswerError(f"answered a Reply whose {part} is {_told(value)}; {right}")
    reply = _in_numbers(answer)
    if reply is None:
        text = f"answered a Reply from {_told(answer.low)} to {_told(answer.high)}"
        raise WrongAnswerError(f"{text}; {PARTS_OF_A_REPLY['high']}")
    return reply


def _in_numbers(reply: Reply) -> Reply | None:
    """The reply in Python's own numbers; None if it cannot be played."""
    try:
        kind, solution = int(reply.kind), int(reply.solution)
        low, high, ceiling = map(_amount, (reply.low, reply.high, reply.ceiling))
        prices = tuple(map(_amount, reply.prices))
    except (TypeError, ValueError, OverflowError):
        return None
    made = Reply(kind, solution, low, high, ceiling, prices)  # type: ignore[arg-type]  # their number is looked at next
    is_whole = (kind, solution, len(prices)) == (reply.kind, reply.solution, MOST_SOLUTIONS)
    return made if is_whole and is_right_reply(made) else None


def as_offer(answer: Any) -> float:
    """The offer that a tactic made in Python, as a plain number. Raises WrongAnswerError."""
    try:
        price = _amount(answer)
    except (TypeError, ValueError, OverflowError):
        price = math.nan
    if not is_right_offer(price):
        raise WrongAnswerError(f"answered {_told(answer)}; {RIGHT_OFFER}")
    return price


def _amount(number: Any) -> float:
    if not isinstance(number, Real) or isinstance(number, bool):
        raise TypeError("not a number")
    return float(number)


def _told(answer: Any) -> str:
    text = repr(answer)
    short = text if len(text) <= LONGEST_ANSWER_TOLD else f"{text[: LONGEST_ANSWER_TOLD - 2]} …"
    is_plain = answer is None or isinstance(answer, bool | int | float | tuple)
    return short if is_plain else f"{short} of type {type(answer).__name__}"
