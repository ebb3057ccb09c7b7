"""Answer the first ask with a range, and with an exact price once needs are known.

"Somewhere between 40 and 60, depending on what you need." A buyer judges a range by its middle; it is less of a border
than an exact number, and the final price may lie anywhere in it.
Source: the field of range offers is [AmesMason2015]; that a range borders half as much is an ASSUMPTION.
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, price_range, quote, wait


@rule
def reply(view: PriceView) -> Reply:
    """A range when asked; unasked, a quote once needs are known."""
    if view.moment >= Moment.NEEDS_KNOWN:
        return quote()
    if view.asked:
        return price_range()
    return wait()
