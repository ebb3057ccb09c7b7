"""The figures of a sweep: the line along one setting, the regime map over two, the effects of three or more."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.cm import ScalarMappable

from experiments.figures import captions
from experiments.figures.along import draw_along
from experiments.figures.effects import draw_effect, explained, write_sides
from experiments.figures.picture import Picture, save
from experiments.figures.regimes import draw_regimes
from experiments.figures.style import FAINT, ArmStyle, arm_styles, caption, fitting, heading, new_figure, one_look
from experiments.landscape import Spot, spots_by_setting, spots_in, swept
from experiments.measures import HEADLINE, Quantity, quantity
from experiments.plan import Plan
from experiments.wording import MINUS, per_cent, words
from sim.scenario import Scenario
from sim.schema_paths import field_at

MOST_PANELS = 12
PANELS_IN_A_ROW = 4
LONGEST_MEANING = 70
"""Characters of a setting's meaning that there is room for along an axis."""


def save_sweep_pictures(folder: Path, tables: Path, plan: Plan) -> None:
    """Draw a sweep's figures into a folder that is new, from the tables in another. Raises OSError."""
    with one_look():
        save(folder, sweep_pictures(tables, plan))


def can_be_drawn(plan: Plan) -> bool:
    """Whether there is a figure of the sweep: with an arm to compare."""
    return len(swept(plan)) > 0 and len(plan.arms) > 1


def sweep_pictures(tables: Path, plan: Plan, name: str = HEADLINE) -> Iterator[Picture]:
    """The figures of a sweep, from its tables; to be called within ``one_look()``."""
    if not can_be_drawn(plan):
        return
    styles = arm_styles(plan)
    others = [arm for arm in plan.arms if arm != plan.study.baseline]
    if len(swept(plan)) > 2:
        for arm in others:
            file = "effects" if len(others) == 1 else f"effects_{arm}"
            yield effects(plan, spots_by_setting(tables, plan, arm, name), arm, styles, quantity(name), file)
        return
    spots = {arm: spots_in(tables, plan, arm, name) for arm in others}
    if len(swept(plan)) == 1:
        yield along(plan, [spot for arm in others for spot in spots[arm]], styles, quantity(name))
        return
    for arm in others:
        file = "regime_map" if len(others) == 1 else f"regime_map_{arm}"
        yield regime_map(plan, spots[arm], styles, quantity(name), file)


def regime_map(
    plan: Plan, spots: Sequence[Spot], styles: Mapping[str, ArmStyle], what: Quantity, file: str = "regime_map"
) -> Picture:
    """Where which of two arms wins, over two settings."""
    x_setting, y_setting = swept(plan)
    figure = new_figure(9, 7.4)
    axes = figure.add_axes((0.1, 0.23, 0.7, 0.635))
    colours = draw_regimes(axes, spots, styles)
    axes.set_xlabel(words_of(x_setting), fontsize=9.5)
    axes.set_ylabel(words_of(y_setting), fontsize=9.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if colours is not None:
        base, other = (styles[arm].label for arm in (spots[0].versus, spots[0].arm))
        scale = figure.colorbar(
            ScalarMappable(colours.norm, colours.map),
            cax=figure.add_axes((0.835, 0.23, 0.026, 0.635)),
            extend=_extend(spots, colours.reach),
        )
        scale.outline.set_edgecolor(FAINT)
        unit = _unit(what, plan)
        scale.set_label(f"{what.label}: {other} {MINUS} {base}{unit}", labelpad=8)
    heading(figure, plan.study.title, f"{what.label.capitalize()}: which arm is ahead, cell by cell")
    caption(figure, captions.of_regimes(plan, spots))
    return Picture(file, figure, spots, Spot._fields, captions.regimes_in_words(plan, spots, styles))


def _extend(spots: Sequence[Spot], reach: float) -> str:
    """At which ends of the colours there is more."""
    values = [spot.value for spot in spots if np.isfinite(spot.value)]
    below, above = min(values) < -reach, max(values) > reach
    return "both" if below and above else "min" if below else "max" if above else "neither"


def _unit(what: Quantity, plan: Plan) -> str:
    units = {"share": "", "contacts": "", "money": f", {plan.currency}", "money per contact": f", {plan.currency}"}
    return units[what.unit]


def along(plan: Plan, spots: Sequence[Spot], styles: Mapping[str, ArmStyle], what: Quantity) -> Picture:
    """How the differences from the baseline depend on one setting."""
    (setting,) = swept(plan)
    figure = new_figure(9, 5.4)
    axes = figure.add_axes((0.095, 0.26, 0.72, 0.58))
    draw_along(axes, spots, styles)
    base = plan.study.label(plan.study.baseline)
    others = [plan.study.label(arm) for arm in plan.arms if arm != plan.study.baseline]
    unit = "points" if what.unit == "share" else _unit(what, plan).removeprefix(", ")
    axes.set_xlabel(words_of(setting), fontsize=9.5)
    axes.set_ylabel(unit)
    who = others[0] if len(others) == 1 else "each arm"
    heading(figure, plan.study.title, f"{what.label.capitalize()}: {who} {MINUS} {base}, {captions.same_buyers(plan)}")
    caption(figure, captions.of_along(plan, spots))
    return Picture("along", figure, spots, Spot._fields, captions.along_in_words(plan, spots))


def effects(
    plan: Plan,
    spots: Mapping[str, Sequence[Spot]],
    arm: str,
    styles: Mapping[str, ArmStyle],
    what: Quantity,
    file: str = "effects",
) -> Picture:
    """How the difference of an arm from the baseline depends on each of many settings, the strongest first."""
    shares = {path: explained(each) for path, each in spots.items()}
    shown = sorted(spots, key=lambda path: (np.isnan(shares[path]), -np.nan_to_num(shares[path])))[:MOST_PANELS]
    columns = min(PANELS_IN_A_ROW, len(shown))
    rows = -(-len(shown) // columns)
    height = 1.95 + 2.5 * rows
    figure = new_figure(max(9.0, 1.2 + 3.4 * columns), height)
    spacing = {"left": 0.9 / figure.get_figwidth(), "right": 0.98, "top": 1 - 1.15 / height, "bottom": 1.35 / height}
    grid = {**spacing, "hspace": 0.62, "wspace": 0.1}
    axes = figure.subplots(rows, columns, squeeze=False, sharey=True, gridspec_kw=grid)
    for panel, path in zip(axes.flat, shown, strict=False):
        draw_effect(panel, spots[path], styles)
        share = "" if np.isnan(shares[path]) else f": {per_cent(shares[path], 0)}"
        panel.set_title(f"{path}{share}", fontsize=fitting(10, path + share, 38))
    for panel in list(axes.flat)[len(shown) :]:
        panel.set_visible(False)
    if any(np.isfinite(spot.value) for spot in spots[shown[0]]):
        write_sides(axes[0, 0], styles[arm], styles[plan.study.baseline])
    unit = "points" if what.unit == "share" else _unit(what, plan).removeprefix(", ")
    for panel in axes[:, 0]:
        panel.set_ylabel(unit, fontsize=9.5)
    base, other = plan.study.label(plan.study.baseline), plan.study.label(arm)
    heading(figure, plan.study.title, f"{what.label.capitalize()}: {other} {MINUS} {base}, along each setting")
    flat = [spot for path in spots for spot in spots[path]]
    caption(figure, captions.of_effects(plan, flat, len(shown)))
    return Picture(file, figure, flat, Spot._fields, captions.effects_in_words(plan, arm, shown, shares))


def words_of(setting: str) -> str:
    """A setting as a title: its path in words, and below what it means, where the schema says so in a few words."""
    title = words(setting).replace(".", ": ")
    try:
        meaning = (field_at(Scenario, setting).description or "").partition(";")[0].partition(":")[0]
    except KeyError:
        meaning = ""
    return f"{title}\n{meaning}" if 0 < len(meaning) <= LONGEST_MEANING else title
