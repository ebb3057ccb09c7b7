"""Find out what the buyer needs before naming a price.

Asked earlier, the seller says that different problems have different solutions, each with its own price, and goes on
asking about needs.
Source: [Masover].
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, quote, reframe, wait


@rule
def reply(view: PriceView) -> Reply:
    """Reframe until needs are known, then quote."""
    if view.moment >= Moment.NEEDS_KNOWN:
        return quote()
    if view.asked:
        return reframe()
    return wait()
