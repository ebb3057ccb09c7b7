"""The rules common to all sellers: which solution it has in mind, what to ask next, when to stop, what to name.

The seller decides on its own beliefs (``agents.beliefs``) and its price list (``agents.price_list``) only.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from agents.price_list import profit_within, shape_of
from agents.rule import rule

FloatArray = np.ndarray
IntArray = np.ndarray

STOP = -1
"""The answer that ends needs analysis."""

MOST_TIMES = 3
"""How often one need is asked about at the most."""


SIGMA = math.sqrt(3.0)
"""Outer nodes of the three-point Gauss-Hermite rule, whose weights are 1/6, 2/3, 1/6."""


class Signals(NamedTuple):
    """How clear the answers are: variances of report and diagnosis, money squared; infinite where there is none."""

    report: float
    diagnosis: float


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
def combined(first: float, second: float, spread: float, other_spread: float) -> float:
    """Standard deviation of a move that is ``first`` times one surprise and ``second`` times another, money.

    The spreads are the variances of the two surprises, which are independent.
    """
    return math.sqrt(first * first * spread + second * second * other_spread)


@rule
def next_question(moved: FloatArray, times: IntArray, needs: int, solution: int) -> int:
    """The need whose answer should move the picture of the favourite ``solution`` most; STOP if none moves it.

    ``moved[s, k]`` is how far a question on need k moves the mean of R of solution s (a standard deviation),
    ``times[k]`` how often it was asked about.
    """
    best = STOP
    most = 0.0
    for k in range(needs):
        if times[k] < MOST_TIMES and moved[solution, k] > most:
            best = k
            most = moved[solution, k]
    return best


@rule
def question_by_script(needs: int, times: IntArray) -> int:
    """The need asked about least so far, the first of those: what a script says where judgement says nothing."""
    best = 0
    for k in range(1, needs):
        if times[k] < times[best]:
            best = k
    return best


class News(NamedTuple):
    """What an answer about one need is expected to bring, for one solution; money, variance in money squared."""

    drift: float  # expected move of the mean of the reservation price: buyers come to see what is
    moved: float  # standard deviation of its move
    dearer: float  # move of the mean of the cost with one of those
    left: float  # variance of the reservation price afterwards
    slope: float  # slope of cost on it afterwards


@rule
def expected_drift(cover: float, gain: float, worth: float, perceived: float, relief: float) -> float:
    """Expected move of a reservation price by a diagnosis, money: perception moves towards worth, and doubt is less."""
    return cover * gain * (worth - perceived) + cover * cover * relief


@rule
def value_with(
    prices: Any, solution: int, standing: float, price: float, cost: float, news: News, standard: float
) -> tuple[float, float, float]:
    """Expected profits of a solution after bad, middling and good news, money.

    ``price`` and ``cost`` are the means now; ``standing`` is a number that stands whatever the news, NaN for none.
    Minus infinity where even good news does not reach ``standard``, the profit of another solution after bad news:
    then it is never the best.
    """
    centre = price + news.drift
    moved, dearer = SIGMA * news.moved, SIGMA * news.dearer
    shape = shape_of(prices, solution, news.left, news.slope)
    good = profit_within(prices, solution, standing, shape, centre + moved, cost + dearer)
    if good <= standard and dearer <= moved:
        return -math.inf, -math.inf, -math.inf
    middling = profit_within(prices, solution, standing, shape, centre, cost)
    bad = profit_within(prices, solution, standing, shape, centre - moved, cost - dearer)
    return bad, middling, good


@rule
def value_of_news(bad: float, middling: float, good: float, now: float) -> float:
    """Expected gain in profit from a question, money, before its cost: the seller sells whatever is then best.

    The answer sharpens the price, may change the solution, and may change what the buyer perceives. A three-point rule
    over bad, middling and good news; source: preposterior analysis [RaiffaSchlaifer1961].
    """
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
