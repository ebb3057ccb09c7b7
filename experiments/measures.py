"""What is measured of a deal, and the quantities that studies report.

A *measure* is one number per arm and deal, never missing: a price counts 0 where nothing was sold, so that
sums over prospects keep the deals that were lost. A *quantity* is a mean of a measure, or a ratio of two
sums; every quantity of this project can be had from the means, variances and covariances of the measures
(`experiments.moments`).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.outcome import DESTINATIONS, OUTCOME
from sim.vocabulary import Step


def _where(condition: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The values where the condition holds, 0 elsewhere, also where the value does not exist."""
    return np.where(condition, values, 0.0)


def _ended_as(destination: str) -> Callable[[np.ndarray], np.ndarray]:
    """A measure: 1 where the buyer's destination was this one."""
    code = DESTINATIONS.index(destination)
    return lambda rows: rows["destination"] == code


def _discounted(rows: np.ndarray) -> np.ndarray:
    """Whether a deal was won for what the first number was for: only then is its price a discount on that number."""
    same_scope = rows["solution"] == rows["quoted_solution"]
    return np.asarray(rows["won"] & (rows["first_quote"] > 0) & same_scope)


def _discount(rows: np.ndarray) -> np.ndarray:
    """By how much of the first number the price signed lies below it; negative where it lies above."""
    quoted = _discounted(rows)
    first = np.where(quoted, rows["first_quote"], 1.0)
    return _where(quoted, 1.0 - rows["price"] / first)


MEASURES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "won": lambda rows: rows["won"],
    "seller_profit": lambda rows: rows["seller_profit"],
    "buyer_surplus": lambda rows: rows["buyer_surplus"],
    "joint_surplus": lambda rows: rows["seller_profit"] + rows["buyer_surplus"],
    "realised": lambda rows: rows["seller_profit"] + rows["buyer_surplus"] - rows["later_profit"],
    "profit_of_won": lambda rows: _where(rows["won"], rows["seller_profit"]),
    "surplus_of_won": lambda rows: _where(rows["won"], rows["buyer_surplus"]),
    "price": lambda rows: _where(rows["won"], rows["price"]),
    "value": lambda rows: _where(rows["won"], rows["value"]),
    "created": lambda rows: _where(rows["won"], rows["created"]),
    "claimed": lambda rows: _where(rows["won"], rows["claimed"]),
    "terms_gain": lambda rows: rows["terms_gain"],
    "terms_best_of_won": lambda rows: _where(rows["won"], rows["terms_best"]),
    "contacts": lambda rows: rows["contacts"],
    "first_best": lambda rows: rows["first_best"],
    "right_solution": lambda rows: rows["won"] & (rows["solution"] == rows["best_solution"]),
    "no_decision": _ended_as("no_decision"),
    "competitor": _ended_as("competitor"),
    "proposed": lambda rows: rows["exit_step"] > Step.PRESENTING,
    "believed_violation": lambda rows: rows["buyer_violation"] | rows["seller_violation"],
    "true_violation": lambda rows: rows["buyer_true_violation"] | rows["seller_true_violation"],
    "discount": _discount,
    "discounted": _discounted,
}
"""Each measure by name: a function from rows of type OUTCOME to numbers of the same shape."""


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


def measure(rows: np.ndarray) -> np.ndarray:
    """All measures of all arms, deal by deal.

    ``rows`` has the type OUTCOME and the shape (arms, deals); the answer has the shape (arms * measures,
    deals): the measures of the first arm in the order of MEASURES, then those of the second.
    """
    if rows.dtype != OUTCOME:
        raise TypeError(f"rows of type OUTCOME are measured, not of {rows.dtype}")
    arms, deals = rows.shape
    values = np.empty((arms, len(MEASURES), deals))
    for place, function in enumerate(MEASURES.values()):
        values[:, place] = function(rows)
    return values.reshape(arms * len(MEASURES), deals)


def asked_at_the_first_contact(rows: np.ndarray) -> np.ndarray:
    """Which deals belong to the primary comparison, shape (deals,).

    Asking is the buyer's trait and luck, so it is the same in every arm that leaves the buyers alone. Where
    arms change it (another price focus), a deal counts where the buyer asked in every arm: nobody is
    compared untreated.
    """
    return np.asarray(np.all(rows["asked_first"], axis=0))
