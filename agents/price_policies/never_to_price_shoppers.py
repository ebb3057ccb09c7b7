"""Put the question off once, and leave whoever asks again.

The seller takes a buyer who insists on a number before anything else for one who compares prices, and keeps its time
for others. Everyone else hears the price when the needs are known.
Source: the advice to walk away from price shoppers, [Masover]; two asks as their mark are an ASSUMPTION.
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, quote, reframe, wait, walk_away


@rule
def reply(view: PriceView) -> Reply:
    """Reframe the first ask, walk away from the second; quote once needs are known."""
    if view.moment >= Moment.NEEDS_KNOWN:
        return quote()
    if view.asked:
        return walk_away() if view.times_asked > 1 else reframe()
    return wait()
