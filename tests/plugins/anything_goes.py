"""Reply anything at all to the price question, numbers of one's own included, as luck has it.

Source: ASSUMPTION, for tests: replies that no policy of the project's own gives.
"""

from agents.rule import rule
from agents.views import NAN, NO_PRICES, Kind, Moment, PriceView, Reply


@rule
def reply(view: PriceView) -> Reply:
    """One of all kinds of reply by its luck, every second one with numbers of its own; at the last, a number."""
    kinds = Kind.WALK_AWAY.value + 1
    place = view.luck * 2 * kinds
    kind = int(place) % kinds
    if view.moment == Moment.PROPOSING and not Kind.QUOTE.value <= kind <= Kind.LIST.value:
        kind = Kind.QUOTE.value
    if place < kinds:
        return Reply(kind, -1, NAN, NAN, NAN, NO_PRICES)
    low = view.limit * (1.0 + (place - int(place)))
    prices = (low, 1.5 * low, NAN, 0.5 * low, 2.0 * low, low, low, low)
    return Reply(kind, int(view.luck * 97.0) % 4 - 1, low, 1.2 * low, 1.05 * view.limit, prices)
