"""The catalogue: finds the files of price policies and tactics. There is nothing to register by hand.

A policy is a file in ``agents/price_policies`` with a rule ``reply``; a tactic is a file in ``agents/tactics`` with a
rule ``next_offer``. The file's name is the rule's name, the first line of its docstring its summary. Names and
summaries are read without importing, so that listing them is quick.

A *plug-in* is such a file that lies elsewhere, given by its path. Its text is read once: what is played is what was
hashed, whatever becomes of the file meanwhile.
"""

import ast
import hashlib
import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

HERE = Path(__file__).parent


class Entry(NamedTuple):
    """A rule in the catalogue: its name, its summary, where it comes from, its file; of a plug-in also its text."""

    name: str
    summary: str
    source: str
    path: Path
    text: str | None = None

    @property
    def is_plugin(self) -> bool:
        """Whether the file is not the project's own."""
        return self.text is not None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of a plug-in's text."""
        return hashlib.sha256((self.text or "").encode()).hexdigest()


class Catalogue(NamedTuple):
    """The price policies and tactics in play, by name; a rule's number is its place."""

    price_policies: Mapping[str, Entry]
    tactics: Mapping[str, Entry]

    @property
    def numbering(self) -> str:
        """The rules in the order of their numbers, plug-ins with their text's hash: what compiled code is bound to."""
        return " | ".join(" ".join(map(_identity, entries.values())) for entries in self)

    @property
    def plugins(self) -> tuple[Path, ...]:
        """The files that are not the project's own."""
        return tuple(sorted({entry.path for entry in self.own_rules.values()}))

    @property
    def own_rules(self) -> Mapping[str, Entry]:
        """The plug-ins by name; a file with both a policy and a tactic is one of them."""
        return {name: entry for entries in self for name, entry in entries.items() if entry.is_plugin}

    def without(self, names: Iterable[str]) -> "Catalogue":
        """The same but for the plug-ins of these names."""
        left_out = set(names)
        return Catalogue(
            *(
                {name: entry for name, entry in entries.items() if name not in left_out or not entry.is_plugin}
                for entries in self
            )
        )


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
    found = {entry.name: entry for entry in (*_own(HERE / folder), *map(_entry, more))}
    return {name: found[name] for name in sorted(found)}


@cache
def _own(folder: Path) -> tuple[Entry, ...]:
    """The entries of a folder of the project's, read once: a file edited later is not what this process plays."""
    return tuple(_entry(path) for path in folder.glob("*.py") if not path.name.startswith("_"))


def _entry(path: Path) -> Entry:
    text = path.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text, filename=str(path))) or ""
    source = next((line.removeprefix("Source:").strip() for line in said.splitlines() if "Source:" in line), "")
    return Entry(path.stem, said.partition("\n")[0], source, path, None if HERE in path.parents else text)


def _identity(entry: Entry) -> str:
    return f"{entry.name}@{entry.fingerprint}" if entry.is_plugin else entry.name


def _module(entry: Entry) -> Any:
    if entry.text is None:
        return importlib.import_module(f"agents.{entry.path.parent.name}.{entry.name}")
    module = ModuleType(f"zopa_plugin_{entry.name}_{entry.fingerprint[:8]}")
    module.__file__ = str(entry.path)
    sys.modules[module.__name__] = module  # some of Python's own decorators look a function's module up
    exec(compile(entry.text, str(entry.path), "exec"), vars(module))
    _make_rules(module)
    return module


def _make_rules(module: ModuleType) -> None:
    """Make rules of a plug-in's plain functions, so that neither it nor what it calls need say ``@rule``."""
    from agents.rule import rule  # imports numba, which listing names does without

    for name, value in list(vars(module).items()):
        if isinstance(value, FunctionType) and value.__module__ == module.__name__:
            setattr(module, name, rule(value))
