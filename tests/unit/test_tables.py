"""Who beats whom, and the tables of a result as rows, JSON and CSV."""

import numpy as np
import pytest
import scipy.stats
from made_up_outcomes import made_up_rows

from experiments.aggregate import EVERYBODY, PRIMARY, Aggregate
from experiments.measures import QUANTITIES
from experiments.superiority import superiorities
from experiments.tables import as_csv, as_plain, from_plain, tabulate

ARMS = ("early", "late")


def tables_of(rows, arms=ARMS):
    aggregate = Aggregate(len(arms))
    aggregate.add(rows)
    return tabulate(aggregate, arms, arms[0], 0.95, None)


def superiority(rows, population=EVERYBODY):
    aggregate = Aggregate(len(rows))
    aggregate.add(rows)
    (row,) = superiorities(aggregate, population, ARMS, "early")
    return row


def rows_with_profits(first, second):
    rows = made_up_rows(2, len(first))
    rows["seller_profit"] = first, second
    return rows


def test_superiority_over_random_prospects_is_the_statistic_of_mann_and_whitney():
    luck = np.random.default_rng(5)
    first, second = luck.integers(0, 20, 300) * 1.0, luck.integers(2, 22, 300) * 1.0
    expected = scipy.stats.mannwhitneyu(second, first).statistic / 300**2
    assert superiority(rows_with_profits(first, second)).random_prospects == pytest.approx(expected)


def test_superiority_for_the_same_prospect_counts_ties_half():
    assert superiority(rows_with_profits([0.0, 2, 4, 3], [1.0, 2, 3, 3])).same_prospect == 0.5


def test_the_two_superiorities_can_differ_on_the_same_deals():
    base = np.random.default_rng(2).normal(0, 10, 5000)
    row = superiority(rows_with_profits(base, base + 0.1))
    assert row.same_prospect == 1
    assert row.random_prospects == pytest.approx(0.5, abs=0.02)


def test_superiority_of_each_population_is_over_its_own_buyers():
    rows = made_up_rows(2, 1000)
    assert superiority(rows, PRIMARY).n == rows["asked_first"][0].sum()


def test_exits_count_every_deal_of_every_arm_once():
    rows = made_up_rows(2, 3000)
    tables = tables_of(rows)
    for population, arm in ((PRIMARY, "early"), (EVERYBODY, "late")):
        exits = [row for row in tables.exits if (row.population, row.arm) == (population, arm)]
        assert sum(row.deals for row in exits) == tables.prospects[population]
        assert sum(row.share for row in exits) == pytest.approx(1)
    signed = next(row for row in exits if row.reason == "signed")
    assert (signed.step, signed.destination, signed.deals) == ("securing", "seller", rows["won"][1].sum())


def test_tables_survive_the_way_through_json():
    tables = tables_of(made_up_rows(2, 300, winning=0.0))
    assert repr(from_plain(as_plain(tables))) == repr(tables)


def test_csv_has_a_line_for_each_level_and_difference():
    tables = tables_of(made_up_rows(3, 300), ("a", "b", "c"))
    lines = as_csv(tables).splitlines()
    assert lines[0].startswith("population,arm,versus,quantity")
    assert len(lines) == 1 + 2 * (3 + 2) * len(QUANTITIES)
