"""Concede by a random step each round.

Source: none; a tactic that needs luck, for tests.
"""

from agents.formulas import between
from agents.rule import rule
from agents.views import NegotiationView


@rule
def next_offer(view: NegotiationView) -> float:
    """Somewhere between a straight concession and the limit."""
    return between(view.aspiration, view.limit, view.elapsed + (1.0 - view.elapsed) * 0.5 * view.luck)
