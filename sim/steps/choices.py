"""Choices of the buyer's that a person in its seat takes itself; by rule where no person sits there.

A step works out what the buyer would do by rule, and does what ``chooses`` says. Without a person that is the rule.
With one, an answer that is laid ready is used; where there is none, the choice is noted as wanted and the step goes on
by rule, only to be taken back: the clock (sim.stepped) lays the deal's records as they were, asks the person, and does
the same thing again with the answer. Luck is keyed, so that what is done again is the same.
"""

from typing import Any

from agents.rule import rule
from sim.vocabulary import Choice


@rule
def chooses(deal: Any, choice: int, by_rule: bool) -> bool:
    """Whether the buyer does what a Choice asks; ``by_rule`` is whether it would by rule."""
    if not deal.person:
        return by_rule
    return _person_chooses(deal, choice, by_rule)


@rule
def _person_chooses(deal: Any, choice: int, by_rule: bool) -> bool:
    if deal.used < deal.given:
        deal.used += 1
        return bool(deal.answers[deal.used - 1] != 0)
    if deal.wanted == Choice.NONE:
        deal.wanted = choice
        deal.wanted_after = deal.events
        deal.by_rule = by_rule
    return by_rule
