"""Compiling rules only as far as an entry needs them.

numba makes machine code of every compiled function by itself, optimised with all that it calls, so that a rule is
optimised again in each of its callers. A rule is only ever called by other rules and entries; so it is typed and
lowered, and what it calls is linked to it, but optimisation and machine code are left to the entry, which does both
once for all. Compiling the kernel of the batch took 18.5 s without this and 8 s with it; the code runs as fast.

This reaches into numba's library of code, whose parts are named in numba's own source and not in its documentation.
Where a version of numba has other parts, rules are compiled as numba does by itself.

Compiled functions bear names with running numbers, from 1 in every process. Code kept by one process then has names
that code kept by another has too, for other functions; and where a third process loads both, the first one loaded
answers for both. So numbers here begin where no other process begins (``keep_names_apart``).
"""

import itertools
import uuid
import weakref
from typing import Any

from numba.core.bytecode import FunctionIdentity
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, DefaultPassBuilder

KNOWN_PARTS = (
    "_optimize_final_module",
    "_finalize_final_module",
    "_finalize_dynamic_globals",
    "_ensure_finalized",
)


class _NoEnvironments:
    """Stands for the generator of code where there is no code yet whose environment could be set."""

    def set_env(self, name: str, environment: Any) -> None:
        """Set nothing."""


class LinkedLibrary(JITCodeLibrary):  # type: ignore[misc]  # numba ships no types
    """The code of one rule and of all that it calls, to be linked into others; it has no machine code."""

    def _optimize_final_module(self) -> None:
        """Leave it to the entry."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._final_module.__library = weakref.proxy(self)  # numba's own hooks look for it under this name
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Nought: there is no machine code to point to."""
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Any:
        """What numba asks to set the environment of a function that can be called."""
        return _NoEnvironments()


class LinkingCompiler(Compiler):  # type: ignore[misc]  # numba ships no types
    """numba's compiler, with a library that is only linked."""

    def define_pipelines(self) -> list[Any]:
        """numba's own passes; the library is laid ready for them."""
        self.state.library = LinkedLibrary(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


def compiler_of_rules() -> type[Any]:
    """The compiler that rules are compiled by."""
    knows_the_parts = all(hasattr(JITCodeLibrary, part) for part in KNOWN_PARTS)
    return LinkingCompiler if knows_the_parts else Compiler


def keep_names_apart() -> None:
    """Number the functions compiled in this process from a number of its own; nothing but their names depends on it."""
    FunctionIdentity._unique_ids = itertools.count(uuid.uuid4().int >> 72)
