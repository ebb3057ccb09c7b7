"""Calibration by history matching: which settings are not ruled out by the facts that may be calibrated on.

In waves [Vernon2010]: settings are spread over their ranges by a scrambled Halton sequence [Halton1960], played, and
judged by how far the C facts lie outside their ranges, each in units of half its range. A straight line through what
was seen says what to expect near the best so far, and the next wave goes where that is well in range. Each wave has its
own luck, and some of the points in range, evenly over the waves, are played again by more buyers with still other luck:
those that are still in range are not ruled out. That is a set, not a posterior distribution, and says what cannot be
told from these facts.

The point values for a scenario's file are those of the member of the set that is nearest to its middle, each parameter
in units of its range, among those that stay in range with still other luck; nothing else chooses between members. Who
wins, early or late, is computed nowhere here.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
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
PARENTS = 32
"""Points that it looks around: the best so far, or all that are well in range, if there are more."""
STEP = 0.15
"""Standard deviation of a step from a parent, in every setting, a part of its range."""
WELL_IN = 0.2
"""Part of the range of an aim, at each end, that the next wave keeps clear of: luck moves a number about."""
MOST_OF_FEW = 3
"""The emulator takes at least so many points for each setting, if there are as many."""
NEARLY = 1.0
"""Fact 1, which takes arms of its own, is looked at only where all else is no further off than this."""
REPLAYED = 64
"""Points, at most, that are played again with other luck."""
MORE_BUYERS = 8
"""Times the buyers of the search that they are played by."""
OTHER_LUCK = 3
"""Seeds, each of its own, with which the point chosen must still be in range."""
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
    """Whether fact 1 is aimed at too; it takes arms of its own: it is looked at only where all else nearly is right."""

    @property
    def all_aims(self) -> tuple[Aim, ...]:
        """The aims, and fact 1 if it is one."""
        return (*self.aims, FIRST_AND_FINAL) if self.first_and_final else self.aims


class Tried(NamedTuple):
    """Points (n, parameters) as parts of their ranges, and what was seen there (n, aims)."""

    points: np.ndarray
    seen: np.ndarray


class Found(NamedTuple):
    """What the search tried, which of it was played again, and which of that was still in range: the set."""

    tried: Tried
    again: Tried
    kept: np.ndarray


class Chosen(NamedTuple):
    """A member of the set, and what was seen there with each of some other luck (seeds, aims)."""

    point: np.ndarray
    seen: np.ndarray


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
    Aim(23, "responded, of leads", Target(0.25, 0.55), selling.responded),
    Aim(23, "opportunities, of responses", Target(0.25, 0.55), selling.qualified),
)
"""The third step of fact 23, opportunities won, is in range wherever fact 21 is."""

PLANS: Mapping[str, Plan] = {
    "b2b_software": Plan(
        {
            "leads.in_market": (0.2, 0.8),
            "prospecting.response": (0.10, 0.50),
            "prospecting.out_of_market": (0.1, 0.8),
            "qualification.signal_noise": (0.05, 0.5),
            "seller.strictness": (0.02, 0.5),
            "buyer.authority": (0.7, 1.0),
            "buyer.price_focus": (0.1, 0.5),
            "buyer.rival.present": (0.2, 0.6),
            "buyer.contact_cost": (0.05, 0.4),
            "buyer.taker_share": (0.2, 0.45),
            "buyer.ambition": (0.1, 0.45),
            "buyer.firmness": (1.0, 8.0),
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
    """Search in waves of so many points each, the first of twice as many, and play again some of what was in range.

    ``progress`` is told how many points are done; one that is played again counts as ``MORE_BUYERS``.
    """
    searched = (waves + 1) * points
    most = searched + REPLAYED * MORE_BUYERS
    tried = _searched(field, plan, points, waves, lambda done: progress(done, most))
    candidates = evenly(tried.points[_off(plan.all_aims, tried.seen) == 0.0], REPLAYED)
    sterner = with_luck(field, waves)
    again = _played(sterner, plan, candidates, lambda done: progress(searched + done * MORE_BUYERS, most))
    progress(most, most)
    return Found(tried, again, candidates[_off(plan.all_aims, again.seen) == 0.0])


def with_luck(field: Field, which: int) -> Field:
    """The field with more buyers, and other luck."""
    return Field(field.scenario, MORE_BUYERS * field.deals, field.seed + which, field.settings, field.workers)


def settings_at(plan: Plan, point: np.ndarray) -> dict[str, float]:
    """The settings of a point, which is given in parts of the ranges; two digits, as a scenario's file shows them."""
    ends = plan.ranges.items()
    return {
        path: _rounded(low + float(part) * (high - low)) for (path, (low, high)), part in zip(ends, point, strict=True)
    }


def judged(field: Field, plan: Plan, point: np.ndarray) -> np.ndarray:
    """What is seen of each aim at a point; NaN where there is nothing to be seen, or fact 1 was not looked at."""
    here = Field(field.scenario, field.deals, field.seed, settings_at(plan, point), field.workers)
    seen = np.array([aim.statistic(here.rows) for aim in plan.aims])
    if not plan.first_and_final:
        return seen
    if off(plan.aims, seen) > NEARLY:
        return np.append(seen, math.nan)
    arms = [{**LATE, **ONE_ISSUE, "seller.markup": markup} for markup in bargaining.MARKUPS]
    return np.append(seen, FIRST_AND_FINAL.statistic(here.arms(*arms)))


def off(aims: Sequence[Aim], seen: np.ndarray, margin: float = 0.0) -> float:
    """How far what is seen lies outside the ranges altogether; 0 if the point is not ruled out.

    ``margin`` is taken off each range at each end, as a part of it. A number of which there is nothing to be seen is as
    far off as a range is wide.
    """
    return math.sqrt(sum(outside(aim.target, value, margin) ** 2 for aim, value in zip(aims, seen, strict=True)))


def outside(target: Target, value: float, margin: float = 0.0) -> float:
    """How far a value lies outside a range, in half its width."""
    if math.isnan(value):
        return 2.0
    clear = 2 * margin * _half_width(target)
    return max(target.low + clear - value, value - target.high + clear, 0.0) / _half_width(target)


def evenly(points: np.ndarray, count: int) -> np.ndarray:
    """So many of the points, evenly over their order; all of them if there are no more."""
    places = np.linspace(0, len(points) - 1, min(count, len(points))).round().astype(int)
    return np.asarray(points[places])


def chosen(field: Field, plan: Plan, found: Found, luck: Sequence[int]) -> Chosen:
    """The member of the set nearest to its middle that still other luck, by its seeds, leaves in range.

    The middle is the median of each parameter. Raises Fault if the set is empty, or luck throws out all of it.
    """
    if not found.kept.size:
        raise Fault("no settings were found under which every fact is in its range; try more points or waves")
    away = ((found.kept - np.median(found.kept, axis=0)) ** 2).sum(axis=1)
    for point in found.kept[np.argsort(away, kind="stable")]:
        seen = list(_while_in_range(field, plan, point, luck))
        if len(seen) == len(luck):
            return Chosen(point, np.array(seen))
    raise Fault("other luck takes every member of the set out of range; try more points or waves, or more deals")


def _while_in_range(field: Field, plan: Plan, point: np.ndarray, luck: Sequence[int]) -> Iterator[np.ndarray]:
    for seed in luck:
        seen = judged(with_luck(field, seed - field.seed), plan, point)
        if off(plan.all_aims, seen) > 0.0:
            return
        yield seen


def printed(field: Field, plan: Plan, found: Found, waves: int) -> str:
    """What was found: how much is not ruled out, the ranges and what narrows them, and the point chosen."""
    in_range = int((_off(plan.all_aims, found.tried.seen) == 0.0).sum())
    sterner = with_luck(field, waves)
    lines = [
        f"Calibration of {field.scenario} on facts {', '.join(map(str, sorted({aim.fact for aim in plan.all_aims})))}",
        f"{len(found.tried.points):,} points, {field.deals:,} buyers each, seeds {field.seed} to {sterner.seed - 1}: "
        f"{in_range} in range",
        f"{len(found.again.points)} of them again, {sterner.deals:,} buyers each, seed {sterner.seed}: "
        f"{len(found.kept)} not ruled out",
    ]
    if not found.kept.size:
        return "\n".join([*lines, *_nearest(plan, found.again if in_range else found.tried)])
    luck = range(sterner.seed + 1, sterner.seed + 1 + OTHER_LUCK)
    choice = chosen(field, plan, found, luck)
    values = settings_at(plan, choice.point)
    heads = ("setting", "range tried", "middle 90 % found", "narrowed to", "chosen")
    low, high = np.quantile(found.kept, [0.05, 0.95], axis=0)
    rows = [heads]
    for i, (path, (least, most)) in enumerate(plan.ranges.items()):
        ends = (least + part * (most - least) for part in (low[i], high[i]))
        part = (high[i] - low[i]) / 0.9
        told = "too few" if len(found.kept) < ENOUGH else f"{part:.0%}" if part < NARROW else "not told"
        rows.append((path, f"{least:g} to {most:g}", " to ".join(f"{end:.3g}" for end in ends), told,
                     f"{values[path]:g}"))  # fmt: skip
    seeds = tuple(f"seed {seed}" for seed in luck)
    facts: list[tuple[str, ...]] = [("fact", "aim, at the point chosen", "range", *seeds)]
    facts += [(str(aim.fact), aim.name, f"{aim.target.low:g} to {aim.target.high:g}", *(f"{value:.3f}" for value in at))
              for aim, at in zip(plan.all_aims, choice.seen.T, strict=True)]  # fmt: skip
    return "\n".join([*lines, "", *_table(rows), "", *_table(facts), "", *_tied(plan, found)]).rstrip()


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


def _nearest(plan: Plan, tried: Tried) -> list[str]:
    seen = tried.seen[int(_off(plan.all_aims, tried.seen).argmin())]
    return ["The nearest:", *(f"  {aim.name}: {value:.3f}" for aim, value in zip(plan.all_aims, seen, strict=True))]


def _searched(field: Field, plan: Plan, points: int, waves: int, progress: Callable[[int], None]) -> Tried:
    sequence = qmc.Halton(len(plan.ranges), scramble=True, seed=SEED)
    tried = Tried(np.zeros((0, len(plan.ranges))), np.zeros((0, len(plan.all_aims))))
    for number in range(waves):
        if number:
            wave = _promising(plan, tried, sequence.random(CANDIDATES), points)
        else:
            wave = sequence.random(2 * points)
        here = Field(field.scenario, field.deals, field.seed + number, field.settings, field.workers)
        before = len(tried.points)
        played = _played(here, plan, wave, lambda done, before=before: progress(before + done))  # type: ignore[misc]
        tried = Tried(np.concatenate([tried.points, wave]), np.concatenate([tried.seen, played.seen]))
    return tried


def _played(field: Field, plan: Plan, points: np.ndarray, progress: Callable[[int], None]) -> Tried:
    """The points, and what is seen there; by several processes if the field has as many workers."""
    alone = Field(field.scenario, field.deals, field.seed, field.settings)
    if field.workers == 1 or len(points) < 2:
        seen = list(_counted(map(partial(judged, alone, plan), points), progress))
    else:
        with ProcessPoolExecutor(field.workers, mp_context=get_context("spawn")) as pool:
            seen = list(_counted(pool.map(partial(judged, alone, plan), points), progress))
    return Tried(points, np.array(seen).reshape(len(points), len(plan.all_aims)))


def _counted(seen: Iterator[np.ndarray], progress: Callable[[int], None]) -> Iterator[np.ndarray]:
    for done, here in enumerate(seen, start=1):
        yield here
        progress(done)


def _promising(plan: Plan, tried: Tried, spread: np.ndarray, count: int) -> np.ndarray:
    """Points near the best so far that a straight line through what was seen expects to be least off.

    The line is that through the better half. Uniforms become normal steps, turned back at the ends of the ranges. Among
    points expected to be well in every range the first of the sequence are taken, which lie evenly.
    """
    known = ~np.isnan(tried.seen[:, : len(plan.aims)]).any(axis=1)
    points, seen = tried.points[known], tried.seen[known]
    far = _off(plan.all_aims, seen, WELL_IN)
    order = np.argsort(far, kind="stable")
    half = order[: max(len(far) // 2, MOST_OF_FEW * points.shape[1])]
    parents = points[order[: max(PARENTS, int((far == 0.0).sum()))]]
    steps = parents[np.arange(len(spread)) % len(parents)] + STEP * ndtri(np.clip(spread, 1e-9, 1 - 1e-9))
    near = np.clip(1.0 - np.abs(1.0 - np.abs(steps)), 0.0, 1.0)
    expected = [_expected(points[half], values, near) for values in seen[half].T]
    distance = _off(plan.all_aims, np.stack(expected, axis=1), WELL_IN)
    return np.asarray(near[np.argsort(distance, kind="stable")[:count]])


def _expected(points: np.ndarray, values: np.ndarray, there: np.ndarray) -> np.ndarray:
    """What a straight line through what is known says of other points; nothing, if too little is known."""
    known = ~np.isnan(values)
    if known.sum() <= points.shape[1]:
        return np.full(len(there), math.nan)
    return np.asarray(_with_one(there) @ np.linalg.lstsq(_with_one(points[known]), values[known], rcond=None)[0])


def _off(aims: Sequence[Aim], seen: np.ndarray, margin: float = 0.0) -> np.ndarray:
    return np.array([off(aims, here, margin) for here in seen])


def _with_one(points: np.ndarray) -> np.ndarray:
    return np.column_stack([points, np.ones(len(points))])


def _half_width(target: Target) -> float:
    return 0.5 * (target.high - target.low)


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")


def _table(rows: Sequence[Sequence[Any]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
