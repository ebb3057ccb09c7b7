"""What a name stands for where either a scenario or a study may be named: a scenario, and settings over it."""

from collections.abc import Mapping
from typing import Any

from experiments.study import load_study, study_names


def behind(name: str, settings: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The scenario of that name or, by a study's name, its scenario with the settings that all its arms share.

    ``settings`` go before those of the study. Whether the scenario exists is not looked at.
    """
    if name in study_names():
        study = load_study(name)
        return study.scenario, {**study.set, **settings}
    return name, dict(settings)
