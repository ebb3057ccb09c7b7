"""Which buyers are worth an evening: most leads of a market end before anybody has to decide anything."""

from functools import lru_cache

import numpy as np

from sim.batch import CHUNK, play_settings
from sim.scenario import Scenario
from sim.vocabulary import Reason
from teaching.prepared import RULES, prepared, with_policy

LOOKED_AT = CHUNK
BOTH_WAYS = ("on_first_ask", "after_needs_analysis")
MOST_BUYERS = 64
NOT_THE_BUYERS = tuple(
    int(reason)
    for reason in (
        Reason.DISQUALIFIED,
        Reason.SELLER_WALKED_AWAY,
        Reason.SELLER_WITHDREW,
        Reason.QUOTE_WITHDRAWN,
        Reason.NOT_BUYING_NOW,
        Reason.NO_AUTHORITY,
    )
)
"""Ends in which the seller, or what a buyer cannot choose, has the last word."""


def worth_playing(scenario: Scenario, seed: int, seat: str, count: int) -> tuple[int, ...]:
    """The numbers of the first ``count`` buyers with whom a person in that seat has something to decide.

    A seller meets those with whom there is something to gain and with whom it matters when a price is named, and of
    them those who ask at the first contact, where anybody does; a buyer sits in those who meet the scenario's own
    seller, can buy, and are not left by it, whether by rule they would buy or leave. Fewer where the first few thousand
    have no more of them.
    """
    return _worth_playing(scenario.model_dump_json(by_alias=True), seed, seat, min(count, MOST_BUYERS))


@lru_cache(maxsize=64)
def _worth_playing(text: str, seed: int, seat: str, count: int) -> tuple[int, ...]:
    scenario = Scenario.model_validate_json(text, context=RULES)
    policies = BOTH_WAYS if seat == "seller" else (scenario.seller.price_policy,)
    arms = [prepared(with_policy(scenario, policy)) for policy in policies]
    (rows,) = play_settings(arms, seed, LOOKED_AT, first=0, workers=1, chunk=LOOKED_AT, rules=RULES)
    if seat == "seller":
        matters = (rows["first_best"][0] > 0) & (rows["seller_profit"][0] != rows["seller_profit"][1])
        asked = matters & rows["asked_first"][0]
        chosen = asked if asked.any() else matters
    else:
        chosen = (rows["buyer_contacts"][0] > 0) & ~np.isin(rows["exit_reason"][0], NOT_THE_BUYERS)
    return tuple(map(int, np.flatnonzero(chosen)[:count]))
