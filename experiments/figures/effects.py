"""The effects of many swept settings: a panel for each, with every cell's difference over what is set there.

Points are cells, so that what other settings do stays in sight; the line is their mean along this one. How much of the
variance between cells a setting explains by itself is the correlation ratio, freed of what as many groups of cells
explain by chance [Kelley1935]; the rest are other settings, what settings do together, and luck.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from experiments.figures.along import place_of
from experiments.figures.style import FAINT, INK, RULE, ArmStyle, say_nothing_to_draw
from experiments.landscape import Spot
from experiments.wording import scale_of

MOST_LEVELS = 12
"""Different values of a setting that each are a group of cells; of more, neighbours are put together."""

CELLS_IN_A_GROUP = 6
WIDE = 50.0
"""Where the largest value of a setting is less than so many times its smallest, its axis is never logarithmic."""

GOLDEN = 0.618033988749895


def groups_of(spots: Sequence[Spot]) -> list[list[Spot]]:
    """Cells with the same value of the setting; where there are too many values, as many neighbours in each group."""
    values = dict.fromkeys(spot.x for spot in spots)
    if all(not isinstance(value, str) for value in values):
        values = dict.fromkeys(sorted(values))
    if len(values) <= MOST_LEVELS:
        return [[spot for spot in spots if spot.x == value] for value in values]
    ordered = sorted(spots, key=lambda spot: float(spot.x))
    count = int(np.clip(len(ordered) // CELLS_IN_A_GROUP, 2, MOST_LEVELS))
    edges = np.linspace(0, len(ordered), count + 1).round().astype(int)
    return [ordered[start:end] for start, end in pairwise(edges)]


def explained(spots: Sequence[Spot]) -> float:
    """Share of the variance between cells that the setting explains by itself; NaN where there are too few cells."""
    known = [spot for spot in spots if np.isfinite(spot.value)]
    groups = groups_of(known)
    if len(groups) < 2 or len(known) < 2 * len(groups):
        return np.nan
    values = np.array([spot.value for spot in known])
    whole = float(((values - values.mean()) ** 2).sum())
    inside = [np.array([spot.value for spot in group]) for group in groups]
    within = float(sum(((each - each.mean()) ** 2).sum() for each in inside))
    if whole <= 1e-18 * max(1.0, float((values**2).sum())):
        return np.nan
    return max(0.0, 1 - within / (len(known) - len(groups)) * (len(known) - 1) / whole)


def draw_effect(axes: Axes, spots: Sequence[Spot], styles: Mapping[str, ArmStyle]) -> None:
    """Draw cells over one setting: filled where the interval leaves out 0, hollow where it does not; and their mean."""
    known = [spot for spot in spots if np.isfinite(spot.value)]
    if not known:
        say_nothing_to_draw(axes, "nobody to compare")
        return
    groups, scale = groups_of(known), scale_of(known[0].unit)
    words = [str(group[0].x) for group in groups] if any(isinstance(spot.x, str) for spot in known) else []
    x = np.array([place_of(spot, words) for spot in known])
    value = scale * np.array([spot.value for spot in known])
    beside = x + _aside(x, known)
    for arm in (known[0].arm, known[0].versus):
        chosen = np.array([spot.better == arm for spot in known])
        look = styles[arm]
        axes.plot(beside[chosen], value[chosen], look.marker, color=look.colour, markersize=3.5, alpha=0.6)
    hollow = np.array([not spot.better for spot in known])
    axes.plot(beside[hollow], value[hollow], "o", color=FAINT, markerfacecolor="none", markersize=3.5)
    at = [float(np.mean([place_of(spot, words) for spot in group])) for group in groups]
    means = [scale * float(np.mean([spot.value for spot in group])) for group in groups]
    line: dict[str, Any] = {"linestyle": "none", "marker": "_"} if words else {"linestyle": "-"}
    axes.plot(at, means, color=INK, linewidth=2, markersize=16, markeredgewidth=2, **line)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.margins(y=0.2)
    if words:
        axes.set_xticks(range(len(words)), words)
        axes.set_xlim(-0.6, len(words) - 0.4)
    elif _goes_by_size(x):
        axes.set_xscale("log")


def write_sides(axes: Axes, arm: ArmStyle, base: ArmStyle) -> None:
    """Write on which side of 0 which arm is ahead."""
    for at, text, look in ((0.97, "\N{UPWARDS ARROW}", arm), (0.03, "\N{DOWNWARDS ARROW}", base)):
        axes.text(0.02, at, f"{look.label} ahead {text}", transform=axes.transAxes, color=look.colour, fontsize=9,
                  va="top" if at > 0.5 else "bottom", fontweight="bold",
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1})  # fmt: skip


def _goes_by_size(x: np.ndarray) -> bool:
    """Whether values go by factors rather than by steps: the middle one is nearer the geometric mean of the ends."""
    if x.min() <= 0 or x.max() / x.min() < WIDE:
        return False
    low, middle, high = np.log([x.min(), np.median(x), x.max()])
    return bool(abs(middle - (low + high) / 2) < abs(middle - np.log((x.min() + x.max()) / 2)))


def _aside(x: np.ndarray, spots: Sequence[Spot]) -> np.ndarray:
    """How far cells are drawn beside their value, where many have the same, so that they can be told apart."""
    values = np.unique(x)
    if values.size < 2 or values.size > MOST_LEVELS:
        return np.zeros(x.size)
    step = 0.35 * float(np.diff(values).min())
    return step * np.array([spot.cell * GOLDEN % 1 - 0.5 for spot in spots])
