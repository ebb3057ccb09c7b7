"""Captions: how many buyers a figure is about, its interval and the level of it, and how to read it."""

from experiments.aggregate import PRIMARY
from experiments.figures.differences import MARKS
from experiments.figures.distributions import SHOWN, band
from experiments.plan import Plan
from experiments.statistics import wilson
from experiments.tables import Tables
from experiments.wording import changes, confidence, number, per_cent

NO_DEALS = "No deals were played."


def of_distributions(plan: Plan, tables: Tables, count: int, has_band: bool = True) -> str:
    """For the outcome distributions of ``count`` buyers; ``has_band`` says that their band is drawn."""
    if count == 0:
        return f"{NO_DEALS} {_setting(plan)}"
    margin = _points(band(count, plan.study.level))
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
