"""The formulas of probability agree with SciPy's, far into the tails, and never overflow."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import special, stats

from agents.formulas import (
    between,
    logistic,
    normal_probability,
    normal_quantile,
    poisson_quantile,
)

finite = some.floats(-1e12, 1e12)


@given(exponent=some.floats(-300, math.log10(0.5)))
def test_the_normal_quantile_agrees_with_scipy_in_the_lower_half(exponent: float) -> None:
    u = 10.0**exponent
    assert normal_quantile(u) == pytest.approx(special.ndtri(u), rel=1e-14, abs=2e-15)


@given(left=some.floats(-15.9, math.log10(0.5)))
def test_the_normal_quantile_agrees_with_scipy_in_the_upper_half(left: float) -> None:
    u = 1.0 - 10.0**left
    assert normal_quantile(u) == pytest.approx(special.ndtri(u), rel=1e-14, abs=2e-15)


@pytest.mark.parametrize("u", [1e-300, 1e-16, 1e-11, 0.075, 0.5, 0.925, 1 - 1e-11, 1 - 2**-53])
def test_the_normal_quantile_agrees_with_scipy_where_its_pieces_meet_and_at_the_ends(u: float) -> None:
    for nearby in (u, math.nextafter(u, 0.0), min(math.nextafter(u, 1.0), 1 - 2**-53)):
        assert normal_quantile(nearby) == pytest.approx(special.ndtri(nearby), rel=1e-14, abs=2e-15)


@given(one=some.floats(1e-300, 1 - 1e-16), other=some.floats(1e-300, 1 - 1e-16))
def test_the_normal_quantile_never_falls(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert normal_quantile(low) <= normal_quantile(high)


@given(u=some.floats(1e-10, 0.5))
def test_the_normal_quantile_is_odd_around_one_half(u: float) -> None:
    other = 1.0 - u
    assert normal_quantile(1.0 - other) == pytest.approx(-normal_quantile(other), rel=1e-12, abs=1e-15)


@given(z=some.floats(-37, 8))
def test_the_normal_probability_agrees_with_scipy(z: float) -> None:
    assert normal_probability(z) == pytest.approx(special.ndtr(z), rel=1e-12)


@pytest.mark.parametrize("x", [0.0, 1.0, 40.0, 710.0, 1e6, 1e300, math.inf])
def test_the_logistic_never_overflows_and_is_symmetric(x: float) -> None:
    assert 0.5 <= logistic(x) <= 1.0
    assert 0.0 <= logistic(-x) <= 0.5
    assert logistic(x) + logistic(-x) == pytest.approx(1.0, abs=1e-15)


@given(x=some.floats(-700, 700))
def test_the_logistic_agrees_with_scipy(x: float) -> None:
    assert logistic(x) == pytest.approx(special.expit(x), rel=1e-14)


@pytest.mark.parametrize("mean", [0.0, 0.1, 1.0, 2.5, 6.0, 19.0, 60.0])
def test_the_poisson_quantile_agrees_with_scipy(mean: float) -> None:
    edges = stats.poisson.cdf(np.arange(0, 150), mean)
    steps = np.concatenate([edges * (1 - 1e-9), np.minimum(edges * (1 + 1e-9), 1 - 1e-12)])
    for u in (*np.linspace(1e-6, 1 - 1e-6, 997), 1e-16, 1 - 1e-12, *steps[(steps > 0) & (steps < 1 - 1e-11)]):
        assert poisson_quantile(float(u), mean, 1000) == max(0, stats.poisson.ppf(u, mean)), u


@pytest.mark.parametrize("mean", [99.0, 700.0, 900.0])
def test_the_poisson_quantile_of_a_large_mean_lies_near_it(mean: float) -> None:
    # the schema gives a mean patience no upper end
    assert poisson_quantile(0.5, mean, 10_000) == pytest.approx(mean, abs=2)


@pytest.mark.parametrize("most", [0, 1, 5])
def test_the_poisson_quantile_stops_at_the_most(most: int) -> None:
    assert poisson_quantile(1 - 1e-12, 6.0, most) == most


@given(start=finite, end=finite)
def test_between_meets_both_ends_exactly(start: float, end: float) -> None:
    assert between(start, end, 0.0) == start
    assert between(start, end, 1.0) == end
    assert between(start, end, 7.0) == end


@given(start=finite, end=finite, fraction=some.floats(0, 1))
def test_between_stays_between(start: float, end: float, fraction: float) -> None:
    slack = 1e-12 * (abs(start) + abs(end))
    assert min(start, end) - slack <= between(start, end, fraction) <= max(start, end) + slack


def test_between_moves_in_proportion() -> None:
    assert [between(80.0, 40.0, fraction) for fraction in (0.25, 0.5, 0.75)] == [70.0, 60.0, 50.0]
