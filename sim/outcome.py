"""OUTCOME: the one schema of results, one row per arm and deal.

Columns are added, never reused. ``SCHEMA_VERSION`` counts changes of the columns, ``SEMANTICS_VERSION`` changes of
the model that change answers; both are in the metadata of every file written.

Money is in the scenario's currency, effort in contacts. A number that does not exist (the price of a lost deal) is
NaN in arrays and null in tables.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from agents.views import Kind
from sim.vocabulary import Destination, Reason, Step

SCHEMA_VERSION = 3
SEMANTICS_VERSION = 1


class Column(NamedTuple):
    """One column of the results: its type in arrays, its unit, what it means, and its dictionary if it has one."""

    name: str
    kind: str
    unit: str
    meaning: str
    words: str = ""


COLUMNS = (
    Column("deal", "i8", "", "the buyer's number; the same buyer with the same luck in every arm"),
    Column("asked_first", "?", "", "whether the buyer asked for the price at the first contact"),
    Column("won", "?", "", "whether the deal was signed"),
    Column("exit_step", "i1", "", "the step of the sales process in which the deal ended", "step"),
    Column("exit_reason", "i1", "", "why it ended", "reason"),
    Column("destination", "i1", "", "whether the buyer bought here, from a competitor, or not at all", "destination"),
    Column("solution", "i1", "", "the solution presented, or quoted where none was presented", "solution"),
    Column("best_solution", "i1", "", "the solution with the largest true worth less cost", "solution"),
    Column("quoted_solution", "i1", "", "the solution that the first number was for", "solution"),
    Column("first_quote", "f8", "money", "the first number named"),
    Column("first_quote_contact", "i2", "contacts", "the contact in which it was named; 0 if none was"),
    Column("last_quote", "f8", "money", "the last number named before bargaining"),
    Column("price", "f8", "money", "the price signed"),
    Column("rounds", "i2", "rounds", "rounds of bargaining; 0 if a number was simply taken"),
    Column("contacts", "f8", "contacts", "contacts the seller spent, attempts, preparation and bargaining included"),
    Column("questions", "i2", "", "questions asked about needs"),
    Column("refusals", "i2", "", "times the seller declined to name a price when asked"),
    Column("hours", "f8", "hours", "working time the seller spent"),
    Column("days", "f8", "days", "calendar time; null where deals are played without a calendar"),
    Column(
        "seller_profit",
        "f8",
        "money",
        "price less cost to serve, adaptation, contacts and lead, plus later business; minus contacts and lead if lost",
    ),
    Column(
        "buyer_surplus", "f8", "money", "worth less price, true BATNA, adaptation and contacts; minus contacts if lost"
    ),
    Column(
        "first_best",
        "f8",
        "money",
        "the most there was to gain: max(0, worth - cost to serve - true BATNA), or 0 if nobody could buy",
    ),
    Column("value", "f8", "money", "true worth to the buyer of the solution sold, at the terms agreed"),
    Column("cost", "f8", "money", "true cost to serve of the solution sold, at the terms agreed"),
    Column("batna", "f8", "money", "the true worth of the buyer's best alternative"),
    Column("contact_costs", "f8", "money", "what the contacts cost both sides together"),
    Column("reservation_price", "f8", "money", "the buyer's reservation price when the deal ended"),
    Column("seller_limit", "f8", "money", "the seller's reservation price when the deal ended"),
    Column("zopa", "f8", "money", "at the start of bargaining, the buyer's less the seller's reservation price"),
    Column("buyer_violation", "?", "", "the buyer signed beyond its own limit, by its own beliefs"),
    Column("seller_violation", "?", "", "the seller signed beyond its own limit, by its own beliefs"),
    Column("buyer_regret", "f8", "money", "by how much the deal was worse in truth than the buyer's BATNA"),
    Column("seller_regret", "f8", "money", "by how much the deal was worse in truth than not signing it"),
    Column("members", "i1", "", "people in the buying group"),
    Column("seller", "i4", "", "the seller's number; 0 where there is one"),
    Column(
        "terms",
        "i4",
        "",
        "levels agreed of the terms besides price, a decimal digit each, the first term's last; 0 if all are standard",
    ),
    Column("in_market", "?", "", "whether the buyer meant to buy now"),
    Column("authority", "?", "", "whether who spoke for the buyer could sign"),
    Column("shopper", "?", "", "whether the buyer only compared prices"),
    Column("attempts", "i1", "", "attempts to reach the lead; 0 where buyers come by themselves"),
    Column("qualified", "?", "", "whether the buyer was asked what qualification asks"),
    Column("times_asked", "i2", "", "times the buyer asked for the price"),
    Column("first_reply", "i1", "", "what kind the first number named was of", "reply"),
    Column("objections", "i1", "", "objections raised"),
    Column("buyer_contacts", "f8", "contacts", "contacts the buyer spent, bargaining included"),
    Column("later_profit", "f8", "money", "profit from later business with this buyer, part of the seller's profit"),
    Column("buyer_true_violation", "?", "", "the deal was worse in truth than the buyer's BATNA"),
    Column("seller_true_violation", "?", "", "the deal was worse in truth than what signing it made the seller forgo"),
    Column("terms_gain", "f8", "money", "true worth less true cost of the terms agreed; 0 if lost"),
    Column("terms_best", "f8", "money", "the most that could have been: true worth less true cost of the best terms"),
    Column("created", "f8", "money", "value created: what both sides gained by the deal signed, before contacts"),
    Column("claimed", "f8", "money", "the seller's part of that"),
    Column(
        "pareto_distance",
        "f8",
        "money",
        "value left on the table: what the seller could have gained more with the buyer as well off",
    ),
    Column("nash_distance", "f8", "money", "how far the gains of both are from the Nash point"),
    Column("kalai_smorodinsky_distance", "f8", "money", "the same from the Kalai-Smorodinsky point"),
    Column("egalitarian_distance", "f8", "money", "the same from the egalitarian point"),
    Column("utilitarian_distance", "f8", "money", "the same from the nearest division of the largest joint gain"),
)

OUTCOME = np.dtype([(column.name, column.kind) for column in COLUMNS], align=True)

STEPS = ("", *(step.name.lower() for step in Step))
REASONS = tuple(reason.name.lower() for reason in Reason)
REPLIES = tuple(kind.name.lower() for kind in Kind)
DESTINATIONS = tuple(destination.name.lower() for destination in Destination)


def to_table(rows: np.ndarray, arms: Sequence[str], solutions: Sequence[str]) -> pa.Table:
    """Turn played rows into a table with words for codes and nulls for what does not exist.

    ``rows`` has the shape (arms, deals) and the type OUTCOME; the table has arms x deals rows, the deals of an arm
    together, and first of all the column ``arm``. ``solutions`` are the names in the scenario's order.
    """
    count = rows.shape[1]
    flat = np.ascontiguousarray(rows).reshape(-1)
    words = {
        "step": STEPS,
        "reason": REASONS,
        "destination": DESTINATIONS,
        "reply": REPLIES,
        "solution": tuple(solutions),
    }
    arm_codes = np.repeat(np.arange(len(arms), dtype=np.int8), count)
    columns = [pa.DictionaryArray.from_arrays(pa.array(arm_codes), pa.array(list(arms)))]
    for column in COLUMNS:
        values = np.ascontiguousarray(flat[column.name])
        if column.words:
            codes = pa.array(values, mask=values < 0)
            columns.append(pa.DictionaryArray.from_arrays(codes, pa.array(list(words[column.words]))))
        elif column.kind == "f8":
            columns.append(pa.array(values, mask=np.isnan(values)))
        else:
            columns.append(pa.array(values))
    return pa.Table.from_arrays(columns, schema=schema())


def schema() -> pa.Schema:
    """The schema of the results as Parquet files carry it, meaning and unit of each column in its metadata."""
    described = {b"meaning": b"the price policy or other setting compared", b"unit": b""}
    fields = [pa.field("arm", pa.dictionary(pa.int8(), pa.string()), metadata=described)]
    for column in COLUMNS:
        if column.words:
            kind = pa.dictionary(pa.int8(), pa.string())
        else:
            kind = pa.from_numpy_dtype(np.dtype(column.kind))
        described = {b"meaning": column.meaning.encode(), b"unit": column.unit.encode()}
        fields.append(pa.field(column.name, kind, metadata=described))
    versions = {b"zopa.schema": str(SCHEMA_VERSION).encode(), b"zopa.semantics": str(SEMANTICS_VERSION).encode()}
    return pa.schema(fields, metadata=versions)
