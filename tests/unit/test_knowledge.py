"""What can be known by which questions, and what asking is worth, held against deals that were really played."""

import numpy as np
import pytest
from worlds import columns_that_differ, world

from agents.seller import STOP
from sim.knowledge import SPARE
from sim.reading import load_scenario
from sim.setting import prepare
from sim.sides import value_of_asking
from sim.stepped import QuestionView, SteppedDeal
from sim.vocabulary import Ask, Event


@pytest.mark.parametrize("name", ["b2b_software", "auto_repair"])
@pytest.mark.parametrize("policy", ["on_first_ask", "after_needs_analysis"])
def test_when_all_places_are_taken_deals_are_played_the_same(name: str, policy: str) -> None:
    setting = prepare(load_scenario(name, {"seller.price_policy": policy}))
    with_room, without = [], []
    for buyer in range(60):
        with_room.append(SteppedDeal(setting, 1, buyer).play())
        crowded = SteppedDeal(setting, 1, buyer)
        crowded.knowledge["nodes"] = SPARE
        without.append(crowded.play())
        assert int(crowded.knowledge["nodes"][0]) == SPARE
    assert columns_that_differ(np.concatenate(with_room), np.concatenate(without)) == []


def test_those_who_ask_the_same_questions_share_what_they_know() -> None:
    setting = prepare(world())
    one, other = (SteppedDeal(setting, 1, buyer, {Ask.QUESTION: asking(0, 2, 1)}) for buyer in (3, 4))
    for deal in (one, other):
        deal.play()
    assert np.array_equal(one.covariance, other.covariance)
    assert not np.array_equal(one.seller_mind["belief"], other.seller_mind["belief"])


def asking(*needs: int):  # type: ignore[no-untyped-def]  # a seat
    """A seat that asks about the given needs, one after the other, and stops."""
    left = list(needs)
    return lambda view: left.pop(0) if left else STOP


@pytest.mark.parametrize("need", [0, 1, 2])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"conversation__latent": 0.0},
        {"conversation__reports": False, "buyer__self_knowledge": 0.2},
        {"buyer__awareness": 0.8, "buyer__risk_aversion": 0.5},
        {"need_cost": 0.4},
    ],
)
def test_the_value_of_a_question_is_what_asking_it_brings_on_average(need: int, changes: dict[str, object]) -> None:
    """Preposterior analysis against play: expected profit after the answer less expected profit before it."""
    setting = prepare(world(**changes))
    gains = []
    for buyer in range(1500):
        deal = SteppedDeal(setting, 1, buyer, {Ask.QUESTION: asking(need)})
        before = float(deal.seller_mind["profit"][0])
        if buyer == 0:
            parts = (setting.world, setting.prices, deal.knowledge, setting.seller, deal.seller_mind, deal.deal)
            told = value_of_asking(*(records[0] for records in parts), need)
        for happening in deal.happenings():
            if happening.event == Event.ANSWERED:
                gains.append(float(deal.seller_mind["profit"][0]) - before)
                break
    brought, error = np.mean(gains), np.std(gains) / np.sqrt(len(gains))
    assert brought > 0
    assert told == pytest.approx(brought, abs=4 * error + 0.15 * brought)


def test_a_seat_that_asks_sees_its_doubt_fall() -> None:
    doubts: list[float] = []

    def watch(view: QuestionView) -> int:
        doubts.append(float(view.doubt[0]))
        return 0 if len(doubts) < 4 else STOP

    SteppedDeal(prepare(world()), 1, 2, {Ask.QUESTION: watch}).play()
    assert doubts == sorted(doubts, reverse=True)
    assert len(set(doubts)) == 4
