"""Noticing earlier results of the same study that were played with another text of a plug-in."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.plan import Plan
from experiments.result import MANIFEST


def played_with_other_plugins(plan: Plan, out: Path) -> Iterator[str]:
    """A line for each result in ``out`` that differs from the plan in the text of its plug-ins alone.

    What cannot be read as a result is passed over.
    """
    if not plan.rules.own_rules:
        return
    ours = plan.identity
    for path in sorted(out.glob(f"{plan.study.name}-*/{MANIFEST}")):
        theirs = _identity_in(path)
        edited = _edited(ours, theirs)
        if edited:
            files = " and ".join(edited)
            yield f"{files} changed since {path.parent} was played: everything is played anew, and nothing mixed"


def _identity_in(path: Path) -> Mapping[str, Any]:
    try:
        identity = json.loads(path.read_bytes())["identity"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return identity if isinstance(identity, dict) else {}


def _edited(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """The plug-ins whose text differs where nothing else does; none where something else does."""
    hashes = theirs.get("plugins")
    if {**theirs, "plugins": ours["plugins"]} != ours or not isinstance(hashes, dict):
        return []
    return [name for name, fingerprint in ours["plugins"].items() if hashes.get(name) != fingerprint]
