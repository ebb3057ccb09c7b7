"""What is measured of a deal, and the quantities that studies report.

A *measure* is one number per arm and deal, never missing: a price counts 0 where nothing was sold, so that
sums over prospects keep the deals that were lost. A *quantity* is a mean of a measure, or a ratio of two
sums; every quantity of this project can be had from the means, variances and covariances of the measures
(`experiments.moments`).
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from agents.rule import rule
from sim.outcome import DESTINATIONS
from sim.vocabulary import Step

NO_DECISION = DESTINATIONS.index("no_decision")
COMPETITOR = DESTINATIONS.index("competitor")
PRESENTING = int(Step.PRESENTING)


@rule
def _discounted(row: Any) -> bool:
    """Whether a deal was won for what the first number was for: only then is its price a discount on that number."""
    return bool(row.won and row.first_quote > 0 and row.solution == row.quoted_solution)


@rule
def _discount(row: Any) -> float:
    """By how much of the first number the price signed lies below it; negative where it lies above."""
    return 1.0 - row.price / row.first_quote if _discounted(row) else 0.0


MEASURES: dict[str, Callable[[Any], Any]] = {
    "won": lambda row: row.won,
    "seller_profit": lambda row: row.seller_profit,
    "buyer_surplus": lambda row: row.buyer_surplus,
    "joint_surplus": lambda row: row.seller_profit + row.buyer_surplus,
    "realised": lambda row: row.seller_profit + row.buyer_surplus - row.later_profit,
    "profit_of_won": lambda row: row.seller_profit if row.won else 0.0,
    "surplus_of_won": lambda row: row.buyer_surplus if row.won else 0.0,
    "price": lambda row: row.price if row.won else 0.0,
    "value": lambda row: row.value if row.won else 0.0,
    "created": lambda row: row.created if row.won else 0.0,
    "claimed": lambda row: row.claimed if row.won else 0.0,
    "terms_gain": lambda row: row.terms_gain,
    "terms_best_of_won": lambda row: row.terms_best if row.won else 0.0,
    "contacts": lambda row: row.contacts,
    "first_best": lambda row: row.first_best,
    "right_solution": lambda row: row.won and row.solution == row.best_solution,
    "no_decision": lambda row: row.destination == NO_DECISION,
    "competitor": lambda row: row.destination == COMPETITOR,
    "proposed": lambda row: row.exit_step > PRESENTING,
    "believed_violation": lambda row: row.buyer_violation or row.seller_violation,
    "true_violation": lambda row: row.buyer_true_violation or row.seller_true_violation,
    "discount": lambda row: _discount(row),
    "discounted": lambda row: _discounted(row),
}
"""Each measure by name: a function from one row of type OUTCOME to a number, 0 where it does not exist."""


class Quantity(NamedTuple):
    """Something a study reports about an arm: the mean of ``of``, or its sum per unit of the sum of ``per``.

    ``unit`` is *share* (0..1), *money*, *money per contact* or *contacts*. ``counts`` says that it is a
    share of deals, counted. ``more_is_better`` says whether a difference may be called better at all: a
    quantity over deals won only compares different buyers, and a high price is good for one side and bad
    for the other.
    """

    name: str
    label: str
    unit: str
    of: str
    per: str = ""
    counts: bool = False
    more_is_better: bool = False


QUANTITIES = (
    Quantity("won", "deals won", "share", "won", counts=True, more_is_better=True),
    Quantity("profit_per_prospect", "profit per prospect", "money", "seller_profit", more_is_better=True),
    Quantity("profit_per_deal", "profit per deal won", "money", "profit_of_won", per="won"),
    Quantity(
        "profit_per_contact",
        "profit per contact",
        "money per contact",
        "seller_profit",
        per="contacts",
        more_is_better=True,
    ),
    Quantity("contacts_per_prospect", "contacts per prospect", "contacts", "contacts"),
    Quantity("surplus_per_prospect", "buyer surplus per prospect", "money", "buyer_surplus", more_is_better=True),
    Quantity("surplus_per_deal", "buyer surplus per deal won", "money", "surplus_of_won", per="won"),
    Quantity("joint_per_prospect", "joint surplus per prospect", "money", "joint_surplus", more_is_better=True),
    Quantity("efficiency", "efficiency", "share", "realised", per="first_best", more_is_better=True),
    Quantity("right_solution", "right solution, of deals won", "share", "right_solution", per="won", counts=True),
    Quantity("no_decision", "no decision", "share", "no_decision", counts=True),
    Quantity("competitor", "lost to a competitor", "share", "competitor", counts=True),
    Quantity("won_of_agreed", "deals won, of agreements in principle", "share", "won", per="proposed", counts=True),
    Quantity(
        "believed_violations", "beyond a limit as believed", "share", "believed_violation", per="won", counts=True
    ),
    Quantity("true_violations", "worse than no deal, in truth", "share", "true_violation", per="won", counts=True),
    Quantity("discount", "discount on the first number", "share", "discount", per="discounted"),
    Quantity("claimed", "seller's part of the value created", "share", "claimed", per="created"),
    Quantity("terms_gain", "gain from terms, of the most possible", "share", "terms_gain", per="terms_best_of_won"),
    Quantity("price_over_value", "price over value, of deals won", "share", "price", per="value"),
)
"""The quantities reported of every arm, in the order of the tables."""

IN_MONEY_PER_PROSPECT = ("profit_per_prospect", "surplus_per_prospect", "joint_per_prospect")
"""The quantities that a study's equivalence margin, a sum of money per prospect, applies to."""

HEADLINE = "profit_per_prospect"
"""The quantity whose difference answers a study's question."""


def quantity(name: str) -> Quantity:
    """The quantity of that name; KeyError where there is none."""
    return {known.name: known for known in QUANTITIES}[name]


def asked_at_the_first_contact(rows: np.ndarray) -> np.ndarray:
    """Which deals belong to the primary comparison, shape (deals,).

    Asking is the buyer's trait and luck, so it is the same in every arm that leaves the buyers alone. Where
    arms change it (another price focus), a deal counts where the buyer asked in every arm: nobody is
    compared untreated.
    """
    return np.asarray(np.all(rows["asked_first"], axis=0))


def _chain(measures: Iterable[Callable[[Any], Any]]) -> Callable[..., None]:
    """One rule that writes all measures of a row: a chain of calls, which compiles into one piece."""

    @rule
    def write(row: Any, values: np.ndarray) -> None:
        pass

    for place, measured in reversed(list(enumerate(measures))):
        write = _link(place, rule(measured), write)
    return write


def _link(place: int, measured: Callable[[Any], Any], rest: Callable[..., None]) -> Callable[..., None]:
    @rule
    def write(row: Any, values: np.ndarray) -> None:
        values[place] = measured(row)
        rest(row, values)

    return write


write_measures = _chain(MEASURES.values())
"""A rule that writes all measures of a row, in the order of MEASURES."""
