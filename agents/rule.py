"""Rules: plain Python functions that are also compiled.

A rule is written as a pure function of scalars and arrays. Called from Python it runs as the plain text that stands
in its file, which is how one reads, debugs and covers it; called from another rule inside an entry it runs compiled.

An *entry* is what Python calls to run compiled rules. Compiled entries are cached in the user's cache folder, under a
hash of every file whose text can change an answer: numba by itself looks only at the entry's own file, and would
go on playing an edited policy as it was before.
"""

import hashlib
import platform
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

import llvmlite
import numba
import numpy as np
from numba.core.registry import CPUDispatcher
from numba.core.types import IntEnumMember
from numba.core.types.misc import unliteral
from platformdirs import user_cache_path

from agents.linking import compiler_of_rules, keep_names_apart

Function = TypeVar("Function", bound=Callable[..., Any])

HOUSE = Path(__file__).parent.parent
ROOMS_WITH_RULES = ("agents", "sim")

keep_names_apart()

_making = threading.Lock()
"""Held while an entry is made: where its code is kept is a setting of all threads, read twice meanwhile."""


class _Rule(CPUDispatcher):  # type: ignore[misc]  # numba ships no types
    """A compiled function that runs its plain Python text when Python calls it."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.py_func(*arguments, **named)

    def get_call_template(self, arguments: Any, named: Any) -> Any:
        """What numba asks when another rule calls this one: one version serves constants and numbers alike."""
        plain = {name: _plain(kind) for name, kind in named.items()}
        return super().get_call_template(tuple(map(_plain, arguments)), plain)


def _plain(kind: Any) -> Any:
    """The type of a number whether it is a constant, a member of an enumeration, or neither."""
    kind = unliteral(kind)
    return kind.dtype if isinstance(kind, IntEnumMember) else kind


def part_of_a_rule(function: Function) -> Function:
    """A rule whose text becomes part of the rules that call it, so that it may return records, which no rule can."""
    compiled = numba.njit(inline="always")(function)
    compiled.__class__ = _Rule
    return compiled


def rule(function: Function) -> Function:
    """Make a rule of a pure function: plain when Python calls it, compiled when another rule does.

    Rules get no wrapper for calls from Python, and no machine code of their own (agents.linking): both would cost most
    of the time to compile. They allocate nothing, so that no references are counted for them.
    """
    compiled = numba.njit(
        nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, pipeline_class=compiler_of_rules()
    )(function)
    compiled.__class__ = _Rule
    return compiled


def entry(function: Function, plugins: Iterable[Path] = (), bound_to: str = "") -> Function:
    """Compile a function that Python calls, with a cache that notices a change of any rule or plug-in file.

    ``bound_to`` names what the function was bound to (see ``bind``): numba's cache looks at a function's own text only,
    and would give one binding the compiled code of another. A bound function without it is compiled each time.
    """
    bound = hasattr(function, "bound")
    folder = None if bound and not bound_to else _cache_folder(rules_hash(tuple(plugins)), bound_to)
    with _making:
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(folder) if folder else ""
        try:
            return numba.njit(nogil=True, cache=folder is not None)(function)
        finally:
            numba.config.CACHE_DIR = before


def bind(function: Function, **names: Any) -> Function:
    """A copy of a plain function in which the given global names mean something else.

    This is how a kernel is made for one set of policies and tactics: the kernel's text names the chain of rules it
    calls, and is bound to the chain of the catalogue in use.
    """
    scope = {**function.__globals__, **names}
    copy = FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
    copy.__qualname__ = function.__qualname__
    copy.__doc__ = function.__doc__
    copy.__dict__["bound"] = True
    return copy  # type: ignore[return-value]  # a function of the same signature


def chain(rules: Iterable[Callable[..., Any]]) -> Callable[..., Any]:
    """One rule ``(code, view)`` that plays rule number ``code`` of the given ones; the last for codes beyond.

    A chain of comparisons compiles once for all rules; functions passed as arguments would compile again for every
    combination.
    """
    *others, last = rules

    @rule
    def play_last(code: int, view: Any) -> Any:
        return last(view)

    linked = play_last
    for code in reversed(range(len(others))):
        linked = _link(code, others[code], linked)
    return linked


def _link(code: int, first: Callable[..., Any], rest: Callable[..., Any]) -> Callable[..., Any]:
    @rule
    def play(asked: int, view: Any) -> Any:
        if asked == code:
            return first(view)
        return rest(asked, view)

    return play


def _hash_of_own_rules() -> str:
    """A hash of the project's own rule sources."""
    digest = hashlib.sha256()
    for path in sorted(path for room in ROOMS_WITH_RULES for path in (HOUSE / room).rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


OWN_RULES = _hash_of_own_rules()
"""Taken when the rules are loaded: a file edited later is not what this process plays."""


def rules_hash(plugins: Iterable[Path] = ()) -> str:
    """A hash of all rule sources, plug-ins included, and of what compiles them."""
    versions = (numba.__version__, np.__version__, llvmlite.__version__, sys.version, platform.machine())
    digest = hashlib.sha256((OWN_RULES + repr(versions)).encode())
    for path in sorted(plugins):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _cache_folder(name: str, bound_to: str = "") -> Path | None:
    """The folder of compiled code for this state of the rules and this binding; None where nothing can be written."""
    of_rules = user_cache_path("zopa") / "compiled" / name
    folder = of_rules / hashlib.sha256(bound_to.encode()).hexdigest()[:16] if bound_to else of_rules
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / "writable"
        probe.touch()
        of_rules.touch()  # in use: not to be forgotten
        _forget_old_caches(of_rules)
    except OSError:
        return None
    return folder


def _forget_old_caches(current: Path, keep: int = 8) -> None:
    """Remove the compiled code of rules that are no more, all but the newest few."""
    others = [path for path in current.parent.iterdir() if path.is_dir() and path != current]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for old in others[keep:]:
        for file in sorted(old.rglob("*"), reverse=True):
            file.unlink() if file.is_file() else file.rmdir()
        old.rmdir()
