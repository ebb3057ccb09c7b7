"""The sources of facts in full, from the bibliography, which alone holds them."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

BIBLIOGRAPHY = Path(__file__).resolve().parents[2] / "docs" / "bibliography.md"
ENTRY = re.compile(r"^- \*\*\[(\w+)\]\*\* (.+)$", re.MULTILINE)


class Part(NamedTuple):
    """A piece of a source's text, in italics (titles) or not."""

    text: str
    is_title: bool


def in_full(key: str) -> tuple[Part, ...]:
    """A source by its key, as the bibliography has it; the key alone where that has none."""
    pieces = _bibliography().get(key, key).split("*")
    return tuple(Part(piece, i % 2 == 1) for i, piece in enumerate(pieces) if piece)


@cache
def _bibliography() -> dict[str, str]:
    return dict(ENTRY.findall(BIBLIOGRAPHY.read_text(encoding="utf-8")))
