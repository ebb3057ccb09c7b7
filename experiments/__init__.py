"""Asking questions: studies, running them, what they show, and the command line.

This room may use `sim` and `agents`, and knows statistics, files of results and figures; it knows nothing
of the classroom. Rules of behaviour are none of its business: it plays scenarios and counts.

From Python and notebooks::

    from experiments import load, load_study, run
    result = run("price_timing", deals=10_000)
    result = load(result.folder)
"""

from typing import TYPE_CHECKING, Any

import sim  # noqa: F401  # first of all: it checks that the package named agents is zopa's own

if TYPE_CHECKING:
    from experiments.loading import load
    from experiments.running import run
    from experiments.study import load_study

__all__ = ["load", "load_study", "run"]


def __getattr__(name: str) -> Any:
    """Import what is named here when first asked for: the command line's help does without numba."""
    if name == "run":
        from experiments.running import run

        return run
    if name == "load":
        from experiments.loading import load

        return load
    if name == "load_study":
        from experiments.study import load_study

        return load_study
    raise AttributeError(f"module 'experiments' has no attribute '{name}'")
