"""Zero intelligence: name any price that is no loss, by chance alone.

Source: [GodeSunder1993], traders with a budget constraint.
"""

from agents.formulas import between
from agents.rule import rule
from agents.views import NegotiationView

LOOKS_AT = ("luck",)


@rule
def next_offer(view: NegotiationView) -> float:
    """Price to name now, in money: uniform between aspiration and limit, anew each time."""
    return between(view.aspiration, view.limit, view.luck)
