"""Work on the newest deal: answer who has just called."""

from agents.rule import rule
from agents.work_view import WorkView


@rule
def urgency(view: WorkView) -> float:
    """Less for every day since the buyer came."""
    return -float(view.open_days)
