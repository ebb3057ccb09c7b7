"""Conceder: give way early, to keep the talks alive.

Source: [Faratin1998].
"""

from agents.formulas import between
from agents.rule import rule
from agents.views import NegotiationView

LOOKS_AT = ("elapsed", "firmness")


@rule
def next_offer(view: NegotiationView) -> float:
    """Price to name now, in money; never beyond the party's own limit.

    After a fraction t of the deadline the party has given up ``t ** (1 / firmness)`` of the room between its
    aspiration and its limit: most of it in the first rounds.
    """
    return between(view.aspiration, view.limit, view.elapsed ** (1.0 / view.firmness))
