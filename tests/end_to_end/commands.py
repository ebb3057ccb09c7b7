"""Running the command ``zopa`` from tests, in this process or in one of its own."""

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from experiments.command_line import app

HOUSE = Path(__file__).resolve().parents[2]


def zopa(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def start(*arguments, **options):
    """Start the command in a process of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HOUSE), os.environ.get("PYTHONPATH", "")]),
    }
    command = [
        sys.executable,
        "-c",
        "from experiments.command_line import main; main()",
        *map(str, arguments),
    ]
    return subprocess.Popen(command, text=True, env=environment, **options)


def assert_told(told, *expected):
    """A fault is one paragraph on the stream for messages, without a traceback, and exit status 2."""

    assert told.exit_code == 2, told.output
    assert told.stdout == ""
    assert "Traceback" not in told.stderr
    assert "\n\n" not in told.stderr.strip()
    for part in expected:
        assert part in told.stderr


def only_result(out):
    """The folder of the only result in a folder; what is hidden is no result."""
    (folder,) = (path for path in Path(out).iterdir() if not path.name.startswith("."))
    return folder


def bytes_of(folder):
    """The bytes of every file of a result but the manifest, which tells time and host."""
    files = (path for path in Path(folder).rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
