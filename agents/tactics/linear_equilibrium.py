"""Linear equilibrium: name what a sealed-bid double auction would have it name, and stay there.

Source: [ChatterjeeSamuelson1983].
"""

import math

from agents.bargaining import within_room
from agents.rule import rule
from agents.views import NegotiationView

LOOKS_AT = ("their_limit", "their_doubt", "seen_limit", "seen_doubt", "split")

HALF_WIDTH = math.sqrt(3.0)
"""Half the width of a uniform distribution over its standard deviation."""


@rule
def next_offer(view: NegotiationView) -> float:
    """Price to name now, in money, the same in every round, as if both named one sealed price.

    Both limits are taken to be uniform, as each side believes of the other. With w the weight of the own offer in the
    price, the offer is ``(limit + w edge) / (1 + w)``, where ``edge = ((1 + w) theirs + (1 - w) mine) / 2`` is the best
    that the other side may offer: theirs is the limit of the most generous other side there may be, mine that of the
    most generous party in the own place. (The first-order conditions of both sides, solved for their best offers.) With
    limits uniform on (0, 1) and equal weights a seller names 2/3 of its limit and 1/4. Where the two sides' limits are
    spread so differently that this lies outside all offers of the other side, it is not a best reply.
    """
    outwards = HALF_WIDTH if view.selling else -HALF_WIDTH
    theirs = view.their_limit + outwards * view.their_doubt
    mine = view.seen_limit - outwards * view.seen_doubt
    edge = 0.5 * ((1.0 + view.split) * theirs + (1.0 - view.split) * mine)
    return within_room(view, (view.limit + view.split * edge) / (1.0 + view.split))
