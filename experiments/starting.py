"""Beginning a study or a scenario of one's own: a commented file to start from, never over another one."""

import json
import os
import re
from pathlib import Path
from typing import Any, Literal

from experiments.study import Study
from sim.faults import Fault
from sim.reading import BUNDLED, ENDINGS
from sim.scenario import Scenario

Kind = Literal["study", "scenario"]

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MODEL_OF_SCENARIOS = "auto_repair"
TEMPLATE = Path(__file__).resolve().parent / "studies" / "template.txt"


def begin(path: Path, kind: Kind) -> Path:
    """Write a commented study or scenario that runs as it is. Raises Fault where a file is there already."""
    if path.suffix not in ENDINGS:
        raise Fault(f"{path}  should end in {' or '.join(ENDINGS)}")
    if not NAME.fullmatch(path.stem):
        raise Fault(f"{path}  '{path.stem}' is no name for a {kind}: small letters, digits and _ would be right")
    text = _scenario(path.stem) if kind == "scenario" else TEMPLATE.read_text(encoding="utf-8")
    _write_new(path, text.replace("NAME_OF_THE_FILE", path.stem))
    return path


def schema_of(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of study or scenario files, for editors that complete and check them."""
    model = Study if kind == "study" else Scenario
    schema = model.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _scenario(name: str) -> str:
    text = (BUNDLED / f"{MODEL_OF_SCENARIOS}.yaml").read_text(encoding="utf-8")
    return text.replace(f"name: {MODEL_OF_SCENARIOS}\n", f"name: {name}\n")


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, whole or not at all. Raises Fault."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        raise Fault(f"{path}  is there already; nothing is overwritten: choose another name") from None
    except OSError as error:
        raise Fault(f"{path}  cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Fault(f"{path}  cannot be written: {error.strerror}") from None


def as_text(schema: dict[str, Any]) -> str:
    """A schema as it is printed."""
    return json.dumps(schema, indent=1, ensure_ascii=False)
