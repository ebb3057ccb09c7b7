"""The batch against its floor: drawing the random numbers of its deals, and their transcendental functions, alone.

How often a deal calls them is counted while the very kernel of the batch runs as plain Python. The floor then makes as
many calls and nothing else. Powers and square roots are not among them, being written as operators or being cheap.
"""

import math
import sys
from collections import Counter
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from agents.catalogue import catalogue
from agents.formulas import normal_quantile
from agents.rule import entry
from benchmarks.deals import SEED, arms, played
from benchmarks.measuring import Row, Size, cpu_seconds, in_turn, ratios, row
from sim import batch
from sim.deal import Setting
from sim.fate import luck
from sim.outcome import OUTCOME

FUNCTIONS = ("luck", "normal_quantile")
TRANSCENDENTAL = ("exp", "log", "erfc", "tanh")
COUNTED = 100
"""Buyers whose deals are played as plain Python to count calls."""


@entry
def draw(lucks: int, quantiles: int, exponentials: int, logarithms: int, tails: int) -> float:
    """Nothing but luck and functions: so many calls of each."""
    total = 0.0
    for i in range(lucks):
        a, b, c, d = luck(np.uint64(1), 3, i, i)
        total += a + b + c + d
    for i in range(quantiles):
        total += normal_quantile((i % 9973 + 0.5) / 9973.0)
    for i in range(exponentials):
        total += math.exp((i % 997) * -0.01)
    for i in range(logarithms):
        total += math.log((i % 997) + 0.5)
    for i in range(tails):
        total += math.erfc((i % 997) * 0.004 - 2.0)
    return total


def calls_of(settings: list[Setting], buyers: int) -> Counter[str]:
    """Calls of luck, of the normal quantile and of functions while the kernel plays some buyers as plain Python."""
    counts: Counter[str] = Counter()
    changed: list[tuple[ModuleType, str, Any]] = []

    def change(module: ModuleType, name: str, value: Any) -> None:
        changed.append((module, name, getattr(module, name)))
        setattr(module, name, value)

    def counting(function: Any, name: str) -> Any:
        def call(*given: Any) -> Any:
            counts[name] += 1
            return function(*given)

        return call

    functions = {name: counting(getattr(math, name), name) for name in TRANSCENDENTAL}
    mathematics = SimpleNamespace(**{**vars(math), **functions})
    inside = SimpleNamespace(**{**vars(mathematics), "log": math.log})  # that of a quantile counts with the quantile
    for module in [each for name, each in sys.modules.items() if name.startswith(("sim.", "agents."))]:
        for name in FUNCTIONS:
            if hasattr(module, name):
                change(module, name, counting(getattr(module, name), name))
        if getattr(module, "math", None) is math:
            change(module, "math", inside if module.__name__ == "agents.formulas" else mathematics)
    try:
        _play_plainly(settings, buyers)
    finally:
        for module, name, value in changed:
            setattr(module, name, value)
    return counts


def _play_plainly(settings: list[Setting], buyers: int) -> None:
    """The kernel of the batch as plain Python."""
    stacked = batch._stack(settings)
    same = (batch._same_buyers(stacked), len(settings) > 1 and batch._differ_in_policy_only(stacked))
    rows = np.zeros((len(settings), buyers), OUTCOME)
    sides = (stacked.world, stacked.prices, stacked.seller)
    kernel: Any = batch.kernel_for(catalogue())
    with np.errstate(all="ignore"):  # 64-bit words wrap
        told = (np.uint64(SEED), 0, *same, rows.view(np.recarray), batch._words(rows))
        scratch = batch._scratch(stacked, *same)
        kernel.py_func(*sides, *scratch, *map(batch._words, scratch[1:4]), *told)


def measured(size: Size) -> list[Row]:
    """The part *floor*."""
    settings = arms()
    buyers = size.of(COUNTED, 2)
    counts = calls_of(settings, buyers)
    each = {name: counts[name] / (len(settings) * buyers) for name in (*FUNCTIONS, *TRANSCENDENTAL)}
    deals = size.of(400_000, 100)
    numbers = [each["luck"], each["normal_quantile"], each["exp"] + each["tanh"], each["log"], each["erfc"]]
    calls = [int(number * deals) for number in numbers]
    draw(1, 1, 1, 1, 1)
    played(settings, 10)
    seen = in_turn(
        {
            "batch": lambda: cpu_seconds(lambda: played(settings, deals // 2)) / deals,
            "floor": lambda: cpu_seconds(lambda: draw(*calls)) / deals,
        },
        size.repeats,
    )
    rows = [row("floor", f"calls of {name} in a deal", "calls", [number]) for name, number in each.items()]
    rows.append(row("floor", "a deal of the batch", "nanoseconds", [1e9 * one for one in seen["batch"]]))
    rows.append(row("floor", "its luck and functions alone", "nanoseconds", [1e9 * one for one in seen["floor"]]))
    rows.append(row("floor", "the batch's time over its floor", "times", ratios(seen["batch"], seen["floor"])))
    return rows
