"""The answer by scenario: who gains by naming the price late rather than early, the seller, the buyer, or both.

Early sellers name a price when first asked, late ones after needs analysis; the same buyers with the same luck meet
both. Compared are the buyers who asked at the first contact in both arms. Differences are in parts of the worth that
was there to be gained (first best), so that scenarios with different currencies can stand beside each other.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.named import behind
from experiments.statistics import Interval, around
from sim.batch import play
from sim.reading import load_scenario

EARLY: Mapping[str, Any] = {"seller.price_policy": "on_first_ask"}
LATE: Mapping[str, Any] = {"seller.price_policy": "after_needs_analysis"}
LEVEL = 0.95
HEADINGS = ("", "asked", "won early", "late", "seller", "", "buyer", "", "both", "", "price for")


class Gain(NamedTuple):
    """What a party gains by a late price, per prospect, as a part of what there was to gain, with its interval."""

    value: float
    interval: Interval

    @property
    def better(self) -> str:
        """Which arm is better for the party, as far as is known."""
        if self.interval.low > 0:
            return "late"
        return "early" if self.interval.high < 0 else "open"


class ByScenario(NamedTuple):
    """The comparison in one scenario: who asked first, deals won by each arm, and the gains of each party."""

    scenario: str
    asked: int
    won: tuple[float, float]
    seller: Gain
    buyer: Gain
    both: Gain


def compared(name: str, deals: int, seed: int, settings: Mapping[str, Any], workers: int = 1) -> ByScenario:
    """Play early and late sellers in a scenario or in that of a study, with settings changed. Raises Fault."""
    scenario, settings = behind(name, settings)
    scenarios = [load_scenario(scenario, {**settings, **arm}) for arm in (EARLY, LATE)]
    rows = np.concatenate(list(play(scenarios, seed, deals, workers=workers)), axis=1)
    early, late = rows[:, rows["asked_first"].all(axis=0)]
    there = float(early["first_best"].mean()) if early.size else 0.0
    seller = late["seller_profit"] - early["seller_profit"]
    buyer = late["buyer_surplus"] - early["buyer_surplus"]
    won = (float(arm["won"].mean()) if arm.size else np.nan for arm in (early, late))
    gains = (_gain(difference, there) for difference in (seller, buyer, seller + buyer))
    return ByScenario(Path(name).stem, early.size, tuple(won), *gains)  # type: ignore[arg-type]


def printed(rows: Sequence[ByScenario]) -> str:
    """A row for each scenario: gains by a late price in per cent of what there was to gain, with 95 % intervals."""
    table = [HEADINGS, *map(_cells, rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    title = "Gained by a late price rather than an early one, in % of what there was to gain (95 % interval)"
    return "\n".join([title, *lines, ""])


def _gain(difference: np.ndarray, there: float) -> Gain:
    if difference.size < 2 or there <= 0:
        return Gain(np.nan, Interval(np.nan, np.nan))
    part = difference / there
    mean = float(part.mean())
    return Gain(mean, around(mean, float(part.var(ddof=1)) / part.size, part.size, LEVEL))


def _cells(row: ByScenario) -> tuple[str, ...]:
    early, late = row.won
    gains = [cell for gain in (row.seller, row.buyer, row.both) for cell in _shown(gain)]
    verdict = f"seller {row.seller.better}, buyer {row.buyer.better}, both {row.both.better}"
    return (row.scenario, f"{row.asked:,}", f"{early:.1%}", f"{late:.1%}", *gains, verdict)


def _shown(gain: Gain) -> tuple[str, str]:
    low, high = gain.interval
    return (f"{100 * gain.value:+.1f}", f"({100 * low:.1f} to {100 * high:.1f})")
