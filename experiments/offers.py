"""The offers of one deal, in their order, with what each side would have gone to at the most."""

from collections.abc import Iterator
from typing import NamedTuple

from agents.catalogue import Catalogue, catalogue
from sim.own_seats import stepped_arm
from sim.scenario import Scenario
from sim.sides import buyer_limit, seller_limit
from sim.stepped import SteppedDeal
from sim.vocabulary import Event

NAMED = {
    Event.NUMBER_NAMED: "quote",
    Event.CONDITION_NAMED: "quote",
    Event.LIST_PRICE_NAMED: "list price",
    Event.TAKEN: "taken",
    Event.OFFERED: "offer",
    Event.ACCEPTED: "accepted",
    Event.SIGNED: "signed",
}
"""The events at which one price is on the table."""


class Offer(NamedTuple):
    """A price on the table: the number of the event in the deal, who named it, and both limits at that moment, money.

    ``kind`` is one of NAMED; ``side`` is seller or buyer, or both for a signature.
    """

    place: int
    contact: int
    round: int
    kind: str
    side: str
    price: float
    buyer_limit: float
    seller_limit: float


def offers_of(scenario: Scenario, policy: str, buyer: int, seed: int, rules: Catalogue | None = None) -> list[Offer]:
    """Play the deal of a buyer under a price policy, and return its offers; none if no price was ever named."""
    seller = scenario.seller.model_copy(update={"price_policy": policy})
    chosen = scenario.model_copy(update={"seller": seller})
    return list(_offers(stepped_arm(chosen, rules or catalogue()).deal(seed, buyer)))


def _offers(deal: SteppedDeal) -> Iterator[Offer]:
    solution = -1
    for place, happening in enumerate(deal.happenings()):
        if happening.event not in NAMED:
            continue
        if happening.event in (Event.NUMBER_NAMED, Event.CONDITION_NAMED, Event.LIST_PRICE_NAMED):
            solution, side = happening.subject, "seller"
        elif happening.event in (Event.OFFERED, Event.ACCEPTED):
            side = "buyer" if happening.subject else "seller"
        else:
            side = "buyer" if happening.event == Event.TAKEN else "both"
        on_table = int(deal.deal[0]["solution"])
        solution = on_table if on_table >= 0 else solution
        highest = buyer_limit(deal.world[0], deal.buyer[0], deal.buyer_mind[0], solution)
        lowest = seller_limit(deal.world[0], deal.seller_mind[0], solution)
        yield Offer(place, happening.contact, happening.round, NAMED[happening.event], side, float(happening.value),
                    float(highest), float(lowest))  # fmt: skip
