"""Outcome distributions: what share of prospects ended with at most so much money, arm by arm."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from experiments.figures.style import FAINT, RULE, ArmStyle, say_nothing_to_draw
from experiments.spread import Spread

MOST_POINTS = 1000
"""Points a curve is drawn with: more would not be seen, and would make files of many megabytes."""

SHOWN = (0.005, 0.995)
"""The part of the outcomes of all arms together that the horizontal axis covers."""


Curve = tuple[np.ndarray, np.ndarray]
"""Values in rising order, and the share of outcomes at most each of them."""


ROOM_FOR_A_LABEL = 0.12
"""Height left free above the curves, in which the label of the uppermost stands at ABOVE_ALL."""

ABOVE_ALL = 1.06
HEIGHT_OF_A_LABEL = 0.08
KEY_WIDTH, CHARACTER_WIDTH = 0.1, 0.019
"""Parts of the width of the axes that the piece of line before a label takes, and each of its characters."""


class Point(NamedTuple):
    """A point of a distribution: the share of an arm's prospects with at most this value, money."""

    outcome: str
    arm: str
    value: float
    share: float


def distribution(outcome: str, arm: str, spread: Spread, most: int = MOST_POINTS) -> list[Point]:
    """The empirical distribution of amounts, thinned to evenly spaced shares."""
    ordered, shares = spread.values, np.cumsum(spread.counts) / max(spread.size, 1)
    if ordered.size > most:
        kept = np.unique(np.searchsorted(shares, np.linspace(shares[0], 1.0, most)).clip(0, ordered.size - 1))
        ordered, shares = ordered[kept], shares[kept]
    return [Point(outcome, arm, float(value), float(share)) for value, share in zip(ordered, shares, strict=True)]


def draw_distributions(
    axes: Axes,
    points: Sequence[Point],
    styles: Mapping[str, ArmStyle],
    notes: Mapping[str, str],
    half_band: float,
) -> None:
    """Draw one outcome of all arms; ``notes`` stand under the arms' labels: their share of deals lost."""
    if not points:
        say_nothing_to_draw(axes, "no deals")
        return
    curves = draw_curves(axes, points, styles, half_band)
    axes.set(ylim=(0, 1 + ROOM_FOR_A_LABEL))
    _label_curves(axes, curves, styles, notes)


def draw_curves(
    axes: Axes, points: Sequence[Point], styles: Mapping[str, ArmStyle], half_band: float = 0.0
) -> dict[str, Curve]:
    """Draw the curves of the arms that have a style, without names; returns them. There are points of each."""
    curves = {arm: _curve(points, arm) for arm in styles}
    low, high = _range(curves.values())
    for arm, curve in curves.items():
        _draw_curve(axes, curve, styles[arm], (low, high), half_band)
    axes.set(xlim=(low, high), ylim=(0, 1), yticks=np.linspace(0, 1, 6))
    axes.spines["left"].set_bounds(0, 1)
    axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    if low < 0 < high:
        axes.plot((0, 0), (0, 1), color=FAINT, linewidth=0.8)
    return curves


def _draw_curve(axes: Axes, curve: Curve, style: ArmStyle, ends: tuple[float, float], half_band: float) -> None:
    """Draw the part of a distribution between two ends, and its band."""
    (low, high), (values, shares) = ends, curve
    inside = (values > low) & (values < high)
    x = np.array([low, *values[inside], high])
    y = np.array([_share_at(values, shares, low), *shares[inside], _share_at(values, shares, high)])
    lower, upper = (y - half_band).clip(min=0), (y + half_band).clip(max=1)
    axes.fill_between(x, lower, upper, step="post", color=style.colour, alpha=0.15, linewidth=0)
    axes.step(x, y, where="post", color=style.colour, linestyle=style.dash, linewidth=2.0)


def _curve(points: Sequence[Point], arm: str) -> Curve:
    own = [point for point in points if point.arm == arm]
    return np.array([point.value for point in own]), np.array([point.share for point in own])


def _share_at(values: np.ndarray, shares: np.ndarray, at: float) -> float:
    place = int(np.searchsorted(values, at, side="right"))
    return float(shares[place - 1]) if place else 0.0


def _value_at(curve: Curve, share: float) -> float:
    values, shares = curve
    return float(values[min(int(np.searchsorted(shares, share)), values.size - 1)])


def _range(curves: Collection[Curve]) -> tuple[float, float]:
    """The values between the outer shares of SHOWN, of all arms; never empty."""
    low = min(_value_at(curve, SHOWN[0]) for curve in curves)
    high = max(_value_at(curve, SHOWN[1]) for curve in curves)
    margin = 0.04 * (high - low) or 1.0
    return low - margin, high + margin


def _label_curves(
    axes: Axes,
    curves: Mapping[str, Curve],
    styles: Mapping[str, ArmStyle],
    notes: Mapping[str, str],
) -> None:
    """Name the curves where they lie apart: there is room above on the left and below on the right."""
    low, high = axes.get_xlim()
    levels = np.linspace(0.4, 0.97, 58)
    apart = [np.ptp([_value_at(curve, level) for curve in curves.values()]) for level in levels]
    level = float(levels[int(np.argmax(apart))])
    from_left = sorted(curves, key=lambda arm: _value_at(curves[arm], level))
    labels = {arm: ", ".join(filter(None, (styles[arm].label, notes.get(arm)))) for arm in from_left}
    room = KEY_WIDTH + CHARACTER_WIDTH * max(map(len, labels.values()))
    at = max(low, min(_value_at(curves[from_left[0]], level), high - room * (high - low)))
    below = min(_share_at(*curve, at) for curve in curves.values())
    for place, arm in enumerate(from_left):
        is_uppermost = place == 0 and len(from_left) > 1
        height = ABOVE_ALL if is_uppermost else below - HEIGHT_OF_A_LABEL * max(place, 1)
        _write_label(axes, at, height, styles[arm], labels[arm])


def _write_label(axes: Axes, at: float, height: float, style: ArmStyle, label: str) -> None:
    """Write a label to the right of a place, behind a piece of the line it is about."""
    low, high = axes.get_xlim()
    start = at + 0.02 * (high - low)
    end = start + 0.055 * (high - low)
    axes.plot((start, end), (height, height), color=style.colour, linestyle=style.dash, linewidth=2.0)
    axes.annotate(
        label,
        (end, height),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        color=style.colour,
        fontweight="bold",
        fontsize=10,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )
