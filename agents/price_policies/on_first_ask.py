"""Name a price as soon as the buyer asks for one.

The seller answers the question it is asked, with the best price it knows for a buyer of this kind. A buyer who never
asks hears the price when the needs are known.
Source: the practice that [Masover] warns against.
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, quote, wait


@rule
def reply(view: PriceView) -> Reply:
    """Quote when asked; unasked, quote once needs are known."""
    if view.asked or view.moment >= Moment.NEEDS_KNOWN:
        return quote()
    return wait()
