"""Faratin's curves [Faratin1998]: what tactics that go by time give up, traced from offers made in deals.

One side bargains by its tactic to its deadline, over several rounds; in the other seat sits somebody who never gives
way and names impossible prices. After a part t of its time a side offers ``A + (R - A) t^(1/b)``.
"""

from typing import NamedTuple

from agents.terms import OWN_PACKAGE
from agents.views import Move, NegotiationView
from experiments.theory.rows import Check, Row, exactly
from sim.scenario import Scenario
from sim.setting import prepare
from sim.stepped import SteppedDeal
from sim.vocabulary import Ask, Event

ROUNDS = 9
FIRMNESS = 3.0
EXPONENTS = {"boulware": ("t^3", FIRMNESS), "linear": ("t", 1.0), "conceder": ("t^(1/3)", 1.0 / FIRMNESS)}
"""Of each tactic the part of its room given up at t, in words, and 1/b."""
SIDES = {"seller": (Ask.BUYER_MOVE, 0), "buyer": (Ask.SELLER_MOVE, 1)}
"""For who is watched: the seat that the stubborn one takes, and the number of the side watched."""


class Trace(NamedTuple):
    """The offers of one side, one a round, and its limit; money."""

    offers: list[float]
    limit: float

    def given_up(self) -> list[float]:
        """The part of its room between first offer and limit that the side has given up, round by round."""
        first = self.offers[0]
        return [(offer - first) / (self.limit - first) for offer in self.offers]


def trace(tactic: str, side: str) -> Trace:
    """Let one side bargain by a tactic against somebody who never gives way."""
    seat, number = SIDES[side]
    impossible = 0.0 if side == "seller" else 1e6

    def stubborn(_view: NegotiationView) -> Move:
        return Move(False, impossible, OWN_PACKAGE)

    deal = SteppedDeal(prepare(_bargain(tactic)), 1, 0, {seat: stubborn})
    offers = [event for event in deal.happenings() if event.event == Event.OFFERED and event.subject == number]
    return Trace([event.value for event in offers], offers[0].other)


def _bargain(tactic: str) -> Scenario:
    """A sale of something worth 100 that costs 20, in which both sides have room to bargain."""
    deadline = {"least": ROUNDS, "extra": 0}
    return Scenario.model_validate(
        {
            "schema": 1,
            "name": "curves",
            "title": "A bargain",
            "question": "Who gives up how much, when?",
            "story": "One need, one solution, one price to bargain about.",
            "currency": "money",
            "needs": {"need": {"label": "the need", "present": 1, "worth": {"family": "fixed", "mean": 100}}},
            "solutions": {"good": {"label": "the good", "covers": {"need": 1}, "base_cost": 20, "typical_price": 90}},
            "buyer": {"slack": 1, "unlimited_patience": True, "ambition": 0.6, "tactic": tactic, "firmness": FIRMNESS,
                      "deadline": deadline},
            "seller": {"markup": 0.5, "tactic": tactic, "firmness": FIRMNESS, "deadline": deadline},
            "conversation": {"answer_noise": 10, "latent": 0},
        }
    )  # fmt: skip


def _curves(_deals: int, _seed: int) -> list[Row]:
    rows = []
    for tactic, (words, exponent) in EXPONENTS.items():
        for side in SIDES:
            given_up = trace(tactic, side).given_up()
            times = [i / (ROUNDS - 1) for i in range(ROUNDS)]
            for t in (0.25, 0.5, 1.0):
                observed = given_up[times.index(t)]
                rows.append(exactly(f"{tactic} {side}, t {t:g}: part given up", words, t**exponent, observed))
            off = max(abs(part - t**exponent) for part, t in zip(given_up, times, strict=True))
            rows.append(exactly(f"{tactic} {side}: furthest from the curve", "0", 0.0, off))
    return rows


CHECKS = (Check("curves", "Concession curves: the part of its room that a side has given up", _curves),)
