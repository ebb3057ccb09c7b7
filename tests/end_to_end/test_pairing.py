"""Pairing switched off: each arm meets buyers of its own, and differences are those of different buyers."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from commands import bytes_of, only_result, zopa
from scipy import stats

from experiments import run
from experiments.blocks import BUYERS_APART
from experiments.reproducing import reproduce
from sim.outcome import OUTCOME
from sim.own_seats import stepped_arm

DEALS = 24_000
TOWN = """\
schema: 1
name: town
title: A small town
question: Who spreads?
scenario: market_garages
seed: 5
replications: 3
set: {market.days: 12, market.sellers: 3, market.leads_per_day: 4, market.reputation.people: 30}
baseline: patient
arms:
  patient: {set: {forces.refusal_exit: 0.1}}
  impatient: {set: {forces.refusal_exit: 0.8}}
"""


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The same study with the same buyers in both arms, and with others."""
    out = tmp_path_factory.mktemp("pairing")
    one = run("price_timing", deals=DEALS, out=out)
    other = run("price_timing", deals=DEALS, out=out, settings={"study.pairing": False})
    return one, other


def half_width(result, quantity):
    row = result.tables.difference("all", "late", quantity)
    return (row.high - row.low) / 2


@pytest.mark.parametrize(
    ("quantity", "near"), [("won", 0.1), ("profit_per_prospect", 0.35), ("surplus_per_prospect", 0.35)]
)
def test_the_error_without_pairing_is_the_one_that_pairing_said_it_would_be(both, quantity, near):
    """Money is skewed: its variance over so many buyers of another arm is known to a third or so."""
    paired, unpaired = both
    gain = paired.tables.difference("all", "late", quantity).pairing_gain
    assert gain > 2
    assert (half_width(unpaired, quantity) / half_width(paired, quantity)) ** 2 == pytest.approx(gain, rel=near)


def test_nothing_paired_is_found_again_and_only_the_first_arm_meets_the_same_buyers(both):
    paired, unpaired = both
    assert unpaired.manifest["host"]["blocks"]["deals_found"] == 0
    assert unpaired.manifest["identity"]["study"]["pairing"] is False
    assert paired.tables.level("all", "early", "won") == unpaired.tables.level("all", "early", "won")
    assert paired.tables.level("all", "late", "won") != unpaired.tables.level("all", "late", "won")


def test_what_compares_the_same_buyer_is_not_known_and_the_answer_says_that_pairing_is_off(both):
    _, unpaired = both
    assert all(np.isnan(row.pairing_gain) for row in unpaired.differences)
    assert all(np.isnan(row.same_prospect) for row in unpaired.superiorities)
    counts = [unpaired.tables.level("asked_first", arm, "won").n for arm in ("early", "late")]
    assert counts[0] != counts[1]
    told = " ".join(str(unpaired).split())
    assert "Pairing is off: each arm met other buyers with other luck." in told
    assert f"Among the {counts[0]:,} (early) and {counts[1]:,} (late) buyers who asked" in told
    assert "With other buyers in each arm it would take" not in told
    assert "With two random prospects" in told


def test_the_option_writes_the_same_bytes_whoever_plays_and_they_can_be_reproduced():
    options = ("run", "price_timing", "--unpaired", "--deals", 9000, "--set", "study.outputs.deals=true")
    for out, more in (("one", ("--workers", 1)), ("two", ("--workers", 2, "--block", 4096))):
        told = zopa(*options, "--out", out, *more, "--json")
        assert told.exit_code == 0, told.output
        assert json.loads(told.stdout)["differences"][0]["pairing_gain"] is None
    one, two = only_result("one"), only_result("two")
    assert bytes_of(one) == bytes_of(two)
    assert reproduce(one, workers=1).is_same


def test_a_deal_of_an_arm_is_that_of_the_buyer_whose_number_it_has():
    result = run("price_timing", deals=40, settings={"study.pairing": False, "study.outputs.deals": True})
    rows = pq.read_table(result.folder / "outcomes.parquet").to_pylist()
    late = [row for row in rows if row["arm"] == "late"]
    assert [row["deal"] for row in late] == list(range(BUYERS_APART, BUYERS_APART + 40))
    arm = stepped_arm(result.plan.scenarios[1], result.plan.rules)
    again = [arm.deal(result.plan.seed, row["deal"]).play()[0] for row in late[:5]]
    assert OUTCOME["seller_profit"].kind == "f"
    assert [float(row["seller_profit"]) for row in again] == [row["seller_profit"] for row in late[:5]]


def test_a_market_without_pairing_has_other_leads_in_each_arm_and_adds_the_variances():
    Path("town.yaml").write_text(TOWN)
    paired = run("town.yaml", workers=1)
    apart = run("town.yaml", workers=1, settings={"study.pairing": False})
    assert paired.tables.level("market", "patient", "leads") == apart.tables.level("market", "patient", "leads")
    assert paired.tables.level("market", "impatient", "leads") != apart.tables.level("market", "impatient", "leads")
    row = apart.tables.difference("market", "impatient", "leads")
    first, second = (apart.tables.level("market", arm, "leads") for arm in ("patient", "impatient"))
    assert row.value == pytest.approx(second.value - first.value)
    n = first.n
    parts = [((each.high - each.low) / 2 / stats.t.ppf(0.975, n - 1)) ** 2 for each in (first, second)]
    freedom = int(sum(parts) ** 2 / sum(part**2 / (n - 1) for part in parts))  # Welch's
    assert (row.high - row.low) / 2 == pytest.approx(stats.t.ppf(0.975, freedom) * sum(parts) ** 0.5)
    assert np.isnan(row.pairing_gain)
