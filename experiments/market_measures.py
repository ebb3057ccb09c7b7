"""What is measured of a market: one number for each replication, and intervals over replications."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from experiments.statistics import Interval, around
from sim.market.replication import Tables
from sim.scenario import Scenario

LEVEL = 0.95
LAST_PART = 0.2
"""Part of the days, at the end, over which the shares of policies are averaged."""

SHARE, PER_HOUR = "share:", "profit_per_hour:"
"""How the measures of a policy's sellers and earnings begin; its name follows."""


class Measure(NamedTuple):
    """A measure: what it means, its unit as in experiments.wording, and whether more of it may be called better."""

    meaning: str
    unit: str
    more_is_better: bool = False


MEASURES: Mapping[str, Measure] = {
    "leads": Measure("leads that bought or are gone", "count"),
    "bought": Measure("of these, bought", "share", more_is_better=True),
    "no_time": Measure("of their talks, given up because the seller had no time", "share"),
    "asked": Measure("sellers that a lead asked, on average", "count"),
    "price": Measure("price signed", "money"),
    "price_over_value": Measure("price over true worth of what was sold", "share"),
    "right_solution": Measure("of deals signed, those with the best solution", "share", more_is_better=True),
    "days_to_sign": Measure("days from first asking to signing", "days"),
    "utilisation": Measure("of the sellers' hours, worked", "share"),
    "profit_per_hour": Measure("seller profit per hour of work", "money", more_is_better=True),
    "profit_per_lead": Measure("seller profit per lead", "money", more_is_better=True),
    "buyer_gain_per_lead": Measure(
        "what a lead gained over doing nothing, contacts paid", "money", more_is_better=True
    ),
    "joint_gain_per_lead": Measure("what both sides gained per lead", "money", more_is_better=True),
    "worse_than_idle": Measure("of deals signed, those that lost the seller money before later business", "share"),
}
"""Measures of all sellers together; those of a policy have its name after a colon."""

IN_MONEY_PER_LEAD = ("profit_per_lead", "buyer_gain_per_lead", "joint_gain_per_lead")

BY_POLICY: Mapping[str, Measure] = {
    "share": Measure("share of sellers with this policy at the end", "share"),
    "profit_per_hour": Measure("its profit per hour of work", "money"),
    "won": Measure("of its talks, won", "share"),
    "price": Measure("price it signed", "money"),
}


def measured(scenario: Scenario, tables: Tables) -> dict[str, float]:
    """The measures of one replication by name; NaN where nothing is there to be measured."""
    market = scenario.market
    if market is None:
        raise ValueError(f"{scenario.name} says nothing of a market")
    deals = {name: tables.deals[name].to_numpy(zero_copy_only=False) for name in NEEDED}
    won = deals["won"].astype(bool)
    work = deals["hours"] + market.delivery_hours * won
    profit = deals["seller_profit"] - deals["complaint_cost"]
    numbers, talks_of = np.unique(deals["deal"], return_counts=True)
    leads = len(numbers)
    gain = deals["buyer_surplus"] + np.where(won, deals["batna"], 0.0)
    available = math.nan
    if market.hours_per_day is not None:
        available = market.sellers * market.hours_per_day * len(tables.days)
    found = {
        "leads": float(leads),
        "bought": _over(won.sum(), leads),
        "no_time": _over((deals["exit_reason"] == "left_waiting").sum(), len(won)),
        "asked": _over(talks_of.sum(), leads),
        "price": _mean(deals["price"][won]),
        "price_over_value": _over(deals["price"][won].sum(), deals["value"][won].sum()),
        "right_solution": _mean((deals["solution"] == deals["best_solution"])[won]),
        "days_to_sign": _mean(deals["days"][won]),
        "utilisation": _over(tables.days["hours"].to_numpy().sum(), available),
        "profit_per_hour": _over(profit.sum(), work.sum()),
        "profit_per_lead": _over(profit.sum(), leads),
        "buyer_gain_per_lead": _over(gain.sum(), leads),
        "joint_gain_per_lead": _over(gain.sum() + profit.sum(), leads),
        "worse_than_idle": _mean((deals["price"] < deals["cost"])[won]),
    }
    for policy, share in shares_at_the_end(tables).items():
        own = deals["policy"] == policy
        found[f"share:{policy}"] = share
        found[f"profit_per_hour:{policy}"] = _over(profit[own].sum(), work[own].sum())
        found[f"won:{policy}"] = _mean(won[own])
        found[f"price:{policy}"] = _mean(deals["price"][own & won])
    return found


NEEDED = (
    "deal",
    "won",
    "hours",
    "seller_profit",
    "complaint_cost",
    "buyer_surplus",
    "batna",
    "price",
    "value",
    "cost",
    "solution",
    "best_solution",
    "days",
    "exit_reason",
    "policy",
)


def shares_at_the_end(tables: Tables) -> dict[str, float]:
    """Share of sellers with each policy, averaged over the last part of the days."""
    days = tables.sellers["day"].to_numpy()
    policies = tables.sellers["policy"].to_numpy(zero_copy_only=False)
    late = days > (1.0 - LAST_PART) * days.max()
    return {policy: float((policies[late] == policy).mean()) for policy in sorted(set(policies.tolist()))}


def share_begun(scenario: Scenario, policy: str) -> float:
    """The share of sellers that a policy begins with, by the weights of the scenario's market."""
    weights = (scenario.market.policies if scenario.market else {}) or {scenario.seller.price_policy: 1.0}
    return weights.get(policy, 0.0) / sum(weights.values())


def shares_by_day(tables: Tables) -> dict[str, np.ndarray]:
    """Share of sellers with each policy on each day."""
    days = tables.sellers["day"].to_numpy()
    policies = tables.sellers["policy"].to_numpy(zero_copy_only=False)
    sellers = np.bincount(days)[1:]
    return {
        policy: np.bincount(days[policies == policy], minlength=days.max() + 1)[1:] / sellers
        for policy in sorted(set(policies.tolist()))
    }


class Summed(NamedTuple):
    """A measure over replications: its mean, its interval, and how many replications it was known in."""

    mean: float
    interval: Interval
    replications: int


def summed(values: Sequence[float], level: float = LEVEL) -> Summed:
    """Mean and interval over the replications in which a measure was known."""
    known = np.array([value for value in values if math.isfinite(value)])
    if not known.size:
        return Summed(math.nan, Interval(math.nan, math.nan), 0)
    mean = float(known.mean())
    variance = float(known.var(ddof=1)) / known.size if known.size > 1 else math.nan
    return Summed(mean, around(mean, variance, known.size, level), known.size)


class Band(NamedTuple):
    """Means over replications of what is measured at many times, with an interval at each of them; NaN for unknown."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def within(self, least: float, most: float) -> "Band":
        """The band with its limits kept between two numbers, as those of a share are."""
        return self._replace(low=np.clip(self.low, least, most), high=np.clip(self.high, least, most))


def band_over_replications(values: np.ndarray, level: float = LEVEL) -> Band:
    """Mean and t interval at each time over the replications in which it is known; shape (replications, times)."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / count
        variance = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0) / (count - 1) / count
        half = stdtrit(count - 1.0, 0.5 + level / 2) * np.sqrt(variance)
    half = np.where(count > 1, half, np.nan)
    return Band(np.where(count > 0, mean, np.nan), mean - half, mean + half)


def over_replications(found: Sequence[Mapping[str, float]], level: float = LEVEL) -> dict[str, Summed]:
    """Every measure over replications, those of policies that some replications never had included."""
    return {name: summed(values, level) for name, values in columns(found).items()}


def columns(found: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Every measure in each replication; of a policy that nobody has the share is 0, and the rest is not known."""
    names = dict.fromkeys(name for each in found for name in each)
    return {name: [each.get(name, _without(name)) for each in found] for name in names}


def _without(name: str) -> float:
    return 0.0 if name.startswith("share:") else math.nan


def differences(
    one: Sequence[Mapping[str, float]], other: Sequence[Mapping[str, float]], level: float = LEVEL
) -> dict[str, Summed]:
    """Of every measure, other less one, paired by replication: the same leads with the same luck."""
    ours, theirs = columns(one), columns(other)
    return {
        name: summed([b - a for a, b in zip(ours[name], theirs[name], strict=True)], level)
        for name in ours
        if name in theirs
    }


def differences_apart(
    one: Sequence[Mapping[str, float]], other: Sequence[Mapping[str, float]], level: float = LEVEL
) -> dict[str, Summed]:
    """The same of replications that have neither leads nor luck in common: Welch's interval."""
    ours, theirs = columns(one), columns(other)
    return {name: _apart(ours[name], theirs[name], level) for name in ours if name in theirs}


def _apart(one: Sequence[float], other: Sequence[float], level: float) -> Summed:
    first, second = (np.array([value for value in each if math.isfinite(value)]) for each in (one, other))
    fewest = min(first.size, second.size)
    if not fewest:
        return Summed(math.nan, Interval(math.nan, math.nan), 0)
    change = float(second.mean() - first.mean())
    if fewest == 1:
        return Summed(change, around(change, math.nan, fewest, level), fewest)
    parts = [float(each.var(ddof=1)) / each.size for each in (first, second)]
    below = sum(part**2 / (each.size - 1) for part, each in zip(parts, (first, second), strict=True))
    freedom = int(sum(parts) ** 2 / below) if below > 0 else first.size + second.size - 2  # downwards: it is the wider
    return Summed(change, around(change, sum(parts), freedom + 1, level), fewest)


def measure(name: str) -> Measure:
    """What is known of a measure by its name, that of a policy after a colon."""
    plain, _, policy = name.partition(":")
    return BY_POLICY[plain] if policy else MEASURES[plain]


def known_names(policies: Iterable[str]) -> list[str]:
    """The names of all measures, those of policies included."""
    return [*MEASURES, *(f"{plain}:{policy}" for policy in policies for plain in BY_POLICY)]


def unit_of(name: str) -> str:
    """The unit of a measure by its name."""
    return measure(name).unit


def _over(sum_over: float, under: float) -> float:
    return float(sum_over) / float(under) if under else math.nan


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else math.nan
