"""The project itself: which version and commit of zopa this is, and how it was called."""

import hashlib
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("agents", "sim", "experiments")


def project_version() -> str:
    """The version of zopa: that of the installed distribution, else that of the checkout."""
    try:
        return version("zopa")
    except PackageNotFoundError:
        return str(tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def source_hashes() -> dict[str, str]:
    """The beginning of the SHA-256 of every source file of the rooms that decide results, by its path."""
    paths = sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py"))
    return {str(path.relative_to(HOUSE)): hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in paths}


def typed_command_line() -> list[str]:
    """The command as it was typed, without the folder that the program lies in."""
    return ["zopa", *sys.argv[1:]]


def commit() -> dict[str, Any]:
    """The commit the project is at and whether files differ from it; both null outside a checkout."""
    top = _git("rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != HOUSE:
        return {"commit": None, "changed": None}
    return {"commit": _git("rev-parse", "--verify", "HEAD"), "changed": bool(_git("status", "--porcelain"))}


def _git(*arguments: str) -> str | None:
    """What git answers, or None if it is missing or refuses."""
    try:
        done = subprocess.run(
            ["git", "-C", str(HOUSE), *arguments], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
