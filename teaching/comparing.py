"""Two policies with the same buyers and the same luck: what the batch plays, and what the batch's statistics say of it.

A comparison is kept: a slider comes back to where it was. The numbers are those of ``zopa run`` with the same scenario,
seed and number of deals: the same rows, reduced over the same cells of deals.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.lib.recfunctions import repack_fields

from experiments import sentences
from experiments.aggregate import EVERYBODY, PRIMARY, Aggregate
from experiments.estimates import differences, levels
from experiments.exits import exit_rows
from experiments.funnel import FunnelStep, funnel_of
from experiments.limits import LONGEST_LABEL, LONGEST_TITLE
from experiments.measures import asked_at_the_first_contact
from experiments.plan import Plan
from experiments.result import Result
from experiments.study import Arm, Study
from experiments.tables import Tables
from experiments.wording import words
from sim.batch import CHUNK, play_settings
from sim.scenario import Scenario
from teaching.prepared import RULES, prepared, with_policy

DEALS = 20_000
LEVEL = 0.95
ARMS = ("first", "second")
BINS = 48
WORKERS = 2
"""Threads that play what somebody waits for."""

SHOWN = ["deal", "won", "seller_profit", "asked_first"]
"""The columns that pictures are drawn from, besides what is counted."""

MOST_KEPT = 400
"""Comparisons kept in memory; one takes some ten kilobytes."""


class Side(NamedTuple):
    """One of the two sellers compared: what it is called, and its market with its price policy."""

    label: str
    scenario: Scenario

    @property
    def policy(self) -> str:
        """Its price policy."""
        return self.scenario.seller.price_policy


Sides = tuple[Side, Side]


def sides_of(scenario: Scenario, first: str, second: str) -> Sides:
    """Two sellers in the same market, who differ by their price policies."""
    one, other = (Side(words(policy), with_policy(scenario, policy)) for policy in (first, second))
    return one, other if first != second else Side(f"{other.label} again", other.scenario)


class Histogram(NamedTuple):
    """Deals won by what the seller earned, of all buyers compared: shares per bin of each policy, and the edges."""

    edges: np.ndarray
    shares: np.ndarray  # (2, bins)
    lost: np.ndarray  # (2,): share of deals without a signature


class Typical(NamedTuple):
    """A buyer that one policy lost and the other won, with about the usual profit; -1 for nobody."""

    first_lost_second_won: int
    first_won_second_lost: int


@dataclass(frozen=True)
class Comparison:
    """What a page shows of two policies; ``result`` is as a study of the two would give it."""

    sides: Sides
    seed: int
    result: Result
    population: str
    buyers: int
    histogram: Histogram
    typical: Typical

    @property
    def currency(self) -> str:
        """The unit of money."""
        return self.sides[0].scenario.currency

    @property
    def labels(self) -> tuple[str, str]:
        """What the two sellers are called."""
        return self.sides[0].label, self.sides[1].label

    @property
    def policies(self) -> tuple[str, str]:
        """The price policies of the two."""
        return self.sides[0].policy, self.sides[1].policy

    @property
    def answer(self) -> str:
        """The answer in one sentence."""
        if not self.buyers:
            return sentences.NO_DEALS
        return sentences.verdict(self.result, self.population, ARMS[1])

    @property
    def further(self) -> list[str]:
        """What else a reader should know."""
        if not self.buyers:
            return []
        return list(sentences.further(self.result, self.population, ARMS[1]))

    @property
    def funnel(self) -> list[list[FunnelStep]]:
        """The funnel of each seller among the buyers compared."""
        return [funnel_of(self.result.exits, self.population, arm) for arm in ARMS]

    def level(self, place: int, quantity: str) -> float:
        """A quantity of one of the two sellers, as in a study's tables."""
        return self.result.tables.level(self.population, ARMS[place], quantity).value


Key = tuple[str, str, int, int]
_kept: OrderedDict[Key, "Future[Comparison]"] = OrderedDict()
_lock = threading.Lock()
_waited_for = 0
"""How many comparisons are being made for somebody who waits."""

_idle = threading.Condition()


def compare(sides: Sides, seed: int, deals: int = DEALS) -> Comparison:
    """The comparison of two sellers; kept ones are given back at once.

    Whoever asks for one that is being made waits for it. Safe to call from several threads.
    """
    return _kept_or_made(sides, seed, deals, _for_somebody)


def compare_ahead(sides: Sides, seed: int, deals: int = DEALS) -> None:
    """Make a comparison that nobody waits for yet, in this thread alone, and give way to those that somebody does."""
    _kept_or_made(sides, seed, deals, _giving_way)


def _give_way() -> None:
    with _idle:
        _idle.wait_for(lambda: not _waited_for)


def _for_somebody(sides: Sides, seed: int, deals: int) -> Comparison:
    global _waited_for
    with _idle:
        _waited_for += 1
    try:
        return _compared(sides, seed, deals, WORKERS)
    finally:
        with _idle:
            _waited_for -= 1
            _idle.notify_all()


def _giving_way(sides: Sides, seed: int, deals: int) -> Comparison:
    return _compared(sides, seed, deals, 1, _give_way)


def _kept_or_made(sides: Sides, seed: int, deals: int, make: Callable[[Sides, int, int], Comparison]) -> Comparison:
    first, second = (f"{side.label} {side.scenario.model_dump_json(by_alias=True)}" for side in sides)
    key = first, second, seed, deals
    with _lock:
        waiting = _kept.get(key)
        mine = waiting is None
        if waiting is None:
            waiting = _kept[key] = Future()
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        else:
            _kept.move_to_end(key)
    if mine:
        try:
            waiting.set_result(make(sides, seed, deals))
        except BaseException as error:
            with _lock:
                _kept.pop(key, None)
            waiting.set_exception(error)
    return waiting.result()


def play_both(sides: Sides, seed: int, deals: int, workers: int = WORKERS) -> Iterator[np.ndarray]:
    """The rows of both sellers, chunk by chunk, shape (2, at most 4096): the same buyers, the same luck."""
    arms = [prepared(side.scenario) for side in sides]
    return play_settings(arms, seed, deals, first=0, workers=workers, chunk=CHUNK, rules=RULES)


def _compared(
    sides: Sides, seed: int, deals: int, workers: int, between: Callable[[], None] = lambda: None
) -> Comparison:
    """``between`` is called between one chunk of deals and the next. What is played is counted meanwhile."""
    between()
    found, chunks = Aggregate(len(ARMS)), []
    for chunk in play_both(sides, seed, deals, workers):
        found.add(chunk)
        chunks.append(repack_fields(chunk[SHOWN]))
        between()
    rows = np.concatenate(chunks, axis=1)
    asked = asked_at_the_first_contact(rows)
    population = PRIMARY if asked.any() else EVERYBODY
    moments = found.moments(population)
    part = rows if population == EVERYBODY else rows[:, asked]
    tables = Tables(
        {PRIMARY: int(asked.sum()), EVERYBODY: deals},
        tuple(levels(moments, population, ARMS, LEVEL)),
        tuple(differences(moments, population, ARMS, ARMS[0], LEVEL, None)),
        (),
        tuple(exit_rows(*found.exits_of(population), population, ARMS)) if part.size else (),
    )
    result = Result(_plan(sides, seed, deals), Path(), "complete", deals, tables, {})
    return Comparison(sides, seed, result, population, part.shape[1], _histogram(part), _typical(part))


def _histogram(rows: np.ndarray) -> Histogram:
    won = rows["won"]
    profits = rows["seller_profit"]
    count = max(rows.shape[1], 1)
    if won.any():
        low, high = np.quantile(profits[won], (0.005, 0.99))
        low, high = min(0.0, float(low)), float(high)
    else:
        low, high = 0.0, 1.0
    edges = np.linspace(low, high if high > low else low + 1.0, BINS + 1)
    shares = np.stack(
        [np.histogram(np.clip(profits[arm][won[arm]], edges[0], edges[-1]), edges)[0] / count for arm in range(2)]
    )
    return Histogram(edges, shares, 1.0 - won.sum(axis=1) / count)


def _typical(rows: np.ndarray) -> Typical:
    return Typical(_one(rows, 1), _one(rows, 0))


def _one(rows: np.ndarray, winner: int) -> int:
    """The buyer that only ``winner`` won, with the median profit of those; -1 if there is none."""
    only = rows["won"][winner] & ~rows["won"][1 - winner]
    if not only.any():
        return -1
    profits = rows["seller_profit"][winner][only]
    place = int(np.argsort(profits, kind="stable")[profits.size // 2])
    return int(rows["deal"][0][only][place])


def _plan(sides: Sides, seed: int, deals: int) -> Plan:
    """The study that would find the same."""
    scenario = sides[0].scenario
    labels = sides[0].label, sides[1].label
    study = _study(scenario.name, scenario.title, scenario.question, labels, seed, deals)
    return Plan(study, tuple(side.scenario for side in sides), RULES)


@lru_cache(maxsize=64)
def _study(name: str, title: str, question: str, labels: tuple[str, str], seed: int, deals: int) -> Study:
    return Study(
        schema=1,
        name="compared",
        title=title[:LONGEST_TITLE],
        question=question,
        scenario=name,
        seed=seed,
        deals=deals,
        arms={arm: Arm(label=label[:LONGEST_LABEL]) for arm, label in zip(ARMS, labels, strict=True)},
        baseline=ARMS[0],
        level=LEVEL,
    )
