"""Shifts, dominance, tails and several arms: against scipy, statsmodels and brute force."""

import math

import numpy as np
import pytest
import scipy.stats
from made_up_outcomes import made_up_rows
from statsmodels.distributions.empirical_distribution import _conf_set
from statsmodels.stats.multitest import multipletests

from experiments.aggregate import EVERYBODY, Aggregate
from experiments.best import held_together, holm, standings
from experiments.estimates import differences
from experiments.moments import moments_of
from experiments.shape import SHARES, dominance, in_words, outcomes_from, quantile, shapes, shifts, tails, worst
from experiments.spread import spread_of
from experiments.statistics import band_of_distribution

LOST = np.concatenate([np.full(1400, -1.0), np.random.default_rng(5).lognormal(2, 1, 600)])


ABOUT = ("all", "late", "early", "seller_profit")


def against(early, late, level=0.95):
    own, base = (outcomes_from(np.asarray(values, dtype=float)) for values in (late, early))
    return dominance(own, base, ABOUT, level)


def shifted(early, late):
    own, base = (spread_of(np.asarray(values, dtype=float)) for values in (late, early))
    return shifts(own, base, against(early, late))


def tails_of(early, late):
    found = [outcomes_from(np.asarray(values, dtype=float)) for values in (early, late)]
    return tails(found, "all", ["early", "late"], "early", "seller_profit", 0.95)


def test_quantiles_are_those_of_numpy_within_a_bin():
    spread = spread_of(LOST)
    for share in (0.01, 0.5, 0.7, 0.7005, 0.9, 0.99, 1.0):
        expected = np.quantile(LOST, share, method="inverted_cdf")
        assert quantile(spread, share) == pytest.approx(expected, rel=0.008), share
    assert math.isnan(quantile(spread, 0.0))
    assert math.isnan(quantile(spread, 1.01))


def test_the_band_of_a_distribution_is_that_of_statsmodels():
    share = np.array([0.5])
    low, high = _conf_set(np.full(700, 0.5), alpha=0.1)
    assert (share - band_of_distribution(700, 0.9), share + band_of_distribution(700, 0.9)) == (
        pytest.approx(low[:1]),
        pytest.approx(high[:1]),
    )


def test_a_shift_of_all_amounts_is_the_shift_of_every_quantile():
    luck = np.random.default_rng(2).normal(100, 10, 20_000)
    rows = shifted(luck, luck + 5)
    assert [row.share for row in rows] == list(SHARES)
    np.testing.assert_allclose([row.value for row in rows], 5, atol=1.2)  # a bin is up to 0.8 of money wide there
    assert all(not row.low > 5 and not row.high < 5 for row in rows)


def test_the_band_of_a_shift_is_open_where_quantiles_are_not_known():
    rows = shifted(LOST, LOST + 1)
    margin = against(LOST, LOST + 1).shift_margin
    for row in rows:
        assert math.isnan(row.low) == (row.share <= margin or row.share + margin > 1)


def test_amounts_that_cannot_be_told_apart_are_no_shift():
    early, late = np.full(5000, -1.0), np.full(5000, -1.001)
    rows = shifted(early, late)
    assert {row.value for row in rows} == {0.0}
    assert not any(row.high < 0 for row in rows)


def test_no_deals_have_no_shifts_and_nothing_dominates():
    assert shifted([], []) == []
    assert against([], []).verdict == "undecided"
    assert all(math.isnan(row.value) for row in tails_of([], []))


def test_how_far_one_is_ahead_is_the_statistic_of_kolmogorov_and_smirnov():
    early, late = LOST, np.concatenate([LOST[:1300], LOST[1300:] * 1.5])
    row = against(early, late)
    assert row.ahead == pytest.approx(scipy.stats.ks_2samp(early, late, alternative="greater").statistic, abs=0.01)
    assert row.behind == pytest.approx(scipy.stats.ks_2samp(early, late, alternative="less").statistic, abs=0.01)


@pytest.mark.parametrize(
    ("late", "verdict"),
    [
        (LOST + 3, "dominates"),
        (LOST - 3, "is dominated"),
        (LOST, "undecided"),
        (np.where(LOST < 0, -5.0, LOST + 9), "neither"),
    ],
)
def test_dominance_is_said_in_both_directions_and_of_neither(late, verdict):
    row = against(LOST, late)
    assert row.verdict == verdict
    assert in_words(row, ("late", "early")).startswith({"dominates": "late dominates", "is dominated": "early"}.get(
        verdict, "neither"))  # fmt: skip


def pairs(deals, alike, seed=3):
    """The outcomes of two arms, of which the buyers are the same to that part."""
    luck = np.random.default_rng(seed)
    same, own = luck.normal(0, 1, deals), luck.normal(0, 1, (2, deals))
    return 50 + 10 * (math.sqrt(alike) * same + math.sqrt(1 - alike) * own)


def test_what_arms_have_in_common_makes_margins_and_tails_more_exact():
    found = []
    for alike in (0.0, 0.9, 0.99):
        samples = [pairs(2000, alike, seed) for seed in range(8)]
        rows, widths = [against(*each) for each in samples], [tails_of(*each)[-1] for each in samples]
        found.append([
            np.mean([row.margin for row in rows]),
            np.mean([row.shift_margin for row in rows]),
            np.mean([row.high - row.low for row in widths]),
        ])  # fmt: skip
    for each in zip(*found, strict=True):
        assert each[0] > 1.5 * each[1] > 2 * each[2], each


def test_without_anything_in_common_the_margin_is_that_of_kolmogorov_and_smirnov():
    early, late = pairs(4000, 0.0)
    expected = scipy.stats.kstwobign.ppf(0.95) * math.sqrt(2 / 4000)
    assert against(early, late).margin == pytest.approx(expected, rel=0.2)
    assert against(early, late).shift_margin == pytest.approx(expected, rel=0.2)


def test_arms_that_never_differ_are_alike_but_for_what_so_few_deals_may_miss():
    row = against(LOST, LOST)
    assert row.margin == row.shift_margin == pytest.approx(-math.log(0.05) / LOST.size)


def test_the_interval_of_a_difference_of_tails_is_that_of_many_samples():
    widths, changes = [], []
    for seed in range(150):
        tail = tails_of(*pairs(3000, 0.8, seed))[-1]
        widths.append(tail.high - tail.low)
        changes.append(tail.value)
    half = scipy.stats.t.ppf(0.975, 31)
    assert np.mean(widths) / 2 / half == pytest.approx(np.std(changes), rel=0.2)


def test_the_worst_are_those_of_brute_force():
    luck = np.random.default_rng(4).normal(50, 20, 40_000)
    value, error = worst(spread_of(luck))
    assert value == pytest.approx(np.sort(luck)[:2000].mean(), abs=0.05)
    again = [np.sort(np.random.default_rng(seed).choice(luck, luck.size))[:2000].mean() for seed in range(200)]
    assert error == pytest.approx(np.std(again), rel=0.2)


def test_where_more_are_lost_than_count_as_worst_the_worst_are_what_a_lost_one_costs():
    rows = tails_of(LOST, LOST)
    assert [(row.arm, row.versus, row.value) for row in rows] == [
        ("early", "", -1.0),
        ("late", "", -1.0),
        ("late", "early", 0.0),
    ]


def test_everything_is_compared_with_the_baseline_in_profit_and_surplus():
    aggregate = Aggregate(3)
    aggregate.add(made_up_rows(3, 500))
    arms = ("early", "late", "sure")
    rows, of_tails = shapes(aggregate, EVERYBODY, arms, "late", 0.95)
    wanted = {(arm, outcome) for arm in ("early", "sure") for outcome in ("seller_profit", "buyer_surplus")}
    assert {(row.arm, row.outcome) for row in rows} == wanted
    assert {(row.arm, row.outcome) for row in of_tails if row.versus == "late"} == wanted


def moments_of_rows(rows):
    aggregate = Aggregate(len(rows))
    aggregate.add(rows)
    return aggregate.moments(EVERYBODY)


def test_holm_is_that_of_statsmodels():
    chances = [0.04, 0.001, 0.03, 0.8, 0.012]
    assert holm(chances) == pytest.approx(multipletests(chances, method="holm")[1])
    assert math.isnan(holm([0.01, math.nan])[1])


def test_what_holds_together_is_what_holm_rejects():
    rows = made_up_rows(4, 1500)
    arms = ("a", "b", "c", "d")
    moments = moments_of_rows(rows)
    shown = [row for row in differences(moments, "all", arms, "a", 0.95, None) if row.quantity == "profit_per_prospect"]
    profits = rows["seller_profit"]
    chances = [scipy.stats.ttest_rel(profits[place], profits[0]).pvalue for place in (1, 2, 3)]
    expected = multipletests(chances, alpha=0.05, method="holm")[0]
    assert held_together(shown, 0.95) == {arm for arm, holds in zip("bcd", expected, strict=True) if holds}


def test_the_best_is_found_and_those_that_may_be_are_told_from_those_that_are_not():
    rows = made_up_rows(4, 2000)
    rows["seller_profit"][3] = rows["seller_profit"][2]
    rows["seller_profit"][2:] += 20.0
    found = {row.arm: row for row in standings(moments_of_rows(rows), "all", "abcd", 0.95)}
    assert [found[arm].verdict for arm in "abcd"] == ["not best", "not best", "may be best", "may be best"]
    rows["seller_profit"][3] += 1.0
    found = {row.arm: row for row in standings(moments_of_rows(rows), "all", "abcd", 0.95)}
    assert [found[arm].verdict for arm in "abcd"] == ["not best", "not best", "not best", "best"]
    assert found["d"].value == pytest.approx((rows["seller_profit"][3] - rows["seller_profit"][2]).mean())
    assert (found["d"].low, found["c"].high) == (0, 0)


def test_arms_that_are_all_alike_may_each_be_best():
    found = standings(moments_of_rows(made_up_rows(3, 300, alike=True)), "all", "abc", 0.95)
    assert [row.verdict for row in found] == ["may be best"] * 3


def test_two_arms_have_no_standings_and_one_deal_says_nothing():
    assert standings(moments_of_rows(made_up_rows(2, 100)), "all", "ab", 0.95) == []
    found = standings(moments_of_rows(made_up_rows(3, 1)), "all", "abc", 0.95)
    assert [row.verdict for row in found] == ["may be best"] * 3
    assert moments_of(np.zeros((1, 0))).deals == 0
