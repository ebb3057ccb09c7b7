"""Alternating offers: the sides take turns to accept the other's standing offer or to name a price.

With terms besides price an offer is a price and a package: each side proposes the package it thinks best for both, and
bargains over the price. A round is one turn of each side. Each has a private deadline, in rounds, after which it walks
away; and after every round the talks may break down, without which concessions that reach the limits would give no
impasse whenever a zone of possible agreement exists. Source: [Rubinstein1982] for the order of moves, [Faratin1998] for
the deadlines.
"""

import math
from typing import Any

from agents.bargaining import is_concession, tempted, within_limit
from agents.buyer import aspiration
from agents.formulas import poisson_quantile
from agents.limits import MOST_ROUNDS
from agents.rule import rule
from agents.terms import is_a_package
from agents.views import Kind, Move
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.sides import BUYER, SELLER, buyer_limit, seller_limit, terms_to_buyer, terms_to_seller
from sim.steps.contact import happened, leave, take_effort, will_leave
from sim.steps.interests import study_interests
from sim.vocabulary import Ask, Event, Reason


@rule
def start(sale: Sale) -> None:
    """Set limits, aspirations and deadlines."""
    chance_seller, chance_buyer, _, _ = luck(sale.seed, Purpose.DEADLINE, sale.buyer.id, 0)
    set_limits(sale)
    sale.seller_mind.deadline = draw_deadline(sale.seller, chance_seller)
    sale.buyer_mind.deadline = draw_deadline(sale.buyer, chance_buyer)
    sit_down(sale)


@rule
def set_limits(sale: Sale) -> None:
    """Set limits and aspirations. The seller hopes for the number on the table, and the buyer for no more than that.

    Below a list price the seller does not go.
    """
    deal, seller, buyer = sale.deal, sale.seller_mind, sale.buyer_mind
    seller.limit = seller_limit(sale.world, seller, deal.solution)
    if deal.first_kind == Kind.LIST:
        seller.limit = max(seller.limit, deal.quote[deal.solution])
    seller.aspiration = max(deal.quote[deal.solution], seller.limit)
    buyer.limit = buyer_limit(sale.world, sale.buyer, buyer, deal.solution)
    hoped = aspiration(buyer.limit, sale.buyer.ambition, deal.first_quote, sale.world.anchor_aspiration)
    buyer.aspiration = min(hoped, deal.quote[deal.solution])


@rule
def sit_down(sale: Sale) -> None:
    """Sit down, with limits, aspirations and deadlines set; no round has begun, and each side has its terms in mind."""
    deal = sale.deal
    study_interests(sale)
    deal.zopa = sale.buyer_mind.limit - seller_limit(sale.world, sale.seller_mind, deal.solution)
    for side in range(2):
        deal.last_offer[side] = math.nan
    _clear(sale.seller_mind)
    _clear(sale.buyer_mind)
    deal.buyer_turn = sale.world.buyer_opens
    deal.rounds = 0
    deal.round_over = True


@rule
def _clear(mind: Any) -> None:
    """Nothing was named or heard; nothing tempts."""
    mind.acceptance_limit = mind.limit
    mind.named = math.nan
    mind.heard = math.nan
    mind.heard_before = math.nan
    mind.conceded = 0
    mind.heard_conceding = 0


@rule
def draw_deadline(party: Any, chance: float) -> int:
    """A party's private deadline, rounds."""
    extra = poisson_quantile(chance, party.deadline_extra, MOST_ROUNDS)
    return int(min(MOST_ROUNDS, party.deadline_least + extra))


@rule
def next_turn(sale: Sale) -> int:
    """Whose turn it is, or the end if that side's deadline has passed; nobody begins a round after its deadline."""
    deal = sale.deal
    deadline = sale.buyer_mind.deadline if deal.buyer_turn else sale.seller_mind.deadline
    coming = deal.rounds + 1 if deal.round_over else deal.rounds
    if coming > deadline:
        return leave(sale, Reason.IMPASSE)
    if deal.round_over:
        deal.round_over = False
        deal.rounds = coming
        take_effort(deal, sale.world.round_contacts)
    return Ask.BUYER_MOVE.value if deal.buyer_turn else Ask.SELLER_MOVE.value


@rule
def answer(sale: Sale, side: int, move: Move) -> bool:
    """Apply the move of a side; True when it accepts the standing offer, whose price and terms are then the deal's.

    An offer beyond the mover's own limit, or none at all, is brought to the limit; nothing can be accepted before an
    offer stands.
    """
    deal = sale.deal
    if move.accept and not math.isnan(deal.last_offer[1 - side]):
        accept(sale, side)
        return True
    apply_offer(sale, side, move)
    if deal.buyer_turn == sale.world.buyer_opens:
        _end_round(sale)
    return False


@rule
def accept(sale: Sale, side: int) -> None:
    """Accept the other side's standing offer."""
    deal = sale.deal
    deal.price = deal.last_offer[1 - side]
    deal.terms = deal.offer_terms[1 - side]
    happened(deal, Event.ACCEPTED, side, deal.price, _limit_of(sale, side) + own_value(sale, side, deal.terms))
    deal.event_terms = deal.terms


@rule
def apply_offer(sale: Sale, side: int, move: Move) -> None:
    """Lay an offer on the table, brought to the mover's own limit if it is beyond it, or is none; the other is next."""
    deal = sale.deal
    limit = _limit_of(sale, side)
    named, package = _meant(sale, side, move)
    lay(sale, side, limit if math.isnan(named) else within_limit(named, limit, side == SELLER), package)
    happened(deal, Event.OFFERED, side, deal.last_offer[side], limit + own_value(sale, side, package))
    deal.event_terms = package
    tempt(sale, 1 - side)
    deal.buyer_turn = side == SELLER


@rule
def _limit_of(sale: Sale, side: int) -> float:
    return sale.buyer_mind.limit if side == BUYER else sale.seller_mind.limit


@rule
def _meant(sale: Sale, side: int, move: Move) -> tuple[float, int]:
    """What a move comes to for the mover at standard terms, money, and its package; what is no package is its own."""
    if is_a_package(sale.world.terms, sale.world.levels, move.terms):
        return move.price - own_value(sale, side, move.terms), move.terms
    return move.price, sale.buyer_mind.package if side == BUYER else sale.seller_mind.package


@rule
def own_value(sale: Sale, side: int, package: int) -> float:
    """By how much a package moves the price that comes to the same for a side, money: its worth, or its cost."""
    if side == BUYER:
        return terms_to_buyer(sale.world, sale.buyer, package)
    return terms_to_seller(sale.world, sale.seller_mind, package)


@rule
def lay(sale: Sale, side: int, named: float, package: int) -> None:
    """Lay an offer on the table that comes to ``named`` for its side at standard terms."""
    deal = sale.deal
    price = named + own_value(sale, side, package)
    deal.last_offer[side] = price
    deal.offer_terms[side] = package
    if side == BUYER:
        _name(sale.buyer_mind, named, False)
        _hear(sale.seller_mind, price - own_value(sale, SELLER, package), False)
    else:
        _name(sale.seller_mind, named, True)
        _hear(sale.buyer_mind, price - own_value(sale, BUYER, package), True)


@rule
def _name(mind: Any, comes_to: float, selling: bool) -> None:
    if is_concession(mind.named, comes_to, selling):
        mind.conceded += 1
    mind.named = comes_to


@rule
def _hear(mind: Any, comes_to: float, from_seller: bool) -> None:
    if is_concession(mind.heard, comes_to, from_seller):
        mind.heard_conceding += 1
    mind.heard_before = mind.heard
    mind.heard = comes_to


@rule
def tempt(sale: Sale, side: int) -> None:
    """An offer beyond a side's limit tempts it."""
    force = sale.world.temptation
    if side == BUYER:
        mind = sale.buyer_mind
        mind.acceptance_limit = tempted(mind.acceptance_limit, mind.heard, sale.buyer.adherence, force, False)
    else:
        other = sale.seller_mind
        other.acceptance_limit = tempted(other.acceptance_limit, other.heard, sale.seller.adherence, force, True)


@rule
def _end_round(sale: Sale) -> None:
    """A round is over: the talks may break down."""
    deal = sale.deal
    deal.round_over = True
    if sale.world.breakdown > 0.0:
        chance, _, _, _ = luck(sale.seed, Purpose.ROUND, deal.buyer, deal.rounds)
        if chance < sale.world.breakdown:
            will_leave(deal, Reason.BREAKDOWN)
