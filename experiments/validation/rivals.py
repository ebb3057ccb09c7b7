"""Rival submodels: other rules for the same decision, compared by which patterns of the world they reproduce.

Each rival is a change of settings, so that everything else stays as it is. Comparing models by many weak patterns at
once, rather than by one strong one, is pattern-oriented modelling [Grimm2005].
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from experiments.validation.field import Field
from experiments.validation.findings import Fact, Finding, Verdict
from sim.reading import load_scenario

PATTERNS = (5, 6, 7, 8, 9, 21, 22, 26)
"""Numbers of the facts that a rival could change and that are quickly measured: in the market as it is, in talks."""

Progress = Callable[[int, int], None]


class Rival(NamedTuple):
    """Another rule for a decision: what is decided, the rule, and the settings that make it so."""

    about: str
    rule: str
    settings: Mapping[str, Any]


def rivals(scenario: str) -> tuple[Rival, ...]:
    """The rivals for a scenario, the scenario as it stands first."""
    known = load_scenario(scenario)
    quotes: dict[str, dict[str, Any]] = {
        "rational: the largest expected profit": {"model": "belief_optimal"},
        "rule of thumb: cost plus 60 %": {"model": "cost_plus", "margin": 0.6},
        "rule of thumb: half the value": {"model": "value_share", "share": 0.5},
    }
    tactics = (
        "boulware",
        "linear",
        "conceder",
        "tit_for_tat",
        "split_the_difference",
        "minimal_concession",
        "zero_intelligence",
    )
    return (
        Rival("", "as the scenario stands", {}),
        *(
            Rival("group", rule, {"group.decision": rule, "group.vetoes": 0.0})
            for rule in ("unanimity", "majority")
            if known.group
        ),
        *(
            Rival("quote", rule, {f"solutions.{name}.pricing": pricing for name in known.solutions})
            for rule, pricing in quotes.items()
        ),
        Rival("buyer", "no anchor: numbers teach it nothing", _anchored(0.0)),
        Rival("buyer", "anchors and adjusts: a strong anchor", _anchored(0.6)),
        *(
            Rival("tactic", name, {"buyer.tactic": name, "seller.tactic": name})
            for name in tactics
            if (name, name) != (known.buyer.tactic, known.seller.tactic)
        ),
    )


def _anchored(strength: float) -> dict[str, float]:
    return {"forces.anchor_aspiration": strength, "forces.anchor_reservation": strength}


def compared(
    field: Field, facts: tuple[Fact, ...], progress: Progress = lambda done, of: None
) -> list[tuple[Rival, dict[Fact, list[Finding]]]]:
    """Every pattern measured under every rival."""
    chosen = [fact for fact in facts if fact.number in PATTERNS]
    measured = []
    known = rivals(field.scenario)
    for done, rival in enumerate(known):
        here = Field(field.scenario, field.deals, field.seed, {**field.settings, **rival.settings}, field.workers)
        measured.append((rival, {fact: fact.measure(here) for fact in chosen}))
        progress(done + 1, len(known))
    return measured


def printed(measured: Sequence[tuple[Rival, Mapping[Fact, list[Finding]]]]) -> str:
    """A row for each rival, a column for each fact: how many of its numbers hit, a ! for a wrong sign."""
    facts = list(measured[0][1])
    rows = [("decision", "rule", *(str(fact.number) for fact in facts), "hit", "of")]
    for rival, found in measured:
        every = [finding for findings in found.values() for finding in findings]
        rows.append(
            (rival.about, rival.rule, *(_cell(found[fact]) for fact in facts), str(_hits(every)), str(len(every)))
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    names = "; ".join(f"{fact.number} {fact.name}" for fact in facts)
    return "\n".join(["Numbers hit of each fact; ! where a sign is wrong", *lines, names])


def _cell(findings: list[Finding]) -> str:
    wrong = any(finding.verdict == Verdict.WRONG_SIGN for finding in findings)
    return f"{_hits(findings)}/{len(findings)}" + ("!" if wrong else "")


def _hits(findings: list[Finding]) -> int:
    return sum(finding.verdict == Verdict.HIT for finding in findings)
