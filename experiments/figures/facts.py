"""The picture of a fact: each of its numbers on an axis of its own, beside what is known of the world.

A band is the range that is right, hatched where its width is a guess; of a sign, the half-line on the right side of
nothing. What was observed is a mark with its interval; hit, missed and undecided differ in the mark's form and in word.
"""

import math
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.colours import PALETTE
from experiments.figures.picture import Picture, files_of
from experiments.figures.style import FAINT, INK, new_figure, one_look
from experiments.validation.findings import Fact, Finding, Target, Verdict
from experiments.wording import MINUS

WIDTH = 5.4
"""Inches: so narrow that it can be read on a phone."""
LINE, STRIP, TICKS, EDGE = 0.21, 0.34, 0.36, 0.1
"""Inches for a line of words, for the axis of a number, for its ticks, and around all."""
LETTERS = 58
"""Characters in a line of words."""
MOST_BEYOND = 3.0
"""How far an interval is drawn beyond range and observation, in units of these; an arrow stands for the rest."""
BAND = "#cfe3f1"


class Look(NamedTuple):
    """How a verdict looks: its sign in words, the form of the mark, its colour, and what fills it."""

    sign: str
    marker: str
    colour: str
    face: str


LOOKS = {
    Verdict.HIT: Look("\N{CHECK MARK}", "o", PALETTE[0], PALETTE[0]),
    Verdict.MISS: Look("\N{BALLOT X}", "X", PALETTE[1], PALETTE[1]),
    Verdict.WRONG_SIGN: Look("\N{BALLOT X}", "X", PALETTE[1], PALETTE[1]),
    Verdict.UNDECIDED: Look("?", "D", FAINT, "white"),
    Verdict.NOT_MEASURED: Look(MINUS, "", FAINT, "white"),
}


class Row(NamedTuple):
    """The data behind one axis; ends that are infinite or unknown are empty."""

    fact: int
    what: str
    low: float
    high: float
    rough: bool
    observed: float
    interval_low: float
    interval_high: float
    verdict: str


def rows_of(fact: Fact, findings: Sequence[Finding]) -> list[Row]:
    """The data behind the picture of a fact."""
    return [
        Row(fact.number, each.what, each.target.low, each.target.high, each.target.rough, each.observed,
            each.interval.low, each.interval.high, each.verdict.value)
        for each in findings
    ]  # fmt: skip


def files_of_fact(fact: Fact, findings: Sequence[Finding], alternative: str = "") -> dict[str, bytes]:
    """The picture of a fact as PNG and SVG, and its data as CSV, by name; the same bytes for the same findings."""
    with one_look():
        return files_of(picture_of(fact, findings, alternative))


def picture_of(fact: Fact, findings: Sequence[Finding], alternative: str = "") -> Picture:
    """The picture of a fact; to be called within ``one_look()``."""
    told = [textwrap.wrap(each.what, LETTERS) for each in findings]
    heights = [LINE * (len(lines) + 1) + STRIP + TICKS for lines in told]
    total = sum(heights) + 2 * EDGE
    figure = new_figure(WIDTH, total)
    top = total - EDGE
    for finding, lines, height in zip(findings, told, heights, strict=True):
        _draw(figure, finding, lines, top, total)
        top -= height
    return Picture(f"fact-{fact.number:02}-{fact.name}", figure, rows_of(fact, findings), Row._fields, alternative)


def _draw(figure: Figure, finding: Finding, lines: Sequence[str], top: float, total: float) -> None:
    look = LOOKS[finding.verdict]
    words: dict[str, Any] = {"va": "top", "ha": "left", "linespacing": 1.25}
    figure.text(EDGE / WIDTH, top / total, "\n".join(lines), fontsize=11, **words)
    below = top - LINE * len(lines)
    said = f"{look.sign} {finding.verdict.value}"
    figure.text(
        EDGE / WIDTH, below / total, said, fontsize=11, fontweight="bold", color=_ink(look), **words
    )  # fmt: skip
    bottom = below - LINE - STRIP
    axes = figure.add_axes((0.05, bottom / total, 0.9, STRIP / total))
    draw_finding(axes, finding)


def _ink(look: Look) -> str:
    """A colour dark enough for words."""
    return INK if look.face == "white" else {PALETTE[0]: "#005a8e", PALETTE[1]: "#a84300"}[look.colour]


def draw_finding(axes: Axes, finding: Finding) -> None:
    """Draw one number: what it should be, what was observed, and the interval of that."""
    left, right = limits_of(finding)
    axes.set(xlim=(left, right), ylim=(-1, 1), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", labelsize=9.5)
    axes.locator_params(axis="x", nbins=6)
    _draw_target(axes, finding.target, left, right)
    if finding.verdict == Verdict.NOT_MEASURED:
        return
    look = LOOKS[finding.verdict]
    _draw_interval(axes, finding, look.colour)
    axes.plot(finding.observed, 0, look.marker, markersize=9, color=look.colour, markerfacecolor=look.face,
              markeredgewidth=1.5 if look.face == "white" else 0.5, clip_on=False, zorder=4)  # fmt: skip


def _draw_target(axes: Axes, target: Target, left: float, right: float) -> None:
    low, high = max(target.low, left), min(target.high, right)
    axes.axvspan(low, high, facecolor=BAND, edgecolor=FAINT, linewidth=0, hatch="////" if target.rough else None)
    for end in (target.low, target.high):
        if math.isfinite(end):
            axes.axvline(end, color=INK, linewidth=1.2)
    if target.is_sign:
        way = 1 if target.low == 0 else -1
        end = right if way > 0 else left
        axes.annotate("", (end, -0.8), (0, -0.8), arrowprops={"arrowstyle": "->", "color": INK, "linewidth": 1.0})


def _draw_interval(axes: Axes, finding: Finding, colour: str) -> None:
    """The interval, as far as there is room; an arrow where it goes on. None of a number that is exact."""
    low, high = finding.interval
    left, right = axes.get_xlim()
    if not low < high:
        return
    axes.plot([max(low, left), min(high, right)], [0, 0], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=3)
    for end, edge, marker in ((low, left, "<"), (high, right, ">")):
        within = left <= end <= right
        axes.plot(end if within else edge, 0, "|" if within else marker, color=colour, markersize=9 if within else 7,
                  markeredgewidth=1.6, clip_on=False, zorder=3)  # fmt: skip


def limits_of(finding: Finding) -> tuple[float, float]:
    """The ends of the axis: range and observation whole, of the interval as much as leaves these to be seen."""
    shown = [0.0] if finding.target.is_sign else [finding.target.low, finding.target.high]
    known = [end for end in (*finding.interval, finding.observed) if math.isfinite(end)]
    if math.isfinite(finding.observed):
        shown.append(finding.observed)
    least, most = min(shown), max(shown)
    if finding.target.is_sign:
        least, most = min(least, *known, 0.0), max(most, *known, 0.0)
        reach = max(most - least, -least, most) or 1.0
        return min(least, -0.3 * reach) - 0.08 * reach, max(most, 0.3 * reach) + 0.08 * reach
    room = MOST_BEYOND * (most - least)
    least, most = max(min(least, *known, least), least - room), min(max(most, *known, most), most + room)
    return least - 0.1 * (most - least), most + 0.1 * (most - least)
