"""Interests: what the conversation has let each side see of how much the other cares for the terms besides price.

Every clear question about needs sheds light on them; the seller lets the buyer see as much of its own. A number on the
table makes answers less clear here too. What is not known is taken to be as usual. ASSUMPTION: interests come to light
as a by-product, and nobody misrepresents them.
"""

from agents.formulas import normal_quantile
from agents.rule import rule
from agents.terms import guess_of_a_factor
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.sides import BUYER, SELLER, buyer_package, seller_package


@rule
def study_interests(sale: Sale) -> None:
    """Both sides make up their minds about the other's interests, and about the terms that are best for both."""
    world, deal = sale.world, sale.deal
    for j in range(world.terms):
        _, _, seller_errs, buyer_errs = luck(sale.seed, Purpose.TERM, sale.buyer.id, j)
        sale.seller_mind.term_guess[j] = guess_of_a_factor(
            sale.buyer.term_factor[j],
            world.term_worth_spread[j],
            world.interest_noise[SELLER],
            deal.insight,
            normal_quantile(seller_errs),
        )
        sale.buyer_mind.term_guess[j] = guess_of_a_factor(
            sale.seller_mind.term_factor[j],
            world.term_cost_spread[j],
            world.interest_noise[BUYER],
            deal.insight,
            normal_quantile(buyer_errs),
        )
    sale.seller_mind.package = seller_package(world, sale.seller_mind)
    sale.buyer_mind.package = buyer_package(world, sale.buyer, sale.buyer_mind)
