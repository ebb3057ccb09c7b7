"""Policies and tactics of one's own: Python files anywhere, checked before anything is played.

A file with a function ``reply(view)`` is a price policy, one with ``next_offer(view)`` a tactic, one with both is both;
its name is that of the file. Finding them reads the files without running them. All that is wrong is told at once.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from agents.catalogue import Catalogue, catalogue
from sim.faults import Fault, Place, Problem, nearest

REPLY, NEXT_OFFER = "reply", "next_offer"
"""The function that makes a file a price policy, and the one that makes it a tactic."""

NAME = re.compile(r"[a-z][a-z0-9_]*")
LARGEST_FILE = 1024 * 1024  # bytes

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class _File(NamedTuple):
    path: Path
    functions: frozenset[str]
    problems: tuple[Problem, ...]


class _UnfitError(Exception):
    """A file that is no Python to begin with."""

    def __init__(self, path: Path, text: str, line: int = 0, hint: str = "") -> None:
        super().__init__(text)
        self.problem = Problem(Place(str(path), line), (), text, hint)


def rules_with(paths: Iterable[str | Path]) -> Catalogue:
    """The project's own policies and tactics, and those in the files given; a file given twice counts once.

    Raises Fault for files that cannot be read or parsed, have no rule, or take a name that is taken.
    """
    once = {path.resolve(): path for path in map(Path, paths)}
    files = [_read(path) for path in once.values()]
    problems = [problem for file in files for problem in file.problems]
    problems += _names_taken_twice([file.path for file in files])
    if problems:
        raise Fault.of(problems)
    policies = [file.path for file in files if REPLY in file.functions]
    return catalogue(policies, [file.path for file in files if NEXT_OFFER in file.functions])


def _read(path: Path) -> _File:
    """What a file has to offer, and what is wrong with it."""
    misnamed = _wrong_name(path)
    try:
        defined = dict(_defined(_parsed(path)))
    except _UnfitError as unfit:
        return _File(path, frozenset(), (unfit.problem,))
    found = frozenset({REPLY, NEXT_OFFER} & defined.keys())
    problems = [] if found else [_without_a_rule(path, defined)]
    problems += [problem for name in sorted(found) for problem in _wrong_shape(path, name, defined[name])]
    return _File(path, found, (*misnamed, *problems))


def _parsed(path: Path) -> ast.Module:
    """The file as Python's syntax has it. Raises _UnfitError."""
    try:
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            raise _UnfitError(path, "is too large for a policy or tactic")
        return ast.parse(path.read_bytes().decode("utf-8"), filename=str(path))
    except FileNotFoundError:
        raise _UnfitError(path, "there is no such file") from None
    except IsADirectoryError:
        raise _UnfitError(path, "is a folder; a Python file would be right") from None
    except OSError as error:
        raise _UnfitError(path, f"cannot be read: {error.strerror}") from None
    except SyntaxError as error:
        raise _UnfitError(path, f"is not Python: {error.msg}", error.lineno or 0, (error.text or "").strip()) from None
    except (ValueError, RecursionError, MemoryError):
        raise _UnfitError(path, "is not Python in UTF-8") from None


def _defined(tree: ast.Module) -> Iterator[tuple[str, Function | None]]:
    """The names that a file defines at its top, with their functions where these stand there."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.Assign):
            yield from ((target.id, None) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, None) for alias in node.names)


def _wrong_name(path: Path) -> Iterator[Problem]:
    own = catalogue()
    if path.suffix != ".py":
        yield _problem(path, "is not called a Python file; its name should end in .py")
    elif not NAME.fullmatch(path.stem):
        yield _problem(path, f"'{path.stem}' is no name for a policy or tactic: small letters, digits and _ would be")
    elif path.stem in own.price_policies or path.stem in own.tactics:
        what = "price policy" if path.stem in own.price_policies else "tactic"
        yield _problem(path, f"'{path.stem}' is a {what} that comes with zopa; give the file another name")


def _names_taken_twice(paths: list[Path]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path in paths:
        if path.stem in first:
            yield _problem(path, f"'{path.stem}' is the name of {first[path.stem]} too; give one of the files another")
        first.setdefault(path.stem, path)


def _without_a_rule(path: Path, defined: Iterable[str]) -> Problem:
    near = next(((name, wanted) for wanted in (REPLY, NEXT_OFFER) if (name := nearest(wanted, defined))), None)
    hint = f"should its '{near[0]}' be called '{near[1]}'?" if near else ""
    return _problem(path, f"has neither {REPLY}(view), for a price policy, nor {NEXT_OFFER}(view), for a tactic", hint)


def _wrong_shape(path: Path, name: str, function: Function | None) -> Iterator[Problem]:
    """What is wrong with a rule's first line, as far as it stands in the file."""
    if function is None:
        return
    line = Place(str(path), function.lineno)
    if not isinstance(function, ast.FunctionDef):
        kind = "a class" if isinstance(function, ast.ClassDef) else "an async function"
        yield Problem(line, (), f"{name} is {kind}; a plain function {name}(view) would be right")
        return
    takes = function.args
    named = [*takes.posonlyargs, *takes.args]
    needs_more = [each for each, default in zip(takes.kwonlyargs, takes.kw_defaults, strict=True) if default is None]
    if not (named or takes.vararg) or len(named) - len(takes.defaults) > 1 or needs_more:
        yield Problem(line, (), f"{name} does not take one argument; {name}(view) would be right")


def _problem(path: Path, text: str, hint: str = "") -> Problem:
    return Problem(Place(str(path)), (), text, hint)
