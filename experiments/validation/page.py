"""Validation as a page: every fact with a picture, its numbers and its sources in full; limitations come first.

A folder gets one page of HTML that needs nothing else, all numbers as CSV, and each picture as PNG, SVG and CSV. The
same findings give the same bytes. Nothing is overwritten: the folder must not be there.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from experiments.project import project_version
from experiments.store import draft_beside, publish, told_as_fault
from experiments.tables import csv_of
from experiments.validation import KINDS, USES, cells
from experiments.validation.field import Field
from experiments.validation.findings import Fact, Finding, Verdict
from experiments.validation.sources import Part, in_full
from sim.faults import Fault
from sim.reading import load_scenario

PAGE, TABLE, PICTURES = "validation.html", "validation.csv", "figures"
OPTION = "--report"

Measured = Mapping[Fact, list[Finding]]
Write = Callable[[Measured, Field], Path | None]

GENERAL = (
    "The model is a set of assumptions with known consequences, not a picture of anybody's customers. The facts are "
    "fewer than its settings, and many settings do the same to what is measured here.",
    "The facts are not of one market: impasses are those of used cars and of goods on an auction site, correlations "
    "those of student bargainers, win rates those of vendors' customers. That one scenario should meet all of them is "
    "itself an assumption.",
    "Where a fact is about the market as it is, half of the sellers name a price when first asked and half after they "
    "know the needs. Nobody has counted them.",
    "A range called rough has a width that is an assumption, because its source gives a point and no uncertainty.",
)
"""What limits every validation of this kind."""


class Told(NamedTuple):
    """A fact on the page: its text, its picture as PNG, its numbers in words, and its sources in parts."""

    number: int
    says: str
    about: str
    verdicts: Sequence[tuple[str, int]]
    png: bytes
    alternative: str
    rows: Sequence[Sequence[str]]
    notes: Sequence[str]
    sources: Sequence[Sequence[Part]]


class Content(NamedTuple):
    """All that the page says, in its order."""

    title: str
    setting: str
    outcome: str
    counts: Sequence[tuple[str, Sequence[int]]]
    verdicts: Sequence[str]
    limitations: Sequence[str]
    facts: Sequence[Told]
    run: Sequence[tuple[str, str]]


@contextmanager
def report_at(folder: Path | None) -> Iterator[Write]:
    """Within this context what is yielded writes the page and what belongs to it; without a folder it does nothing.

    Raises Fault at the beginning where the folder is there already or cannot be made, so that nothing is measured in
    vain.
    """
    if folder is None:
        yield lambda measured, field: None
        return
    if folder.exists():
        raise Fault(f"{folder} is there already, and nothing is overwritten: another name with {OPTION} would be right")
    with draft_beside(folder, OPTION) as draft:

        def write(measured: Measured, field: Field) -> Path:
            with told_as_fault(folder, OPTION):
                for name, data in files_of_page(measured, field).items():
                    (draft / name).parent.mkdir(exist_ok=True)
                    (draft / name).write_bytes(data)
                publish(draft, folder)
            return folder / PAGE

        yield write


def files_of_page(measured: Measured, field: Field) -> dict[str, bytes]:
    """The files by their names within the folder: the page, the numbers, and the pictures."""
    from experiments.figures.facts import Row, files_of_fact, rows_of
    from experiments.report import rendered

    pictures = {fact: files_of_fact(fact, findings) for fact, findings in measured.items()}
    rows = list(chain.from_iterable(rows_of(fact, findings) for fact, findings in measured.items()))
    pngs = {fact: _png(files) for fact, files in pictures.items()}
    return {
        PAGE: rendered("validation.html", content_of(measured, field, pngs)).encode(),
        TABLE: csv_of(rows, Row._fields).encode(),
        **{f"{PICTURES}/{name}": data for files in pictures.values() for name, data in files.items()},
    }


def content_of(measured: Measured, field: Field, pngs: Mapping[Fact, bytes]) -> Content:
    """What the page says of facts that were measured, given their pictures."""
    scenario = load_scenario(field.scenario, field.settings)
    return Content(
        f"Validation: {scenario.title}",
        f"Scenario {scenario.name}{', with settings changed' if field.settings else ''}; {field.deals:,} deals in each "
        f"arm of each comparison; seed {field.seed}.",
        _outcome(measured),
        [(meaning, counts) for use, meaning in _uses().items() if any(counts := _counts(measured, use))],
        [verdict.value for verdict in Verdict],
        [*_limitations(measured), *GENERAL],
        [_told(fact, findings, pngs[fact]) for fact, findings in measured.items()],
        _run(field),
    )


def in_words(finding: Finding) -> str:
    """What the axis of a number shows, for those who cannot see it."""
    what, target, observed, interval, verdict = cells(finding)
    if finding.verdict == Verdict.NOT_MEASURED:
        return f"{what}: not measured; {target} would be right."
    known = interval if interval == "exact" else f"95 % interval {interval}"
    return f"{what}: {observed}, {known}; {target} would be right: {verdict}."


def _told(fact: Fact, findings: Sequence[Finding], png: bytes) -> Told:
    return Told(
        fact.number,
        fact.says,
        f"Class {fact.kind}: {KINDS[fact.kind]}. Use {fact.use}: {USES[fact.use]}.",
        _in_order([finding.verdict for finding in findings]),
        png,
        " ".join(map(in_words, findings)),
        [cells(finding) for finding in findings],
        [f"{finding.what}: {finding.note}" for finding in findings if finding.note],
        [in_full(key) for key in fact.sources] or [[Part("Trade figures, of no single source.", False)]],
    )


def _in_order(verdicts: Sequence[Verdict]) -> list[tuple[str, int]]:
    return [(verdict.value, verdicts.count(verdict)) for verdict in Verdict if verdict in verdicts]


def _uses() -> dict[str, str]:
    return {use: f"{use}: {meaning}" for use, meaning in USES.items()}


def _counts(measured: Measured, use: str) -> list[int]:
    verdicts = [finding.verdict for fact, found in measured.items() if fact.use == use for finding in found]
    return [verdicts.count(verdict) for verdict in Verdict]


def _outcome(measured: Measured) -> str:
    """What it comes to, in a sentence."""
    verdicts = [finding.verdict for found in measured.values() for finding in found]
    numbers, facts = _counted(len(verdicts), "number"), _counted(len(measured), "fact")
    refuted = [fact for fact, found in measured.items() if fact.refuted_by(found)]
    told = f"A sign that must be right is wrong: {_listed(refuted)}." if refuted else "No sign refutes the model."
    return f"Of {numbers} in {facts}, {verdicts.count(Verdict.HIT)} hit. {told}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _limitations(measured: Measured) -> Iterator[str]:
    """What limits this very validation: signs that refute, numbers missed and not measured, soft figures."""
    refuted = [fact for fact, found in measured.items() if fact.refuted_by(found)]
    if refuted:
        yield f"The model is refuted on signs that should be right: {_listed(refuted)}."
    missed = [fact for fact, found in measured.items() if _has(found, Verdict.MISS, Verdict.WRONG_SIGN)]
    if others := [fact for fact in missed if fact not in refuted]:
        yield f"It misses numbers of other facts: {_listed(others)}."
    if undecided := [fact for fact, found in measured.items() if _has(found, Verdict.UNDECIDED)]:
        yield f"What the interval leaves open is no support: {_listed(undecided)}."
    if unmeasured := [fact for fact, found in measured.items() if _has(found, Verdict.NOT_MEASURED)]:
        yield f"Something could not be measured: {_listed(unmeasured)}."
    if soft := [fact for fact in measured if fact.kind == "V"]:
        yield (
            "Vendors and consultancies select whom they ask, define their own denominators and give no uncertainty: "
            f"{_listed(soft)}."
        )


def _has(findings: Sequence[Finding], *verdicts: Verdict) -> bool:
    return any(finding.verdict in verdicts for finding in findings)


def _listed(facts: Sequence[Fact]) -> str:
    return f"fact{'' if len(facts) == 1 else 's'} {', '.join(str(fact.number) for fact in facts)}"


def _png(files: Mapping[str, bytes]) -> bytes:
    return next(data for name, data in files.items() if name.endswith(".png"))


def _run(field: Field) -> list[tuple[str, str]]:
    """What was run, so that it can be run again; nothing that differs from one time to the next."""
    settings = ", ".join(f"{path} {json.dumps(value, ensure_ascii=False)}" for path, value in field.settings.items())
    return [
        ("scenario", field.scenario),
        ("settings", settings or "as it is"),
        ("deals", f"{field.deals:,} in each arm"),
        ("seed", str(field.seed)),
        ("zopa", project_version()),
        ("intervals", "95 %, by the jackknife over 40 blocks of deals"),
    ]
