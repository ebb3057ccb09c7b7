"""The stopping rule: where it looks, what satisfies it, and that it does not depend on who played what."""

import math
from itertools import pairwise

import numpy as np
import pytest
from made_up_outcomes import made_up_rows

from experiments import run, stopping
from experiments.aggregate import Aggregate
from experiments.block_store import Range, gaps, way_through
from experiments.moments import CHUNK
from experiments.plan import plan_of
from experiments.stopping import Look, is_over, looks, reason
from experiments.study import Precision

SATISFIED, NOT = Look(0, 1, 0.1, True), Look(0, 1, 0.3, False)


def test_the_first_look_has_two_hundred_replications_and_batches_grow():
    found = list(looks(10**7))
    assert found[0] == 200 * 512
    assert found[-1] == 10**7
    steps = [later - earlier for earlier, later in pairwise(found[:-1])]
    assert steps == sorted(steps)
    assert all(deals % CHUNK == 0 for deals in found[:-1])
    assert list(looks(5000)) == [5000]


def test_two_satisfactions_in_a_row_end_it_and_fewer_do_not():
    assert is_over([NOT, SATISFIED, SATISFIED])
    assert not is_over([SATISFIED])
    assert not is_over([SATISFIED, NOT, SATISFIED])


def look_at(rows, half_width, **more):
    plan = plan_of("price_timing")
    aggregate = Aggregate(2)
    aggregate.add(rows)
    return stopping.look(plan.study, Precision(half_width=half_width, **more), 0, aggregate)


def test_the_half_width_is_that_of_the_paired_difference():
    rows = made_up_rows(2, 2000)
    difference = np.diff(rows["seller_profit"], axis=0)[0]
    wanted = 1.96 * difference.std(ddof=1) / math.sqrt(2000)
    assert look_at(rows, 1, population="all").half_width == pytest.approx(wanted, rel=2e-3)
    asked = rows["asked_first"].all(axis=0)
    wanted = 1.96 * difference[asked].std(ddof=1) / math.sqrt(asked.sum())
    assert look_at(rows, 1).half_width == pytest.approx(wanted, rel=5e-3)


def test_fewer_deals_than_the_first_look_are_never_enough():
    assert not look_at(made_up_rows(2, 2000), 1e9).satisfied
    assert look_at(made_up_rows(2, 200 * 512), 1e9).satisfied


def test_the_widest_arm_decides():
    plan = plan_of("every_reply")
    aggregate = Aggregate(12)
    rows = made_up_rows(12, 500)
    aggregate.add(rows)
    precision = Precision(half_width=1, population="all")
    differences = rows["seller_profit"][1:] - rows["seller_profit"][0]
    wanted = 1.965 * differences.std(axis=1, ddof=1).max() / math.sqrt(500)
    assert stopping.half_width(plan.study, precision, aggregate) == pytest.approx(wanted, rel=2e-3)


def test_the_reason_says_how_exactly_it_is_known():
    assert reason([NOT, SATISFIED, SATISFIED], 9) == "known exactly enough: ±0.1 and ±0.1 at 1 deals"
    assert reason([NOT], 9) == "all 9 deals played that there may be, known within ±0.3"


@pytest.mark.parametrize(
    ("stored", "total", "way", "missing"),
    [
        ([], 5, [], [(0, 5)]),
        ([(0, 4096)], 5000, [(0, 4096)], [(4096, 5000)]),
        ([(0, 5000)], 9000, [], [(0, 9000)]),
        ([(0, 4096), (4096, 5000)], 5000, [(0, 4096), (4096, 5000)], []),
        ([(4096, 8192)], 9000, [], [(0, 4096), (8192, 9000)]),
        ([(0, 4096), (0, 8192), (4096, 8192)], 8192, [(0, 8192)], []),
        ([(0, 8192)], 4096, [], [(0, 4096)]),
    ],
)
def test_what_is_stored_is_used_and_what_is_missing_is_known(stored, total, way, missing):
    ranges = [Range(*each) for each in stored]
    assert list(way_through(ranges, total)) == [Range(*each) for each in way]
    assert list(gaps(ranges, total)) == [Range(*each) for each in missing]


def test_a_precise_study_stops_at_the_same_deals_whatever_the_blocks_and_goes_on_where_it_was(tmp_path):
    asked = {"study.precision": {"half_width": 0.045, "population": "all"}, "study.deals": 400_000}
    told = []
    one = run("price_timing", settings=asked, out=tmp_path / "one", workers=1, note=told.append)
    two = run("price_timing", settings=asked, out=tmp_path / "two", workers=2, block=8192)
    assert one.deals == two.deals == 131_072
    assert one.table("looks").equals(two.table("looks"))
    assert [row["deals"] for row in one.table("looks").to_pylist()] == [102_400, 131_072]
    assert one.tables.differences == two.tables.differences
    assert told[0].startswith(
        "stops when the profit_per_prospect of every arm less the baseline's is known within ±0.045"
    )
    assert told[-1].startswith("stopped: known exactly enough: ±0.0")
    assert one.manifest["stopping"]["half_widths"]["0"] < 0.045
    asked["study.precision"] = {"half_width": 1e-6, "population": "all"}
    asked["study.deals"] = 150_000
    more = run("price_timing", settings=asked, out=tmp_path / "one")
    assert more.manifest["host"]["blocks"]["deals_played"] == 150_000 - 131_072
    assert more.cells[0]["stopped"].startswith("all 150,000 deals played that there may be, known within ±0.0")
