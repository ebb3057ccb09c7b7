"""Points on a frontier that theories call fair [Nash1950] [KalaiSmorodinsky1975], on frontiers known in closed form.

The points are those that rows of deals are held against (sim/frontier.py). A frontier is made of lines on which the
gains of both have one sum, and the seller's gain a bound, as by what a buyer may spend.
"""

import math

import numpy as np

from experiments.theory.rows import Check, Row, exactly
from sim.frontier import Frontier, fair_points

WHOLE = 100.0
BOUNDS = (30.0, 70.0)
"""Bounds on the seller's gain, below and above half of the whole."""
LESSER = 80.0
"""Sum on a second line without a bound, beside one with the lower bound."""

Point = tuple[str, str, str, tuple[float, float]]
"""Name of a point in words, formulas of the seller's gain and of the buyer's, and both gains."""


def points(*lines: tuple[float, float]) -> Frontier:
    """The fair points of a frontier of lines: sum of gains, and bound on the seller's."""
    joint, most = np.array(lines, float).T
    return fair_points(joint.copy(), most.copy())


def _rows(case: str, frontier: Frontier, wanted: list[Point]) -> list[Row]:
    rows = []
    for name, of_seller, of_buyer, gains in wanted:
        found = getattr(frontier, name.lower().replace("-", "_"))
        for who, formula, target, observed in zip(
            ("seller", "buyer"), (of_seller, of_buyer), gains, found, strict=True
        ):
            rows.append(exactly(f"{case}: {name}, {who}", formula, target, observed))
    return rows


def _straight_line() -> list[Row]:
    half = (WHOLE / 2, WHOLE / 2)
    even: list[Point] = [(name, "S/2", "S/2", half) for name in ("Nash", "Kalai-Smorodinsky", "egalitarian")]
    frontier = points((WHOLE, math.inf))
    sums = exactly("S 100: utilitarian, both", "S", WHOLE, sum(frontier.utilitarian))
    return [*_rows("S 100", frontier, even), sums]


def _bounded(bound: float) -> list[Row]:
    """Kalai-Smorodinsky: gains as m to S, the most that each could have."""
    even, most = min(WHOLE / 2, bound), min(WHOLE, bound)
    part = WHOLE * bound / (WHOLE + bound)
    wanted: list[Point] = [
        ("Nash", "min(S/2, m)", "the rest of S", (even, WHOLE - even)),
        ("Kalai-Smorodinsky", "S m / (S + m)", "S^2 / (S + m)", (part, WHOLE - part)),
        ("egalitarian", "min(S/2, m)", "the rest of S", (even, WHOLE - even)),
        ("utilitarian", "up to m", "the rest of S", (most, WHOLE - most)),
    ]
    return _rows(f"S 100, m {bound:g}", points((WHOLE, bound)), wanted)


def _two_lines() -> list[Row]:
    """100 with the seller at 30 at most, or 80 without a bound: no two of the four points are the same.

    The products at the best points of both lines are 30 * 70 and 40 * 40, the smaller gains 30 and 40; the most that
    the seller could have is 80, and the buyer 100.
    """
    bound = BOUNDS[0]
    part = LESSER / (LESSER + WHOLE)
    wanted: list[Point] = [
        ("Nash", "m", "S - m", (bound, WHOLE - bound)),
        ("Kalai-Smorodinsky", "T^2 / (S + T)", "T S / (S + T)", (LESSER * part, LESSER * (1.0 - part))),
        ("egalitarian", "T/2", "T/2", (LESSER / 2, LESSER / 2)),
        ("utilitarian", "up to m", "the rest of S", (bound, WHOLE - bound)),
    ]
    return _rows("S 100, m 30 or T 80", points((WHOLE, bound), (LESSER, math.inf)), wanted)


def _fair_points(_deals: int, _seed: int) -> list[Row]:
    return [*_straight_line(), *(row for bound in BOUNDS for row in _bounded(bound)), *_two_lines()]


CHECKS = (Check("frontiers", "Fair points where the gains sum to S, the seller's at most m", _fair_points),)
