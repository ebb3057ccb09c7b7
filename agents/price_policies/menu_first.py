"""Answer the first ask with the prices of everything on offer.

"The starter is 16, the team edition 40, the suite 80: which of these sounds like you?" The buyer judges the tier that
suits it best, and says which that is.
Source: self-selection from a menu, [MussaRosen1978].
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, menu, quote, wait


@rule
def reply(view: PriceView) -> Reply:
    """The whole menu when asked; unasked, a quote once needs are known."""
    if view.moment >= Moment.NEEDS_KNOWN:
        return quote()
    if view.asked:
        return menu()
    return wait()
