"""The regime map: where which arm wins, over two settings of a sweep.

The colours diverge from white at 0 to the colours of the two arms. Nothing is told by colour alone: cells whose
interval covers 0 are hatched, those known to be equivalent dotted, contours carry the difference, regions are named.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.ticker import MaxNLocator
from scipy.ndimage import distance_transform_edt

from experiments.figures.style import FAINT, INK, ArmStyle, say_nothing_to_draw
from experiments.landscape import Grid, Spot, gridded
from experiments.wording import number, scale_of

HATCH_OF_UNDECIDED = "/////"
HATCH_OF_EQUIVALENT = "..."
NOBODY = "#f2f2f2"
"""The colour of cells in which nobody is compared."""

COLOURED = 0.98
"""The share of cells whose difference the colours tell apart; the outermost ones have the colour of the ends."""

SMALLEST_NAMED = 0.02
"""A region with less than this share of the cells is not named."""

MOST_CONTOURS = 7
FADED = 0.85
"""How far the colours go from white towards those of the arms: labels stay legible on them."""


class Colours(NamedTuple):
    """The colours from one end to the other, and the differences that they stand for, from ``-reach`` to ``reach``."""

    map: Colormap
    reach: float

    @property
    def norm(self) -> Normalize:
        """Centred on 0."""
        return Normalize(-self.reach, self.reach)


def draw_regimes(axes: Axes, spots: Sequence[Spot], styles: Mapping[str, ArmStyle]) -> Colours | None:
    """Draw the map of one arm against the baseline; returns what its colours mean, None where nothing is drawn."""
    known = [spot for spot in spots if np.isfinite(spot.value)]
    if not known:
        say_nothing_to_draw(axes, "nobody to compare")
        return None
    base, other = styles[known[0].versus], styles[known[0].arm]
    colours = Colours(_diverging(base, other), _reach([spot.value for spot in known]))
    grid = gridded(spots)
    if grid is None:
        _draw_strewn(axes, known, styles, colours)
    else:
        _draw_grid(axes, grid, styles, colours)
    return colours


def _reach(values: Sequence[float]) -> float:
    """How far the colours reach to both sides of 0."""
    sizes = np.abs(values)
    return float(np.quantile(sizes, COLOURED)) or float(np.max(sizes)) or 1.0


def _diverging(base: ArmStyle, other: ArmStyle) -> Colormap:
    return LinearSegmentedColormap.from_list("difference", [_faded(base), (1.0, 1.0, 1.0), _faded(other)])


def _faded(style: ArmStyle) -> tuple[float, float, float]:
    red, green, blue = (1 - FADED * (1 - part) for part in to_rgb(style.colour))
    return red, green, blue


def _draw_grid(axes: Axes, grid: Grid, styles: Mapping[str, ArmStyle], colours: Colours) -> None:
    """Draw every cell as a rectangle around its values, hatch, contours and names."""
    across, up = _centres(grid.columns), _centres(grid.rows)
    x, y = _edges(across), _edges(up)
    values = grid.numbers("value")
    axes.set_facecolor(NOBODY)
    axes.pcolormesh(x, y, np.ma.masked_invalid(values), cmap=colours.map, norm=colours.norm, rasterized=True)
    _hatch(axes, x, y, grid.marked("undecided"), HATCH_OF_UNDECIDED)
    _hatch(axes, x, y, grid.marked("equivalent"), HATCH_OF_EQUIVALENT)
    if min(values.shape) > 2:
        _draw_contours(axes, across, up, grid, colours)
    for axis, values_of, centres in ((axes.xaxis, grid.columns, across), (axes.yaxis, grid.rows, up)):
        if isinstance(values_of[0], str):
            axis.set_ticks(centres, [str(value) for value in values_of])
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    _name_regions(axes, across, up, grid, styles)


def _centres(values: Sequence[float | str]) -> np.ndarray:
    """Where the values stand on an axis; words at equal distances."""
    if any(isinstance(value, str) for value in values):
        return np.arange(len(values), dtype=float)
    return np.array(values, dtype=float)


def _edges(centres: np.ndarray) -> np.ndarray:
    """The borders of cells around their centres: half-way between neighbours."""
    if centres.size == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    between = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - between[0]], between, [2 * centres[-1] - between[-1]]])


def _hatch(axes: Axes, x: np.ndarray, y: np.ndarray, chosen: np.ndarray, hatch: str) -> None:
    cells = [
        Outline([(x[j], y[i]), (x[j + 1], y[i]), (x[j + 1], y[i + 1]), (x[j], y[i + 1]), (x[j], y[i])], closed=True)
        for i, j in np.argwhere(chosen)
    ]
    if cells:
        outline = Outline.make_compound_path(*cells)
        axes.add_patch(PathPatch(outline, fill=False, hatch=hatch, edgecolor=FAINT, linewidth=0))


def _draw_contours(axes: Axes, across: np.ndarray, up: np.ndarray, grid: Grid, colours: Colours) -> None:
    """Draw lines of equal difference, that of no difference stronger; they are of ``smoothed``."""
    values = smoothed(grid)
    levels = np.array(MaxNLocator(MOST_CONTOURS, symmetric=True).tick_values(-colours.reach, colours.reach))
    inside = [level for level in levels if np.nanmin(values) < level < np.nanmax(values)]
    if not inside:
        return
    widths = [2.2 if level == 0 else 0.9 for level in inside]
    drawn = axes.contour(across, up, np.ma.masked_invalid(values), levels=inside, colors=INK, linewidths=widths,
                         linestyles="solid")  # fmt: skip
    scale = scale_of(_unit(grid))
    texts = {
        level: "0" if level == 0 else number(level * scale, _decimals(levels * scale), signed=True) for level in inside
    }
    axes.clabel(drawn, fmt=texts, fontsize=8.5, inline_spacing=3)


def _unit(grid: Grid) -> str:
    return next(spot.unit for row in grid.spots for spot in row if spot is not None)


def _decimals(levels: np.ndarray) -> int:
    """The fewest decimals that write every level as it is."""
    return next((few for few in range(6) if np.allclose(np.round(levels, few), levels, rtol=0, atol=1e-9)), 6)


def smoothed(grid: Grid) -> np.ndarray:
    """Each cell's difference averaged with those of its neighbours, shape (rows, columns).

    A cell counts 4, its neighbours 2, those at its corners 1, each times how exactly it is known (one over the square
    of its interval's width); NaN where nobody is compared.
    """
    values = grid.numbers("value")
    width = grid.numbers("high") - grid.numbers("low")
    known = np.isfinite(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        exactness = np.where(known & np.isfinite(width) & (width > 0), 1 / width**2, 0.0)
    if not exactness.any():
        return values
    exactness = np.where(known & (exactness == 0), exactness[exactness > 0].min(), exactness)
    total, weight = np.zeros(values.shape), np.zeros(values.shape)
    padded = np.pad(np.where(known, values, 0.0) * exactness, 1), np.pad(exactness, 1)
    rows, columns = values.shape
    for down in range(3):
        for right in range(3):
            share = (2 - abs(down - 1)) * (2 - abs(right - 1))
            total += share * padded[0][down : down + rows, right : right + columns]
            weight += share * padded[1][down : down + rows, right : right + columns]
    return np.where(known, total / np.where(weight > 0, weight, 1.0), np.nan)


def _name_regions(axes: Axes, across: np.ndarray, up: np.ndarray, grid: Grid, styles: Mapping[str, ArmStyle]) -> None:
    """Write who wins where there is most room for it."""
    regions = [(f"{style.label} wins", grid.marked("better", arm), style.colour) for arm, style in styles.items()]
    regions += [("undecided", grid.marked("undecided"), INK), ("equivalent", grid.marked("equivalent"), INK)]
    for text, region, colour in regions:
        if region.mean() >= SMALLEST_NAMED:
            i, j = roomiest(region)
            side = "right" if j > 0.85 * (across.size - 1) else "left" if j < 0.15 * (across.size - 1) else "center"
            at = {"right": axes.get_xlim()[1], "left": axes.get_xlim()[0], "center": across[j]}[side]
            box: dict[str, Any] = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "none"}
            axes.annotate(text, (at, up[i]), ({"right": -5, "left": 5, "center": 0}[side], 0), ha=side, va="center",
                          textcoords="offset points", color=colour, fontweight="bold", fontsize=10.5,
                          bbox={**box, "alpha": 0.88}, zorder=5)  # fmt: skip


def roomiest(region: np.ndarray) -> tuple[int, int]:
    """The cell of a region that is furthest from its border; across counts less than up, for words are wide."""
    distance = distance_transform_edt(np.pad(region, 1), sampling=(1.0, 0.45))[1:-1, 1:-1]
    best = np.argwhere(distance >= distance.max() - 1e-9)
    middle = best.mean(axis=0)
    i, j = best[np.argmin(((best - middle) ** 2).sum(axis=1))]
    return int(i), int(j)


def _draw_strewn(axes: Axes, spots: Sequence[Spot], styles: Mapping[str, ArmStyle], colours: Colours) -> None:
    """Draw cells that lie on no grid as points: the arm's own marker where it wins, a cross where it is undecided."""
    for verdict, better in dict.fromkeys((spot.verdict, spot.better) for spot in spots):
        group = [spot for spot in spots if (spot.verdict, spot.better) == (verdict, better)]
        x, y = ([getattr(spot, axis) for spot in group] for axis in "xy")
        if better:
            values = [spot.value for spot in group]
            axes.scatter(x, y, c=values, cmap=colours.map, norm=colours.norm, marker=styles[better].marker, s=42,
                         linewidths=0.8, edgecolors=INK, label=f"{styles[better].label} wins")  # fmt: skip
        else:
            axes.scatter(
                x, y, c=INK, marker="x" if verdict == "undecided" else "+", s=42, linewidths=0.8, label=verdict
            )
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, frameon=False, fontsize=9)
