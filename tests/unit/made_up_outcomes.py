"""Rows of results made up for tests of what is done with results: no engine, no compiling."""

import numpy as np

from experiments.measures import MEASURES
from sim.outcome import OUTCOME
from sim.vocabulary import Destination, Reason, Step


def made_up_rows(arms, deals, seed=0, asking=0.35, winning=0.25, alike=False):
    """Rows of shape (arms, deals): the later the arm, the more deals are won and the more contacts spent.

    The buyers and part of the luck are the same in all arms; with ``alike`` the arms do not differ at all.
    """
    luck = np.random.default_rng(seed)
    rows = np.zeros((arms, deals), OUTCOME)
    for name in OUTCOME.names:
        if OUTCOME[name].kind == "f":
            rows[name] = np.nan
    worth = luck.lognormal(4, 0.6, deals)
    shared = luck.random((6, deals))
    for arm, row in enumerate(rows):
        _fill(
            row,
            0 if alike else arm,
            worth,
            shared,
            luck if not alike else np.random.default_rng(seed),
            winning,
        )
    rows["deal"] = np.arange(deals)
    rows["asked_first"] = luck.random(deals) < asking
    return rows


def _fill(row, arm, worth, shared, luck, winning):
    cost = 10 + 0.2 * worth
    row["won"] = won = shared[0] < winning * (1 + 0.2 * arm)
    row["contacts"] = 1 + luck.poisson(1.5 + 0.5 * arm, row.size)
    row["best_solution"] = shared[1] * 3
    row["solution"] = np.where(shared[2] < 0.6 + 0.1 * arm, row["best_solution"], 0)
    row["quoted_solution"] = row["solution"]
    row["first_quote"] = np.where(won | (shared[3] < 0.5), 0.8 * worth, np.nan)
    row["price"] = np.where(won, row["first_quote"] * (1 - 0.2 * shared[4]), np.nan)
    row["value"] = np.where(won, worth, np.nan)
    row["cost"] = np.where(won, cost, np.nan)
    row["first_best"] = np.maximum(0, worth - cost)
    row["later_profit"] = 0.0
    row["claimed"] = row["price"] - row["cost"]
    row["created"] = row["value"] - row["cost"]
    row["terms_best"] = 0.1 * worth
    row["terms_gain"] = np.where(won, shared[4] * row["terms_best"], 0)
    row["seller_profit"] = np.where(won, row["price"] - cost, 0) - 0.5 * row["contacts"]
    row["buyer_surplus"] = np.where(won, worth - row["price"], 0) - 0.2 * row["contacts"]
    row["exit_step"] = np.where(won, Step.SECURING, np.where(shared[5] < 0.6, Step.NEEDS_ANALYSIS, Step.PRESENTING))
    row["exit_reason"] = np.where(won, Reason.SIGNED, np.where(shared[5] < 0.3, Reason.PRICE_TOO_HIGH, Reason.STALLED))
    lost_to = np.where(shared[2] < 0.3, Destination.COMPETITOR, Destination.NO_DECISION)
    row["destination"] = np.where(won, Destination.SELLER, lost_to)


def measured(rows):
    """All measures of rows, shape (arms, measures, deals), by the measures' own text as plain Python."""
    by_name = rows.view(np.recarray)
    return np.array([[[measure(row) for row in arm] for measure in MEASURES.values()] for arm in by_name], float)
