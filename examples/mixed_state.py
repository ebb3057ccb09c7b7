"""Whether two price policies can live side by side: what an hour earns under each, and where imitation ends.

    uv run python examples/mixed_state.py --replications 20
    uv run python examples/mixed_state.py --replications 4 --set buyer.rival.surplus_mean=60

The market of two_kinds_of_buyers.yaml, first with policies held fixed: by how much more an hour of work earns early
(``on_first_ask``) than late (``after_needs_analysis``) at several shares of early sellers. Then with imitation, from
two shares far apart: where the share ends, and by how much an hour still earns more early than late there. Intervals
are 95 % over replications; replication n meets the same leads with the same luck in every line.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from experiments.market_measures import summed
from sim.fate import seed_of_replication
from sim.market.model import Market
from sim.reading import load_scenario
from sim.scenario import Scenario

SCENARIO = Path(__file__).resolve().parent / "two_kinds_of_buyers.yaml"
EARLY, LATE = "on_first_ask", "after_needs_analysis"
SHARES = (0.1, 0.2, 0.4, 0.6, 0.8, 0.9)
STARTS = (0.2, 0.8)
SETTLED, DAYS = 80, 200
"""With policies held fixed: days until queues are what they come to be, and days in all."""
LEARNT, LEARNING_DAYS = 300, 500
"""The same with imitation, and until shares are what they come to be."""


class Found(NamedTuple):
    """What one market did after some day: share of early sellers, and profit per hour of work, money."""

    share: float
    early: float
    late: float

    @property
    def advantage(self) -> float:
        """By how much more an hour earns early."""
        return self.early - self.late


def joiners(early: float, changes: Mapping[str, Any] | None = None) -> Scenario:
    """The market with a share of early sellers at the beginning, and settings changed by their dotted paths."""
    return load_scenario(SCENARIO, {"market.policies": {EARLY: early, LATE: 1.0 - early}, **(changes or {})})


def found(scenario: Scenario, seed: int, since: int) -> Found:
    """Play a market to its end; profit and hours are those of talks that ended after day ``since``, by their policy."""
    market = Market(scenario, seed, collect=False)
    number = market.policy_names.index(EARLY)
    shares = []
    while market.running:
        market.step()
        shares.append(float((market.policy_of == number).mean()))
    rows, course = market.outcomes, market.course
    ended = course["day_closed"] > since
    own = [ended & (course["policy"] == market.policy_names.index(name)) for name in (EARLY, LATE)]
    early, late = (float(rows["seller_profit"][each].sum() / rows["hours"][each].sum()) for each in own)
    return Found(float(np.mean(shares[since:])), early, late)


def played(scenario: Scenario, replications: int, since: int, seed: int = 1) -> list[Found]:
    """The market of a scenario in so many replications."""
    return [found(scenario, seed_of_replication(seed, number), since) for number in range(replications)]


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="change a setting")
    given = parser.parse_args()
    changes = {path: yaml.safe_load(value) for path, _, value in (each.partition("=") for each in given.set)}
    print("policies held fixed: share early, an hour earns early, late, early less late")
    for share in SHARES:
        _tell(f"{share:.0%}", played(joiners(share, {"market.days": DAYS, **changes}), given.replications, SETTLED))
    print("imitation: from what share, to what share, an hour earns early, late, early less late")
    for start in STARTS:
        learning = joiners(start, {"market.days": LEARNING_DAYS, "market.learning.rule": "imitation", **changes})
        markets = played(learning, given.replications, LEARNT)
        _tell(f"{start:.0%} to {_with_interval([100 * each.share for each in markets], 1)} %", markets)


def _tell(label: str, markets: list[Found]) -> None:
    early, late = (np.mean([getattr(each, name) for each in markets]) for name in ("early", "late"))
    print(
        f"  {label:20} {early:6.2f} {late:6.2f}   {_with_interval([each.advantage for each in markets], 2)}", flush=True
    )


def _with_interval(values: list[float], digits: int) -> str:
    mean, interval, _ = summed(values)
    return f"{mean:.{digits}f} ± {(interval.high - interval.low) / 2:.{digits}f}"


if __name__ == "__main__":
    main()
