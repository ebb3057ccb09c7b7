"""Small worlds for tests: scenarios made in Python, and what to compare between their outcomes."""

from typing import Any

import numpy as np

from sim.batch import play
from sim.scenario import Scenario

COMPARED = ("won", "solution", "price", "seller_profit", "buyer_surplus")

PLAIN: dict[str, Any] = {
    "schema": 1,
    "name": "plain",
    "title": "A plain world",
    "question": "When?",
    "story": "Three needs, two solutions, nothing between the parties.",
    "currency": "money",
    "needs": {
        "first": {"label": "the first need", "present": 1.0, "worth": {"family": "normal", "mean": 50, "sd": 15}},
        "second": {"label": "the second need", "present": 1.0, "worth": {"family": "normal", "mean": 30, "sd": 12}},
        "third": {"label": "the third need", "present": 1.0, "worth": {"family": "normal", "mean": 20, "sd": 10}},
    },
    "solutions": {
        "small": {"label": "the small one", "covers": {"first": 1.0}, "base_cost": 10, "typical_price": 30},
        "large": {
            "label": "the large one",
            "covers": {"first": 1.0, "second": 1.0, "third": 0.8},
            "base_cost": 30,
            "typical_price": 60,
        },
    },
    "buyer": {
        "self_knowledge": 0.5,
        "rival": {"present": 1.0, "surplus_mean": 10, "basis": "money"},
        "price_focus": 1.0,
        "unlimited_patience": True,
        "taker_share": 1.0,
        "slack": 1.0,
    },
    "seller": {"reframing_skill": 1.0, "markup": 0.0},
    "conversation": {"answer_noise": 8, "latent": 0.5},
}


def world(**changes: Any) -> Scenario:
    """The plain world with changes; a name like ``buyer__awareness`` reaches into a group."""
    settings = _copied(PLAIN)
    for name, value in changes.items():
        *path, last = name.split("__")
        group = settings
        for key in path:
            group = group.setdefault(key, {})
        group[last] = value
    return Scenario.model_validate(settings)


def _copied(value: Any) -> Any:
    return {key: _copied(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def played(*scenarios: Scenario, deals: int = 20_000, seed: int = 1, **options: Any) -> np.ndarray:
    """All deals of the scenarios as one array (arms, deals)."""
    return np.concatenate(list(play(scenarios, seed, deals, **options)), axis=1)


def early_and_late(deals: int = 20_000, seed: int = 1, **changes: Any) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the same buyers under ``on_first_ask`` and under ``after_needs_analysis``."""
    early = world(**{**changes, "seller__price_policy": "on_first_ask"})
    late = world(**{**changes, "seller__price_policy": "after_needs_analysis"})
    rows = played(early, late, deals=deals, seed=seed)
    return rows[0], rows[1]


def same_rows(one: np.ndarray, other: np.ndarray, columns: tuple[str, ...] | None = None) -> bool:
    """Whether all columns (or the given ones) are equal to the last bit, NaN counting as equal to NaN."""
    return not columns_that_differ(one, other, columns)


def columns_that_differ(one: np.ndarray, other: np.ndarray, columns: tuple[str, ...] | None = None) -> list[str]:
    """The names of the columns in which two sets of rows differ."""
    names = columns or one.dtype.names or ()
    return [name for name in names if not _same(one[name], other[name])]


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))


def mean_difference(one: np.ndarray, other: np.ndarray, column: str) -> tuple[float, float]:
    """Mean paired difference one - other of a column, and its standard error."""
    difference = one[column].astype(float) - other[column]
    return float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(difference.size))
