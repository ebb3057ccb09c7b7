"""The player's desk: what its own side knows and believes, worked out from its own records and from nothing else."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from agents.group import DecisionRule
from agents.terms import BASE, levels_of
from sim.scenario import Scenario
from sim.sides import (
    BUYER,
    SELLER,
    buyer_limit,
    buyer_uncertainty,
    chance,
    seller_limit,
    seller_opening,
    terms_to_buyer,
    terms_to_seller,
)
from sim.stepped import SteppedDeal


class NeedOnDesk(NamedTuple):
    """A need as the player sees it, money: what it takes it to be worth to the buyer, and how sure it is."""

    label: str
    worth: float
    doubt: float  # standard deviation
    seen: float  # what the seller thinks the buyer sees in it; of the buyer itself, the same as worth
    times: int  # how often it was asked about


class SolutionOnDesk(NamedTuple):
    """A solution as the player sees it, money."""

    label: str
    limit: float  # the player's own reservation price
    number: float  # what the seller's own price list says now; NaN for the buyer
    expected: float  # what the seller thinks the buyer would pay at most; NaN for the buyer
    doubt: float  # standard deviation of that; of the buyer, of what it is worth to it


class LevelOnDesk(NamedTuple):
    """A level of a term, and what it means to the player beyond the standard level, money: worth, or minus cost."""

    label: str
    name: str
    worth: float


class TermOnDesk(NamedTuple):
    """A term besides price, with what its levels mean to the player, and the one it thinks best for both."""

    label: str
    name: str
    levels: tuple[LevelOnDesk, ...]
    best: int


class Desk(NamedTuple):
    """All that the player's own side knows, money; NaN for what does not exist."""

    needs: tuple[NeedOnDesk, ...]
    solutions: tuple[SolutionOnDesk, ...]
    terms: tuple[TermOnDesk, ...]
    favourite: int  # the solution presented, or the one that the seller thinks best now; -1 for a buyer that heard none
    on_the_table: float  # the last number named
    chance: float  # how likely the seller thinks the buyer is able and likely to buy; NaN for the buyer
    alternative: float  # what the buyer believes its best alternative is worth; NaN for the seller
    contacts: float  # spent by the player's side
    contact_cost: float
    deadline: int  # rounds the player's side is ready to bargain; 0 before the talks
    notes: tuple[str, ...] = ()  # what else a buyer knows of itself, and cannot choose


def desk_of(scenario: Scenario, deal: SteppedDeal, seat: str) -> Desk:
    """The desk of one seat as a deal stands."""
    return _of_seller(scenario, deal) if seat == "seller" else _of_buyer(scenario, deal)


def _of_seller(scenario: Scenario, deal: SteppedDeal) -> Desk:
    world, prices, knowledge, seller = deal.world[0], deal.prices[0], deal.knowledge[0], deal.seller[0]
    mind, course = deal.seller_mind[0], deal.deal[0]
    count = int(world.needs)
    doubts = np.sqrt(np.maximum(0.0, np.diag(deal.covariance)[:count]))
    needs = tuple(
        NeedOnDesk(
            need.label, float(mind.belief[k]), float(doubts[k]), float(mind.belief[count + k]), int(course.times[k])
        )
        for k, need in enumerate(scenario.needs.values())
    )
    solutions = tuple(
        SolutionOnDesk(
            solution.label,
            float(seller_limit(world, mind, s)),
            float(seller_opening(world, prices, knowledge, seller, mind, s)),
            float(mind.belief[2 * count + s]),
            math.sqrt(max(0.0, float(knowledge.variance[mind.node, s]))),
        )
        for s, solution in enumerate(scenario.solutions.values())
    )
    favourite = int(course.solution) if course.solution >= 0 else int(mind.favourite)
    return Desk(
        needs,
        solutions,
        _terms(scenario, deal, SELLER),
        favourite,
        float(course.last_quote),
        float(chance(mind)),
        math.nan,
        float(course.contacts),
        float(seller.contact_cost),
        int(mind.deadline) if course.rounds else 0,
    )


def _of_buyer(scenario: Scenario, deal: SteppedDeal) -> Desk:
    world, buyer, mind, course = deal.world[0], deal.buyer[0], deal.buyer_mind[0], deal.deal[0]
    needs = tuple(
        NeedOnDesk(
            need.label,
            float(mind.perceived[k]),
            math.sqrt(max(0.0, float(mind.variance[k]))),
            float(mind.perceived[k]),
            int(course.times[k]),
        )
        for k, need in enumerate(scenario.needs.values())
    )
    solutions = tuple(
        SolutionOnDesk(
            solution.label,
            float(buyer_limit(world, buyer, mind, s)),
            math.nan,
            math.nan,
            float(buyer_uncertainty(world, mind, s)),
        )
        for s, solution in enumerate(scenario.solutions.values())
    )
    return Desk(
        needs,
        solutions,
        _terms(scenario, deal, BUYER),
        int(course.solution),
        float(course.last_quote),
        math.nan,
        float(mind.batna),
        float(course.buyer_contacts),
        float(buyer.contact_cost),
        int(mind.deadline) if course.rounds else 0,
        tuple(_notes(world, buyer)),
    )


def _notes(world: Any, buyer: Any) -> Iterator[str]:
    """What stays as it is whatever a person in the buyer's seat decides."""
    if not buyer.in_market:
        yield "You are only looking around: it will not come to an agreement in principle."
    if not buyer.authority:
        yield "You may not sign: whatever is agreed on, others will not let it pass."
    if buyer.members > 1 and world.decision_rule == DecisionRule.MAJORITY:
        yield f"You are one of {int(buyer.members)}: the majority decides what is signed, and yours is one vote."
    elif buyer.members > 1:
        yield f"You speak for a group of {int(buyer.members)}, which may not pass what you sign."


def _terms(scenario: Scenario, deal: SteppedDeal, side: int) -> tuple[TermOnDesk, ...]:
    """The terms, once the talks have begun: before, nobody has thought about them."""
    if not deal.deal[0].rounds:
        return ()
    mind = deal.buyer_mind[0] if side == BUYER else deal.seller_mind[0]
    best = levels_of(len(scenario.terms), int(mind.package))
    found = []
    for j, (name, term) in enumerate(scenario.terms.items()):
        levels = tuple(
            LevelOnDesk(level.label, key, _worth(deal, side, number * BASE**j))
            for number, (key, level) in enumerate(term.levels.items())
        )
        found.append(TermOnDesk(term.label, name, levels, best[j]))
    return tuple(found)


def _worth(deal: SteppedDeal, side: int, package: int) -> float:
    """What a package means to a side beyond standard terms, money: its worth, or minus its cost."""
    if side == BUYER:
        return float(terms_to_buyer(deal.world[0], deal.buyer[0], package))
    return -float(terms_to_seller(deal.world[0], deal.seller_mind[0], package))
