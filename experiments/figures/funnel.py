"""The funnel: where deals end, why, and where the buyers go, arm beside arm."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.transforms import blended_transform_factory

from experiments.exits import Exit
from experiments.figures.style import FAINT, INK, RULE, ArmStyle, say_nothing_to_draw
from experiments.wording import per_cent, words
from sim.outcome import DESTINATIONS, REASONS, STEPS

HATCH_OF_COMPETITOR = "////"
GREY = "#9a9a9a"
PALE = "#ececec"
MOST_DECIMALS_BELOW = 0.0995
"""Shares below this are written with one decimal, others without."""

SMALLEST_WRITTEN = 0.001


class Line(NamedTuple):
    """A line of the funnel: a step that deals reach (no reason), or a reason for which they end in it."""

    step: str
    reason: str

    @property
    def text(self) -> str:
        """What stands beside the line."""
        return words(self.reason or self.step)


def lines_of(exits: Sequence[Exit]) -> list[Line]:
    """The lines that the exits of all arms need, in the order of the process: a step, then its reasons."""
    present = {(row.step, row.reason) for row in exits}
    lines = []
    for step in STEPS:
        reasons = [reason for reason in REASONS if (step, reason) in present]
        lines += [Line(step, ""), *(Line(step, reason) for reason in reasons)] if reasons else []
    return lines


def draw_funnel(axes: Axes, exits: Sequence[Exit], lines: Sequence[Line], style: ArmStyle) -> None:
    """Draw the exits of one arm on the lines given, as shares of all its prospects.

    A step's pale bar is the share of prospects that reach it. A reason's bar is the share that end there
    for it: in the arm's colour if they sign, plain grey if they decide for nothing, hatched if they buy
    from a competitor.
    """
    if not exits:
        say_nothing_to_draw(axes, "no deals")
        return
    for height, line in enumerate(reversed(lines)):
        if line.reason:
            _draw_reason(axes, height, [row for row in exits if row[2:4] == line], style)
        else:
            _draw_step(axes, height, sum(row.share for row in exits if _place(row.step) >= _place(line.step)))
    axes.set(xlim=(0, 1.06), ylim=(-0.6, len(lines) - 0.4), xticks=(0, 0.25, 0.5, 0.75, 1.0))
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axes.set_title(style.label, color=style.colour)
    axes.set_yticks([])
    axes.grid(axis="x", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_bounds(0, 1)


def write_lines(axes: Axes, lines: Sequence[Line]) -> None:
    """Write what the lines are to the left of the axes."""
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    for height, line in enumerate(reversed(lines)):
        axes.text(
            -0.03,
            height,
            line.text,
            transform=beside,
            ha="right",
            va="center",
            color=INK if not line.reason else FAINT,
            fontweight="normal" if line.reason else "bold",
        )


def _draw_step(axes: Axes, height: int, share: float) -> None:
    axes.barh(height, share, height=0.86, color=PALE)
    fits_inside = share > 0.3
    axes.text(
        share - 0.012 if fits_inside else share + 0.012,
        height,
        f"{_short(share)} reach it",
        ha="right" if fits_inside else "left",
        va="center",
        fontsize=9,
        color=FAINT,
    )


def _draw_reason(axes: Axes, height: int, exits: Sequence[Exit], style: ArmStyle) -> None:
    start = 0.0
    for destination in DESTINATIONS:
        share = sum(row.share for row in exits if row.destination == destination)
        if share == 0:
            continue
        signed, competitor = destination == "seller", destination == "competitor"
        axes.barh(
            height,
            share,
            left=start,
            height=0.62,
            color=style.colour if signed else "white" if competitor else GREY,
            edgecolor=style.colour if signed else GREY,
            hatch=HATCH_OF_COMPETITOR if competitor else None,
            linewidth=0.8,
        )
        start += share
    axes.text(start + 0.012, height, _short(start), va="center", fontsize=9, color=INK if start else FAINT)


def _short(share: float) -> str:
    if 0 < share < SMALLEST_WRITTEN:
        return f"<{per_cent(SMALLEST_WRITTEN)}"
    return per_cent(share, 1 if 0 < share < MOST_DECIMALS_BELOW else 0)


def _place(step: str) -> int:
    return STEPS.index(step)


def draw_key(figure: Figure) -> None:
    """Explain the fillings at the head of the figure."""
    fillings: tuple[tuple[str, dict[str, Any]], ...] = (
        ("bought from a competitor", {"facecolor": "white", "edgecolor": GREY, "hatch": HATCH_OF_COMPETITOR}),
        ("no decision", {"facecolor": GREY}),
    )
    handles = [Patch(label=label, **filling) for label, filling in fillings]
    figure.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(0.985, 1 - 0.36 / figure.get_figheight()),
        ncols=2,
        frameon=False,
        fontsize=9,
    )
