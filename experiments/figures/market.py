"""The figures of a market: policies, prices and pipeline over time, profit by policy, and who trusts whom."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib
import networkx
import numpy as np
from matplotlib.axes import Axes

from experiments.figures.colours import COLOUR_OF_POLICY, PALETTE
from experiments.figures.picture import Picture, files_of
from experiments.figures.style import (
    FAINT,
    INK,
    RULE,
    SETTINGS,
    caption,
    heading,
    new_figure,
    say_nothing_to_draw,
)
from experiments.market_measures import over_replications, shares_by_day
from experiments.wording import words
from sim.market.replication import Tables
from sim.scenario import Scenario
from sim.vocabulary import Step

if TYPE_CHECKING:
    from experiments.market import Played

STEP_COLOURS = ("#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594")


class ShareOnDay(NamedTuple):
    """What the first figure shows: the mean over replications."""

    policy: str
    day: int
    share: float


class PricesOnDay(NamedTuple):
    """What the second one shows: both over the last days up to this one; the price in money."""

    day: int
    price: float
    won: float


class TalksOnDay(NamedTuple):
    """What the third one shows: the mean over replications."""

    step: str
    day: int
    open_talks: float


class Earnings(NamedTuple):
    """What the fourth one shows, money per hour."""

    policy: str
    profit_per_hour: float
    low: float
    high: float
    replications: int


class Trusting(NamedTuple):
    """What the fifth one shows: of which policy the seller is that a person thinks best of; empty for none."""

    person: int
    policy: str


SMOOTHED_OVER = 10
"""Days over which prices and win rates are averaged."""


def save_market_pictures(
    folder: Path, scenario: Scenario, tables: Sequence[Tables], played: Sequence["Played"]
) -> None:
    """Draw a market's figures into a folder, each as PNG, SVG and CSV. Raises OSError."""
    with matplotlib.rc_context(SETTINGS):
        for picture in market_pictures(scenario, tables, played):
            for path, data in files_of(picture).items():
                (folder / path).write_bytes(data)


def market_pictures(scenario: Scenario, tables: Sequence[Tables], played: Sequence["Played"]) -> Iterator[Picture]:
    """A market's figures; to be called within ``matplotlib.rc_context(SETTINGS)``."""
    yield policy_shares(scenario, tables)
    yield price_and_wins(scenario, tables)
    yield pipeline(scenario, tables)
    yield profit_by_policy(scenario, played)
    yield network(scenario, tables[0])


def policy_shares(scenario: Scenario, tables: Sequence[Tables]) -> Picture:
    """Shares of policies among sellers: a thin line for each replication, a thick one for their mean."""
    figure, axes = _figure("Which policies spread", f"{scenario.title}: share of sellers by price policy", tables)
    each = [shares_by_day(one) for one in tables]
    names = sorted({name for one in each for name in one})
    days = np.arange(1, len(tables[0].days) + 1)
    rows: list[tuple[Any, ...]] = []
    for place, name in enumerate(names):
        lines = np.array([one.get(name, np.zeros(len(days))) for one in each])
        for line in lines:
            axes.plot(days, 100 * line, color=_colour(name, place), linewidth=0.6, alpha=0.35)
        axes.plot(days, 100 * lines.mean(axis=0), color=_colour(name, place), linewidth=2.2, label=words(name))
        rows += [ShareOnDay(name, int(day), float(value)) for day, value in zip(days, lines.mean(axis=0), strict=True)]
    axes.set_ylim(0, 100)
    axes.set_ylabel("share of sellers, %")
    _finish(axes, "day")
    caption(figure, f"Thick: mean of {len(tables)} replications. Thin: each of them.")
    return Picture("policy_shares", figure, rows, ShareOnDay._fields)


def price_and_wins(scenario: Scenario, tables: Sequence[Tables]) -> Picture:
    """The price signed, and the share of the talks ended that were won, from day to day."""
    figure = new_figure(8.5, 5.6)
    heading(figure, "Price and win rate", f"{scenario.title}: averages over {SMOOTHED_OVER} days")
    upper, lower = figure.subplots(2, 1, sharex=True)
    figure.subplots_adjust(left=0.1, right=0.97, top=0.86, bottom=0.17, hspace=0.15)
    won = np.array([one.days["won"].to_numpy() for one in tables], float).sum(axis=0)
    ended = np.array([one.days["ended"].to_numpy() for one in tables], float).sum(axis=0)
    paid = np.array([_paid(one) for one in tables]).sum(axis=0)
    price, share = _smooth(paid) / _smooth(won), _smooth(won) / _smooth(ended)
    days = np.arange(1, len(won) + 1)
    upper.plot(days, price, color=PALETTE[0])
    upper.set_ylabel(f"price, {scenario.currency}", fontsize=9)
    lower.plot(days, 100 * share, color=PALETTE[1])
    lower.set_ylabel("talks won, %")
    for axes in (upper, lower):
        axes.set_ylim(bottom=0)
        axes.grid(axis="y", color=RULE, linewidth=0.7)
    lower.set_xlabel("day")
    caption(figure, f"All {len(tables)} replications together. A buyer that asks three sellers has three talks.")
    rows = [PricesOnDay(int(day), float(p), float(w)) for day, p, w in zip(days, price, share, strict=True)]
    return Picture("price_and_wins", figure, rows, PricesOnDay._fields)


def pipeline(scenario: Scenario, tables: Sequence[Tables]) -> Picture:
    """Open talks by the step that they are in, stacked; the mean of the replications."""
    figure, axes = _figure("The pipeline", f"{scenario.title}: open talks by step of the sales process", tables)
    names = [step.name.lower() for step in Step]
    heights = np.array([[one.days[name].to_numpy() for name in names] for one in tables], float).mean(axis=0)
    days = np.arange(1, heights.shape[1] + 1)
    axes.stackplot(days, heights, colors=STEP_COLOURS, labels=[words(name) for name in names], linewidth=0)
    axes.set_ylabel("open talks")
    _finish(axes, "day")
    caption(
        figure, f"Mean of {len(tables)} replications. Talks on hold while a buyer hears other offers are in step 6."
    )
    rows = [
        TalksOnDay(name, int(day), float(value))
        for name, line in zip(names, heights, strict=True)
        for day, value in zip(days, line, strict=True)
    ]
    return Picture("pipeline", figure, rows, TalksOnDay._fields)


def profit_by_policy(scenario: Scenario, played: Sequence["Played"]) -> Picture:
    """What an hour of work earned under each policy: a dot for each replication, the mean with its interval."""
    figure = new_figure(8.5, 4.6)
    heading(figure, "What a policy earns", f"{scenario.title}: seller profit per hour of work, {scenario.currency}")
    axes = figure.add_axes((0.24, 0.22, 0.72, 0.6))
    summary = over_replications([each.measures for each in played])
    names = [name for name in summary if name.startswith("profit_per_hour:")]
    rows: list[tuple[Any, ...]] = []
    for place, name in enumerate(names):
        policy = name.partition(":")[2]
        found = summary[name]
        dots = [each.measures[name] for each in played if name in each.measures]
        axes.plot(dots, [place - 0.18] * len(dots), "o", color=_colour(policy, place), alpha=0.35, markersize=4)
        axes.plot([found.interval.low, found.interval.high], [place, place], color=_colour(policy, place), linewidth=2)
        axes.plot(found.mean, place, "D", color=_colour(policy, place), markersize=7)
        rows.append(Earnings(policy, found.mean, *found.interval, found.replications))
    axes.set_yticks(range(len(names)), [words(name.partition(":")[2]) for name in names], color=INK)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(axis="x", color=RULE, linewidth=0.7)
    caption(figure, "Diamonds: means, with 95 % intervals over replications. Dots: replications. Delivery hours count.")
    return Picture("profit_by_policy", figure, rows, Earnings._fields)


def network(scenario: Scenario, tables: Tables) -> Picture:
    """Who knows whom at the end of the first replication; colour says the policy of the seller thought best of."""
    figure = new_figure(8.5, 7.6)
    heading(figure, "Word of mouth", f"{scenario.title}: the policy of the seller that each person thinks best of")
    axes = figure.add_axes((0.02, 0.1, 0.96, 0.8))
    links = [
        (person, other)
        for person, known in enumerate(tables.people["acquaintances"].to_pylist())
        for other in known
        if person < other
    ]
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(tables.people)))
    graph.add_edges_from(links)
    policies = _policies_at_the_end(tables)
    trusts = tables.people["trusts"].to_pylist()
    if not any(trust is not None for trust in trusts):
        say_nothing_to_draw(axes, "nobody has an opinion of any seller")
        return Picture("network", figure, [], Trusting._fields)
    where = networkx.spring_layout(graph, seed=1, iterations=30)
    axes.set_axis_off()
    ends = np.array([[where[one], where[other]] for one, other in links]) if links else np.zeros((0, 2, 2))
    axes.plot(*ends.transpose(2, 1, 0), color=RULE, linewidth=0.3, zorder=1)
    names = sorted(set(policies))
    held = ["" if trust is None else policies[trust] for trust in trusts]
    for place, name in enumerate(["", *names]):
        spots = np.array([where[person] for person, policy in enumerate(held) if policy == name])
        if spots.size:
            colour = FAINT if not name else _colour(name, place - 1)
            label = words(name) if name else "no opinion"
            axes.scatter(spots[:, 0], spots[:, 1], s=9, color=colour, label=label, zorder=2)
    axes.legend(loc="lower left", frameon=False, fontsize=9)
    caption(figure, f"{len(tables.people)} people, the first replication, on the last day.")
    return Picture(
        "network", figure, [Trusting(person, policy) for person, policy in enumerate(held)], Trusting._fields
    )


def _policies_at_the_end(tables: Tables) -> list[str]:
    sellers = tables.sellers.to_pandas()
    last = sellers[sellers["day"] == sellers["day"].max()].sort_values("number")
    return [str(policy) for policy in last["policy"]]


def _figure(title: str, subtitle: str, tables: Sequence[Tables]) -> tuple[Any, Axes]:
    figure = new_figure(8.5, 4.8)
    heading(figure, title, subtitle)
    return figure, figure.add_axes((0.1, 0.2, 0.62, 0.62))


def _finish(axes: Axes, label: str) -> None:
    axes.set_xlabel(label)
    axes.set_xlim(left=1)
    axes.grid(axis="y", color=RULE, linewidth=0.7)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=9)


def _paid(tables: Tables) -> np.ndarray:
    price = np.nan_to_num(tables.days["price"].to_numpy(zero_copy_only=False))
    return np.asarray(price * tables.days["won"].to_numpy())


def _smooth(values: np.ndarray) -> np.ndarray:
    """Sums over a window of days that ends with each day; NaN where there is nothing in it."""
    totals = np.cumsum(values)
    window = totals.copy()
    window[SMOOTHED_OVER:] -= totals[:-SMOOTHED_OVER]
    return np.where(window > 0.0, window, np.nan)


def _colour(policy: str, place: int) -> str:
    return COLOUR_OF_POLICY.get(policy, PALETTE[place % len(PALETTE)])
