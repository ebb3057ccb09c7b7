"""Cells, for theory: a question tells in which of n equal parts of its range the worth of the only need lies.

What a seller believes is then exact: a uniform distribution over the cell, which a normal belief cannot be. That takes
a world in which nothing else is uncertain about what the buyer would pay (``faults_of``).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sim.faults import Keys

NEEDED: dict[Keys, Any] = {
    ("need_cost",): 0.0,
    ("terms",): {},
    ("prospecting",): None,
    ("qualification",): None,
    ("group",): None,
    ("buyer", "awareness"): 1.0,
    ("buyer", "self_knowledge"): 1.0,
    ("buyer", "budget"): None,
    ("buyer", "shoppers"): None,
    ("buyer", "rival", "present"): 0.0,
    ("buyer", "clarity_error"): 0.0,
    ("conversation", "latent"): 0.0,
    ("conversation", "reports"): True,
    ("signing", "bias"): 0.0,
    ("signing", "uncertainty_bias"): 0.0,
    ("signing", "spread"): 0.0,
    ("forces", "border"): 0.0,
    ("forces", "openness"): 0.0,
    ("forces", "requote"): 0.0,
}
"""What a scenario with cells must say, by setting: else a uniform belief would be wrong."""


class Unfit(NamedTuple):
    """A setting that does not go with cells: where, what it is, and what it would have to be."""

    keys: Keys
    got: Any
    wanted: str


def faults_of(scenario: Any) -> Iterator[Unfit]:
    """The settings of a scenario with cells that do not go with them."""
    if len(scenario.needs) != 1:
        yield Unfit(("needs",), len(scenario.needs), "one need only")
    for name, need in scenario.needs.items():
        if need.worth.family != "uniform":
            yield Unfit(("needs", name, "worth", "family"), need.worth.family, "uniform")
        if need.present != 1.0:
            yield Unfit(("needs", name, "present"), need.present, "1")
    for keys, wanted in NEEDED.items():
        got = scenario
        for key in keys:
            got = getattr(got, str(key))
        if got != wanted:
            yield Unfit(keys, got, _told(wanted))


def _told(wanted: Any) -> str:
    if wanted is None or wanted == {}:
        return "nothing"
    return "true" if wanted is True else f"{wanted:g}"
