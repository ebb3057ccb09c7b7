"""The fair points on frontiers that are known in closed form."""

import numpy as np
import pytest
from worlds import played, world

from sim.frontier import distance_to_utilitarian, fair_points


def test_where_the_price_is_free_the_points_are_the_same_and_halve_the_gain() -> None:
    points = fair_points(np.array([60.0, 100.0, -5.0]), np.array([np.inf, np.inf, np.inf]))
    for point in (points.nash, points.kalai_smorodinsky, points.egalitarian):
        assert point == (50.0, 50.0)
    assert points.joint == sum(points.utilitarian) == 100.0


def test_a_bound_on_the_price_moves_the_points_apart() -> None:
    """Seller at most 30 of 100: Nash and egalitarian at the bound; Kalai-Smorodinsky by 30 to 100."""
    points = fair_points(np.array([100.0]), np.array([30.0]))
    assert points.nash == points.egalitarian == (30.0, 70.0)
    assert points.kalai_smorodinsky == pytest.approx((100 * 30 / 130, 100 * 100 / 130))
    assert points.utilitarian == (30.0, 70.0)


def test_a_cheaper_form_with_a_wider_bound_may_be_the_fairer_one() -> None:
    """100 with the seller at most 10, or 80 with the seller at most 80: products 900 and 1600."""
    points = fair_points(np.array([100.0, 80.0]), np.array([10.0, 80.0]))
    assert points.nash == points.egalitarian == (40.0, 40.0)
    assert points.utilitarian == (10.0, 90.0)
    assert points.kalai_smorodinsky == pytest.approx((80 * 80 / 180, 80 * 100 / 180))


def test_the_points_are_those_found_by_search() -> None:
    luck = np.random.default_rng(7)
    for _ in range(20):
        joint = luck.uniform(-10, 100, 6)
        most = luck.uniform(-10, 90, 6)
        points = fair_points(joint, most)
        kept = [(s, b) for s, b in zip(joint, most, strict=True) if s > 0 and b >= 0]
        line = np.linspace(0, 1, 4001)
        u = np.concatenate([line * min(s, b) for s, b in kept])
        v = np.concatenate([s - line * min(s, b) for s, b in kept])
        assert points.nash[0] * points.nash[1] == pytest.approx((u * v).max(), rel=1e-3)
        assert min(points.egalitarian) == pytest.approx(np.minimum(u, v).max(), rel=1e-3)
        least = np.minimum(u / u.max(), v / v.max())
        found = points.kalai_smorodinsky
        assert min(found[0] / u.max(), found[1] / v.max()) == pytest.approx(least.max(), rel=1e-3)
        assert sum(points.utilitarian) == pytest.approx((u + v).max())


def test_any_division_of_the_largest_sum_is_utilitarian() -> None:
    assert distance_to_utilitarian(20.0, 80.0, (60.0, 40.0)) == pytest.approx(0.0)
    assert distance_to_utilitarian(80.0, 20.0, (60.0, 40.0)) == pytest.approx(np.hypot(20, 20))
    assert distance_to_utilitarian(10.0, 10.0, (60.0, 40.0)) == pytest.approx(np.hypot(40, 40))


def test_deals_report_how_far_they_are_from_the_even_division() -> None:
    rows = played(world(), deals=5_000)[0]
    won = rows[rows["won"] & (rows["first_best"] > 0) & (rows["solution"] == rows["best_solution"])]
    half = 0.5 * won["first_best"]
    expected = np.hypot(won["claimed"] - half, won["created"] - won["claimed"] - half)
    assert won.size > 500
    np.testing.assert_allclose(won["nash_distance"], expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(won["kalai_smorodinsky_distance"], expected, rtol=1e-9, atol=1e-9)


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="do not go together"):
        fair_points(np.zeros(2), np.zeros(3))
