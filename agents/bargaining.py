"""The rules of bargaining common to both sides: when an offer is good enough, and how temptation works on a limit.

Written once for either side: a seller finds more money better, a buyer less.
"""

import math

from agents.rule import rule
from agents.terms import OWN_PACKAGE
from agents.views import Move, NegotiationView

LAST_BITS = 1e-12
"""What an offer may miss of a standard by rounding alone, a part of the room between aspiration and limit."""


@rule
def is_at_least(offer: float, standard: float, selling: bool) -> bool:
    """Whether an offer is at least as good as a standard, for the side that is asking."""
    return offer >= standard if selling else offer <= standard


@rule
def is_concession(before: float, offer: float, selling: bool) -> bool:
    """Whether an offer is better for the other side than the own offer before it; the first one (NaN) is none."""
    return offer < before if selling else offer > before


@rule
def within_limit(offer: float, limit: float, selling: bool) -> float:
    """The offer, or the party's own limit if the offer passes it: nobody offers beyond its reservation price."""
    return max(offer, limit) if selling else min(offer, limit)


@rule
def within_room(view: NegotiationView, price: float) -> float:
    """The price, or the end of the party's room that it lies beyond: nobody hopes for more than its aspiration."""
    lower, upper = min(view.aspiration, view.limit), max(view.aspiration, view.limit)
    return min(max(price, lower), upper)


@rule
def respond(view: NegotiationView, wanted: float) -> Move:
    """Accept the other side's offer if it is good enough, or name the price ``wanted`` by one's tactic.

    Good enough is: at least as good as the own next offer, and within the limit; in the last round the acceptance
    limit, where temptation may have moved it, decides alone.
    """
    offer = within_limit(wanted, view.limit, view.selling)
    if math.isnan(view.their_last):
        return Move(False, offer, OWN_PACKAGE)
    if view.elapsed >= 1.0:
        standard = view.acceptance_limit
    else:
        standard = offer
    return Move(is_at_least(view.their_last, standard, view.selling), offer, OWN_PACKAGE)


@rule
def respond_patiently(view: NegotiationView, wanted: float) -> Move:
    """Accept what leaves at least as much as going on would, leave for an option that leaves more, or name ``wanted``.

    Going on is worth the gain of the own next offer, times the patience that a rejection costs; nothing after the last
    offer. A move that names no price (NaN) takes the option. This is how complete games are answered, in which patience
    is known; inside a sale it is part of nobody's rule (see respond).
    """
    offer = within_limit(wanted, view.limit, view.selling)
    if math.isnan(view.their_last):
        return Move(False, offer, OWN_PACKAGE)
    standard = view.limit
    if view.offers_left >= 1.0:
        standard = view.limit + (offer - view.limit) * view.my_patience
    leaves = not math.isnan(view.my_option) and is_at_least(view.my_option, standard, view.selling)
    if leaves:
        standard = view.my_option
    rounding = LAST_BITS * abs(view.aspiration - view.limit)
    if is_at_least(view.their_last, standard - rounding if view.selling else standard + rounding, view.selling):
        return Move(True, view.their_last, OWN_PACKAGE)
    return Move(False, math.nan if leaves else offer, OWN_PACKAGE)


@rule
def tempted(limit: float, offer: float, adherence: float, temptation: float, selling: bool) -> float:
    """The acceptance limit after an offer beyond it: it drifts towards the offer by what adherence leaves.

    Source: the agreement trap [Cohen2014]; a limit that moved in proportion to time would be a knife-edge.
    """
    if is_at_least(offer, limit, selling):
        return limit
    return limit + (1.0 - adherence) * temptation * (offer - limit)
