"""What a validator raises when a name is not among those known; `sim.complaints` adds the nearest one."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from sim.faults import Keys


class Unknown(NamedTuple):
    """A name that is not known: where below the validated field it stands, and what it should have been."""

    keys: Keys
    name: str
    what: str  # "a price policy"
    known: Collection[str]


def refuse(unknown: Iterable[Unknown]) -> None:
    """Raise one ValidationError with all the names that are not known, each at its own place."""
    details = [InitErrorDetails(type=_error(each), loc=each.keys, input=each.name) for each in unknown]
    if details:
        raise ValidationError.from_exception_data("names", details)


def _error(unknown: Unknown) -> PydanticCustomError:
    context = {"name": unknown.name, "what": unknown.what, "known": tuple(unknown.known)}
    return PydanticCustomError("unknown_name", "'{name}' is not {what}", context)
