"""The batch and the stepped clock play the same deals to the last bit, however the work is cut up."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from worlds import columns_that_differ, same_rows

from agents.catalogue import catalogue, rules
from sim.batch import play
from sim.reading import load_scenario
from sim.scenario import Scenario
from sim.setting import prepare
from sim.stepped import SteppedDeal
from sim.vocabulary import Ask

PLUGINS = Path(__file__).parent.parent / "plugins"
WITH_LUCK = catalogue([PLUGINS / "coin_flip.py"], [PLUGINS / "jitter.py"])
DEALS = 120


def scenario(policy: str, tactic: str, name: str = "b2b_software") -> Scenario:
    """A bundled scenario with the given policy and both sides bargaining by the given tactic."""
    chosen = load_scenario(name)
    seller = chosen.seller.model_copy(update={"price_policy": policy, "tactic": tactic})
    buyer = chosen.buyer.model_copy(update={"tactic": tactic})
    return chosen.model_copy(update={"seller": seller, "buyer": buyer})


def batch(*scenarios: Scenario, deals: int = DEALS, seed: int = 3, **options: object) -> np.ndarray:
    return np.concatenate(list(play(scenarios, seed, deals, rules=WITH_LUCK, **options)), axis=1)  # type: ignore[arg-type]  # options are play's own


@pytest.mark.parametrize("name", ["b2b_software", "auto_repair"])
@pytest.mark.parametrize(("policy", "tactic"), list(product(WITH_LUCK.price_policies, WITH_LUCK.tactics)))
def test_stepping_a_deal_gives_the_rows_of_the_batch(policy: str, tactic: str, name: str) -> None:
    chosen = scenario(policy, tactic, name)
    rows = batch(chosen)[0]
    setting = prepare(chosen, WITH_LUCK)
    stepped = np.concatenate([SteppedDeal(setting, 3, i, rules=WITH_LUCK).play() for i in range(DEALS)])
    assert columns_that_differ(rows, stepped) == []


@pytest.mark.parametrize("policy", WITH_LUCK.price_policies)
def test_a_policy_seated_as_plain_python_gives_the_rows_of_the_batch(policy: str) -> None:
    chosen = scenario(policy, "boulware")
    plain = dict(zip(WITH_LUCK.price_policies, rules(WITH_LUCK.price_policies, "reply"), strict=True))[policy]
    rows = batch(chosen)[0]
    setting = prepare(chosen, WITH_LUCK)
    played = [SteppedDeal(setting, 3, i, {Ask.PRICE: plain}, WITH_LUCK).play() for i in range(DEALS)]
    assert columns_that_differ(rows, np.concatenate(played)) == []


def test_the_deals_compared_end_in_many_ways() -> None:
    rows = batch(*(scenario(policy, "boulware") for policy in WITH_LUCK.price_policies))
    assert len(np.unique(rows["exit_reason"])) >= 8
    assert (rows["rounds"] > 3).any()


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
