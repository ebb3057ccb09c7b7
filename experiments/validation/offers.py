"""What is said in the talks: single offers, which rows of results do not hold, from deals played event by event."""

import json
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from experiments.validation.field import LATE, ONE_ISSUE, Field
from experiments.validation.findings import MORE, Finding, correlation, found, share
from sim.reading import load_scenario
from sim.setting import prepare
from sim.stepped import SteppedDeal
from sim.vocabulary import Event

MOST_TALKS = 400
"""Talks told offer by offer: the stepped clock is slow, and some hundreds are enough."""
AROUND_HALF = 0.05
CONCESSION = np.dtype([("weight", "f8"), ("accepted", "?"), ("own", "f8"), ("other", "f8")])
"""A counter-offer: how far it went from the own last offer (0) to the other side's (1), whether it was taken, and this
concession and the other side's before it, as parts of the room at the beginning."""


class Offer(NamedTuple):
    """An offer: whose (0 seller, 1 buyer), and the price."""

    side: int
    price: float


def splits_stand_out(field: Field) -> Finding:
    """Counter-offers in the middle, against those as far on either side of it."""

    def spike(talks: np.ndarray) -> float:
        distance = np.abs(talks["weight"] - 0.5)
        return share(distance <= AROUND_HALF, distance <= 3 * AROUND_HALF) - 1 / 3

    return found("part of counter-offers at the middle, beyond an even spread", MORE, spike, concessions(field))


def splits_accepted_more(field: Field) -> Finding:
    """Whether offers in the middle are taken more often than their neighbours."""

    def taken(talks: np.ndarray) -> float:
        distance = np.abs(talks["weight"] - 0.5)
        middle, beside = distance <= AROUND_HALF, (distance > AROUND_HALF) & (distance <= 3 * AROUND_HALF)
        return share(talks["accepted"], middle) - share(talks["accepted"], beside)

    return found("taken more often there than beside it", MORE, taken, concessions(field))


def concessions_repay(field: Field) -> Finding:
    """Whether a large concession is answered by a large one."""
    return found(
        "r of a concession with the other side's before it",
        MORE,
        lambda talks: correlation(talks["own"], talks["other"]),
        concessions(field),
    )


@lru_cache(maxsize=4)
def _concessions(scenario: str, settings: str, deals: int, seed: int, most: int) -> np.ndarray:
    """Of the scenario with settings, as JSON: a key must be hashable, and settings hold mappings and lists."""
    known, changes = json.loads(settings), {**LATE, **ONE_ISSUE}
    rows = Field(scenario, deals, seed, known).arms(changes)[0]
    talked = rows["deal"][rows["rounds"] >= 2][:most]
    setting = prepare(load_scenario(scenario, {**known, **changes}))
    found_in = [row for deal in talked for row in _of_talks(_offers(SteppedDeal(setting, seed, int(deal))))]
    return np.array(found_in, CONCESSION)


def concessions(field: Field) -> np.ndarray:
    """Every counter-offer of the first talks that went on for two rounds or more, in their order."""
    settings = json.dumps(dict(field.settings), sort_keys=True)
    return _concessions(field.scenario, settings, field.deals, field.seed, MOST_TALKS)


def _offers(deal: SteppedDeal) -> tuple[list[Offer], bool]:
    """The offers of a deal in their order, and whether the last one was accepted."""
    offers, accepted = [], False
    for happening in deal.happenings():
        if happening.event == Event.OFFERED:
            offers.append(Offer(happening.subject, happening.value))
        accepted = accepted or happening.event == Event.ACCEPTED
    return offers, accepted


def _of_talks(told: tuple[list[Offer], bool]) -> list[tuple[float, bool, float, float]]:
    """The counter-offers of one deal that come after an own offer and the other side's two last ones."""
    offers, accepted = told
    if len(offers) < 4:
        return []
    room = abs(offers[0].price - offers[1].price)
    rows = []
    for last in range(3, len(offers)):
        before, own, standing, new = offers[last - 3 : last + 1]
        gap = standing.price - own.price
        if room <= 0 or gap == 0 or new.side != own.side:
            continue
        conceded = abs(new.price - own.price) / room
        answered = abs(standing.price - before.price) / room
        taken = accepted and last == len(offers) - 1
        rows.append(((new.price - own.price) / gap, taken, conceded, answered))
    return rows
