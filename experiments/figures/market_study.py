"""The figures of a study of markets: of one cell those of a market, its arms side by side; of a sweep where it ends."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from matplotlib.axes import Axes

from experiments.cells import Cell
from experiments.figures.market import About, Course, colour_of, market_pictures
from experiments.figures.picture import Picture, save
from experiments.figures.style import (
    FAINT,
    INK,
    MARKERS,
    RULE,
    arm_styles,
    caption,
    heading,
    new_figure,
    one_look,
    say_nothing_to_draw,
)
from experiments.figures.sweeps import words_of
from experiments.landscape import swept
from experiments.market_measures import PER_HOUR, SHARE, share_begun
from experiments.market_reading import measures_in, policies_in, series_in, tables_by_arm, told_policies
from experiments.plan import Plan
from experiments.wording import confidence, per_cent, set_in, words

MOST_LINES = 60
"""Cells times arms that a figure of a sweep has a line for; of more of them the first cells."""


class Ending(NamedTuple):
    """What the figure of shares shows: the share of sellers that a policy began and ended with, in a cell and arm."""

    cell: int
    settings: str
    arm: str
    policy: str
    begun: float
    n: int
    share: float
    low: float
    high: float


class Hourly(NamedTuple):
    """What the figure of earnings shows, money per hour."""

    cell: int
    settings: str
    arm: str
    policy: str
    n: int
    profit_per_hour: float
    low: float
    high: float


class Dot(NamedTuple):
    """A value with its interval, at a place; a number along a setting, or the number of a line."""

    place: float
    value: float
    low: float
    high: float


class Look(NamedTuple):
    """How dots of one kind look."""

    label: str
    colour: str
    marker: str


def save_study_pictures(folder: Path, tables: Path, plan: Plan) -> None:
    """Draw a market study's figures into a folder that is new, from the tables in another. Raises OSError."""
    with one_look():
        save(folder, study_pictures(tables, plan))


def study_pictures(tables: Path, plan: Plan, cell: int | None = None) -> Iterator[Picture]:
    """The figures of a market study, or of one cell of a sweep; to be called within the settings of ``style``."""
    if plan.is_swept and cell is None:
        yield from sweep_of_markets(tables, plan)
        return
    number = plan.cells[0].number if cell is None else cell
    yield from market_pictures(_about(plan), courses_in(tables, plan, number))


def courses_in(tables: Path, plan: Plan, cell: int) -> list[Course]:
    """What is drawn of each arm of a cell, as it lies in a folder. Raises OSError."""
    measures = measures_in(tables, plan.arms, cell)
    series = series_in(tables, plan, cell)
    by_arm = {} if series is None else tables_by_arm(series, plan.arms)
    alone = len(plan.arms) == 1
    return [
        Course(arm, "" if alone else plan.study.label(arm), by_arm.get(arm, ()), measures[arm]) for arm in plan.arms
    ]


def sweep_of_markets(tables: Path, plan: Plan) -> Iterator[Picture]:
    """Where policies end, and what they earn, from cell to cell."""
    levels = pq.read_table(tables / "levels.parquet").to_pylist()
    if not any(row["quantity"].startswith(SHARE) for row in levels):
        return
    yield _shares_by_cell(plan, levels)
    yield _earnings_by_cell(plan, levels)


def _shares_by_cell(plan: Plan, levels: Sequence[Mapping[str, Any]]) -> Picture:
    """A panel for each policy; of two policies one says all."""
    styles = arm_styles(plan)
    told, cells = told_policies(plan, [row["quantity"] for row in levels]), _shown(plan)
    rows = [
        Ending(
            cell.number, set_in(cell.settings), arm, policy, share_begun(cell.scenarios[place], policy), *_level(row)
        )
        for policy in told
        for cell in cells
        for place, arm in enumerate(plan.arms)
        if (row := _found(levels, cell.number, arm, f"{SHARE}{policy}")) is not None
    ]
    panels = {words(policy): [row for row in rows if row.policy == policy] for policy in told}
    looks = {arm: Look(style.label, style.colour, style.marker) for arm, style in styles.items()}

    def marks(own: Sequence[Ending]) -> float | None:
        begun = {row.begun for row in own}
        return 100 * begun.pop() if len(begun) == 1 else None

    figure, drawn = _canvas(plan, cells, list(panels), len(plan.arms))
    heading(figure, plan.study.title, "Share of sellers with a policy over the last fifth of the days, %")
    for axes, own in zip(drawn, panels.values(), strict=True):
        dots = {
            arm: [Dot(place, 100 * row.share, 100 * row.low, 100 * row.high) for place, row in _placed(plan, cells, [
                row for row in own if row.arm == arm], plan.arms.index(arm), len(plan.arms))]
            for arm in plan.arms
        }  # fmt: skip
        _draw(axes, plan, cells, dots, looks, (0.0, 100.0), marks(own))
    caption(figure, _caption(plan, cells, [row.n for row in rows], "Dashed: the share at the beginning. "))
    return Picture("shares_by_cell", figure, rows, Ending._fields, _endings_in_words(plan, rows))


def _earnings_by_cell(plan: Plan, levels: Sequence[Mapping[str, Any]]) -> Picture:
    """A panel for each arm, and in it what an hour earns under each policy."""
    policies, cells = policies_in(plan, [row["quantity"] for row in levels], PER_HOUR), _shown(plan)
    rows = [
        Hourly(cell.number, set_in(cell.settings), arm, policy, *_level(row))
        for arm in plan.arms
        for cell in cells
        for policy in policies
        if (row := _found(levels, cell.number, arm, f"{PER_HOUR}{policy}")) is not None
    ]
    looks = {
        policy: Look(words(policy), colour_of(policy, place), MARKERS[place % len(MARKERS)])
        for place, policy in enumerate(policies)
    }
    titles = [plan.study.label(arm) if len(plan.arms) > 1 else "" for arm in plan.arms]
    figure, drawn = _canvas(plan, cells, titles, len(policies))
    heading(figure, plan.study.title, f"Seller profit per hour of work under each policy, {plan.currency}")
    for axes, arm in zip(drawn, plan.arms, strict=True):
        dots = {
            policy: [
                Dot(place, row.profit_per_hour, row.low, row.high)
                for place, row in _placed(
                    plan, cells, [row for row in rows if (row.arm, row.policy) == (arm, policy)], at, len(policies)
                )
            ]
            for at, policy in enumerate(policies)
        }
        _draw(axes, plan, cells, dots, looks, None, None)
    caption(figure, _caption(plan, cells, [row.n for row in rows], "Delivery hours count. "))
    told = "; ".join(
        f"{words(row.policy)}, {row.settings or 'as it is'}, {plan.study.label(row.arm)}: {row.profit_per_hour:.3g}"
        for row in rows
    )
    alternative = f"Seller profit per hour of work in {plan.currency}: {told}."
    return Picture("earnings_by_cell", figure, rows, Hourly._fields, alternative)


def _about(plan: Plan) -> About:
    return About(plan.study.title, plan.currency, plan.study.level)


def _shown(plan: Plan) -> tuple[Cell, ...]:
    return plan.cells[: max(1, MOST_LINES // len(plan.arms))]


def _found(levels: Sequence[Mapping[str, Any]], cell: int, arm: str, quantity: str) -> Mapping[str, Any] | None:
    return next((row for row in levels if (row["cell"], row["arm"], row["quantity"]) == (cell, arm, quantity)), None)


def _level(row: Mapping[str, Any]) -> tuple[int, float, float, float]:
    value, low, high = (math.nan if row[name] is None else row[name] for name in ("value", "low", "high"))
    return row["n"], value, low, high


def _is_along(plan: Plan, cells: Sequence[Cell]) -> bool:
    """Whether a single setting is swept, and by numbers."""
    values = [value for cell in cells for value in cell.settings.values()]
    return (
        len(swept(plan)) == 1
        and all(isinstance(value, int | float) for value in values)
        and len(cells) > 1
        and (all(cell.settings for cell in cells))
    )


def _placed(
    plan: Plan, cells: Sequence[Cell], rows: Sequence[Any], place: int, kinds: int
) -> Iterator[tuple[float, Any]]:
    """Each row with its place: along the setting in the order of its values, or on its cell's line."""
    numbers = {cell.number: at for at, cell in enumerate(cells)}
    if not _is_along(plan, cells):
        step = 0.56 / kinds
        for row in rows:
            yield numbers[row.cell] + (place - (kinds - 1) / 2) * step, row
        return
    values = {cell.number: float(next(iter(cell.settings.values()))) for cell in cells}
    for row in sorted(rows, key=lambda row: values[row.cell]):
        yield values[row.cell], row


def _canvas(plan: Plan, cells: Sequence[Cell], titles: Sequence[str], kinds: int) -> tuple[Any, list[Axes]]:
    """A figure with a panel for each title, side by side."""
    along = _is_along(plan, cells)
    left = 0.9 if along else 0.5 + 0.075 * max(len(set_in(cell.settings) or "as it is") for cell in cells)
    high = 3.2 if along else max(2.0, len(cells) * (0.16 + 0.14 * kinds))
    width, height = left + 3.9 * len(titles) + 2.0, high + 2.25
    figure = new_figure(max(8.0, width), height)
    width = figure.get_figwidth()
    spacing = {"left": left / width, "right": 1 - 2.0 / width, "top": 1 - 1.1 / height, "bottom": 1.15 / height}
    panels = figure.subplots(
        1, len(titles), squeeze=False, sharex=True, sharey=True, gridspec_kw={**spacing, "wspace": 0.1}
    )[0]
    for axes, title in zip(panels, titles, strict=True):
        axes.set_title(title, fontsize=10.5)
    return figure, list(panels)


def _draw(
    axes: Axes, plan: Plan, cells: Sequence[Cell], dots: Mapping[str, Sequence[Dot]], looks: Mapping[str, Look],
    limits: tuple[float, float] | None, mark: float | None,
) -> None:  # fmt: skip
    """Draw dots with intervals, along the swept setting or a line for each cell."""
    along = _is_along(plan, cells)
    for kind, own in dots.items():
        look = looks[kind]
        place, value, low, high = np.array(own, float).reshape(-1, 4).T
        if along:
            axes.fill_between(place, low, high, color=look.colour, alpha=0.16, linewidth=0)
            axes.plot(place, value, color=look.colour, marker=look.marker, markersize=5, linewidth=1.8,
                      label=look.label)  # fmt: skip
        else:
            axes.hlines(place, low, high, color=look.colour, linewidth=1.8)
            axes.plot(value, place, look.marker, color=look.colour, markersize=5.5, label=look.label)
    if not any(dots.values()):
        say_nothing_to_draw(axes, "nobody")
        return
    if mark is not None:
        (axes.axhline if along else axes.axvline)(mark, color=INK, linewidth=1.0, linestyle="--")
    if limits is not None:
        (axes.set_ylim if along else axes.set_xlim)(*limits)
    axes.grid(axis="y" if along else "x", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    if along:
        axes.set_xlabel(words_of(swept(plan)[0]), fontsize=9.5)
    else:
        axes.set_yticks(range(len(cells)), [set_in(cell.settings) or "as it is" for cell in cells], color=INK)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(cells) - 0.5, -0.5)
    figure_axes = axes.figure.axes
    if axes is figure_axes[-1]:
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, fontsize=9.5, labelcolor=FAINT)


def _caption(plan: Plan, cells: Sequence[Cell], counts: Sequence[int], more: str) -> str:
    fewest, most = min(counts, default=0), max(counts, default=0)
    n = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    left = f" Of {len(plan.cells):,} cells the first {len(cells)}." if len(cells) < len(plan.cells) else ""
    level = confidence(plan.study.level)
    return (
        f"n = {n} replications in each cell and arm, the same leads in all arms. {level} intervals over replications, "
        f"each for itself. {more}Scenario {plan.scenarios[0].name}, seed {plan.seed}.{left}"
    )


def _endings_in_words(plan: Plan, rows: Sequence[Ending]) -> str:
    told = [
        f"{words(row.policy)}, {row.settings or 'as it is'}, {plan.study.label(row.arm)}: {per_cent(row.share, 0)}"
        for row in rows
    ]
    return f"Share of sellers at the end: {'; '.join(told)}."
