"""What is known about the real world, held against what is simulated: 27 facts, each one small function.

C facts may be calibrated on, T facts test without tuning, and an F fact whose sign is wrong refutes the model. Every
number observed comes from the engine itself. The facts of bargaining and of selling are in modules of their own; how
the scenario's numbers were found is in calibration.
"""

import textwrap
from collections.abc import Mapping
from typing import Any

from experiments.validation import bargaining, selling
from experiments.validation.field import Field
from experiments.validation.findings import Fact, Finding, Target, Verdict
from sim.faults import Fault

DEALS = 30_000
"""Deals in each arm, if nothing else is said."""
FACTS: tuple[Fact, ...] = tuple(sorted((*bargaining.FACTS, *selling.FACTS), key=lambda fact: fact.number))
USES = {"C": "to calibrate on", "T": "to test on", "F": "a wrong sign refutes"}
KINDS = {"S": "refereed or large field data", "V": "figures of vendors"}
HEADINGS = ("", "target", "observed", "95 % interval", "")
WIDTH = 100


def facts_numbered(number: int | None) -> tuple[Fact, ...]:
    """The fact of that number, or all. Raises Fault for a number that is not known."""
    found = tuple(fact for fact in FACTS if number in (None, fact.number))
    if not found:
        raise Fault(f"--fact {number} is not a fact\n    known are 1 to {FACTS[-1].number}")
    return found


def printed(fact: Fact, findings: list[Finding]) -> str:
    """A fact as people read it: what is known and from whom, and each number with its target, interval and verdict."""
    head = f"{fact.number}. {fact.says}"
    sources = ", ".join(fact.sources) or "trade figures, of no single source"
    about = f"{fact.kind} ({KINDS[fact.kind]}), {fact.use} ({USES[fact.use]}); {sources}"
    table = [HEADINGS, *map(cells, findings)]
    widths = [max(len(row[i]) for row in table) for i in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    notes = [line for finding in findings if finding.note for line in textwrap.wrap(
        f"{finding.what}: {finding.note}", WIDTH, initial_indent="  ", subsequent_indent="    ")]  # fmt: skip
    return "\n".join([head, f"  {about}", *(f"    {line}" for line in lines), *notes, ""])


def tally(measured: Mapping[Fact, list[Finding]]) -> str:
    """How many numbers hit and how many do not, by use."""
    lines = []
    for use, meaning in USES.items():
        verdicts = [finding.verdict for fact, found in measured.items() if fact.use == use for finding in found]
        counts = ((verdict.value, verdicts.count(verdict)) for verdict in Verdict)
        if verdicts:
            lines.append(f"{use} ({meaning}): " + ", ".join(f"{count} {name}" for name, count in counts if count))
    return "\n".join(lines)


def as_plain(measured: Mapping[Fact, list[Finding]], field: Field) -> dict[str, Any]:
    """The facts as JSON can hold them."""
    return {
        "scenario": field.scenario,
        "deals": field.deals,
        "seed": field.seed,
        "settings": dict(field.settings),
        "facts": [
            {
                "number": fact.number, "name": fact.name, "says": fact.says, "class": fact.kind, "use": fact.use,
                "sources": list(fact.sources), "refuted": fact.refuted_by(findings),
                "findings": [finding.as_plain() for finding in findings],
            }
            for fact, findings in measured.items()
        ],
    }  # fmt: skip


def as_markdown(measured: Mapping[Fact, list[Finding]]) -> str:
    """The facts as a table in Markdown, with the keys of the bibliography."""
    lines = [
        "| | What is known, and what is measured | Target | Observed | 95 % interval | |",
        "|---|---|---|---|---|---|",
    ]
    for fact, findings in measured.items():
        sources = " ".join(f"[{source}]" for source in fact.sources)
        lines.append(f"| **{fact.number}** | **{fact.says}** {sources} | {fact.kind}, **{fact.use}** | | | |")
        for finding in findings:
            what, target, observed, interval, verdict = cells(finding)
            told = verdict if verdict == Verdict.HIT else f"*{verdict}*"
            lines.append(f"| | {what} | {target} | {observed} | {interval} | {told} |")
    return "\n".join(lines)


def cells(finding: Finding) -> tuple[str, ...]:
    """A number in words: what it is, its target, what was observed, the interval of that, and the verdict."""
    if finding.verdict == Verdict.NOT_MEASURED:
        return (finding.what, _target(finding.target), "-", "", finding.verdict.value)
    low, high = finding.interval
    interval = "exact" if low == high else f"{low:.3f} to {high:.3f}"
    return (finding.what, _target(finding.target), f"{finding.observed:.3f}", interval, finding.verdict.value)


def _target(target: Target) -> str:
    if target.or_nothing:
        return "not more than 0"
    if target.is_sign:
        return "more than 0" if target.low == 0 else "less than 0"
    return f"{target.low:.3g} to {target.high:.3g}" + (" (rough)" if target.rough else "")
