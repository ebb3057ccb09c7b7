"""The shift function: how much more or less every part of the outcomes is with one arm than with the baseline."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from experiments.figures.style import FAINT, INK, RULE, ArmStyle, say_nothing_to_draw
from experiments.shape import Shift

REACH = 1.25
"""How far the vertical axis goes beyond the largest difference; a band that is wider is cut there."""


def draw_shift(axes: Axes, rows: Sequence[Shift], style: ArmStyle) -> None:
    """Draw differences of quantiles with their band, by the share of outcomes below; the worst are on the left."""
    if not rows:
        say_nothing_to_draw(axes, "no deals")
        return
    share, value, low, high = (
        np.array([getattr(row, name) for row in rows]) for name in ("share", "value", "low", "high")
    )
    reach = max(float(np.abs(value).max()), _usual_width(low, high)) * REACH or 1.0
    drawn = np.where(np.isnan(low), -2 * reach, low), np.where(np.isnan(high), 2 * reach, high)
    axes.fill_between(share, *drawn, color=style.colour, alpha=0.16, linewidth=0, step="mid")
    axes.step(share, value, where="mid", color=style.colour, linewidth=2.0)
    known = (low > 0) | (high < 0)
    axes.plot(share[known], value[known], style.marker, color=style.colour, markersize=4.5)
    axes.axhline(0, color=INK, linewidth=1.0)
    axes.set(xlim=(0, 1), ylim=(-reach, reach), xticks=np.linspace(0, 1, 6))
    axes.xaxis.set_major_formatter(lambda at, _: f"{100 * at:.0f} %")
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    for at, text in (
        (0.97, f"{style.label} has more \N{UPWARDS ARROW}"),
        (0.03, f"{style.label} has less \N{DOWNWARDS ARROW}"),
    ):
        axes.text(0.02, at, text, transform=axes.transAxes, va="top" if at > 0.5 else "bottom", color=FAINT, fontsize=9)


def _usual_width(low: np.ndarray, high: np.ndarray) -> float:
    """A band's half-width where it is known, in the middle of all; 0 where it is known nowhere."""
    widths = (high - low)[np.isfinite(high - low)] / 2
    return float(np.quantile(widths, 0.9)) if widths.size else 0.0
