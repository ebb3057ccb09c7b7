"""How sellers change their price policy by what it earns. Luck is passed in; earnings are money a day.

Sources: proportional imitation, [Schlag1998]; the replicator with mutation, [TaylorJonker1978] in the finite form of a
logit revision; the bandit by a softmax over average earnings, [SuttonBarto2018].
"""

import math
from collections.abc import Sequence

import numpy as np


def imitates(own: float, other: float, scale: float, sharpness: float, chance: float) -> bool:
    """Whether a seller takes over the policy of one that it looked at: the more readily, the more that one earns.

    ``scale`` is the mean size of earnings in the market, ``chance`` a uniform.
    """
    if other <= own or scale <= 0.0:
        return False
    return chance < min(1.0, sharpness * (other - own) / scale)


def logit_shares(earnings: Sequence[float], shares: Sequence[float], scale: float, sharpness: float) -> np.ndarray:
    """Shares of policies after selection: each times exp(sharpness x earnings / scale), normalised.

    ``earnings`` of a policy nobody has may be NaN; its share is 0 then, unless all are.
    """
    held = np.asarray(shares, float)
    worth = np.where(held > 0.0, np.nan_to_num(np.asarray(earnings, float)), 0.0)
    if scale <= 0.0 or not held.any():
        return held
    power = sharpness * worth / scale
    weights = held * np.exp(power - power[held > 0.0].max())
    return weights / weights.sum()


def draw_from(shares: Sequence[float], chance: float) -> int:
    """The place that a uniform falls in, among shares that add up to 1."""
    total = 0.0
    for place, share in enumerate(shares):
        total += share
        if chance < total:
            return place
    return int(np.flatnonzero(np.asarray(shares) > 0.0)[-1])


def best_arm(totals: Sequence[float], times: Sequence[int], scale: float, sharpness: float, chance: float) -> int:
    """What a seller that keeps its own books tries next: an untried policy, else one by the softmax of its means."""
    untried = [place for place, count in enumerate(times) if count == 0]
    if untried:
        return untried[min(len(untried) - 1, math.floor(chance * len(untried)))]
    means = np.asarray(totals, float) / np.asarray(times, float)
    return draw_from(list(logit_shares(list(means), [1.0] * len(means), scale, sharpness)), chance)
