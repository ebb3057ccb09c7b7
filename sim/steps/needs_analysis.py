"""Step 4, needs analysis: find out what this buyer needs, while the price question may interrupt any contact.

A contact opens; the buyer may ask for the price; the seller asks up to a contact's worth of questions, next the one
whose answer should tell it most, and ends the step when asking on is not worth what it costs.
"""

import math
from enum import IntEnum
from typing import Any

from agents.beliefs import buyer_gain, hear
from agents.buyer import focus_after_refusal, probability_of_asking
from agents.formulas import normal_quantile
from agents.limits import MOST_CONTACTS
from agents.rule import rule
from agents.seller import STOP, cost_of_asking, next_question, question_by_script
from agents.views import Kind, Moment, Reply
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.knowledge import after_question, answers
from sim.sides import perceived_surplus, relative, seller_favourite, seller_opening, value_of_asking
from sim.steps.contact import begin_contact, happened, leave, will_leave
from sim.steps.numbers import name_number
from sim.vocabulary import Ask, Event, Reason, Step

REPETITIONS = 64
"""Places kept in the luck of questions for repetitions on one need."""


class Stage(IntEnum):
    """Where in needs analysis a deal is."""

    BEFORE_CONTACT = 0
    OPENED = 1
    QUESTIONS = 2
    CONTACT_ENDS = 3
    ENDED = 4


@rule
def advance(sale: Sale) -> int:
    """Move the deal on by one event; returns an Ask."""
    deal = sale.deal
    if deal.stage == Stage.BEFORE_CONTACT:
        return _begin_contact(sale)
    if deal.stage == Stage.OPENED:
        deal.stage = Stage.QUESTIONS
        if deal.numbers == 0 and _asks_for_the_price(sale):
            return happened(deal, Event.PRICE_ASKED, deal.times_asked, 0.0, 0.0)
    if deal.asked:
        return _consult(sale, Moment.ASKED)
    if deal.stage == Stage.QUESTIONS:
        if deal.questions_here < sale.world.questions_per_contact and deal.questions < sale.seller.max_questions:
            return Ask.QUESTION.value
        deal.stage = Stage.CONTACT_ENDS
        if deal.questions >= sale.seller.max_questions:
            return _end(sale)
        if deal.numbers == 0:
            return _consult(sale, Moment.CONTACT_ENDS)
    if deal.stage == Stage.CONTACT_ENDS:
        return _begin_contact(sale)
    return _present(sale)


@rule
def _begin_contact(sale: Sale) -> int:
    reason = begin_contact(sale)
    if reason != Reason.OPEN:
        return leave(sale, reason)
    sale.deal.stage = Stage.OPENED
    return happened(sale.deal, Event.CONTACT_OPENED, sale.deal.contact, 0.0, 0.0)


@rule
def _asks_for_the_price(sale: Sale) -> bool:
    """Whether the buyer now asks what it costs; notes it if so."""
    deal = sale.deal
    interest = 0.0
    if sale.buyer.interest_effect != 0.0:
        surplus = perceived_surplus(sale.world, sale.buyer, sale.buyer_mind, deal)
        interest = relative(sale.world, surplus)
    chance, _, _, _ = luck(sale.seed, Purpose.CONTACT, sale.buyer.id, deal.contact)
    if chance >= probability_of_asking(sale.buyer_mind.focus, sale.buyer.interest_effect, interest):
        return False
    deal.asked = True
    deal.times_asked += 1
    if deal.contact == 1:
        deal.asked_first = True
    return True


@rule
def _consult(sale: Sale, moment: int) -> int:
    sale.deal.moment = moment
    return Ask.PRICE.value


@rule
def _end(sale: Sale) -> int:
    sale.deal.stage = Stage.ENDED
    return happened(sale.deal, Event.NEEDS_KNOWN, sale.deal.questions, 0.0, 0.0)


@rule
def _present(sale: Sale) -> int:
    """Needs analysis is over: a last consultation about the price, then on to the proposal."""
    deal = sale.deal
    if deal.numbers == 0 and deal.moment != Moment.NEEDS_KNOWN:
        return _consult(sale, Moment.NEEDS_KNOWN)
    deal.step = Step.PRESENTING
    deal.stage = 0
    return Ask.HAPPENED.value


@rule
def choose_question(sale: Sale) -> int:
    """What the seller asks by its script and its own judgement: the number of a need, or STOP."""
    world, mind, deal = sale.world, sale.seller_mind, sale.deal
    scripted = deal.questions < sale.seller.min_questions
    need = next_question(sale.knowledge.moved[mind.node], deal.times, world.needs, mind.favourite)
    if need == STOP:
        return question_by_script(world.needs, deal.times) if scripted else STOP
    if scripted:
        return need
    worth = value_of_asking(world, sale.prices, sale.knowledge, sale.seller, mind, deal, need)
    lost = world.attrition[min(deal.contact, MOST_CONTACTS) - 1]
    cost = cost_of_asking(sale.seller.contact_cost, lost, mind.profit, world.questions_per_contact)
    return need if worth > cost else STOP


@rule
def answer_question(sale: Sale, need: int) -> None:
    """Ask about a need, or end the step (STOP and whatever is no need of this world)."""
    deal = sale.deal
    if need < 0 or need >= sale.world.needs:
        _end(sale)
        return
    diagnosis, report = _listen(sale, need)
    deal.times[need] += 1
    deal.questions += 1
    deal.questions_here += 1
    best = seller_favourite(sale.world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, deal)
    sale.seller_mind.favourite = best.solution
    sale.seller_mind.profit = best.profit
    happened(deal, Event.ANSWERED, need, diagnosis, report)


@rule
def _listen(sale: Sale, need: int) -> tuple[float, float]:
    """Both sides learn from a question on a need; returns the diagnosis and the buyer's report, NaN for none."""
    world, knowledge, mind, buyer = sale.world, sale.knowledge, sale.seller_mind, sale.buyer
    signals = answers(world, knowledge.border[mind.node])
    size = 2 * world.needs + 2 * world.solutions
    position = need * REPETITIONS + sale.deal.times[need]
    first, second, third, _ = luck(sale.seed, Purpose.QUESTION, buyer.id, position)
    mind.node = after_question(world, knowledge, mind.node, need)
    perceived = world.needs + need
    report = math.nan
    diagnosis = math.nan
    if signals.report < math.inf:
        report = sale.buyer_mind.perceived[need] + math.sqrt(signals.report) * normal_quantile(first)
        hear(mind.belief, size, knowledge.report_gains[mind.node], report - mind.belief[perceived])
    if signals.diagnosis < math.inf:
        error = math.sqrt(signals.diagnosis)
        diagnosis = buyer.worth[need] + error * normal_quantile(second)
        hear(mind.belief, size, knowledge.diagnosis_gains[mind.node], diagnosis - mind.belief[need])
        if world.common_diagnosis:
            seen, expected = diagnosis, diagnosis
        else:
            seen, expected = buyer.worth[need] + error * normal_quantile(third), mind.belief[need]
        hear(mind.belief, size, knowledge.buyer_gains[mind.node], expected - mind.belief[perceived])
        _expect_less_doubt(sale, need)
        _buyer_learns(sale.buyer_mind, need, seen, signals.diagnosis)
    return diagnosis, report


@rule
def _expect_less_doubt(sale: Sale, need: int) -> None:
    """The seller knows that a buyer with less doubt pays more."""
    world, mind = sale.world, sale.seller_mind
    relief = sale.knowledge.relief[mind.node]
    for s in range(world.solutions):
        covered = world.cover[s, need]
        mind.belief[2 * world.needs + s] += covered * covered * relief


@rule
def _buyer_learns(mind: Any, need: int, diagnosis: float, noise: float) -> None:
    """The buyer's own belief about a need moves towards a diagnosis, and gets firmer."""
    gain = buyer_gain(mind.variance[need], noise)
    mind.perceived[need] += gain * (diagnosis - mind.perceived[need])
    mind.variance[need] *= 1.0 - gain


@rule
def answer_price(sale: Sale, reply: Reply) -> None:
    """Apply the seller's reply to the price question, or its silence."""
    deal = sale.deal
    deal.consultations += 1
    if reply.kind == Kind.QUOTE:
        _quote(sale, reply)
    elif deal.asked:
        _decline(sale)


@rule
def _quote(sale: Sale, reply: Reply) -> None:
    """Name the number; a buyer who asked for it and stays may want to bargain over it at once."""
    deal = sale.deal
    solution = reply.solution
    if solution < 0 or solution >= sale.world.solutions:
        solution = sale.seller_mind.favourite
    price = reply.low
    if not price > 0.0:
        price = seller_opening(sale.world, sale.prices, sale.knowledge, sale.seller, sale.seller_mind, solution)
    asked = deal.asked
    if not name_number(sale, solution, price):
        will_leave(deal, Reason.PRICE_TOO_HIGH)
    elif asked:
        _, _, haggle, _ = luck(sale.seed, Purpose.CONTACT, sale.buyer.id, deal.contact)
        if haggle < sale.world.haggle_now * sale.buyer.focus:
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
        if exits < sale.world.refusal_exit:
            will_leave(deal, Reason.GIVEN_NO_PRICE)
    happened(deal, Event.DECLINED, 1 if convinced else 0, 0.0, 0.0)
