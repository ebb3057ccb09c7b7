"""Step 4, needs analysis: find out what this buyer needs, while the price question may interrupt any contact.

Entered by a buyer that was qualified, or that nobody had to qualify. It must achieve a picture of the needs good enough
to propose something. It costs a contact for every few questions. Exits: those of any contact, and those of a number or
a refusal.

A contact opens; the buyer may ask for the price; the seller asks up to a contact's worth of questions, next the one
whose answer should tell it most, and ends the step when asking on is not worth what it costs.
"""

import math
from enum import IntEnum
from typing import Any

from agents.beliefs import buyer_gain, hear
from agents.formulas import SQRT_12, normal_quantile
from agents.limits import MOST_CONTACTS
from agents.rule import rule
from agents.seller import STOP, cost_of_asking, next_question, question_by_script
from agents.views import Moment
from sim.deal import Sale
from sim.fate import Purpose, luck
from sim.knowledge import after_question, answers, clearness
from sim.sides import chance, effort_cost, value_of_asking
from sim.steps.contact import begin_contact, happened, leave
from sim.steps.numbers import end_what_was_conditional
from sim.steps.price_question import asks_for_the_price, consult, think_again
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
        if deal.numbers == 0 and asks_for_the_price(sale):
            return happened(deal, Event.PRICE_ASKED, deal.times_asked, 0.0, 0.0)
    if deal.asked:
        return consult(sale, Moment.ASKED)
    if deal.stage == Stage.QUESTIONS:
        if deal.questions_here < sale.world.questions_per_contact and deal.questions < sale.seller.max_questions:
            return Ask.QUESTION.value
        deal.stage = Stage.CONTACT_ENDS
        if deal.questions >= sale.seller.max_questions:
            return _end(sale)
        if deal.numbers == 0:
            return consult(sale, Moment.CONTACT_ENDS)
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
def _end(sale: Sale) -> int:
    sale.deal.stage = Stage.ENDED
    return happened(sale.deal, Event.NEEDS_KNOWN, sale.deal.questions, 0.0, 0.0)


@rule
def _present(sale: Sale) -> int:
    """Needs analysis is over: a last consultation about the price, then on to the proposal."""
    deal = sale.deal
    if deal.numbers == 0 and deal.moment != Moment.NEEDS_KNOWN:
        return consult(sale, Moment.NEEDS_KNOWN)
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
    hoped = chance(mind) * mind.profit
    cost = cost_of_asking(effort_cost(sale.seller), lost, hoped, world.questions_per_contact)
    return need if worth > cost else STOP


@rule
def answer_question(sale: Sale, need: int) -> None:
    """Ask about a need, or end the step (STOP and whatever is no need of this world)."""
    deal = sale.deal
    if need < 0 or need >= sale.world.needs:
        _end(sale)
        return
    node = sale.seller_mind.node
    deal.insight += clearness(sale.world, sale.knowledge.border[node], sale.knowledge.trusted[node] != 0)
    diagnosis, report = _listen(sale, need)
    deal.times[need] += 1
    deal.questions += 1
    deal.questions_here += 1
    end_what_was_conditional(sale)
    think_again(sale)
    happened(deal, Event.ANSWERED, need, diagnosis, report)


@rule
def _listen(sale: Sale, need: int) -> tuple[float, float]:
    """Both sides learn from a question on a need; returns the diagnosis and the buyer's report, NaN for none."""
    if sale.world.cells > 0:
        return math.nan, _hear_the_cell(sale, need)
    world, knowledge, mind, buyer = sale.world, sale.knowledge, sale.seller_mind, sale.buyer
    signals = answers(world, knowledge.border[mind.node], knowledge.trusted[mind.node] != 0)
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
def _hear_the_cell(sale: Sale, need: int) -> float:
    """The seller learns in which cell the worth of a need lies; returns the cell's middle, money."""
    world, knowledge, mind = sale.world, sale.knowledge, sale.seller_mind
    mind.node = after_question(world, knowledge, mind.node, need)
    middle = middle_of_cell(world, need, sale.buyer_mind.perceived[need])
    size = 2 * world.needs + 2 * world.solutions
    hear(mind.belief, size, knowledge.report_gains[mind.node], middle - mind.belief[need])
    return middle


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
def middle_of_cell(world: Any, need: int, worth: float) -> float:
    """The middle of the cell that a need's worth lies in, money."""
    whole = SQRT_12 * world.scale[need]
    low = world.need_mean[need] - 0.5 * whole
    if whole <= 0.0:
        return low
    cell = min(world.cells - 1, max(0, math.floor((worth - low) / whole * world.cells)))
    return low + (cell + 0.5) * whole / world.cells
