"""Work on the deal with the largest expected profit."""

from agents.rule import rule
from agents.work_view import WorkView


@rule
def urgency(view: WorkView) -> float:
    """What the seller expects to earn, times the chance that this buyer can and will buy, money."""
    return view.chance * view.profit
