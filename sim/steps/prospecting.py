"""Step 2, prospecting: attempts to reach a lead until it responds, each at a cost to the seller.

Entered by a lead worth an attempt; passed at once where buyers come by themselves. It must achieve a response. An
attempt costs part of a contact. Exit: no response to any attempt.
"""

from agents.buyer import probability_of_responding
from agents.qualification import likely_after_response
from agents.rule import rule
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.sides import perceived_surplus, relative
from sim.steps.contact import happened, leave
from sim.vocabulary import Ask, Event, Reason, Step


@rule
def advance(sale: Sale) -> int:
    """Move the deal on by one event; returns an Ask."""
    deal, world, mind = sale.deal, sale.world, sale.seller_mind
    if world.attempts == 0:
        deal.step = Step.QUALIFICATION
        return Ask.HAPPENED.value
    if deal.attempts >= world.attempts:
        return leave(sale, Reason.NO_RESPONSE)
    deal.attempts += 1
    deal.contacts += world.attempt_contacts
    responds = _responds(sale)
    happened(deal, Event.ATTEMPTED, deal.attempts, 1.0 if responds else 0.0, 0.0)
    if responds:
        mind.likely = likely_after_response(mind.likely, world.response_out_of_market)
        deal.step = Step.QUALIFICATION
    return Ask.HAPPENED.value


@rule
def _responds(sale: Sale) -> bool:
    world, buyer = sale.world, sale.buyer
    surplus = perceived_surplus(world, buyer, sale.buyer_mind, sale.deal)
    factor = 1.0 if buyer.in_market else world.response_out_of_market
    chance, _, _, _ = luck(sale.seed, Purpose.ATTEMPT, buyer.id, sale.deal.attempts)
    return chance < probability_of_responding(world.response, world.response_to_need, relative(world, surplus), factor)
