"""Checking a file without playing it: is it a study or a scenario, and is it right?"""

from collections.abc import Sequence
from pathlib import Path

from experiments.study import is_path, load_study, scenarios_of, study_names, with_plugins
from sim.own_rules import rules_with
from sim.reading import load_scenario, read_settings

KEYS_OF_A_STUDY = {"arms", "baseline", "scenario"}


def checked(name_or_path: str, plugins: Sequence[str | Path] = ()) -> str:
    """Say in a few words what a study or scenario is. Raises Fault with all that is wrong with it.

    ``plugins`` are files of policies and tactics that it may name.
    """
    if not _is_study(name_or_path):
        scenario = load_scenario(name_or_path, rules=rules_with(plugins))
        sizes = f"{len(scenario.needs)} needs, {len(scenario.solutions)} solutions"
        return f"scenario {scenario.name} ({sizes})"
    study = with_plugins(load_study(name_or_path), plugins)
    (first, *_) = scenarios_of(study)
    arms = ", ".join(study.arms)
    return f"study {study.name} (scenario {first.name}; arms {arms}; {study.deals:,} deals in each)"


def _is_study(name_or_path: str) -> bool:
    if not is_path(name_or_path):
        return name_or_path in study_names()
    return bool(KEYS_OF_A_STUDY & read_settings(Path(name_or_path)).values.keys())
