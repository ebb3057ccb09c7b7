"""The segment's moments in closed form are those of what is drawn, for every pair of families."""

import math
from itertools import combinations_with_replacement

import numpy as np
import pytest
from worlds import world

from sim.moments import own_variance, worth_covariance, worth_mean
from sim.population import draw_buyers
from sim.scenario import Need, Worth
from sim.setting import prepare

WORTHS = {
    "lognormal": Worth(family="lognormal", mean=40, log_sd=0.8),
    "normal": Worth(family="normal", mean=30, sd=12),
    "uniform": Worth(family="uniform", mean=25, sd=13),
    "fixed": Worth(family="fixed", mean=20),
}
PAIRS = list(combinations_with_replacement(WORTHS, 2))
CORRELATIONS = [0.0, 0.4, 1.0]
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
DRAWS = 100_000


def need(family: str, present: float = 1.0) -> Need:
    return Need(label=family, present=present, worth=WORTHS[family])


def worth_where_present(worth: Worth, z: np.ndarray) -> np.ndarray:
    """Worth at normal quantiles, written here anew."""
    if worth.family == "lognormal":
        return worth.mean * np.exp(worth.log_sd * z - 0.5 * worth.log_sd**2)
    if worth.family == "normal":
        return worth.mean + worth.sd * z
    if worth.family == "uniform":
        ranks = 0.5 * np.array([math.erfc(-each / math.sqrt(2)) for each in np.ravel(z)]).reshape(np.shape(z))
        return worth.mean + worth.sd * math.sqrt(12) * (ranks - 0.5)
    return np.full(np.shape(z), worth.mean)


def integrated_covariance(one: Worth, other: Worth, correlation: float) -> float:
    """Covariance of two worths by quadrature over their two normal variables."""
    first, second = np.meshgrid(NODES, NODES, indexing="ij")
    weights = np.outer(WEIGHTS, WEIGHTS)
    x = worth_where_present(one, first)
    y = worth_where_present(other, correlation * first + math.sqrt(1 - correlation**2) * second)
    return float((weights * x * y).sum() - (weights * x).sum() * (weights * y).sum())


def within_five_errors(found: float, samples: np.ndarray) -> bool:
    return bool(abs(found - samples.mean()) <= 5 * samples.std() / math.sqrt(samples.size) + 1e-9)


@pytest.mark.parametrize("correlation", CORRELATIONS)
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_covariance_of_two_families_is_the_integral_over_their_normal_variables(
    one: str, other: str, correlation: float
) -> None:
    found = worth_covariance([need(one), need(other)], correlation)
    wanted = integrated_covariance(WORTHS[one], WORTHS[other], correlation)
    # the kink-free integrands converge fast; the uniform's is the slowest
    assert found[0, 1] == pytest.approx(wanted, rel=2e-3, abs=1e-6)
    assert found[0, 1] == found[1, 0]


@pytest.mark.parametrize("family", WORTHS)
def test_the_variance_of_a_family_is_the_integral_over_its_normal_variable(family: str) -> None:
    worth = WORTHS[family]
    assert own_variance(worth) == pytest.approx(integrated_covariance(worth, worth, 1.0), rel=2e-3, abs=1e-6)


@pytest.mark.parametrize("correlation", CORRELATIONS)
def test_drawn_buyers_have_these_means_and_covariances_for_every_pair_of_families(correlation: float) -> None:
    shares = {"lognormal": (0.7, 1.0), "normal": (0.4, 1.0), "uniform": (0.5, 0.9), "fixed": (0.3, 1.0)}
    needs = {f"{family}_{i}": need(family, share[i]) for family, share in shares.items() for i in range(2)}
    setting = prepare(
        world(
            needs={name: each.model_dump() for name, each in needs.items()},
            solutions__small__covers={"normal_0": 1.0},
            solutions__large__covers={"normal_0": 1.0, "uniform_1": 1.0},
            common_factor=correlation,
        )
    )
    drawn = draw_buyers(setting.world, setting.buyer, 11, 0, DRAWS)["worth"][:, : len(needs)]
    mean = worth_mean(list(needs.values()))
    covariance = worth_covariance(list(needs.values()), correlation)
    centred = drawn - mean
    for i, name in enumerate(needs):
        assert within_five_errors(mean[i], drawn[:, i]), name
        for j, other in enumerate(needs):
            assert within_five_errors(covariance[i, j], centred[:, i] * centred[:, j]), (name, other)


@pytest.mark.parametrize("present", [0.0, 0.25, 1.0])
def test_presence_scales_the_mean_and_adds_the_variance_of_a_coin(present: float) -> None:
    fixed = need("fixed", present)
    assert worth_mean([fixed]) == pytest.approx([20 * present])
    assert worth_covariance([fixed], 0.5) == pytest.approx(np.array([[400 * present * (1 - present)]]))
    both = worth_covariance([need("normal", present), need("lognormal", 0.5)], 0.6)
    alone = worth_covariance([need("normal"), need("lognormal")], 0.6)
    assert both[0, 1] == pytest.approx(0.5 * present * alone[0, 1])


@pytest.mark.parametrize("correlation", CORRELATIONS)
def test_the_covariance_matrix_is_symmetric_and_has_no_negative_direction(correlation: float) -> None:
    covariance = worth_covariance([need(one, 0.6) for pair in PAIRS for one in pair], correlation)
    np.testing.assert_array_equal(covariance, covariance.T)
    assert np.linalg.eigvalsh(covariance).min() > -1e-9 * np.trace(covariance)
