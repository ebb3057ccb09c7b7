"""The frontier of a deal: what both sides could have gained together, and the points on it that theories call fair.

A deal may take several forms: solutions with packages of terms. In each a price divides its joint gain, and a budget
may bound the price. So the possible gains are line segments ``seller + buyer = joint`` with ``seller <= most``, one for
each form, and the frontier is their upper right edge; forms are not mixed by lot. Gains are counted from no deal,
money.

- Nash: the largest product of gains [Nash1950].
- Kalai-Smorodinsky: gains in proportion to the most that each side could have gained [KalaiSmorodinsky1975].
- Egalitarian: the largest smaller gain. Utilitarian: the largest sum, however divided.

Where nothing bounds the price, the first three are the same point: half of the largest joint gain for each.
"""

import math
from typing import NamedTuple

import numpy as np

from agents.rule import entry, rule


class Frontier(NamedTuple):
    """What is known of a frontier after some of its segments, in two passes; money.

    The first pass finds the largest joint gain and the most that each side could gain with the other not losing; the
    second the fair points (gains of the seller, gains of the buyer), and what each criterion makes of them.
    """

    joint: float
    seller_most: float  # with the buyer not losing
    buyer_most: float  # with the seller not losing
    nash: tuple[float, float]
    kalai_smorodinsky: tuple[float, float]
    egalitarian: tuple[float, float]
    utilitarian: tuple[float, float]  # its end that is best for the seller


@rule
def no_deal() -> Frontier:
    """The frontier without any form of a deal: nobody gains."""
    none = (0.0, 0.0)
    return Frontier(0.0, 0.0, 0.0, none, none, none, none)


@rule
def widened(frontier: Frontier, joint: float, most: float) -> Frontier:
    """First pass: the frontier with one more segment."""
    if joint <= 0.0 or most < 0.0:
        return frontier
    return Frontier(
        max(frontier.joint, joint),
        max(frontier.seller_most, min(joint, most)),
        max(frontier.buyer_most, joint),
        frontier.nash,
        frontier.kalai_smorodinsky,
        frontier.egalitarian,
        frontier.utilitarian,
    )


@rule
def pointed(frontier: Frontier, joint: float, most: float) -> Frontier:
    """Second pass: the fair points with one more segment; the first pass is over."""
    if joint <= 0.0 or most < 0.0:
        return frontier
    even = at(joint, min(0.5 * joint, most))
    ideal = frontier.seller_most + frontier.buyer_most
    share = frontier.seller_most / ideal if ideal > 0.0 else 0.5
    proportional = at(joint, min(share * joint, most))
    whole = at(joint, min(joint, most))
    return Frontier(
        frontier.joint,
        frontier.seller_most,
        frontier.buyer_most,
        even if _product(even) > _product(frontier.nash) else frontier.nash,
        _more_proportional(frontier, proportional),
        even if min(even[0], even[1]) > min(frontier.egalitarian[0], frontier.egalitarian[1]) else frontier.egalitarian,
        whole if joint > frontier.utilitarian[0] + frontier.utilitarian[1] else frontier.utilitarian,
    )


@rule
def at(joint: float, seller: float) -> tuple[float, float]:
    """The point of a segment at which the seller gains this."""
    return seller, joint - seller


@rule
def _product(point: tuple[float, float]) -> float:
    return point[0] * point[1]


@rule
def _more_proportional(frontier: Frontier, point: tuple[float, float]) -> tuple[float, float]:
    """Of two points the one at which the side that gets less of its most gets more of it."""
    before = frontier.kalai_smorodinsky
    return point if _least_part(frontier, point) > _least_part(frontier, before) else before


@rule
def _least_part(frontier: Frontier, point: tuple[float, float]) -> float:
    if frontier.seller_most <= 0.0 or frontier.buyer_most <= 0.0:
        return point[0] + point[1]
    return min(point[0] / frontier.seller_most, point[1] / frontier.buyer_most)


@rule
def left_on_the_table(left: float, joint: float, most: float, seller: float, buyer: float) -> float:
    """How much more the seller could gain on this segment with the buyer as well off, or ``left`` if that is more."""
    return max(left, min(joint - buyer, most) - seller)


@rule
def distance(seller: float, buyer: float, point: tuple[float, float]) -> float:
    """How far two gains are from a point, money (Euclidean)."""
    return math.hypot(seller - point[0], buyer - point[1])


@rule
def distance_to_utilitarian(seller: float, buyer: float, end: tuple[float, float]) -> float:
    """How far two gains are from the points of the largest sum, which go on from ``end`` in the buyer's favour."""
    joint = end[0] + end[1]
    nearest = min(end[0], seller + 0.5 * (joint - seller - buyer))
    return distance(seller, buyer, at(joint, nearest))


def fair_points(joint: np.ndarray, most: np.ndarray) -> Frontier:
    """The fair points of a frontier given by its segments: arrays of joint gains and of the seller's most, money.

    Raises ValueError where the two are not of one length.
    """
    if joint.shape != most.shape or joint.ndim != 1:
        raise ValueError(f"joint gains of shape {joint.shape} and bounds of shape {most.shape} do not go together")
    return Frontier(*_fair_points(np.asarray(joint, float), np.asarray(most, float)))


@entry
def _fair_points(joint: np.ndarray, most: np.ndarray) -> Frontier:
    frontier = no_deal()
    for i in range(joint.size):
        frontier = widened(frontier, joint[i], most[i])
    for i in range(joint.size):
        frontier = pointed(frontier, joint[i], most[i])
    return frontier
