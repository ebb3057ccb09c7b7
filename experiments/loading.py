"""Loading a result again, and the plan that it is of, from its folder alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.plan import Plan
from experiments.result import FAILURES, MANIFEST, Result, tables_in
from experiments.store import fingerprint
from experiments.study import Study
from sim.faults import Fault
from sim.own_rules import rules_with
from sim.reading import build
from sim.scenario import Scenario
from sim.yaml_places import Settings


def load(folder: str | Path) -> Result:
    """The result in a folder, whole or told to be not. Raises Fault."""
    folder = Path(folder)
    manifest = read_manifest(folder / MANIFEST)
    damaged = [name for name, was in manifest["files"].items() if not _is_as_written(folder / name, was)]
    if damaged:
        raise Fault(f"{folder}  is not as it was written: {', '.join(damaged)}")
    plan = plan_in(manifest, folder)
    try:
        failures = tuple(json.loads((folder / FAILURES).read_bytes())) if (folder / FAILURES).is_file() else ()
        tables = tables_in(folder, plan)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder}  was written by another version of zopa, and cannot be read: {error}") from None
    return Result(plan, folder, manifest["status"], manifest["deals"], tables, manifest, True, failures)


def read_manifest(path: Path) -> Mapping[str, Any]:
    """A manifest, given by its path or that of its folder. Raises Fault."""
    path = path / MANIFEST if path.is_dir() else path
    try:
        content = json.loads(path.read_bytes())
        for name in ("identity", "files", "hash", "status", "deals", "seed", "code", "host"):
            content[name]
    except OSError as error:
        raise Fault(f"{path}  cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise Fault(f"{path}  is no manifest of a result of zopa") from None
    return dict(content)


def plan_in(manifest: Mapping[str, Any], folder: Path) -> Plan:
    """The plan that a manifest is of, its plug-ins as they lie in the result's folder. Raises Fault."""
    identity = manifest["identity"]
    try:
        files = [folder / "plugins" / f"{name}.py" for name in identity["plugins"]]
        rules = rules_with(files)
        values = {**identity["study"], "plugins": [str(file) for file in files]}
        study = build(Settings(values, {}), Study)
        scenarios = tuple(build(Settings(identity["scenarios"][arm], {}), Scenario, rules=rules) for arm in study.arms)
        return Plan(study, scenarios, rules)
    except (KeyError, TypeError, AttributeError) as error:
        raise Fault(f"{folder}  was written by another version of zopa, and cannot be read: {error!r}") from None


def _is_as_written(path: Path, was: Any) -> bool:
    try:
        return bool(fingerprint(path) == was)
    except OSError:
        return False
