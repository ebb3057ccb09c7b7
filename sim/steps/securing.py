"""Step 7, securing the deal: what was agreed is signed, or is not.

Entered with a price. It must achieve a signature. It costs what the paperwork takes. Exits: signed; the buyer stays
with what it has; who spoke for it may not sign.
"""

from agents.beliefs import perceived_variance
from agents.buyer import probability_of_signing
from agents.rule import rule
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.sides import buyer_certain
from sim.steps.contact import happened, leave, take_effort
from sim.vocabulary import Destination, Event, Reason


@rule
def advance(sale: Sale) -> int:
    """Sign with the probability that the buyer's own margin and doubt give; returns an Ask."""
    deal, world, mind = sale.deal, sale.world, sale.buyer_mind
    take_effort(deal, world.securing_contacts)
    if not sale.buyer.authority:
        return leave(sale, Reason.NO_AUTHORITY)
    probability = probability_of_signing(
        deal.price,
        buyer_certain(world, sale.buyer, mind, deal.solution),
        perceived_variance(world.cover, deal.solution, world.needs, mind.variance),
        mind.batna,
        world.signing_bias,
        world.signing_uncertainty_bias,
        world.signing_spread,
    )
    chance, _, _, _ = luck(sale.seed, Purpose.SIGNING, sale.buyer.id, 0)
    if chance >= probability:
        return leave(sale, Reason.NOT_SIGNED)
    deal.exit_step = deal.step
    deal.exit_reason = Reason.SIGNED
    deal.destination = Destination.SELLER
    return happened(deal, Event.SIGNED, deal.solution, deal.price, probability)
