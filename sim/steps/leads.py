"""Step 1, leads: marketing hands over somebody who may be in the market, with a score; is it worth an attempt?

Entered by every deal; passed at once where a scenario has no leads, since its buyers are then all in the market.
It must achieve a lead worth an attempt. It costs the price of a lead. Exit: the seller drops the lead.
"""

from typing import Any

from agents.qualification import is_worth_pursuing, likely_after_score
from agents.rule import rule
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.sides import chance, effort_of_a_deal
from sim.steps.contact import happened, leave
from sim.vocabulary import Ask, Event, Reason, Step


@rule
def advance(sale: Sale) -> int:
    """Move the deal on by one event; returns an Ask."""
    deal, world, mind = sale.deal, sale.world, sale.seller_mind
    if not world.has_leads:
        deal.step = Step.PROSPECTING
        return Ask.HAPPENED.value
    if deal.stage == 0:
        deal.stage = 1
        hot = _is_hot(sale)
        mind.likely = likely_after_score(world.in_market, world.lead_quality, hot)
        return happened(deal, Event.LEAD_RECEIVED, 1 if hot else 0, mind.likely, mind.profit)
    effort = effort_of_a_deal(world, sale.seller, _contacts_to_a_response(world))
    if not is_worth_pursuing(chance(mind) * mind.profit, effort, sale.seller.strictness):
        return leave(sale, Reason.LEAD_DROPPED)
    deal.step = Step.PROSPECTING
    deal.stage = 0
    return Ask.HAPPENED.value


@rule
def _contacts_to_a_response(world: Any) -> float:
    """What the attempts take for each lead that responds, and the contact of qualification, contacts."""
    first = 1.0 if world.has_qualification else 0.0
    respond = 1.0 - (1.0 - world.response) ** world.attempts
    return first + world.attempts * world.attempt_contacts / respond if respond > 0.0 else first


@rule
def _is_hot(sale: Sale) -> bool:
    """Marketing's score: the truth with the probability of its quality, otherwise hot at the rate of the market."""
    honest, by_chance, _, _ = luck(sale.seed, Purpose.LEAD, sale.buyer.id, 1)
    if honest < sale.world.lead_quality:
        return sale.buyer.in_market
    return by_chance < sale.world.in_market
