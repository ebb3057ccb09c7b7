"""One look for all figures: colours that stay with a policy, and axes without clutter.

The colours are those of Okabe and Ito (2008), told apart also with a colour-vision deficiency; every arm
has a dash and a marker of its own besides.
"""

import textwrap
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.colours import COLOUR_OF_POLICY, PALETTE
from experiments.plan import Plan

INK = "#1a1a1a"
FAINT = "#6b6b6b"
RULE = "#d9d9d9"

DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.6)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (3, 1, 1, 1, 1, 1)),
)
MARKERS = ("o", "D", "s", "^", "v")

SETTINGS: Any = {  # keys are literals in matplotlib's own types
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that a figure is the same on every machine
    "font.size": 10.5,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "zopa",  # element names would be random otherwise
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
}


def one_look() -> AbstractContextManager[None]:
    """The context within which every figure is drawn."""
    return rc_context(SETTINGS)


class ArmStyle(NamedTuple):
    """How an arm looks: its label, colour, dash and marker."""

    label: str
    colour: str
    dash: Any
    marker: str


def arm_styles(plan: Plan) -> dict[str, ArmStyle]:
    """The style of each arm; by its price policy where the arms are told apart by that."""
    policies = [scenario.seller.price_policy for scenario in plan.scenarios]
    colours = _colours(policies if len(set(policies)) == len(policies) else [""] * len(policies))
    return {
        arm: ArmStyle(plan.study.label(arm), colour, DASHES[place % len(DASHES)], MARKERS[place % len(MARKERS)])
        for place, (arm, colour) in enumerate(zip(plan.arms, colours, strict=True))
    }


def _colours(policies: Sequence[str]) -> list[str]:
    known: Mapping[str, str] = COLOUR_OF_POLICY
    left = [colour for colour in PALETTE if colour not in {known.get(policy) for policy in policies}]
    colours = []
    for policy in policies:
        colours.append(known.get(policy) or left[0])
        if policy not in known:
            left = [*left[1:], left[0]]
    return colours


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, in inches; to be called within ``one_look()``."""
    return Figure(figsize=(width, height), layout=None)


def caption(figure: Figure, text: str) -> None:
    """Write the caption at the foot of the figure, wrapped to its width; a number keeps its per cent sign."""
    columns = int(figure.get_figwidth() * 14.5)
    lines = textwrap.fill(text.replace(" %", "\N{NO-BREAK SPACE}%"), columns)
    figure.text(0.02, 0.02, lines, fontsize=8.5, color=FAINT, va="bottom", ha="left", linespacing=1.35)


def heading(figure: Figure, title: str, subtitle: str) -> None:
    """Write what the figure shows at its head."""
    inch = 1 / figure.get_figheight()
    size = fitting(14, title, 8 * figure.get_figwidth())
    figure.text(0.02, 1 - 0.12 * inch, title, fontsize=size, fontweight="bold", va="top", ha="left")
    figure.text(0.02, 1 - 0.44 * inch, subtitle, fontsize=10.5, color=FAINT, va="top", ha="left")


def fitting(size: float, text: str, characters: float) -> float:
    """The font size, smaller for a text of more characters than there is room for at that size."""
    return size * min(1.0, characters / max(len(text), 1))


def say_nothing_to_draw(axes: Axes, why: str) -> None:
    """Say in words what there is no picture of."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color=FAINT)
