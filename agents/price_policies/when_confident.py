"""Name a price once the own picture of what the buyer would pay is sharp enough.

The seller weighs how uncertain it is about the buyer's reservation price. Where buyers of this kind are much alike, it
quotes at the first ask; where they differ, it asks on, and volunteers the price at the end of a contact when sure.
Source: ASSUMPTION; the adaptive middle between the two plain policies.
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, quote, reframe, wait


@rule
def reply(view: PriceView) -> Reply:
    """Quote when sure enough or when needs are known; otherwise put off the question, or say nothing."""
    if view.moment >= Moment.NEEDS_KNOWN or view.uncertainty <= view.confidence:
        return quote()
    if view.asked:
        return reframe()
    return wait()
