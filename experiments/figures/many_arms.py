"""Figures for studies of many arms: each arm against the baseline on lines and in small panels, not one on another."""

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from experiments.estimates import Difference
from experiments.figures.distributions import Point, draw_curves
from experiments.figures.style import FAINT, INK, RULE, ArmStyle, say_nothing_to_draw
from experiments.measures import quantity
from experiments.statistics import Interval
from experiments.wording import difference

MANY = 4
"""Arms beyond which figures show them apart."""

OUTCOMES = ("profit_per_prospect", "surplus_per_prospect", "won", "contacts_per_prospect")
"""The outcomes whose differences are shown, a panel for each."""


def draw_outcome(axes: Axes, rows: Sequence[Difference], styles: Mapping[str, ArmStyle], name: str) -> None:
    """Draw the differences of one outcome from the baseline, a line for each arm, from the top down."""
    shown = {row.arm: row for row in rows if row.quantity == name and math.isfinite(row.value)}
    if not shown:
        say_nothing_to_draw(axes, "nothing to compare")
        return
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    for height, (arm, row) in enumerate(reversed(shown.items())):
        style, interval = styles[arm], Interval(row.low, row.high)
        ends = [limit for limit in interval if math.isfinite(limit)]
        axes.plot(ends, [height] * len(ends), color=style.colour, linewidth=1.8, solid_capstyle="butt")
        axes.plot(row.value, height, style.marker, color=style.colour, markersize=6)
        text = difference(row.value, row.unit, interval)
        axes.text(1.02, height, text, transform=beside, va="center", fontsize=9, color=INK)
    reach = 1.1 * max(abs(limit) for row in shown.values() for limit in (row.value, row.low, row.high)
                      if math.isfinite(limit))  # fmt: skip
    axes.axvline(0, color=INK, linewidth=1.0)
    axes.set(xlim=(-reach or -1.0, reach or 1.0), ylim=(-0.7, len(shown) - 0.3), yticks=[])
    if quantity(name).unit == "share":
        axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g}")
    axes.grid(axis="x", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=5)


def write_arms(axes: Axes, arms: Sequence[str], styles: Mapping[str, ArmStyle]) -> None:
    """Write the names of the arms to the left of the axes, in their colours."""
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    for height, arm in enumerate(reversed(arms)):
        axes.text(-0.04, height, styles[arm].label, transform=beside, ha="right", va="center",
                  color=styles[arm].colour, fontweight="bold", fontsize=9.5)  # fmt: skip


def draw_beside_baseline(
    axes: Axes, points: Sequence[Point], base: str, arm: str, styles: Mapping[str, ArmStyle]
) -> None:
    """Draw the distribution of one arm over that of the baseline, which is grey."""
    if not points:
        say_nothing_to_draw(axes, "no deals")
        return
    grey = styles[base]._replace(colour=FAINT, dash="-")
    draw_curves(axes, points, {base: grey} if arm == base else {base: grey, arm: styles[arm]})
    axes.set_title(styles[arm].label, color=styles[arm].colour, fontsize=10)
