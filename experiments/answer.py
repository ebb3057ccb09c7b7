"""The answer of a study as a person reads it: for each population a table with intervals, and sentences."""

import io
import math
from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from experiments import sentences, wording
from experiments.aggregate import EVERYBODY, POPULATIONS, PRIMARY
from experiments.answer_of_sweep import answer_of_sweep
from experiments.estimates import Difference, Level
from experiments.funnel import FunnelStep, funnel_of
from experiments.measures import HEADLINE, Quantity, quantity
from experiments.result import Result
from experiments.statistics import Interval

WIDTH_OF_PLAIN_TEXT = 112
MOST_ARMS_IN_FUNNEL = 2
MOST_PAIRS = 3
"""Arms besides the baseline that are each told in full; more of them get a line each."""

SHOWN = (
    "won",
    "profit_per_prospect",
    "profit_per_deal",
    "profit_per_contact",
    "contacts_per_prospect",
    "surplus_per_prospect",
    "joint_per_prospect",
    "efficiency",
    "claimed",
    "terms_gain",
    "right_solution",
    "discount",
    "no_decision",
    "competitor",
)
"""The quantities in the table; the files of a result have all. Without terms besides price nothing is gained by any."""


def as_text(result: Result) -> str:
    """The whole answer as plain text."""
    text = io.StringIO()
    console = Console(file=text, width=WIDTH_OF_PLAIN_TEXT)
    for part in answer(result):
        console.print(part)
    return text.getvalue()


def answer(result: Result) -> Iterator[RenderableType]:
    """The parts of the answer, to be printed one after the other."""
    study = result.plan.study
    yield Text(study.title, style="bold")
    yield Text(sentences.setting(result))
    if study.is_market:
        from experiments.answer_of_market import answer_of_market  # Mesa takes a second to import

        yield from answer_of_market(result)
    elif result.plan.is_swept:
        yield from answer_of_sweep(result)
    else:
        for population in POPULATIONS:
            yield from _about(result, population)
        yield from _funnel(result)
    yield Text()
    yield Text(f"{'Found' if result.found else 'Saved'} in {result.folder}", overflow="fold")


def _about(result: Result, population: str) -> Iterator[RenderableType]:
    """Tables and sentences about one population."""
    yield Text()
    yield Text(_heading(result, population), style="bold")
    if result.tables.prospects[population] == 0:
        yield Text(sentences.NOBODY_ASKED if population == PRIMARY else sentences.NO_DEALS)
        return
    others = [arm for arm in result.plan.arms if arm != result.plan.study.baseline]
    if not others:
        yield _table_of_levels(result, population)
    if len(others) > MOST_PAIRS:
        yield _overview(result, population)
        yield Text()
        yield from map(Text, sentences.all_at_once(result, population))
        return
    for place, other in enumerate(others):
        yield from [Text()] * bool(place)
        yield _table_of_differences(result, population, other)
        yield Text()
        yield Text(sentences.verdict(result, population, other), style="bold")
        yield from map(Text, sentences.further(result, population, other))
    if len(others) > 1:
        yield Text()
        yield from map(Text, sentences.all_at_once(result, population))


def _funnel(result: Result) -> Iterator[RenderableType]:
    """How many of all prospects enter each step and go on, and what is lost there; of a few arms, or it is too wide."""
    arms = result.plan.arms
    if len(arms) > MOST_ARMS_IN_FUNNEL or not result.deals:
        return
    label = result.plan.study.label
    columns = {arm: funnel_of(result.exits, EVERYBODY, arm) for arm in arms}
    yield Text()
    yield Text(
        f"The funnel: of {result.deals:,} prospects, who enters a step and goes on, and what is lost there",
        style="bold",
    )
    titles = [title for arm in arms for title in (f"{label(arm)}: enter", "go on", "gains lost", "spent")]
    table = _empty_table(titles)
    first = min(
        each.index(next((step for step in each if step.went_on < step.entered), each[3])) for each in columns.values()
    )
    for place in range(min(first, 3), len(next(iter(columns.values())))):
        steps = [columns[arm][place] for arm in arms]
        table.add_row(wording.words(steps[0].step), *(cell for step in steps for cell in _cells(step)))
    yield table
    yield Text(
        f"Going on is in per cent of those who enter; gains lost and spent are in {result.plan.currency} per "
        "prospect, of deals that end there.",
        style="dim",
    )


def _cells(step: FunnelStep) -> tuple[str, str, str, str]:
    """What is told of a step of one arm."""
    rate = wording.per_cent(step.rate) if step.entered else ""
    return f"{step.entered:,}", rate, wording.number(step.gains_lost, 2), wording.number(step.spent, 2)


def _overview(result: Result, population: str) -> Table:
    """A line for each arm: what it wins and earns, and how that differs from the baseline."""
    study, plan = result.plan.study, result.plan
    table = _empty_table(["won", "profit", "difference", _interval_title(result), "", "surplus", "contacts"])
    names = ("won", "profit_per_prospect", "surplus_per_prospect", "contacts_per_prospect")
    for arm in plan.arms:
        rows = [result.tables.level(population, arm, name) for name in names]
        won, profit, surplus, contacts = (_levels([row])[0] for row in rows)
        cells = ("", "", "baseline")
        if arm != study.baseline:
            row = result.tables.difference(population, arm, HEADLINE)
            interval = Interval(row.low, row.high)
            change = wording.difference(row.value, row.unit, interval)
            verdict = row.verdict if not row.better else "better" if row.better == arm else "worse"
            cells = (change, wording.limits(row.value, interval, row.unit), verdict)
        table.add_row(study.label(arm), won, profit, *cells, surplus, contacts)
    return table


def _heading(result: Result, population: str) -> str:
    count = result.tables.prospects[population]
    if population == EVERYBODY:
        return f"All {count:,} prospects"
    fewest = "" if result.plan.study.pairing else "at least "
    return f"Buyers who asked for the price at the first contact: {fewest}{count:,} of {result.deals:,}"


def _shown(result: Result, population: str, arms: Sequence[str]) -> list[Quantity]:
    """The quantities in a table about these arms."""
    gains = [result.tables.level(population, arm, "terms_gain").value for arm in arms]
    return [quantity(name) for name in SHOWN if name != "terms_gain" or not all(map(math.isnan, gains))]


def _table_of_levels(result: Result, population: str) -> Table:
    (arm,) = result.plan.arms
    table = _empty_table([result.plan.study.label(arm), _interval_title(result)])
    for shown in _shown(result, population, [arm]):
        level = result.tables.level(population, arm, shown.name)
        limits = wording.limits(level.value, Interval(level.low, level.high), level.unit)
        table.add_row(shown.label, *_levels([level]), limits)
    return table


def _table_of_differences(result: Result, population: str, other: str) -> Table:
    study = result.plan.study
    pair = (study.baseline, other)
    base, arm = map(study.label, pair)
    table = _empty_table([base, arm, f"{arm} {wording.MINUS} {base}", _interval_title(result), ""])
    for shown in _shown(result, population, pair):
        levels = [result.tables.level(population, name, shown.name) for name in pair]
        row = result.tables.difference(population, other, shown.name)
        interval = Interval(row.low, row.high)
        change = (
            wording.difference(row.value, row.unit, interval),
            wording.limits(row.value, interval, row.unit),
        )
        table.add_row(shown.label, *_levels(levels), *change, _verdict(row, shown, result))
    return table


def _empty_table(titles: Sequence[str]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(min_width=16, no_wrap=True)
    for title in titles:
        table.add_column(title, justify="right" if title else "left", no_wrap=True)
    return table


def _interval_title(result: Result) -> str:
    return f"{wording.confidence(result.plan.study.level)} interval"


def _levels(levels: Sequence[Level]) -> list[str]:
    """The levels of one quantity, all with the decimals of the one known least exactly."""
    decimals = [wording.decimals_for(row.value, Interval(row.low, row.high), row.unit) for row in levels]
    return [wording.level(row.value, row.unit, min(decimals)) for row in levels]


def _verdict(row: Difference, shown: Quantity, result: Result) -> str:
    if not shown.more_is_better or math.isnan(row.value):
        return ""
    return f"{result.plan.study.label(row.better)} better" if row.better else row.verdict
