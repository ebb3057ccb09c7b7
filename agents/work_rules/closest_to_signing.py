"""Work on the deal that is furthest on: bring in what is nearly won. Among those, the one that has waited longest."""

from agents.rule import rule
from agents.work_view import WorkView


@rule
def urgency(view: WorkView) -> float:
    """The step reached; a step counts for more than any wait."""
    return view.step + 1.0 - 1.0 / (1.0 + view.waiting_days)
