"""How fast everything is, measured side by side; run by hand.

    uv run --extra negmas --extra cluster python -m benchmarks.all [PART ...] [--out FOLDER] [--scale 1] [--repeats 5]

Prints a table and saves it as CSV, Markdown and JSON. Parts: bargaining, deals, floor, run, growth, studies, market,
classroom; all but the last, which needs chromium, where none is named. ``--scale 0.01`` measures a hundredth of the
work: for trying out, its figures mean nothing. ``--large`` plays a hundred million deals besides.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from benchmarks.measuring import Row, Size, save, table

PARTS: Mapping[str, str] = {
    "bargaining": "bargaining",
    "deals": "deals",
    "floor": "floor",
    "run": "whole_run",
    "growth": "growth",
    "studies": "studies",
    "market": "markets",
    "classroom": "slider",
}
"""Each part, and the module whose ``measured`` measures it."""

LEFT_OUT = ("classroom",)
"""Parts that are measured only where they are named."""


def measured(part: str, size: Size) -> list[Row]:
    """Measure one of the PARTS."""
    measure: Callable[[Size], list[Row]] = import_module(f"benchmarks.{PARTS[part]}").measured
    return measure(size)


def main(arguments: list[str] | None = None) -> None:
    """Measure the parts asked for; print and save the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--out", type=Path, default=Path("results") / "speed")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--large", action="store_true")
    given = parser.parse_args(arguments)
    unknown = [part for part in given.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are: {', '.join(PARTS)}")
    if not given.scale > 0 or given.repeats < 1:
        parser.error("--scale is a number above 0, and --repeats 1 or more")
    size = Size(given.scale, given.repeats, given.large)
    rows: list[Row] = []
    for part in given.parts or [part for part in PARTS if part not in LEFT_OUT]:
        print(f"{part} ...", file=sys.stderr, flush=True)
        rows += measured(part, size)
        save(rows, given.out)
    print(table(rows))


if __name__ == "__main__":
    main()
