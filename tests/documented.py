"""The documents for tests: where they are, their blocks, and what some of their tables must hold.

Tables between ``<!-- name -->`` and ``<!-- end of name -->`` are made from the code; the units of parameters are
written in the document by hand, and kept when the table is made anew.
"""

import re
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic import BaseModel

from sim.outcome import COLUMNS
from sim.scenario import Scenario

HOUSE = Path(__file__).resolve().parents[1]
NOT_OURS = {".venv", ".git", "node_modules"}
NO_UNIT = "\N{EN DASH}"
MISSING_UNIT = "?"

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([^`]+)` \| .*? \| ([^|]+) \| [^|]+ \| [^|]+ \|$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of a document: its language, its text, and where the text begins in the document."""

    language: str
    text: str
    start: int


def documents() -> list[Path]:
    """Every document of the project: the Markdown files, and those without an ending that people read."""
    found = [path for path in HOUSE.rglob("*.md") if not NOT_OURS & set(path.relative_to(HOUSE).parts)]
    found = [path for path in found if not any(part.startswith(".") for part in path.relative_to(HOUSE).parts)]
    return sorted([*found, *(HOUSE / name for name in ("LICENSE", "CITATION.cff"))])


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a document, in their order."""
    return [Block(found[1], found[2], found.start(2)) for found in BLOCK.finditer(text)]


def section(text: str, name: str) -> str:
    """What stands between the marks of that name, or an empty text."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end of {name} -->", text, re.DOTALL)
    return found[1].strip() if found else ""


def with_section(text: str, name: str, content: str) -> str:
    """The text with other content between the marks of that name."""
    pattern = rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)"
    return re.sub(pattern, lambda found: f"{found[1]}{content}\n{found[2]}", text, flags=re.DOTALL)


def units_in(table: str) -> dict[str, str]:
    """The units in a table of parameters, by path."""
    return {path: unit.strip() for path, unit in ROW.findall(table)}


def table_of_parameters(units: Mapping[str, str]) -> str:
    """Every setting of a scenario, groups left out, as the model document has them."""
    rows = (
        f"| `{path}` | {meaning} | {units.get(path, MISSING_UNIT)} | {allowed} | {default} |"
        for path, meaning, allowed, default in parameters()
    )
    return "\n".join(["| Parameter | Meaning | Unit | Range | Default |", "|---|---|---|---|---|", *rows])


def table_of_columns() -> str:
    """The columns of results, as the model document has them."""
    rows = (f"| `{column.name}` | {column.meaning} | {column.unit or NO_UNIT} |" for column in COLUMNS)
    arm = f"| `arm` | the price policy or other setting compared | {NO_UNIT} |"
    return "\n".join(["| Column | Meaning | Unit |", "|---|---|---|", arm, *rows])


def parameters() -> Iterator[tuple[str, str, str, str]]:
    """Path, meaning, range and default of every setting of a scenario, in the order of the schema."""
    yield from _settings(Scenario, "", {})


def _settings(model: type[BaseModel], above: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """The settings of a group; ``given`` are the values that the group has where it is left out."""
    for name, field in model.model_fields.items():
        path, meaning = f"{above}{field.alias or name}", field.description or ""
        kinds = list(_alternatives(field.annotation))
        kind = kinds[0]
        if get_origin(kind) is Mapping:
            inner = get_args(kind)[1]
            if _is_group(inner):
                yield from _settings(inner, f"{path}.*.", {})
            else:
                yield f"{path}.*", meaning, _range(list(_alternatives(inner)), []), "0"
        elif _is_group(kind):
            left_out = dict.fromkeys(kind.model_fields)
            if isinstance(field.default, BaseModel):
                left_out = field.default.model_dump()
            left_out = {} if field.is_required() else left_out
            yield from _settings(kind, f"{path}.", left_out)
        else:
            default = "required" if field.is_required() else _told(field.default)
            if name in given and field.is_required():
                default = f"{_told(given[name])}, required in the group"
            yield path, meaning, _range(kinds, field.metadata), default


def _is_group(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _alternatives(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        for kind in get_args(annotation):
            yield from _alternatives(kind)
    elif annotation is not type(None):
        yield annotation


def _range(kinds: list[Any], notes: list[Any]) -> str:
    """What a setting may be, as one reads it: ``0 … 1``, ``≥ 0``, ``true, false``, ``text``."""
    notes = list(notes)
    bare = []
    for kind in kinds:
        bare.append(get_args(kind)[0] if get_origin(kind) is Annotated else kind)
        for note in get_args(kind)[1:] if get_origin(kind) is Annotated else ():
            notes += getattr(note, "metadata", [note])
    choices = [str(value) for kind in bare for value in get_args(kind)]
    if choices or bool in bare:
        return ", ".join(choices or ["true", "false"])
    if str in bare:
        longest = [note.max_length for note in notes if isinstance(note, MaxLen)]
        return f"text, at most {longest[0]} characters" if longest else "text"
    return _bounds(notes) + (", whole" if bare == [int] else "")


def _bounds(notes: list[Any]) -> str:
    low = [note.ge for note in notes if isinstance(note, Ge)]
    high = [note.le for note in notes if isinstance(note, Le)]
    if low and high:
        return f"{low[0]:g} … {high[0]:g}"
    told = [f"≥ {bound:g}" for bound in low] + [f"> {note.gt:g}" for note in notes if isinstance(note, Gt)]
    told += [f"≤ {bound:g}" for bound in high] + [f"< {note.lt:g}" for note in notes if isinstance(note, Lt)]
    return ", ".join(told) or "any"


def _told(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else str(value)
