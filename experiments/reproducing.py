"""Repeating a run from its manifest alone, and comparing what comes out with what came out then."""

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from experiments.earlier import edited_sources
from experiments.loading import plan_in, read_manifest
from experiments.manifest import processors
from experiments.running import Hands, Watcher, run_plan
from sim.faults import Fault


class Reproduced(NamedTuple):
    """What repeating a run showed: files that are the same, that differ, that were not written; what else differs."""

    same: tuple[str, ...]
    differing: tuple[str, ...]
    missing: tuple[str, ...]
    circumstances: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether every file has the same bytes as then."""
        return not self.differing and not self.missing


def reproduce(path: Path, workers: int | None = None, watcher: Watcher | None = None) -> Reproduced:
    """Play again, from nothing, what a manifest tells, in a folder of its own that is removed. Raises Fault."""
    manifest = read_manifest(path)
    folder = path if path.is_dir() else path.parent
    if manifest["status"] != "complete":
        raise Fault(f"{path}  is of a run that was {manifest['status']}: only a complete one can be repeated")
    plan = plan_in(manifest, folder)
    with tempfile.TemporaryDirectory(prefix="zopa-") as scratch:
        hands = Hands(processors() if workers is None else workers)
        result = run_plan(plan, Path(scratch), hands, watcher=watcher)
        written = result.manifest["files"]
    files = manifest["files"]
    return Reproduced(
        tuple(name for name, was in files.items() if written.get(name) == was),
        tuple(name for name, was in files.items() if name in written and written[name] != was),
        tuple(name for name in files if name not in written),
        tuple(_circumstances(manifest, result.manifest)),
    )


def _circumstances(then: Any, now: Any) -> list[str]:
    """What is not as it was then, and may be why files differ."""
    told = []
    if then["hash"] != now["hash"]:
        told += edited_sources(then["code"].get("files", {}), now["code"]["files"])
    for name, version in now["host"]["libraries"].items():
        was = then["host"].get("libraries", {}).get(name)
        if was != version:
            told.append(f"{name} is {version} and was {was}")
    for name in ("python", "machine", "processor"):
        if then["host"].get(name) != now["host"][name]:
            told.append(f"{name} is {now['host'][name]} and was {then['host'].get(name)}")
    return told


def told(found: Reproduced) -> str:
    """The outcome in words."""
    lines = [f"{len(found.same)} of {len(found.same) + len(found.differing) + len(found.missing)} files are the same"]
    lines += [f"differs: {name}" for name in found.differing]
    lines += [f"not written: {name}" for name in found.missing]
    if not found.is_same:
        lines += [f"not as it was then: {each}" for each in found.circumstances[:20]] or [
            "everything that the manifest knows of is as it was then"
        ]
    lines.append("the run is reproduced" if found.is_same else "the run is not reproduced to the last byte")
    return "\n".join(lines)
