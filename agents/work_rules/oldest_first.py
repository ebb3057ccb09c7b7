"""Work on the deal that has been open longest: first come, first served."""

from agents.rule import rule
from agents.work_view import WorkView


@rule
def urgency(view: WorkView) -> float:
    """Days since the buyer came."""
    return float(view.open_days)
