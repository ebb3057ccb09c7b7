"""The list of mechanisms as people read it: meaning, default, what switches each off, and which tests do so."""

import textwrap
from typing import Any

from sim.faults import Fault, hint_at_names
from sim.mechanisms import MECHANISMS, Mechanism, default_of

WIDTH = 100


def as_plain(name: str | None = None) -> list[dict[str, Any]]:
    """The mechanisms, or the one of that name, as JSON can hold them. Raises Fault for a name that is not known."""
    return [
        {
            **each._asdict(),
            "settings": [
                {"path": path, "neutral": neutral, "default": default_of(path)}
                for path, neutral in each.settings.items()
            ],
        }
        for each in _chosen(name)
    ]


def told(name: str | None = None) -> str:
    """The list in plain words; of one mechanism everything. Raises Fault for a name that is not known."""
    chosen = _chosen(name)
    if name is not None:
        return "\n".join(_in_full(chosen[0]))
    width = max(len(each.name) for each in chosen)
    lines = []
    for kind, title in ((False, "With a strength of their own"), (True, "Emergent: switched off by a setting")):
        lines.append(title)
        for each in chosen:
            if each.emergent is kind:
                off = ", ".join(f"{path} {_shown(neutral)}" for path, neutral in each.settings.items())
                lines.append(f"  {each.name:<{width}}  {each.meaning}")
                lines.append(f"  {'':<{width}}  off: {off}")
    return "\n".join(lines)


def _chosen(name: str | None) -> tuple[Mechanism, ...]:
    if name is None:
        return MECHANISMS
    found = tuple(each for each in MECHANISMS if each.name == name)
    if not found:
        names = [each.name for each in MECHANISMS]
        raise Fault(f"'{name}' is not a mechanism\n    {hint_at_names(name, names)}")
    return found


def _in_full(each: Mechanism) -> list[str]:
    lines = [each.name, *textwrap.wrap(each.meaning, WIDTH, initial_indent="  ", subsequent_indent="  ")]
    for path, neutral in each.settings.items():
        lines.append(f"  setting: {path}   off at {_shown(neutral)}, default {_shown(default_of(path))}")
    lines.append(f"  shows first in: {', '.join(each.columns)}")
    lines.append(f"  source: {each.source}")
    lines += [f"  switched off by: {test}" for test in each.tests]
    return lines


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "nothing" if value is None else f"{value:g}" if isinstance(value, float | int) else str(value)
