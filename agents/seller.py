"""The rules common to all sellers: which solution it has in mind, what to ask next, when to stop, what to name.

The seller decides on its own beliefs (``agents.beliefs``) and its price list (``agents.price_list``) only.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from agents.price_list import PROFIT, look_up
from agents.rule import rule

FloatArray = np.ndarray
IntArray = np.ndarray

STOP = -1
"""The answer that ends needs analysis."""

MOST_TIMES = 3
"""How often one need is asked about at the most."""


SIGMA = math.sqrt(3.0)
"""Outer nodes of the three-point Gauss-Hermite rule, whose weights are 1/6, 2/3, 1/6."""


class Asking(NamedTuple):
    """What a question can bring; variances in money squared."""

    needs: int
    solutions: int
    report_noise: float  # variance of the buyer's report; infinite if it says nothing
    diagnosis_noise: float  # variance of the diagnosis; infinite if talking cannot reveal worth
    risk_aversion: float  # the segment's, per money


class Favourite(NamedTuple):
    """The solution with the largest expected profit, and that profit, money."""

    solution: int
    profit: float


@rule
def cost_slope(cov: FloatArray, needs: int, solutions: int, solution: int) -> float:
    """How much more a buyer costs to serve per money it would pay more, by the seller's beliefs."""
    r = 2 * needs + solution
    variance = cov[r, r]
    if variance <= 0.0:
        return 0.0
    return cov[r, r + solutions] / variance


@rule
def favourite(mean: FloatArray, cov: FloatArray, needs: int, solutions: int, extra: float, prices: Any) -> Favourite:
    """The most profitable solution by the seller's beliefs; ``extra`` is added to every cost, money."""
    best = 0
    most = -math.inf
    for s in range(solutions):
        r = 2 * needs + s
        slope = cost_slope(cov, needs, solutions, s)
        profit = look_up(prices, PROFIT, s, mean[r], cov[r, r], mean[r + solutions] + extra, slope)
        if profit > most:
            best = s
            most = profit
    return Favourite(best, most)


@rule
def shift_of_price(
    mean: FloatArray, cov: FloatArray, place: int, need: int, cover: float, gain: float, asking: Asking
) -> float:
    """Standard deviation of how far a question on ``need`` will move the seller's mean of R, money.

    ``place`` is R's place in the beliefs, ``cover`` the solution's coverage of the need, ``gain`` how far the buyer
    itself is moved by the diagnosis. The two signals are taken one after the other as if independent.
    """
    moved = 0.0
    perceived = asking.needs + need
    if asking.report_noise < math.inf:
        spread = cov[perceived, perceived] + asking.report_noise
        if spread > 0.0:
            moved += cov[place, perceived] * cov[place, perceived] / spread
    if asking.diagnosis_noise < math.inf:
        spread = cov[need, need] + asking.diagnosis_noise
        if spread > 0.0:
            # what the diagnosis says about R as it stands, and how it moves the buyer from there
            told = (cov[place, need] - cover * gain * cov[perceived, need]) / spread
            shift = told + cover * gain
            moved += shift * shift * spread
    return math.sqrt(moved)


@rule
def next_question(
    mean: FloatArray, cov: FloatArray, cover: FloatArray, times: IntArray, gains: FloatArray, solution: int,
    asking: Asking,
) -> int:
    """The need whose answer should move the picture of the favourite ``solution`` most; STOP if none moves it.

    ``times[k]`` counts the questions asked about need k, ``gains[k]`` is the buyer's gain from a diagnosis.
    """
    best = STOP
    most = 0.0
    place = 2 * asking.needs + solution
    for k in range(asking.needs):
        if times[k] < MOST_TIMES:
            moved = shift_of_price(mean, cov, place, k, cover[solution, k], gains[k], asking)
            if moved > most:
                best = k
                most = moved
    return best


@rule
def question_by_script(needs: int, times: IntArray) -> int:
    """The need asked about least so far, the first of those: what a script says where judgement says nothing."""
    best = 0
    for k in range(1, needs):
        if times[k] < times[best]:
            best = k
    return best


@rule
def value_of_asking(
    mean: FloatArray, cov: FloatArray, cover: FloatArray, solution: int, need: int, gain: float,
    buyer_variance: float, now: float, extra: float, prices: Any, asking: Asking,
) -> float:
    """Expected gain in profit from one question on ``need``, money, before its cost.

    ``solution`` is the favourite and ``now`` the expected profit without the question. After the answer the seller sells whatever is then best: the answer
    sharpens the price, may change the solution, and may change what the buyer perceives. A three-point rule over
    good, middling and bad news; source: preposterior analysis [RaiffaSchlaifer1961].
    """
    relief = 0.5 * asking.risk_aversion * gain * buyer_variance
    drift = gain * (mean[need] - mean[asking.needs + need])
    spread = math.sqrt(cov[need, need] + min(asking.diagnosis_noise, asking.report_noise))
    bad, middling, good = -math.inf, -math.inf, -math.inf
    for i in range(asking.solutions):
        s = (solution + i) % asking.solutions
        place = 2 * asking.needs + s
        covered = cover[s, need]
        moved = shift_of_price(mean, cov, place, need, covered, gain, asking)
        left = cov[place, place] - moved * moved
        moved *= SIGMA
        dearer = SIGMA * cov[place + asking.solutions, need] / spread if spread > 0.0 else 0.0
        centre = mean[place] + covered * drift + covered * covered * relief
        cost = mean[place + asking.solutions] + extra
        slope = cost_slope(cov, asking.needs, asking.solutions, s)
        best = look_up(prices, PROFIT, s, centre + moved, left, cost + dearer, slope)
        if best > bad:  # else it is never the best, whatever the answer
            good = max(good, best)
            middling = max(middling, look_up(prices, PROFIT, s, centre, left, cost, slope))
            bad = max(bad, look_up(prices, PROFIT, s, centre - moved, left, cost - dearer, slope))
    return (bad + 4.0 * middling + good) / 6.0 - now


@rule
def cost_of_asking(contact_cost: float, attrition: float, profit: float, questions_per_contact: int) -> float:
    """What one more question costs the seller, money: its part of a contact, and of the risk in it.

    ``attrition`` is the share of buyers of the segment who are gone before the next contact; with them goes the
    expected ``profit``. A seller blind to that risk would talk buyers out of deals it had already won.
    """
    return (contact_cost + attrition * max(0.0, profit)) / questions_per_contact


@rule
def opening(aim: float, markup: float, limit: float) -> float:
    """The number a seller names: above the price it aims at by its mark-up, never below its own limit, money."""
    return max(aim * (1.0 + markup), limit)
