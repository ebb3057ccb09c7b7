"""Cells: the points of a sweep, each with the scenario of every arm."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.catalogue import Catalogue
from experiments.expressions import holds
from experiments.study import Study, together
from experiments.sweep import Point, points_of
from sim.faults import Fault, Keys, hint_at_names
from sim.overrides import override
from sim.reading import build
from sim.scenario import Scenario
from sim.schema_paths import every_path
from sim.yaml_places import Settings

MOST_COMPLAINTS = 20


@dataclass(frozen=True)
class Cell:
    """One point of a sweep: its number in the design, what is set there, and the scenario of each arm."""

    number: int
    settings: Point
    scenarios: tuple[Scenario, ...]

    @property
    def name(self) -> str:
        """The cell as people read it: ``cell 3 (buyer.awareness 0.7)``."""
        told = ", ".join(f"{path} {_shown(value)}" for path, value in self.settings.items())
        return f"cell {self.number} ({told})" if told else "the only cell"


def cells_of(study: Study, scenarios: Sequence[Scenario], rules: Catalogue) -> tuple[Cell, ...]:
    """The cells of a study in the order of its design, those that a constraint rules out left out.

    ``scenarios`` are those of the arms without the sweep. Raises Fault with all that is wrong with any cell.
    """
    if study.sweep is None and not study.constraints:
        return (Cell(0, {}, tuple(scenarios)),)
    _refuse_overlap(study)
    plain = [scenario.model_dump(mode="json", by_alias=True) for scenario in scenarios]
    place = list(study.arms).index(study.baseline)
    kept = [
        (number, point)
        for number, point in enumerate(points_of(study.sweep))
        if all(_holds(study, constraint, point, plain[place]) for constraint in study.constraints)
    ]
    if not kept:
        raise Fault(f"study {study.name}  constraints: they rule out every cell")
    return tuple(_built(study, kept, plain, rules))


def _built(
    study: Study, points: Sequence[tuple[int, Point]], plain: Sequence[dict[str, Any]], rules: Catalogue
) -> Iterator[Cell]:
    """Make the cells. Raises Fault with what is wrong with any of them, the same complaint once."""
    complaints: dict[str, None] = {}
    for number, point in points:
        made = []
        for values in plain:
            try:
                settings = override(Settings(values, {}), Scenario, point, f"study {study.name}, sweep")
                made.append(build(settings, Scenario, rules=rules))
            except Fault as fault:
                complaints.setdefault(str(fault))
        if not complaints:
            yield Cell(number, point, tuple(made))
        if len(complaints) > MOST_COMPLAINTS:
            break
    if complaints:
        raise together(complaints)


def _refuse_overlap(study: Study) -> None:
    """Raise Fault for an arm that sets what is swept: it would be the same in all cells."""
    swept = study.sweep.paths if study.sweep else ()
    for name, arm in study.arms.items():
        for path in arm.set:
            for other in swept:
                if path == other or path.startswith(f"{other}.") or other.startswith(f"{path}."):
                    raise Fault(
                        f"study {study.name}, arm {name}  {path} is set, and {other} is swept: only one of them can be"
                    )


def _holds(study: Study, constraint: str, point: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a constraint holds in a cell: of what is swept, then of the baseline's scenario. Raises Fault."""

    def value_of(path: str) -> Any:
        return point[path] if path in point else _inside(values, path)

    try:
        return holds(constraint, value_of)
    except KeyError as missing:
        known = [".".join(map(str, keys)) for keys in every_path(Scenario, values)]
        name = str(missing.args[0])
        near = hint_at_names(name, known).partition("   ")[0]
        hint = f"\n    {near}" if near.startswith("did you mean") else ""
        raise Fault(f"study {study.name}  constraints: there is no setting '{name}' in '{constraint}'{hint}") from None
    except ValueError as error:
        raise Fault(f"study {study.name}  constraints: {error}") from None


def _inside(values: Any, path: str) -> Any:
    keys: Keys = tuple(path.split("."))
    for key in keys:
        if not isinstance(values, Mapping) or key not in values:
            raise KeyError(path)
        values = values[key]
    return values


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
