"""Two results side by side: in which settings they differ, and in which numbers."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from experiments import wording
from experiments.earlier import changes
from experiments.measures import HEADLINE, quantity
from experiments.result import Result
from experiments.statistics import Interval

MOST_SETTINGS, MOST_CELLS = 20, 12
KEY = ("cell", "population", "arm", "versus", "quantity")


class Pair(NamedTuple):
    """A difference of an arm from the baseline in both results; None where one of them has no such row."""

    key: tuple[Any, ...]
    first: Mapping[str, Any] | None
    second: Mapping[str, Any] | None

    @property
    def is_same(self) -> bool:
        """Whether both have the same numbers to the last digit."""
        return self.first == self.second


def pairs_of(first: Result, second: Result) -> list[Pair]:
    """The differences from the baseline in both results, put together by cell, population, arms and quantity."""
    ours, theirs = (_by_key(result) for result in (first, second))
    return [Pair(key, ours.get(key), theirs.get(key)) for key in dict.fromkeys([*ours, *theirs])]


def changed_settings(first: Result, second: Result) -> list[tuple[str, Any, Any]]:
    """The paths at which what decides the results differs, with both values."""
    return list(changes(first.manifest["identity"], second.manifest["identity"]))


def compared(first: Result, second: Result) -> str:
    """Both results in words: settings that differ, then numbers."""
    parts = [*_heading(first, second), *_settings(first, second), *_numbers(first, second)]
    if first.plan.study.is_market and second.plan.study.is_market:
        from experiments.comparing_markets import markets_compared  # Mesa takes a second to import

        parts += markets_compared(first, second)
    return "\n".join(parts)


def _by_key(result: Result) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    rows = result.table("differences").to_pylist()
    return {tuple(row[name] for name in KEY): row for row in rows}


def _is_shown(quantity_name: str) -> bool:
    """Whether a quantity answers the question: of deals the profit, of a market which policies spread."""
    return quantity_name == HEADLINE or quantity_name.startswith("share:")


def _heading(first: Result, second: Result) -> Iterator[str]:
    for letter, result in (("A", first), ("B", second)):
        played = f"{result.deals:,} {result.plan.study.unit} in each arm, seed {result.plan.seed}"
        yield f"{letter}  {result.folder}: {result.status}, {played}"


def _settings(first: Result, second: Result) -> Iterator[str]:
    found = changed_settings(first, second)
    yield ""
    if not found:
        yield "Settings: the same."
        return
    yield "Settings that differ:"
    for path, ours, theirs in found[:MOST_SETTINGS]:
        yield f"  {path}: A {_short(ours)}, B {_short(theirs)}"
    if len(found) > MOST_SETTINGS:
        yield f"  … and {len(found) - MOST_SETTINGS} more"


def _numbers(first: Result, second: Result) -> Iterator[str]:
    pairs = pairs_of(first, second)
    same = sum(pair.is_same for pair in pairs)
    if not pairs:  # nothing is compared within either: each has but one arm
        return
    yield ""
    if same == len(pairs):
        yield f"Numbers: all {len(pairs):,} differences from the baseline are the same to the last digit."
        return
    yield f"Numbers: {same:,} of {len(pairs):,} differences from the baseline are the same to the last digit."
    both = [pair for pair in pairs if pair.first and pair.second and _is_shown(pair.key[4])]
    shown = [pair for pair in both if not pair.is_same]
    if not first.plan.study.is_market:
        yield f"{quantity(HEADLINE).label}:"
    for pair in shown[:MOST_CELLS]:
        cell, population, arm, versus, name = pair.key
        population = name if population == "market" else population
        where = f"cell {cell}, " if first.plan.is_swept or second.plan.is_swept else ""
        yield f"  {where}{population}, {arm} less {versus}: A {_told(pair.first)}, B {_told(pair.second)}{_apart(pair)}"
    if len(shown) > MOST_CELLS:
        yield f"  … and {len(shown) - MOST_CELLS} more"
    turned = Counter(
        (str(pair.first["better"] or pair.first["verdict"]), str(pair.second["better"] or pair.second["verdict"]))
        for pair in both
        if pair.first and pair.second
    )
    for (ours, theirs), count in sorted(turned.items()):
        if ours != theirs:
            yield f"Verdict {ours} in A and {theirs} in B: {count}"


def _told(row: Mapping[str, Any] | None) -> str:
    if row is None or row["value"] is None:
        return wording.UNKNOWN
    interval = _interval(row)
    value = wording.difference(row["value"], row["unit"], interval)
    return f"{value} ({wording.limits(row['value'], interval, row['unit'])})"


def _interval(row: Mapping[str, Any]) -> Interval:
    return Interval(*(math.nan if row[name] is None else row[name] for name in ("low", "high")))


def _apart(pair: Pair) -> str:
    """A word where the two intervals have nothing in common."""
    if pair.first is None or pair.second is None:
        return ""
    ours, theirs = _interval(pair.first), _interval(pair.second)
    return ": apart" if ours.high < theirs.low or theirs.high < ours.low else ""


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:56]} …"
