"""Quote at once, and take something off before anyone has said no.

The naive seller: whoever asks hears a price, and a discount with it, though nobody knows yet what it is for. It never
names less than its own limit.
Source: the practice that [Masover] warns against; the size of the discount is the trait ``discount``.
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, quote_at, wait


@rule
def reply(view: PriceView) -> Reply:
    """The own price less a discount: when asked; unasked, once needs are known."""
    if view.asked or view.moment >= Moment.NEEDS_KNOWN:
        return quote_at(max(view.limit, view.price * (1.0 - view.discount)))
    return wait()
