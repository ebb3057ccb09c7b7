"""OUTCOME: its columns are documented and fixed, and tables and files say what arrays say."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from worlds import played

from agents.views import Kind
from sim.outcome import (
    COLUMNS,
    DESTINATIONS,
    OUTCOME,
    REASONS,
    REPLIES,
    SCHEMA_VERSION,
    SEMANTICS_VERSION,
    STEPS,
    Column,
    schema,
    to_table,
)
from sim.reading import load_scenario
from sim.vocabulary import Destination, Reason, Step

UNITS = {"", "money", "contacts", "rounds", "hours", "days"}
FIRST_VERSION = (
    "deal", "asked_first", "won", "exit_step", "exit_reason", "destination", "solution", "best_solution",
    "quoted_solution", "first_quote", "first_quote_contact", "last_quote", "price", "rounds", "contacts", "questions",
    "refusals", "hours", "days", "seller_profit", "buyer_surplus", "first_best", "value", "cost", "batna",
    "contact_costs", "reservation_price", "seller_limit", "zopa", "buyer_violation", "seller_violation",
    "buyer_regret", "seller_regret", "members", "seller", "terms",
)  # fmt: skip
ARMS = ("early", "late")
DEALS = 400


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    scenario = load_scenario("b2b_software")
    early = scenario.model_copy(update={"seller": scenario.seller.model_copy(update={"price_policy": "on_first_ask"})})
    return played(early, scenario, deals=DEALS)


@pytest.fixture(scope="module")
def table(rows: np.ndarray) -> pa.Table:
    return to_table(rows, ARMS, tuple(load_scenario("b2b_software").solutions))


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_column_says_its_meaning_and_a_known_unit(column: Column) -> None:
    assert len(column.meaning) > 10
    assert column.unit in UNITS
    assert column.words in {"", "step", "reason", "destination", "solution", "reply"}
    assert not column.words or column.kind == "i1", "words are stored as small codes"


def test_no_two_columns_share_a_name_or_a_meaning() -> None:
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)
    assert len({column.meaning for column in COLUMNS}) == len(COLUMNS)


def test_columns_are_added_and_never_taken_away() -> None:
    assert set(FIRST_VERSION) <= {column.name for column in COLUMNS}
    assert OUTCOME.names == tuple(column.name for column in COLUMNS)


@pytest.mark.parametrize(
    ("words", "codes"), [(STEPS, Step), (REASONS, Reason), (DESTINATIONS, Destination), (REPLIES, Kind)]
)
def test_a_words_place_is_its_code(words: tuple[str, ...], codes: type[Step]) -> None:
    assert {words[code]: int(code) for code in codes} == {code.name.lower(): int(code) for code in codes}
    assert len(set(words)) == len(words)


def test_a_table_has_a_row_for_each_arm_and_deal_with_the_arm_first(table: pa.Table) -> None:
    assert table.num_rows == 2 * DEALS
    assert table.column_names == ["arm", *OUTCOME.names]
    assert table["arm"].to_pylist() == ["early"] * DEALS + ["late"] * DEALS
    assert table["deal"].to_pylist() == [*range(DEALS), *range(DEALS)]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_table_says_what_the_rows_say_with_nulls_for_what_does_not_exist(
    column: Column, rows: np.ndarray, table: pa.Table
) -> None:
    names = {"step": STEPS, "reason": REASONS, "destination": DESTINATIONS, "reply": REPLIES}
    names["solution"] = tuple(load_scenario("b2b_software").solutions)
    wanted: list[object] = []
    for value in rows[column.name].reshape(-1).tolist():
        if column.words:
            wanted.append(None if value < 0 else names[column.words][value])
        else:
            wanted.append(None if value != value else value)
    assert table[column.name].to_pylist() == wanted


def test_nulls_stand_for_prices_of_lost_deals_and_for_solutions_nobody_has(table: pa.Table) -> None:
    won = np.array(table["won"].to_pylist())
    for name in ("price", "value", "cost"):
        missing = np.array(table[name].is_null().to_pylist())
        np.testing.assert_array_equal(missing, ~won)
    assert 0 < won.mean() < 1
    assert table["quoted_solution"].null_count > 0, "to some nobody named a number"
    assert table["best_solution"].null_count == 0
    assert table["days"].null_count == table.num_rows


def test_a_parquet_file_carries_meaning_unit_and_versions_and_the_same_numbers(table: pa.Table, tmp_path: Path) -> None:
    pq.write_table(table, tmp_path / "outcomes.parquet")
    back = pq.read_table(tmp_path / "outcomes.parquet")
    assert back.equals(table)
    versions = {b"zopa.schema": b"%d" % SCHEMA_VERSION, b"zopa.semantics": b"%d" % SEMANTICS_VERSION}
    assert versions.items() <= back.schema.metadata.items()
    for column in COLUMNS:
        about = back.schema.field(column.name).metadata
        assert about[b"meaning"].decode() == column.meaning
        assert about[b"unit"].decode() == column.unit
    assert back.schema.field("arm").metadata[b"meaning"]


def test_the_schema_promised_is_the_schema_written(table: pa.Table) -> None:
    assert table.schema.equals(schema(), check_metadata=True)


def test_making_a_table_leaves_the_rows_as_they_were(rows: np.ndarray) -> None:
    before = rows.tobytes()
    to_table(rows, ARMS, tuple(load_scenario("b2b_software").solutions))
    assert rows.tobytes() == before
