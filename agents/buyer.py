"""The rules common to all buyers: what a buyer would pay at most, and when it asks, stays, leaves, agrees and signs.

Every rule sees the buyer's own side only. Probabilities are returned, never drawn.
"""

import math

from agents.formulas import logistic, normal_probability
from agents.rule import rule

INFINITY = math.inf

LAST_BITS = 1e-12
"""What a relative margin may miss by rounding alone."""


@rule
def reservation_price(certain: float, batna: float, shift: float, budget: float, flex: float) -> float:
    """The most the buyer would pay, money.

    ``certain`` is its certainty equivalent, ``batna`` what it believes its alternative is worth, ``shift`` what
    anchors and raised numbers did to it. The budget gives way by ``flex`` of the worth beyond it.
    """
    spendable = budget + flex * max(0.0, certain - budget) if budget < INFINITY else INFINITY
    return min(certain - batna + shift, spendable)


@rule
def probability_of_responding(response: float, need_effect: float, need: float, factor: float) -> float:
    """Probability that a lead responds to an attempt; ``need`` is its perceived surplus over mean worth.

    ``response`` is that probability at a perceived surplus of nothing, ``factor`` less than 1 for leads out of the
    market.
    """
    if response <= 0.0 or response >= 1.0 or need_effect == 0.0:
        return response * factor
    return logistic(math.log(response / (1.0 - response)) + need_effect * need) * factor


@rule
def probability_of_asking(focus: float, interest_effect: float, interest: float) -> float:
    """Probability of asking for the price in a contact, while none is named.

    ``focus`` is that probability without interest; ``interest`` is perceived surplus over mean worth.
    """
    if focus <= 0.0 or focus >= 1.0 or interest_effect == 0.0:
        return focus
    return logistic(math.log(focus / (1.0 - focus)) + interest_effect * interest)


@rule
def focus_after_refusal(focus: float) -> float:
    """A buyer who was given no number asks again more readily: half-way to certainty, if it ever asks."""
    return focus + 0.5 * (1.0 - focus)


@rule
def probability_of_leaving_over(price: float, limit: float, shock: float) -> float:
    """Probability that a number makes the buyer leave: ``1 - exp(-shock * gap / price)`` [hazard of sticker shock].

    The same rule for every number at any step: what it would judge harshly only when early would decide the question
    by itself.
    """
    if price <= limit or price <= 0.0:
        return 0.0
    return 1.0 - math.exp(-shock * (price - limit) / price)


@rule
def anchored_shift(price: float, limit: float, uncertainty: float, strength: float) -> float:
    """How far the first number moves the buyer's limit, money.

    Bounded by ``strength`` times the buyer's own uncertainty (a standard deviation): no effect on a buyer who knows
    its value. Source: [TverskyKahneman1974]; the bounded form is an ASSUMPTION.
    """
    if strength == 0.0 or uncertainty <= 0.0:
        return 0.0
    return strength * uncertainty * math.tanh((price - limit) / uncertainty)


@rule
def aspiration(limit: float, ambition: float, first_number: float, pull: float) -> float:
    """What the buyer hopes to pay, money: below its limit by its ambition, pulled by the first number it heard."""
    hoped = limit - ambition * abs(limit)
    if math.isnan(first_number):
        return hoped
    return (1.0 - pull) * hoped + pull * min(first_number, limit)


@rule
def is_worth_another_contact(surplus: float, hold_up: float, binding: bool, contact_cost: float) -> bool:
    """Whether the buyer spends another contact.

    ``surplus`` is what it expects to gain, money. Without a binding number it fears to lose the share ``hold_up`` of
    it to a seller who will know its needs [AndersonRenault2006].
    """
    expected = max(0.0, surplus) if binding else (1.0 - hold_up) * max(0.0, surplus)
    return expected >= contact_cost


@rule
def probability_of_stalling(stall: float, relief: float, relative_surplus: float) -> float:
    """Probability per contact that the buyer lets the matter lie; falls with its surplus over mean worth."""
    return stall * math.exp(-relief * max(0.0, relative_surplus))


@rule
def agrees_in_principle(limit: float, price_talked_about: float, slack: float) -> bool:
    """Whether the buyer wants to do this deal, details aside: the same gate whenever a price was named."""
    return limit > 0.0 and limit >= (1.0 - slack) * price_talked_about


@rule
def probability_of_signing(
    price: float, certain: float, variance: float, batna: float, bias: float, uncertainty_bias: float, spread: float
) -> float:
    """Probability that the buyer signs what was agreed: status-quo bias against a thin or an uncertain margin.

    ``certain`` and ``variance`` are its certainty equivalent and variance of the solution. 0 when the solution is
    worth nothing to it. With no ``spread`` it signs whenever the margin reaches the bias.
    Source: [SamuelsonZeckhauser1988]; the form is an ASSUMPTION.
    """
    if certain <= 0.0:
        return 0.0
    margin = (certain - price - batna) / certain
    wanted = bias + uncertainty_bias * (math.sqrt(max(0.0, variance)) / certain - 0.2)
    if spread <= 0.0:
        return 1.0 if margin >= wanted - LAST_BITS else 0.0
    return logistic((margin - wanted) / spread)


@rule
def probability_of_affording(price: float, certain: float, log_median: float, log_sd: float, flex: float) -> float:
    """Probability that a log-normal budget, with its flexible part, reaches a price; 1 without a budget.

    What a seller computes who knows the segment but not this buyer's budget.
    """
    if math.isinf(log_median):
        return 1.0
    needed = price
    if flex >= 1.0 and certain >= price:
        needed = 0.0
    elif certain > price:
        needed = (price - flex * certain) / (1.0 - flex)
    if needed <= 0.0:
        return 1.0
    if log_sd <= 0.0:
        return 1.0 if log_median >= math.log(needed) else 0.0
    return normal_probability((log_median - math.log(needed)) / log_sd)


@rule
def probability_of_objecting(strength: float, cause: float) -> float:
    """Probability that an objection comes up: ``1 - exp(-strength * cause)``, ``cause`` dimensionless."""
    if strength <= 0.0 or cause <= 0.0:
        return 0.0
    return 1.0 - math.exp(-strength * cause)
