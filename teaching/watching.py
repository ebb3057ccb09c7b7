"""A deal to be watched: after each event what was said, what each side believed, which numbers stood, both limits."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from experiments.narrating import Narrator
from experiments.telling import STEPS
from sim.scenario import Scenario
from sim.sides import buyer_limit, seller_limit
from sim.stepped import SteppedDeal
from sim.vocabulary import Event, Step
from teaching.game import IN_BRACKETS
from teaching.prepared import RULES, prepared, with_policy

NUMBERS = {
    Event.NUMBER_NAMED,
    Event.LIST_PRICE_NAMED,
    Event.CONDITION_NAMED,
    Event.MENU_NAMED,
    Event.TAKEN,
}


class Frame(NamedTuple):
    """A deal just after one event; money. ``aloud`` was said, ``thought`` is what a side believed or would accept."""

    step: Step
    contact: int
    aloud: tuple[str, ...]
    thought: tuple[str, ...]
    believed: tuple[float, ...]  # what the seller believes each need is worth
    doubt: tuple[float, ...]
    seen: tuple[float, ...]  # what the buyer sees in each need
    named: tuple[tuple[str, float], ...]  # numbers and offers so far, by whom
    limits: tuple[float, float]  # the seller's and the buyer's, for the solution talked about

    @property
    def heading(self) -> str:
        """The step's number and name."""
        return f"{int(self.step)} {STEPS[self.step]}"


@dataclass(frozen=True)
class Watched:
    """A whole deal under one policy: its frames, the truth, and how it ended."""

    policy: str
    labels: tuple[str, ...]
    worth: tuple[float, ...]
    frames: tuple[Frame, ...]
    row: np.void

    @property
    def won(self) -> bool:
        """Whether it was signed."""
        return bool(self.row["won"])


def watch(scenario: Scenario, policy: str, seed: int, buyer: int) -> Watched:
    """The deal with one buyer under a policy, frame by frame."""
    deal = SteppedDeal(prepared(with_policy(scenario, policy)), seed, buyer, rules=RULES)
    narrator = Narrator(scenario, deal)
    frames: list[Frame] = []
    named: tuple[tuple[str, float], ...] = ()
    for happening in deal.happenings():
        sentences = tuple(narrator.sentences(happening))
        if happening.event in NUMBERS:
            named = (*named, ("seller", happening.value))
        elif happening.event == Event.RANGE_NAMED:
            named = (*named, ("seller", happening.value), ("seller", happening.other))
        elif happening.event == Event.OFFERED:
            named = (*named, ("buyer" if happening.subject else "seller", happening.value))
        frames.append(_frame(deal, Step(happening.step), happening.contact, sentences, named))
    count = len(scenario.needs)
    worth = tuple(map(float, deal.buyer["worth"][0, :count]))
    return Watched(
        policy, tuple(need.label for need in scenario.needs.values()), worth, tuple(frames), deal.row[0].copy()
    )


def _frame(
    deal: SteppedDeal, step: Step, contact: int, sentences: tuple[str, ...], named: tuple[tuple[str, float], ...]
) -> Frame:
    mind, buyer = deal.seller_mind[0], deal.buyer_mind[0]
    count = int(deal.world["needs"][0])
    doubt = np.sqrt(np.maximum(0.0, np.diag(deal.covariance)[:count]))
    aloud = tuple(filter(None, (IN_BRACKETS.sub("", sentence).strip() for sentence in sentences)))
    thought = tuple(part.strip().strip("()") for sentence in sentences for part in IN_BRACKETS.findall(sentence))
    return Frame(
        step,
        contact,
        aloud,
        thought,
        tuple(map(float, mind["belief"][:count])),
        tuple(map(float, doubt)),
        tuple(map(float, buyer["perceived"][:count])),
        named,
        _limits(deal),
    )


def _limits(deal: SteppedDeal) -> tuple[float, float]:
    """The seller's and the buyer's limit for what is proposed, or was quoted; NaN before."""
    course = deal.deal[0]
    solution = int(course["solution"]) if course["solution"] >= 0 else int(course["quoted_solution"])
    if solution < 0:
        return math.nan, math.nan
    world = deal.world[0]
    return (
        float(seller_limit(world, deal.seller_mind[0], solution)),
        float(buyer_limit(world, deal.buyer[0], deal.buyer_mind[0], solution)),
    )


def range_of_prices(deals: tuple[Watched, ...]) -> tuple[float, float]:
    """A range that holds all numbers and limits of some deals, with some room."""
    values = [price for deal in deals for frame in deal.frames[-1:] for _, price in frame.named]
    values += [limit for deal in deals for frame in deal.frames for limit in frame.limits if math.isfinite(limit)]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 1.0
    return low - room, high + room


def range_of_worth(deals: tuple[Watched, ...]) -> float:
    """The most that a need is worth or believed to be worth in some deals."""
    return max(
        max(
            (
                *deal.worth,
                *(
                    value + 0.5 * doubt
                    for frame in deal.frames
                    for value, doubt in zip(frame.believed, frame.doubt, strict=True)
                ),
            )
        )
        for deal in deals
    )
