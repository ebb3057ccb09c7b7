"""Small markets for tests."""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.market.model import Market
from sim.reading import load_scenario
from sim.scenario import Scenario

BUSY: dict[str, Any] = {
    "sellers": 6,
    "leads_per_day": 12.0,
    "days": 60,
    "hours_per_day": 2.0,
    "delivery_hours": 1.0,
    "policies": {"on_first_ask": 1.0, "after_needs_analysis": 1.0, "with_proposal": 1.0},
    "asking": {"comparers": 0.5, "sellers": 3, "undercutting": 3, "carried": 0.5, "patience_days": 10},
    "reputation": {"trust": 1.0, "experience": 0.5, "word_of_mouth": 0.2, "people": 100},
    "after_sale": {"referral": 0.2, "repeat": 0.2, "repeat_days": 10, "complaint": 0.5, "complaint_cost": 0.1},
    "learning": {"rule": "imitation", "review_days": 10, "mutation": 0.05},
}
"""A market in which everything is at work."""


def market_scenario(name: str = "auto_repair", settings: dict[str, Any] | None = None, **market: Any) -> Scenario:
    """A bundled scenario as a market."""
    return load_scenario(name, {"later_business": 0.0, **(settings or {}), "market": market})


def played_market(scenario: Scenario, seed: int = 3, **options: Any) -> Market:
    """A market played to its last day."""
    market = Market(scenario, seed, **options)
    market.run_model()
    return market


@cache
def busy_market(seed: int = 3) -> Market:
    """The market in which everything is at work, played to its last day."""
    return played_market(market_scenario(**BUSY), seed)


def example(name: str) -> ModuleType:
    """A script among the examples, as a module."""
    path = Path(__file__).parents[1] / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
