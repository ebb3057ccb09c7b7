"""Making one's own walk-away point clear, at a cost: clarity is acquired, not only given.

The seller does it when it has qualified a buyer, so that a price named before rests on a limit that is not clear yet;
where it has not, before it negotiates. The buyer does it before it negotiates.
"""

from agents.formulas import error_left
from agents.rule import rule
from sim.deal import Sale
from sim.sides import BUYER, SELLER
from sim.steps.contact import happened
from sim.steps.numbers import end_what_was_conditional
from sim.steps.price_question import think_again
from sim.vocabulary import Event


@rule
def seller_prepares(sale: Sale) -> bool:
    """Look into the own cost, once, if the seller is one who does; True if it did."""
    mind, seller = sale.seller_mind, sale.seller
    if mind.prepared or seller.preparation <= 0.0:
        return False
    mind.prepared = True
    sale.deal.contacts += seller.preparation
    mind.extra_cost = seller.opportunity_cost + mind.misjudged * error_left(seller.preparation)
    end_what_was_conditional(sale)
    think_again(sale)
    happened(sale.deal, Event.PREPARED, SELLER, seller.preparation, mind.extra_cost)
    return True


@rule
def buyer_prepares(sale: Sale) -> bool:
    """Look into the own best alternative, if the buyer is one who does; True if it did."""
    mind, buyer = sale.buyer_mind, sale.buyer
    if buyer.preparation <= 0.0:
        return False
    sale.deal.buyer_contacts += buyer.preparation
    mind.batna = max(0.0, buyer.batna + buyer.batna_misjudged * error_left(buyer.preparation))
    happened(sale.deal, Event.PREPARED, BUYER, buyer.preparation, mind.batna)
    return True
