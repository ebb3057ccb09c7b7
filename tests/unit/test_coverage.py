"""How often the intervals hold the truth, by simulation: takes minutes, run by hand with ``-m slow -s``.

The outcome is like those of sales: 70 % of deals are lost and cost what their contacts cost, those won earn a lognormal
profit; both arms meet the same buyers, with part of their luck in common. What is printed is in docs/experiments.md.
"""

import numpy as np
import pytest
import scipy.stats

from experiments.aggregate import Aggregate
from experiments.best import held_together, standings
from experiments.estimates import Difference, differences
from experiments.shape import dominance, outcomes_from, shifts, tails, worst
from experiments.statistics import around, band_of_distribution
from experiments.stopping import BATCH, FEWEST_REPLICATIONS, Look, is_over, looks
from sim.outcome import OUTCOME

pytestmark = pytest.mark.slow

LEVEL = 0.95
TIMES = 2000
DEALS = 2000


def outcomes(luck, deals, better=0.0):
    """Profits of two arms with the same buyers: a lost deal costs 1, a deal won earns a lognormal profit."""
    worth, shared, own = luck.lognormal(2, 1, deals), luck.random(deals), luck.random((2, deals))
    won = np.where(luck.random(deals) < 0.8, shared, own) < np.array([[0.3], [0.3 + better]])
    return np.where(won, worth * np.array([[1.0], [1.0 + better]]), -1.0)


def rows_of(profits):
    rows = np.zeros(profits.shape, OUTCOME)
    for name in OUTCOME.names:
        if OUTCOME[name].kind == "f":
            rows[name] = np.nan
    for name in ("buyer_surplus", "first_best", "later_profit", "contacts"):
        rows[name] = 1.0
    rows["seller_profit"] = profits
    return rows


def within(share, low, high):
    """Print a measured coverage, and hold it between two bounds."""
    print(f"  {share:.1%}")
    assert low <= share <= high


@pytest.mark.parametrize("deals", [30, 200, 2000])
def test_the_paired_interval(deals, capsys):
    truth = outcomes(np.random.default_rng(0), 4_000_000, 0.05)
    truth = float((truth[1] - truth[0]).mean())
    luck, held = np.random.default_rng(1), 0
    for _ in range(TIMES * 2):
        profits = outcomes(luck, deals, 0.05)
        change = profits[1] - profits[0]
        low, high = around(float(change.mean()), float(change.var(ddof=1)) / deals, deals, LEVEL)
        held += low <= truth <= high
    with capsys.disabled():
        print(f"\npaired difference, {deals} deals", end="")
        within(held / TIMES / 2, 0.85 if deals < 200 else 0.935, 0.975)


def cumulative(amounts, better=0.0):
    """The true share of outcomes up to an amount, in the second of two arms."""
    lost = 0.7 - better
    won = scipy.stats.norm.cdf(np.log(np.maximum(amounts, 1e-300) / (1 + better)) - 2)
    return np.where(amounts < 0, lost, lost + (0.3 + better) * won)


def at_share(shares, better):
    """The true quantiles of the second arm."""
    lost = 0.7 - better
    among_won = np.clip((shares - lost) / (0.3 + better), 0, 1)
    return np.where(shares <= lost, -1.0, (1 + better) * np.exp(2 + scipy.stats.norm.ppf(among_won)))


def true_shifts(rows, lost, better):
    """By how much the outcomes that stand at ``base`` are shifted in truth; ``lost`` of the sample were lost."""
    base, shares = (np.array([getattr(row, name) for row in rows]) for name in ("base", "share"))
    reached = np.where(base < 0, 0.7 * np.minimum(shares / max(lost, 1e-9), 1), cumulative(base))
    return at_share(reached, better) - base


def held_band(profits, better):
    """Whether the band of the shift function holds all true shifts, and what is said of dominance."""
    base, own = map(outcomes_from, profits)
    row = dominance(own, base, ("all", "b", "a", "seller_profit"), LEVEL)
    rows = shifts(own.spread, base.spread, row)
    truth = true_shifts(rows, float((profits[0] < 0).mean()), better)
    low, high = (np.array([getattr(each, name) for each in rows]) for name in ("low", "high"))
    near = 0.008 * np.abs([each.base for each in rows])  # an amount is known to its bin
    return not (np.any(truth < low - near) or np.any(truth > high + near)), row


@pytest.mark.parametrize(("deals", "better"), [(500, 0.0), (2000, 0.0), (2000, 0.05), (20_000, 0.05)])
def test_shifts_and_dominance(deals, better, capsys):
    luck, times = np.random.default_rng(2), TIMES // (1 if deals < 20_000 else 4)
    found = [held_band(outcomes(luck, deals, better), better) for _ in range(times)]
    with capsys.disabled():
        print(f"\nband of the shift function, {deals} deals, better by {better}", end="")
        within(np.mean([held for held, _ in found]), 0.93, 1)
        narrower = (
            2 * band_of_distribution(deals, 1 - (1 - LEVEL) / 2) / np.mean([row.shift_margin for _, row in found])
        )
        print(f"  margin narrower than two bands for themselves: {narrower:.1f} times")
        if better == 0:
            print("dominance or its contrary said of arms that are alike", end="")
            within(np.mean([row.verdict != "undecided" for _, row in found]), 0, 0.06)


@pytest.mark.parametrize(("deals", "own_luck"), [(500, 2), (2000, 2), (2000, 20)])
def test_the_difference_of_the_worst(deals, own_luck, capsys):
    luck, held, width, apart = np.random.default_rng(6), 0, 0.0, 0.0
    for _ in range(TIMES):
        values = luck.normal(20, 5, (1, deals)) + luck.normal(0, own_luck, (2, deals))
        found = [outcomes_from(row) for row in values]
        tail = tails(found, "all", ("a", "b"), "a", "seller_profit", LEVEL)[-1]
        held += tail.low <= 0 <= tail.high
        width += (tail.high - tail.low) / 2
        apart += 1.96 * sum(worst(each.spread)[1] for each in found)
    with capsys.disabled():
        print(f"\ndifference of the worst 5 %, {deals} deals, luck of their own {own_luck}", end="")
        within(held / TIMES, 0.925, 0.975)
        print(f"  narrower than with the errors added: {apart / width:.1f} times")


def test_several_arms(capsys):
    luck, arms = np.random.default_rng(3), tuple("abcde")
    missed_best = wrong = wrong_alone = 0
    for _ in range(TIMES // 4):
        worth, shared = luck.lognormal(2, 1, 500), luck.random(500)
        own = luck.random((5, 500))
        profits = np.where(0.7 * shared + 0.3 * own < 0.35, worth, -1.0)
        aggregate = Aggregate(5)
        aggregate.add(rows_of(profits))
        moments = aggregate.moments("all")
        missed_best += any(row.verdict == "not best" for row in standings(moments, "all", arms, LEVEL))
        shown = [row for row in differences(moments, "all", arms, "a", LEVEL, None)
                 if row.quantity == "profit_per_prospect"]  # fmt: skip
        wrong += bool(held_together(shown, LEVEL))
        wrong_alone += any(_leaves_out_nothing(row) for row in shown)
    with capsys.disabled():
        print("\nfive arms alike: one is called not best", end="")
        within(missed_best / (TIMES // 4), 0, 0.06)
        print("five arms alike: a difference holds by Holm", end="")
        within(wrong / (TIMES // 4), 0, 0.075)
        print("five arms alike: an interval by itself leaves out 0", end="")
        within(wrong_alone / (TIMES // 4), 0.06, 0.25)


def _leaves_out_nothing(row: Difference) -> bool:
    return row.low > 0 or row.high < 0


def one_study(luck, half_width, first, most, stops):
    """The deals and the interval at which a study of skewed differences stops; ``stops`` decides at each look."""
    count = total = squares = 0.0
    seen = []
    for target in looks_from(first, most):
        more = int(target - count)
        won = luck.random(more) < 0.3
        change = np.where(won, luck.lognormal(0, 1.5, more), 0.0)
        count, total, squares = target, total + change.sum(), squares + (change**2).sum()
        mean = total / count
        interval = around(mean, max(0.0, squares / count - mean**2) / (count - 1), int(count), LEVEL)
        width = (interval.high - interval.low) / 2
        seen.append(Look(0, int(count), width, width <= half_width))
        if stops(seen):
            break
    return int(count), interval


def looks_from(first, most):
    """The looks of the rule, or of an impatient one that begins at few deals and looks after every one more."""
    if first == FEWEST_REPLICATIONS * BATCH:
        yield from looks(most)
    else:
        yield from range(first, most + 1)


def test_the_stopping_rule(capsys):
    truth = 0.3 * np.exp(1.5**2 / 2)
    deviation = np.sqrt(0.3 * np.exp(2 * 1.5**2) - truth**2)
    luck = np.random.default_rng(4)
    half_width = 1.96 * deviation / np.sqrt(150_000)
    found = [one_study(luck, half_width, FEWEST_REPLICATIONS * BATCH, 1_000_000, is_over) for _ in range(TIMES)]
    with capsys.disabled():
        held = np.mean([low <= truth <= high for _, (low, high) in found])
        deals = np.median([count for count, _ in found])
        print(f"\nthe stopping rule, ends at {deals:,.0f} deals (median)", end="")
        within(held, 0.93, 0.97)


def test_an_impatient_rule_is_wrong_often(capsys):
    truth = 0.3 * np.exp(1.5**2 / 2)
    luck = np.random.default_rng(5)
    found = [one_study(luck, 0.4, 5, 3000, lambda seen: seen[-1].satisfied) for _ in range(TIMES)]
    held = np.mean([low <= truth <= high for _, (low, high) in found])
    with capsys.disabled():
        print("\na rule that looks at every deal from the fifth on", end="")
        within(held, 0, 0.85)
