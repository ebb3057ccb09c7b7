"""pydantic's complaints, told as problems that a person can act on.

pydantic says what is wrong in the words of its own types; here the same is said in the words of the settings:
what was got, what would be right, and the nearest known name.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.faults import Keys, Place, Problem, hint_at_names
from sim.schema_paths import Kind, choices, kinds_at, names_in, range_of
from sim.yaml_places import Settings, plain_value

WANTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a group of settings",
    "mapping_type": "a group of settings",
    "model_type": "a group of settings",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "none_required": "null",
}
MOST_COMPLAINTS = 400  # looking for near names takes about a millisecond each
CONTRADICTIONS = ("value_error", "assertion_error")  # found by validators that see several settings
BOUNDS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")
PLAIN_NAME = r"^[a-z][a-z0-9_]*$"


def problems_in(error: ValidationError, settings: Settings, model: type[BaseModel]) -> list[Problem]:
    """Tell each of pydantic's complaints about these settings as a problem at its place."""
    complaints: dict[tuple[Keys, str], list[ErrorDetails]] = {}
    for details in error.errors(include_url=False)[:MOST_COMPLAINTS]:
        keys = _keys_among(details["loc"], settings.values, details["type"])
        sort = "wrong type" if details["type"] in WANTED else details["type"]
        complaints.setdefault((keys, sort), []).append(details)
    return [_problem(keys, details, settings, model) for (keys, _), details in complaints.items()]


def truths_for_choices(settings: Settings, model: type[BaseModel]) -> list[Problem]:
    """Refuse ``true`` where 1 is a choice: for Python, and so for pydantic, the two are equal."""
    problems = []
    truths = [(keys, value) for keys, value in _leaves(settings.values, ()) if isinstance(value, bool)]
    for keys, value in truths:
        allowed = choices(kinds_at(model, keys))
        if allowed and str(value) not in allowed:
            text = f"{_told(value)} is not one of the choices"
            problems.append(Problem(place_of(keys, settings), keys, text, hint_at_names("", allowed)))
    return problems


def place_of(keys: Keys, settings: Settings, *, also_below: bool = False) -> Place:
    """Where a setting was made, or the group that should hold it.

    With ``also_below`` a part of the group that was set on the command line counts as its place: when
    settings contradict each other, the one that was just changed is to be told.
    """
    if also_below:
        for path, place in settings.places.items():
            if not place.line and path[: len(keys)] == keys:
                return place
    upwards = (keys[:end] for end in range(len(keys), -1, -1))
    return next((settings.places[path] for path in upwards if path in settings.places), Place("settings"))


def _problem(keys: Keys, complaints: list[ErrorDetails], settings: Settings, model: type[BaseModel]) -> Problem:
    is_contradiction = complaints[0]["type"] in CONTRADICTIONS
    place = place_of(keys, settings, also_below=is_contradiction)
    return Problem(place, keys, _text(complaints, kinds_at(model, keys)), _hint(keys, complaints[0], model))


def _text(complaints: list[ErrorDetails], kinds: list[Kind]) -> str:
    """What was got, and what would be right; several complaints are of several types."""
    first = complaints[0]
    kind, got, context = first["type"], first["input"], first.get("ctx", {})
    if kind in WANTED:
        return _wrong_type(got, " or ".join(dict.fromkeys(WANTED[each["type"]] for each in complaints)))
    if kind in BOUNDS:
        return f"{_told(got)} is not {range_of(kinds) or 'in its range'}"
    if kind == "string_pattern_mismatch" and context["pattern"] == PLAIN_NAME:
        return f"{_told(got)} is not a plain name (small letters, digits and _, beginning with a letter)"
    plain = {
        "extra_forbidden": "there is no such setting",
        "missing": "is missing",
        "finite_number": f"{_told(got)} is not a finite number",
        "literal_error": f"{_told(got)} is not one of the choices",
        "unknown_name": first["msg"],
        "too_long": f"has more than {context.get('max_length')} entries",
        "too_short": f"has fewer than {context.get('min_length')} entries",
        **dict.fromkeys(CONTRADICTIONS, str(context.get("error"))),
    }
    return plain.get(kind, f"{_told(got)}: {first['msg'][0].lower()}{first['msg'][1:]}")


def _hint(keys: Keys, complaint: ErrorDetails, model: type[BaseModel]) -> str:
    """The names that would have been right, the nearest one first; empty where it is not about a name."""
    match complaint["type"]:
        case "extra_forbidden":
            return hint_at_names(str(keys[-1]), names_in(kinds_at(model, keys[:-1])))
        case "literal_error":
            return hint_at_names(str(complaint["input"]), choices(kinds_at(model, keys)))
        case "unknown_name":
            return hint_at_names(complaint["ctx"]["name"], complaint["ctx"]["known"])
    return ""


def _wrong_type(got: Any, wanted: str) -> str:
    if got is None:
        return f"is empty; it should be {wanted}"
    is_quoted_number = isinstance(got, str) and "number" in wanted and plain_value(got) != got
    return f"{_told(got)} is not {wanted}" + (": its quotes make it text" if is_quoted_number else "")


def _told(value: Any) -> str:
    """Write a value as it may stand in a file, shortened."""
    if isinstance(value, Mapping | BaseModel):
        return "a group of settings"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:56]} …{text[0]}" if isinstance(value, str) else f"{value:g}"


def _keys_among(location: tuple[str | int, ...], values: Any, kind: str) -> Keys:
    """Keep what names a setting in pydantic's location, which names types and ``[key]`` as well."""
    keys: list[str | int] = []
    for part in location:
        if isinstance(values, Mapping) and part in values:
            values = values[str(part)]
        elif isinstance(values, list) and isinstance(part, int) and part < len(values):
            values = values[part]
        elif kind != "missing" or part != location[-1]:
            continue
        keys.append(part)
    return tuple(keys)


def _leaves(values: Any, keys: Keys) -> Iterator[tuple[Keys, Any]]:
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from _leaves(value, (*keys, name))
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from _leaves(value, (*keys, index))
    else:
        yield keys, values
