"""Calibration by history matching: which settings are not ruled out by the facts that may be calibrated on.

In waves [Vernon2010]: settings are spread over their ranges by a scrambled Halton sequence [Halton1960], played, and
judged by how far the C facts lie outside their ranges, each in units of half its range. A straight line through what
was seen says what to expect near the best so far, and the next wave goes where that is in range. In the end the
settings under which every C fact was *seen* in its range are not ruled out. That is a set, not a posterior
distribution, and says what cannot be told from these facts.

The point values for a scenario's file are those of the member of the set that is nearest to its middle, each parameter
in units of its range; nothing else chooses between members. Who wins, early or late, is computed nowhere here.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from experiments.validation import bargaining, selling
from experiments.validation.field import LATE, ONE_ISSUE, Field, impasse_rate
from experiments.validation.findings import Statistic, Target
from sim.faults import Fault, hint_at_names

SEED = 20250701
"""Of the Halton sequence; buyers are drawn with the seed of the command."""
CANDIDATES = 16_384
"""Points that the emulator looks at for each wave."""
PARENTS = 16
"""Points that it looks around: the best so far."""
STEP = 0.15
"""Standard deviation of a step from a parent, in every setting, a part of its range."""
MOST_OF_FEW = 3
"""The emulator takes at least so many points for each setting, if there are as many."""
ENOUGH = 30
"""Members of the set from which on its width says something."""
NARROW = 0.7
"""What is found in less than this part of its range is called narrowed down."""

Progress = Callable[[int, int], None]


class Aim(NamedTuple):
    """A number that calibration aims at: of which fact, its range, and how it is measured in rows of the market."""

    fact: int
    name: str
    target: Target
    statistic: Statistic


class Plan(NamedTuple):
    """What is varied in a scenario, between which ends, and what is aimed at."""

    ranges: Mapping[str, tuple[float, float]]
    aims: tuple[Aim, ...]
    first_and_final: bool
    """Whether fact 1 is aimed at too; it takes arms of its own, and is measured only where all else is in range."""


class Found(NamedTuple):
    """Points tried (n, parameters) as parts of their ranges, what was seen there (n, aims), and how far it is off."""

    points: np.ndarray
    seen: np.ndarray
    off: np.ndarray

    @property
    def kept(self) -> np.ndarray:
        """Points that are not ruled out."""
        return np.asarray(self.points[self.off == 0.0])


FIRST_AND_FINAL = Aim(1, "r of first number and price", Target(0.5, 0.7), bargaining.first_and_final)
TALKS = (
    Aim(5, "no price, of those with a zone", Target(0.15, 0.40), impasse_rate),
    Aim(7, "taken without a counter-offer", Target(0.25, 0.40), bargaining.taken_at_once),
)
FUNNEL = (
    Aim(21, "won, of opportunities", Target(0.15, 0.30), selling.wins_of_opportunities),
    Aim(21, "won, of opportunities proposed or quoted", Target(0.40, 0.50), selling.wins_of_proposals),
    Aim(22, "no decision, of opportunities", Target(0.38, 0.60), selling.undecided),
    Aim(23, "customers, of leads", Target(0.01, 0.05), selling.leads_to_customers),
)
"""The rates of single steps in fact 23 are not aimed at: their denominators are the source's own, and not told."""

PLANS: Mapping[str, Plan] = {
    "b2b_software": Plan(
        {
            "leads.in_market": (0.3, 0.8),
            "prospecting.response": (0.15, 0.40),
            "prospecting.out_of_market": (0.1, 0.8),
            "qualification.signal_noise": (0.1, 0.5),
            "seller.strictness": (0.02, 0.5),
            "buyer.authority": (0.7, 1.0),
            "buyer.rival.present": (0.2, 0.6),
            "buyer.contact_cost": (0.05, 0.4),
            "buyer.taker_share": (0.2, 0.45),
            "buyer.ambition": (0.1, 0.45),
            "buyer.firmness": (1.0, 6.0),
            "buyer.slack": (0.2, 0.6),
            "seller.markup": (0.05, 0.35),
            "group.vetoes": (0.0, 0.2),
            "forces.anchor_aspiration": (0.0, 0.5),
            "forces.breakdown": (0.02, 0.15),
            "forces.hold_up": (0.0, 0.5),
            "forces.shock": (0.3, 1.5),
            "forces.stall": (0.02, 0.2),
            "signing.bias": (-0.05, 0.10),
            "signing.uncertainty_bias": (0.0, 0.5),
            "signing.spread": (0.03, 0.15),
        },
        (*FUNNEL, *TALKS),
        first_and_final=True,
    ),
    "used_car": Plan(
        {
            "buyer.taker_share": (0.1, 0.5),
            "buyer.ambition": (0.05, 0.4),
            "buyer.firmness": (1.0, 6.0),
            "buyer.deadline.extra": (1.0, 6.0),
            "seller.markup": (0.0, 0.3),
            "seller.deadline.extra": (1.0, 6.0),
            "forces.breakdown": (0.02, 0.2),
        },
        TALKS,
        first_and_final=False,
    ),
}


def plan_for(scenario: str) -> Plan:
    """The plan of a scenario. Raises Fault where none of the C facts is about it."""
    if scenario not in PLANS:
        raise Fault(f"there is no calibration of {scenario!r}\n    {hint_at_names(scenario, tuple(PLANS))}")
    return PLANS[scenario]


def calibrate(field: Field, plan: Plan, points: int, waves: int, progress: Progress = lambda done, of: None) -> Found:
    """Search in waves of so many points each. ``progress`` is told how many are done."""
    dimensions = len(plan.ranges)
    sequence = qmc.Halton(dimensions, scramble=True, seed=SEED)
    found = _none(plan)
    for _ in range(waves):
        if found.points.size:
            wave = _promising(plan, found, sequence.random(CANDIDATES), points)
        else:
            wave = sequence.random(points)
        for point in wave:
            found = _with(found, point, *judged(field, plan, point))
            progress(len(found.points), waves * points)
    return found


def settings_at(plan: Plan, point: np.ndarray) -> dict[str, float]:
    """The settings of a point, which is given in parts of the ranges; three digits are enough."""
    ends = plan.ranges.items()
    return {
        path: _rounded(low + float(part) * (high - low)) for (path, (low, high)), part in zip(ends, point, strict=True)
    }


def judged(field: Field, plan: Plan, point: np.ndarray) -> tuple[np.ndarray, float]:
    """What is seen at a point, and how far it is outside the ranges altogether; 0 if it is not ruled out.

    A number of which there is nothing to be seen is as far off as a range is wide.
    """
    here = Field(field.scenario, field.deals, field.seed, settings_at(plan, point), field.workers)
    seen = [aim.statistic(here.rows) for aim in plan.aims]
    off = math.sqrt(sum(outside(aim.target, value) ** 2 for aim, value in zip(plan.aims, seen, strict=True)))
    if plan.first_and_final:
        seen.append(math.nan)
        if off == 0.0:
            arms = [{**LATE, **ONE_ISSUE, "seller.markup": markup} for markup in bargaining.MARKUPS]
            seen[-1] = FIRST_AND_FINAL.statistic(here.arms(*arms))
            off = outside(FIRST_AND_FINAL.target, seen[-1])
    return np.array(seen), off


def outside(target: Target, value: float) -> float:
    """How far a value lies outside a range, in half its width."""
    if math.isnan(value):
        return 2.0
    return max(target.low - value, value - target.high, 0.0) / _half_width(target)


def chosen(found: Found) -> np.ndarray:
    """The member of the set nearest to its middle, the median of each parameter. Raises Fault if the set is empty."""
    if not found.kept.size:
        raise Fault("no settings were found under which every fact is in its range; try more points or waves")
    away = ((found.kept - np.median(found.kept, axis=0)) ** 2).sum(axis=1)
    return np.asarray(found.kept[int(away.argmin())])


def printed(field: Field, plan: Plan, found: Found) -> str:
    """What was found: how much is not ruled out, the ranges and what narrows them, and the point chosen."""
    lines = [
        f"Calibration of {field.scenario} on facts {', '.join(map(str, sorted({aim.fact for aim in _aims(plan)})))}",
        f"{len(found.points)} points, {field.deals:,} buyers each, seed {field.seed}: {len(found.kept)} not ruled out",
    ]
    if not found.kept.size:
        return "\n".join([*lines, *_nearest(plan, found)])
    point = chosen(found)
    values = settings_at(plan, point)
    heads = ("setting", "range tried", "middle 90 % found", "narrowed to", "chosen")
    low, high = np.quantile(found.kept, [0.05, 0.95], axis=0)
    rows = [heads]
    for i, (path, (least, most)) in enumerate(plan.ranges.items()):
        ends = (least + part * (most - least) for part in (low[i], high[i]))
        part = (high[i] - low[i]) / 0.9
        told = "too few" if len(found.kept) < ENOUGH else f"{part:.0%}" if part < NARROW else "not told"
        rows.append((path, f"{least:g} to {most:g}", " to ".join(f"{end:.3g}" for end in ends), told,
                     f"{values[path]:g}"))  # fmt: skip
    at = found.seen[int(np.flatnonzero((found.points == point).all(axis=1))[0])]
    facts = [("fact", "aim", "range", "at the point chosen")]
    facts += [(str(aim.fact), aim.name, f"{aim.target.low:g} to {aim.target.high:g}", f"{value:.3f}")
              for aim, value in zip(_aims(plan), at, strict=True)]  # fmt: skip
    return "\n".join([*lines, "", *_table(rows), "", *_table(facts), "", *_tied(plan, found)])


def _tied(plan: Plan, found: Found) -> list[str]:
    """Pairs of settings that the facts tie to each other: only together can they be told."""
    if len(found.kept) < ENOUGH:
        return []
    r = np.corrcoef(found.kept, rowvar=False)
    paths = tuple(plan.ranges)
    pairs = [(abs(r[i, j]), r[i, j], paths[i], paths[j]) for i in range(len(paths)) for j in range(i)]
    return ["Told only together:"] + [
        f"  {one} and {other}: r {sign:.2f}" for _, sign, one, other in sorted(pairs)[:-6:-1]
    ]


def _nearest(plan: Plan, found: Found) -> list[str]:
    best = int(found.off.argmin())
    seen = zip(_aims(plan), found.seen[best], strict=True)
    return ["The nearest:", *(f"  {aim.name}: {value:.3f}" for aim, value in seen)]


def _aims(plan: Plan) -> tuple[Aim, ...]:
    return (*plan.aims, FIRST_AND_FINAL) if plan.first_and_final else plan.aims


def _none(plan: Plan) -> Found:
    return Found(np.zeros((0, len(plan.ranges))), np.zeros((0, len(_aims(plan)))), np.zeros(0))


def _with(found: Found, point: np.ndarray, seen: np.ndarray, off: float) -> Found:
    return Found(
        np.concatenate([found.points, point[np.newaxis]]),
        np.concatenate([found.seen, seen[np.newaxis]]),
        np.append(found.off, off),
    )


def _promising(plan: Plan, found: Found, spread: np.ndarray, count: int) -> np.ndarray:
    """Points near the best so far that a straight line through what was seen expects to be least off.

    The line is that through the better half. Uniforms become normal steps, turned back at the ends of the ranges. Among
    points expected to be in every range the first of the sequence are taken, which lie evenly.
    """
    known = ~np.isnan(found.seen[:, : len(plan.aims)]).any(axis=1)
    points, seen, off = found.points[known], found.seen[known][:, : len(plan.aims)], found.off[known]
    order = np.argsort(off, kind="stable")
    half = order[: max(len(off) // 2, MOST_OF_FEW * points.shape[1])]
    line = np.linalg.lstsq(_with_one(points[half]), seen[half], rcond=None)[0]
    parents = points[order[:PARENTS]]
    steps = parents[np.arange(len(spread)) % len(parents)] + STEP * ndtri(np.clip(spread, 1e-9, 1 - 1e-9))
    near = np.clip(1.0 - np.abs(1.0 - np.abs(steps)), 0.0, 1.0)
    expected = _with_one(near) @ line
    far = [
        np.maximum(np.maximum(aim.target.low - values, values - aim.target.high), 0.0) / _half_width(aim.target)
        for aim, values in zip(plan.aims, expected.T, strict=True)
    ]
    return np.asarray(near[np.argsort(np.square(far).sum(axis=0), kind="stable")[:count]])


def _with_one(points: np.ndarray) -> np.ndarray:
    return np.column_stack([points, np.ones(len(points))])


def _half_width(target: Target) -> float:
    return 0.5 * (target.high - target.low)


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def _table(rows: Sequence[Sequence[Any]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
