"""Formulas of probability that the rules share. No unit: all arguments are numbers.

Sources: normal quantile, algorithm AS 241 [Wichura1988].
"""

import math

from agents.rule import rule

SQRT_HALF = math.sqrt(0.5)
SQRT_2PI = math.sqrt(2 * math.pi)
SQRT_12 = math.sqrt(12.0)
"""Width of a uniform distribution over its standard deviation."""


@rule
def logistic(x: float) -> float:
    """The logistic function of log-odds x, a probability; never overflows."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    grown = math.exp(x)
    return grown / (1.0 + grown)


@rule
def normal_probability(z: float) -> float:
    """The probability that a standard normal variable is below z."""
    return 0.5 * math.erfc(-z * SQRT_HALF)


@rule
def normal_quantile(u: float) -> float:
    """The z below which a standard normal variable lies with probability u, 0 < u < 1 [Wichura1988]."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * _centre(0.180625 - q * q)
    r = math.sqrt(-math.log(u if q < 0 else 1.0 - u))
    z = _shoulder(r - 1.6) if r <= 5.0 else _tail(r - 5.0)
    return -z if q < 0 else z


# The coefficients stand as they are printed.
# fmt: off
@rule
def _centre(r: float) -> float:
    above = (
        ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
        + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
        + 133.14166789178437745) * r + 3.387132872796366608
    )
    below = (
        ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
        + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
        + 42.313330701600911252) * r + 1.0
    )
    return above / below


@rule
def _shoulder(r: float) -> float:
    above = (
        ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
        + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
        + 4.6303378461565452959) * r + 1.42343711074968357734
    )
    below = (
        ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
        + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
        + 2.05319162663775882187) * r + 1.0
    )
    return above / below


@rule
def _tail(r: float) -> float:
    above = (
        ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
        + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
        + 5.4637849111641143699) * r + 6.6579046435011037772
    )
    below = (
        ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
        + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
        + 0.59983220655588793769) * r + 1.0
    )
    return above / below
# fmt: on


MOST_COUNTED = 500.0
"""Largest mean of a Poisson count that is summed up term by term; beyond, exp(-mean) nears what a float can hold."""


@rule
def poisson_quantile(u: float, mean: float, most: int) -> int:
    """The number of events that a Poisson count of the given mean does not exceed with probability u, up to ``most``.

    Of a mean beyond 500 it is the normal approximation, 0 < u < 1.
    """
    if mean > MOST_COUNTED:
        return int(min(most, max(0.0, mean + math.sqrt(mean) * normal_quantile(u))))
    probability = math.exp(-mean)
    below = probability
    count = 0
    while below < u and count < most:
        count += 1
        probability *= mean / count
        below += probability
    return count


@rule
def between(start: float, end: float, fraction: float) -> float:
    """The point a fraction of the way from start to end; exactly ``end`` at 1."""
    if fraction >= 1.0:
        return end
    return start + (end - start) * fraction


@rule
def error_left(preparation: float) -> float:
    """The part of an error that is left after ``preparation`` contacts of looking into it: each halves it."""
    return 0.5**preparation
