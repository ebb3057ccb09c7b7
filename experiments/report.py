"""The report of a run: one page of HTML that needs nothing else, and the same as Markdown.

It has the question, the answer in words, tables, figures with alternative text, and what was run. The page loads
nothing from elsewhere: figures are within it, and there are no scripts.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments import sentences, wording
from experiments.aggregate import EVERYBODY, POPULATIONS, PRIMARY
from experiments.answer import SHOWN
from experiments.best import held_together
from experiments.drawing import pictures_of
from experiments.measures import HEADLINE, quantity
from experiments.result import Result
from experiments.shape import Tail, in_words
from experiments.statistics import Interval
from experiments.store import write_beside
from experiments.wording import words
from sim.faults import Fault

TEMPLATES = Path(__file__).resolve().parent / "templates"
MOST_CELLS = 24


class Table(NamedTuple):
    """A table of words: its title, its columns, its rows; the first column is the head of each row."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Shown(NamedTuple):
    """A figure within the report: its name, its words for those who cannot see it, and its picture."""

    name: str
    alternative: str
    png: bytes


class Content(NamedTuple):
    """All that a report says, in its order."""

    title: str
    question: str
    setting: str
    answer: Sequence[str]
    tables: Sequence[Table]
    figures: Sequence[Shown]
    manifest: Sequence[tuple[str, str]]


def write_report(result: Result, out: Path | None = None) -> list[Path]:
    """Write report.html and report.md, with the figures of the latter beside it; returns the files. Raises Fault.

    They go into the result's folder if ``out`` is left out. Nothing is overwritten.
    """
    folder = out or result.folder
    content = content_of(result)
    return write_beside(
        {
            folder / "report.html": as_html(content).encode(),
            folder / "report.md": as_markdown(content).encode(),
            **{folder / "report" / f"{figure.name}.png": figure.png for figure in content.figures},
        }
    )


def content_of(result: Result) -> Content:
    """What the report of a result says."""
    study = result.plan.study
    if study.is_market:
        answered, tables = _of_market(result)
    else:
        answered, tables = _of_sweep(result) if result.plan.is_swept else _of_cell(result)
    return Content(
        study.title,
        study.question.strip(),
        sentences.setting(result),
        answered,
        tables,
        _figures(result),
        _manifest(result),
    )


def as_html(content: Content) -> str:
    """The page: one file, readable on a phone and in print."""
    return rendered("report.html", content)


def as_markdown(content: Content) -> str:
    """The same as Markdown; the figures are files in the folder ``report`` beside it."""
    return rendered("report.md", content)


def rendered(template: str, content: tuple[Any, ...]) -> str:
    """A template of the folder ``templates`` filled with a named tuple; what is not markup there is escaped in HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = lambda text: text.replace("|", "\\|").replace("\n", " ")
    environment.filters["inline"] = lambda data: base64.b64encode(data).decode()
    return environment.get_template(template).render(content._asdict())  # type: ignore[attr-defined]  # of a named tuple


def _of_cell(result: Result) -> tuple[list[str], list[Table]]:
    """Answer and tables of a study of one cell, for both populations."""
    others = [arm for arm in result.plan.arms if arm != result.plan.study.baseline]
    answered: list[str] = []
    tables: list[Table] = []
    for population in POPULATIONS:
        if result.tables.prospects[population] == 0:
            answered.append(sentences.NOBODY_ASKED if population == PRIMARY else sentences.NO_DEALS)
            continue
        for arm in others:
            answered.append(sentences.verdict(result, population, arm))
            answered += sentences.further(result, population, arm)
        answered += sentences.all_at_once(result, population)
        tables += _tables(result, population, others)
    return answered, tables


def _tables(result: Result, population: str, others: Sequence[str]) -> Iterator[Table]:
    count = result.tables.prospects[population]
    who = f"all {count:,} prospects" if population == EVERYBODY else f"the {count:,} who asked at the first contact"
    for arm in others or [result.plan.study.baseline]:
        yield _quantities(result, population, arm, who)
    if len(others) > 1:
        yield _together(result, population, others, who)
    yield _shape(result, population, who)


def _quantities(result: Result, population: str, arm: str, who: str) -> Table:
    """The quantities of an arm beside those of the baseline; of the baseline alone where there is no other arm."""
    study = result.plan.study
    label, base = study.label(arm), study.label(study.baseline)
    rows = []
    for shown in map(quantity, SHOWN):
        levels = [result.tables.level(population, name, shown.name) for name in dict.fromkeys((study.baseline, arm))]
        cells = [_level(row.value, row.unit, Interval(row.low, row.high)) for row in levels]
        if arm != study.baseline:
            row = result.tables.difference(population, arm, shown.name)
            interval = Interval(row.low, row.high)
            relative = wording.number(100 * row.relative, 1, signed=True)
            cells += [
                wording.difference(row.value, row.unit, interval),
                wording.limits(row.value, interval, row.unit),
                relative if relative == wording.UNKNOWN else f"{relative} %",
                f"{study.label(row.better)} better" if row.better else row.verdict,
            ]
        rows.append([shown.label, *cells])
    level = f"{wording.confidence(study.level)} interval"
    more = [label, f"{label} {wording.MINUS} {base}", level, "relative", "verdict"] if arm != study.baseline else []
    pair = f"{label} and {base}" if more else base
    return Table(f"{pair}: {who}; money in {result.plan.currency}", ["", base, *more], rows)


def _level(value: float, unit: str, interval: Interval) -> str:
    return wording.level(value, unit, wording.decimals_for(value, interval, unit))


def _together(result: Result, population: str, others: Sequence[str], who: str) -> Table:
    """All arms at once: which may be best, and which differences hold together."""
    study = result.plan.study
    rows = [result.tables.difference(population, arm, HEADLINE) for arm in others]
    held = held_together(rows, study.level)
    lines = []
    for row in result.tables.standings:
        if row.population == population:
            interval = Interval(row.low, row.high)
            lines.append([
                study.label(row.arm),
                wording.difference(row.value, row.unit, interval),
                wording.limits(row.value, interval, row.unit),
                row.verdict,
                "" if row.arm == study.baseline else "yes" if row.arm in held else "no",
            ])  # fmt: skip
    columns = ["", "less the best other", f"all at once, {wording.confidence(study.level)}", "may it be the best?"]
    columns.append(f"differs from {study.label(study.baseline)} (Holm)")
    return Table(f"Profit per prospect, all arms at once: {who}", columns, lines)


def _shape(result: Result, population: str, who: str) -> Table:
    """The worst cases and dominance."""
    study = result.plan.study
    rows = []
    for row in result.tables.tails:
        if row.population == population:
            rows.append([f"{words(row.outcome)}, mean of the worst 5 %: {_who(result, row)}", *_tail(row)])
    for each in result.tables.dominances:
        if each.population == population:
            words_of_it = in_words(each, (study.label(each.arm), study.label(each.versus)))
            said = words_of_it[0].upper() + words_of_it[1:] if each.verdict in ("neither", "undecided") else words_of_it
            rows.append([f"{words(each.outcome)}, first-order dominance", said, ""])
    columns = ["", "value", f"{wording.confidence(study.level)} interval"]
    return Table(f"Worst cases and dominance: {who}; money in {result.plan.currency}", columns, rows)


def _who(result: Result, row: Tail) -> str:
    label = result.plan.study.label
    return f"{label(row.arm)} {wording.MINUS} {label(row.versus)}" if row.versus else label(row.arm)


def _tail(row: Tail) -> tuple[str, str]:
    interval = Interval(row.low, row.high)
    value = wording.difference(row.value, "money", interval) if row.versus else _level(row.value, "money", interval)
    return value, wording.limits(row.value, interval, "money")


def _of_sweep(result: Result) -> tuple[list[str], list[Table]]:
    """Answer and table of a sweep: how many cells say what, and the first of them."""
    from experiments.answer_of_sweep import table_and_count

    told: list[str] = []
    tables: list[Table] = []
    for arm in (arm for arm in result.plan.arms if arm != result.plan.study.baseline):
        columns, rows, count = table_and_count(result, arm)
        told.append(count)
        more = f", the first {MOST_CELLS} of {len(rows):,}" if len(rows) > MOST_CELLS else ""
        tables.append(Table(f"The cells{more}; money in {result.plan.currency}", columns, rows[:MOST_CELLS]))
    return told, tables


def _of_market(result: Result) -> tuple[list[str], list[Table]]:
    """Answer and table of a study of markets, of one cell or of all."""
    from experiments.answer_of_market import tables_and_sentences  # Mesa takes a second to import

    columns, rows, told = tables_and_sentences(result)
    level = wording.confidence(result.plan.study.level)
    title = f"{'The cells' if result.plan.is_swept else 'The markets'}: means with {level} intervals over replications"
    return told, [Table(f"{title}; money in {result.plan.currency}", columns, rows)]


def _figures(result: Result) -> list[Shown]:
    """The figures, drawn anew; none of a sweep that no figure shows, or of a result without distributions."""

    from experiments.figures.picture import files_of
    from experiments.figures.style import one_look

    shown = []
    with one_look():
        try:
            for picture in pictures_of(result):
                files = files_of(picture)
                alternative = picture.alternative or _title(picture.name)
                shown.append(Shown(picture.name, alternative, files[f"{picture.name}.png"]))
        except Fault:
            return shown
    return shown


def _title(name: str) -> str:
    return f"Figure: {words(name)}; its numbers are in the tables"


def _manifest(result: Result) -> list[tuple[str, str]]:
    """What was run, in short, and the whole manifest as JSON at its end."""
    about = result.manifest
    libraries = about["host"].get("libraries", {})
    return [
        ("study", result.plan.study.name),
        ("status", f"{result.status}, {result.deals:,} {result.plan.study.unit} in each arm"),
        ("seed", str(about["seed"])),
        ("hash", str(about["hash"])),
        ("zopa", f"{about['code'].get('zopa')}, commit {about['code'].get('commit') or 'unknown'}"),
        (
            "stopped",
            "; ".join(f"{count} cells: {why}" for why, count in about.get("stopping", {}).get("reasons", {}).items()),
        ),
        ("python", f"{about['host'].get('python')}; {', '.join(f'{name} {libraries[name]}' for name in libraries)}"),
        ("machine", f"{about['host'].get('machine')}, {about['host'].get('processor')}"),
        ("played", f"{about['time']['started']} to {about['time']['ended']}"),
        ("arms", "; ".join(f"{result.plan.study.label(arm)}: {_settings(result, arm)}" for arm in result.plan.arms)),
    ]


def _settings(result: Result, arm: str) -> str:
    settings = {**result.plan.study.set, **result.plan.study.arms[arm].set}
    return (
        ", ".join(f"{path} {json.dumps(value, ensure_ascii=False)}" for path, value in settings.items()) or "as it is"
    )
