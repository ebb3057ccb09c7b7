"""Settings prepared once and kept: a page asks for the same market again and again, with other policies."""

from functools import lru_cache

import numpy as np

from agents.catalogue import catalogue
from sim.deal import Setting
from sim.scenario import Scenario
from sim.setting import prepare

RULES = catalogue()
"""The project's own rules, read once: reading them anew in several threads at once is slow, and not safe."""

MOST_KEPT = 128
"""Markets kept in memory; one takes some two megabytes."""


def with_policy(scenario: Scenario, policy: str) -> Scenario:
    """The scenario with another price policy of the seller."""
    return scenario.model_copy(update={"seller": scenario.seller.model_copy(update={"price_policy": policy})})


def with_buyer_tactic(scenario: Scenario, tactic: str) -> Scenario:
    """The scenario with another tactic of the buyer."""
    return scenario.model_copy(update={"buyer": scenario.buyer.model_copy(update={"tactic": tactic})})


def prepared(scenario: Scenario) -> Setting:
    """The setting of a scenario, as `sim.setting.prepare` gives it; policies and tactics are put into a kept one.

    What a seller knows of its market and its price list depend on neither: they are numbers in a party's record.
    """
    numbers = RULES
    kept = _kept(_with_any_rules(scenario).model_dump_json(by_alias=True))
    buyer, seller = _copied(kept.buyer), _copied(kept.seller)
    seller["policy"] = list(numbers.price_policies).index(scenario.seller.price_policy)
    seller["tactic"] = list(numbers.tactics).index(scenario.seller.tactic)
    buyer["tactic"] = list(numbers.tactics).index(scenario.buyer.tactic)
    return Setting(kept.world, buyer, seller, kept.prices)


def _copied(record: np.ndarray) -> np.ndarray:
    """A copy to the last byte: the batch tells by the bytes, gaps between fields included, whether buyers are alike."""
    return np.frombuffer(bytearray(record.tobytes()), record.dtype).view(np.recarray)


def _with_any_rules(scenario: Scenario) -> Scenario:
    """The scenario with the catalogue's first policy and tactic in all seats."""
    numbers = RULES
    tactic = next(iter(numbers.tactics))
    seller = scenario.seller.model_copy(update={"price_policy": next(iter(numbers.price_policies)), "tactic": tactic})
    return with_buyer_tactic(scenario.model_copy(update={"seller": seller}), tactic)


@lru_cache(maxsize=MOST_KEPT)
def _kept(scenario: str) -> Setting:
    return prepare(Scenario.model_validate_json(scenario, context=RULES), RULES)
