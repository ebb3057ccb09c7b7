"""Scenarios with some traits changed, from the few words of a page's address; a file is read once."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from experiments.study import load_study
from sim.faults import Fault
from sim.overrides import override
from sim.reading import BUNDLED, build, read_settings, scenario_names
from sim.scenario import Scenario
from sim.yaml_places import Settings
from teaching.prepared import RULES

LONGEST_CHANGES = 600
PAGE = "the page's address"


class Trait(NamedTuple):
    """A trait with a slider: where it stands in a scenario, in a few words what it is, and its range."""

    path: str
    label: str
    low: float
    high: float
    step: float

    def stops(self) -> list[float]:
        """The values that the slider can take."""
        count = round((self.high - self.low) / self.step)
        return [round(self.low + place * self.step, 6) for place in range(count + 1)]

    def read(self, text: str) -> float:
        """A value of the trait from a page's address. Raises Fault for what is none."""
        try:
            value = float(text)
        except ValueError:
            raise Fault(f"{PAGE}: '{text[:20]}' is no number for {self.path}") from None
        if not self.low <= value <= self.high:
            raise Fault(f"{PAGE}: {self.path} is {text[:20]}; from {self.low:g} to {self.high:g} would be right")
        return value


TRAITS = (
    Trait("buyer.awareness", "how much of their needs buyers see", 0.3, 1.5, 0.1),
    Trait("buyer.self_knowledge", "how well buyers know what a need is worth", 0.0, 1.0, 0.1),
    Trait("buyer.price_focus", "how often buyers ask for the price", 0.0, 1.0, 0.05),
    Trait("buyer.rival.present", "buyers with another offer at hand", 0.0, 1.0, 0.1),
    Trait("buyer.patience.impatient_share", "buyers in a hurry", 0.0, 1.0, 0.1),
    Trait("buyer.adherence", "how firmly buyers keep to their walk-away point", 0.0, 1.0, 0.1),
    Trait("buyer.clarity", "how clearly buyers see their alternative", 0.0, 1.0, 0.1),
    Trait("seller.reframing_skill", "how well the seller turns the price question", 0.0, 1.0, 0.1),
    Trait("seller.discovery_skill", "how much the seller learns from an answer", 0.0, 3.0, 0.25),
    Trait("seller.max_questions", "most questions the seller asks", 0, 18, 1),
    Trait("seller.markup", "opening mark-up on the price aimed at", 0.0, 0.6, 0.05),
    Trait("seller.adherence", "how firmly the seller keeps to its walk-away point", 0.0, 1.0, 0.1),
    Trait("forces.requote", "what a raised number costs in goodwill", 0.0, 2.0, 0.1),
    Trait("forces.border", "how far a number closes mouths", 0.0, 0.9, 0.1),
    Trait("forces.anchor_reservation", "how far a first number anchors the limit", 0.0, 1.0, 0.1),
    Trait("forces.shock", "how readily a number too high drives buyers off", 0.0, 10.0, 0.5),
)
"""The traits with sliders, in the order of the page; a scenario of one's own may change any other in its file."""


def trait(path: str) -> Trait:
    """The trait at that path. Raises Fault where it has no slider."""
    found = next((each for each in TRAITS if each.path == path), None)
    if found is None:
        raise Fault(f"{PAGE}: there is no slider for '{path[:60]}'; one of {', '.join(t.path for t in TRAITS)}")
    return found


WHOLE = ("seller.max_questions", "market.sellers")
"""Settings that are whole numbers."""


def market(name: str, changes: Mapping[str, float | str] | None = None) -> Scenario:
    """A bundled scenario with traits changed. Raises Fault, also for a name that is none of a bundled scenario."""
    if name not in scenario_names():
        raise Fault(f"there is no scenario named '{name[:60]}'; one of {', '.join(scenario_names())}")
    return _market(name, tuple(sorted((changes or {}).items())))


@lru_cache(maxsize=512)
def _market(name: str, changes: tuple[tuple[str, float | str], ...]) -> Scenario:
    whole = {path: int(value) if path in WHOLE else value for path, value in changes}
    return build(override(_read(name), Scenario, whole, PAGE), Scenario, rules=RULES)


@lru_cache(maxsize=32)
def _read(name: str) -> Settings:
    return read_settings(BUNDLED / f"{name}.yaml")


@lru_cache(maxsize=1)
def usual_seed() -> int:
    """The seed of the default study: whose buyers the pages show."""
    return load_study("price_timing").seed or 0


def value_of(scenario: Scenario, path: str) -> float:
    """What a trait is in a scenario."""
    value: object = scenario
    for part in path.split("."):
        value = getattr(value, part)
    return float(value) if isinstance(value, int | float) else 0.0


def changes_in(text: str) -> dict[str, float]:
    """Traits changed, from ``buyer.awareness:0.7,forces.shock:2``. Raises Fault for what is no such text."""
    if len(text) > LONGEST_CHANGES:
        raise Fault(f"{PAGE}: changes of {len(text)} characters; at most {LONGEST_CHANGES} would be right")
    found = {}
    for part in filter(None, text.split(",")):
        path, _, value = part.partition(":")
        found[path] = trait(path).read(value)
    return found


def told_changes(changes: Mapping[str, float]) -> str:
    """Traits changed, as ``changes_in`` reads them."""
    return ",".join(f"{path}:{value:g}" for path, value in sorted(changes.items()))
