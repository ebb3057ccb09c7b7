"""The dotted paths of a pydantic schema: which settings exist, what they may hold, and what they are near to.

``Kind`` is a type together with the notes (bounds, lengths) that an annotation puts on it. A setting may be
of one of several kinds, as in ``Amount | None``.
"""

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.faults import Keys


class Kind(NamedTuple):
    """A type that a setting may have, with the notes that its annotation puts on it."""

    type: Any
    notes: tuple[Any, ...] = ()


def kinds_at(model: type[BaseModel], keys: Keys) -> list[Kind]:
    """The kinds of the setting at a path of the schema; none where the schema has no such setting."""
    kinds = [Kind(model)]
    for key in keys:
        kinds = [inner for kind in kinds for inner in _kinds_inside(kind, key)]
    return kinds


def names_in(kinds: list[Kind]) -> list[str]:
    """The names of the settings in a group, as they are written in files."""
    models = [kind.type for kind in kinds if _is_model(kind.type)]
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def holds_groups(kinds: list[Kind]) -> bool:
    """Whether this is a mapping from free names to groups of settings, as ``needs`` is."""
    inner = [inside for kind in kinds if _is_mapping(kind.type) for inside in _kinds_inside(kind, "")]
    return any(_is_model(kind.type) for kind in inner)


def choices(kinds: list[Kind]) -> list[str]:
    """The values that a setting may choose from, if it is of that sort."""
    found = [kind.type for kind in kinds if get_origin(kind.type) is Literal]
    return [str(value) for kind in found for value in get_args(kind)]


def range_of(kinds: list[Kind]) -> str:
    """Say in words in which range a number belongs: ``between 0 and 1``, ``above 0``, or nothing."""
    notes = [note for kind in kinds for note in kind.notes]
    low = next((_bound(note.ge) for note in notes if isinstance(note, Ge)), None)
    above = next((_bound(note.gt) for note in notes if isinstance(note, Gt)), None)
    high = next((_bound(note.le) for note in notes if isinstance(note, Le)), None)
    below = next((_bound(note.lt) for note in notes if isinstance(note, Lt)), None)
    if low is not None and high is not None:
        return f"between {low} and {high}"
    parts = [
        f"at least {low}" if low is not None else "",
        f"above {above}" if above is not None else "",
        f"at most {high}" if high is not None else "",
        f"below {below}" if below is not None else "",
    ]
    return " and ".join(part for part in parts if part)


def every_path(model: type[BaseModel], values: Any) -> Iterator[Keys]:
    """Every setting that exists in the schema, with the free names (of needs, say) that the values hold."""
    yield from _paths([Kind(model)], values, (), ())


def _paths(kinds: list[Kind], values: Any, keys: Keys, above: tuple[Any, ...]) -> Iterator[Keys]:
    if keys:
        yield keys
    values = values if isinstance(values, Mapping) else {}
    for kind in kinds:
        if kind.type in above:  # a schema that contains itself has endless paths
            continue
        names = names_in([kind]) if _is_model(kind.type) else list(values) if _is_mapping(kind.type) else []
        for name in names:
            inside = _kinds_inside(kind, name)
            yield from _paths(inside, values.get(name), (*keys, name), (*above, kind.type))


def _kinds_inside(kind: Kind, key: str | int) -> list[Kind]:
    if kind.type is Any:
        return [kind]
    if _is_model(kind.type):
        fields = kind.type.model_fields
        found = [field for name, field in fields.items() if key == (field.alias or name)]
        return [inner for field in found for inner in _kinds_of(field.annotation, tuple(field.metadata))]
    arguments = get_args(kind.type)
    if _is_mapping(kind.type) and isinstance(key, str):
        return list(_kinds_of(arguments[1])) if len(arguments) == 2 else [Kind(Any)]
    if _is_sequence(kind.type) and isinstance(key, int):
        return list(_kinds_of(arguments[0])) if arguments else [Kind(Any)]
    return []


def _kinds_of(annotation: Any, notes: tuple[Any, ...] = ()) -> Iterator[Kind]:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        flat = [note for each in more for note in (each.metadata if isinstance(each, FieldInfo) else [each])]
        yield from _kinds_of(inner, (*notes, *flat))
    elif origin in (Union, types.UnionType):
        for alternative in get_args(annotation):
            yield from _kinds_of(alternative, notes)
    else:
        yield Kind(annotation, notes)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_mapping(kind: Any) -> bool:
    origin = get_origin(kind) or kind
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _is_sequence(kind: Any) -> bool:
    origin = get_origin(kind) or kind
    return isinstance(origin, type) and issubclass(origin, Sequence) and not issubclass(origin, str)


def _bound(value: Any) -> str:
    return f"{value:g}"


def field_at(model: type[BaseModel], path: str) -> FieldInfo:
    """The field of the schema at a dotted path, ``*`` standing for any free name. Raises KeyError if there is none."""
    *above, last = path.split(".")
    for kind in kinds_at(model, tuple(above)):
        if _is_model(kind.type):
            for name, field in kind.type.model_fields.items():
                if last == (field.alias or name):
                    return field
    raise KeyError(path)
