"""Buyers are drawn by their scenario's distributions, and the same person comes under every scenario."""

import math

import numpy as np
import pytest
from scipy import stats
from worlds import world

from sim.population import MOST_PATIENCE, draw_buyers
from sim.setting import prepare

MANY = 40_000
UNLIMITED = {"buyer__unlimited_patience": False}


def drawn(count: int = MANY, *, seed: int = 1, first: int = 0, **changes: object) -> np.ndarray:
    setting = prepare(world(**changes))
    return draw_buyers(setting.world, setting.buyer, seed, first, count)


def ranks(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable")


def near(found: float, wanted: float, samples: np.ndarray) -> bool:
    """Whether the mean found is within five standard errors of what is wanted."""
    return abs(found - wanted) <= 5 * float(np.std(samples)) / math.sqrt(samples.size) + 1e-12


# --- luck belongs to the buyer ---


def test_a_seed_draws_the_same_buyers_again_and_another_seed_draws_others() -> None:
    one, again, other = drawn(500), drawn(500), drawn(500, seed=2)
    assert one.tobytes() == again.tobytes()
    assert not np.any(one["worth"][:, :3] == other["worth"][:, :3])
    assert not np.any(drawn(500, seed=0)["worth"][:, 0] == one["worth"][:, 0])


def test_adding_buyers_leaves_the_first_ones_unchanged() -> None:
    few, more = drawn(100), drawn(1000)
    assert few.tobytes() == more[:100].tobytes()
    assert drawn(50, first=30).tobytes() == more[30:80].tobytes()


def test_drawing_leaves_the_template_unchanged() -> None:
    setting = prepare(world())
    before = setting.buyer.tobytes(), setting.world.tobytes()
    draw_buyers(setting.world, setting.buyer, 1, 0, 10)
    assert (setting.buyer.tobytes(), setting.world.tobytes()) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"needs__first__worth": {"family": "normal", "mean": 70, "sd": 30}}, "worth"),
        ({"needs__first__worth": {"family": "lognormal", "mean": 70, "log_sd": 1.1}}, "worth"),
        ({"needs__first__worth": {"family": "uniform", "mean": 70, "sd": 20}}, "worth"),
        ({"buyer__budget": {"median": 500, "log_sd": 0.9}}, "budget"),
        ({"buyer__rival": {"present": 1.0, "surplus_mean": 90, "surplus_sd": 4, "basis": "money"}}, "batna"),
        ({"buyer__expectation_spread": 0.7}, "expectation"),
    ],
)
def test_a_trait_raised_moves_the_same_person_and_keeps_its_rank(change: dict[str, object], field: str) -> None:
    base = {
        "buyer__budget": {"median": 100, "log_sd": 0.4},
        "buyer__rival": {"present": 1.0, "surplus_mean": 60, "surplus_sd": 8, "basis": "money"},
        "buyer__expectation_spread": 0.2,
    }
    one, other = drawn(2000, **base), drawn(2000, **{**base, **change})
    before, after = one[field].reshape(2000, -1)[:, 0], other[field].reshape(2000, -1)[:, 0]
    assert not np.any(before == after)
    np.testing.assert_array_equal(ranks(before), ranks(after))
    for untouched in {"worth", "budget", "batna", "expectation", "patience"} - {field}:
        np.testing.assert_array_equal(one[untouched], other[untouched])
    np.testing.assert_array_equal(one["worth"][:, 1:], other["worth"][:, 1:])


def test_a_need_more_often_present_stays_present_where_it_was() -> None:
    seldom, often = (drawn(4000, needs__first__present=share)["worth"][:, 0] for share in (0.3, 0.6))
    had = seldom != 0
    assert had.mean() == pytest.approx(0.3, abs=0.04)
    np.testing.assert_array_equal(seldom[had], often[had])
    assert (often != 0).mean() == pytest.approx(0.6, abs=0.04)


# --- what a buyer knows of itself ---


@pytest.mark.parametrize("knowledge", [0.15, 0.5, 0.9])
def test_an_aware_buyer_is_calibrated_worth_given_perception_is_the_perception(knowledge: float) -> None:
    buyers = drawn(buyer__self_knowledge=knowledge)
    for k, (mean, deviation) in enumerate([(50, 15), (30, 12), (20, 10)]):
        worth, seen = buyers["worth"][:, k], buyers["perceived"][:, k]
        slope, start = np.polyfit(seen, worth, 1)
        error = 5 * deviation * math.sqrt(1 - knowledge) / (seen.std() * math.sqrt(MANY))
        assert abs(slope - 1) < error
        assert abs(start - mean * (1 - slope)) < 5 * deviation / math.sqrt(MANY)
        assert np.var(worth - seen) == pytest.approx((1 - knowledge) * deviation**2, rel=0.05)
        assert np.var(seen) == pytest.approx(knowledge * deviation**2, rel=0.05)
        for low, high in ((0.0, 0.1), (0.45, 0.55), (0.9, 1.0)):
            edges = np.quantile(seen, [low, high])
            within = (seen >= edges[0]) & (seen <= edges[1])
            assert near((worth - seen)[within].mean(), 0.0, (worth - seen)[within])


@pytest.mark.parametrize("awareness", [0.0, 0.6, 1.3])
def test_awareness_scales_the_whole_perception(awareness: float) -> None:
    changed = drawn(3000, buyer__awareness=awareness)["perceived"][:, :3]
    np.testing.assert_allclose(changed, awareness * drawn(3000)["perceived"][:, :3], rtol=1e-12)


def test_a_buyer_who_knows_itself_perceives_the_truth_and_one_who_does_not_the_average() -> None:
    knows = drawn(1000, buyer__self_knowledge=1.0)
    np.testing.assert_allclose(knows["perceived"][:, :3], knows["worth"][:, :3], rtol=1e-12)
    clueless = drawn(1000, buyer__self_knowledge=0.0)["perceived"][:, :3]
    np.testing.assert_allclose(clueless, np.tile([50.0, 30.0, 20.0], (1000, 1)), rtol=1e-12)


# --- needs, rivals, budgets, patience ---


@pytest.mark.parametrize("share", [0.0, 0.2, 0.75, 1.0])
def test_a_need_is_present_in_its_share_of_buyers(share: float) -> None:
    worth = drawn(needs__second__present=share)["worth"][:, 1]
    assert near(float((worth != 0).mean()), share, (worth != 0).astype(float)) or share == (worth != 0).mean()


@pytest.mark.parametrize(
    ("worth", "law"),
    [
        ({"family": "normal", "mean": 50, "sd": 15}, stats.norm(50, 15)),
        ({"family": "uniform", "mean": 50, "sd": 20}, stats.uniform(50 - 20 * 3**0.5, 2 * 20 * 3**0.5)),
        ({"family": "lognormal", "mean": 50, "log_sd": 0.8}, stats.lognorm(0.8, scale=50 * math.exp(-0.32))),
    ],
)
def test_a_worth_follows_the_law_of_its_family(worth: dict[str, object], law: stats.rv_continuous) -> None:
    found = drawn(needs__first__worth=worth, common_factor=0.5)["worth"][:, 0]
    assert stats.kstest(found, law.cdf).pvalue > 1e-5


def test_a_fixed_worth_is_the_same_for_all() -> None:
    assert set(drawn(500, needs__first__worth={"family": "fixed", "mean": 42})["worth"][:, 0]) == {42.0}


def test_a_budget_is_log_normal_and_unlimited_where_none_is_set() -> None:
    budgets = drawn(buyer__budget={"median": 110, "log_sd": 0.4})["budget"]
    assert stats.kstest(np.log(budgets), stats.norm(math.log(110), 0.4).cdf).pvalue > 1e-5
    assert np.all(np.isinf(drawn(100)["budget"]))
    np.testing.assert_allclose(drawn(100, buyer__budget={"median": 80})["budget"], 80.0)


def test_patience_is_one_contact_and_a_poisson_number_more_by_kind() -> None:
    traits = {"impatient_share": 0.3, "impatient": 2.0, "patient": 9.0}
    patience = drawn(**UNLIMITED, buyer__patience=traits)["patience"]
    counts = np.bincount(patience.astype(int), minlength=40)[:40] / MANY
    extra = np.arange(40) - 1
    wanted = 0.3 * stats.poisson.pmf(extra, 1.0) + 0.7 * stats.poisson.pmf(extra, 8.0)
    assert patience.min() == 1
    np.testing.assert_allclose(counts, wanted, atol=5 * 0.5 / math.sqrt(MANY))
    assert near(patience.mean(), 0.3 * 2 + 0.7 * 9, patience)


def test_a_very_patient_kind_is_as_patient_as_it_says() -> None:
    # the schema sets no upper end to a mean patience below the most that is drawn
    patience = drawn(2000, **UNLIMITED, buyer__patience={"patient": 0.9 * MOST_PATIENCE})["patience"]
    assert patience.mean() == pytest.approx(0.9 * MOST_PATIENCE, rel=0.01)


def test_patience_has_no_end_where_it_is_said_to_be_unlimited() -> None:
    assert np.all(np.isinf(drawn(100)["patience"]))


def test_a_rival_is_present_in_its_share_and_worth_nothing_elsewhere() -> None:
    rival = {"present": 0.55, "surplus_mean": 12, "surplus_sd": 8, "basis": "money"}
    buyers = drawn(buyer__rival=rival)
    assert near(buyers["rival"].mean(), 0.55, buyers["rival"].astype(float))
    assert np.all(buyers["batna"][~buyers["rival"]] == 0)
    offers = buyers["batna"][buyers["rival"]]
    z = 12 / 8
    mean = 12 * stats.norm.cdf(z) + 8 * stats.norm.pdf(z)
    assert near(offers.mean(), mean, offers)
    assert near(float((offers == 0).mean()), stats.norm.cdf(-z), (offers == 0).astype(float))


def test_a_rival_in_terms_of_value_offers_its_fraction_of_the_full_worth() -> None:
    buyers = drawn(2000, buyer__rival={"present": 1.0, "surplus_mean": 0.2, "basis": "of_value"})
    total = np.maximum(0.0, buyers["worth"][:, :3].sum(axis=1))
    np.testing.assert_allclose(buyers["batna"], 0.2 * total, rtol=1e-12)


@pytest.mark.parametrize(("clarity", "error"), [(1.0, 20.0), (0.25, 20.0), (0.0, 5.0)])
def test_a_buyer_errs_about_its_batna_by_what_clarity_leaves_and_never_below_nought(
    clarity: float, error: float
) -> None:
    rival = {"present": 1.0, "surplus_mean": 15, "basis": "money"}
    buyers = drawn(buyer__rival=rival, buyer__clarity=clarity, buyer__clarity_error=error)
    deviation = (1 - clarity) * error
    believed = buyers["batna_believed"]
    assert believed.min() >= 0
    if deviation == 0:
        np.testing.assert_array_equal(believed, buyers["batna"])
        return
    inside = believed[believed > 0]
    law = stats.truncnorm(-15 / deviation, np.inf, 15, deviation)
    assert stats.kstest(inside, law.cdf).pvalue > 1e-5
    assert near(float((believed == 0).mean()), stats.norm.cdf(-15 / deviation), (believed == 0).astype(float))


def test_takers_and_expectations_come_in_their_shares_and_spreads() -> None:
    buyers = drawn(buyer__taker_share=0.35, buyer__expectation_spread=0.3)
    assert near(buyers["taker"].mean(), 0.35, buyers["taker"].astype(float))
    assert stats.kstest(np.log(buyers["expectation"]), stats.norm(0, 0.3).cdf).pvalue > 1e-5
    assert np.all(drawn(100)["expectation"] == 1.0)


def test_traits_drawn_for_a_buyer_are_independent_of_each_other() -> None:
    buyers = drawn(
        **UNLIMITED,
        buyer__budget={"median": 110, "log_sd": 0.4},
        buyer__rival={"present": 1.0, "surplus_mean": 60, "surplus_sd": 8, "basis": "money"},
        buyer__clarity=0.0,
        buyer__clarity_error=5,
        buyer__expectation_spread=0.3,
    )
    columns = [
        buyers["worth"][:, 0],
        buyers["worth"][:, 1],
        buyers["perceived"][:, 0] - 0.5 * buyers["worth"][:, 0],
        buyers["batna"],
        buyers["batna_believed"] - buyers["batna"],
        np.log(buyers["budget"]),
        buyers["patience"],
        buyers["expectation"],
    ]
    correlations = np.corrcoef(columns)[np.triu_indices(len(columns), 1)]
    assert np.abs(correlations).max() < 5 / math.sqrt(MANY)
