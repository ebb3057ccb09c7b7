"""Ask on as long as the buyer stays, and name a price before it is lost.

The seller weighs how likely a buyer of this kind is gone before the next contact if it hears no number. It puts the
question off while that risk is small, and names a price when the risk passes its nerve, or when it is asked again.
Source: ASSUMPTION; after the salesperson's rule that a question asked twice wants an answer.
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, quote, reframe, wait


@rule
def reply(view: PriceView) -> Reply:
    """Quote when the buyer asks again or is about to be lost; otherwise put off the question."""
    if view.moment >= Moment.NEEDS_KNOWN or view.losing > view.nerve:
        return quote()
    if view.asked:
        return quote() if view.times_asked > 1 else reframe()
    return wait()
