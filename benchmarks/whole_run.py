"""From the start of the process to the figures: ``zopa run`` of the bundled study, with compiled rules and without.

*Cold* begins with an empty cache of compiled rules, *warm* with a full one; the result is a new one each time. The
parts are those of a warm run, taken in a process that does the same and looks at its clock in between.
"""

import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from benchmarks.measuring import HOUSE, Row, Size, in_turn, process, row, wall_seconds

RUN = "from experiments.command_line import main; main()"

PARTS = ("start of Python", "imports", "rules and price lists", "playing", "figures", "tables and the rest")

IN_PARTS = """
import time; began = time.time()
import sys; from pathlib import Path
import experiments.command_line, experiments.running as running, experiments.writing as writing
from experiments.engines import threads
imported = time.time()
spent = dict(playing=0.0, figures=0.0, ready=0.0)
def timed(module, name, part):
    function = getattr(module, name)
    def call(*given):
        before = time.time()
        try: return function(*given)
        finally: spent[part] += time.time() - before
    setattr(module, name, call)
timed(running.Execution, '_play_to', 'playing'); timed(writing, '_save_pictures', 'figures')
from experiments import execution
from experiments.plan import Plan
def ready(plan, go_on=None):
    before = time.time()
    execution.warm_up(plan, execution.company_of(plan))
    spent['ready'] += time.time() - before
play = running._play
def first_ready(plan, *others):
    ready(plan)
    return play(plan, *others)
running._play = first_ready
sys.argv[0] = 'zopa'; handed = float(sys.argv.pop())
try: experiments.command_line.app(prog_name='zopa')
except SystemExit: pass
ended = time.time()
parts = [began - handed, imported - began, spent['ready'], spent['playing'], spent['figures']]
print('parts', *parts, ended - handed - sum(parts))
"""


def measured(size: Size) -> list[Row]:
    """The part *run*."""
    with tempfile.TemporaryDirectory() as folder:
        return _measured(size, Path(folder))


def _measured(size: Size, folder: Path) -> list[Row]:
    deals = [] if size.scale >= 1 else ["--deals", str(size.of(100_000, 1000))]
    numbers = count()

    def run(cache: str) -> float:
        out = folder / f"out{next(numbers)}"
        return process(RUN, "run", *deals, "--out", str(out), environment={"XDG_CACHE_HOME": str(folder / cache)}).wall

    def in_parts() -> list[float]:
        out = folder / f"out{next(numbers)}"
        arguments = ["run", *deals, "--out", str(out), str(time.time())]
        command = [sys.executable, "-c", IN_PARTS, *arguments]
        paths = {"XDG_CACHE_HOME": str(folder / "warm"), "PYTHONPATH": str(HOUSE), "PATH": ""}
        done = subprocess.run(command, env=paths, capture_output=True, text=True, check=True, cwd=HOUSE)
        return [float(each) for each in done.stdout.splitlines()[-1].split()[1:]]

    zopa = Path(sys.executable).with_name("zopa")
    helped = in_turn({"help": lambda: _seconds([str(zopa), "--help"])}, size.repeats)["help"]
    rows = [row("run", "zopa --help", "seconds", helped)]
    colds = [run(f"cold{i}") for i in range(min(size.repeats, 2))]
    rows.append(row("run", "zopa run, cold", "seconds", colds))
    run("warm")
    rows.append(row("run", "zopa run, warm", "seconds", [run("warm") for _ in range(size.repeats)]))
    seen = [in_parts() for _ in range(size.repeats)]
    by_part = zip(PARTS, zip(*seen, strict=True), strict=True)
    return rows + [row("run", f"of a warm run: {name}", "seconds", of_part) for name, of_part in by_part]


def _seconds(command: list[str]) -> float:
    return wall_seconds(lambda: subprocess.run(command, check=True, capture_output=True))
