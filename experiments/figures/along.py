"""The difference along one swept setting: a line with its interval for each arm."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from experiments.figures.style import FAINT, INK, RULE, ArmStyle, say_nothing_to_draw
from experiments.landscape import Spot
from experiments.wording import scale_of

LABEL_HEIGHT = 0.06
"""Part of the height of the axes that a label takes."""


def draw_along(axes: Axes, spots: Sequence[Spot], styles: Mapping[str, ArmStyle]) -> None:
    """Draw the differences of all arms along the setting.

    Filled markers are cells whose interval leaves out 0, hollow ones those that are undecided or equivalent; pale
    bands are the intervals. Lines are interrupted where nobody is compared.
    """
    known = [spot for spot in spots if np.isfinite(spot.value)]
    if not known:
        say_nothing_to_draw(axes, "nobody to compare")
        return
    words = list(dict.fromkeys(spot.x for spot in spots if isinstance(spot.x, str)))
    scale = scale_of(spots[0].unit)
    ends: dict[str, float] = {}
    for arm in dict.fromkeys(spot.arm for spot in spots):
        own = sorted((spot for spot in spots if spot.arm == arm), key=lambda spot: place_of(spot, words))
        _draw_arm(axes, np.array([place_of(spot, words) for spot in own]), own, styles[arm], scale)
        ends[arm] = next((spot.value * scale for spot in reversed(own) if np.isfinite(spot.value)), np.nan)
    axes.axhline(0, color=INK, linewidth=1.0)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.margins(y=0.14)
    if words:
        axes.set_xticks(range(len(words)), words)
    _label_lines(axes, {arm: value for arm, value in ends.items() if np.isfinite(value)}, styles)


def place_of(spot: Spot, words: Sequence[str]) -> float:
    """Where a cell stands on the axis: at its value, or at its place among the words that are swept."""
    return float(words.index(spot.x)) if isinstance(spot.x, str) else float(spot.x)


def _draw_arm(axes: Axes, x: np.ndarray, spots: Sequence[Spot], style: ArmStyle, scale: int) -> None:
    value, low, high = (scale * np.array([getattr(spot, name) for spot in spots]) for name in ("value", "low", "high"))
    axes.fill_between(x, low, high, color=style.colour, alpha=0.16, linewidth=0)
    axes.plot(x, value, color=style.colour, linestyle=style.dash, linewidth=1.8)
    decided = np.array([bool(spot.better) for spot in spots])
    for chosen, face in ((decided, style.colour), (~decided, "white")):
        axes.plot(x[chosen], value[chosen], style.marker, color=style.colour, markerfacecolor=face, markersize=5.5)


def _label_lines(axes: Axes, ends: Mapping[str, float], styles: Mapping[str, ArmStyle]) -> None:
    """Name the lines at their right ends, kept apart."""
    low, high = axes.get_ylim()
    at = -1.0
    for arm, value in sorted(ends.items(), key=lambda each: each[1]):
        at = max((value - low) / (high - low), at + LABEL_HEIGHT)
        axes.text(1.015, at, styles[arm].label, transform=axes.transAxes, va="center", color=styles[arm].colour,
                  fontweight="bold")  # fmt: skip
    if len(ends) == 1:
        above, below = "better \N{UPWARDS ARROW}", "worse \N{DOWNWARDS ARROW}"
        for height, text in ((0.98, above), (0.02, below)):
            axes.text(0.01, height, text, transform=axes.transAxes, va="top" if height > 0.5 else "bottom",
                      color=FAINT, fontsize=9)  # fmt: skip
