"""Prices and discovery inside a sale, against buyers whose worth is uniform on (0, 1).

The sale is the whole of it, from the first contact to the signature: a seller who names a price, a buyer who takes it
or leaves it. With cells (sim/cells.py) the seller's belief is exactly uniform.
"""

import math
from collections.abc import Mapping
from typing import Any

from experiments.statistics import Interval
from experiments.theory.rows import ROUNDING, Check, Measure, Row, averages, exactly, on_average
from sim.scenario import Scenario

COSTS = (0.0, 0.2, 0.5)
CELLS = (1, 2, 4, 8)
STEP = 0.05
"""Between list prices that are tried."""
SD = math.floor(1e15 / math.sqrt(12.0)) / 1e15
"""Standard deviation of a uniform distribution on (0, 1), rounded down: a hair wider it would reach below nothing."""
MEASURES: Mapping[str, Measure] = {
    "profit": lambda rows: rows["seller_profit"],
    "sales": lambda rows: rows["won"],
    "welfare": lambda rows: rows["seller_profit"] + rows["buyer_surplus"],
    "first quote": lambda rows: rows["first_quote"],
}


def sale(cost: float = 0.0, cells: int = 1, list_price: float | None = None, questions: int = 0) -> Scenario:
    """A seller with one good that costs ``cost``, and buyers who know that it is worth something on (0, 1) to them."""
    pricing: dict[str, Any] = {} if list_price is None else {"model": "list", "price": list_price}
    policy = "after_needs_analysis" if questions else "on_first_ask"
    return Scenario.model_validate(
        {
            "schema": 1,
            "name": "theory",
            "title": "A world of theory",
            "question": "What does the seller ask, and what does it earn?",
            "story": "One need, one solution, a price to take or leave.",
            "currency": "money",
            "needs": {
                "need": {"label": "the need", "present": 1, "worth": {"family": "uniform", "mean": 0.5, "sd": SD}}
            },
            "solutions": {
                "good": {
                    "label": "the good", "covers": {"need": 1}, "base_cost": cost, "typical_price": 0.5,
                    "pricing": pricing,
                }
            },
            "protocol": "take_it_or_leave_it",
            "buyer": {"price_focus": 1, "slack": 1, "unlimited_patience": True},
            "seller": {"price_policy": policy, "max_questions": questions},
            "conversation": {"answer_noise": 0, "latent": 0, "cells": cells},
        }
    )  # fmt: skip


def _posted_price(deals: int, seed: int) -> list[Row]:
    """The best of many list prices, and the price the seller finds by itself."""
    rows = []
    for cost in COSTS:
        best, profit = 0.5 * (1.0 + cost), 0.25 * (1.0 - cost) ** 2
        steps = math.ceil((1.0 - best) / STEP) - 1
        prices = [round(best + STEP * i, 10) for i in range(-steps, steps + 1)]
        own, *posted = averages([sale(cost), *(sale(cost, list_price=p) for p in prices)], MEASURES, deals, seed)
        earned = [arm["profit"].mean for arm in posted]
        found = prices[earned.index(max(earned))]
        case = f"cost {cost:g}: "
        rows += [
            Row(f"{case}best list price", "(1 + c) / 2", best, found, _within_a_step(found)),
            on_average(f"{case}its profit", "(1 - c)^2 / 4", profit, posted[prices.index(best)]["profit"]),
            exactly(f"{case}seller's own price", "(1 + c) / 2", best, own["first quote"].mean),
            on_average(f"{case}its profit", "(1 - c)^2 / 4", profit, own["profit"]),
        ]
    return rows


def _within_a_step(price: float) -> Interval:
    return Interval(price - STEP - ROUNDING, price + STEP + ROUNDING)


def _discovery(deals: int, seed: int) -> list[Row]:
    """The seller asks once, learns in which of n cells the worth lies, and names the price for that cell."""
    arms = averages([sale(cells=n, questions=1) for n in CELLS], MEASURES, deals, seed)
    rows = []
    for n, arm in zip(CELLS, arms, strict=True):
        profit = (n - 1) / (2 * n) + 1 / (4 * n**2)
        case = f"{n} cell{'s' if n > 1 else ''}: "
        rows += [
            on_average(f"{case}profit", "(n-1)/(2n) + 1/(4n^2)", profit, arm["profit"]),
            on_average(f"{case}sales", "1 - 1/(2n)", 1 - 1 / (2 * n), arm["sales"]),
            on_average(f"{case}gains of both", "1/2 - 1/(8n^2)", 1 / 2 - 1 / (8 * n**2), arm["welfare"]),
        ]
    return rows


CHECKS = (
    Check("posted_price", "Posted price c to 1, in a sale to buyers uniform on (0, 1)", _posted_price),
    Check("discovery", "Value of discovery, in a sale: one question tells the cell, of n", _discovery),
)
