"""The precision trace: how exactly the difference was known when, and when that was enough."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from experiments.figures.colours import PALETTE
from experiments.figures.style import FAINT, INK, RULE, say_nothing_to_draw
from experiments.stopping import Look


def draw_precision(axes: Axes, looks: Sequence[Look], wanted: float) -> None:
    """Draw the half-width at each look of each cell over deals, both logarithmic; ``wanted`` is what was asked for.

    Hollow marks are looks that were not satisfied, filled ones those that were; of many cells only lines are drawn.
    """
    known = [look for look in looks if np.isfinite(look.half_width) and look.half_width > 0]
    if not known:
        say_nothing_to_draw(axes, "no difference to know exactly")
        return
    cells = list(dict.fromkeys(look.cell for look in known))
    few = len(cells) <= 4
    for cell in cells:
        own = [look for look in known if look.cell == cell]
        deals, widths = [look.deals for look in own], [look.half_width for look in own]
        axes.plot(deals, widths, color=PALETTE[0], linewidth=1.8 if few else 0.8, alpha=1 if few else 0.5)
        for look in own if few else ():
            face = PALETTE[0] if look.satisfied else "white"
            axes.plot(look.deals, look.half_width, "o", color=PALETTE[0], markerfacecolor=face, markersize=6)
        if few and len(cells) > 1:
            axes.annotate(f"cell {cell}", (deals[-1], widths[-1]), (6, 0), textcoords="offset points", va="center")
    axes.axhline(wanted, color=INK, linewidth=1.2, linestyle="--")
    # The widths fall from the left: there is room below the line where they begin.
    axes.annotate(f"asked for: ±{wanted:g}", (0.01, wanted), (0, -4), xycoords=axes.get_yaxis_transform(),
                  textcoords="offset points", ha="left", va="top", color=INK, fontsize=9.5)  # fmt: skip
    values = [*(look.half_width for look in known), wanted]
    axes.set(xscale="log", yscale="log", ylim=(min(values) * 0.8, max(values) * 1.25))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,.6g}")
        axis.set_minor_formatter(lambda value, _: f"{value:,.6g}" if str(f"{value:e}")[0] in "25" else "")
    axes.grid(color=RULE, linewidth=0.8)
    axes.tick_params(which="minor", colors=FAINT)
    axes.set_axisbelow(True)
