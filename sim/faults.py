"""Faults that a person can act on: where, what was got, what would be right, and the nearest known name.

A ``Problem`` is one thing wrong at one place; a ``Fault`` is the error that carries them all, in the order of
the lines they stand on.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

Keys = tuple[str | int, ...]
"""The way to a setting: names of groups and places in lists, from the top of the file."""

MOST_NAMES_LISTED = 12
MOST_FAULTS_TOLD = 60
LONGEST_NAME_TOLD = 80  # characters


class Fault(ValueError):  # noqa: N818 (what people are told is a fault in their file, not an error of zopa)
    """An error that a person can act on; its text is the whole message, of one or several lines."""

    @classmethod
    def of(cls, problems: Iterable["Problem"]) -> "Fault":
        """Gather problems into one error, sorted by file and line, each told once."""
        told = list(dict.fromkeys(str(problem) for problem in sorted(problems, key=_reading_order)))
        more = len(told) - MOST_FAULTS_TOLD
        return cls("\n".join([*told[:MOST_FAULTS_TOLD], *([f"… and {more} more"] if more > 0 else [])]))


class Place(NamedTuple):
    """Where a setting was made: a file and its line, or a label such as ``--set`` without a line (0)."""

    label: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.label}:{self.line}" if self.line else self.label


class Problem(NamedTuple):
    """One thing wrong: its place, the setting (empty for the file as a whole), what is wrong, and a hint."""

    place: Place
    keys: Keys
    text: str
    hint: str = ""

    def __str__(self) -> str:
        gap = " " if self.place.label.startswith("--") else "  "
        path = f"{dotted(self.keys)}: " if self.keys else ""
        lines = f"{self.place}{gap}{path}{self.text}"
        return f"{lines}\n    {self.hint}" if self.hint else lines


def dotted(keys: Keys) -> str:
    """Write the way to a setting with dots, as on the command line: ``buyer.budget.median``."""
    return ".".join(legible(str(key))[:LONGEST_NAME_TOLD] for key in keys)


def legible(text: str) -> str:
    """Return the text, with escapes for characters that a terminal cannot show."""
    return text if text.isprintable() else repr(text)[1:-1]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like the one given, or None where none is alike."""
    return next(iter(get_close_matches(name, list(known), n=1)), None)


def hint_at_names(name: str, known: Iterable[str]) -> str:
    """Say which known name may have been meant, if one is alike, and which names there are."""
    names = list(known)
    near = nearest(name, names)
    listed = ", ".join(names[:MOST_NAMES_LISTED]) + (" …" if len(names) > MOST_NAMES_LISTED else "")
    parts = ([f"did you mean '{near}'?"] if near else []) + ([f"known: {listed}"] if names else [])
    return "   ".join(parts)


def _reading_order(problem: Problem) -> tuple[bool, str, int]:
    has_no_line = problem.place.line == 0
    return has_no_line, problem.place.label, problem.place.line
