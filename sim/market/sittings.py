"""Sittings: a deal is worked on one meeting at a time, and nothing of its course depends on where it is set aside."""

from typing import Any

from agents.rule import rule
from sim.deal import Sale
from sim.knowledge import SPARE
from sim.steps import needs_analysis
from sim.vocabulary import Reason, Step

BEFORE_CONTACT = needs_analysis.Stage.BEFORE_CONTACT.value
CONTACT_ENDS = needs_analysis.Stage.CONTACT_ENDS.value


@rule
def is_over(deal: Any) -> bool:
    """Whether the deal has ended."""
    return deal.exit_reason != Reason.OPEN


@rule
def waits_to_bargain(deal: Any) -> bool:
    """Whether both have agreed in principle, and the details are next."""
    return deal.step == Step.OBJECTIONS_AND_NEGOTIATIONS and deal.stage == 0 and not is_over(deal)


@rule
def can_be_set_aside(sale: Sale) -> bool:
    """Whether what comes next is another meeting, so that the sitting may end here.

    What is known by so many different questions that it has no place of its own (sim.knowledge) cannot wait: such a
    deal is finished in one sitting.
    """
    deal = sale.deal
    if is_over(deal) or deal.leaving != Reason.OPEN or sale.seller_mind.node == SPARE:
        return False
    return _meets_again(sale.world, deal)


@rule
def _meets_again(world: Any, deal: Any) -> bool:
    step, stage = deal.step, deal.stage
    begun = deal.contact > 0 or deal.attempts > 0
    if step == Step.PROSPECTING:
        return deal.attempts > 0
    if step == Step.QUALIFICATION:
        return begun and world.has_qualification and stage == BEFORE_CONTACT
    if step == Step.NEEDS_ANALYSIS:
        return begun and (stage in (BEFORE_CONTACT, CONTACT_ENDS))
    if step == Step.PRESENTING:
        return stage == 0 and not deal.haggling and deal.questions_here > 0
    return stage == 0 and (step == Step.OBJECTIONS_AND_NEGOTIATIONS or step == Step.SECURING)
