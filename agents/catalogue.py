"""The catalogue: finds the files of price policies and tactics. There is nothing to register by hand.

A policy is a file in ``agents/price_policies`` with a rule ``reply``; a tactic is a file in ``agents/tactics`` with a
rule ``next_offer``. The file's name is the rule's name, the first line of its docstring its summary. Names and
summaries are read without importing, so that listing them is quick.
"""

import ast
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent


class Entry(NamedTuple):
    """A rule in the catalogue: its name, its summary, where it comes from, its file."""

    name: str
    summary: str
    source: str
    path: Path


class Catalogue(NamedTuple):
    """The price policies and tactics in play, by name; a rule's number is its place."""

    price_policies: Mapping[str, Entry]
    tactics: Mapping[str, Entry]

    @property
    def numbering(self) -> str:
        """The names in the order of their numbers: what compiled code is bound to."""
        return f"{' '.join(self.price_policies)} | {' '.join(self.tactics)}"

    @property
    def plugins(self) -> tuple[Path, ...]:
        """The files that are not the project's own."""
        entries = (*self.price_policies.values(), *self.tactics.values())
        return tuple(sorted(entry.path for entry in entries if HERE not in entry.path.parents))


def price_policies(more: Iterable[Path] = ()) -> Mapping[str, Entry]:
    """The price policies by name: the project's own, and those in the files given."""
    return _entries("price_policies", more)


def tactics(more: Iterable[Path] = ()) -> Mapping[str, Entry]:
    """The concession tactics by name: the project's own, and those in the files given."""
    return _entries("tactics", more)


def catalogue(more_policies: Iterable[Path] = (), more_tactics: Iterable[Path] = ()) -> Catalogue:
    """The project's policies and tactics, and those in the files given."""
    return Catalogue(price_policies(more_policies), tactics(more_tactics))


def rules(entries: Mapping[str, Entry], function: str) -> list[Callable[..., Any]]:
    """The rules called ``function`` of the entries, in the order of their numbers.

    Raises AttributeError with the file's name when a file lacks the rule.
    """
    return [getattr(_module(entry), function) for entry in entries.values()]


def _entries(folder: str, more: Iterable[Path]) -> Mapping[str, Entry]:
    own = (path for path in (HERE / folder).glob("*.py") if not path.name.startswith("_"))
    found = {path.stem: _entry(path) for path in (*own, *more)}
    return {name: found[name] for name in sorted(found)}


def _entry(path: Path) -> Entry:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))) or ""
    source = next((line.removeprefix("Source:").strip() for line in text.splitlines() if "Source:" in line), "")
    return Entry(path.stem, text.partition("\n")[0], source, path)


def _module(entry: Entry) -> Any:
    if HERE in entry.path.parents:
        return importlib.import_module(f"agents.{entry.path.parent.name}.{entry.name}")
    name = f"zopa_plugin_{entry.path.parent.name}_{entry.name}"
    spec = importlib.util.spec_from_file_location(name, entry.path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{entry.path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
