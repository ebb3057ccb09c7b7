"""What a seller can come to know by which questions, worked out once for all deals that share it.

How uncertain the seller is after some questions, and how far each answer moved its means, depends on what was asked
and whether a number was on the table, not on what was heard (agents.beliefs). Those who ask the same questions share
a node; a node is worked out when a deal first comes by. When all places are taken, the last one is worked out anew each
time, so that the answers never depend on how many there are.
"""

import math
from typing import Any

from agents.beliefs import (
    buyer_gain,
    know_more,
    know_more_of_a_sum,
    know_that_the_buyer_moves,
    know_that_the_buyer_moves_unseen,
)
from agents.limits import MOST_NEEDS
from agents.rule import rule
from agents.seller import Signals, combined, cost_slope
from sim.deal import EDGES, NODES

ROOT = 0
SCRATCH = NODES - 1
"""The place in which a question is tried out, to see what it would bring."""
SPARE = NODES - 2
QUALIFICATION = 4
"""The last of the edges that are no questions, after the four weights of a number."""
OTHER_EDGES = EDGES - MOST_NEEDS


@rule
def plant(world: Any, knowledge: Any) -> None:
    """Begin the tree: what is known of the segment before any question."""
    size = 2 * world.needs + 2 * world.solutions
    knowledge.nodes = 1
    knowledge.border[ROOT] = 0.0
    knowledge.trusted[ROOT] = 0
    for i in range(size):
        for j in range(size):
            knowledge.covariance[ROOT, i, j] = world.prior_cov[i, j]
    for k in range(world.needs):
        knowledge.doubt[ROOT, k] = world.segment_doubt[k]
    for edge in range(world.needs + OTHER_EDGES):
        knowledge.next[ROOT, edge] = 0
    _look_ahead(world, knowledge, ROOT)


@rule
def after_question(world: Any, knowledge: Any, node: int, need: int) -> int:
    """The node that a question on a need leads to from ``node``."""
    found = knowledge.next[node, need]
    if found != 0:
        return found
    new = _copy(world, knowledge, node, need)
    _learn(world, knowledge, new, need)
    _look_ahead(world, knowledge, new)
    return new


@rule
def after_number(world: Any, knowledge: Any, node: int, weight: float, trusted: bool) -> int:
    """The node that a number on the table leads to: the same knowledge, but answers less clear from now on, or clearer.

    ``weight`` is that of the number as a border; the largest so far counts.
    """
    border = max(weight, knowledge.border[node])
    trusts = trusted or knowledge.trusted[node] != 0
    if clearness(world, border, trusts) == clearness(world, knowledge.border[node], knowledge.trusted[node] != 0):
        return node
    edge = world.needs + (3 if trusts else 2 if border > 0.5 else 1 if border > 0.25 else 0)
    found = knowledge.next[node, edge]
    if found != 0:
        return found
    new = _copy(world, knowledge, node, edge)
    knowledge.border[new] = border
    knowledge.trusted[new] = 1 if trusts else 0
    _look_ahead(world, knowledge, new)
    return new


@rule
def after_qualification(world: Any, knowledge: Any, node: int) -> int:
    """The node that a signal on the full perceived worth leads to."""
    edge = world.needs + QUALIFICATION
    found = knowledge.next[node, edge]
    if found != 0:
        return found
    new = _copy(world, knowledge, node, edge)
    size = 2 * world.needs + 2 * world.solutions
    noise = world.need_noise * world.need_noise
    know_more_of_a_sum(knowledge.covariance[new], size, world.needs, world.needs, noise, knowledge.report_gains[new])
    _look_ahead(world, knowledge, new)
    return new


@rule
def _copy(world: Any, knowledge: Any, node: int, edge: int) -> int:
    """A new node that knows what ``node`` knows, linked to it by an edge unless it is the spare one."""
    new = min(knowledge.nodes, SPARE)
    if new < SPARE:
        knowledge.nodes += 1
        knowledge.next[node, edge] = new
    _copy_what_is_known(world, knowledge, node, new)
    for edge_on in range(world.needs + OTHER_EDGES):
        knowledge.next[new, edge_on] = 0
    return new


@rule
def _copy_what_is_known(world: Any, knowledge: Any, node: int, new: int) -> None:
    size = 2 * world.needs + 2 * world.solutions
    knowledge.border[new] = knowledge.border[node]
    knowledge.trusted[new] = knowledge.trusted[node]
    for i in range(size):
        for j in range(size):
            knowledge.covariance[new, i, j] = knowledge.covariance[node, i, j]
    for k in range(world.needs):
        knowledge.doubt[new, k] = knowledge.doubt[node, k]


@rule
def _learn(world: Any, knowledge: Any, node: int, need: int) -> None:
    """Work a question on a need into a node: what is left uncertain, and how far the answer moves the means."""
    if world.cells > 0:
        _learn_the_cell(world, knowledge, node, need)
        return
    size = 2 * world.needs + 2 * world.solutions
    signals = answers(world, knowledge.border[node], knowledge.trusted[node] != 0)
    cov = knowledge.covariance[node]
    for i in range(size):
        knowledge.report_gains[node, i] = 0.0
        knowledge.diagnosis_gains[node, i] = 0.0
        knowledge.buyer_gains[node, i] = 0.0
    knowledge.report_spread[node] = 0.0
    knowledge.diagnosis_spread[node] = 0.0
    knowledge.relief[node] = 0.0
    if signals.report < math.inf:
        gains = knowledge.report_gains[node]
        knowledge.report_spread[node] = know_more(cov, size, world.needs + need, signals.report, gains)
    if signals.diagnosis < math.inf:
        gains = knowledge.diagnosis_gains[node]
        knowledge.diagnosis_spread[node] = know_more(cov, size, need, signals.diagnosis, gains)
        doubt = knowledge.doubt[node, need]
        gain = buyer_gain(doubt, signals.diagnosis)
        gains = knowledge.buyer_gains[node]
        if world.common_diagnosis:
            know_that_the_buyer_moves(cov, world.needs, world.solutions, need, gain, world.cover, gains)
        else:
            know_that_the_buyer_moves_unseen(
                cov, world.needs, world.solutions, need, gain, signals.diagnosis, world.cover, gains
            )
        knowledge.relief[node] = 0.5 * world.risk_aversion * gain * doubt
        knowledge.doubt[node, need] = (1.0 - gain) * doubt


@rule
def _learn_the_cell(world: Any, knowledge: Any, node: int, need: int) -> None:
    """Work into a node in which of n cells the only worth lies: 1/n² of its variance is left, asked once or more often.

    All that the seller believes about is a linear function of that worth. The surprise is that of the cell's middle.
    """
    size = 2 * world.needs + 2 * world.solutions
    cov, gains = knowledge.covariance[node], knowledge.report_gains[node]
    before, whole = cov[need, need], world.prior_cov[need, need]
    for i in range(size):
        gains[i] = world.prior_cov[i, need] / whole if whole > 0.0 else 0.0
        knowledge.diagnosis_gains[node, i] = 0.0
        knowledge.buyer_gains[node, i] = 0.0
        for j in range(size):
            cov[i, j] = world.prior_cov[i, j] / (world.cells * world.cells)
    knowledge.report_spread[node] = before - cov[need, need]
    knowledge.diagnosis_spread[node] = 0.0
    knowledge.relief[node] = 0.0


@rule
def _look_ahead(world: Any, knowledge: Any, node: int) -> None:
    """Note what the next answer on each need would bring."""
    signals = answers(world, knowledge.border[node], knowledge.trusted[node] != 0)
    cov = knowledge.covariance[node]
    for k in range(world.needs):
        gain = 0.0
        if signals.diagnosis < math.inf:
            gain = buyer_gain(knowledge.doubt[node, k], signals.diagnosis)
        knowledge.gain[node, k] = gain
    for s in range(world.solutions):
        r = 2 * world.needs + s
        knowledge.variance[node, s] = max(0.0, cov[r, r])
        knowledge.slope[node, s] = cost_slope(cov, world.needs, world.solutions, s)
    for k in range(world.needs):
        _copy_what_is_known(world, knowledge, node, SCRATCH)
        _learn(world, knowledge, SCRATCH, k)
        for s in range(world.solutions):
            _note_news(world, knowledge, node, s, k)


@rule
def _note_news(world: Any, knowledge: Any, node: int, s: int, k: int) -> None:
    """Note what the question tried out in SCRATCH, on need k, would bring for solution s."""
    r, c, perceived = 2 * world.needs + s, 2 * world.needs + world.solutions + s, world.needs + k
    told, shown = knowledge.report_gains[SCRATCH], knowledge.diagnosis_gains[SCRATCH]
    follows = knowledge.buyer_gains[SCRATCH, r]
    # the buyer moves by the diagnosis less its perception; a surprise changes what is expected of both
    first = told[r] + follows * (told[k] - told[perceived])
    second = shown[r] + follows * ((1.0 if world.common_diagnosis else shown[k]) - shown[perceived])
    spread, other = knowledge.report_spread[SCRATCH], knowledge.diagnosis_spread[SCRATCH]
    moved = combined(first, second, spread, other)
    knowledge.moved[node, s, k] = moved
    together = first * told[c] * spread + second * shown[c] * other
    knowledge.dearer[node, s, k] = together / moved if moved > 0.0 else 0.0
    cov = knowledge.covariance[SCRATCH]
    knowledge.left[node, s, k] = max(0.0, cov[r, r])
    knowledge.slope_left[node, s, k] = cost_slope(cov, world.needs, world.solutions, s)


@rule
def answers(world: Any, border: float, trusted: bool) -> Signals:
    """How clear the next answers are."""
    clear = clearness(world, border, trusted)
    return Signals(world.report_noise / clear, world.diagnosis_noise / clear)


@rule
def clearness(world: Any, border: float, trusted: bool) -> float:
    """Factor on the precision of answers: a number on the table makes them less open, trust more so."""
    clear = 1.0 - world.border * border
    return clear * (1.0 + world.openness) if trusted else clear
