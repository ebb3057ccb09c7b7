"""Reading scenario and other settings files into frozen models, with errors that a person can act on.

Everything wrong is told at once, in the order of the lines: where it stands, what was got, what would be
right, and the nearest known name. Numbers are numbers: neither ``true`` nor ``"3"`` passes for one.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from agents.catalogue import Catalogue
from sim.complaints import place_of, problems_in, truths_for_choices
from sim.faults import Fault, Place, Problem, hint_at_names
from sim.overrides import override, parse_setting
from sim.scenario import Scenario
from sim.yaml_places import Settings, read_settings

__all__ = [
    "COMMAND_LINE",
    "ENDINGS",
    "Fault",
    "build",
    "load_scenario",
    "parse_setting",
    "read",
    "read_settings",
    "scenario_names",
]

BUNDLED = Path(__file__).resolve().parent.parent / "scenarios"
ENDINGS = (".yaml", ".yml")
COMMAND_LINE = "--set"

Model = TypeVar("Model", bound=BaseModel)


def read(
    path: str | Path,
    model: type[Model],
    overrides: Mapping[str, object] | None = None,
    where: str = COMMAND_LINE,
) -> Model:
    """Read a YAML file into a pydantic model, with settings changed by their dotted paths.

    ``where`` is what error messages call the origin of the overrides. Raises Fault.
    """
    return build(override(read_settings(Path(path)), model, overrides or {}, where), model)


def build(
    settings: Settings, model: type[Model], problems: Iterable[Problem] = (), rules: Catalogue | None = None
) -> Model:
    """Make the model of settings already read; ``problems`` found elsewhere are told too. Raises Fault.

    ``rules`` are the policies and tactics that may be named, the project's own if left out.
    """
    found = [*settings.problems, *problems, *truths_for_choices(settings, model)]
    try:
        # JSON is pydantic's strict form of files: a list may become a tuple, but no text a number.
        made = model.model_validate_json(json.dumps(settings.values), strict=True, context=rules)
    except ValidationError as error:
        raise Fault.of([*found, *problems_in(error, settings, model)]) from None
    if found:
        raise Fault.of(found)
    return made


def load_scenario(
    name_or_path: str | Path,
    overrides: Mapping[str, object] | None = None,
    where: str = COMMAND_LINE,
    rules: Catalogue | None = None,
) -> Scenario:
    """Load a scenario that comes with zopa, by its name, or one from a file, by its path.

    What contains a path separator or ends in .yaml or .yml is a path, as is every ``Path``. Overrides are
    dotted paths and their values, as in ``{"buyer.awareness": 0.7}``; ``where`` is what error messages call
    their origin. ``rules`` are the policies and tactics it may name, the project's own if left out. Raises Fault.
    """
    path = name_or_path if isinstance(name_or_path, Path) else _path_of(name_or_path)
    settings = override(read_settings(path), Scenario, overrides or {}, where)
    return build(settings, Scenario, _name_problems(settings, path), rules)


def scenario_names() -> tuple[str, ...]:
    """The names of the scenarios that come with zopa, sorted."""
    return tuple(sorted(path.stem for path in BUNDLED.glob("*.yaml")))


def _path_of(name: str) -> Path:
    if name.endswith(ENDINGS) or "/" in name or os.sep in name:
        return Path(name)
    if name not in scenario_names():
        hint = hint_at_names(name, scenario_names())
        text = f"there is no scenario named {name!r}; one of your own is given by its path, as in ./mine.yaml"
        raise Fault(f"{text}\n    {hint}")
    return BUNDLED / f"{name}.yaml"


def _name_problems(settings: Settings, path: Path) -> list[Problem]:
    name = settings.values.get("name")
    if not isinstance(name, str) or name == path.stem:
        return []
    place: Place = place_of(("name",), settings)
    return [Problem(place, ("name",), f"'{name}' is not the name of the file; '{path.stem}' would be")]
