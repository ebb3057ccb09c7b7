"""Seats filled by rule: the policies and tactics of a catalogue, chosen by their numbers.

The rules of a catalogue become one chain; kernels are bound to the chain they play (``agents.rule.bind``).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from agents.answers import checked_offer, checked_reply
from agents.bargaining import respond
from agents.catalogue import Catalogue, Entry, catalogue, rules
from agents.rule import bind, chain, rule
from agents.views import Move, NegotiationView, PriceView, Reply
from sim.deal import Sale
from sim.process import answer_move, answer_price, answer_question, choose_question
from sim.sides import BUYER, SELLER, buyer_view_negotiation, seller_view_negotiation, view_price
from sim.vocabulary import Ask


def reply_by_number(code: int, view: PriceView) -> Reply:
    """The reply of price policy number ``code``; bound to a chain of policies before it is used."""
    raise LookupError("no catalogue is bound")


def offer_by_number(code: int, view: NegotiationView) -> float:
    """The offer of tactic number ``code``; bound to a chain of tactics before it is used."""
    raise LookupError("no catalogue is bound")


def fill_seat(sale: Sale, ask: int) -> None:
    """Decide by rule what is asked for, and apply it; bound to the seats of a catalogue before it is used."""
    raise LookupError("no catalogue is bound")


class Seats(NamedTuple):
    """The compiled seats of one catalogue.

    ``price(sale)`` is the seller's Reply, ``move(sale, side)`` a side's Move, ``fill(sale, ask)`` decides and answers.
    """

    price: Callable[[Sale], Reply]
    move: Callable[[Sale, int], Move]
    fill: Callable[[Sale, int], None]


@lru_cache(maxsize=8)
def _seats(policy_entries: tuple[Any, ...], tactic_entries: tuple[Any, ...]) -> Seats:
    replies = chain(_rules(policy_entries, "reply", checked_reply))
    offers = offers_by(tactic_entries)
    price = rule(bind(_decide_price, reply_by_number=replies))
    move = rule(bind(_decide_move, offer_by_number=offers))
    return Seats(price, move, rule(bind(_fill_seat, _decide_price=price, _decide_move=move)))


@lru_cache(maxsize=8)
def offers_by(tactic_entries: tuple[Entry, ...]) -> Callable[[int, NegotiationView], float]:
    """The chain of these tactics: ``offers(number, view)``. Entries with a plug-in's text in them are told apart."""
    offers: Callable[[int, NegotiationView], float] = chain(_rules(tactic_entries, "next_offer", checked_offer))
    return offers


def _rules(entries: tuple[Entry, ...], function: str, checked: Callable[..., Any]) -> list[Callable[..., Any]]:
    """The rules of the entries; the answers of plug-ins are looked at, those of the project's own by its tests."""
    found = rules({entry.name: entry for entry in entries}, function)
    return [checked(each) if entry.is_plugin else each for entry, each in zip(entries, found, strict=True)]


def seats(numbers: Catalogue | None = None) -> Seats:
    """The seats of a catalogue, the project's own by default."""
    chosen = numbers or catalogue()
    return _seats(tuple(chosen.price_policies.values()), tuple(chosen.tactics.values()))


def _decide_price(sale: Sale) -> Reply:
    view = view_price(sale.world, sale.prices, sale.knowledge, sale.seller_mind, sale.seller, sale.deal, sale.seed)
    return reply_by_number(sale.seller.policy, view)


def _decide_move(sale: Sale, side: int) -> Move:
    if side == BUYER:
        view = buyer_view_negotiation(sale.world, sale.buyer, sale.buyer_mind, sale.deal, sale.seed)
        return respond(view, offer_by_number(sale.buyer.tactic, view))
    view = seller_view_negotiation(sale.world, sale.knowledge, sale.seller, sale.seller_mind, sale.deal, sale.seed)
    return respond(view, offer_by_number(sale.seller.tactic, view))


def _fill_seat(sale: Sale, ask: int) -> None:
    """Decide by rule what ``ask`` asks for, and apply it."""
    if ask == Ask.PRICE:
        answer_price(sale, _decide_price(sale))
    elif ask == Ask.QUESTION:
        answer_question(sale, choose_question(sale))
    elif ask == Ask.SELLER_MOVE:
        answer_move(sale, ask, _decide_move(sale, SELLER))
    else:
        answer_move(sale, ask, _decide_move(sale, BUYER))
