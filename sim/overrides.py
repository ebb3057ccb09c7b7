"""Settings changed from outside a file, by dotted paths: ``buyer.budget.median`` to 90."""

import re
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from pydantic import BaseModel

from sim.faults import Fault, Keys, Place, Problem, dotted, hint_at_names, nearest
from sim.schema_paths import every_path, holds_groups, kinds_at
from sim.yaml_places import (
    DEEPEST_NESTING,
    LONGEST_WHOLE_NUMBER,
    Settings,
    has_half_characters,
    value_in,
)

SETTING = re.compile(r"\s*([^\s=.]+(?:\.[^\s=.]+)*)\s*=\s*(.*\S)\s*", re.DOTALL)


def parse_setting(text: str) -> tuple[str, Any]:
    """Split ``path=value`` into a dotted path and a value, read as it would be in a file. Raises Fault.

    >>> parse_setting("buyer.awareness=0.7")
    ('buyer.awareness', 0.7)
    """
    parts = SETTING.fullmatch(text)
    if parts is None:
        raise Fault(f"--set {text!r} is not of the form path=value, as in buyer.awareness=0.7")
    path, value = parts.groups()
    return path, value_in(value, f"--set {path}")


def override(settings: Settings, model: type[BaseModel], changes: Mapping[str, object], where: str) -> Settings:
    """Return settings with changes laid over them; ``where`` tells people where the changes were made.

    A path that the schema does not know, or that leads through a value that is no group, is among the
    ``problems`` of the settings returned. What was given is left as it is.
    """
    values = _copy(settings.values)
    places, problems = dict(settings.places), list(settings.problems)
    for path, value in changes.items():
        keys: Keys = tuple(path.split("."))
        try:
            plain = _plain({path: value})[path]
            _refuse_unknown(keys, values, model)
            _put(values, keys, plain, places, Place(where))
        except _WrongChangeError as error:
            problems.append(Problem(Place(where), keys, error.text, error.hint))
    return Settings(values, places, tuple(problems))


class _WrongChangeError(Exception):
    """A change that cannot be made, and a hint that may be empty."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.text, self.hint = text, hint


def _refuse_unknown(keys: Keys, values: dict[str, Any], model: type[BaseModel]) -> None:
    """Raise _WrongChangeError for a path that names no setting, with the nearest one that exists.

    A free name (of a need, say) is known if the values hold it; a whole group may be set under a new one.
    """
    inside: Any = values
    for end in range(1, len(keys) + 1):
        kinds, name = kinds_at(model, keys[: end - 1]), str(keys[end - 1])
        inside = inside if isinstance(inside, Mapping) else {}
        is_new_group = holds_groups(kinds) and name not in inside and end < len(keys)
        if is_new_group or not kinds_at(model, keys[:end]):
            known = list(every_path(model, values))
            raise _WrongChangeError("there is no such setting", _hint_at_paths(keys, keys[: end - 1], known))
        inside = inside.get(name)


def _hint_at_paths(keys: Keys, group: Keys, known: list[Keys]) -> str:
    """Name the nearest path, one with the same last name if possible, and what the group reached holds."""
    path = dotted(keys)
    same_name = [dotted(other) for other in known if other[-1] == keys[-1]]
    near = nearest(path, same_name) or nearest(path, map(dotted, known)) or next(iter(same_name), None)
    listed = hint_at_names("", [str(other[-1]) for other in known if other[:-1] == group])
    return "   ".join(part for part in (f"did you mean '{near}'?" if near else "", listed) if part)


def _put(values: dict[str, Any], keys: Keys, value: Any, places: dict[Keys, Place], place: Place) -> None:
    """Set one value in ``values`` and note its place in ``places``; make the groups on the way."""
    group = values
    for end in range(1, len(keys)):
        name = str(keys[end - 1])
        if group.get(name) is None:
            group[name] = {}
            places[keys[:end]] = place
        group = group[name]
        if not isinstance(group, dict):
            raise _WrongChangeError("leads through a value that is no group of settings")
    group[str(keys[-1])] = value
    for path in [path for path in places if path[: len(keys)] == keys]:
        del places[path]
    places[keys] = place


def _copy(values: Any) -> Any:
    if isinstance(values, dict):
        return {name: _copy(value) for name, value in values.items()}
    return [_copy(value) for value in values] if isinstance(values, list) else values


def _plain(value: object, depth: int = 0) -> Any:
    """Turn a Python value into one that a file could hold. Raises _WrongChangeError."""
    if depth > DEEPEST_NESTING:
        raise _WrongChangeError(f"nested more than {DEEPEST_NESTING} deep")
    if isinstance(value, str) and has_half_characters(value):
        raise _WrongChangeError("half a character (a surrogate) in text")
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(by_alias=True), depth + 1)
    if isinstance(value, Mapping):
        return {_plain(str(name)): _plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, depth + 1) for inner in value]
    return _plain_number(value)


def _plain_number(value: object) -> bool | int | float:
    """Turn a number of Python's, numpy's or another library's into Python's own."""
    if isinstance(value, Integral) and abs(int(value)) < 10**LONGEST_WHOLE_NUMBER:
        return int(value)
    if isinstance(value, Real):
        try:
            return float(value)
        except OverflowError:
            raise _WrongChangeError("this number is too large") from None
    if type(value).__name__ == "bool":  # numpy's; known by name because this module needs no numpy otherwise
        return bool(value)
    raise _WrongChangeError(f"a Python {type(value).__name__} cannot be a setting")
