"""The measurements of speed run, and hold what they measure to the same results; no time is asserted here."""

import csv
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import all as benchmarks
from benchmarks.measuring import exponent, process

QUICK = ("bargaining", "deals", "floor", "market")
ALIKE = ("rows that are those of the batch", "negotiations that end alike")


def rows_of(part: str, folder: Path) -> list[dict[str, str]]:
    benchmarks.main([part, "--scale", "0.0001", "--repeats", "1", "--out", str(folder)])
    with (folder / "speed.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("part", QUICK)
def test_a_part_is_measured_and_saved_and_what_is_compared_does_the_same(
    part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(part, tmp_path)
    assert rows
    assert {row["part"] for row in rows} == {part}
    assert all(float(row["least"]) <= float(row["median"]) <= float(row["most"]) for row in rows)
    alike = [float(row["median"]) for row in rows if row["what"].endswith(ALIKE)]
    assert alike == [1.0] * len(alike)
    assert bool(alike) == (part == "deals" or (part == "bargaining" and find_spec("negmas") is not None))
    shown = capsys.readouterr().out.strip()
    assert (tmp_path / "speed.md").read_text().startswith(shown)
    saved = json.loads((tmp_path / "speed.json").read_text())
    assert [row["what"] for row in saved["rows"]] == [row["what"] for row in rows]


def test_every_part_has_its_measurements() -> None:
    for module in benchmarks.PARTS.values():
        assert (Path(benchmarks.__file__).parent / f"{module}.py").read_text().count("def measured(size: Size)") == 1


def test_an_unknown_part_is_refused_in_words() -> None:
    command = [sys.executable, "-m", "benchmarks.all", "bargain"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(benchmarks.__file__).parent.parent)
    assert done.returncode == 2
    assert "there is no part 'bargain'; there are: bargaining, deals" in done.stderr


def test_the_exponent_of_growth_is_that_of_a_power() -> None:
    sizes = [10.0, 100.0, 1000.0]
    assert exponent(sizes, [3 * size**1.5 for size in sizes]) == pytest.approx(1.5)


@pytest.mark.parametrize("end", ["", "; sys.stdout.flush(); os._exit(0)"])
def test_what_a_process_took_is_known_however_it_ends(end: str) -> None:
    ran = process("import os, sys; block = bytearray(50_000_000); print(sys.argv[1], sum(range(10**6)))" + end, "said")
    assert ran.said.split() == ["said", "499999500000"]
    assert ran.peak > 50
    assert ran.cpu > 0
    assert ran.wall > 0


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        process("import sys; print('wrong', file=sys.stderr); sys.exit(3)")
    assert (failed.value.returncode, failed.value.stderr) == (3, "wrong\n")
