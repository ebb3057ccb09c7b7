"""The parts of a market by themselves: choosing, undercutting, opinions, learning, networks, measures."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from markets import busy_market, market_scenario
from pydantic import ValidationError

from agents.competition import choice_weight, experience_of, improved_offer, opinion_after, worth_of_an_hour
from agents.learning import best_arm, draw_from, imitates, logit_shares
from experiments.market_measures import differences, measured, over_replications, shares_by_day, summed
from sim.fate import seed_of_replication
from sim.market.learning import Learners
from sim.market.network import acquaintances, spread
from sim.market.replication import tables_of
from sim.market.settings import Learning, MarketSettings, Reputation
from sim.own_seats import names_played


def test_a_seller_goes_below_what_would_match_but_never_below_its_limit() -> None:
    assert improved_offer(100.0, 90.0, 50.0, 0.02) == pytest.approx(88.2)
    assert improved_offer(100.0, 90.0, 89.0, 0.02) == 89.0
    assert improved_offer(100.0, 90.0, 95.0, 0.02) == 100.0, "it cannot beat that, so it does not move"
    assert improved_offer(80.0, 90.0, 50.0, 0.02) == 80.0, "its number is better already"


def test_trust_makes_a_difference_only_where_it_has_a_strength() -> None:
    assert choice_weight(0.8, 0.0) == choice_weight(-0.8, 0.0) == 1.0
    assert choice_weight(0.5, 2.0) == pytest.approx(math.e)


def test_experience_is_bounded_and_has_the_sign_of_the_gain() -> None:
    assert experience_of(50.0, 100.0) == pytest.approx(0.4621, abs=1e-4)
    assert experience_of(-50.0, 100.0) == -experience_of(50.0, 100.0)
    assert experience_of(1.0, 0.0) == 1.0
    assert opinion_after(0.2, 1.0, 0.5) == pytest.approx(0.6)


def test_an_hour_is_worth_nothing_while_hours_are_idle() -> None:
    assert worth_of_an_hour(30.0, 6.0, 0.0) == 5.0
    assert worth_of_an_hour(30.0, 6.0, 0.1) == worth_of_an_hour(-30.0, 6.0, 0.0) == worth_of_an_hour(1.0, 0.0, 0.0) == 0


def test_only_who_earns_more_is_imitated_the_more_readily_the_more() -> None:
    assert not imitates(2.0, 1.0, 1.0, 1.0, 0.0)
    assert imitates(1.0, 1.5, 1.0, 1.0, 0.49)
    assert not imitates(1.0, 1.5, 1.0, 1.0, 0.51)
    assert not imitates(1.0, 1.5, 1.0, 0.0, 0.0), "sharpness 0 switches it off"


def test_selection_raises_the_share_of_what_earns_more_and_brings_nothing_back() -> None:
    shares = logit_shares([2.0, 1.0, math.nan], [0.5, 0.5, 0.0], 1.0, 1.0)
    assert shares == pytest.approx([math.e / (math.e + 1), 1 / (math.e + 1), 0.0])
    assert logit_shares([2.0, 1.0], [0.5, 0.5], 1.0, 0.0) == pytest.approx([0.5, 0.5])
    assert [draw_from([0.25, 0.75], chance) for chance in (0.0, 0.24, 0.26, 1.0)] == [0, 0, 1, 1]


def test_a_bandit_tries_everything_once_and_then_mostly_what_earned_most() -> None:
    assert best_arm([0.0, 5.0], [0, 1], 1.0, 1.0, 0.99) == 0
    chances = np.linspace(0.005, 0.995, 100)
    chosen = [best_arm([10.0, 30.0], [10, 10], 2.0, 3.0, chance) for chance in chances]
    assert np.mean(chosen) == pytest.approx(math.exp(3) / (1 + math.exp(3)), abs=0.02)


def congested(rule: str, reviews: int = 120, **settings: Any) -> tuple[float, float]:
    """Share of the first of two policies after many reviews, and how far its earnings are from the other's.

    The first earns 2 less its share times two, the other 1: a mixed state, in which half have each, equals both.
    """
    sellers = 400
    policy_of = np.array([0, 1] * (sellers // 8) + [1] * (sellers - sellers // 4))
    learners = Learners(Learning(rule=rule, review_days=1, **settings), ["one", "other"], policy_of, 5)  # type: ignore[arg-type]  # a test's own word
    profit, recent = np.zeros(sellers), []
    for day in range(1, reviews + 1):
        share = float((policy_of == 0).mean())
        recent.append(share)
        profit += np.where(policy_of == 0, 2.0 - 2.0 * share, 1.0)
        learners.review(day, SimpleNamespace(selling={"profit": profit}))  # type: ignore[arg-type]  # all it reads
    late = float(np.mean(recent[reviews // 2 :]))
    return late, abs(1.0 - 2.0 * late)


@pytest.mark.parametrize("rule", ["imitation", "replicator"])
def test_earnings_are_equalised_where_a_mixed_state_survives(rule: str) -> None:
    share, gap = congested(rule)
    assert share == pytest.approx(0.5, abs=0.06)
    assert gap < 0.12


def test_what_was_earned_before_the_last_review_counts_no_more() -> None:
    policy_of = np.array([0, 1])
    learners = Learners(Learning(rule="imitation", rate=1.0, sharpness=100.0), ["one", "other"], policy_of, 5)
    profit = np.array([100.0, 100.0])
    learners.review(20, SimpleNamespace(selling={"profit": profit}))  # type: ignore[arg-type]  # all it reads
    profit += [1.0, 3.0]
    learners.review(40, SimpleNamespace(selling={"profit": profit}))  # type: ignore[arg-type]
    assert policy_of.tolist() == [1, 1]
    policy_of[0] = 0
    profit += [3.0, 1.0]
    learners.review(60, SimpleNamespace(selling={"profit": profit}))  # type: ignore[arg-type]
    assert policy_of.tolist() == [0, 0], "the other has earned as much in all, and less of late"


def test_a_bandit_goes_by_what_a_policy_earned_on_average_and_not_in_all() -> None:
    policy_of, profit = np.array([0, 1]), np.zeros(2)
    learners = Learners(Learning(rule="bandit", review_days=1, sharpness=100.0), ["one", "other"], policy_of, 5)
    played = []
    for day, earned in enumerate((5.0, 4.0, 0.0), start=1):
        profit += [earned, 4.0]
        learners.review(day, SimpleNamespace(selling={"profit": profit}))  # type: ignore[arg-type]  # all it reads
        played.append(int(policy_of[0]))
    assert played == [1, 0, 1], "it tries the other, goes back, and leaves when its average has fallen"


def test_nothing_spreads_where_sellers_do_not_learn() -> None:
    assert congested("none")[0] == congested("imitation", rate=0.0)[0] == 0.125


def test_mutation_keeps_what_selection_would_end() -> None:
    policy_of = np.array([0] * 50)
    policy_of[0] = 1
    learners = Learners(Learning(rule="imitation", mutation=0.5), ["one", "other"], policy_of, 5)
    learners.review(20, SimpleNamespace(selling={"profit": np.zeros(50)}))  # type: ignore[arg-type]  # all it reads
    assert 3 < (policy_of == 1).sum() < 25


@pytest.mark.parametrize("topology", ["small_world", "scale_free", "random", "ring", "complete"])
def test_every_topology_has_its_people_and_a_seed_has_one_shape(topology: str) -> None:
    settings = Reputation(topology=topology, people=60, acquaintances=6)  # type: ignore[arg-type]  # a parameter of the test
    one, again, other = (acquaintances(settings, seed) for seed in (1, 1, 2))
    assert sorted(one.nodes) == list(range(60))
    assert set(one.edges) == set(again.edges)
    assert topology in ("ring", "complete") or set(one.edges) != set(other.edges)
    degree = 2 * one.number_of_edges() / 60
    assert degree == (59 if topology == "complete" else pytest.approx(6, abs=1.5))


def test_word_of_mouth_reaches_acquaintances_and_nobody_else() -> None:
    settings = Reputation(topology="ring", people=10, acquaintances=2, experience=0.5, word_of_mouth=0.2)
    opinions = np.zeros((10, 3))
    spread(opinions, acquaintances(settings, 1), settings, 4, 1, 1.0)
    assert opinions[:, 1].tolist() == [0, 0, 0, 0.2, 0.5, 0.2, 0, 0, 0, 0]
    assert not opinions[:, [0, 2]].any()


def test_replications_have_luck_of_their_own() -> None:
    seeds = {seed_of_replication(seed, number) for seed in (0, 1, 2) for number in range(200)}
    assert len(seeds) == 600
    assert all(0 <= seed < 2**64 for seed in seeds)


def test_measures_are_those_of_the_deals() -> None:
    market = busy_market()
    found = measured(market.world, tables_of(market))
    rows = market.outcomes
    assert found["leads"] == len(set(rows["deal"].tolist()))
    assert found["bought"] == pytest.approx(rows["won"].sum() / found["leads"])
    assert found["price"] == pytest.approx(rows["price"][rows["won"]].mean())
    profit = sum(seller.profit for seller in market.sellers)
    assert found["profit_per_lead"] == pytest.approx(profit / found["leads"])
    assert 0 < found["utilisation"] <= 1
    shares = [value for name, value in found.items() if name.startswith("share:")]
    assert sum(shares) == pytest.approx(1.0)
    assert sum(shares_by_day(tables_of(market)).values()) == pytest.approx(np.ones(market.day))


def test_intervals_are_over_replications_and_differences_are_paired() -> None:
    one = [{"price": 10.0}, {"price": 20.0}, {"price": 30.0}]
    other = [{"price": 11.0}, {"price": 21.0}, {"price": 31.0}]
    mean, interval, count = summed([each["price"] for each in one])
    assert (mean, count) == (20.0, 3)
    assert interval.low == pytest.approx(20 - 4.3027 * 10 / 3**0.5, rel=1e-4)
    assert differences(one, other)["price"].interval == (1.0, 1.0)
    assert over_replications([{"share:a": 1.0}, {"share:b": 1.0}])["share:a"].mean == 0.5


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hours_per_day": 0.0}, "nobody could sell"),
        ({"sellers": 2, "asking": {"comparers": 0.5, "sellers": 3}}, "there are 2"),
        ({"reputation": {"people": 5, "acquaintances": 5}}, "fewer would be right"),
        ({"policies": {"on_first_ask": 0.0}}, "no policy has a weight"),
        ({"policies": {"on_frist_ask": 1.0}}, "is not a price policy"),
        ({"work_rule": "oldest"}, "is not a work rule"),
    ],
)
def test_an_impossible_market_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        MarketSettings(leads_per_day=1.0, **settings)


def test_the_policies_of_a_market_are_among_those_played() -> None:
    """Or a plug-in that only the market names would not be seated, and its edited text would change no key."""
    scenario = market_scenario(leads_per_day=1.0, policies={"with_proposal": 1.0, "range_first": 2.0})
    assert {"with_proposal", "range_first", scenario.seller.price_policy} <= names_played(scenario)


def test_later_business_is_counted_once() -> None:
    with pytest.raises(Exception, match="later_business"):
        market_scenario(settings={"later_business": 0.2}, leads_per_day=1.0, after_sale={"repeat": 0.1})
