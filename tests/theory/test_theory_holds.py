"""What `zopa theory` prints: every check holds, with fewer deals, and one that does not is seen."""

import math
from typing import Any

import numpy as np
import pytest

from experiments.statistics import Interval
from experiments.theory import CHECKS, all_hold, as_plain, checks_named, printed, verdict
from experiments.theory.bargaining import rubinstein, with_a_last_offer
from experiments.theory.frontiers import points
from experiments.theory.rows import LEVEL, Average, Check, Row, average_of, decimals_of, exactly, on_average
from sim.faults import Fault

DEALS = 20_000
SEED = 2


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_what_is_played_is_what_theory_says(check: Check) -> None:
    rows = check.rows(DEALS, SEED)
    assert rows
    assert [row for row in rows if not row.holds] == []


def test_the_checks_have_names_of_their_own() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)


# --- targets, against the equations that they solve ---


@pytest.mark.parametrize(("first", "second"), [(0.9, 0.8), (0.5, 0.5), (0.0, 0.7)])
def test_rubinsteins_share_leaves_the_other_side_what_it_would_get_by_waiting(first: float, second: float) -> None:
    assert 1 - rubinstein(first, second) == pytest.approx(second * rubinstein(second, first))


@pytest.mark.parametrize("offers", range(2, 9))
def test_the_share_with_a_last_offer_is_that_of_reasoning_backwards(offers: int) -> None:
    assert with_a_last_offer(0.9, 0.8, offers) == pytest.approx(1 - 0.8 * with_a_last_offer(0.8, 0.9, offers - 1))
    assert with_a_last_offer(0.9, 0.8, 1) == 1.0


def test_targets_of_auctions_and_discovery_are_their_integrals() -> None:
    """On a fine grid of values, by the rules of play and not by the formulas."""
    line = (np.arange(2_000) + 0.5) / 2_000
    cost, worth = np.meshgrid(line, line)
    ask, bid = 2 / 3 * cost + 1 / 4, 2 / 3 * worth + 1 / 12
    assert (bid >= ask).mean() == pytest.approx(9 / 32, abs=1e-3)
    assert ((bid >= ask) * (worth - cost)).mean() == pytest.approx(9 / 64, abs=1e-3)
    overlap = np.where(worth > cost, (worth - cost) ** 2 / (2 * worth * (1 - cost)), 0.0)
    assert overlap.mean() == pytest.approx(math.pi**2 / 12 - 3 / 4, abs=1e-3)
    assert (overlap * (worth - cost)).mean() == pytest.approx(31 / 36 - math.pi**2 / 12, abs=1e-3)
    for n in (1, 2, 4, 8):
        cell = np.floor(line * n)
        price = np.maximum(cell / n, (cell + 1) / (2 * n))
        won = line >= price
        assert (won * price).mean() == pytest.approx((n - 1) / (2 * n) + 1 / (4 * n**2), abs=1e-3)
        assert won.mean() == pytest.approx(1 - 1 / (2 * n), abs=1e-3)
        assert (won * line).mean() == pytest.approx(1 / 2 - 1 / (8 * n**2), abs=1e-3)


def test_the_four_fair_points_differ_where_the_frontier_has_two_lines() -> None:
    found = points((100.0, 30.0), (80.0, math.inf))
    assert len({found.nash, found.kalai_smorodinsky, found.egalitarian}) == 3
    assert sum(found.utilitarian) > sum(found.egalitarian)


# --- rows and verdicts ---


def missing() -> Check:
    return Check("wrong", "A wrong target", lambda _deals, _seed: [exactly("one", "1", 1.0, 1.1)])


def test_a_row_misses_where_its_target_is_outside_the_interval() -> None:
    assert exactly("x", "x", 1.0, 1.0 + 1e-12).holds
    assert not exactly("x", "x", 1.0, 1.0 + 1e-6).holds
    average = Average(0.5, 0.01**2, 10_000)
    assert on_average("x", "x", 0.5 + 0.04, average).holds
    assert not on_average("x", "x", 0.5 + 0.05, average).holds
    assert not Row("x", "x", math.nan, 0.5, Interval(0.0, 1.0)).holds
    assert not exactly("x", "x", 1.0, math.nan).holds


def test_the_interval_of_a_row_has_the_level_that_is_printed() -> None:
    """Four and a bit standard errors: 0.99999 of a normal distribution."""
    low, high = on_average("x", "x", 0.0, Average(0.0, 1.0, 10**6)).interval
    assert math.erf(high / math.sqrt(2)) == pytest.approx(LEVEL, abs=1e-7)
    assert low == -high


def test_an_average_without_spread_still_holds_for_what_rounding_leaves() -> None:
    row = on_average("x", "x", 0.1 + 0.2, average_of(np.full(50, 0.3)))
    assert row.holds
    assert row.is_exact
    assert decimals_of(row) == 6


def test_the_verdict_counts_what_holds_and_how_often_luck_alone_would_miss() -> None:
    lucky = Check("lucky", "Luck", lambda _deals, _seed: [on_average("x", "x", 0.0, Average(0.0, 1.0, 100))] * 4)
    results = [(lucky, lucky.rows(1, 1))]
    assert all_hold(results)
    assert verdict(results) == (
        "All 4 numbers hold.\nIntervals are of 99.999 %: luck alone makes one of the 4 miss in at most 1 run in 25,000."
    )
    wrong = missing()
    assert not all_hold([*results, (wrong, wrong.rows(1, 1))])
    assert verdict([(wrong, wrong.rows(1, 1))]) == "1 of 1 numbers miss."
    assert "MISSES" in printed(wrong, wrong.rows(1, 1))


def test_plain_values_have_every_number_and_its_verdict() -> None:
    wrong = missing()
    plain: dict[str, Any] = as_plain([(wrong, wrong.rows(1, 1))], 10, 3)
    assert (plain["deals"], plain["seed"], plain["holds"]) == (10, 3, False)
    (row,) = plain["checks"][0]["rows"]
    assert (row["target"], row["observed"], row["exact"], row["holds"]) == (1.0, 1.1, True, False)


def test_an_unknown_check_is_told_with_the_nearest_name() -> None:
    assert checks_named(None) == CHECKS
    with pytest.raises(Fault, match="did you mean 'rubinstein'"):
        checks_named("rubinstien")
