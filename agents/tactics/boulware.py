"""Boulware: hold firm, concede late.

Source: [Faratin1998]; named after Lemuel Boulware's take-it-or-leave-it wage offers.
"""

from agents.formulas import between
from agents.rule import rule
from agents.views import NegotiationView

LOOKS_AT = ("elapsed", "firmness")


@rule
def next_offer(view: NegotiationView) -> float:
    """Price to name now, in money; never beyond the party's own limit.

    After a fraction t of the deadline the party has given up ``t ** firmness`` of the room between its aspiration
    and its limit (1 is a straight line, 5 is stubborn).
    """
    return between(view.aspiration, view.limit, view.elapsed**view.firmness)
