"""The simulated field that facts are measured in: a scenario, played with settings changed as a study would.

Arms of a comparison meet the same buyers with the same luck. Where a fact is about the market as it is, half of the
sellers name a price when first asked and half after needs analysis (ASSUMPTION: nobody has counted them).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from experiments.named import behind
from experiments.validation.findings import share
from sim.batch import play
from sim.reading import load_scenario
from sim.vocabulary import Reason, Step

EARLY: Mapping[str, Any] = {"seller.price_policy": "on_first_ask"}
LATE: Mapping[str, Any] = {"seller.price_policy": "after_needs_analysis"}
ONE_ISSUE: Mapping[str, Any] = {"terms": {}}
"""Nothing to settle but the price, as in most experiments on bargaining."""


@dataclass(frozen=True)
class Field:
    """A scenario with settings, so many deals in each arm, and the luck."""

    scenario: str
    deals: int
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    workers: int = 1

    def arms(self, *changes: Mapping[str, Any], deals: int | None = None) -> np.ndarray:
        """The rows (arms, deals) of the same buyers under each of some changes of settings."""
        scenarios = [load_scenario(self.scenario, {**self.settings, **change}) for change in changes]
        return np.concatenate(list(play(scenarios, self.seed, deals or self.deals, workers=self.workers)), axis=1)

    @classmethod
    def named(cls, name: str, deals: int, seed: int, settings: Mapping[str, Any], workers: int) -> "Field":
        """The field of a scenario or, by a study's name, of its scenario with the settings that all its arms share.

        Raises Fault for a name or settings that are wrong.
        """
        scenario, settings = behind(name, settings)
        return cls(scenario, deals, seed, settings, workers).checked()

    def checked(self) -> "Field":
        """The field itself, if it can be played. Raises Fault for settings that are wrong."""
        load_scenario(self.scenario, self.settings)
        return self

    def elsewhere(self, scenario: str) -> "Field":
        """The same deals and luck in another scenario, as it stands."""
        return Field(scenario, self.deals, self.seed, {}, self.workers)

    @cached_property
    def early_and_late(self) -> np.ndarray:
        """The rows (2, deals) of early and late sellers."""
        return self.arms(EARLY, LATE)

    @property
    def rows(self) -> np.ndarray:
        """The market as it is: every other buyer met an early seller, the others a late one."""
        early, late = self.early_and_late
        return np.asarray(np.where(early["deal"] % 2 == 0, early, late))


def random_arm(rows: np.ndarray) -> np.ndarray:
    """Of each deal (in the last axis) the row of one arm, taken in turn: whom chance put into which arm."""
    return np.asarray(rows[assigned(rows), np.arange(rows.shape[1])])


def assigned(rows: np.ndarray) -> np.ndarray:
    """The arm of each deal when chance puts each buyer into one."""
    return np.asarray(rows["deal"][0] % rows.shape[0])


def is_opportunity(rows: np.ndarray) -> np.ndarray:
    """Deals that came as far as needs analysis: qualified, or never asked."""
    return np.asarray(rows["exit_step"] >= Step.NEEDS_ANALYSIS)


def is_proposed(rows: np.ndarray) -> np.ndarray:
    """Opportunities that were proposed or quoted: a number was named [RainGroup2016]."""
    return np.asarray(is_opportunity(rows) & (rows["first_quote_contact"] > 0))


def sat_down(rows: np.ndarray) -> np.ndarray:
    """Deals in which both came to the table with a zone of possible agreement, as they saw it themselves."""
    return np.asarray(rows["zopa"] > 0)


def agreed(rows: np.ndarray) -> np.ndarray:
    """Deals that found a price, whether or not they were signed."""
    return np.asarray(rows["exit_step"] == Step.SECURING)


def talks_failed(rows: np.ndarray) -> np.ndarray:
    """Deals that ended in an impasse or a breakdown of the talks."""
    return np.isin(rows["exit_reason"], (Reason.IMPASSE, Reason.BREAKDOWN))


def impasse_rate(rows: np.ndarray) -> float:
    """Of those who sat down with a zone of possible agreement, the share that found no price."""
    return share(talks_failed(rows), sat_down(rows))


def share_of_seller(rows: np.ndarray) -> np.ndarray:
    """Where between the limits of seller (0) and buyer (1) the price lies; NaN without a price or a zone.

    Prices and limits are at standard terms only where there is one issue.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sat_down(rows), (rows["price"] - rows["seller_limit"]) / rows["zopa"], np.nan)
