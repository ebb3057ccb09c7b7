"""What the documents must agree with: the scenario's schema and the columns of results, as rows of their tables.

A parameter's meaning, range and default come from the schema; its unit is written in the document, by hand.
"""

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.outcome import COLUMNS
from sim.scenario import Scenario

NO_UNIT = "–"
TO_FILL_IN = "?"


class Row(NamedTuple):
    """A row of the table of parameters."""

    path: str
    meaning: str
    unit: str
    range: str
    default: str


def parameters(units: Mapping[str, str]) -> list[Row]:
    """Every setting of a scenario, groups left out; ``units`` by path, TO_FILL_IN where there is none yet."""
    return [
        Row(path, field.description or "", units.get(path, TO_FILL_IN), _range(kinds, field), _default(default))
        for path, field, kinds, default in _settings(Scenario, "", {})
    ]


def _settings(
    model: type[BaseModel], above: str, values: Mapping[str, Any]
) -> Iterator[tuple[str, FieldInfo, list[Any], Any]]:
    """Path, field, kinds and default of every setting; ``values`` are defaults that a group above gives."""
    for name, field in model.model_fields.items():
        path = f"{above}{field.alias or name}"
        kinds = _alternatives(field.annotation)
        default = values.get(name, ... if field.is_required() else field.default)
        groups = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        many = [get_args(kind)[1] for kind in kinds if get_origin(kind) is Mapping]
        if groups:
            inside = default.model_dump() if isinstance(default, BaseModel) else {}
            yield from _settings(groups[0], f"{path}.", inside)
        elif many and isinstance(many[0], type) and issubclass(many[0], BaseModel):
            yield from _settings(many[0], f"{path}.*.", {})
        elif many:
            yield f"{path}.*", field, _alternatives(many[0]), 0.0
        else:
            yield path, field, kinds, default


def _alternatives(annotation: Any) -> list[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        return [inner for kind in get_args(annotation) for inner in _alternatives(kind)]
    return [] if annotation is type(None) else [annotation]


def _range(kinds: list[Any], field: FieldInfo) -> str:
    """What a setting may be, as one reads it: ``0 … 1``, ``>= 0``, ``true, false``, ``text``."""
    notes = list(field.metadata)
    for kind in kinds:
        if get_origin(kind) is Annotated:
            notes += [
                each
                for note in get_args(kind)[1:]
                for each in (note.metadata if isinstance(note, FieldInfo) else [note])
            ]
    bare = [get_args(kind)[0] if get_origin(kind) is Annotated else kind for kind in kinds]
    choices = [str(value) for kind in bare for value in get_args(kind)]
    if choices:
        return ", ".join(choices)
    if bool in bare:
        return "true, false"
    if str in bare:
        longest = [note.max_length for note in notes if isinstance(note, MaxLen)]
        return f"text, at most {longest[0]} characters" if longest else "text"
    return _bounds(notes) + (", whole" if bare == [int] else "")


def _bounds(notes: list[Any]) -> str:
    low = [f"{note.ge:g}" for note in notes if isinstance(note, Ge)]
    high = [f"{note.le:g}" for note in notes if isinstance(note, Le)]
    if low and high:
        return f"{low[0]} … {high[0]}"
    told = [f"≥ {bound}" for bound in low] + [f"> {note.gt:g}" for note in notes if isinstance(note, Gt)]
    told += [f"≤ {bound}" for bound in high] + [f"< {note.lt:g}" for note in notes if isinstance(note, Lt)]
    return ", ".join(told) or "any"


def _default(value: Any) -> str:
    if value is ...:
        return "required"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def table_of_parameters(units: Mapping[str, str]) -> str:
    """The table of parameters as it stands in the model document."""
    rows = [f"| `{row.path}` | {row.meaning} | {row.unit} | {row.range} | {row.default} |" for row in parameters(units)]
    return "\n".join(["| Parameter | Meaning | Unit | Range | Default |", "|---|---|---|---|---|", *rows])


def table_of_columns() -> str:
    """The table of the columns of results as it stands in the model document."""
    rows = [f"| `{column.name}` | {column.meaning} | {column.unit or NO_UNIT} |" for column in COLUMNS]
    arm = f"| `arm` | the price policy or other setting compared | {NO_UNIT} |"
    return "\n".join(["| Column | Meaning | Unit |", "|---|---|---|", arm, *rows])
