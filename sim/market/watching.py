"""What is watched from day to day, for Mesa's DataCollector."""

from typing import TYPE_CHECKING, Any

import numpy as np
from mesa.datacollection import DataCollector

from sim.market.parties import Seller
from sim.vocabulary import Step

if TYPE_CHECKING:
    from sim.market.model import Market


def collector() -> Any:
    """A collector of the market's and the sellers' days."""
    model_reporters: dict[str, Any] = {
        "day": "day",
        "came": "leads_today",
        "open": lambda market: int(market.books.leads["open"].sum()),
        "won": won_today,
        "ended": lambda market: int(_today(market).sum()),
        "price": mean_price_today,
        "hours": lambda market: float(market.books.selling["worked"].sum()),
    }
    for step in Step:
        model_reporters[step.name.lower()] = _at(step)
    return DataCollector(
        model_reporters=model_reporters,
        agenttype_reporters={
            Seller: {name: name for name in ("number", "policy", "profit", "won", "worked", "hour_worth")}
        },
    )


def won_today(market: "Market") -> int:
    """Deals signed today."""
    return int(market.outcomes["won"][_today(market)].sum())


def mean_price_today(market: "Market") -> float:
    """Mean price signed today, money; NaN if none was."""
    prices = market.outcomes["price"][_today(market)]
    signed = prices[~np.isnan(prices)]
    return float(signed.mean()) if signed.size else float("nan")


def pipeline(market: "Market") -> np.ndarray:
    """How many talks are open at each step of the sales process."""
    steps = market.books.deals["step"][market.books.talks["open"]]
    return np.bincount(steps, minlength=len(Step) + 1)[1:]


def _today(market: "Market") -> np.ndarray:
    days = market.course["day_closed"]
    today = np.zeros(days.size, bool)
    first = int(np.searchsorted(days, market.day))
    today[first:] = True
    return today


def _at(step: Step) -> Any:
    return lambda market: int(pipeline(market)[step.value - 1])
