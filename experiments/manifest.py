"""The manifest: what a run was, so that it can be understood and repeated.

Of two runs of the same plan the manifests are equal but for time, host, status and command line. No path of
the machine is in it, unless one was typed on the command line.
"""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from experiments.plan import Plan
from experiments.project import commit, project_version

MANIFEST_VERSION = 1
LIBRARIES = ("numpy", "numba", "llvmlite", "scipy", "pyarrow", "matplotlib", "pydantic")


def manifest(
    plan: Plan,
    *,
    status: str,
    deals: int,
    started: datetime,
    workers: int,
    files: Mapping[str, Any],
    clocks: Mapping[str, str],
    command_line: Sequence[str] | None,
) -> dict[str, Any]:
    """What is to be known about a run, as JSON can hold it.

    ``files`` come from ``store.fingerprints``; ``clocks`` say of each plug-in which clock played it.
    """
    return {
        "manifest_version": MANIFEST_VERSION,
        "status": status,
        "deals": deals,
        "seed": plan.seed,
        "hash": plan.hash,
        "identity": plan.identity,
        "clocks": dict(clocks),
        "command_line": list(command_line) if command_line is not None else None,
        "code": {"zopa": project_version(), **commit()},
        "host": {
            "python": platform.python_version(),
            "libraries": {name: version(name) for name in LIBRARIES},
            "system": platform.system(),
            "machine": platform.machine(),
            "processors": processors(),
            "workers": workers,
        },
        "time": {"started": _written(started), "ended": _written(now())},
        "files": dict(files),
    }


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _written(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
