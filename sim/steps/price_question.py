"""The price question, whenever it comes up before a proposal: asking, consulting the seller, its reply.

Common to the contacts of qualification and of needs analysis.
"""

from agents.buyer import focus_after_refusal, probability_of_asking
from agents.rule import rule
from agents.views import Kind, Reply
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.sides import own_focus, perceived_surplus, relative, seller_favourite
from sim.steps.choices import chooses
from sim.steps.contact import happened, will_leave
from sim.steps.numbers import answer_with_a_number, is_a_number
from sim.vocabulary import Ask, Choice, Event, Reason, Step


@rule
def asks_for_the_price(sale: Sale) -> bool:
    """Whether the buyer now asks what it costs; notes it if so."""
    deal = sale.deal
    interest = 0.0
    if sale.buyer.interest_effect != 0.0:
        surplus = perceived_surplus(sale.world, sale.buyer, sale.buyer_mind, deal)
        interest = relative(sale.world, surplus)
    chance, _, _, _ = luck(sale.seed, Purpose.CONTACT, sale.buyer.id, deal.contact)
    asks = chance < probability_of_asking(sale.buyer_mind.focus, sale.buyer.interest_effect, interest)
    if not chooses(deal, Choice.ASK_PRICE, asks):
        return False
    deal.asked = True
    deal.times_asked += 1
    if deal.contact == 1:
        deal.asked_first = True
    return True


@rule
def consult(sale: Sale, moment: int) -> int:
    """Ask the seller whether it names a price now; returns the Ask."""
    sale.deal.moment = moment
    return Ask.PRICE.value


@rule
def think_again(sale: Sale) -> None:
    """The seller settles anew on its favourite, after it has learnt something."""
    best = seller_favourite(sale.world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, sale.deal)
    sale.seller_mind.favourite = best.solution
    sale.seller_mind.profit = best.profit


@rule
def answer_price(sale: Sale, reply: Reply) -> None:
    """Apply the seller's reply to the price question, or its silence."""
    deal = sale.deal
    deal.consultations += 1
    if is_a_number(reply.kind):
        _name(sale, reply)
    elif reply.kind == Kind.WALK_AWAY:
        deal.asked = False
        will_leave(deal, Reason.SELLER_WALKED_AWAY)
    elif deal.asked:
        _decline(sale)


@rule
def _name(sale: Sale, reply: Reply) -> None:
    """Name a number; a buyer who asked for it and stays may want to bargain over it at once."""
    deal = sale.deal
    asked = deal.asked
    solution = reply.solution
    if solution < 0 or solution >= sale.world.solutions:
        solution = sale.seller_mind.favourite
    stays = answer_with_a_number(sale, reply, solution)
    think_again(sale)
    if not stays:
        will_leave(deal, Reason.PRICE_TOO_HIGH)
    elif asked:
        _, _, haggle, _ = luck(sale.seed, Purpose.CONTACT, sale.buyer.id, deal.contact)
        haggles = haggle < sale.world.haggle_now * own_focus(sale.buyer)
        if chooses(deal, Choice.BARGAIN_AT_ONCE, haggles):
            deal.haggling = True
            deal.step = Step.PRESENTING
            deal.stage = 0


@rule
def _decline(sale: Sale) -> None:
    """The seller talks about needs first; a buyer who is not content loses patience, and may be lost."""
    deal = sale.deal
    mind = sale.buyer_mind
    content, exits, _, _ = luck(sale.seed, Purpose.REFUSAL, sale.buyer.id, deal.refusals)
    deal.refusals += 1
    deal.asked = False
    mind.focus = focus_after_refusal(mind.focus)
    convinced = content < sale.seller.reframing_skill
    if not convinced:
        mind.patience_spent += 1.0
    happened(deal, Event.DECLINED, 1 if convinced else 0, 0.0, 0.0)
    stays = convinced or exits >= sale.world.refusal_exit
    if not chooses(deal, Choice.STAY_WITHOUT_NUMBER, stays):
        will_leave(deal, Reason.GIVEN_NO_PRICE)
