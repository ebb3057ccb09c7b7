"""Tit for tat: concede as much as the other side did last.

Source: [Axelrod1984] for the idea; [Faratin1998], absolute tit for tat, for bargaining over a price.
"""

import math

from agents.bargaining import within_room
from agents.rule import rule
from agents.views import NegotiationView

LOOKS_AT = ("my_last", "their_last", "their_previous")


@rule
def next_offer(view: NegotiationView) -> float:
    """Price to name now, in money: the own last offer, moved towards the other side by its last concession.

    It begins at its aspiration and holds still until the other side has conceded; a step back it does not answer.
    """
    if math.isnan(view.my_last):
        return view.aspiration
    if math.isnan(view.their_previous):
        return within_room(view, view.my_last)
    if view.selling:
        return within_room(view, view.my_last - max(0.0, view.their_last - view.their_previous))
    return within_room(view, view.my_last + max(0.0, view.their_previous - view.their_last))
