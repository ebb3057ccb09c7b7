"""Why a study is played again: what differs from earlier results of it that lie beside the one to be written."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from experiments.plan import Plan
from experiments.project import source_hashes
from experiments.result import MANIFEST

HASHES = ("rules", "evaluation")
MOST_TOLD = 4
"""Differences that are told one by one; of more, the number of the rest."""


class Earlier(NamedTuple):
    """An earlier result: its folder, the identity of its plan, and the hashes of the project's sources then."""

    folder: Path
    identity: Mapping[str, Any]
    sources: Mapping[str, str]


def why_again(plan: Plan, out: Path) -> Iterator[str]:
    """Say for the nearest earlier result of the study what makes this one another; nothing where there is none.

    Of results that differ in the text of plug-ins alone all are told. What cannot be read as a result is passed over.
    """
    ours = json.loads(json.dumps(plan.identity))
    found = [each for path in sorted(out.glob(f"{plan.study.name}-*/{MANIFEST}")) if (each := _read(path))]
    edited = [(each, names) for each in found if (names := _edited(ours, each.identity))]
    for each, names in edited:
        files = " and ".join(names)
        yield f"{files} changed since {each.folder} was played: everything is played anew, and nothing mixed"
    if found and not edited:
        nearest = min(found, key=lambda each: len(list(changes(each.identity, ours))))
        yield from _told(nearest, ours)


def _told(earlier: Earlier, ours: Mapping[str, Any]) -> Iterator[str]:
    found = list(changes(earlier.identity, ours))
    told = list(dict.fromkeys(_in_words(*change) for change in found if _is_of_its_own(change[0])))
    if any(path in HASHES for path, _, _ in found):
        told += edited_sources(earlier.sources, source_hashes())
    if told:
        more = f" and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
        yield f"not the same as {earlier.folder}: {', '.join(told[:MOST_TOLD])}{more}"


def _is_of_its_own(path: str) -> bool:
    """Whether a change is told: hashes are told by files, and what a study sets by what it makes of scenarios."""
    return path not in HASHES and not re.fullmatch(r"study\.(set|arms\.[^.]+\.set)\..+|study\.(plugins|sweep.*)", path)


def edited_sources(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The project's files that are not what they were, or the libraries if none of them is."""
    files = [path for path in sorted({*now, *then}) if now.get(path) != then.get(path)]
    return [f"{path} edited" for path in files] or ["other versions of libraries"]


def changes(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two values that JSON can hold differ: the path, the value before and after; None where there was none."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from changes(before.get(name), after.get(name), f"{path}.{name}" if path else str(name))
    elif before != after:
        yield path, before, after


def _in_words(path: str, before: Any, after: Any) -> str:
    path = path.removeprefix("study.")
    if path.startswith("scenarios."):
        _, arm, *rest = path.split(".", 2)
        path = rest[0] if rest else f"arm {arm}"  # mostly a setting is the same in all arms
    if path.startswith("plugins."):
        return f"the text of {path.removeprefix('plugins.')} is another one"
    if any(isinstance(value, Mapping | list) for value in (before, after)):
        return f"{path} changed"
    return f"{path} is {_shown(after)} and was {_shown(before)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:36]} …"


def _read(path: Path) -> Earlier | None:
    try:
        content = json.loads(path.read_bytes())
        identity, sources = content["identity"], content["code"].get("files", {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Earlier(path.parent, identity, sources) if isinstance(identity, dict) else None


def _edited(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """The plug-ins whose text differs where nothing else does; none where something else does."""
    hashes = theirs.get("plugins")
    if {**theirs, "plugins": ours["plugins"]} != ours or not isinstance(hashes, dict):
        return []
    return [name for name, fingerprint in ours["plugins"].items() if hashes.get(name) != fingerprint]
