"""How long a market takes: 50 sellers, 20,000 leads, 250 days; and what Mesa alone takes for as many agent steps.

    uv run python -m benchmarks.market [--days 250] [--sellers 50] [--leads-per-day 80]

The market of market_garages is played in one process on one core, everything at work, after its rules are compiled.
Beside it a plain Mesa model: as many sellers, as many deals open on each day, each an agent that is called once a day
and does next to nothing (a draw and a comparison). So its time is what Mesa's own way of calling agents costs before
any of them decides anything. And a small market twice, once as it is and once with its rules as plain Python: the very
same steps of the very same agents, as a Mesa model without compiled rules would take them.
"""

import argparse
import time
from typing import Any, NamedTuple

import mesa
import numpy as np

from sim.market.model import Market
from sim.reading import load_scenario


class Idler(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """An agent that does next to nothing."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.calls = 0

    def step(self) -> None:
        """Draw, compare, count."""
        if self.random.random() < 0.5:
            self.calls += 1


class PlainModel(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """As many agents on each day as the market had sellers and open talks."""

    def __init__(self, sellers: int, open_talks: list[int]) -> None:
        super().__init__(rng=0)
        self.open_talks = open_talks
        self.steps_of_agents = 0
        for _ in range(sellers):
            Idler(self)
        self.deals: list[Idler] = []

    def step(self) -> None:
        """Deals begin and end so that as many are open as on this day of the market; every agent is called."""
        wanted = self.open_talks[self.steps - 1]
        while len(self.deals) < wanted:
            self.deals.append(Idler(self))
        while len(self.deals) > wanted:
            self.deals.pop().remove()
        self.agents.do("step")
        self.steps_of_agents += len(self.agents)


class Measured(NamedTuple):
    """What was measured: counts, and seconds."""

    leads: int
    talks: int
    agent_steps: int
    prepare_seconds: float
    market_seconds: float
    plain_mesa_seconds: float
    small_seconds: float
    small_in_python_seconds: float

    @property
    def times_slower_in_python(self) -> float:
        """How many times as long the small market takes with its rules as plain Python."""
        return self.small_in_python_seconds / self.small_seconds


def measure(sellers: int = 50, leads_per_day: float = 80.0, days: int = 250) -> Measured:
    """Play the market, Mesa alone, and the small market twice; ``prepare_seconds`` compile, or read the cache."""
    changes = {"market.sellers": sellers, "market.leads_per_day": leads_per_day, "market.days": days}
    scenario = load_scenario("market_garages", changes)
    began = time.perf_counter()
    market = Market(scenario, 1)
    prepared = time.perf_counter() - began

    open_talks = []
    began = time.perf_counter()
    while market.running:
        market.step()
        open_talks.append(int(market.books.talks["open"].sum()))
    took = time.perf_counter() - began

    began = time.perf_counter()
    plain = PlainModel(sellers, open_talks)
    for _ in range(days):
        plain.step()
    alone = time.perf_counter() - began
    leads = len(set(market.outcomes["deal"].tolist()))
    small = [small_market(in_python) for in_python in (False, True)]
    return Measured(leads, market.ended, plain.steps_of_agents, prepared, took, alone, *small)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sellers", type=int, default=50)
    parser.add_argument("--leads-per-day", type=float, default=80.0)
    parser.add_argument("--days", type=int, default=250)
    given = parser.parse_args()
    found = measure(given.sellers, given.leads_per_day, given.days)
    print(f"laid out and compiled, or read from the cache: {found.prepare_seconds:.1f} s")
    print(
        f"market: {given.sellers} sellers, {found.leads:,} leads gone, {found.talks:,} talks ended, {given.days} days: "
        f"{found.market_seconds:.1f} s"
    )
    print(f"Mesa alone, {found.agent_steps:,} agent steps that do next to nothing: {found.plain_mesa_seconds:.1f} s")
    plainly, slower = found.small_in_python_seconds, found.times_slower_in_python
    print(f"a small market: {found.small_seconds:.3f} s; the same with rules in plain Python: {plainly:.2f} s")
    rate = found.market_seconds * slower
    print(f"that is {slower:.0f} times as long; at that rate the large one would take {rate:,.0f} s")


def small_market(in_python: bool) -> float:
    """Seconds that a market of four sellers takes for six days."""
    changes = {"market.sellers": 4, "market.leads_per_day": 4.0, "market.days": 6}
    market = Market(load_scenario("market_garages", changes), 1)
    if in_python:
        market._kernel = market._kernel.py_func
    began = time.perf_counter()
    with np.errstate(all="ignore"):  # 64-bit words wrap
        market.run_model()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
