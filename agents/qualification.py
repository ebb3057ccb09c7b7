"""The seller's judgement of a lead: is it able to buy, and likely to, and does pursuing it pay?

*Likely* is whether the buyer is in the market now; *able* is whether who speaks for it may sign, and whether it has the
money. The seller never learns these for certain: it has a score from marketing, the fact that the lead responded, and
noisy signals when it qualifies. All updates are Bayes' rule. Source: the gate of "able to" and "likely to" buy,
[Masover].
"""

import math

from agents.buyer import probability_of_affording
from agents.rule import rule


@rule
def likely_after_score(in_market: float, quality: float, hot: bool) -> float:
    """Probability that a lead is in the market, by marketing's score of it.

    With probability ``quality`` the score tells the truth, otherwise it is hot by chance, at the rate ``in_market``.
    """
    return quality + (1.0 - quality) * in_market if hot else (1.0 - quality) * in_market


@rule
def likely_after_response(likely: float, factor: float) -> float:
    """The same after the lead responded, which leads out of the market do ``factor`` times as often as others."""
    total = likely + (1.0 - likely) * factor
    return likely / total if total > 0.0 else likely


@rule
def after_signal(probability: float, signal: float, noise: float) -> float:
    """Probability of a fact after a signal: 1 if it holds and 0 if not, plus a normal error of deviation ``noise``.

    Without noise the signal decides; what was certain before stays so.
    """
    if probability <= 0.0 or probability >= 1.0:
        return probability
    variance = noise * noise
    if variance <= 0.0:
        return 1.0 if signal > 0.5 else 0.0
    weight = (signal - 0.5) / variance
    against = (1.0 - probability) / probability * math.exp(min(700.0, max(-700.0, -weight)))
    return 1.0 / (1.0 + against)


@rule
def able_to_pay(
    price: float, certain: float, log_median: float, log_sd: float, flex: float, signal: float, noise: float
) -> float:
    """How much likelier the buyer can afford a price, after a signal on the logarithm of its budget.

    A ratio to what the price list takes for granted of the segment (``log_median``, ``log_sd``); 1 without a budget,
    or where nobody could afford it. ``noise`` is the deviation of the signal's error, log units.
    """
    if math.isinf(log_median):
        return 1.0
    before = probability_of_affording(price, certain, log_median, log_sd, flex)
    spread = log_sd * log_sd + noise * noise
    if before <= 0.0 or spread <= 0.0:
        return 1.0
    trust = log_sd * log_sd / spread
    middle = log_median + trust * (signal - log_median)
    left = log_sd * noise / math.sqrt(spread)
    return probability_of_affording(price, certain, middle, left, flex) / before


@rule
def is_worth_pursuing(profit: float, effort: float, strictness: float) -> bool:
    """Whether the profit expected of a buyer is worth the effort still expected, both money.

    Strictness 1 is break-even; 0 pursues everyone, whatever is expected.
    """
    return strictness <= 0.0 or profit > strictness * effort
