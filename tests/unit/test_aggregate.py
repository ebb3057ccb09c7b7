"""What is kept of deals: the same bytes whatever the blocks, and spreads as exact as they promise."""

import numpy as np
import pytest
from made_up_outcomes import made_up_rows, measured

from experiments.aggregate import EVERYBODY, POPULATIONS, PRIMARY, Aggregate, Totals
from experiments.groups import GROUPS, grouped, wide
from experiments.moments import CHUNK
from experiments.spread import code_of, counted, edges_of, joined, random_beats, spread_of
from experiments.tally import OF_EXITS, SPREAD_COLUMNS, group_of, tally


def bytes_of(totals):
    """All of the totals' numbers as bytes."""
    if isinstance(totals, Totals | tuple):
        return b"".join(map(bytes_of, totals))
    return np.asarray(totals).tobytes()


@pytest.mark.parametrize("deals", [1, 63, 64, 65, 1000, CHUNK])
@pytest.mark.parametrize(("arms", "paired"), [(1, True), (2, True), (2, False), (5, True)])
def test_one_pass_counts_what_plain_python_and_numpy_count(arms, paired, deals):
    rows = made_up_rows(arms, deals)
    asked = rows["asked_first"] if paired else np.random.default_rng(1).random(rows.shape) < 0.4
    found = tally(rows, asked)
    plain = measured(rows)
    for arm in range(arms):
        in_order = np.concatenate([plain[arm][:, asked[arm]], plain[arm][:, ~asked[arm]]], axis=1)
        np.testing.assert_array_equal(found.values[arm, :, :deals], in_order)
        for is_asked in (False, True):
            chosen = rows[arm][asked[arm] == is_asked]
            for row in np.unique(chosen[["exit_step", "exit_reason", "destination"]]):
                ended = chosen[chosen[["exit_step", "exit_reason", "destination"]] == row]
                assert found.exits[(int(is_asked), arm, *row)] == len(ended)
                for place, name in enumerate(OF_EXITS):
                    assert found.money[(place, int(is_asked), arm, *row)] == pytest.approx(ended[name].sum())
            for other in range(arms):
                if paired:
                    more = (rows["seller_profit"][arm] > rows["seller_profit"][other])[asked[arm] == is_asked]
                    assert found.greater[int(is_asked), arm, other] == np.count_nonzero(more)
    assert found.exits.sum() == rows.size
    groups = [np.vectorize(group_of)(asked, np.arange(arms)[:, np.newaxis], column) for column in (0, 1)]
    amounts = [rows[name].astype(float) for name in SPREAD_COLUMNS]
    codes = [group + code_of(each) for group, each in zip(groups, amounts, strict=True)]
    spread, places = counted(np.concatenate(codes, axis=None), np.concatenate(amounts, axis=None))
    assert bytes_of(found.spread) == bytes_of(spread)
    assert bytes_of(found.groups) == bytes_of(grouped(spread.codes, places.reshape(-1, deals)))


def test_rows_of_another_type_are_not_counted():
    rows = np.zeros((2, 3), [("seller_profit", "f8"), ("asked_first", "?")])
    with pytest.raises(TypeError, match="rows of type OUTCOME are measured, not of"):
        tally(rows, rows["asked_first"])


@pytest.mark.parametrize("cuts", [[1, 2, 3], [5, 6], [4, 8], [3, 10], [7], list(range(1, 11))])
def test_blocks_of_any_sizes_join_to_the_same_bytes_as_one(cuts):
    rows = made_up_rows(2, 10 * CHUNK + 77)
    whole, joined_up = Aggregate(2), Aggregate(2)
    whole.add(rows)
    for start, end in zip([0, *cuts], [*cuts, 11], strict=True):
        block = Aggregate(2, first=start)
        block.add(rows[:, start * CHUNK : end * CHUNK])
        joined_up.join(block.branches)
    assert joined_up.deals == whole.deals == rows.shape[1]
    assert bytes_of(joined_up.totals) == bytes_of(whole.totals)


def test_a_block_that_does_not_come_next_is_refused():
    aggregate, later = Aggregate(2), Aggregate(2, first=2)
    later.add(made_up_rows(2, 10))
    with pytest.raises(ValueError, match="chunk 2 does not come next: 0 does"):
        aggregate.join(later.branches)


def test_branches_are_few_however_many_chunks_there_are():
    aggregate = Aggregate(1)
    for _ in range(100):
        aggregate.add(made_up_rows(1, CHUNK))
        assert len(aggregate.branches) <= np.log2(aggregate.deals / CHUNK) + 1


def test_codes_rise_with_amounts_and_their_bins_are_narrow():
    luck = np.random.default_rng(3)
    values = np.sort(np.concatenate([luck.normal(0, 1, 5000), 10.0 ** luck.uniform(-9, 9, 5000), [0.0, -0.0, -5e8]]))
    codes = code_of(values)
    assert (np.diff(codes) >= 0).all()
    assert codes.min() > 0
    assert code_of(np.array([0.0])) == code_of(np.array([-0.0]))
    spread = spread_of(values)
    low, high = (spread.values[np.searchsorted(spread.codes, codes)] * factor for factor in (0.992, 1.008))
    assert ((np.minimum(low, high) <= values) & (values <= np.maximum(low, high))).all()


def test_every_amount_lies_between_the_edges_of_its_bin():
    for value in (0.0, 1.0, -1.0, 3.3, -3.3, 1e-9, -2.5e8, 127.99):
        low, high = edges_of(int(code_of(np.array(value))))
        assert low <= value <= high, value
        assert high - low <= 0.008 * abs(value) + 1e-300, value


def test_groups_are_counted_by_the_number_of_the_deal():
    rows = made_up_rows(2, 2 * CHUNK + 70)
    aggregate = Aggregate(2)
    aggregate.add(rows)
    for population in POPULATIONS:
        chosen = rows["asked_first"].all(axis=0) if population == PRIMARY else np.ones(rows.shape[1], bool)
        for arm in range(2):
            found = aggregate.groups(population, arm, "buyer_surplus")
            numbers = np.arange(rows.shape[1]) % GROUPS
            expected = [np.count_nonzero(chosen & (numbers == group)) for group in range(GROUPS)]
            assert found.counts.sum(axis=0).tolist() == expected
            assert found.codes.tolist() == np.unique(wide(code_of(rows["buyer_surplus"][arm][chosen]))).tolist()


def test_arms_that_met_buyers_of_their_own_are_kept_each_by_itself():
    rows = made_up_rows(2, CHUNK + 900)
    rows["asked_first"][1] = ~rows["asked_first"][1]
    aggregate = Aggregate(2, paired=False)
    aggregate.add(rows)
    apart = aggregate.moments(PRIMARY)
    for place, row in enumerate(rows):
        alone = Aggregate(1)
        alone.add(rows[place : place + 1])
        assert bytes_of(apart.arms[place]) == bytes_of(alone.moments(PRIMARY))
        own = row["seller_profit"][row["asked_first"]]
        np.testing.assert_array_equal(aggregate.spread(PRIMARY, place, "seller_profit").codes, spread_of(own).codes)
    assert apart.deals == min(row["asked_first"].sum() for row in rows)
    assert not aggregate.greater(EVERYBODY).any()


def test_quantiles_of_a_spread_are_within_a_bin_of_those_of_the_amounts():
    values = np.random.default_rng(3).lognormal(3, 1, 20_000)
    spread = spread_of(values)
    shares = np.cumsum(spread.counts) / spread.size
    for share in (0.05, 0.5, 0.95):
        found = spread.values[np.searchsorted(shares, share)]
        assert found == pytest.approx(np.quantile(values, share), rel=0.01)


def test_the_spread_of_each_population_and_arm_is_of_its_own_deals():
    rows = made_up_rows(3, 6000)
    aggregate = Aggregate(3)
    aggregate.add(rows)
    for population in POPULATIONS:
        chosen = rows["asked_first"].all(axis=0) if population == PRIMARY else slice(None)
        for arm in range(3):
            for column in ("seller_profit", "buyer_surplus"):
                wanted = spread_of(rows[column][arm][chosen])
                found = aggregate.spread(population, arm, column)
                np.testing.assert_array_equal(found.codes, wanted.codes)
                np.testing.assert_array_equal(found.counts, wanted.counts)
                np.testing.assert_allclose(found.sums, wanted.sums)


def test_equal_amounts_are_kept_exactly():
    spread = joined(spread_of(np.full(3, -1.37)), spread_of(np.full(4, -1.37)))
    assert spread.size == 7
    assert spread.values == pytest.approx([-1.37], rel=1e-15)


def test_who_beats_whom_is_counted_for_each_population():
    rows = made_up_rows(2, 5000)
    aggregate = Aggregate(2)
    aggregate.add(rows)
    first, second = rows["seller_profit"]
    asked = rows["asked_first"].all(axis=0)
    assert aggregate.greater(EVERYBODY)[0, 1] == (first > second).sum()
    assert aggregate.greater(PRIMARY)[1, 0] == (second > first)[asked].sum()
    nothing = spread_of(np.empty(0))
    assert np.isnan(random_beats(nothing, nothing))
