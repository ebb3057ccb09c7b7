"""Measuring side by side: in turn, several times over, in seconds of the processor; and what is kept of it."""

import csv
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

HOUSE = Path(__file__).resolve().parent.parent


class Row(NamedTuple):
    """A line of the table: median, least and most of repeated measurements."""

    part: str
    what: str
    median: float
    least: float
    most: float
    unit: str
    repeats: int


class Size(NamedTuple):
    """How much is measured: everything times ``scale``, ``repeats`` times; ``large`` adds what takes an hour."""

    scale: float
    repeats: int
    large: bool = False

    def of(self, number: int, least: int = 1) -> int:
        """A number of deals, negotiations or games at this size."""
        return max(least, int(number * self.scale))


def row(part: str, what: str, unit: str, seen: Sequence[float]) -> Row:
    """A line from repeated measurements."""
    return Row(part, what, statistics.median(seen), min(seen), max(seen), unit, len(seen))


def cpu_seconds(do: Callable[[], object]) -> float:
    """What something takes of the processor, all threads of this process together."""
    before = time.process_time()
    do()
    return time.process_time() - before


def wall_seconds(do: Callable[[], object]) -> float:
    """What something takes by the clock on the wall."""
    before = time.perf_counter()
    do()
    return time.perf_counter() - before


def in_turn(measures: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, list[float]]:
    """Measure several things in turn, so many times over."""
    seen: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(repeats):
        for name, measure in measures.items():
            seen[name].append(measure())
    return seen


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """The ratios of measurements that were taken one after the other."""
    return [a / b for a, b in zip(above, below, strict=True)]


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The power of size that cost grows by: the slope of a line through the logarithms, by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


class Ran(NamedTuple):
    """What a process took: seconds by the clock and of the processor, its peak memory in MB, and what it printed."""

    wall: float
    cpu: float
    peak: float
    said: str


def process(code: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Ran:
    """Run a line of Python in a process of its own, from its start to its end. CalledProcessError where it fails."""
    command = [sys.executable, "-c", code, *arguments]
    paths = {**os.environ, **(environment or {}), "PYTHONPATH": str(HOUSE)}
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as wrong:
        before = time.perf_counter()
        started = subprocess.Popen(command, env=paths, stdout=said, stderr=wrong, cwd=HOUSE)
        _, status, used = os.wait4(started.pid, 0)  # what it took is known however it ended
        wall = time.perf_counter() - before
        started.returncode = os.waitstatus_to_exitcode(status)
        for file in (said, wrong):
            file.seek(0)
        if started.returncode:
            raise subprocess.CalledProcessError(started.returncode, command, said.read(), wrong.read())
        return Ran(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said.read())


def peak_of_this_process() -> float:
    """Peak memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def machine() -> dict[str, str]:
    """What it was measured on."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return {"processor": model, "processors": str(os.cpu_count()), "python": platform.python_version(), "load": load}


def table(rows: Iterable[Row]) -> str:
    """The rows as a table in Markdown."""
    lines = ["| part | what | median | least to most | unit |", "|---|---|---:|---:|---|"]
    for each in rows:
        spread = f"{_short(each.least)} to {_short(each.most)}" if each.repeats > 1 else "once"
        lines.append(f"| {each.part} | {each.what} | {_short(each.median)} | {spread} | {each.unit} |")
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def save(rows: Sequence[Row], folder: Path) -> None:
    """Write the rows as CSV, Markdown and JSON, with what they were measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "speed.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Row._fields)
        writer.writerows(rows)
    about = machine()
    told = "\n".join(f"- {name}: {value}" for name, value in about.items())
    (folder / "speed.md").write_text(f"{table(rows)}\n\n{told}\n")
    found = {"machine": about, "rows": [each._asdict() for each in rows]}
    (folder / "speed.json").write_text(json.dumps(found, indent=1) + "\n")
