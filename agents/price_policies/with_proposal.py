"""Name no price before the solution is on the table.

The seller wants value to be seen before price is heard: the number comes with the proposal, and whoever asks before is
told that it depends.
Source: [Rackham1988], who found price concerns raised by prices that come before value.
"""

from agents.rule import rule
from agents.views import Moment, PriceView, Reply, quote, reframe, wait


@rule
def reply(view: PriceView) -> Reply:
    """Quote with the proposal and never before."""
    if view.moment >= Moment.PROPOSING:
        return quote()
    if view.asked:
        return reframe()
    return wait()
