"""The batch and the stepped clock play the same deals to the last bit, however the work is cut up."""

from collections.abc import Mapping
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from pairwise import pairwise_cover
from worlds import columns_that_differ, same_rows

from agents.catalogue import catalogue, rules
from agents.views import Kind
from sim.batch import play
from sim.reading import load_scenario, scenario_names
from sim.scenario import Scenario
from sim.setting import prepare
from sim.stepped import SteppedDeal
from sim.vocabulary import Ask, Step

PLUGINS = Path(__file__).parent.parent / "plugins"
WITH_LUCK = catalogue([PLUGINS / "coin_flip.py", PLUGINS / "anything_goes.py"], [PLUGINS / "jitter.py"])
DEALS = 80


CHOICES: dict[str, list[str]] = {
    "price_policy": list(WITH_LUCK.price_policies),
    "name": list(scenario_names()),
    "seller_tactic": list(WITH_LUCK.tactics),
    "buyer_tactic": list(WITH_LUCK.tactics),
    "protocol": list(get_args(Scenario.model_fields["protocol"].annotation)),
    "opener": list(get_args(Scenario.model_fields["opener"].annotation)),
    "quotes": list(get_args(Scenario.model_fields["quotes"].annotation)),
    "strictness": ["0.0", "1.0", "3.0"],
}
COVER = [tuple(case.values()) for case in pairwise_cover(CHOICES)]
Case = tuple[str, ...]


def scenario(policy: str, tactic: str, name: str = "b2b_software") -> Scenario:
    """A bundled scenario with the given policy and both sides bargaining by the given tactic."""
    chosen = load_scenario(name)
    case = (policy, name, tactic, tactic, chosen.protocol, chosen.opener, chosen.quotes, str(chosen.seller.strictness))
    return scenario_of(case)


def scenario_of(case: Case) -> Scenario:
    """A bundled scenario with one choice of each kind; plug-ins included, which no file may name."""
    policy, name, seller_tactic, buyer_tactic, protocol, opener, quotes, strictness = case
    chosen = load_scenario(name)
    own = {"price_policy": policy, "tactic": seller_tactic, "strictness": float(strictness)}
    seller = chosen.seller.model_copy(update=own)
    buyer = chosen.buyer.model_copy(update={"tactic": buyer_tactic})
    parties = {"seller": seller, "buyer": buyer}
    return chosen.model_copy(update={**parties, "protocol": protocol, "opener": opener, "quotes": quotes})


def batch(*scenarios: Scenario, deals: int = DEALS, seed: int = 3, **options: object) -> np.ndarray:
    return np.concatenate(list(play(scenarios, seed, deals, rules=WITH_LUCK, **options)), axis=1)  # type: ignore[arg-type]  # options are play's own


@cache
def batch_of(case: Case) -> np.ndarray:
    return batch(scenario_of(case))[0]


def stepped(chosen: Scenario, seats: Mapping[Ask, Any] | None = None) -> np.ndarray:
    setting = prepare(chosen, WITH_LUCK)
    return np.concatenate([SteppedDeal(setting, 3, buyer, seats, WITH_LUCK).play() for buyer in range(DEALS)])


@pytest.mark.parametrize("case", COVER, ids="-".join)
def test_stepping_a_deal_gives_the_rows_of_the_batch(case: Case) -> None:
    assert columns_that_differ(batch_of(case), stepped(scenario_of(case))) == []


@pytest.mark.slow
@pytest.mark.parametrize("policy", WITH_LUCK.price_policies)
@pytest.mark.parametrize("name", scenario_names())
def test_stepping_a_deal_gives_the_rows_of_the_batch_in_every_combination(policy: str, name: str) -> None:
    others = [choices for kind, choices in CHOICES.items() if kind not in ("price_policy", "name", "strictness")]
    for choices in product(*others):
        case = (policy, name, *choices, "1.0")
        chosen = scenario_of(case)
        assert columns_that_differ(batch(chosen)[0], stepped(chosen)) == [], case


def test_the_cover_makes_every_two_choices_meet() -> None:
    met = {pair for case in COVER for pair in combinations(zip(CHOICES, case, strict=True), 2)}
    wanted = {
        ((one, a), (other, b))
        for one, other in combinations(CHOICES, 2)
        for a, b in product(CHOICES[one], CHOICES[other])
    }
    assert met == wanted
    one, other = sorted(map(len, CHOICES.values()))[-2:]
    assert len(COVER) < 1.3 * one * other, "it is no longer than it must be"


@pytest.mark.parametrize("policy", WITH_LUCK.price_policies)
def test_a_policy_seated_as_plain_python_gives_the_rows_of_the_batch(policy: str) -> None:
    chosen = scenario(policy, "boulware")
    plain = dict(zip(WITH_LUCK.price_policies, rules(WITH_LUCK.price_policies, "reply"), strict=True))[policy]
    assert columns_that_differ(batch(chosen)[0], stepped(chosen, {Ask.PRICE: plain})) == []


def test_the_deals_compared_end_in_many_ways_and_hear_every_kind_of_number() -> None:
    rows = np.concatenate([batch_of(case) for case in COVER])
    assert len(np.unique(rows["exit_reason"])) >= 16
    assert {Kind(kind) for kind in np.unique(rows["first_reply"]) if kind >= 0} == {
        Kind.QUOTE, Kind.RANGE, Kind.MENU, Kind.CONDITIONAL, Kind.LIST
    }  # fmt: skip
    assert set(Step) == {Step(step) for step in np.unique(rows["exit_step"])}
    assert (rows["rounds"] > 3).any()
    assert (rows["objections"] > 1).any()


def test_the_policies_and_tactics_compared_differ_in_what_they_do() -> None:
    by_policy = [batch(scenario(policy, "linear"), deals=2_000)["seller_profit"].sum() for policy in WITH_LUCK[0]]
    by_tactic = [batch(scenario("on_first_ask", tactic), deals=2_000)["seller_profit"].sum() for tactic in WITH_LUCK[1]]
    assert len(set(by_policy)) == len(by_policy)
    assert len(set(by_tactic)) == len(by_tactic)


ARMS = (scenario("on_first_ask", "linear"), scenario("coin_flip", "jitter"))


@pytest.mark.parametrize("chunk", [1, 7, 4096, 10_000])
@pytest.mark.parametrize("workers", [1, 2])
def test_chunks_and_threads_change_nothing(chunk: int, workers: int) -> None:
    whole = batch(*ARMS, deals=5_000)
    assert same_rows(whole, batch(*ARMS, deals=5_000, chunk=chunk, workers=workers))


def test_further_deals_leave_the_first_ones_unchanged() -> None:
    assert same_rows(batch(*ARMS, deals=500), batch(*ARMS, deals=900)[:, :500])


def test_a_run_may_begin_at_any_buyer() -> None:
    assert same_rows(batch(*ARMS, deals=900)[:, 400:], batch(*ARMS, deals=500, first=400))


def test_a_further_arm_leaves_the_others_unchanged() -> None:
    assert same_rows(batch(*ARMS, deals=500)[1], batch(ARMS[1], deals=500)[0])


def test_arms_that_differ_in_their_buyers_are_drawn_each_for_itself() -> None:
    one, other = scenario("on_first_ask", "linear"), scenario("on_first_ask", "linear")
    other = other.model_copy(update={"buyer": other.buyer.model_copy(update={"awareness": 1.0})})
    together = batch(one, other, deals=500)
    assert same_rows(together[0], batch(one, deals=500)[0])
    assert same_rows(together[1], batch(other, deals=500)[0])
    assert columns_that_differ(together[0], together[1]) != []


def test_seed_0_is_a_seed_like_any_other() -> None:
    nought, one = batch(*ARMS, deals=500, seed=0), batch(*ARMS, deals=500, seed=1)
    assert same_rows(nought, batch(*ARMS, deals=500, seed=0))
    assert not same_rows(nought, one)


@pytest.mark.parametrize(("name", "value"), [("deals", 0), ("workers", 0), ("chunk", 0), ("first", -1), ("seed", -1)])
def test_impossible_counts_are_refused(name: str, value: int) -> None:
    options = {"seed": 1, "deals": 10, name: value}
    with pytest.raises(ValueError, match=f"{name} is {value}"):
        play([ARMS[0]], **options)  # type: ignore[arg-type]  # options are play's own
