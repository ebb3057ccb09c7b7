"""Answer the first ask with a price that holds on a condition.

"If it is the usual thing, it is 50; if it turns out to be more, we talk again." The number binds, or counts as a
promise, only while the job is believed to cost no more than was assumed.
Source: ASSUMPTION; the practice of estimates in repair and building.
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, conditional, quote, wait


@rule
def reply(view: PriceView) -> Reply:
    """A conditional price when asked; unasked, a quote once needs are known."""
    if view.moment >= Moment.NEEDS_KNOWN:
        return quote()
    if view.asked:
        return conditional()
    return wait()
