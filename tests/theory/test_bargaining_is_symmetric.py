"""Bargaining treats both sides alike: swap sides, opener and deadlines, and the outcome is the mirror image."""

import importlib
from typing import Any

import numpy as np
import pytest
from worlds import world

from agents.bargaining import respond
from agents.catalogue import rules, tactics
from agents.views import Move, NegotiationView
from sim.deal import BUYER_MIND, DEAL, KNOWLEDGE, SELLER_MIND, Sale, blank
from sim.knowledge import plant
from sim.negotiation.alternating_offers import answer, next_turn, sit_down
from sim.process import begin
from sim.setting import prepare
from sim.sides import BUYER, SELLER, Guess, view_negotiation
from sim.vocabulary import Ask, Reason, Step

MIRROR = 100.0
PRIVATE = {"luck", "their_limit", "their_doubt", "seen_limit", "seen_doubt"}
"""What the two sides do not have in mirrored form: each has luck of its own, and its own ways to guess."""


def _has_a_mirror_image(name: str) -> bool:
    return not PRIVATE & set(importlib.import_module(f"agents.tactics.{name}").LOOKS_AT)


TACTICS = {
    name: rule
    for name, rule in zip(tactics(), rules(tactics(), "next_offer"), strict=True)
    if _has_a_mirror_image(name)
}


NOTHING_KNOWN = Guess(np.nan, np.nan, np.nan, np.nan)


def bargain(seller: dict[str, Any], buyer: dict[str, Any], buyer_opens: bool) -> tuple[str, float, int]:
    """Play the protocol by itself, in plain Python: how it ended, the price, and the round."""
    setting = prepare(world(opener="buyer" if buyer_opens else "seller", forces__breakdown=0.0))
    sale = Sale(
        setting.world[0], setting.prices[0], setting.buyer.copy()[0], setting.seller.copy()[0],
        blank(BUYER_MIND)[0], blank(SELLER_MIND)[0], blank(DEAL)[0], np.uint64(1), blank(KNOWLEDGE)[0],
    )  # fmt: skip
    plant(sale.world, sale.knowledge)
    begin(sale)
    sale.deal.step = int(Step.OBJECTIONS_AND_NEGOTIATIONS)
    for mind, party, traits in ((sale.seller_mind, sale.seller, seller), (sale.buyer_mind, sale.buyer, buyer)):
        mind.limit, mind.aspiration, mind.deadline = traits["limit"], traits["aspiration"], traits["deadline"]
        party.firmness, party.adherence = traits["firmness"], traits["adherence"]
    sit_down(sale)
    while True:
        ask = next_turn(sale)
        if ask == Ask.HAPPENED:
            return Reason(sale.deal.exit_reason).name, float("nan"), int(sale.deal.rounds)
        side = BUYER if ask == Ask.BUYER_MOVE else SELLER
        party, mind = (sale.buyer, sale.buyer_mind) if side == BUYER else (sale.seller, sale.seller_mind)
        view = view_negotiation(sale.world, party, mind, sale.deal, side, sale.seed, NOTHING_KNOWN)
        move = respond(view, TACTICS[(buyer if side == BUYER else seller)["tactic"]](view))
        if answer(sale, side, move):
            return "AGREED", float(sale.deal.price), int(sale.deal.rounds)


def mirrored(traits: dict[str, Any]) -> dict[str, Any]:
    return {**traits, "limit": MIRROR - traits["limit"], "aspiration": MIRROR - traits["aspiration"]}


def drawn_party(luck: np.random.Generator, selling: bool) -> dict[str, Any]:
    limit = luck.uniform(20, 60) if selling else luck.uniform(40, 80)
    hope = luck.uniform(5, 40)
    return {
        "limit": limit,
        "aspiration": limit + hope if selling else limit - hope,
        "deadline": int(luck.integers(2, 12)),
        "firmness": luck.uniform(1, 5),
        "adherence": luck.uniform(0, 1),
        "tactic": str(luck.choice(list(TACTICS))),
    }


@pytest.mark.parametrize("number", range(12))
def test_swapping_sides_opener_and_deadlines_mirrors_the_outcome(number: int) -> None:
    luck = np.random.default_rng(number)
    seller, buyer = drawn_party(luck, selling=True), drawn_party(luck, selling=False)
    opens = bool(number % 2)
    ended, price, rounds = bargain(seller, buyer, buyer_opens=opens)
    swapped, other_price, other_rounds = bargain(mirrored(buyer), mirrored(seller), buyer_opens=not opens)
    assert (ended, rounds) == (swapped, other_rounds)
    assert np.isclose(price, MIRROR - other_price, equal_nan=True)


def test_the_drawn_bargains_end_in_more_than_one_way() -> None:
    ends = set()
    for number in range(12):
        luck = np.random.default_rng(number)
        seller, buyer = drawn_party(luck, selling=True), drawn_party(luck, selling=False)
        ends.add(bargain(seller, buyer, buyer_opens=bool(number % 2))[0])
    assert ends == {"AGREED", "IMPASSE"}


def test_an_offer_beyond_the_own_limit_is_brought_back_to_it() -> None:
    view = NegotiationView(True, 80, 50, 50, 0.2, 1, 3.0, np.nan, np.nan, np.nan, 0.5)
    assert respond(view, 30.0) == Move(False, 50.0)


@pytest.mark.parametrize(("seller_deadline", "buyer_deadline", "rounds"), [(3, 5, 3), (5, 3, 4), (4, 4, 4)])
def test_nobody_begins_a_round_after_its_deadline(seller_deadline: int, buyer_deadline: int, rounds: int) -> None:
    """The opener walks away instead of opening a further round; the other side, when it is its turn in one."""
    stubborn = {"firmness": 1.0, "adherence": 1.0, "tactic": "linear"}
    seller = {**stubborn, "limit": 70.0, "aspiration": 90.0, "deadline": seller_deadline}
    buyer = {**stubborn, "limit": 50.0, "aspiration": 30.0, "deadline": buyer_deadline}
    ended, _, played = bargain(seller, buyer, buyer_opens=False)
    assert (ended, played) == ("IMPASSE", rounds)
