"""What a fact of validation consists of: findings that hold what is simulated against what is known of the world.

Every interval is a jackknife over blocks of deals: the statistic without each block in turn says how much it varies
[Miller1974]. It serves means, ratios, correlations and mediated effects alike, and needs no luck of its own. Deals
are independent, so blocks are too.
"""

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from experiments.statistics import UNKNOWN, Interval, around

BLOCKS = 40
LEVEL = 0.95

Statistic = Callable[[np.ndarray], float]
"""A number from played rows, whose last axis is that of deals; NaN where there are too few."""


class Verdict(StrEnum):
    """How an observation stands to its target."""

    HIT = "hit"
    MISS = "miss"
    UNDECIDED = "undecided"
    WRONG_SIGN = "wrong sign"
    NOT_MEASURED = "not measured"


class Target(NamedTuple):
    """The range that is right, in its own unit. Without an end on one side it is a sign: more, or less, than nothing.

    ``rough`` marks a range whose width is an ASSUMPTION, because the source gives a point; ``or_nothing`` a sign that
    is right as long as nothing says otherwise.
    """

    low: float
    high: float
    rough: bool = False
    or_nothing: bool = False

    @property
    def is_sign(self) -> bool:
        """Whether only the sign is known."""
        return not (math.isfinite(self.low) and math.isfinite(self.high))

    def verdict(self, observed: float, interval: Interval) -> Verdict:
        """A range is hit by an observation within it, a sign by an interval that lies on its side altogether."""
        if math.isnan(observed):
            return Verdict.NOT_MEASURED
        if not self.is_sign:
            return Verdict.HIT if self.low <= observed <= self.high else Verdict.MISS
        if self.or_nothing:
            return Verdict.WRONG_SIGN if interval.low > 0 else Verdict.HIT
        right = interval.low > 0 if self.low == 0 else interval.high < 0
        wrong = interval.high < 0 if self.low == 0 else interval.low > 0
        return Verdict.HIT if right else Verdict.WRONG_SIGN if wrong else Verdict.UNDECIDED


MORE = Target(0.0, math.inf)
LESS = Target(-math.inf, 0.0)
NOT_MORE = Target(-math.inf, 0.0, or_nothing=True)


class Finding(NamedTuple):
    """One number: what it is, what it should be, what was observed, and the interval of that."""

    what: str
    target: Target
    observed: float
    interval: Interval
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """Hit or miss."""
        return self.target.verdict(self.observed, self.interval)

    def as_plain(self) -> Mapping[str, Any]:
        """The finding as JSON can hold it; infinite ends and unknown numbers are null."""
        return {
            "what": self.what,
            "target": [_finite(self.target.low), _finite(self.target.high)],
            "rough": self.target.rough,
            "observed": _finite(self.observed),
            "interval": [_finite(end) for end in self.interval],
            "verdict": self.verdict.value,
            "note": self.note,
        }


class Fact(NamedTuple):
    """Something known of the world, and how it is measured in simulated deals.

    ``kind`` is S for refereed work or large field data, V for figures of vendors and consultancies, which select whom
    they ask and give no uncertainty. ``use`` is C to calibrate on, T to test on without tuning, F where a wrong sign
    refutes the model. ``measure`` takes the field (field.Field).
    """

    number: int
    name: str
    says: str
    kind: str
    use: str
    sources: tuple[str, ...]
    measure: Callable[[Any], list[Finding]]

    def refuted_by(self, findings: list[Finding]) -> bool:
        """Whether a sign that must be right is wrong."""
        return self.use == "F" and any(finding.verdict == Verdict.WRONG_SIGN for finding in findings)


def found(what: str, target: Target, statistic: Statistic, rows: np.ndarray, note: str = "") -> Finding:
    """A finding from rows, with its interval."""
    observed, variance = jackknifed(statistic, rows)
    return Finding(what, target, observed, around(observed, variance, BLOCKS, LEVEL), note)


def not_measured(what: str, target: Target, why: str) -> Finding:
    """A finding of something the model has no counterpart of."""
    return Finding(what, target, math.nan, UNKNOWN, why)


def jackknifed(statistic: Statistic, rows: np.ndarray, blocks: int = BLOCKS) -> tuple[float, float]:
    """The statistic of all rows, and the variance of it by leaving out one block of deals after the other."""
    block = np.arange(rows.shape[-1]) * blocks // rows.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = float(statistic(rows))
        without = np.array([statistic(rows[..., block != left_out]) for left_out in range(blocks)])
    return observed, (blocks - 1) / blocks * float(((without - without.mean()) ** 2).sum())


def share(part: np.ndarray, whole: np.ndarray) -> float:
    """Of those in ``whole``, the share in ``part``; both are masks."""
    among = int(whole.sum())
    return float((part & whole).sum()) / among if among else math.nan


def mean(values: np.ndarray) -> float:
    """The mean of what is known; NaN if nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else math.nan


def correlation(x: np.ndarray, y: np.ndarray, given: np.ndarray | None = None) -> float:
    """Pearson's r; with ``given``, an array (n, columns), of what these do not explain in either."""
    if x.size < 3:
        return math.nan
    if given is not None:
        x, y = (values - given @ np.linalg.lstsq(given, values, rcond=None)[0] for values in (x, y))
    return float(np.corrcoef(x, y)[0, 1])


def slope(x: np.ndarray, y: np.ndarray, given: np.ndarray | None = None) -> float:
    """The least-squares slope of y on x, with an intercept and the columns of ``given`` beside it."""
    if x.size < 3:
        return math.nan
    columns = [x, np.ones(x.size), *([] if given is None else given.T)]
    return float(np.linalg.lstsq(np.stack(columns, axis=1), y, rcond=None)[0][0])


def standardised(one: np.ndarray, other: np.ndarray) -> float:
    """How far the mean of ``one`` lies above that of ``other``, in pooled standard deviations: Cohen's d."""
    if min(one.size, other.size) < 2:
        return math.nan
    return float((one.mean() - other.mean()) / math.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2))


def standardised_shares(one: float, other: float) -> float:
    """The same of two shares, by way of their log odds: their difference times sqrt(3) / pi."""
    if not (0 < one < 1 and 0 < other < 1):
        return math.nan
    return (math.log(one / (1 - one)) - math.log(other / (1 - other))) * math.sqrt(3) / math.pi


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
