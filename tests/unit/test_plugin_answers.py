"""Answers of plug-ins: which are played, in compiled code and in Python alike, and what is said of the others."""

import math
from typing import Any

import numpy as np
import pytest

from agents.answers import WrongAnswerError, as_offer, as_reply, checked_offer, checked_reply
from agents.rule import bind, entry, rule
from agents.views import NAN, NO_PRICES, Kind, Reply, conditional, menu, quote, quote_at, walk_away

SEVEN_PRICES = NO_PRICES[:7]
RIGHT = {
    "quote": quote(),
    "free": quote_at(0.0),
    "range": Reply(Kind.RANGE.value, 2, 4.0, 5.0, NAN, NO_PRICES),
    "open end": Reply(Kind.RANGE.value, -1, 4.0, NAN, NAN, NO_PRICES),
    "menu": menu()._replace(prices=(1.0, 2.0, *NO_PRICES[2:])),
    "no ceiling": conditional()._replace(ceiling=math.inf),
    "walk away": walk_away(),
}
WRONG = {
    "kind 8": (quote()._replace(kind=8), "kind is 8; a Kind, 0 to 7"),
    "kind -1": (quote()._replace(kind=-1), "kind is -1"),
    "solution 8": (quote()._replace(solution=8), "solution is 8; -1 for the one"),
    "solution -2": (quote()._replace(solution=-2), "solution is -2"),
    "negative": (quote_at(-3.0), "low is -3.0; 0 or more"),
    "infinite": (quote_at(math.inf), "low is inf"),
    "high below low": (Reply(3, -1, 5.0, 4.0, NAN, NO_PRICES), "from 5.0 to 4.0; a number not below low"),
    "no low": (Reply(3, -1, NAN, 4.0, NAN, NO_PRICES), "from nan to 4.0"),
    "ceiling": (conditional()._replace(ceiling=-1.0), "ceiling is -1.0"),
    "a price": (menu()._replace(prices=(-1.0, *SEVEN_PRICES)), "prices is (-1.0, nan"),
}


def _given(view: Any) -> Any:
    return view


@pytest.fixture(scope="module")
def compiled() -> Any:
    """Checks a reply, or an offer, in compiled code."""

    def reply(view: Any) -> Any:
        return looked_at(view)

    def offer(view: Any) -> Any:
        return looked_at(view)

    given = rule(bind(_given))
    return (
        entry(bind(reply, looked_at=checked_reply(given))),
        entry(bind(offer, looked_at=checked_offer(given))),
    )


def looked_at(view: Any) -> Any:
    """Stands for the check that is bound before use."""
    raise LookupError("not bound")


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_reply_is_played_as_it_is(name: str, compiled: Any) -> None:
    assert repr(as_reply(RIGHT[name])) == repr(RIGHT[name])
    assert repr(compiled[0](RIGHT[name])) == repr(RIGHT[name])


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_reply_is_an_error_and_told_by_its_part(name: str, compiled: Any) -> None:
    answer, told = WRONG[name]
    with pytest.raises(WrongAnswerError) as refused:
        as_reply(answer)
    assert told in str(refused.value)
    with pytest.raises(ValueError, match="a reply that cannot be played"):
        compiled[0](answer)


@pytest.mark.parametrize(
    "answer",
    [None, 3.0, True, "quote", (2, -1, NAN, NAN, NAN, NO_PRICES), quote()._replace(low="much"),
     quote()._replace(low=None), quote()._replace(prices=(1.0, 2.0)), quote()._replace(prices=3.0),
     quote()._replace(kind=2.5), quote()._replace(kind=math.nan), quote()._replace(low=True)],
)  # fmt: skip
def test_what_is_no_reply_of_numbers_is_told(answer: Any) -> None:
    with pytest.raises(WrongAnswerError, match="would be right"):
        as_reply(answer)


def test_a_reply_of_other_numbers_becomes_one_of_pythons_own() -> None:
    answer = Reply(Kind.RANGE, np.int64(1), np.float32(4.0), 5, NAN, [*NO_PRICES])  # type: ignore[arg-type]  # as plug-ins may
    found = as_reply(answer)
    assert (found.kind, found.solution, found.low, found.high) == (3, 1, 4.0, 5.0)
    assert [type(part) for part in found] == [int, int, float, float, float, tuple]


@pytest.mark.parametrize("price", [3.0, 0, -2.5, np.float64(7.0)])
def test_a_finite_number_is_an_offer(price: Any, compiled: Any) -> None:
    assert as_offer(price) == compiled[1](price) == float(price)
    assert type(as_offer(price)) is float


@pytest.mark.parametrize("price", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_no_offer(price: float, compiled: Any) -> None:
    with pytest.raises(WrongAnswerError, match=f"answered {price}; a price would be right, a finite number"):
        as_offer(price)
    with pytest.raises(ValueError, match="an offer that cannot be played"):
        compiled[1](price)


@pytest.mark.parametrize("price", [None, True, "a lot", (1.0,), 1j, 10**400])
def test_what_is_no_number_is_no_offer(price: Any) -> None:
    with pytest.raises(WrongAnswerError, match="a price would be right"):
        as_offer(price)
