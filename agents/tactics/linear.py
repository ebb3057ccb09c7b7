"""Linear: concede by equal steps until the deadline.

Source: [Faratin1998], the case between Boulware and conceder.
"""

from agents.formulas import between
from agents.rule import rule
from agents.views import NegotiationView

LOOKS_AT = ("elapsed",)


@rule
def next_offer(view: NegotiationView) -> float:
    """Price to name now, in money: the same concession in every round, down to the limit at the deadline."""
    return between(view.aspiration, view.limit, view.elapsed)
