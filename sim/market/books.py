"""The records a market keeps besides those of its deals: talks, leads, sellers' books, and what is not told in OUTCOME.

A *talk* is a deal in progress between one lead and one seller; a lead that asks three sellers has three. The talk that
a lead begins as its turn-th stands at place ``lead x width + turn`` of every array of talks.
"""

from typing import Any, NamedTuple

import numpy as np

from agents.limits import MOST_ASKED, MOST_NEEDS

NOBODY = -1

RULES = np.dtype(
    [
        ("width", "i8"),  # talks that a lead may have
        ("sellers", "i8"),
        ("people", "i8"),
        ("hours", "f8"),  # of a seller's day; infinite for no limit
        ("pace", "i8"),
        ("delivery_hours", "f8"),
        ("work_rule", "i8"),
        ("batna_given", "?"),
        ("comparers", "f8"),
        ("asked", "i8"),
        ("in_turn", "?"),
        ("patience_days", "i8"),
        ("wait_days", "i8"),
        ("rival_offers", "f8"),
        ("undercutting", "i8"),
        ("undercut_step", "f8"),
        ("carried", "f8"),
        ("trust", "f8"),
        ("opportunity", "f8"),
        ("opportunity_days", "f8"),
        ("contact_opportunity", "f8"),  # what the scenario says of them, money
        ("opportunity_cost", "f8"),
    ],
    align=True,
)
"""The market's settings in the form rules are played on (sim.market.settings says what they mean)."""

TALK = np.dtype(
    [
        ("open", "?"),
        ("lead", "i8"),  # its place
        ("turn", "i8"),  # the how-manieth the buyer began
        ("key", "i8"),  # what its luck is keyed by, besides the seed
        ("seller", "i8"),
        ("policy", "i8"),  # the one it began with
        ("opened", "i8"),  # days
        ("ready", "i8"),  # day on which the next meeting may be
        ("touched", "i8"),  # day of the last one
        ("held", "?"),  # agreed in principle, while the buyer hears what others offer
        ("held_since", "i8"),
        ("released", "?"),  # the buyer has turned to this offer
        ("own_batna", "f8"),  # what it believes its alternatives are worth besides rivals' offers, money
    ],
    align=True,
)

LEAD = np.dtype(
    [
        ("open", "?"),
        ("id", "i8"),
        ("person", "i8"),
        ("origin", "i8"),  # an Origin
        ("known", "i8"),  # the seller it asks first, or NOBODY
        ("arrived", "i8"),
        ("asks", "i8"),  # sellers
        ("begun", "i8"),  # talks
        ("going", "i8"),  # talks
        ("bought", "i8"),  # the seller it bought from, or NOBODY
        ("asked", "i8", (MOST_ASKED,)),
        ("rival", "?"),  # its own alternative, besides what sellers here offer
        ("batna", "f8"),
        ("perceived", "f8", (MOST_NEEDS,)),  # what it knows of its needs by all its talks
        ("variance", "f8", (MOST_NEEDS,)),
    ],
    align=True,
)

SELLING = np.dtype(
    [
        ("owed", "f8"),  # hours of work begun that no day has had room for yet
        ("worked", "f8"),  # hours, today
        ("worked_total", "f8"),
        ("begun_total", "f8"),  # hours of all work begun: worked or owed
        ("short", "?"),  # today ended with work left undone
        ("profit", "f8"),  # of all deals ended, money
        ("profit_before", "f8"),  # the same up to yesterday
        ("running_profit", "f8"),  # a day
        ("running_hours", "f8"),
        ("hour_worth", "f8"),  # money
        ("talks", "i8"),  # begun
        ("ended", "i8"),
        ("won", "i8"),
    ],
    align=True,
)

ENDED = np.dtype(
    [
        ("day_opened", "i4"),
        ("day_closed", "i4"),
        ("turn", "i2"),
        ("asks", "i2"),
        ("policy", "i4"),
        ("person", "i4"),
        ("origin", "i2"),
        ("experience", "f8"),  # of who bought, -1 to 1; NaN otherwise
        ("complaint_cost", "f8"),  # money
    ],
    align=True,
)
"""What a market knows of an ended talk besides its OUTCOME."""


class Books(NamedTuple):
    """All that a market consists of, as arrays of records; ``seed`` is a word of 64 bits.

    ``count`` has one place: how many talks have ended. ``order`` and ``before`` are for scratch.
    """

    world: Any
    prices: Any
    knowledge: Any
    rules: Any
    sellers: Any
    selling: Any
    leads: Any
    buyers: Any
    talks: Any
    deals: Any
    buyer_minds: Any
    seller_minds: Any
    opinions: Any  # of each person about each seller, -1 to 1
    rows: Any
    ended: Any
    count: Any
    order: Any
    before: Any
    seed: Any
