"""What one side may see when it decides, and what it may answer. Nothing else reaches a decision.

A view holds scalars of its own side: its beliefs, its limits, and what was said aloud. Money is in the scenario's
currency. NaN stands for a number that nobody has named.
"""

from enum import IntEnum
from typing import NamedTuple

from agents.rule import rule

NAN = float("nan")


class Moment(IntEnum):
    """When a seller is consulted about naming a price."""

    ASKED = 1  # the buyer has just asked
    CONTACT_ENDS = 2
    NEEDS_KNOWN = 3  # needs analysis is over
    PROPOSING = 4  # the solution is on the table


class Kind(IntEnum):
    """What a seller may reply to the price question."""

    WAIT = 0  # say nothing about price (when asked: decline)
    REFRAME = 1  # "let us first find out what you need"
    QUOTE = 2  # an exact number


class PriceView(NamedTuple):
    """What a seller sees when it is consulted about naming a price."""

    moment: int  # a Moment
    asked: bool  # the buyer has just asked
    times_asked: int
    refusals: int  # how often it has declined so far
    contact: int  # the contact it is in, 1 for the first
    questions: int  # questions about needs asked so far
    expected_price: float  # what it believes the buyer of its favourite solution would pay at most, on average, money
    uncertainty: float  # standard deviation of that belief over its mean; infinite where the mean is not positive
    confidence: float  # its trait: the uncertainty below which it feels sure enough
    luck: float  # uniform on (0, 1), for policies that toss a coin


class Reply(NamedTuple):
    """A reply to the price question.

    ``solution`` is the number of the solution quoted, or -1 for the one the seller thinks best; ``low`` is the number
    to name, or NaN for the seller's own pricing. ``high`` equals ``low`` for an exact quote.
    """

    kind: int
    solution: int
    low: float
    high: float


class NegotiationView(NamedTuple):
    """What a party sees when it is its turn in bargaining. Offers and limits are money."""

    selling: bool
    aspiration: float  # what it hopes for
    limit: float  # its reservation price
    acceptance_limit: float  # the limit it will in fact hold in its last round, after temptation
    elapsed: float  # fraction of its own deadline gone: 0 in its first round, 1 in its last
    round: int  # 1 for the first
    firmness: float  # its trait: exponent of time
    my_last: float
    their_last: float
    their_previous: float
    luck: float  # uniform on (0, 1)


class Move(NamedTuple):
    """A move in bargaining: accept the other side's standing offer, or name ``price``."""

    accept: bool
    price: float


@rule
def quote() -> Reply:
    """Name the price that the seller's own pricing says, for the solution it thinks best."""
    return Reply(Kind.QUOTE.value, -1, NAN, NAN)


@rule
def reframe() -> Reply:
    """Decline for now: find out first what the buyer needs."""
    return Reply(Kind.REFRAME.value, -1, NAN, NAN)


@rule
def wait() -> Reply:
    """Say nothing about price."""
    return Reply(Kind.WAIT.value, -1, NAN, NAN)
