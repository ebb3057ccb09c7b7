"""Which step follows which: ``advance`` hands a deal to its step; ``begin`` lays a deal open.

Question and answer are apart. ``advance`` runs to the next event and returns who must decide what (an Ask); the reply
is applied by ``answer_price``, ``answer_question`` or ``answer_move``. Nothing in here knows who decides.
"""

import math
from typing import Any

from agents.formulas import normal_quantile
from agents.rule import rule
from agents.terms import STANDARD
from agents.views import Move, Reply
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.knowledge import ROOT
from sim.sides import BUYER, SELLER, own_focus, seller_favourite
from sim.steps import (
    leads,
    needs_analysis,
    objections_and_negotiations,
    presenting,
    price_question,
    prospecting,
    qualification,
    securing,
)
from sim.steps.contact import leave, will_leave
from sim.vocabulary import Ask, Destination, Event, Reason, Step

advance_leads = leads.advance
advance_prospecting = prospecting.advance
advance_qualification = qualification.advance
advance_needs_analysis = needs_analysis.advance
advance_presenting = presenting.advance
advance_negotiations = objections_and_negotiations.advance
advance_securing = securing.advance
answer_early_price = price_question.answer_price
answer_late_price = presenting.answer_price
answer_question = needs_analysis.answer_question
choose_question = needs_analysis.choose_question
answer_negotiation = objections_and_negotiations.answer_move


@rule
def advance(sale: Sale) -> int:
    """Run the deal to its next event or decision; returns an Ask."""
    deal = sale.deal
    if deal.exit_reason != Reason.OPEN:
        return Ask.OVER.value
    if deal.leaving != Reason.OPEN:
        return leave(sale, deal.leaving)
    if deal.step == Step.LEADS:
        return advance_leads(sale)
    if deal.step == Step.PROSPECTING:
        return advance_prospecting(sale)
    if deal.step == Step.QUALIFICATION:
        return advance_qualification(sale)
    if deal.step == Step.NEEDS_ANALYSIS:
        return advance_needs_analysis(sale)
    if deal.step == Step.PRESENTING:
        return advance_presenting(sale)
    if deal.step == Step.OBJECTIONS_AND_NEGOTIATIONS:
        return advance_negotiations(sale)
    return advance_securing(sale)


@rule
def answer_price(sale: Sale, reply: Reply) -> None:
    """Apply the seller's reply after Ask.PRICE."""
    if sale.deal.step == Step.PRESENTING:
        answer_late_price(sale, reply)
    else:
        answer_early_price(sale, reply)


@rule
def answer_move(sale: Sale, ask: int, move: Move) -> None:
    """Apply a move after Ask.SELLER_MOVE or Ask.BUYER_MOVE."""
    answer_negotiation(sale, BUYER if ask == Ask.BUYER_MOVE else SELLER, move)


@rule
def walk_away(sale: Sale) -> None:
    """The buyer leaves the talks instead of a move after Ask.BUYER_MOVE, for its best alternative."""
    will_leave(sale.deal, Reason.BUYER_WALKED_AWAY)


@rule
def begin(sale: Sale) -> None:
    """Lay a deal open with the buyer in ``sale.buyer``: nothing said, both minds as the segment leaves them."""
    _begin_deal(sale.deal, sale.buyer.id, sale.world.solutions, sale.world.needs)
    _begin_buyer(sale.world, sale.buyer, sale.buyer_mind)
    _begin_seller(sale)


@rule
def _begin_deal(deal: Any, buyer: int, solutions: int, needs: int) -> None:
    deal.buyer = buyer
    deal.step = Step.LEADS
    deal.stage = 0
    deal.events = 0
    deal.event = Event.STARTED
    deal.leaving = Reason.OPEN
    deal.exit_step = 0
    deal.exit_reason = Reason.OPEN
    deal.destination = Destination.OPEN
    deal.contacts = 0.0
    deal.buyer_contacts = 0.0
    deal.contact = 0
    deal.attempts = 0
    deal.qualified = False
    deal.objection = 0
    deal.objections = 0
    deal.questions = 0
    deal.questions_here = 0
    deal.asked = False
    deal.asked_first = False
    deal.times_asked = 0
    deal.refusals = 0
    deal.consultations = 0
    deal.moment = 0
    deal.numbers = 0
    deal.first_kind = 0
    deal.trusted = False
    deal.own_factor = 1.0
    deal.haggling = False
    deal.first_quote = math.nan
    deal.first_quote_contact = 0
    deal.quoted_solution = -1
    deal.last_quote = math.nan
    deal.solution = -1
    deal.rounds = 0
    deal.zopa = math.nan
    deal.price = math.nan
    deal.terms = STANDARD
    deal.insight = 0.0
    deal.person = False
    for k in range(needs):
        deal.times[k] = 0
    for s in range(solutions):
        deal.quote[s] = math.nan
        deal.quote_high[s] = math.nan
        deal.judged[s] = math.nan
        deal.quote_kind[s] = 0


@rule
def _begin_buyer(world: Any, buyer: Any, mind: Any) -> None:
    for k in range(world.needs):
        mind.perceived[k] = buyer.perceived[k]
        mind.variance[k] = (1.0 - buyer.knowledge) * world.need_variance[k]
    mind.shift = 0.0
    mind.batna = buyer.batna_believed
    mind.focus = own_focus(buyer)
    mind.patience_spent = 0.0


@rule
def _begin_seller(sale: Sale) -> None:
    world, mind, seller = sale.world, sale.seller_mind, sale.seller
    size = 2 * world.needs + 2 * world.solutions
    for i in range(size):
        mind.belief[i] = world.prior_mean[i]
    mind.node = ROOT
    mind.likely = world.in_market
    mind.decides = world.authority
    mind.able = 1.0
    mind.prepared = False
    mind.misjudged = 0.0
    if seller.cost_error > 0.0:
        error, _, _, _ = luck(sale.seed, Purpose.SELLER, sale.buyer.id, 0)
        mind.misjudged = seller.cost_error * normal_quantile(error)
    for j in range(world.terms):
        _, cares, _, _ = luck(sale.seed, Purpose.TERM, sale.buyer.id, j)
        mind.term_factor[j] = 1.0 + world.term_cost_spread[j] * normal_quantile(cares)
    mind.extra_cost = seller.opportunity_cost + mind.misjudged
    best = seller_favourite(world, sale.prices, sale.knowledge, seller, mind, sale.deal)
    mind.favourite = best.solution
    mind.profit = best.profit
