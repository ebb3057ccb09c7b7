"""Drawing the figures of a result, or of a deal, after it was played."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from agents.catalogue import Catalogue
from experiments.grains import LOOKS
from experiments.offers import offers_of
from experiments.result import Result
from experiments.stopping import Look
from sim.faults import Fault
from sim.scenario import Scenario

if TYPE_CHECKING:
    from experiments.figures.picture import Picture


def draw(result: Result, out: Path | None = None, cell: int | None = None) -> list[Path]:
    """Draw a result's figures; returns the files. Raises Fault.

    They go into the folder ``figures`` of the result if ``out`` is left out; of a ``cell`` of a sweep into a folder of
    its own there. Nothing is overwritten.
    """

    from experiments.figures.picture import save_beside
    from experiments.figures.style import one_look

    folder = out or result.folder / "figures"
    if cell is not None and out is None:
        folder /= f"cell-{cell:05}"
    with one_look():
        return save_beside(folder, pictures_of(result, cell))


def pictures_of(result: Result, cell: int | None = None) -> Iterator["Picture"]:
    """The figures of a result, or of one cell of a sweep; to be called within the settings of ``figures.style``.

    Raises Fault where there is nothing to draw.
    """
    from experiments.figures.gallery import pictures, precision_trace
    from experiments.figures.sweeps import can_be_drawn, sweep_pictures

    if cell is None and result.plan.study.precision:
        looks = [Look(**row) for row in result.table(LOOKS).to_pylist()]
        yield precision_trace(result.plan, [each._replace(half_width=math.nan) if each.half_width is None else each
                                            for each in looks])  # fmt: skip
    if result.plan.study.is_market:
        _refuse_no_cell(result, cell)
        from experiments.figures.market_study import study_pictures  # Mesa takes a second to import
        from experiments.market_reading import REPLICATIONS

        if not (result.folder / f"{REPLICATIONS}.parquet").is_file():
            raise Fault(
                f"{result.folder}  has no measures of single replications to draw: an earlier version of zopa "
                f"wrote it\n    zopa reproduce {result.folder} plays it again"
            )
        yield from study_pictures(result.folder, result.plan, cell)
        return
    if cell is None and result.plan.is_swept:
        if not can_be_drawn(result.plan) and not result.plan.study.precision:
            raise Fault(
                f"{result.folder}  is a sweep that no figure shows: one with two arms or more would be right\n"
                "    --cell N draws the figures of one of its cells"
            )
        yield from sweep_pictures(result.folder, result.plan)
        return
    number = result.plan.cells[0].number if cell is None else cell
    _refuse_no_cell(result, number)
    if not result.plan.study.outputs.distributions:
        raise Fault(f"{result.folder}  has no distributions to draw: its study sets outputs.distributions to false")
    tables = result.cell(number)
    yield from pictures(result.plan, tables, result.spreads(number))


def _refuse_no_cell(result: Result, number: int | None) -> None:
    if number is not None and number not in {each.number for each in result.plan.cells}:
        raise Fault(f"{result.folder}  has no cell {number}: its cells are in cells.parquet")


def draw_deal(file: Path, scenario: Scenario, policy: str, buyer: int, seed: int, rules: Catalogue) -> list[Path]:
    """Draw the offers of one deal beside a file's name, as PNG, SVG and CSV; returns the files. Raises Fault."""

    from experiments.figures.gallery import trajectory
    from experiments.figures.picture import save_beside
    from experiments.figures.style import one_look

    if file.suffix not in (".png", ".svg"):
        raise Fault(f"--figure {file} should end in .png or .svg; all three of .png, .svg and .csv are written")
    offers = offers_of(scenario, policy, buyer, seed, rules)
    with one_look():
        picture = trajectory(scenario.title, f"Buyer {buyer}, seed {seed}, {policy}", scenario.currency, offers)
        return save_beside(file.parent, [picture._replace(name=file.stem)])
