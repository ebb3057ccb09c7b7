"""The forest of paired differences: what the other arm changes, each outcome against its own spread."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from experiments.aggregate import EVERYBODY, PRIMARY
from experiments.estimates import Difference
from experiments.figures.style import FAINT, INK, RULE, ArmStyle, fitting, say_nothing_to_draw
from experiments.measures import IN_MONEY_PER_PROSPECT, quantity
from experiments.statistics import Interval
from experiments.wording import difference, limits

MAIN_OUTCOMES = (
    "won",
    "profit_per_prospect",
    "profit_per_contact",
    "surplus_per_prospect",
    "joint_per_prospect",
    "contacts_per_prospect",
    "no_decision",
    "competitor",
)

SIGNS = ("\N{BLACK CIRCLE}", "\N{WHITE DIAMOND}")
"""The markers of the populations as text."""

PALE_BLUE = "#e3edf5"


class Mark(NamedTuple):
    """How a population is drawn: its name, its marker, what fills it, and its shift up or down a row."""

    label: str
    marker: str
    face: str
    shift: float


MARKS = {
    PRIMARY: Mark("asked for the price at the first contact", "o", INK, 0.17),
    EVERYBODY: Mark("all prospects", "D", "white", -0.17),
}


def rows_of(differences: Sequence[Difference], arm: str) -> list[Difference]:
    """The differences of one arm that the forest shows."""
    return [row for row in differences if row.arm == arm and row.quantity in MAIN_OUTCOMES]


def draw_differences(
    axes: Axes, rows: Sequence[Difference], base: ArmStyle, other: ArmStyle, rope: float | None
) -> None:
    """Draw differences in standard deviations over prospects, and write them in their own units beside.

    The zero line is where the arms are alike; the pale bands on the outcomes in money per prospect are the
    equivalence margin, if the study has one.
    """
    drawn = [row for row in rows if math.isfinite(row.value)]
    if not drawn:
        say_nothing_to_draw(axes, "no two arms to compare")
        return
    numbers = [abs(number) for row in drawn for number in _standardised(row)]
    reach = 1.15 * max(numbers, default=0.0) or 1.0
    for place, name in enumerate(reversed(MAIN_OUTCOMES)):
        _write_outcome(axes, place, name)
        for row in drawn:
            if row.quantity == name:
                _draw_difference(axes, place + MARKS[row.population].shift, row)
                if rope is not None and row.population == PRIMARY and name in IN_MONEY_PER_PROSPECT and row.spread:
                    axes.barh(place, 2 * rope / row.spread, left=-rope / row.spread, height=0.8, color=PALE_BLUE)
    axes.axvline(0, color=INK, linewidth=1.0)
    axes.set(xlim=(-reach, reach), ylim=(-0.7, len(MAIN_OUTCOMES) - 0.3), yticks=[])
    axes.set_xlabel("difference, in standard deviations of the outcome over prospects", fontsize=9.5)
    axes.grid(axis="x", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    _say_which_side_is_which(axes, base, other)


def _standardised(row: Difference) -> tuple[float, ...]:
    """Value and limits in standard deviations, as far as they are known; nothing where none is."""
    if not row.spread > 0:
        return ()
    return tuple(number / row.spread for number in (row.value, row.low, row.high) if math.isfinite(number))


def _draw_difference(axes: Axes, height: float, row: Difference) -> None:
    mark = MARKS[row.population]
    value, *ends = _standardised(row) or (None,)
    axes.plot(ends, [height] * len(ends), color=INK, linewidth=1.6, solid_capstyle="butt")
    if value is not None:
        axes.plot(value, height, mark.marker, markersize=6, color=INK, markerfacecolor=mark.face)
    interval = Interval(row.low, row.high)
    text = f"{difference(row.value, row.unit, interval)}   ({limits(row.value, interval, row.unit)})"
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    strong = row.population == PRIMARY
    axes.text(
        1.04,
        height,
        text,
        transform=beside,
        va="center",
        fontsize=9,
        fontweight="bold" if strong else "normal",
        color=INK if strong else FAINT,
    )


def _write_outcome(axes: Axes, height: int, name: str) -> None:
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    axes.text(-0.03, height, quantity(name).label, transform=beside, ha="right", va="center")


def _say_which_side_is_which(axes: Axes, base: ArmStyle, other: ArmStyle) -> None:
    left, right = (
        f"\N{LEFTWARDS ARROW} higher with {base.label}",
        f"higher with {other.label} \N{RIGHTWARDS ARROW}",
    )
    size = fitting(10, max(left, right, key=len), 30)
    above: dict[str, Any] = {
        "transform": axes.transAxes,
        "va": "bottom",
        "fontsize": size,
        "fontweight": "bold",
    }
    axes.text(0.49, 1.01, left, ha="right", color=base.colour, **above)
    axes.text(0.51, 1.01, right, ha="left", color=other.colour, **above)
    for line, (mark, sign) in enumerate(zip(MARKS.values(), SIGNS, strict=True)):
        style = {"fontweight": "normal", "color": FAINT} if line else {"color": INK}
        axes.text(1.04, 1.055 - 0.045 * line, f"{sign} {mark.label}", **{**above, "fontsize": 9, **style})
