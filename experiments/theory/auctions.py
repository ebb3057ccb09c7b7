"""The sealed-bid double auction: its linear equilibrium [ChatterjeeSamuelson1983], honest bids, and no thought at all.

What the good costs the seller and is worth to the buyer are uniform on (0, 1). Zero-intelligence traders name any price
that is no loss: an ask uniform on (cost, 1), a bid uniform on (0, worth). They trade with probability
``(w - c)^2 / (2 w (1 - c))`` where w > c; integrated over both, that is pi^2/12 - 3/4.
"""

import math

import numpy as np

from experiments.theory.rows import Check, Row, average_of, on_average
from sim.game import End
from sim.game_settings import GameSettings
from sim.games import play_games

WEIGHTS = (0.0, 0.25, 0.75, 1.0)
"""Weights k of the bid in the price, besides one half."""


def _auction(tactic: str, k: float, deals: int, seed: int) -> np.ndarray:
    player = {"low": 0.0, "high": 1.0, "tactic": tactic}
    settings = {"game": "double_auction", "k": k, "seller": player, "buyer": player}
    return play_games(GameSettings.model_validate(settings), seed, deals)


def _trade_and_gains(rows: np.ndarray, trade: tuple[str, float], gains: tuple[str, float], who: str = "") -> list[Row]:
    agreed = (rows["end"] == End.AGREED).astype(float)
    both = rows["seller_gain"] + rows["buyer_gain"]
    return [
        on_average(f"{who}they trade", *trade, average_of(agreed)),
        on_average(f"{who}gains of both", *gains, average_of(both)),
    ]


def _linear_equilibrium(deals: int, seed: int) -> list[Row]:
    half = _auction("linear_equilibrium", 0.5, deals, seed)
    rows = _trade_and_gains(half, ("9/32", 9 / 32), ("9/64", 9 / 64), "k 1/2: ")
    for k in WEIGHTS:
        agreed = _auction("linear_equilibrium", k, deals, seed)["end"] == End.AGREED
        target = (1 + k) * (2 - k) / 8
        rows.append(on_average(f"k {k:g}: they trade", "(1 + k)(2 - k) / 8", target, average_of(agreed * 1.0)))
    return rows


def _honest(deals: int, seed: int) -> list[Row]:
    """A tactic that goes by time names its limit as its last word, and a sealed offer is one."""
    return _trade_and_gains(_auction("linear", 0.5, deals, seed), ("1/2", 1 / 2), ("1/6", 1 / 6))


def _zero_intelligence(deals: int, seed: int) -> list[Row]:
    rows = _auction("zero_intelligence", 0.5, deals, seed)
    known = GameSettings.model_validate(
        {
            "game": "double_auction",
            "seller": {"low": 0.0, "high": 0.0, "tactic": "zero_intelligence"},
            "buyer": {"low": 1.0, "high": 1.0, "tactic": "zero_intelligence"},
        }
    )
    trades = (play_games(known, seed, deals)["end"] == End.AGREED) * 1.0
    agreed = rows["end"] == End.AGREED
    squared = math.pi**2 / 12
    return [
        *_trade_and_gains(rows, ("pi^2/12 - 3/4", squared - 3 / 4), ("31/36 - pi^2/12", 31 / 36 - squared)),
        on_average("price where they trade", "1/2, by symmetry", 0.5, average_of(rows["price"][agreed])),
        on_average("cost 0, worth 1: they trade", "1/2", 0.5, average_of(trades)),
    ]


CHECKS = (
    Check("double_auction", "Sealed-bid double auction: its linear equilibrium", _linear_equilibrium),
    Check("honest_offers", "Sealed-bid double auction: both name their limit", _honest),
    Check("zero_intelligence", "Sealed-bid double auction: zero intelligence", _zero_intelligence),
)
