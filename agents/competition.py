"""Sellers that know of each other's offers: how far one goes to keep a buyer who has another one in hand."""

import math

from agents.rule import rule


@rule
def choice_weight(opinion: float, trust: float) -> float:
    """How readily a buyer asks a seller, relative to others; ``opinion`` is between -1 and 1. A logit choice."""
    return math.exp(trust * opinion)


@rule
def improved_offer(number: float, matching: float, limit: float, step: float) -> float:
    """The number after a buyer has said that a rival's offer is as good as ``matching`` here, money.

    The seller goes below that by the fraction ``step``, but never below its own limit; and it does not move where that
    would not beat the rival.
    """
    wanted = matching * (1.0 - step)
    if wanted >= number:
        return number
    offer = max(wanted, limit)
    return offer if offer < matching else number


@rule
def opinion_after(opinion: float, experience: float, weight: float) -> float:
    """An opinion moved towards an experience, each between -1 and 1."""
    return opinion + weight * (experience - opinion)


@rule
def experience_of(gain: float, price: float) -> float:
    """How content a buyer is with what it bought, between -1 and 1: its true gain over the price it paid.

    ASSUMPTION: the form; a gain of half the price counts .46, a loss of half the price the same below zero.
    """
    return math.tanh(gain / price) if price > 0.0 else math.copysign(1.0, gain)


@rule
def worth_of_an_hour(profit: float, hours: float, idle: float) -> float:
    """What an hour is worth to a seller, money: its running profit per hour, and nothing while hours are idle."""
    if idle > 0.0 or hours <= 0.0:
        return 0.0
    return max(0.0, profit / hours)
