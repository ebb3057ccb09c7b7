"""A plan: a study with everything settled that decides what its results will be, and a hash of it."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from agents.catalogue import Catalogue, catalogue
from experiments.cells import Cell, cells_of
from experiments.limits import MOST_SEED
from experiments.study import Overrides, Study, changed, load_study, rules_of, scenarios_of, with_plugins
from sim.faults import Fault, hint_at_names
from sim.scenario import Scenario

HERE = Path(__file__).parent
LENGTH_OF_SHORT_HASH = 8


@dataclass(frozen=True)
class Plan:
    """A study whose seed is known, the scenario of each arm, in the order of the arms, and the rules in play.

    ``scenarios`` are those without the sweep; ``cells`` hold them with it.
    """

    study: Study
    scenarios: tuple[Scenario, ...]
    rules: Catalogue = field(default_factory=catalogue)

    @property
    def arms(self) -> tuple[str, ...]:
        """The names of the arms, in their order."""
        return tuple(self.study.arms)

    @property
    def seed(self) -> int:
        """The seed, drawn if the study left it open."""
        if self.study.seed is None:
            raise ValueError("a plan has a seed")
        return self.study.seed

    @property
    def solutions(self) -> tuple[str, ...]:
        """The names of the solutions in the scenario's order, the same in all arms."""
        return tuple(self.scenarios[0].solutions)

    @property
    def currency(self) -> str:
        """The unit of money."""
        return self.scenarios[0].currency

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of the study, one where nothing is swept. Raises Fault."""
        return cells_of(self.study, self.scenarios, self.rules)

    @property
    def is_swept(self) -> bool:
        """Whether the study has a sweep, be it of one cell."""
        return self.study.sweep is not None

    @cached_property
    def identity(self) -> Mapping[str, Any]:
        """Everything that determines the results, as JSON can hold it: no path, no host, no time."""
        from agents.rule import rules_hash  # numba and Arrow take a second to import; checking does without
        from sim.outcome import SCHEMA_VERSION, SEMANTICS_VERSION

        study = self.study.model_dump(mode="json", by_alias=True)
        resolved = [scenario.model_dump(mode="json", by_alias=True) for scenario in self.scenarios]
        return {
            "study": {**study, "scenario": self.scenarios[0].name, "plugins": sorted(self.rules.own_rules)},
            "scenarios": dict(zip(self.arms, resolved, strict=True)),
            **({"cells": [[cell.number, dict(cell.settings)] for cell in self.cells]} if self.is_swept else {}),
            "schema_version": SCHEMA_VERSION,
            "semantics_version": SEMANTICS_VERSION,
            "rules": rules_hash(),
            "plugins": {name: entry.fingerprint for name, entry in sorted(self.rules.own_rules.items())},
            "evaluation": evaluation_hash(),
        }

    @cached_property
    def hash(self) -> str:
        """A hash of the identity, in full."""
        return hashlib.sha256(json.dumps(self.identity, sort_keys=True).encode()).hexdigest()

    @property
    def folder_name(self) -> str:
        """The name of the results' folder."""
        return f"{self.study.name}-{self.hash[:LENGTH_OF_SHORT_HASH]}"


def plan_of(study: Study | str | Path, overrides: Overrides | None = None, plugins: Iterable[str | Path] = ()) -> Plan:
    """Settle a study: its overrides, its seed, its rules, and the scenario of every arm. Raises Fault.

    ``plugins`` are files of policies and tactics besides those that the study names.
    """
    known = changed(study, overrides or {}) if isinstance(study, Study) else load_study(study, overrides)
    if known.seed is None:
        known = known.model_copy(update={"seed": secrets.randbelow(MOST_SEED + 1)})
    known = with_plugins(known, plugins)
    rules = rules_of(known)
    plan = Plan(known, scenarios_of(known, rules), rules)
    _check_precision(plan)
    _check_market(plan)  # looks at all cells: their faults are told before anything is played
    return plan


def _check_precision(plan: Plan) -> None:
    """Raise Fault for a precision that cannot be reached because there is nothing to know exactly."""
    precision = plan.study.precision
    if precision is None:
        return
    from experiments.measures import QUANTITIES  # imports Arrow

    names = [each.name for each in QUANTITIES]
    if plan.study.is_market:
        from experiments.market_measures import known_names  # Mesa takes a second to import

        names = known_names(plan.rules.price_policies)
    chosen = precision.quantity_of(is_market=plan.study.is_market)
    if chosen not in names:
        hint = hint_at_names(chosen, names)
        raise Fault(f"study {plan.study.name}  precision.quantity: '{chosen}' is not a quantity\n    {hint}")
    if len(plan.arms) < 2 and not plan.study.is_market:
        raise Fault(f"study {plan.study.name}  precision: with one arm there is no difference to know")


def _check_market(plan: Plan) -> None:
    """Raise Fault for replications of a scenario that says nothing of a market."""
    for cell in plan.cells:
        for arm, scenario in zip(plan.arms, cell.scenarios, strict=True):
            if plan.study.is_market and scenario.market is None:
                raise Fault(
                    f"study {plan.study.name}, arm {arm}  replications: {scenario.name} says nothing of a market\n"
                    "    a group 'market' in the scenario would be right, as in market_garages, or deals instead"
                )


@lru_cache
def evaluation_hash() -> str:
    """A hash of this room's sources: with an edited statistic, a result is a new one, not the old one."""
    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
