"""Step 3, qualification: able to buy, and likely to? One contact, in which the price question may interrupt.

Entered by a buyer that responded, or came by itself; passed at once where a scenario has no qualification. It must
achieve a buyer worth the effort still to come. It costs a contact, and what the seller puts into making its own
walk-away point clear. The signals take part of the contact, and needs analysis goes on in the rest of it. A buyer who
hears a number first is not asked them: an early price skips the signals, and has the whole contact left. Exits: those
of any contact, and the seller disqualifies.
"""

import math
from enum import IntEnum

from agents.beliefs import hear
from agents.formulas import normal_quantile
from agents.price_list import PRICE, look_up, shape_of
from agents.qualification import able_to_pay, after_signal, is_worth_pursuing
from agents.rule import rule
from agents.views import Moment
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.knowledge import after_qualification
from sim.sides import chance, effort_of_a_deal, seller_limit
from sim.steps import needs_analysis
from sim.steps.contact import begin_contact, happened, leave
from sim.steps.preparation import seller_prepares
from sim.steps.price_question import asks_for_the_price, consult, think_again
from sim.vocabulary import Ask, Event, Reason, Step

QUESTIONS = needs_analysis.Stage.QUESTIONS.value


class Stage(IntEnum):
    """Where in qualification a deal is."""

    BEFORE_CONTACT = 0
    OPENED = 1
    SIGNALS = 2
    DECISION = 3
    PREPARED = 4
    CONSULTED = 5


@rule
def advance(sale: Sale) -> int:
    """Move the deal on by one event; returns an Ask."""
    deal = sale.deal
    if not sale.world.has_qualification:
        return _on_to_needs_analysis(sale, 0)
    if deal.stage == Stage.BEFORE_CONTACT:
        reason = begin_contact(sale)
        if reason != Reason.OPEN:
            return leave(sale, reason)
        deal.stage = Stage.OPENED
        return happened(deal, Event.CONTACT_OPENED, deal.contact, 0.0, 0.0)
    if deal.stage == Stage.OPENED:
        deal.stage = Stage.SIGNALS
        if asks_for_the_price(sale):
            return happened(deal, Event.PRICE_ASKED, deal.times_asked, 0.0, 0.0)
    if deal.asked:
        return consult(sale, Moment.ASKED)
    if deal.numbers > 0:
        return _on_to_needs_analysis(sale, QUESTIONS)
    return _qualify(sale)


@rule
def _qualify(sale: Sale) -> int:
    deal = sale.deal
    if deal.stage == Stage.SIGNALS:
        deal.stage = Stage.DECISION
        return _take_signals(sale)
    if deal.stage == Stage.DECISION:
        if not _is_worth_pursuing(sale):
            return leave(sale, Reason.DISQUALIFIED)
        deal.stage = Stage.PREPARED
        if seller_prepares(sale):
            return Ask.HAPPENED.value
    if deal.stage == Stage.PREPARED:
        deal.stage = Stage.CONSULTED
        return consult(sale, Moment.QUALIFIED)
    return _on_to_needs_analysis(sale, QUESTIONS)


@rule
def _on_to_needs_analysis(sale: Sale, stage: int) -> int:
    sale.deal.step = Step.NEEDS_ANALYSIS
    sale.deal.stage = stage
    return Ask.HAPPENED.value


@rule
def _is_worth_pursuing(sale: Sale) -> bool:
    mind = sale.seller_mind
    effort = effort_of_a_deal(sale.world, sale.seller, 0.0)
    return is_worth_pursuing(chance(mind) * mind.profit, effort, sale.seller.strictness)


@rule
def _take_signals(sale: Sale) -> int:
    """Timing, authority, budget and need, each told with an error; the need also sharpens the seller's beliefs."""
    deal, world, mind, buyer = sale.deal, sale.world, sale.seller_mind, sale.buyer
    timing, authority, budget, need = luck(sale.seed, Purpose.QUALIFICATION, buyer.id, 0)
    noise = world.signal_noise
    deal.qualified = True
    deal.questions_here = world.qualification_questions
    told = (1.0 if buyer.in_market else 0.0) + noise * normal_quantile(timing)
    mind.likely = after_signal(mind.likely, told, noise)
    told = (1.0 if buyer.authority else 0.0) + noise * normal_quantile(authority)
    mind.decides = after_signal(mind.decides, told, noise)
    _hear_of_the_need(sale, normal_quantile(need))
    think_again(sale)
    if not math.isinf(sale.prices.market[mind.favourite, 5]):
        told = math.log(buyer.budget) + world.budget_noise * normal_quantile(budget)
        mind.able = _able_to_pay(sale, told)
    return happened(deal, Event.QUALIFIED, 1 if _is_worth_pursuing(sale) else 0, chance(mind), mind.profit)


@rule
def _hear_of_the_need(sale: Sale, error: float) -> None:
    """The buyer says how much it has to gain in all, as it perceives it."""
    world, mind, knowledge = sale.world, sale.seller_mind, sale.knowledge
    told, expected = world.need_noise * error, 0.0
    for k in range(world.needs):
        told += sale.buyer_mind.perceived[k]
        expected += mind.belief[world.needs + k]
    mind.node = after_qualification(world, knowledge, mind.node)
    hear(mind.belief, 2 * world.needs + 2 * world.solutions, knowledge.report_gains[mind.node], told - expected)


@rule
def _able_to_pay(sale: Sale, told: float) -> float:
    """How much likelier than usual the buyer can afford what the seller would ask for its favourite."""
    world, mind, s = sale.world, sale.seller_mind, sale.seller_mind.favourite
    market = sale.prices.market[s]
    shape = shape_of(sale.prices, s, sale.knowledge.variance[mind.node, s], sale.knowledge.slope[mind.node, s])
    mean = mind.belief[2 * world.needs + s]
    price = look_up(sale.prices, PRICE, s, shape, mean, seller_limit(world, mind, s))
    # the fields of a Market: BATNA first, the budget's three last
    certain = max(mean, price) + market[0]
    return able_to_pay(price, certain, market[5], market[6], market[7], told, world.budget_noise)
