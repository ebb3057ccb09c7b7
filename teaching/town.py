"""A market played day by day, without any page: what is set, what is seen so far, and what it has come to.

A town is a market with a few settings of its own. Its history is that of ``zopa market`` with the same scenario,
settings and seed, the first replication: `Asked.command` says the very line. Where a page stops changes nothing.
"""

import gc
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args
from weakref import WeakSet

import numpy as np

from experiments.limits import SMOOTHED_OVER
from sim.fate import seed_of_replication
from sim.faults import Fault
from sim.market.settings import Learning, MarketSettings
from sim.reading import scenario_names
from sim.scenario import Scenario
from sim.vocabulary import Step
from teaching.markets import PAGE, Trait, market

MOST_TOWNS = 40
"""Towns in memory; a large one takes some fifty megabytes."""

MOST_SEED = 10**9
RULES_OF_LEARNING: tuple[str, ...] = get_args(Learning.model_fields["rule"].annotation)

SELLERS = Trait("sellers", "number of sellers", 3, 30, 1)
LEADS = Trait("leads", "new buyers a day for each seller", 0.25, 3.0, 0.05)
COMPARERS = Trait("comparers", "share of buyers who ask several sellers", 0.0, 1.0, 0.05)
KNOBS = (SELLERS, LEADS, COMPARERS)
"""What a page has sliders for, in the order of the page; their paths are names of this module."""


def towns() -> tuple[str, ...]:
    """The names of the bundled scenarios that have a market."""
    return tuple(name for name in scenario_names() if market(name).market is not None)


class Asked(NamedTuple):
    """Which town is asked for: a scenario with a market, three settings, a rule of learning, and which luck."""

    scenario: str
    sellers: int
    leads: float  # new buyers a day for each seller
    comparers: float
    learning: str
    seed: int

    def made(self) -> Scenario:
        """The scenario with these settings. Raises Fault."""
        return market(self.scenario, self.changes())

    def changes(self) -> dict[str, float | str]:
        """What differs from the scenario, by path."""
        own = _market_of(self.scenario)
        given: dict[str, float | str] = {
            "market.sellers": self.sellers,
            "market.leads_per_day": round(self.leads * self.sellers, 6),
            "market.asking.comparers": self.comparers,
            "market.learning.rule": self.learning,
        }
        kept = own.sellers, own.leads_per_day, own.asking.comparers, own.learning.rule
        return {path: value for (path, value), old in zip(given.items(), kept, strict=True) if value != old}

    @property
    def command(self) -> str:
        """The command that plays the same history."""
        told = "".join(f" --set {path}={_plain(value)}" for path, value in self.changes().items())
        return f"zopa market {self.scenario} --seed {self.seed} --replications 1{told}"

    def as_query(self) -> dict[str, str]:
        """The setting as the query of an address, as `asked_in` reads it."""
        return {
            "scenario": self.scenario,
            "sellers": str(self.sellers),
            "leads": _plain(self.leads),
            "comparers": _plain(self.comparers),
            "learning": self.learning,
            "seed": str(self.seed),
        }


def as_it_is(scenario: str, seed: int = 1) -> Asked:
    """The town of a scenario with nothing changed. Raises Fault for a scenario without a market."""
    own = _market_of(scenario)
    leads = own.leads_per_day / own.sellers
    return Asked(scenario, own.sellers, leads, own.asking.comparers, own.learning.rule, seed)


def asked_in(query: Mapping[str, str]) -> Asked:
    """The town that an address asks for; what it leaves out is as the scenario has it. Raises Fault."""
    own = as_it_is(query.get("scenario") or towns()[0])
    sellers, leads, comparers = (
        knob.read(query[knob.path]) if query.get(knob.path) else float(getattr(own, knob.path)) for knob in KNOBS
    )
    learning = query.get("learning") or own.learning
    if learning not in RULES_OF_LEARNING:
        raise Fault(f"{PAGE}: learning is '{learning[:20]}'; one of {', '.join(RULES_OF_LEARNING)}")
    seed = query.get("seed") or "1"
    if not (seed.isascii() and seed.isdecimal() and int(seed[:12]) <= MOST_SEED):
        raise Fault(f"{PAGE}: seed is '{seed[:20]}'; a whole number from 0 to {MOST_SEED} would be right")
    asked = Asked(own.scenario, int(sellers), leads, comparers, learning, int(seed))
    asked.made()
    return asked


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.10g}"


def _market_of(scenario: str) -> MarketSettings:
    own = market(scenario).market
    if own is None:
        raise Fault(f"{PAGE}: {scenario} says nothing of a market; one of {', '.join(towns())}")
    return own


@dataclass(frozen=True)
class Seen:
    """What is seen of a town up to a day; arrays have a place for each day that was played.

    ``shares`` has the shape (policies, days + 1): of the sellers, from before the first day on. ``steps`` has the shape
    (7, days): open talks. ``price`` is money and ``won`` a share of the talks ended, both over the last days, NaN where
    nothing was signed or ended. ``trusts`` tells of each person the policy of the seller thought best of, by its
    place, or -1 without an opinion.
    """

    scenario: Scenario
    day: int
    days: int
    policies: tuple[str, ...]
    shares: np.ndarray
    steps: np.ndarray
    price: np.ndarray
    won: np.ndarray
    trusts: np.ndarray


_open: "WeakSet[Town]" = WeakSet()


class Town:
    """A market that is being played. Raises Fault where there are too many, or the settings are none of a market."""

    def __init__(self, asked: Asked) -> None:
        from sim.market.model import Market  # Mesa takes a second to import

        if len(_open) >= MOST_TOWNS:
            gc.collect()  # a town that nobody looks at any more is a ring of agents and their model
        if len(_open) >= MOST_TOWNS:
            raise Fault(f"{MOST_TOWNS} markets are open already; close a page with one, and try again")
        self.asked = asked
        self.scenario = asked.made()
        self._market = Market(self.scenario, seed_of_replication(asked.seed, 0))
        self._held = [self._counted()]
        _open.add(self)

    @property
    def day(self) -> int:
        """How many days were played."""
        return int(self._market.day)

    @property
    def days(self) -> int:
        """How many days there are."""
        return int(self._market.settings.days)

    @property
    def over(self) -> bool:
        """Whether the last day was played."""
        return not self._market.running

    def play_on(self, days: int, seconds: float) -> None:
        """Play so many days, or fewer where they take longer than ``seconds``; one at least."""
        end = time.monotonic() + seconds
        for _ in range(days):
            if self.over:
                return
            self._market.step()
            self._held.append(self._counted())
            if time.monotonic() > end:
                return

    def seen(self) -> Seen:
        """What is to be seen now."""
        told = self._market.datacollector.model_vars
        arms = self._market.learners.arms
        steps = np.array([told[step.name.lower()] for step in Step], float).reshape(len(Step), self.day)
        won, ended, price = (np.array(told[name], float) for name in ("won", "ended", "price"))
        signed = _over_the_last_days(won)
        names = tuple(self._market.policy_names[arm] for arm in arms)
        return Seen(
            self.scenario,
            self.day,
            self.days,
            names,
            np.array(self._held).T / self._market.settings.sellers,
            steps,
            _ratio(_over_the_last_days(np.nan_to_num(price) * won), signed),
            _ratio(signed, _over_the_last_days(ended)),
            self._trusts(arms),
        )

    def measured(self) -> dict[str, float]:
        """The measures of the market so far, as ``zopa market`` has them, and the buyers' gain for each policy.

        ``gain:POLICY`` is what those gained who bought from a seller with that policy, over doing nothing, money.
        """
        from experiments.market_measures import measured  # pyarrow and pandas with it
        from sim.market.replication import tables_of

        found = measured(self.scenario, tables_of(self._market))
        rows, course = self._market.outcomes, self._market.course
        for arm in self._market.learners.arms:
            own = rows["won"] & (course["policy"] == arm)
            gain = rows["buyer_surplus"][own] + rows["batna"][own]
            found[f"gain:{self._market.policy_names[arm]}"] = float(gain.mean()) if own.any() else float("nan")
        return found

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Where people stand in a picture of who knows whom, shape (people, 2), and the links, shape (links, 2)."""
        own = self.scenario.market
        assert own is not None
        key = own.reputation.model_dump_json(), self.asked.seed
        if key not in _places:
            _places[key] = _laid_out(self._market.network)
            while len(_places) > MOST_TOWNS:
                _places.popitem(last=False)
        return _places[key]

    def _counted(self) -> np.ndarray:
        """How many sellers have each policy in play."""
        return np.array([int((self._market.policy_of == arm).sum()) for arm in self._market.learners.arms])

    def _trusts(self, arms: list[int]) -> np.ndarray:
        opinions = np.asarray(self._market.books.opinions)
        held = np.array([arms.index(policy) for policy in self._market.policy_of])
        return np.where((opinions != 0.0).any(axis=1), held[opinions.argmax(axis=1)], -1)


_places: "OrderedDict[tuple[str, int], tuple[np.ndarray, np.ndarray]]" = OrderedDict()


def _laid_out(network: Any) -> tuple[np.ndarray, np.ndarray]:
    import networkx

    where = networkx.spring_layout(network, seed=1, iterations=30)
    return np.array([where[person] for person in range(len(where))]), np.array(network.edges).reshape(-1, 2)


def _over_the_last_days(values: np.ndarray) -> np.ndarray:
    totals = np.cumsum(values)
    before = np.concatenate([np.zeros(min(SMOOTHED_OVER, len(totals))), totals[:-SMOOTHED_OVER]])
    return np.asarray(totals - before)


def _ratio(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(over, under, out=np.full(len(under), np.nan), where=under > 0))
