"""Captions: how many buyers a figure is about, its interval and the level of it, and how to read it."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from experiments.aggregate import PRIMARY
from experiments.figures.differences import MARKS
from experiments.figures.distributions import SHOWN
from experiments.figures.style import ArmStyle
from experiments.landscape import Spot
from experiments.narrating import amount
from experiments.offers import Offer
from experiments.plan import Plan
from experiments.shape import in_words
from experiments.statistics import band_of_distribution, wilson
from experiments.stopping import Look
from experiments.tables import Tables
from experiments.wording import changes, confidence, number, per_cent, words

NO_DEALS = "No deals were played."


def of_distributions(plan: Plan, tables: Tables, count: int, has_band: bool = True) -> str:
    """For the outcome distributions of ``count`` buyers; ``has_band`` says that their band is drawn."""
    if count == 0:
        return f"{NO_DEALS} {_setting(plan)}"
    margin = _points(band_of_distribution(count, plan.study.level))
    level = confidence(plan.study.level)
    return (
        f"{_who(plan, tables, count)}. Each curve lies within ±{margin} points of the true one everywhere "
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
        f"{_who(plan, tables, count)}. Every share is within ±{widest} points of the true one "
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
        f"{counts}. Bars are {confidence(plan.study.level)} intervals of the mean {difference(plan)}; on the "
        f"right the same in each outcome's own unit, money in {plan.currency}. {margin}{_setting(plan)}"
    )


def of_overview(plan: Plan, tables: Tables) -> str:
    """For the differences of many arms from the baseline."""
    count = tables.prospects[tables.population]
    if count == 0:
        return f"{NO_DEALS} {_setting(plan)}"
    return (
        f"{_who(plan, tables, count)}. Bars are {confidence(plan.study.level)} intervals of the mean "
        f"{difference(plan)}, each for itself; with so many arms some will miss. {_setting(plan)}"
    )


def _who(plan: Plan, tables: Tables, count: int) -> str:
    people = "buyers who asked for the price at the first contact" if tables.population == PRIMARY else "buyers"
    if not plan.study.pairing:
        return f"n = at least {count:,} {people}, others in every arm"
    return f"n = {count:,} {people}, the same in every arm"


def difference(plan: Plan) -> str:
    """What differences of means are called."""
    return "paired difference" if plan.study.pairing else "difference"


def same_buyers(plan: Plan) -> str:
    """Whom the arms met, after a comma."""
    return "for the same buyers with the same luck" if plan.study.pairing else "for other buyers in each arm"


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
        f"{_range_of_n(plan, known)}. Hatched: the {level} interval of the mean {difference(plan)} covers 0; {dotted}"
        f"the intervals are each for itself, so that of {len(known):,} cells without any difference some {by_chance:,} "
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
        f"{_range_of_n(plan, known)}. Pale bands are {confidence(plan.study.level)} intervals of the "
        f"mean {difference(plan)}, each for itself. Filled: the interval leaves out 0; hollow: undecided or equivalent."
        f" {_setting(plan)}"
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


def _range_of_n(plan: Plan, spots: Sequence[Spot]) -> str:
    fewest, most = min(spot.n for spot in spots), max(spot.n for spot in spots)
    count = f"{fewest:,}" if fewest == most else f"{fewest:,} to {most:,}"
    who = "buyers who asked for the price at the first contact" if spots[0].population == PRIMARY else "buyers"
    return f"n = {count} {who} in each cell, {'the same' if plan.study.pairing else 'others'} in every arm"


def of_effects(plan: Plan, spots: Sequence[Spot], panels: int) -> str:
    """For the effects of many settings, of which ``panels`` are shown."""
    known = [spot for spot in spots if spot.n]
    if not known:
        return f"{NO_DEALS} {_setting(plan)}"
    settings = len({spot.x_setting for spot in spots})
    left_out = f"The {panels} strongest of {settings} settings. " if panels < settings else ""
    return (
        f"{_range_of_n(plan, known)}; {len({spot.cell for spot in known}):,} cells. {left_out}A point is a cell: "
        f"filled where its {confidence(plan.study.level)} interval leaves out 0, hollow where not. Line: their mean, "
        "of neighbours together where every cell has a value of its own. In per cent: share of the variance between "
        f"cells that the setting explains by itself. {_setting(plan)}"
    )


def effects_in_words(plan: Plan, arm: str, paths: Sequence[str], shares: Mapping[str, float]) -> str:
    """What the effects show, for those who cannot see them."""
    told = [f"{path} {per_cent(shares[path], 0)}" for path in paths if math.isfinite(shares[path])]
    pair = f"{plan.study.label(arm)} less {plan.study.label(plan.study.baseline)}"
    if not told:
        return f"{pair} over each of the settings {', '.join(paths)}."
    return f"{pair} over each setting; of the variance between cells explain by themselves: {', '.join(told)}."


def of_shifts(plan: Plan, tables: Tables) -> str:
    """For the shift functions."""
    count = tables.prospects[tables.population]
    if count == 0:
        return f"{NO_DEALS} {_setting(plan)}"
    return (
        f"{_who(plan, tables, count)}. At 50 % stands the median of one arm less that of the other, at 90 % what nine "
        f"tenths do not exceed. Marks: where the shift is known not to be 0. The pale band holds for all outcomes at "
        f"once ({confidence(plan.study.level)}); its ends are open. {_setting(plan)}"
    )


def shifts_in_words(plan: Plan, tables: Tables) -> str:
    """What the shift functions show, for those who cannot see them."""
    label = plan.study.label
    told = [
        f"In {words(row.outcome)}: {in_words(row, (label(row.arm), label(row.versus)))}"
        for row in tables.dominances
        if row.population == tables.population
    ]
    return " ".join(["Differences of all percentiles from the baseline, with a band.", *told])


def of_precision(plan: Plan, looks: Sequence[Look]) -> str:
    """For the precision trace."""
    most = max((look.deals for look in looks), default=0)
    return (
        f"n = up to {most:,} {plan.study.unit} in each arm. "
        f"Half-widths of {confidence(plan.study.level)} intervals of the mean "
        f"{difference(plan)}, the widest arm's, at every look; filled: exact enough. Two such looks in a row end it. "
        f"{_setting(plan)}"
    )


def precision_in_words(plan: Plan, looks: Sequence[Look]) -> str:
    """What the precision trace shows, for those who cannot see it."""
    known = [look for look in looks if math.isfinite(look.half_width)]
    if not known:
        return "The difference was known at no look."
    first, last = known[0], known[-1]
    return (
        f"The half-width falls from {first.half_width:.3g} at {first.deals:,} {plan.study.unit} to "
        f"{last.half_width:.3g} at {last.deals:,}, in {len({look.cell for look in known}):,} cells."
    )


def of_offers(offers: Sequence[Offer]) -> str:
    """For the offers of a deal."""
    if not offers:
        return "n = 1 deal, in which no price was named."
    return (
        "n = 1 deal, so there is no interval. Squares: the seller's prices; circles: the buyer's; stars: agreed, and "
        "signed. Limits are what each side believed at that moment, which the other does not see. Green: the zone of "
        "possible agreement between them; hatched: there is none."
    )


def offers_in_words(offers: Sequence[Offer]) -> str:
    """The offers, for those who cannot see them."""
    told = [f"{offer.kind} of {amount(offer.price)} by {offer.side}" for offer in offers]
    return f"Prices in their order: {'; '.join(told) or 'none'}."
