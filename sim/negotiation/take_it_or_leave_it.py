"""Take it or leave it: one side names its price, the other takes it or leaves.

Where the seller opens, its price is the number on the table. Where the buyer opens, it names what it hopes for. Source:
the ultimatum game, [GuthSchmittbergerSchwarze1982].
"""

import math

from agents.rule import rule
from agents.views import Move
from sim.deal import Sale
from sim.negotiation.alternating_offers import accept, apply_offer, lay, set_limits, sit_down, tempt
from sim.sides import BUYER, SELLER
from sim.steps.contact import leave, take_effort
from sim.vocabulary import Ask, Reason


@rule
def start(sale: Sale) -> None:
    """Set limits and aspirations. Whoever answers is in its last round, whoever names a price is not."""
    deal, seller, buyer = sale.deal, sale.seller_mind, sale.buyer_mind
    set_limits(sale)
    seller.deadline, buyer.deadline = (1, 2) if sale.world.buyer_opens else (2, 1)
    sit_down(sale)
    if not sale.world.buyer_opens:
        lay(sale, SELLER, deal.quote[deal.solution], seller.package)
        tempt(sale, BUYER)
        deal.buyer_turn = True


@rule
def next_turn(sale: Sale) -> int:
    """Whose turn it is."""
    deal = sale.deal
    if deal.round_over:
        deal.round_over = False
        deal.rounds = 1
        take_effort(deal, sale.world.round_contacts)
    return Ask.BUYER_MOVE.value if deal.buyer_turn else Ask.SELLER_MOVE.value


@rule
def answer(sale: Sale, side: int, move: Move) -> bool:
    """Apply the move of a side; True when it accepts. Whoever answers a price with another one has left."""
    if math.isnan(sale.deal.last_offer[1 - side]):
        apply_offer(sale, side, move)
        return False
    if move.accept:
        accept(sale, side)
        return True
    leave(sale, Reason.IMPASSE)
    return False
