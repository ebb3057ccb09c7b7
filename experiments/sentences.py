"""Sentences about a result, in words that say no more than the intervals do."""

import math
from collections.abc import Iterator, Mapping, Sequence

from experiments import wording
from experiments.aggregate import PRIMARY
from experiments.best import held_together
from experiments.estimates import Difference
from experiments.measures import HEADLINE
from experiments.result import Result
from experiments.shape import WORST, Tail, in_words
from experiments.statistics import Interval

NO_DEALS = "No deals were played."
UNPAIRED = "Pairing is off: each arm met other buyers with other luck."
NOBODY_ASKED = "Nobody asked: there was no early question to answer, and the comparison is that of all buyers."


def setting(result: Result) -> str:
    """What was played."""
    plan = result.plan
    each, most, unit = "in each arm", plan.study.planned, plan.study.unit
    if plan.is_swept:
        each, most = f"in each arm over {len(plan.cells):,} cells", most * len(plan.cells)
    played = f"{result.deals:,} {unit} {each}"
    if result.status == "interrupted":
        played = f"interrupted after {result.deals:,} of {most:,} {unit} {each}"
    elif result.status == "incomplete":
        played = f"{result.deals:,} of {most:,} {unit} {each}, the rest failed"
    scenario = f"{plan.scenarios[0].name}{wording.changes(plan.study.set)}"
    apart = "" if plan.study.pairing else f" {UNPAIRED}"
    return f"Scenario {scenario}, seed {plan.seed}, {played}. Money in {plan.currency}.{apart}"


def verdict(result: Result, population: str, arm: str) -> str:
    """The answer in one sentence: deals won, money earned, and which arm is better, if one is.

    Better is what earns the seller more per prospect.
    """
    won = result.tables.difference(population, arm, "won")
    profit = result.tables.difference(population, arm, HEADLINE)
    names = {name: result.plan.study.label(name) for name in (arm, won.versus)}
    who = f"Among the {_counts(result, population, names)} buyers who asked for the price at the first contact"
    if population != PRIMARY:
        who = f"Among all {won.n:,} prospects{'' if result.plan.study.pairing else ' of each arm'}"
    level = wording.confidence(result.plan.study.level)
    deals = f"{_compared(won, result, 'fewer', 'deals')} {'than' if won.value else 'as'} {names[won.versus]}"
    money = f"{_compared(profit, result, 'less')} per prospect ({_range(profit, 'less', profit.unit)})"
    return (
        f"{who}, {names[arm]} won {deals} ({level} interval {_range(won, 'fewer', won.unit)}) and earned {money}: "
        f"{_conclusion(profit, names)}."
    )


def _counts(result: Result, population: str, labels: Mapping[str, str]) -> str:
    """How many buyers are compared; of arms that met buyers of their own, of which how many."""
    counts = {arm: result.tables.level(population, arm, HEADLINE).n for arm in labels}
    if result.plan.study.pairing:
        return f"{min(counts.values()):,}"
    return " and ".join(f"{count:,} ({labels[arm]})" for arm, count in reversed(counts.items()))


def further(result: Result, population: str, arm: str) -> Iterator[str]:
    """What else a reader should know: contacts, the buyers' side, luck, and the gain of pairing."""
    headline = result.tables.difference(population, arm, HEADLINE)
    contact = result.tables.difference(population, arm, "profit_per_contact")
    label = result.plan.study.label
    if headline.better and contact.better and headline.better != contact.better:
        more = wording.size(contact.value, contact.unit, result.plan.currency, Interval(contact.low, contact.high))
        yield f"Per contact it is the other way round: {label(contact.better)} earned {more} more."
    surplus = result.tables.difference(population, arm, "surplus_per_prospect")
    if surplus.better:
        more = wording.size(surplus.value, surplus.unit, result.plan.currency, Interval(surplus.low, surplus.high))
        yield f"Buyers were better off with {label(surplus.better)}, by {more} per prospect."
    yield from _superiority(result, population, arm)
    yield from _dominance(result, population, arm)
    yield from _tail(result, population, arm)
    if math.isfinite(headline.pairing_gain):
        times = wording.number(headline.pairing_gain, 1)
        yield f"With other buyers in each arm it would take {times} times as many deals to know this as well."


def _superiority(result: Result, population: str, arm: str) -> Iterator[str]:
    for row in result.superiorities:
        if (row.population, row.arm) == (population, arm) and row.n:
            labels = result.plan.study.label(arm), result.plan.study.label(row.versus)
            if not math.isfinite(row.same_prospect):
                yield (
                    f"With two random prospects {labels[0]} earns more than {labels[1]} in "
                    f"{wording.per_cent(row.random_prospects)} of cases (ties half, n = {row.n:,})."
                )
                continue
            yield (
                f"With the same prospect {labels[0]} earns more than {labels[1]} in "
                f"{wording.per_cent(row.same_prospect)} of cases, with two random prospects in "
                f"{wording.per_cent(row.random_prospects)} (ties half, n = {row.n:,})."
            )


def _dominance(result: Result, population: str, arm: str) -> Iterator[str]:
    for row in result.tables.dominances:
        if (row.population, row.arm, row.outcome) == (population, arm, "seller_profit") and row.n:
            yield f"Of profits, {in_words(row, (result.plan.study.label(arm), result.plan.study.label(row.versus)))}"


def _tail(result: Result, population: str, arm: str) -> Iterator[str]:
    """The mean of the worst profits of an arm less the baseline's."""
    for row in result.tables.tails:
        if (row.population, row.arm, row.outcome) == (population, arm, "seller_profit") and row.versus and row.n:
            label = result.plan.study.label
            interval = Interval(row.low, row.high)
            if row.value == 0:
                yield f"In their worst {wording.per_cent(WORST, 0)} of cases both earned the same."
                continue
            more = wording.size(row.value, "money", result.plan.currency, interval)
            limits = _range(row, "less")
            known = "" if row.low > 0 or row.high < 0 else ": undecided"
            yield (
                f"In their worst {wording.per_cent(WORST, 0)} of cases {label(arm)} earned {more} "
                f"{'more' if row.value > 0 else 'less'} than {label(row.versus)} ({limits}){known}."
            )


def all_at_once(result: Result, population: str) -> Iterator[str]:
    """Which of three arms or more may be the best, and which differ from the baseline, said of all together."""
    study = result.plan.study
    rows = [row for row in result.tables.standings if row.population == population]
    if not rows:
        return
    named = {verdict: [study.label(row.arm) for row in rows if row.verdict == verdict] for verdict in VERDICTS}
    level = f"all pairs at once, {wording.confidence(study.level)}"
    if named["best"]:
        yield f"Of all {len(rows)} arms {named['best'][0]} earned the most per prospect ({level})."
    elif named["not best"]:
        yield f"The best of all {len(rows)} arms may be {_listed(named['may be best'], 'or')} ({level}), and no other."
    else:
        yield f"Each of the {len(rows)} arms may be the best ({level})."
    others = [result.tables.difference(population, arm, HEADLINE) for arm in study.arms if arm != study.baseline]
    held = held_together(others, study.level)
    told = [study.label(row.arm) for row in others if row.arm in held] or ["none"]
    yield f"From {study.label(study.baseline)} differ, counting how many are compared (Holm): {_listed(told, 'and')}."


VERDICTS = ("best", "may be best", "not best")


def _listed(names: Sequence[str], last: str) -> str:
    """``a, b and c``."""
    *others, end = names
    return f"{', '.join(others)} {last} {end}" if others else end


def _compared(row: Difference, result: Result, less: str, noun: str = "") -> str:
    """``3.1 points more deals``, ``1.20 EUR less``; ``exactly as many deals`` where they do not differ."""
    if row.value == 0:
        return f"exactly as {'many' if noun else 'much'} {noun}".rstrip()
    amount = wording.size(row.value, row.unit, result.plan.currency, Interval(row.low, row.high))
    return f"{amount} {'more' if row.value > 0 else less} {noun}".rstrip()


def _range(row: Difference | Tail, less: str, unit: str = "money") -> str:
    """The interval in words: ``2.8 to 3.4``; where it goes both ways, ``0.3 fewer to 0.2 more``."""
    interval = Interval(row.low, row.high)
    if not math.isfinite(row.low):
        return "not known from so few"
    if row.low < 0 < row.high:
        low, _, high = wording.limits(row.value, interval, unit).partition(" to ")
        return f"{low.removeprefix(wording.MINUS)} {less} to {high} more"
    sizes = interval if row.low >= 0 else Interval(-row.high, -row.low)
    return wording.limits(row.value, sizes, unit)


def _conclusion(profit: Difference, names: dict[str, str]) -> str:
    if profit.better:
        return f"{names[profit.better]} is better"
    return "the two are equivalent" if profit.verdict == "equivalent" else "undecided"
