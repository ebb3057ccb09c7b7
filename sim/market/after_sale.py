"""After the sale: experience becomes opinion and word of mouth; some complain, some refer, some come back."""

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from sim.fate import Purpose
from sim.market.chance import drawn
from sim.market.network import spread

if TYPE_CHECKING:
    from sim.market.model import Market

REFERRED = 1 << 44
RETURNED = 1 << 50
MOST_GENERATIONS = 60
"""Numbers of leads that somebody sent, and of buyers who come back, follow from the number of whom they come from."""

Coming = tuple[int, int, int, int, int]
"""A lead to come: its day, number, person, the seller that it asks first, and its Origin."""


class Origin(IntEnum):
    """How a lead comes."""

    OWN = 0  # by itself
    REFERRED = 1  # sent by an acquaintance
    RETURNED = 2  # once more


def after_sales(market: "Market", first: int) -> list[Coming]:
    """What follows the sales among the talks ended from number ``first`` on; returns the leads it brings."""
    rows, course = market.outcomes[first:], market.course[first:]
    coming: list[Coming] = []
    for place in np.flatnonzero(rows["won"]):
        row, about = rows[place], course[place]
        person, seller = int(about["person"]), int(row["seller"])
        spread(
            market.books.opinions,
            market.network,
            market.settings.reputation,
            person,
            seller,
            float(about["experience"]),
        )
        complains, refers, whom, returns = drawn(market.books.seed, Purpose.AFTER_SALE.value, int(row["deal"]), 0)
        if about["experience"] < 0.0:
            _complain(market, first + int(place), complains)
        else:
            coming += _leads_from(market, int(row["deal"]), person, seller, (refers, whom, returns))
    return coming


def _complain(market: "Market", talk: int, chance: float) -> None:
    settings, books = market.settings.after_sale, market.books
    if chance < settings.complaint:
        cost = settings.complaint_cost * max(0.0, float(books.rows["price"][talk]))
        books.ended["complaint_cost"][talk] = cost
        books.selling["profit"][books.rows["seller"][talk]] -= cost


def _leads_from(
    market: "Market", number: int, person: int, seller: int, chances: tuple[float, float, float]
) -> list[Coming]:
    """Whom a content buyer sends, and itself when it comes back; both go to the seller first."""
    settings = market.settings.after_sale
    refers, whom, returns = chances
    coming: list[Coming] = []
    known = list(market.network.adj[person]) if settings.referral > 0.0 else []
    if known and refers < settings.referral and (number % RETURNED) // REFERRED < MOST_GENERATIONS:
        days = 1 + int(refers / settings.referral * settings.repeat_days)
        friend = int(known[int(whom * len(known))])
        coming.append((market.day + days, number + REFERRED, friend, seller, Origin.REFERRED.value))
    if returns < settings.repeat and number // RETURNED < MOST_GENERATIONS:
        coming.append((market.day + settings.repeat_days, number + RETURNED, person, seller, Origin.RETURNED.value))
    return coming
