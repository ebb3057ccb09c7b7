"""Split the difference: meet the other side half-way between the two last offers.

Source: [Raiffa1982], who found the midpoint of the first two offers a good forecast of the price agreed on.
"""

import math

from agents.bargaining import within_room
from agents.rule import rule
from agents.views import NegotiationView

LOOKS_AT = ("my_last", "their_last")


@rule
def next_offer(view: NegotiationView) -> float:
    """Price to name now, in money: the middle between the own last offer, or the aspiration, and the other side's."""
    mine = view.aspiration if math.isnan(view.my_last) else view.my_last
    if math.isnan(view.their_last):
        return within_room(view, mine)
    return within_room(view, 0.5 * (mine + view.their_last))
