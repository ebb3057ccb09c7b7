"""Replications of a market: each its own luck; two settings under one seed and number meet the same leads."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from agents.catalogue import Catalogue
from sim.fate import seed_of_replication
from sim.market.after_sale import Origin
from sim.market.model import Market
from sim.market.parties import Seller
from sim.outcome import to_table
from sim.scenario import Scenario


class Tables(NamedTuple):
    """What a market leaves: a row for each talk that ended, each day, each day of each seller, and each person."""

    deals: pa.Table
    days: pa.Table
    sellers: pa.Table
    people: pa.Table


SELLERS = pa.schema(
    [
        ("day", pa.int64()),
        ("number", pa.int64()),
        ("policy", pa.string()),
        ("profit", pa.float64()),
        ("won", pa.int64()),
        ("worked", pa.float64()),
        ("hour_worth", pa.float64()),
    ]
)
"""The columns of the table of sellers: the same whichever versions of Mesa and pandas make it."""

Told = Callable[[int], None]
"""Told the number of the day that was played."""


def replicate(
    settings: Scenario, seed: int, number: int, rules: Catalogue | None = None, told: Told | None = None
) -> Tables:
    """Play replication ``number`` of a market: a pure function. Raises ValueError as Market does."""
    market = Market(settings, seed_of_replication(seed, number), rules=rules)
    while market.running:
        market.step()
        if told is not None:
            told(market.day)
    return tables_of(market)


def tables_of(market: Market) -> Tables:
    """The tables of a market as far as it was played."""
    return Tables(_deals(market), _days(market), _sellers(market), _people(market))


def _deals(market: Market) -> pa.Table:
    """OUTCOME, and what a market knows besides: days, turn, policy, person, origin, experience, complaints."""
    rows, course = market.outcomes, market.course
    table = to_table(rows[np.newaxis, :], ["market"], list(market.world.solutions)).drop_columns("arm")
    table = table.append_column("policy", _words(course["policy"], market.policy_names))
    table = table.append_column("origin", _words(course["origin"], [each.name.lower() for each in Origin]))
    for name in ("day_opened", "day_closed", "turn", "asks", "person"):
        table = table.append_column(name, pa.array(np.ascontiguousarray(course[name])))
    for name in ("experience", "complaint_cost"):
        values = np.ascontiguousarray(course[name])
        table = table.append_column(name, pa.array(values, mask=np.isnan(values)))
    return table


def _words(codes: np.ndarray, words: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16)), pa.array(words))


def _days(market: Market) -> pa.Table:
    return pa.Table.from_pandas(market.datacollector.get_model_vars_dataframe(), preserve_index=False)


def _sellers(market: Market) -> pa.Table:
    """Policy, profit and hours of each seller at the end of each day; profit and deals won since the first day.

    Days are whole numbers here, though Mesa counts its time in whole numbers or not, as its version is.
    """
    frame = market.datacollector.get_agenttype_vars_dataframe(Seller).reset_index()
    frame = frame.rename(columns={"Step": "day"}).drop(columns="AgentID").sort_values(["day", "number"])
    frame["day"] = frame["day"].astype(int)
    return pa.Table.from_pandas(frame, SELLERS, preserve_index=False).replace_schema_metadata(None)


def _people(market: Market) -> pa.Table:
    """Of each person its acquaintances, the seller it thinks best of, and what it thinks; null without an opinion."""
    opinions = market.books.opinions
    best = opinions.argmax(axis=1)
    has_one = (opinions != 0.0).any(axis=1)
    known = [sorted(market.network.adj[person]) for person in range(len(opinions))]
    return pa.table(
        {
            "person": pa.array(range(len(opinions))),
            "acquaintances": pa.array(known, pa.list_(pa.int32())),
            "trusts": pa.array(best, mask=~has_one),
            "opinion": pa.array(opinions.max(axis=1), mask=~has_one),
        }
    )
