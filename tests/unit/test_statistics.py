"""The statistics of a study: against scipy and brute force, and by how often intervals cover the truth."""

import numpy as np
import pytest
import scipy.stats
from made_up_outcomes import made_up_rows, measured
from statsmodels.stats.proportion import confint_proportions_2indep

from experiments.aggregate import EVERYBODY, PRIMARY, Aggregate
from experiments.estimates import differences, levels
from experiments.measures import MEASURES, QUANTITIES
from experiments.moments import CHUNK, merged, moments_of, nothing_yet
from experiments.statistics import around, paired_shares, ratio, spread_along, unpaired_shares, wilson

ARMS = ("early", "late")


def aggregate_of(rows):
    aggregate = Aggregate(len(rows))
    aggregate.add(rows)
    return aggregate


def found(rows, quantity, population=EVERYBODY, rope=None, arms=ARMS):
    """The level in the first arm and the difference of the second, of one quantity."""
    moments = aggregate_of(rows).moments(population)
    level = next(row for row in levels(moments, population, arms, 0.95) if row.quantity == quantity)
    rest = differences(moments, population, arms, arms[0], 0.95, rope)
    return level, next((row for row in rest if row.quantity == quantity), None)


def test_merged_moments_are_those_of_all_deals_at_once():
    values = np.random.default_rng(1).lognormal(3, 1, (4, 3 * CHUNK + 17))
    total = nothing_yet(4)
    for start in range(0, values.shape[1], CHUNK):
        total = merged(total, moments_of(values[:, start : start + CHUNK]))
    assert total.deals == values.shape[1]
    np.testing.assert_allclose(total.mean, values.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(total.covariance(), np.cov(values), rtol=1e-10)


def test_variance_survives_a_large_mean():
    values = 1e9 + np.random.default_rng(1).normal(size=(1, 2 * CHUNK))
    total = merged(moments_of(values[:, :CHUNK]), moments_of(values[:, CHUNK:]))
    assert total.covariance()[0, 0] == pytest.approx(values.var(ddof=1), rel=1e-6)


def test_aggregates_have_the_same_bytes_in_whatever_blocks_the_deals_arrive():
    rows = made_up_rows(2, 5 * CHUNK + 100)
    at_once, by_chunks, uneven = Aggregate(2), Aggregate(2), Aggregate(2)
    at_once.add(rows)
    for start in range(0, rows.shape[1], CHUNK):
        by_chunks.add(rows[:, start : start + CHUNK])
    uneven.add(rows[:, : 3 * CHUNK])
    uneven.add(rows[:, 3 * CHUNK :])
    for other in (by_chunks, uneven):
        for population in (PRIMARY, EVERYBODY):
            ours, theirs = at_once.moments(population), other.moments(population)
            assert ours.scatter.tobytes() == theirs.scatter.tobytes()
            assert ours.mean.tobytes() == theirs.mean.tobytes()
        assert (at_once.totals.exits == other.totals.exits).all()


def test_deals_cannot_follow_a_block_that_ends_within_a_chunk():
    aggregate = aggregate_of(made_up_rows(2, 100))
    with pytest.raises(ValueError, match="100 deals end within a chunk"):
        aggregate.add(made_up_rows(2, 100))


def test_no_measure_is_missing_for_any_deal():
    assert np.isfinite(measured(made_up_rows(2, 500))).all()


def test_primary_population_is_those_who_asked_in_every_arm():
    rows = made_up_rows(2, 1000)
    rows["asked_first"][1] &= np.arange(1000) % 2 == 0
    asked = rows["asked_first"].all(axis=0)
    assert aggregate_of(rows).moments(PRIMARY).deals == asked.sum()


def test_mean_and_interval_of_profit_agree_with_scipy():
    rows = made_up_rows(2, 3000)
    level, difference = found(rows, "profit_per_prospect")
    profits = rows["seller_profit"]
    expected = scipy.stats.t.interval(0.95, 2999, profits[0].mean(), scipy.stats.sem(profits[0]))
    assert (level.value, level.low, level.high) == pytest.approx((profits[0].mean(), *expected))
    paired = scipy.stats.ttest_rel(profits[1], profits[0]).confidence_interval(0.95)
    assert (difference.low, difference.high) == pytest.approx(tuple(paired))


def test_a_population_of_its_own_counts_only_its_buyers():
    rows = made_up_rows(2, 3000)
    level, difference = found(rows, "profit_per_prospect", PRIMARY)
    asked = rows["seller_profit"][:, rows["asked_first"][0]]
    assert level.n == asked.shape[1]
    assert difference.value == pytest.approx((asked[1] - asked[0]).mean())


def test_wilson_interval_agrees_with_scipy():
    for won, deals in ((0, 7), (3, 7), (7, 7), (240, 1000)):
        expected = scipy.stats.binomtest(won, deals).proportion_ci(0.9, method="wilson")
        assert tuple(wilson(won / deals, deals, 0.9)) == pytest.approx(tuple(expected))


def test_interval_of_paired_shares_is_that_of_bonett_and_price():
    # By hand: 8 won only the first and 17 only the second, of 100; with one added to each, 9 and 18 of 102.
    first, second = 9 / 102, 18 / 102
    half = 1.959963985 * np.sqrt((first + second - (second - first) ** 2) / 102)
    assert tuple(paired_shares(0.08, 0.17, 100, 0.95)) == pytest.approx((second - first - half, second - first + half))


def test_interval_of_the_win_rate_is_no_point_where_no_deal_differs():
    _, difference = found(made_up_rows(2, 400, alike=True), "won")
    assert difference.value == 0
    assert difference.low < 0 < difference.high
    assert difference.verdict == "undecided"


def test_ratio_has_the_interval_of_its_linear_approximation():
    rows = made_up_rows(2, 4000)
    level, difference = found(rows, "profit_per_contact")
    profit, contacts = rows["seller_profit"], rows["contacts"]
    ratios = profit.sum(axis=1) / contacts.sum(axis=1)
    residuals = (profit - ratios[:, None] * contacts) / contacts.mean(axis=1)[:, None]
    assert level.value == pytest.approx(ratios[0])
    expected = scipy.stats.ttest_rel(residuals[1], residuals[0]).confidence_interval(0.95)
    shift = ratios[1] - ratios[0] - (residuals[1] - residuals[0]).mean()
    assert (difference.low - shift, difference.high - shift) == pytest.approx(tuple(expected))


def test_value_given_a_deal_averages_over_deals_won_only():
    rows = made_up_rows(2, 2000)
    level, _ = found(rows, "profit_per_deal")
    assert level.value == pytest.approx(rows["seller_profit"][0][rows["won"][0]].mean())


def test_discount_averages_over_deals_won_after_a_number():
    rows = made_up_rows(2, 2000)
    rows["first_quote"][0, :1000] = np.nan
    level, _ = found(rows, "discount")
    quoted = rows[0][rows["won"][0] & ~np.isnan(rows["first_quote"][0])]
    assert level.value == pytest.approx((1 - quoted["price"] / quoted["first_quote"]).mean())


def test_pairing_gain_is_the_ratio_of_the_variances_of_a_difference():
    rows = made_up_rows(2, 4000)
    _, difference = found(rows, "profit_per_prospect")
    profits = rows["seller_profit"]
    unpaired = profits.var(axis=1, ddof=1).sum()
    assert difference.pairing_gain == pytest.approx(unpaired / (profits[1] - profits[0]).var(ddof=1))
    assert difference.spread == pytest.approx(np.sqrt(unpaired / 2))


def test_arms_that_do_not_differ_differ_by_exactly_nothing():
    for quantity in QUANTITIES:
        _, difference = found(made_up_rows(2, 3000, alike=True), quantity.name)
        assert difference.value == 0, quantity.name
        assert np.isnan(difference.pairing_gain), quantity.name
        if not quantity.counts or quantity.per:
            assert (difference.low, difference.high) == (0, 0), quantity.name


def test_a_constant_ratio_has_no_spread_left_by_rounding():
    contacts = np.random.default_rng(3).poisson(3, 5000) + 1.0
    moments = moments_of(np.array([0.3 * contacts, contacts]))
    _, gradient = ratio(moments, 0, 1)
    assert spread_along(moments, gradient) == 0


@pytest.mark.parametrize("deals", [0, 1])
def test_too_few_deals_give_no_interval_and_no_error(deals):
    level, difference = found(made_up_rows(2, deals), "profit_per_prospect")
    assert np.isnan([level.low, level.high, difference.low, difference.high]).all()
    assert difference.verdict == "undecided"


def test_a_ratio_without_anything_below_is_no_number():
    level, difference = found(made_up_rows(2, 300, winning=0.0), "profit_per_deal")
    assert np.isnan(level.value)
    assert np.isnan(difference.value)


def test_better_is_said_of_the_arm_with_more():
    _, difference = found(made_up_rows(2, 20_000), "profit_per_prospect")
    assert (difference.verdict, difference.better) == ("better", "late")
    _, reversed_ = found(made_up_rows(2, 20_000)[::-1], "profit_per_prospect", arms=("late", "early"))
    assert (reversed_.verdict, reversed_.better) == ("better", "late")


def test_equivalent_is_said_only_within_a_margin_that_was_given():
    rows = made_up_rows(2, 20_000)
    _, wide = found(rows, "profit_per_prospect", rope=50.0)
    _, narrow = found(rows, "profit_per_prospect", rope=1e-6)
    _, shares = found(rows, "won", rope=50.0)
    assert (wide.verdict, wide.better) == ("equivalent", "")
    assert narrow.verdict == "better"
    assert shares.verdict == "better", "a margin in money says nothing about shares"


def test_quantities_that_compare_different_buyers_get_no_verdict():
    _, difference = found(made_up_rows(2, 20_000), "contacts_per_prospect")
    assert difference.low > 0
    assert difference.verdict == ""


def test_every_quantity_is_made_of_known_measures():
    for quantity in QUANTITIES:
        assert quantity.of in MEASURES
        assert not quantity.per or quantity.per in MEASURES


def test_intervals_of_skewed_outcomes_cover_the_truth_about_as_often_as_they_say():
    """Lognormal profits, 70 % of deals lost, 400 deals: each kind of interval 1,500 times at 90 %."""
    luck = np.random.default_rng(0)
    mean = 0.3 * np.exp(0.5 * 0.6**2)
    truth = {"mean": mean, "ratio": mean / 3, "share": 0.3, "difference of shares": 0.05}
    covered = dict.fromkeys(truth, 0)
    for _ in range(1500):
        common, worth, contacts = luck.random(400), luck.lognormal(0, 0.6, 400), 1.0 + luck.poisson(2, 400)
        won, won_later = common < 0.3, (common > 0.05) & (common < 0.4)
        moments = moments_of(np.array([np.where(won, worth, 0), contacts]))
        value, gradient = ratio(moments, 0, 1)
        only_first, only_second = (won & ~won_later).mean(), (won_later & ~won).mean()
        intervals = {
            "mean": around(float(moments.mean[0]), moments.covariance()[0, 0] / 400, 400, 0.9),
            "ratio": around(value, spread_along(moments, gradient) / 400, 400, 0.9),
            "share": wilson(won.mean(), 400, 0.9),
            "difference of shares": paired_shares(only_first, only_second, 400, 0.9),
        }
        for name, (low, high) in intervals.items():
            covered[name] += low <= truth[name] <= high
    for name, times in covered.items():
        assert 0.87 <= times / 1500 <= 0.93, (name, times)


def apart(rows, quantity, population=EVERYBODY):
    """The difference of the second arm, had the arms met other buyers each."""
    aggregate = Aggregate(len(rows), paired=False)
    aggregate.add(rows)
    found = differences(aggregate.moments(population), population, ARMS, ARMS[0], 0.95, None)
    return next(row for row in found if row.quantity == quantity)


def test_the_difference_of_shares_of_different_buyers_is_that_of_statsmodels():
    for first, second in ((0.1, 0.14), (0.0, 0.0), (0.0, 0.02), (1.0, 0.6)):
        low, high = unpaired_shares(first, 300, second, 200, 0.95)
        expected = confint_proportions_2indep(
            round(200 * second), 200, round(300 * first), 300, method="agresti-caffo", compare="diff"
        )
        assert (low, high) == pytest.approx(expected)
    assert np.isnan(unpaired_shares(0.1, 0, 0.1, 10, 0.95).low)


def test_the_difference_of_means_of_different_buyers_adds_their_variances():
    rows = made_up_rows(2, 5000)
    one, other = rows["seller_profit"]
    found = apart(rows, "profit_per_prospect")
    error = np.sqrt(one.var(ddof=1) / one.size + other.var(ddof=1) / other.size)
    assert found.value == pytest.approx(other.mean() - one.mean())
    assert found.high - found.value == pytest.approx(scipy.stats.t.ppf(0.975, one.size - 1) * error)
    assert np.isnan(found.pairing_gain)
    assert found.spread == pytest.approx(found_paired_spread(rows))


def found_paired_spread(rows):
    return found(rows, "profit_per_prospect")[1].spread


def test_intervals_of_different_buyers_hold_the_truth_as_often_as_they_say():
    luck, held = np.random.default_rng(8), 0
    for _ in range(600):
        one, other = luck.lognormal(0, 1, 400), luck.lognormal(0, 1, 400)
        variance = one.var(ddof=1) / 400 + other.var(ddof=1) / 400
        low, high = around(other.mean() - one.mean(), variance, 400, 0.95)
        held += low <= 0 <= high
    assert 0.925 <= held / 600 <= 0.975


def test_of_a_population_of_which_arms_have_different_numbers_the_fewer_count():
    rows = made_up_rows(2, 900)
    rows["asked_first"][1, :700] = False
    found = apart(rows, "profit_per_prospect", PRIMARY)
    assert found.n == rows["asked_first"][1].sum() < rows["asked_first"][0].sum()
