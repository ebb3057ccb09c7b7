"""Minimal concession (MiCRO): take a small step only if the other side has taken as many.

Source: [DeJonge2022]; the size of a step is an ASSUMPTION.
"""

import math

from agents.bargaining import within_room
from agents.formulas import between
from agents.rule import rule
from agents.views import NegotiationView

LOOKS_AT = ("my_last", "their_last", "my_concessions", "their_concessions")

STEPS = 10
"""Steps in all the room between aspiration and limit. ASSUMPTION; MiCRO goes from one possible offer to the next."""


@rule
def next_offer(view: NegotiationView) -> float:
    """Price to name now, in money: a tenth of its room further if the other side has conceded at least as often.

    It does not go by time, so it may hold out to the deadline against a side that waits for it.
    """
    if math.isnan(view.my_last):
        return view.aspiration
    if math.isnan(view.their_last) or view.my_concessions > view.their_concessions:
        return within_room(view, view.my_last)
    return between(view.aspiration, view.limit, (view.my_concessions + 1.0) / STEPS)
