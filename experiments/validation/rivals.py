"""Rival submodels: other rules for the same decision, compared by which patterns of the world they reproduce.

Each rival is a change of settings, so that everything else stays as it is. Comparing models by many weak patterns at
once, rather than by one strong one, is pattern-oriented modelling [Grimm2005].
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from experiments.validation.field import Field
from experiments.validation.findings import Fact, Finding, Verdict
from sim.reading import load_scenario

PATTERNS = (1, 2, 3, 5, 6, 7, 8, 9, 21, 22, 24, 26)
"""Numbers of the facts that a rival could change: about offers, talks and groups, and how sales end."""

Progress = Callable[[int, int], None]


class Rival(NamedTuple):
    """Another rule for a decision: whose decision, the rule, and the settings that make it so."""

    about: str
    rule: str
    settings: Mapping[str, Any]


AS_IT_STANDS = Rival("", "as it stands", {})
TACTICS = (
    "boulware",
    "linear",
    "conceder",
    "tit_for_tat",
    "split_the_difference",
    "minimal_concession",
    "zero_intelligence",
)
QUOTES: Mapping[str, Mapping[str, Any]] = {
    "rational: the largest expected profit": {"model": "belief_optimal"},
    "rule of thumb: cost plus 60 %": {"model": "cost_plus", "margin": 0.6},
    "rule of thumb: half the value": {"model": "value_share", "share": 0.5},
}
ANCHORS = {"Bayesian: learns from answers, not from numbers": 0.0, "anchors on the first number and adjusts": 0.6}
"""How strongly the first number pulls the buyer's limit and aspiration [TverskyKahneman1974] (ASSUMPTION: how far).

A number is no news to a Bayesian buyer of its own worth: what the seller knows of it comes from the buyer's answers.
"""
WRONG = "!"
GROUPS = ("unanimity", "majority", "champion")


def rivals(field: Field) -> tuple[Rival, ...]:
    """The rivals of a scenario with settings: itself as it stands first, and none that would be the same."""
    known = load_scenario(field.scenario, field.settings)
    others = (
        *(_group(rule) for rule in GROUPS if known.group),
        *(_quotes(rule, pricing, known.solutions) for rule, pricing in QUOTES.items()),
        *(_buyer(rule, strength) for rule, strength in ANCHORS.items()),
        *(Rival("tactics", name, {"buyer.tactic": name, "seller.tactic": name}) for name in TACTICS),
    )
    return (AS_IT_STANDS, *(each for each in others if load_scenario(field.scenario, _with(field, each)) != known))


def _group(rule: str) -> Rival:
    """Without vetoes, which only a champion's group has: the rules are compared by themselves."""
    told = "champion, nobody with a veto" if rule == "champion" else rule
    return Rival("group", told, {"group.decision": rule, "group.vetoes": 0.0})


def _quotes(rule: str, pricing: Mapping[str, Any], solutions: Mapping[str, Any]) -> Rival:
    return Rival("quotes", rule, {f"solutions.{name}.pricing": dict(pricing) for name in solutions})


def _buyer(rule: str, strength: float) -> Rival:
    return Rival("buyer", rule, {"forces.anchor_aspiration": strength, "forces.anchor_reservation": strength})


def _with(field: Field, rival: Rival) -> dict[str, Any]:
    return {**field.settings, **rival.settings}


def compared(
    field: Field, facts: tuple[Fact, ...], progress: Progress = lambda done, of: None
) -> list[tuple[Rival, dict[Fact, list[Finding]]]]:
    """Every pattern measured under every rival."""
    chosen = [fact for fact in facts if fact.number in PATTERNS]
    measured = []
    known = rivals(field)
    for done, rival in enumerate(known):
        here = Field(field.scenario, field.deals, field.seed, _with(field, rival), field.workers)
        measured.append((rival, {fact: fact.measure(here) for fact in chosen}))
        progress(done + 1, len(known))
    return measured


def printed(measured: Sequence[tuple[Rival, Mapping[Fact, list[Finding]]]], field: Field) -> str:
    """A row for each rival, a column for each fact: how many of its numbers hit, and whether a sign is wrong."""
    first = measured[0][1]
    rows = [
        ("fact", "", *(str(fact.number) for fact in first), "hit", "wrong"),
        ("numbers in it", "", *(str(len(findings)) for findings in first.values()), str(len(_every(first))), ""),
        *(_row(rival, found, field.scenario) for rival, found in measured),
    ]
    widths = [max(len(row[i].rstrip(WRONG)) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(_set(cell, width, i) for i, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
             for row in rows]  # fmt: skip
    return "\n".join([
        f"Numbers hit of each fact: {field.deals:,} deals in each arm, seed {field.seed}",
        f"{WRONG} a sign is wrong; - nothing could be measured",
        "",
        *lines[:2],
        *_spaced(measured, lines[2:]),
        "",
        *(f"{fact.number:>2}  {fact.says}" for fact in first),
    ])  # fmt: skip


def _row(rival: Rival, found: Mapping[Fact, list[Finding]], scenario: str) -> tuple[str, ...]:
    counts = (str(_count(found, verdict)) for verdict in (Verdict.HIT, Verdict.WRONG_SIGN))
    return (rival.about or scenario, rival.rule, *map(_cell, found.values()), *counts)


def _set(cell: str, width: int, column: int) -> str:
    """Words to the left, numbers to the right; a sign's mark stands beyond its number."""
    if column < 2:
        return cell.ljust(width)
    return cell.rstrip(WRONG).rjust(width) + (WRONG if cell.endswith(WRONG) else " ")


def _spaced(measured: Sequence[tuple[Rival, Mapping[Fact, list[Finding]]]], lines: Sequence[str]) -> list[str]:
    """The lines of the rivals, an empty one before each other decision."""
    spaced: list[str] = []
    for place, line in enumerate(lines):
        if place == 0 or measured[place][0].about != measured[place - 1][0].about:
            spaced.append("")
        spaced.append(line)
    return spaced


def _cell(findings: list[Finding]) -> str:
    verdicts = [finding.verdict for finding in findings]
    if set(verdicts) == {Verdict.NOT_MEASURED}:
        return "-"
    return str(verdicts.count(Verdict.HIT)) + WRONG * (Verdict.WRONG_SIGN in verdicts)


def _every(found: Mapping[Fact, list[Finding]]) -> list[Finding]:
    return [finding for findings in found.values() for finding in findings]


def _count(found: Mapping[Fact, list[Finding]], verdict: Verdict) -> int:
    return sum(finding.verdict == verdict for finding in _every(found))
