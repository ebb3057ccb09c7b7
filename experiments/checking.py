"""Checking a file without playing it: is it a study or a scenario, and is it right?"""

from collections.abc import Sequence
from pathlib import Path

from experiments.plan import plan_of
from experiments.study import is_path, study_names
from sim.own_rules import rules_with
from sim.reading import load_scenario, read_settings

KEYS_OF_A_STUDY = {"arms", "baseline", "scenario", "extends"}


def checked(name_or_path: str, plugins: Sequence[str | Path] = ()) -> str:
    """Say in a few words what a study or scenario is. Raises Fault with all that is wrong with it.

    ``plugins`` are files of policies and tactics that it may name.
    """
    if not is_study(name_or_path):
        scenario = load_scenario(name_or_path, rules=rules_with(plugins))
        sizes = f"{len(scenario.needs)} needs, {len(scenario.solutions)} solutions"
        return f"scenario {scenario.name} ({sizes})"
    plan = plan_of(name_or_path, None, plugins)
    study, arms = plan.study, ", ".join(plan.arms)
    cells = f"{len(plan.cells):,} cells; " if plan.is_swept else ""
    played = f"{study.planned:,} {study.unit} in each"
    return f"study {study.name} (scenario {plan.scenarios[0].name}; {cells}arms {arms}; {played})"


def is_study(name_or_path: str) -> bool:
    """Whether this names a study, or is the path of one, rather than a scenario. Raises Fault for what is no file."""
    if not is_path(name_or_path):
        return name_or_path in study_names()
    return bool(KEYS_OF_A_STUDY & read_settings(Path(name_or_path)).values.keys())
