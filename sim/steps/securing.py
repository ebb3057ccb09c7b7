"""Step 7, securing the deal: what was agreed is signed, or is not.

Entered with a price. It must achieve a signature: the champion's, and what the decision rule of its group asks for. It
costs what the paperwork takes. Exits: signed; the buyer stays with what it has; its group does not pass it; who spoke
for it may not sign.
"""

from agents.beliefs import perceived_variance
from agents.buyer import probability_of_signing
from agents.group import DecisionRule, passes
from agents.rule import rule
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.sides import buyer_certain, member_certain, member_worth, terms_to_buyer
from sim.steps.choices import chooses
from sim.steps.contact import happened, leave, take_effort
from sim.vocabulary import Choice, Destination, Event, Reason


@rule
def advance(sale: Sale) -> int:
    """Sign with the probability that the buyer's own margin and doubt give; returns an Ask."""
    deal, world, mind = sale.deal, sale.world, sale.buyer_mind
    take_effort(deal, world.securing_contacts)
    if not sale.buyer.authority:
        return leave(sale, Reason.NO_AUTHORITY)
    certain = buyer_certain(world, sale.buyer, mind, deal.solution)
    variance = perceived_variance(world.cover, deal.solution, world.needs, mind.variance)
    probability = _probability_of_signing(sale, certain, variance)
    chance, _, _, _ = luck(sale.seed, Purpose.SIGNING, sale.buyer.id, 0)
    champion = chooses(deal, Choice.SIGN, chance < probability)
    needed = sale.buyer.members <= 1 or world.decision_rule != DecisionRule.MAJORITY
    if needed and not champion:
        return leave(sale, Reason.NOT_SIGNED)
    if sale.buyer.members > 1 and not _passes(sale, champion):
        return leave(sale, Reason.NOT_PASSED)
    deal.exit_step = deal.step
    deal.exit_reason = Reason.SIGNED
    deal.destination = Destination.SELLER
    return happened(deal, Event.SIGNED, deal.solution, deal.price, probability)


@rule
def _probability_of_signing(sale: Sale, certain: float, variance: float) -> float:
    """How likely somebody who sees this in the solution is to be for it, at the price and terms agreed."""
    world, deal = sale.world, sale.deal
    return probability_of_signing(
        deal.price - terms_to_buyer(world, sale.buyer, deal.terms),
        certain,
        variance,
        sale.buyer_mind.batna,
        world.signing_bias,
        world.signing_uncertainty_bias,
        world.signing_spread,
    )


@rule
def _passes(sale: Sale, champion: bool) -> bool:
    """Whether the group passes it; every member votes by its own view, with luck of its own."""
    world, buyer, mind, solution = sale.world, sale.buyer, sale.buyer_mind, sale.deal.solution
    votes = 1 if champion else 0
    vetoes = 0
    for m in range(1, buyer.members):
        _, variance = member_worth(world, buyer, mind, solution, m)
        certain = member_certain(world, buyer, mind, solution, m)
        chance, _, _, _ = luck(sale.seed, Purpose.MEMBER_VOTE, buyer.id, m)
        if chance < _probability_of_signing(sale, certain, variance):
            votes += 1
        elif buyer.member_veto[m] != 0:
            vetoes += 1
    return passes(world.decision_rule, buyer.members, champion, votes, vetoes)
