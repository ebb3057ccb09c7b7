"""Captions: how many buyers a figure is about, its interval and the level of it, and how to read it."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from experiments.aggregate import PRIMARY
from experiments.figures.differences import MARKS
from experiments.figures.distributions import SHOWN
from experiments.figures.style import ArmStyle
from experiments.landscape import Spot
from experiments.plan import Plan
from experiments.statistics import band_of_distribution, wilson
from experiments.tables import Tables
from experiments.wording import changes, confidence, number, per_cent

NO_DEALS = "No deals were played."


def of_distributions(plan: Plan, tables: Tables, count: int, has_band: bool = True) -> str:
    """For the outcome distributions of ``count`` buyers; ``has_band`` says that their band is drawn."""
    if count == 0:
        return f"{NO_DEALS} {_setting(plan)}"
    margin = _points(band_of_distribution(count, plan.study.level))
    level = confidence(plan.study.level)
    return (
        f"{_who(tables, count)}. Each curve lies within ±{margin} points of the true one everywhere "
        f"({'pale band, ' if has_band else ''}{level}, by Dvoretzky, Kiefer and Wolfowitz). The steep rise near 0 is "
        f"the deals lost, which cost both sides their contacts. The axis leaves out the outermost {per_cent(SHOWN[0])} "
        f"of outcomes on either side. {_setting(plan)}"
    )


def of_funnel(plan: Plan, tables: Tables) -> str:
    """For the funnel."""
    count = tables.prospects[tables.population]
    if count == 0:
        return f"{NO_DEALS} {_setting(plan)}"
    # A share's interval is widest at one half.
    widest = _points(wilson(0.5, count, plan.study.level).high - 0.5)
    return (
        f"{_who(tables, count)}. Every share is within ±{widest} points of the true one "
        f"({confidence(plan.study.level)}). A pale bar is the share of prospects that reach the step. "
        f"{_setting(plan)}"
    )


def of_differences(plan: Plan, tables: Tables) -> str:
    """For the forest of paired differences."""
    counts = "; ".join(
        f"{sign}: {mark.label}, n = {tables.prospects[name]:,}"
        for sign, (name, mark) in zip(("Filled circle", "open diamond"), MARKS.items(), strict=True)
    )
    rope = plan.study.rope
    margin = "" if rope is None else f"Pale band: up to {rope:g} of money per prospect counts as equivalent. "
    return (
        f"{counts}. Bars are {confidence(plan.study.level)} intervals of the mean paired difference; on the "
        f"right the same in each outcome's own unit, money in {plan.currency}. {margin}{_setting(plan)}"
    )


def of_overview(plan: Plan, tables: Tables) -> str:
    """For the differences of many arms from the baseline."""
    count = tables.prospects[tables.population]
    if count == 0:
        return f"{NO_DEALS} {_setting(plan)}"
    return (
        f"{_who(tables, count)}. Bars are {confidence(plan.study.level)} intervals of the mean paired difference, each "
        f"for itself; with so many arms some will miss. {_setting(plan)}"
    )


def _who(tables: Tables, count: int) -> str:
    people = "buyers who asked for the price at the first contact" if tables.population == PRIMARY else "buyers"
    return f"n = {count:,} {people}, the same in every arm"


def _setting(plan: Plan) -> str:
    return f"Scenario {plan.scenarios[0].name}{changes(plan.study.set)}, seed {plan.seed}."


def _points(share: float) -> str:
    return number(100 * share, 1)


def of_regimes(plan: Plan, spots: Sequence[Spot]) -> str:
    """For the regime map."""
    known = [spot for spot in spots if spot.n]
    if not known:
        return f"{NO_DEALS} {_setting(plan)}"
    level = confidence(plan.study.level)
    by_chance = round((1 - plan.study.level) * len(known))
    dotted = "dotted ones are known to be equivalent; " if any(spot.verdict == "equivalent" for spot in spots) else ""
    return (
        f"{_range_of_n(known)}. Hatched: the {level} interval of the mean paired difference covers 0; {dotted}the "
        f"intervals are each for itself, so that of {len(known):,} cells without any difference some {by_chance:,} "
        f"would not be hatched. Contours are of each cell averaged with its neighbours; the strong one is 0. "
        f"{_setting(plan)}"
    )


def regimes_in_words(plan: Plan, spots: Sequence[Spot], styles: Mapping[str, ArmStyle]) -> str:
    """What the regime map shows, for those who cannot see it."""
    counts = Counter(spot.better or spot.verdict for spot in spots)
    told = [f"{styles[arm].label} wins in {counts[arm]:,}" for arm in styles if counts[arm]]
    told += [f"{counts[verdict]:,} are {verdict}" for verdict in ("undecided", "equivalent") if counts[verdict]]
    ends = ", ".join(_of_winner(spots, arm, styles) for arm in styles if counts[arm])
    text = f"Map over {spots[0].x_setting} and {spots[0].y_setting}: of {len(spots):,} cells {', '.join(told)}."
    return f"{text} {ends[0].upper()}{ends[1:]}." if ends else text


def _of_winner(spots: Sequence[Spot], arm: str, styles: Mapping[str, ArmStyle]) -> str:
    """Around which settings an arm wins: the means of both over its cells, where they are numbers."""
    own = [spot for spot in spots if spot.better == arm]
    if any(isinstance(value, str) for spot in own for value in (spot.x, spot.y)):
        return f"{styles[arm].label} wins in {len(own):,} cells"
    x, y = (sum(float(getattr(spot, axis)) for spot in own) / len(own) for axis in "xy")
    return f"{styles[arm].label} wins around {own[0].x_setting} {x:.2g} and {own[0].y_setting} {y:.2g}"


def of_along(plan: Plan, spots: Sequence[Spot]) -> str:
    """For the line along one setting."""
    known = [spot for spot in spots if spot.n]
    if not known:
        return f"{NO_DEALS} {_setting(plan)}"
    return (
        f"{_range_of_n(known)}. Pale bands are {confidence(plan.study.level)} intervals of the mean paired difference, "
        f"each for itself. Filled: the interval leaves out 0; hollow: undecided or equivalent. {_setting(plan)}"
    )


def along_in_words(plan: Plan, spots: Sequence[Spot]) -> str:
    """What the line shows, for those who cannot see it."""
    told = []
    for arm in dict.fromkeys(spot.arm for spot in spots):
        own = [spot for spot in spots if spot.arm == arm and math.isfinite(spot.value)]
        if own:
            first, last = (f"{number(spot.value, 2, signed=True)} at {spot.x}" for spot in (own[0], own[-1]))
            told.append(f"{plan.study.label(arm)} less {plan.study.label(own[0].versus)} from {first} to {last}")
    return f"Line along {spots[0].x_setting}: {'; '.join(told) or 'nobody is compared'}."


def _range_of_n(spots: Sequence[Spot]) -> str:
    fewest, most = min(spot.n for spot in spots), max(spot.n for spot in spots)
    count = f"{fewest:,}" if fewest == most else f"{fewest:,} to {most:,}"
    who = "buyers who asked for the price at the first contact" if spots[0].population == PRIMARY else "buyers"
    return f"n = {count} {who} in each cell, the same in every arm"
