"""The figures of a study, composed, captioned, and saved with the data behind them."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from experiments.aggregate import PRIMARY
from experiments.estimates import Difference
from experiments.exits import Exit
from experiments.figures import captions
from experiments.figures.differences import draw_differences, rows_of
from experiments.figures.distributions import Point, distribution, draw_distributions
from experiments.figures.funnel import draw_funnel, draw_key, lines_of, write_lines
from experiments.figures.many_arms import MANY, draw_beside_baseline, draw_outcome, write_arms
from experiments.figures.many_arms import OUTCOMES as SHOWN
from experiments.figures.offers import draw_offers
from experiments.figures.picture import Picture, save
from experiments.figures.precision import draw_precision
from experiments.figures.shift import draw_shift
from experiments.figures.style import ArmStyle, arm_styles, caption, heading, new_figure, one_look
from experiments.measures import quantity
from experiments.offers import Offer
from experiments.plan import Plan
from experiments.shape import Shift, shifts
from experiments.spreads import Spreads
from experiments.statistics import band_of_distribution
from experiments.stopping import Look
from experiments.tables import Tables
from experiments.wording import MINUS, per_cent, words

COLUMNS = 4
"""Panels in a row, where there are many arms."""
LONGEST_LINE_OF_A_PANEL = 44  # characters

OUTCOMES = {"seller_profit": "Seller profit", "buyer_surplus": "Buyer surplus"}


def save_pictures(folder: Path, plan: Plan, tables: Tables, spreads: Spreads) -> None:
    """Draw the study's figures into a folder, each as PNG, SVG and CSV. Raises OSError."""
    with one_look():
        save(folder, pictures(plan, tables, spreads))


def pictures(plan: Plan, tables: Tables, spreads: Spreads) -> Iterator[Picture]:
    """The study's figures; to be called within ``one_look()``."""
    styles = arm_styles(plan)
    if len(styles) > MANY:
        yield small_distributions(plan, tables, spreads, styles)
        yield funnel(plan, tables, styles)
        yield overview(plan, tables, styles)
    else:
        yield outcome_distributions(plan, tables, spreads, styles)
        yield funnel(plan, tables, styles)
        yield paired_differences(plan, tables, styles)
    if len(styles) > 1:
        yield shift_functions(plan, tables, spreads, styles)


def outcome_distributions(plan: Plan, tables: Tables, spreads: Spreads, styles: Mapping[str, ArmStyle]) -> Picture:
    """Distributions of seller profit and buyer surplus, all arms in each."""
    population, level = tables.population, plan.study.level
    count = tables.prospects[population]
    won = {arm: tables.level(population, arm, "won").value for arm in plan.arms}
    notes = {arm: f"{per_cent(1 - share)} lost" for arm, share in won.items() if count}
    figure = new_figure(11, 5.6)
    axes = figure.subplots(
        1, 2, gridspec_kw={"left": 0.07, "right": 0.98, "top": 0.80, "bottom": 0.235, "wspace": 0.16}
    )
    rows: list[Point] = []
    for panel, (name, title) in zip(axes, OUTCOMES.items(), strict=True):
        points = [point for arm in plan.arms for point in distribution(name, arm, spreads[population, arm, name])]
        draw_distributions(panel, points, styles, notes, band_of_distribution(count, level))
        panel.set_title(title)
        panel.set_xlabel(f"{plan.currency} per prospect")
        rows += points
    heading(figure, plan.study.title, "Share of prospects that ended with at most so much")
    caption(figure, captions.of_distributions(plan, tables, count))
    return Picture("outcome_distributions", figure, rows, Point._fields)


def small_distributions(plan: Plan, tables: Tables, spreads: Spreads, styles: Mapping[str, ArmStyle]) -> Picture:
    """Distributions of seller profit, a small panel for each arm beside the baseline."""
    name, count = "seller_profit", tables.prospects[tables.population]
    points = [point for arm in plan.arms for point in distribution(name, arm, spreads[tables.population, arm, name])]
    rows = -(-len(styles) // COLUMNS)
    height = 1.75 + 2.1 * rows
    figure = new_figure(12, height)
    spacing = {"left": 0.055, "right": 0.985, "top": 1 - 0.95 / height, "bottom": 1.15 / height, "hspace": 0.45}
    axes = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True, gridspec_kw={**spacing, "wspace": 0.22}).flat
    for panel, arm in zip(axes, styles, strict=False):
        draw_beside_baseline(panel, points, plan.study.baseline, arm, styles)
    for panel in list(axes)[len(styles) :]:
        panel.set_visible(False)
    base = plan.study.label(plan.study.baseline)
    heading(
        figure,
        plan.study.title,
        f"Seller profit in {plan.currency}: share of prospects that ended with at most so much; grey is {base}",
    )
    caption(figure, captions.of_distributions(plan, tables, count, has_band=False))
    return Picture("outcome_distributions", figure, points, Point._fields)


def funnel(plan: Plan, tables: Tables, styles: Mapping[str, ArmStyle]) -> Picture:
    """Exits by step and reason, a panel for each arm."""
    exits = [row for row in tables.exits if row.population == tables.population]
    lines = lines_of(exits)
    columns = len(styles) if len(styles) <= MANY else COLUMNS
    rows = -(-len(styles) // columns)
    high = 0.29 * max(len(lines), 3)
    height = 2.3 + rows * high + 0.75 * (rows - 1)
    figure = new_figure(max(9.5, 4.2 + 3.6 * columns), height)
    spacing = {
        "left": 3.05 / figure.get_figwidth(),
        "right": 0.98,
        "top": 1 - 1.05 / height,
        "bottom": 1.05 / height,
        "hspace": 0.75 / high,
    }
    axes = figure.subplots(rows, columns, squeeze=False, gridspec_kw={**spacing, "wspace": 0.08})
    for panel, (arm, style) in zip(axes.flat, styles.items(), strict=False):
        draw_funnel(panel, [row for row in exits if row.arm == arm], lines, style)
    for panel in list(axes.flat)[len(styles) :]:
        panel.set_visible(False)
    for first in axes[:, 0]:
        write_lines(first, lines)
    draw_key(figure)
    whom = "those who asked at the first contact" if tables.population == PRIMARY else "all prospects"
    heading(figure, plan.study.title, f"Where deals end and why, in per cent of {whom}")
    caption(figure, captions.of_funnel(plan, tables))
    return Picture("funnel", figure, exits, Exit._fields)


def overview(plan: Plan, tables: Tables, styles: Mapping[str, ArmStyle]) -> Picture:
    """The differences of many arms from the baseline, a panel for each of a few outcomes."""
    rows = [row for row in tables.differences if row.population == tables.population and row.quantity in SHOWN]
    arms = [arm for arm in styles if arm != plan.study.baseline]
    height = 2.2 + 0.34 * len(arms)
    figure = new_figure(15, height)
    spacing = {"left": 0.155, "right": 0.945, "top": 1 - 1.15 / height, "bottom": 1.05 / height, "wspace": 0.42}
    axes = figure.subplots(1, len(SHOWN), squeeze=False, gridspec_kw=spacing)[0]
    for panel, name in zip(axes, SHOWN, strict=True):
        draw_outcome(panel, rows, styles, name)
        unit = {"share": "points", "money": plan.currency}.get(quantity(name).unit, quantity(name).unit)
        panel.set_title(quantity(name).label, fontsize=10.5)
        panel.set_xlabel(unit, fontsize=9)
    write_arms(axes[0], arms, styles)
    base = plan.study.label(plan.study.baseline)
    heading(figure, plan.study.title, f"What changes against {base}, {captions.same_buyers(plan)}")
    caption(figure, captions.of_overview(plan, tables))
    return Picture("paired_differences", figure, rows, Difference._fields)


def paired_differences(plan: Plan, tables: Tables, styles: Mapping[str, ArmStyle]) -> Picture:
    """The forest of differences, a panel for each arm against the baseline."""
    others = [arm for arm in plan.arms if arm != plan.study.baseline] or [plan.study.baseline]
    height = 1.2 + 4.6 * len(others)
    figure = new_figure(11, height)
    spacing = {"left": 0.21, "right": 0.68, "top": 1 - 1.15 / height, "bottom": 1.2 / height, "hspace": 0.3}
    axes = figure.subplots(len(others), 1, squeeze=False, gridspec_kw=spacing)[:, 0]
    rows: list[Difference] = []
    for panel, arm in zip(axes, others, strict=True):
        shown = rows_of(tables.differences, arm)
        draw_differences(panel, shown, styles[plan.study.baseline], styles[arm], plan.study.rope)
        rows += shown
    heading(figure, plan.study.title, f"What changes {captions.same_buyers(plan)}")
    caption(figure, captions.of_differences(plan, tables))
    return Picture("paired_differences", figure, rows, Difference._fields)


def shift_functions(plan: Plan, tables: Tables, spreads: Spreads, styles: Mapping[str, ArmStyle]) -> Picture:
    """How every part of the outcomes is shifted against the baseline: a row of panels for each other arm."""
    base, population = plan.study.baseline, tables.population
    others = [arm for arm in plan.arms if arm != base]
    height = 2.1 + 2.9 * len(others)
    figure = new_figure(11, height)
    spacing = {"left": 0.075, "right": 0.965, "top": 1 - 1.25 / height, "bottom": 1.35 / height, "hspace": 0.5}
    axes = figure.subplots(len(others), 2, squeeze=False, gridspec_kw={**spacing, "wspace": 0.16})
    rows: list[Shift] = []
    for line, arm in zip(axes, others, strict=True):
        for panel, (name, title) in zip(line, OUTCOMES.items(), strict=True):
            own, other = (spreads[population, each, name] for each in (arm, base))
            found = shifts(own, other, tables.dominance(population, arm, name))
            draw_shift(panel, found, styles[arm])
            named = f"{title}: {styles[arm].label} {MINUS} {styles[base].label}"
            panel.set_title(textwrap.fill(named, LONGEST_LINE_OF_A_PANEL))
            rows += found
    for panel in axes[-1]:
        panel.set_xlabel("share of prospects with less", fontsize=9.5)
    for panel in axes[:, 0]:
        panel.set_ylabel(plan.currency, fontsize=9.5)
    heading(figure, plan.study.title, "How much every part of the outcomes is shifted, the worst on the left")
    caption(figure, captions.of_shifts(plan, tables))
    words = captions.shifts_in_words(plan, tables)
    return Picture("shift_function", figure, rows, Shift._fields, words)


def precision_trace(plan: Plan, looks: Sequence[Look]) -> Picture:
    """How exactly the differences were known at each look of a study with a precision."""
    precision = plan.study.precision
    if precision is None:
        raise ValueError("a study without a precision has no looks")
    figure = new_figure(9, 5.2)
    axes = figure.add_axes((0.1, 0.25, 0.8, 0.57))
    draw_precision(axes, looks, precision.half_width)
    axes.set_xlabel(f"{plan.study.unit} in each arm", fontsize=9.5)
    axes.set_ylabel("half-width of the interval", fontsize=9.5)
    label = _label_of(precision.quantity_of(is_market=plan.study.is_market), plan)
    heading(figure, plan.study.title, f"{label[0].upper()}{label[1:]}: how exactly the difference was known, and when")
    caption(figure, captions.of_precision(plan, looks))
    return Picture("precision_trace", figure, looks, Look._fields, captions.precision_in_words(plan, looks))


def _label_of(name: str, plan: Plan) -> str:
    if not plan.study.is_market:
        return quantity(name).label
    from experiments.market_measures import measure  # Mesa takes a second to import

    policy = words(name.partition(":")[2])
    return f"{policy}: {measure(name).meaning}" if policy else measure(name).meaning


def trajectory(title: str, subtitle: str, currency: str, offers: Sequence[Offer]) -> Picture:
    """The offers of one deal."""
    figure = new_figure(max(9.0, 2.6 + 0.85 * len(offers)), 5.4)
    width = figure.get_figwidth()
    axes = figure.add_axes((0.85 / width, 0.27, 1 - 2.45 / width, 0.57))
    draw_offers(axes, offers)
    axes.set_ylabel(currency, fontsize=9.5)
    heading(figure, title, subtitle)
    caption(figure, captions.of_offers(offers))
    return Picture("offers", figure, offers, Offer._fields, captions.offers_in_words(offers))
