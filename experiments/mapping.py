"""The study behind a regime map: two policies over a grid of two settings of a scenario."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Le, Lt

from experiments.study import Study
from sim.faults import Fault, hint_at_names
from sim.own_rules import rules_with
from sim.reading import build, load_scenario
from sim.scenario import Scenario
from sim.schema_paths import Kind, every_path, kinds_at
from sim.yaml_places import Settings

ALIASES = {"early": "on_first_ask", "late": "after_needs_analysis"}
"""Short names of the two policies that the project is about."""

LEAST, MOST = 0.5, 1.5
"""The range of a setting that is no share, in its value in the scenario, where none is given."""

SEED = 20240229


class Axis(NamedTuple):
    """A setting that is swept, and its values in rising order."""

    setting: str
    values: tuple[float | int, ...]


def map_study(
    scenario: str,
    across: str,
    up: str,
    *,
    points: int,
    deals: int,
    policies: Sequence[str] = ("early", "late"),
    settings: Mapping[str, object] | None = None,
    seed: int = SEED,
    plugins: Sequence[str | Path] = (),
) -> Study:
    """The study of a map. Raises Fault.

    ``across`` and ``up`` are settings, as in ``buyer.awareness``, or settings with a range, as in
    ``buyer.awareness=0.4:1``. Without a range it is 0 to 1 for what the schema bounds so, else half to one and a half
    times the scenario's value. The range is cut into ``points`` parts, and what is played is the middle of each.
    """
    if len(policies) != 2 or len(set(policies)) != 2:
        raise Fault(f"--policies {','.join(policies)}: two policies would be right, as in early,late")
    loaded = load_scenario(scenario, settings or {}, rules=rules_with(plugins))
    x, y = axis_of(across, loaded, points, "--x"), axis_of(up, loaded, points, "--y")
    if x.setting == y.setting:
        raise Fault(f"--y {up}: another setting than that of --x would be right")
    values = {
        "schema": 1,
        "name": f"map_{loaded.name}"[:40],
        "title": f"{loaded.title}: who wins where?"[:120],
        "question": f"How do {x.setting} and {y.setting} decide whether {policies[0]} or {policies[1]} earns more?",
        "scenario": scenario,
        "plugins": [str(file) for file in plugins],
        "seed": seed,
        "deals": deals,
        "set": dict(settings or {}),
        "sweep": {"grid": {axis.setting: list(axis.values) for axis in (x, y)}},
        "arms": {name: _arm(name) for name in policies},
        "baseline": policies[0],
        "outputs": {"steps": False, "distributions": False},
    }
    return build(Settings(values, {}), Study)


def _arm(name: str) -> dict[str, Any]:
    return {"label": name.replace("_", " ")[:24], "set": {"seller.price_policy": ALIASES.get(name, name)}}


def axis_of(text: str, scenario: Scenario, points: int, option: str) -> Axis:
    """The axis that is asked for. Raises Fault with the option that asks."""
    setting, _, given = text.partition("=")
    kinds = _number_at(setting, scenario, option)
    low, high = _range(given, option) if given else _usual_range(setting, scenario, kinds, option)
    width = (high - low) / points
    values: list[float | int] = [_neat(low + (place + 0.5) * width, width) for place in range(points)]
    if all(kind.type is int for kind in kinds):
        values = sorted({round(value) for value in values})
    return Axis(setting, tuple(values))


def _neat(value: float, width: float) -> float:
    """The value without the digits that are far below what tells two of them apart."""
    return round(value, max(0, 4 - math.floor(math.log10(width))))


def _number_at(setting: str, scenario: Scenario, option: str) -> list[Kind]:
    """The kinds of number that a setting may be. Raises Fault where it is none."""
    keys = tuple(setting.split("."))
    kinds = [kind for kind in kinds_at(Scenario, keys) if kind.type in (int, float)]
    if kinds:
        return kinds
    known = [".".join(map(str, path)) for path in every_path(Scenario, scenario.model_dump(by_alias=True))]
    if setting in known:
        raise Fault(f"{option} {setting} is not a number, and a map needs one")
    raise Fault(f"{option} {setting}: there is no such setting\n    {hint_at_names(setting, known)}")


def _range(given: str, option: str) -> tuple[float, float]:
    low, _, high = given.partition(":")
    try:
        ends = float(low), float(high)
    except ValueError:
        ends = math.nan, math.nan
    if not (math.isfinite(ends[0]) and math.isfinite(ends[1]) and ends[0] < ends[1]):
        raise Fault(f"{option} …={given}: a range would be right, its lower end first, as in 0.4:1")
    return ends


def _usual_range(setting: str, scenario: Scenario, kinds: Sequence[Kind], option: str) -> tuple[float, float]:
    """The range where none is given. Raises Fault where the scenario's value says nothing about it."""
    low, high = _bounds(kinds)
    if (low, high) == (0, 1):
        return low, high
    value: Any = scenario.model_dump(by_alias=True)
    for key in setting.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, int | float) or value <= 0:
        raise Fault(f"{option} {setting} is {value} in the scenario: give its range, as in {setting}=1:5")
    return max(low, LEAST * value), min(high, MOST * value)


def _bounds(kinds: Sequence[Kind]) -> tuple[float, float]:
    """Between which numbers the schema has a setting."""
    notes = [note for kind in kinds for note in kind.notes]
    lows = [float(note.ge if isinstance(note, Ge) else note.gt) for note in notes if isinstance(note, Ge | Gt)]  # type: ignore[arg-type]  # numbers
    highs = [float(note.le if isinstance(note, Le) else note.lt) for note in notes if isinstance(note, Le | Lt)]  # type: ignore[arg-type]  # numbers
    return max(lows, default=-np.inf), min(highs, default=np.inf)
