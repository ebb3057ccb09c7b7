"""Sell at the printed price: the same number for every buyer, whenever it is asked for.

The seller posts for each solution the best single price for buyers of this kind, and whatever it learns afterwards
changes what it proposes, not what that costs. It is not haggled over.
Source: posted prices, [RileyZeckhauser1983].
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, list_price, wait


@rule
def reply(view: PriceView) -> Reply:
    """The list price when asked; unasked, once needs are known."""
    if view.asked or view.moment >= Moment.NEEDS_KNOWN:
        return list_price()
    return wait()
