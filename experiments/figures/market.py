"""The figures of a market: policies, prices and pipeline over time, profit by policy, and who trusts whom.

They show one market, or several side by side: the arms of a study.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import networkx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.figures.colours import COLOUR_OF_POLICY, PALETTE, STEP_COLOURS
from experiments.figures.picture import Picture, save
from experiments.figures.style import (
    DASHES,
    FAINT,
    INK,
    RULE,
    caption,
    heading,
    new_figure,
    one_look,
    say_nothing_to_draw,
)
from experiments.limits import SMOOTHED_OVER
from experiments.market_measures import LEVEL, Band, band_over_replications, over_replications, shares_by_day
from experiments.wording import confidence, number, per_cent, words
from sim.market.replication import Tables
from sim.vocabulary import Step

PANELS_IN_A_ROW = 3
NAMES_IN_A_ROW = 4
MOST_PANELS = 9
"""Arms that are drawn; of more of them the first."""

Links = tuple[tuple[int, int], ...]


class Course(NamedTuple):
    """What is drawn of one market: its arm and what that is called, both empty where there is but one.

    ``tables`` are those of its replications (the deals are not needed, the people only of the first), none where days
    were not kept; ``measures`` are what was measured of each replication.
    """

    arm: str
    label: str
    tables: Sequence[Tables]
    measures: Sequence[Mapping[str, float]]


class About(NamedTuple):
    """What all figures say: the title of study or scenario, the currency, and the level of intervals."""

    title: str
    currency: str
    level: float = LEVEL


class ShareOnDay(NamedTuple):
    """What the first figure shows: the mean over replications, and its interval."""

    arm: str
    policy: str
    day: int
    share: float
    low: float
    high: float


class PricesOnDay(NamedTuple):
    """What the second one shows: both over the last days up to this one, with intervals; the price in money."""

    arm: str
    day: int
    price: float
    price_low: float
    price_high: float
    won: float
    won_low: float
    won_high: float


class TalksOnDay(NamedTuple):
    """What the third one shows: the mean over replications."""

    arm: str
    step: str
    day: int
    open_talks: float


class Earnings(NamedTuple):
    """What the fourth one shows, money per hour."""

    arm: str
    policy: str
    profit_per_hour: float
    low: float
    high: float
    replications: int


class Trusting(NamedTuple):
    """What the fifth one shows: of which policy the seller is that a person thinks best of; empty for none."""

    arm: str
    person: int
    policy: str


def save_market_pictures(folder: Path, about: About, courses: Sequence[Course]) -> None:
    """Draw the figures of markets into a folder, each as PNG, SVG and CSV. Raises OSError."""
    with one_look():
        save(folder, market_pictures(about, courses))


def market_pictures(about: About, courses: Sequence[Course]) -> Iterator[Picture]:
    """The figures of markets; to be called within ``one_look()``.

    Where no days were kept it is that of profits alone.
    """
    if all(course.tables for course in courses):
        yield policy_shares(about, courses)
        yield price_and_wins(about, courses)
        yield pipeline(about, courses)
    yield profit_by_policy(about, courses)
    if all(course.tables for course in courses):
        yield network(about, courses)


def policy_shares(about: About, courses: Sequence[Course]) -> Picture:
    """Shares of policies among sellers: thin lines for replications, a thick one for their mean, with its band."""
    figure, panels = _panels("Which policies spread", f"{about.title}: share of sellers by price policy", courses)
    each = [[shares_by_day(one) for one in course.tables] for course in courses]
    names = sorted({name for shares in each for one in shares for name in one})
    rows: list[ShareOnDay] = []
    for axes, course, shares in zip(panels, courses, each, strict=False):
        days = np.arange(1, len(course.tables[0].days) + 1)
        for place, name in enumerate(names):
            lines = np.array([one.get(name, np.zeros(len(days))) for one in shares])
            band = band_over_replications(lines, about.level).within(0.0, 1.0)
            _draw_band(axes, days, band, colour_of(name, place), words(name), 100)
            for line in lines:
                axes.plot(days, 100 * line, color=colour_of(name, place), linewidth=0.6, alpha=0.35)
            rows += [
                ShareOnDay(course.arm, name, int(day), *map(float, values))
                for day, *values in zip(days, *band, strict=True)
            ]
        axes.set_ylim(0, 100)
    _finish(panels, "share of sellers, %", max(row.day for row in rows))
    told = f"Thick: mean of {_replications(courses)}, with the {confidence(about.level)} interval of each day"
    caption(figure, f"{told}. Thin: each of them.{_left_out(courses)}")
    return Picture("policy_shares", figure, rows, ShareOnDay._fields, _shares_in_words(rows))


def price_and_wins(about: About, courses: Sequence[Course]) -> Picture:
    """The price signed, and the share of the talks ended that were won, from day to day."""
    figure = new_figure(8.5, 5.6)
    heading(figure, "Price and win rate", f"{about.title}: averages over {SMOOTHED_OVER} days")
    upper, lower = figure.subplots(2, 1, sharex=True)
    right = 0.97 if len(courses) == 1 else 0.78
    figure.subplots_adjust(left=0.1, right=right, top=0.86, bottom=0.17, hspace=0.15)
    rows: list[PricesOnDay] = []
    for place, course in enumerate(courses[:MOST_PANELS]):
        price, share = _prices(course.tables, about.level)
        days = np.arange(1, price.mean.size + 1)
        colours = (PALETTE[0], PALETTE[1]) if len(courses) == 1 else (PALETTE[place % len(PALETTE)],) * 2
        dash = DASHES[place % len(DASHES)]
        _draw_band(upper, days, price, colours[0], course.label, 1, dash)
        _draw_band(lower, days, share, colours[1], course.label, 100, dash)
        rows += [
            PricesOnDay(course.arm, int(day), *map(float, values))
            for day, *values in zip(days, *price, *share, strict=True)
        ]
    upper.set_ylabel(f"price, {about.currency}", fontsize=9)
    lower.set_ylabel("talks won, %")
    for axes, tops in ((upper, [row.price for row in rows]), (lower, [100 * row.won for row in rows])):
        highest = np.nanmax([*tops, 0.0])  # the first days are few: their bands would take all the room
        axes.set_ylim(0, 1.5 * highest if highest > 0 else 1)
        axes.grid(axis="y", color=RULE, linewidth=0.7)
    lower.set_xlim(1, max(2, *(row.day for row in rows)))
    lower.set_xlabel("day")
    if len(courses) > 1:
        upper.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=9)
    told = f"Means of {_replications(courses)}; pale: the {confidence(about.level)} interval of each day"
    caption(figure, f"{told}. A buyer that asks three sellers has three talks.{_left_out(courses)}")
    return Picture("price_and_wins", figure, rows, PricesOnDay._fields, _prices_in_words(rows, about))


def pipeline(about: About, courses: Sequence[Course]) -> Picture:
    """Open talks by the step that they are in, stacked; the mean of the replications."""
    figure, panels = _panels("The pipeline", f"{about.title}: open talks by step of the sales process", courses)
    names = [step.name.lower() for step in Step]
    rows: list[TalksOnDay] = []
    for axes, course in zip(panels, courses, strict=False):
        heights = np.array([[one.days[name].to_numpy() for name in names] for one in course.tables], float).mean(axis=0)
        days = np.arange(1, heights.shape[1] + 1)
        labels = [words(name) for name in names]
        axes.stackplot(days, heights, colors=STEP_COLOURS, labels=labels, linewidth=0)
        rows += [
            TalksOnDay(course.arm, name, int(day), float(value))
            for name, line in zip(names, heights, strict=True)
            for day, value in zip(days, line, strict=True)
        ]
    top = max(axes.get_ylim()[1] for axes in panels)
    for axes in panels:
        axes.set_ylim(0, top)
    _finish(panels, "open talks", max(row.day for row in rows))
    told = f"Mean of {_replications(courses)}. Talks on hold while a buyer hears other offers are in step 6."
    caption(figure, f"{told}{_left_out(courses)}")
    return Picture("pipeline", figure, rows, TalksOnDay._fields, _pipeline_in_words(rows))


def profit_by_policy(about: About, courses: Sequence[Course]) -> Picture:
    """What an hour of work earned under each policy: a dot for each replication, the mean with its interval."""
    found = [(course, over_replications(course.measures, about.level)) for course in courses]
    names = sorted({name for _, summed in found for name in summed if name.startswith("profit_per_hour:")})
    lines = [(course, summed[name], name) for name in names for course, summed in found if name in summed]
    labels = [_policy_and_arm(name, course) for course, _, name in lines]
    left = max(2.9, 0.3 + 0.085 * max(map(len, labels), default=0))  # inches
    width, height = left + 5.6, 2.1 + 0.42 * max(len(lines), 2)
    figure = new_figure(width, height)
    heading(figure, "What a policy earns", f"{about.title}: seller profit per hour of work, {about.currency}")
    axes = figure.add_axes((left / width, 0.85 / height, 1 - (left + 0.3) / width, 1 - 1.65 / height))
    rows: list[Earnings] = []
    for place, (course, mean, name) in enumerate(lines):
        policy = name.partition(":")[2]
        colour = colour_of(policy, names.index(name))
        dots = [each[name] for each in course.measures if np.isfinite(each.get(name, np.nan))]
        axes.plot(dots, [place - 0.2] * len(dots), "o", color=colour, alpha=0.35, markersize=4)
        axes.plot(mean.interval, [place, place], color=colour, linewidth=2)
        axes.plot(mean.mean, place, "D", color=colour, markersize=7)
        rows.append(Earnings(course.arm, policy, mean.mean, *mean.interval, mean.replications))
    if not lines:
        say_nothing_to_draw(axes, "no replication was played")
    axes.set_yticks(range(len(lines)), labels, color=INK)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.grid(axis="x", color=RULE, linewidth=0.7)
    told = f"Diamonds: means, with {confidence(about.level)} intervals over replications"
    caption(figure, f"{told}. Dots: replications. Delivery hours count.")
    in_words = "; ".join(f"{label}: {number(row.profit_per_hour, 2)}" for label, row in zip(labels, rows, strict=True))
    alternative = f"Seller profit per hour of work in {about.currency}: {in_words or 'nothing was played'}."
    return Picture("profit_by_policy", figure, rows, Earnings._fields, alternative)


def _policy_and_arm(measure: str, course: Course) -> str:
    """What a line of earnings is called, by the name of its measure."""
    policy = words(measure.partition(":")[2])
    return f"{policy}, {course.label}" if course.label else policy


def network(about: About, courses: Sequence[Course]) -> Picture:
    """Who knows whom at the end of the first replication; colour says the policy of the seller thought best of."""
    shown = courses[:MOST_PANELS]
    columns = min(len(shown), PANELS_IN_A_ROW)
    lines = -(-len(shown) // columns)
    side = 7.2 if len(shown) == 1 else 4.6
    names = sorted({name for course in shown for name in _policies_at_the_end(course.tables[0])})
    looks = [("", "no opinion", FAINT), *((name, words(name), colour_of(name, at)) for at, name in enumerate(names))]
    legend = 0.22 * -(-len(looks) // NAMES_IN_A_ROW)  # inches
    width, height = max(8.5, side * columns), side * lines + 0.9 + legend
    figure = new_figure(width, height)
    heading(figure, "Word of mouth", f"{about.title}: the policy of the seller that each person thinks best of")
    spacing = {
        "left": 0.02,
        "right": 0.98,
        "top": 1 - 1.05 / height,
        "bottom": (0.55 + legend) / height,
        "wspace": 0.04,
    }
    panels = figure.subplots(lines, columns, squeeze=False, gridspec_kw=spacing)
    rows: list[Trusting] = []
    places: dict[Links, Any] = {}
    for axes, course in zip(panels.flat, shown, strict=False):
        axes.set_title(course.label, fontsize=10.5)
        rows += _draw_network(axes, course, looks, places)
    for axes in list(panels.flat)[len(shown) :]:
        axes.set_visible(False)
    dots = [Line2D([], [], marker="o", linestyle="", markersize=4, color=colour, label=label)
            for name, label, colour in looks if any(row.policy == name for row in rows)]  # fmt: skip
    figure.legend(handles=dots, loc="lower left", bbox_to_anchor=(0.01, 0.36 / height), ncols=NAMES_IN_A_ROW,
                  frameon=False, fontsize=9)  # fmt: skip
    people = len(shown[0].tables[0].people)
    caption(figure, f"{people:,} people, the first replication, on the last day.{_left_out(courses)}")
    return Picture("network", figure, rows, Trusting._fields, _network_in_words(rows))


def _draw_network(
    axes: Axes, course: Course, looks: Sequence[tuple[str, str, str]], places: dict[Links, Any]
) -> list[Trusting]:
    """Draw one market's people; ``places`` remembers where they stand, for markets of the same people."""
    people = course.tables[0].people
    axes.set_axis_off()
    known = people["acquaintances"].to_pylist()
    links = [(person, other) for person, others in enumerate(known) for other in others if person < other]
    policies = _policies_at_the_end(course.tables[0])
    trusts = people["trusts"].to_pylist()
    if not any(trust is not None for trust in trusts):
        say_nothing_to_draw(axes, "nobody has an opinion of any seller")
        return []
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(people)))
    graph.add_edges_from(links)
    key = tuple(links)
    if key not in places:
        places[key] = networkx.spring_layout(graph, seed=1, iterations=30)
    where = places[key]
    ends = np.array([[where[one], where[other]] for one, other in links]) if links else np.zeros((0, 2, 2))
    axes.plot(*ends.transpose(2, 1, 0), color=RULE, linewidth=0.3, zorder=1)
    held = ["" if trust is None else policies[trust] for trust in trusts]
    for name, _, colour in looks:
        spots = np.array([where[person] for person, policy in enumerate(held) if policy == name])
        if spots.size:
            axes.scatter(spots[:, 0], spots[:, 1], s=9, color=colour, zorder=2)
    return [Trusting(course.arm, person, policy) for person, policy in enumerate(held)]


def _policies_at_the_end(tables: Tables) -> list[str]:
    sellers = tables.sellers.to_pandas()
    last = sellers[sellers["day"] == sellers["day"].max()].sort_values("number")
    return [str(policy) for policy in last["policy"]]


def _panels(title: str, subtitle: str, courses: Sequence[Course]) -> tuple[Figure, list[Axes]]:
    """A figure with a panel for each market, room for a legend on the right, and its heading."""
    count = min(len(courses), MOST_PANELS)
    columns = min(count, PANELS_IN_A_ROW)
    lines = -(-count // columns)
    width = 8.5 if count == 1 else 3.1 + 3.6 * columns
    height = 1.9 + (2.9 if count == 1 else 2.3) * lines + 0.5 * (lines - 1)
    figure = new_figure(width, height)
    heading(figure, title, subtitle)
    spacing = {
        "left": 0.85 / width,
        "right": 1 - 2.5 / width,
        "top": 1 - (0.85 if count == 1 else 1.1) / height,
        "bottom": 1.0 / height,
        "hspace": 0.34,
        "wspace": 0.14,
    }
    grid = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True, gridspec_kw=spacing)
    panels = list(grid.flat)
    for axes in panels[count:]:
        axes.set_visible(False)
    for axes, course in zip(panels[:count], courses, strict=False):
        axes.set_title(textwrap.fill(course.label, 34), fontsize=10.5)
    return figure, panels[:count]


def _finish(panels: Sequence[Axes], label: str, days: int) -> None:
    """Axes up to the last day, and one legend for all panels."""
    columns = min(len(panels), PANELS_IN_A_ROW)
    for place, axes in enumerate(panels):
        axes.set_xlim(1, max(2, days))
        axes.grid(axis="y", color=RULE, linewidth=0.7)
        if place % columns == 0:
            axes.set_ylabel(label)
        if place + columns >= len(panels):
            axes.set_xlabel("day")
            axes.tick_params(labelbottom=True)
    handles, labels = panels[0].get_legend_handles_labels()
    last = panels[columns - 1]
    last.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=9)


def _draw_band(axes: Axes, days: np.ndarray, band: Band, colour: str, label: str, scale: int, dash: Any = "-") -> None:
    axes.fill_between(days, scale * band.low, scale * band.high, color=colour, alpha=0.16, linewidth=0)
    axes.plot(days, scale * band.mean, color=colour, linewidth=2.2, linestyle=dash, label=label)


def _prices(tables: Sequence[Tables], level: float) -> tuple[Band, Band]:
    """The price signed and the share won of each replication over the last days, as bands over replications."""
    won, ended = (_smooth(np.array([one.days[name].to_numpy() for one in tables], float)) for name in ("won", "ended"))
    price = band_over_replications(_smooth(np.array([_paid(one) for one in tables])) / won, level)
    share = band_over_replications(np.nan_to_num(won) / ended, level)
    return price, share.within(0.0, 1.0)


def _paid(tables: Tables) -> np.ndarray:
    price = np.nan_to_num(tables.days["price"].to_numpy(zero_copy_only=False))
    return np.asarray(price * tables.days["won"].to_numpy())


def _smooth(values: np.ndarray) -> np.ndarray:
    """Sums over a window of days that ends with each day, shape (replications, days); NaN for nothing in it."""
    totals = np.cumsum(values, axis=1)
    window = totals.copy()
    window[:, SMOOTHED_OVER:] -= totals[:, :-SMOOTHED_OVER]
    return np.where(window > 0.0, window, np.nan)


def colour_of(policy: str, place: int) -> str:
    """The colour of a policy: its own, or one by its place among those shown."""
    return COLOUR_OF_POLICY.get(policy, PALETTE[place % len(PALETTE)])


def _replications(courses: Sequence[Course]) -> str:
    counts = sorted({len(course.tables) for course in courses})
    told = " to ".join(str(count) for count in dict.fromkeys((counts[0], counts[-1])))
    return f"{told} replication{'s' if counts[-1] > 1 else ''}"


def _left_out(courses: Sequence[Course]) -> str:
    return f" Of {len(courses)} arms the first {MOST_PANELS}." if len(courses) > MOST_PANELS else ""


def _shares_in_words(rows: Sequence[ShareOnDay]) -> str:
    """The shares of policies on the first and the last day, for those who cannot see them."""
    told = []
    for arm, policy in dict.fromkeys((row.arm, row.policy) for row in rows):
        own = [row.share for row in rows if (row.arm, row.policy) == (arm, policy)]
        who = f"{words(policy)}{f' ({arm})' if arm else ''}"
        told.append(f"{who} from {per_cent(own[0], 0)} to {per_cent(own[-1], 0)}")
    return f"Share of sellers by price policy, from the first day to the last: {'; '.join(told)}."


def _prices_in_words(rows: Sequence[PricesOnDay], about: About) -> str:
    told = []
    for arm in dict.fromkeys(row.arm for row in rows):
        last = [row for row in rows if row.arm == arm][-1]
        price = f"{number(last.price, 2)} {about.currency}, {per_cent(last.won, 0)} of talks won"
        told.append(f"{arm}: {price}" if arm else price)
    return f"Price and win rate day by day; at the end {'; '.join(told)}."


def _pipeline_in_words(rows: Sequence[TalksOnDay]) -> str:
    last = max(row.day for row in rows)
    told = []
    for arm in dict.fromkeys(row.arm for row in rows):
        total = sum(row.open_talks for row in rows if (row.arm, row.day) == (arm, last))
        told.append(f"{f'{arm}: ' if arm else ''}{number(total, 0)}")
    return f"Open talks by step of the sales process, stacked; on the last day in all {'; '.join(told)}."


def _network_in_words(rows: Sequence[Trusting]) -> str:
    told = []
    for arm in dict.fromkeys(row.arm for row in rows):
        own = [row.policy for row in rows if row.arm == arm]
        each = ", ".join(f"{words(name) or 'no opinion'} {own.count(name)}" for name in sorted(set(own)))
        told.append(f"{arm}: {each}" if arm else each)
    return f"The network of acquaintances, by the policy of the seller thought best of: {'; '.join(told) or 'nobody'}."
