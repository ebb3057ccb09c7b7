"""The figure of a sensitivity analysis: how much each setting matters for which arm is better."""

import math
from pathlib import Path
from typing import Any

from experiments.figures.colours import PALETTE
from experiments.figures.style import FAINT, INK, RULE, caption, heading, new_figure, one_look
from experiments.sensitivity import OUTCOMES, Index, Sensitivity
from experiments.tables import csv_of
from experiments.wording import MINUS

MOST_SHOWN = 12
WIDTH = 13.0
FOOT, HEAD, ROW = 0.9, 1.0, 0.3
"""Inches below and above the bars, and for each."""
AXES_LABEL = {"morris": "mean size of the effect of a step (mu*)", "sobol": "total index (Sobol')"}


def save_sensitivity(path: Path, found: Sensitivity, title: str, currency: str) -> None:
    """Draw the strongest settings for each outcome, with the lowest and highest of the repetitions; a PNG.

    All indices are written beside it as CSV. Both files must not be there. Raises OSError.
    """
    count = min(MOST_SHOWN, len(found.of(OUTCOMES[0])))
    height = FOOT + HEAD + ROW * count + 0.6
    first, second = found.labels
    with one_look():
        figure = new_figure(WIDTH, height)
        heading(figure, title, f"What moves the difference {second} {MINUS} {first}, strongest first")
        for i, outcome in enumerate(OUTCOMES):
            left = 0.16 + i * 0.285
            axes = figure.add_axes((left, (FOOT + 0.3) / height, 0.11, ROW * count / height))
            shown = found.of(outcome)[:count]
            for place, index in enumerate(reversed(shown)):
                axes.barh(place, index.strength, height=0.62, edgecolor="white", linewidth=0, **_look(index))
                axes.plot([index.lowest, index.highest], [place, place], color=INK, linewidth=1.4)
            axes.set(yticks=range(count), ylim=(-0.6, count - 0.4), xlabel=AXES_LABEL[found.method])
            axes.set_yticklabels([index.setting for index in reversed(shown)], fontsize=8.5)
            axes.xaxis.label.set_fontsize(8.5)
            axes.set_title(outcome, fontsize=10)
            axes.grid(axis="x", color=RULE, linewidth=0.8)
            axes.set_axisbelow(True)
        told = ""
        if found.method == "morris":
            told = f"Blue: {second} gains as the setting rises; orange and hatched: {first} does. "
        caption(
            figure,
            f"{told}Money in {currency}. Thin lines: lowest and highest of {len(found.answers)} repetitions with other "
            f"luck and other points. {found.answers.shape[1]} points each, the same buyers in both arms.",
        )
        figure.savefig(path, dpi=150, metadata={"Software": None})
    path.with_suffix(".csv").write_text(csv_of(found.indices, Index._fields), encoding="utf-8", newline="")


def _look(index: Index) -> dict[str, Any]:
    """Which way the difference goes as the setting rises, by colour and by hatching; grey where it is unknown."""
    if math.isnan(index.direction):
        return {"facecolor": FAINT}
    return {"facecolor": PALETTE[0]} if index.direction > 0 else {"facecolor": PALETTE[1], "hatch": "////"}
