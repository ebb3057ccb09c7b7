"""What one side may see when it decides, and what it may answer. Nothing else reaches a decision.

A view holds scalars of its own side: its beliefs, its limits, and what was said aloud. Money is in the scenario's
currency. NaN stands for a number that nobody has named.
"""

from enum import IntEnum
from typing import NamedTuple

from agents.rule import rule

NAN = float("nan")
INFINITY = float("inf")

Prices = tuple[float, float, float, float, float, float, float, float]
"""A number for each solution there may be (agents.limits.MOST_SOLUTIONS), money."""

NO_PRICES: Prices = (NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN)


class Moment(IntEnum):
    """When a seller is consulted about naming a price."""

    ASKED = 1  # the buyer has just asked
    QUALIFIED = 2  # qualification is over, and the seller goes on with this buyer
    CONTACT_ENDS = 3
    NEEDS_KNOWN = 4  # needs analysis is over
    PROPOSING = 5  # the solution is on the table


class Kind(IntEnum):
    """What a seller may reply to the price question."""

    WAIT = 0  # say nothing about price (when asked: decline)
    REFRAME = 1  # "let us first find out what you need"
    QUOTE = 2  # an exact number
    RANGE = 3  # "between 40 and 60"
    MENU = 4  # a number for every solution
    CONDITIONAL = 5  # a number that holds as long as the job is not larger than usual
    LIST = 6  # the printed price, for every buyer the same
    WALK_AWAY = 7  # leave a buyer who only compares prices


class PriceView(NamedTuple):
    """What a seller sees when it is consulted about naming a price."""

    moment: int  # a Moment
    asked: bool  # the buyer has just asked
    times_asked: int
    refusals: int  # how often it has declined so far
    contact: int  # the contact it is in, 1 for the first
    questions: int  # questions about needs asked so far
    qualified: bool  # nothing is left to qualify: it was done, or is not part of this sale
    expected_price: float  # what it believes the buyer of its favourite solution would pay at most, on average, money
    uncertainty: float  # standard deviation of that belief over its mean; infinite where the mean is not positive
    price: float  # what its own pricing says for the favourite now, mark-up included, money
    limit: float  # its own reservation price for the favourite, money
    chance: float  # how likely it thinks the buyer is able and likely to buy, over what its pricing takes for granted
    losing: float  # probability that a buyer of this kind is gone before the next contact, if no number is named
    confidence: float  # its trait: the uncertainty below which it feels sure enough
    nerve: float  # its trait: the risk of losing the buyer that it bears without naming a price
    discount: float  # its trait: what a seller who quotes and concedes takes off at once, a fraction of the price
    luck: float  # uniform on (0, 1), for policies that toss a coin


class Reply(NamedTuple):
    """A reply to the price question.

    ``solution`` is the number of the solution meant, or -1 for the one the seller thinks best. Numbers left at NaN are
    filled in by the seller's own pricing: ``low`` and ``high`` of an exact number (equal) or a range, the ``ceiling``
    of a conditional one (the believed cost to serve up to which it holds, money), and the ``prices`` of a menu.
    """

    kind: int
    solution: int
    low: float
    high: float
    ceiling: float
    prices: Prices


class NegotiationView(NamedTuple):
    """What a party sees when it is its turn in bargaining, money.

    Where there are terms besides price, all offers and limits are what they come to for this party at standard terms: a
    buyer to whom longer support is worth 5 sees an offer of 100 with it as one of 95.

    What it believes of the other side comes from its own beliefs and from what was said. An alternative that it falls
    back on when the talks fail is part of its limit; an option is one that it may leave for while the talks go on.
    """

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
    their_limit: float = NAN  # mean of what it believes of the other side's limit
    their_doubt: float = NAN  # standard deviation of that belief
    seen_limit: float = NAN  # mean of what it takes the other side to believe of its own limit
    seen_doubt: float = NAN  # standard deviation of that
    my_patience: float = 1.0  # factor on its gain if it rejects an offer: what waiting, or a breakdown, leaves of it
    their_patience: float = 1.0  # factor on the other side's gain if that rejects this side's offer
    offers_left: float = INFINITY  # offers still to come by its own deadline, from both sides, its next one included
    my_option: float = NAN  # price at which it would rather leave for something else than go on; NaN: no such option
    their_option: float = NAN
    my_concessions: int = 0  # how often it has named a price better for the other side than its price before
    their_concessions: int = 0
    split: float = 0.5  # weight of its own offer in the price at which two sealed offers meet


class ChoiceView(NamedTuple):
    """What a person in the buyer's seat sees when it chooses (sim.vocabulary.Choice), money.

    The solution is the one proposed, or the one that the first number was for; before, there is none.
    """

    choice: int  # a Choice
    contact: int  # contacts so far, the present one included
    refusals: int  # how often it was given no number
    solution: int  # -1: none is talked about
    number: float  # the number on the table for it, of a range its middle
    worth: float  # what the solution is worth to it for certain, as it sees it
    limit: float  # its reservation price for it
    alternative: float  # what it believes its best alternative is worth
    gain: (
        float  # what the best solution it knows of would gain it over that, at the number named or at what it has heard
    )
    price: float  # the price agreed
    terms: int  # and the package of terms agreed (agents.terms)
    terms_worth: float  # what they are worth to it beyond the standard terms
    spent: float  # contacts' worth of time it has put in
    contact_cost: float  # what another one costs it


class Move(NamedTuple):
    """A move in bargaining: accept the other side's standing offer, or name a price and terms.

    With ``terms`` at OWN_PACKAGE (agents.terms) ``price`` is what the offer comes to for the mover at standard terms,
    and it goes with the package that the mover's side thinks best for both. Otherwise ``terms`` is a package, and
    ``price`` the price that goes with it, money.
    """

    accept: bool
    price: float
    terms: int = -1


@rule
def _reply(kind: int) -> Reply:
    return Reply(kind, -1, NAN, NAN, NAN, NO_PRICES)


@rule
def quote() -> Reply:
    """Name the price that the seller's own pricing says, for the solution it thinks best."""
    return _reply(Kind.QUOTE.value)


@rule
def quote_at(price: float) -> Reply:
    """Name this very price, money, for the solution it thinks best."""
    return Reply(Kind.QUOTE.value, -1, price, price, NAN, NO_PRICES)


@rule
def price_range() -> Reply:
    """Name a range around the price that the seller's own pricing says, as wide as its trait ``range_width``."""
    return _reply(Kind.RANGE.value)


@rule
def menu() -> Reply:
    """Name a price for every solution: different problems have different solutions, each with its own price."""
    return _reply(Kind.MENU.value)


@rule
def conditional() -> Reply:
    """Name a price that holds as long as the job turns out no larger than usual."""
    return _reply(Kind.CONDITIONAL.value)


@rule
def list_price() -> Reply:
    """Name the printed price, the same for every buyer."""
    return _reply(Kind.LIST.value)


@rule
def walk_away() -> Reply:
    """Leave: this buyer compares prices and nothing else."""
    return _reply(Kind.WALK_AWAY.value)


@rule
def reframe() -> Reply:
    """Decline for now: find out first what the buyer needs."""
    return _reply(Kind.REFRAME.value)


@rule
def wait() -> Reply:
    """Say nothing about price."""
    return _reply(Kind.WAIT.value)
