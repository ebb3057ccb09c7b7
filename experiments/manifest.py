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

from llvmlite import binding

from experiments.plan import Plan
from experiments.project import commit, project_version, source_hashes

MANIFEST_VERSION = 2
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
    stopping: Mapping[str, Any],
    blocks: Mapping[str, Any],
    command_line: Sequence[str] | None,
) -> dict[str, Any]:
    """What is to be known about a run, as JSON can hold it.

    ``files`` come from ``store.fingerprints``; ``clocks`` say of each plug-in which clock played it; ``stopping`` says
    why cells stopped, and how exactly differences are known; ``blocks`` what was found, played and failed, and by whom.
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
        "stopping": dict(stopping),
        "code": {"zopa": project_version(), **commit(), "files": source_hashes()},
        "host": {
            "python": platform.python_version(),
            "libraries": {name: version(name) for name in LIBRARIES},
            "system": platform.system(),
            "name": platform.node(),
            "machine": platform.machine(),
            "processor": binding.get_host_cpu_name(),
            "simd": sorted(name for name, has in binding.get_host_cpu_features().items() if has),
            "processors": processors(),
            "workers": workers,
            "blocks": dict(blocks),
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
