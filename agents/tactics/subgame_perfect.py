"""Subgame perfect: leave the other side just what it could get by going on, and not more.

Source: [Rubinstein1982], with a last offer [Stahl1972] and with options to leave for [BinmoreShakedSutton1989].
"""

import math

from agents.bargaining import within_room
from agents.rule import rule
from agents.views import NegotiationView

LOOKS_AT = ("their_limit", "my_patience", "their_patience", "offers_left", "my_option", "their_option")


@rule
def next_offer(view: NegotiationView) -> float:
    """Price to name now, in money: what the other side is just willing to take, by what the party believes of it.

    It takes the other side's limit to be the mean of its belief, and its own deadline to be that of both. Where it
    believes that there is nothing to share, it names its own limit.
    """
    sign = 1.0 if view.selling else -1.0
    pie = sign * (view.their_limit - view.limit)
    if not pie > 0.0:
        return view.limit
    mine = 0.0 if math.isnan(view.my_option) else max(0.0, sign * (view.my_option - view.limit) / pie)
    theirs = 0.0 if math.isnan(view.their_option) else max(0.0, sign * (view.their_limit - view.their_option) / pie)
    share = _share(view.offers_left, view.my_patience, view.their_patience, mine, theirs)
    return within_room(view, view.limit + sign * share * pie)


@rule
def _share(offers: float, my_patience: float, their_patience: float, mine: float, theirs: float) -> float:
    """The share of the pie that the side to make the next of ``offers`` offers gets; options are shares as well.

    Who offers leaves the other side its option, or what that side would get by its own offer next, whichever is more.
    Without a last offer the share x, and the other side's y, solve ``x = 1 - max(theirs, their_patience y)`` and
    ``y = 1 - max(mine, my_patience x)``.
    """
    if math.isinf(offers):
        both = my_patience * their_patience
        unbound = (1.0 - their_patience) / (1.0 - both) if both < 1.0 else 0.5
        return min(1.0 - theirs, max(1.0 - their_patience * (1.0 - mine), unbound))
    offers_mine = int(offers) % 2 == 1  # whether the last offer is the own
    share = 1.0 - (theirs if offers_mine else mine)
    for _ in range(int(offers) - 1):
        offers_mine = not offers_mine
        if offers_mine:
            share = 1.0 - max(theirs, their_patience * share)
        else:
            share = 1.0 - max(mine, my_patience * share)
    return share
