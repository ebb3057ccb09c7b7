"""Toss a coin each time the buyer asks.

Source: none; a policy that needs luck, for tests.
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, quote, reframe, wait


@rule
def reply(view: PriceView) -> Reply:
    """Quote on heads, reframe on tails; quote once needs are known."""
    if view.moment >= Moment.NEEDS_KNOWN:
        return quote()
    if not view.asked:
        return wait()
    return quote() if view.luck < 0.5 else reframe()
