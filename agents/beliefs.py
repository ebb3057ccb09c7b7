"""What the parties believe about needs, and how they learn.

The seller believes in one joint normal distribution. For K needs and S solutions it has n = 2K + 2S places:

    0 .. K-1          w[k]   true worth of need k, money
    K .. 2K-1         mb[k]  that worth as the buyer perceives it, money
    2K .. 2K+S-1      R[s]   the buyer's reservation price for solution s, before any anchor, money
    2K+S .. 2K+2S-1   c[s]   cost to serve of solution s, money

with ``mean`` of shape (n,) and ``cov`` of shape (n, n). One rule of learning serves them all. It prices on what the
buyer *perceives* (R), and chooses and costs on what *is* (w, c).

The buyer believes need by need: mean ``mb[k]`` and variance ``vb[k]``.

A question brings the buyer's own *report* about mb, from which only the seller learns, and a *diagnosis* about w,
the same for both sides: with separate signals, late prices would lose through a rotation of demand alone
[JohnsonMyatt2006]. Source: normal-normal updating, as in a Kalman filter.

How far an answer moves the means, and what uncertainty is left, depends on what was asked and not on what was heard.
So each rule of learning has two halves: one works on ``cov`` and notes the ``gains``, the other moves the means.
"""

import numpy as np

from agents.rule import rule

FloatArray = np.ndarray


@rule
def hear(mean: FloatArray, size: int, gains: FloatArray, surprise: float) -> None:
    """Move the means in place by their gains times a surprise: what was observed less what was expected, money."""
    for i in range(size):
        mean[i] += gains[i] * surprise


@rule
def know_more(cov: FloatArray, size: int, place: int, noise: float, gains: FloatArray) -> float:
    """Update ``cov`` in place for a noisy observation of one place; ``gains`` becomes the gain of every mean.

    ``noise`` is the variance of the observation's error, money squared. Nothing is gained where nothing is uncertain.
    Returns the variance of the surprise, money squared.
    """
    spread = cov[place, place] + noise
    for i in range(size):
        gains[i] = cov[i, place] / spread if spread > 0.0 else 0.0
    for i in range(size):
        if gains[i] != 0.0 and i != place:
            for j in range(size):
                cov[i, j] -= gains[i] * cov[place, j]
    # The observed place comes last, since the others need its row as it was.
    kept = noise / spread if spread > 0.0 else 1.0
    for j in range(size):
        cov[place, j] *= kept
    return spread


@rule
def know_more_of_a_sum(cov: FloatArray, size: int, first: int, count: int, noise: float, gains: FloatArray) -> float:
    """The same for a noisy observation of the sum of ``count`` places from ``first`` on."""
    spread = noise
    for i in range(size):
        gains[i] = 0.0
        for j in range(first, first + count):
            gains[i] += cov[i, j]
    for j in range(first, first + count):
        spread += gains[j]
    if spread <= 0.0:
        for i in range(size):
            gains[i] = 0.0
        return spread
    for i in range(size):
        for j in range(size):
            cov[i, j] -= gains[i] * gains[j] / spread
    for i in range(size):
        gains[i] /= spread
    return spread


@rule
def know_that_the_buyer_moves(
    cov: FloatArray, needs: int, solutions: int, need: int, gain: float, cover: FloatArray, gains: FloatArray
) -> None:
    """Update ``cov`` in place for a diagnosis, seen by both sides, that moves what the buyer perceives.

    The buyer's mb of the need becomes ``(1 - gain) mb + gain * diagnosis``, and every reservation price moves with it
    by its coverage ``cover[s, need]``; ``gains`` becomes the gain of every mean on the difference diagnosis - mb.
    """
    size = 2 * needs + 2 * solutions
    place = needs + need
    for i in range(size):
        gains[i] = 0.0
    for s in range(solutions):
        covered = cover[s, need]
        if covered != 0.0:
            gains[2 * needs + s] = covered * gain
            _add_row(cov, size, 2 * needs + s, place, -covered * gain)
    gains[place] = gain
    _add_row(cov, size, place, place, -gain)


@rule
def know_that_the_buyer_moves_unseen(
    cov: FloatArray,
    needs: int,
    solutions: int,
    need: int,
    gain: float,
    noise: float,
    cover: FloatArray,
    gains: FloatArray,
) -> None:
    """The same where the buyer draws a conclusion of its own, which the seller does not see.

    The buyer's mb of the need becomes ``(1 - gain) mb + gain (w + error)``, the error's variance being ``noise``;
    ``gains`` becomes the gain of every mean on the difference w - mb.
    """
    size = 2 * needs + 2 * solutions
    know_that_the_buyer_moves(cov, needs, solutions, need, gain, cover, gains)
    for i in range(size):
        if gains[i] != 0.0:
            _add_row(cov, size, i, need, gains[i])
    for i in range(size):
        for j in range(size):
            cov[i, j] += gains[i] * gains[j] * noise


@rule
def _add_row(cov: FloatArray, size: int, target: int, source: int, factor: float) -> None:
    """The covariance after ``target`` becomes target + factor * source: rows first, then columns."""
    for j in range(size):
        cov[target, j] += factor * cov[source, j]
    for i in range(size):
        cov[i, target] += factor * cov[i, source]


@rule
def buyer_gain(variance: float, noise: float) -> float:
    """How far the buyer's perception of a need moves towards a diagnosis: 0 not at all, 1 all the way.

    ``variance`` is the buyer's own about the need, ``noise`` that of the diagnosis, money squared.
    """
    spread = variance + noise
    if spread <= 0.0:
        return 0.0
    return variance / spread


@rule
def perceived_worth(cover: FloatArray, solution: int, needs: int, worths: FloatArray) -> float:
    """Worth of a solution from the worths (true or perceived) of the needs it covers, money: sum of F w."""
    total = 0.0
    for k in range(needs):
        total += cover[solution, k] * worths[k]
    return total


@rule
def perceived_variance(cover: FloatArray, solution: int, needs: int, variances: FloatArray) -> float:
    """Variance of what the buyer believes a solution is worth, money squared: sum of F F vb."""
    total = 0.0
    for k in range(needs):
        covered = cover[solution, k]
        total += covered * covered * variances[k]
    return total


@rule
def certainty_equivalent(worth: float, variance: float, risk_aversion: float) -> float:
    """What an uncertain worth is worth to the buyer for certain, money; ``risk_aversion`` is per money [Pratt1964]."""
    return worth - 0.5 * risk_aversion * variance
