"""Global sensitivity of the answer: what decides which of two arms is better, of a scenario early or late.

The answer is the paired difference between the two, on the same buyers with the same luck (common random numbers), so
that what varies is what the settings do. Two methods of SALib [IwanagaUsherHerman2022]: *Morris* [Morris1991] screens
many settings cheaply (mu_star: the mean size of the effect of a step; sigma: how much that depends on the others), and
*Sobol'* [Saltelli2010] divides the variance of the answer among few (first: alone; total: with all that it takes part
in). Each is repeated with other luck and another sample of settings, and the spread over these repetitions is told.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from agents.catalogue import Catalogue, catalogue
from experiments.checking import is_study
from experiments.study import load_study, rules_of
from sim.faults import Fault
from sim.playing import company, play
from sim.reading import load_scenario
from sim.scenario import Scenario

LEVELS = 4
"""Levels of Morris' grid."""
DIGITS = 4

Ranges = Mapping[str, tuple[float, float]]
Arm = Mapping[str, Any]
Progress = Callable[[int, int], None]

RANGES: Ranges = {
    "buyer.awareness": (0.6, 1.1),
    "buyer.self_knowledge": (0.1, 0.9),
    "buyer.risk_aversion": (0.0, 0.8),
    "buyer.price_focus": (0.2, 0.7),
    "buyer.rival.present": (0.1, 0.7),
    "buyer.contact_cost": (0.05, 0.6),
    "buyer.patience.impatient_share": (0.0, 0.8),
    "seller.contact_cost": (0.2, 1.5),
    "seller.reframing_skill": (0.3, 0.9),
    "seller.markup": (0.0, 0.4),
    "conversation.latent": (0.2, 0.9),
    "conversation.answer_noise": (5.0, 30.0),
    "forces.refusal_exit": (0.0, 0.3),
    "forces.shock": (0.3, 2.0),
    "forces.border": (0.0, 0.6),
    "forces.requote": (0.0, 1.0),
    "forces.anchor_aspiration": (0.0, 0.5),
    "forces.anchor_reservation": (0.0, 0.5),
    "forces.hold_up": (0.0, 0.6),
    "forces.haggle_now": (0.0, 0.8),
}
"""What is varied if nothing else is said: settings of which the evidence says little or nothing (ASSUMPTION: the ends).

The hazard of leaving after a refusal has no field evidence at all and its whole range."""

EARLY: Arm = {"seller.price_policy": "on_first_ask"}
LATE: Arm = {"seller.price_policy": "after_needs_analysis"}
LABELS = ("early", "late")
OUTCOMES = ("profit per prospect", "profit per contact", "buyer surplus per prospect")
"""What is compared, the second arm less the first, per prospect and in sums, over buyers who asked at once in both."""


class Pair(NamedTuple):
    """Two arms that are compared: a scenario, settings of both, what each sets besides, its label, and the rules."""

    scenario: str
    settings: Mapping[str, Any]
    arms: tuple[Arm, Arm]
    labels: tuple[str, str]
    rules: Catalogue

    def scenarios(self, point: Mapping[str, float]) -> tuple[Scenario, Scenario]:
        """The scenarios of both at a point of the settings that are varied. Raises Fault."""
        one, other = (
            load_scenario(self.scenario, {**self.settings, **arm, **point}, rules=self.rules) for arm in self.arms
        )
        return one, other


def pair_in(name: str, arm: str | None = None) -> Pair:
    """What is compared in a scenario, early with late, or in a study, its baseline with another arm. Raises Fault.

    ``arm`` says which, of a study with several; its sweep, seed and number of deals are left aside.
    """
    if not is_study(name):
        if arm is not None:
            raise Fault(f"--arm {arm} goes with a study, and {name} is a scenario")
        return Pair(name, {}, (EARLY, LATE), LABELS, catalogue())
    study = load_study(name)
    if study.is_market:
        raise Fault(f"study {study.name} plays a market; one that plays deals would be right")
    others = [each for each in study.arms if each != study.baseline]
    if not others:
        raise Fault(f"study {study.name} has one arm only, and there is no difference to explain")
    if arm is None and len(others) > 1:
        raise Fault(f"study {study.name} compares several arms with {study.baseline}: choose one by --arm\n"
                    f"    known: {', '.join(others)}")  # fmt: skip
    if arm is not None and arm not in others:
        raise Fault(f"--arm '{arm}' is not an arm besides the baseline\n    known: {', '.join(others)}")
    names = (study.baseline, arm or others[0])
    one, other = (study.arms[each].set for each in names)
    labels = study.label(names[0]), study.label(names[1])
    return Pair(study.scenario, study.set, (one, other), labels, rules_of(study))


class Index(NamedTuple):
    """How much one setting matters for one outcome: the mean of each index over repetitions, lowest and highest.

    ``strength`` is mu_star of Morris, in units of the outcome, or the total index of Sobol'; ``other`` is sigma, or
    the first-order index; ``direction`` is mu of Morris: which way the difference goes as the setting rises.
    """

    outcome: str
    setting: str
    strength: float
    lowest: float
    highest: float
    other: float
    direction: float


class Sensitivity(NamedTuple):
    """The indices of all settings for all outcomes, strongest first, and the answers over all points played.

    ``labels`` are those of the two arms: answers are the second less the first.
    """

    method: str
    indices: tuple[Index, ...]
    answers: np.ndarray  # (repetitions, points, outcomes)
    labels: tuple[str, str] = LABELS

    def of(self, outcome: str) -> tuple[Index, ...]:
        """The indices for one outcome, strongest first."""
        return tuple(index for index in self.indices if index.outcome == outcome)


def morris(
    pair: Pair | str, ranges: Ranges, deals: int, seeds: Sequence[int], trajectories: int,
    workers: int = 1, progress: Progress = lambda done, of: None,
) -> Sensitivity:  # fmt: skip
    """Screen settings by Morris' elementary effects, once for each seed. Raises Fault for settings that are wrong.

    ``pair`` is what is compared, or the name of a scenario or study that says it.
    """
    pair = pair_in(pair) if isinstance(pair, str) else pair
    problem = _problem(ranges, pair)
    played = _Played(pair, tuple(ranges), deals, workers, progress)
    samples = [
        morris_sample.sample(problem, trajectories, num_levels=LEVELS, seed=seed % 2**32).round(DIGITS)
        for seed in seeds
    ]
    answers = played.all(samples, seeds)
    tables = np.zeros((len(seeds), len(OUTCOMES), 3, len(ranges)))
    for repetition, (sample, seen) in enumerate(zip(samples, answers, strict=True)):
        for i in range(len(OUTCOMES)):
            found = morris_analysis.analyze(problem, sample, seen[:, i], num_levels=LEVELS, seed=0)
            tables[repetition, i] = found["mu_star"], found["sigma"], found["mu"]
    return Sensitivity("morris", _indices(tables, tuple(ranges)), answers, pair.labels)


def sobol(
    pair: Pair | str, ranges: Ranges, deals: int, seeds: Sequence[int], points: int,
    workers: int = 1, progress: Progress = lambda done, of: None,
) -> Sensitivity:  # fmt: skip
    """Divide the variance of the answer among settings by Sobol' indices, once for each seed.

    ``points`` (a power of two) times the number of settings and two are played for each seed. Raises Fault.
    """
    if points < 2 or points & (points - 1):
        raise Fault(f"{points} points are no power of two; 64 would be right")
    pair = pair_in(pair) if isinstance(pair, str) else pair
    problem = _problem(ranges, pair)
    played = _Played(pair, tuple(ranges), deals, workers, progress)
    samples = [sobol_sample.sample(problem, points, calc_second_order=False, seed=seed % 2**32) for seed in seeds]
    answers = played.all(samples, seeds)
    tables = np.zeros((len(seeds), len(OUTCOMES), 3, len(ranges)))
    tables[:, :, 2] = np.nan  # these indices have no direction
    for repetition, seen in enumerate(answers):
        for i in np.flatnonzero(seen.std(axis=0) > 0):
            found = sobol_analysis.analyze(problem, seen[:, i], calc_second_order=False, seed=0)
            tables[repetition, i, :2] = found["ST"], found["S1"]
    return Sensitivity("sobol", _indices(tables, tuple(ranges)), answers, pair.labels)


def difference(rows: np.ndarray) -> tuple[float, float, float]:
    """The outcomes of two arms (2, deals), the second less the first, over buyers who asked at once in both."""
    asked = rows[:, rows["asked_first"].all(axis=0)]
    if not asked.shape[1]:
        return (0.0, 0.0, 0.0)
    one, other = asked
    profit = (float(arm["seller_profit"].sum()) / max(float(arm["contacts"].sum()), 1e-12) for arm in asked)
    before, after = profit
    return (
        float((other["seller_profit"] - one["seller_profit"]).mean()),
        after - before,
        float((other["buyer_surplus"] - one["buyer_surplus"]).mean()),
    )


def printed(found: Sensitivity, currency: str) -> str:
    """The indices as tables, one for each outcome, and how often which arm was ahead."""
    lines = []
    heads = {
        "morris": ("setting", "mu_star", "over repetitions", "sigma", "as it rises"),
        "sobol": ("setting", "total", "over repetitions", "first", ""),
    }[found.method]
    for i, outcome in enumerate(OUTCOMES):
        answers = found.answers[..., i]
        ahead = float((answers > 0).mean())
        low, middle, high = np.quantile(answers, [0.05, 0.5, 0.95])
        lines += [
            f"{outcome}, {found.labels[1]} less {found.labels[0]}, {currency}",
            f"  of {answers.size} points played {found.labels[1]} is ahead in {ahead:.0%}; median {middle:.3g}, "
            f"middle 90 % {low:.3g} to {high:.3g}",
        ]
        rows = [heads, *(_cells(index, found.labels) for index in found.of(outcome))]
        widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
        lines += [
            "    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        lines.append("")
    return "\n".join(lines)


def as_markdown(indices: Sequence[Index], most: int = 10) -> str:
    """The strongest settings of each outcome side by side, as a table in Markdown: the size, and its sign as it rises.

    ``most`` settings are shown: those that are strongest for the first outcome, and every other's strongest three.
    """
    of = {outcome: [index for index in indices if index.outcome == outcome] for outcome in OUTCOMES}
    first = [index.setting for index in of[OUTCOMES[0]]]
    shown = {*first[:most], *(index.setting for outcome in OUTCOMES for index in of[outcome][:3])}
    lines = [f"| Setting | {' | '.join(OUTCOMES)} |", f"|---|{'---|' * len(OUTCOMES)}"]
    for setting in (each for each in first if each in shown):
        own = [next(index for index in of[outcome] if index.setting == setting) for outcome in OUTCOMES]
        lines.append(f"| `{setting}` | {' | '.join(map(_strength, own))} |")
    return "\n".join(lines)


def _strength(index: Index) -> str:
    """The size of an effect, with the sign of its mean and the lowest and highest of the repetitions."""
    sign = "" if np.isnan(index.direction) else "+" if index.direction > 0 else "\N{MINUS SIGN}"
    return f"{sign}{index.strength:.2f} ({index.lowest:.2f} to {index.highest:.2f})"


def _cells(index: Index, labels: tuple[str, str]) -> tuple[str, ...]:
    way = "" if np.isnan(index.direction) else f"{labels[index.direction > 0]} gains"
    return (
        index.setting,
        f"{index.strength:.3f}",
        f"{index.lowest:.3f} to {index.highest:.3f}",
        f"{index.other:.3f}",
        way,
    )


class _Played:
    """Plays points of settings and counts them."""

    def __init__(self, pair: Pair, paths: Sequence[str], deals: int, workers: int, progress: Progress) -> None:
        self.pair, self.paths = pair, paths
        self.deals, self.workers, self.progress = deals, workers, progress

    def all(self, samples: Sequence[np.ndarray], seeds: Sequence[int]) -> np.ndarray:
        """The answers at all points of each repetition, an array (repetitions, points, outcomes)."""
        total, done = sum(map(len, samples)), 0
        answers = np.zeros((len(seeds), len(samples[0]), len(OUTCOMES)))
        for repetition, (sample, seed) in enumerate(zip(samples, seeds, strict=True)):
            for place, point in enumerate(sample):
                answers[repetition, place] = self._one(point, seed)
                done += 1
                self.progress(done, total)
        return answers

    def _one(self, point: np.ndarray, seed: int) -> tuple[float, float, float]:
        scenarios = self.pair.scenarios(dict(zip(self.paths, map(float, point), strict=True)))
        who = company(scenarios, self.pair.rules)
        return difference(np.concatenate(list(play(scenarios, seed, self.deals, who, workers=self.workers)), axis=1))


def _problem(ranges: Ranges, pair: Pair) -> dict[str, Any]:
    for path, (low, high) in ranges.items():
        if not low < high:
            raise Fault(f"{path} from {low:g} to {high:g} is no range")
        for arm, label in zip(pair.arms, pair.labels, strict=True):
            if path in arm:
                raise Fault(f"--vary {path}: it is what {label} sets, and cannot be varied in both arms alike")
    return {"num_vars": len(ranges), "names": list(ranges), "bounds": [list(ends) for ends in ranges.values()]}


def _indices(tables: np.ndarray, paths: Sequence[str]) -> tuple[Index, ...]:
    """Indices from tables (repetitions, outcomes, index, setting)."""
    found = []
    for i, outcome in enumerate(OUTCOMES):
        strength, other, direction = (tables[:, i, part] for part in range(3))
        order = np.argsort(-strength.mean(axis=0), kind="stable")
        found += [
            Index(
                outcome,
                paths[k],
                float(strength[:, k].mean()),
                float(strength[:, k].min()),
                float(strength[:, k].max()),
                float(other[:, k].mean()),
                float(direction[:, k].mean()),
            )
            for k in order
        ]
    return tuple(found)
