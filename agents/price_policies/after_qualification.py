"""Name a price once the buyer is known to be able and likely to buy, needs or no needs.

The seller first finds out whom it is talking to, budget and authority included, and then says what it costs. Where a
sale has no qualification, it answers at the first ask.
Source: ASSUMPTION; the middle between the two plain policies in the seven steps of [Masover].
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, quote, reframe, wait


@rule
def reply(view: PriceView) -> Reply:
    """Reframe until the buyer is qualified, then quote, asked or not."""
    if view.moment == Moment.QUALIFIED or view.moment >= Moment.NEEDS_KNOWN:
        return quote()
    if view.asked:
        return quote() if view.qualified else reframe()
    return wait()
