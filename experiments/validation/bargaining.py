"""Facts about offers, concessions and limits: how talks over a price go once both want a deal."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.validation.field import (
    LATE,
    ONE_ISSUE,
    Field,
    agreed,
    assigned,
    impasse_rate,
    random_arm,
    sat_down,
    share_of_seller,
    talks_failed,
)
from experiments.validation.findings import (
    LESS,
    MORE,
    Fact,
    Finding,
    Target,
    correlation,
    found,
    mean,
    share,
    standardised,
    standardised_shares,
)
from experiments.validation.offers import concessions_repay, splits_accepted_more, splits_stand_out
from sim.vocabulary import Step

MARKUPS = (0.0, 0.15, 0.3, 0.45, 0.6)
"""Mark-ups that chance deals out among sellers, so that first numbers differ for no reason (ASSUMPTION: the range)."""
REFERENCE = 1
"""The arm whose limits stand for those that the parties brought along, before any first number moved them."""
MODEST, BOLD = 0, 3
AMBITIONS = (0.1, 0.5)


def _marked_up(*changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    shared = {name: value for change in (LATE, *changes) for name, value in change.items()}
    return [{**shared, "seller.markup": markup} for markup in MARKUPS]


def first_and_final(rows: np.ndarray) -> float:
    """Correlation of first number and price over deals won, the parties' own limits held constant."""
    drawn, brought = random_arm(rows), rows[REFERENCE]
    kept = drawn["won"] & (drawn["solution"] == drawn["quoted_solution"]) & ~np.isnan(brought["zopa"])
    drawn, brought = drawn[kept], brought[kept]
    solutions = np.arange(drawn["solution"].max(initial=0) + 1)
    limits = [brought["zopa"] + brought["seller_limit"], brought["seller_limit"]]
    given = np.stack([*(drawn["solution"] == s for s in solutions), *limits], axis=1)
    return correlation(drawn["first_quote"], drawn["price"], given.astype(float))


def _first_and_final(field: Field) -> list[Finding]:
    one, several = field.arms(*_marked_up(ONE_ISSUE)), field.arms(*_marked_up())
    return [
        found("r, price alone", Target(0.5, 0.7), first_and_final, one),
        found("r, terms to settle besides", Target(0.5, 0.7), first_and_final, several),
        found(
            "r with the price alone, less r with terms",
            MORE,
            lambda both: first_and_final(both[: len(MARKUPS)]) - first_and_final(both[len(MARKUPS) :]),
            np.concatenate([one, several]),
        ),
    ]


def _moving_first(field: Field) -> list[Finding]:
    arms = field.arms(*({**LATE, **ONE_ISSUE, "opener": who} for who in ("seller", "buyer")))

    def gain(rows: np.ndarray) -> float:
        drawn, first = random_arm(rows), assigned(rows) == 0
        part = np.where(drawn["rounds"] > 0, share_of_seller(drawn), np.nan)
        known = ~np.isnan(part)
        return standardised(part[first & known], part[~first & known])

    unanchored = {"forces.anchor_aspiration": 0.0, "forces.anchor_reservation": 0.0}
    free = field.arms({**LATE, **ONE_ISSUE}, {**LATE, **ONE_ISSUE, **unanchored, "opener": "buyer"})
    return [
        found("g of the seller's part, it or the buyer opening the talks", MORE, gain, arms,
              "from 0.2 to 0.6 in the laboratory, nothing or less where each side knows what the other does not; the "
              "number on the table is the seller's in both arms"),
        found("the same, that number anchoring nobody where the buyer opens", MORE, gain, free),
    ]  # fmt: skip


def _ambition(field: Field) -> list[Finding]:
    rows = field.arms(*_marked_up(ONE_ISSUE))[[MODEST, BOLD]]

    def of_those(value: Any) -> Any:
        def statistic(both: np.ndarray) -> float:
            drawn, bold = random_arm(both), assigned(both) == 1
            values = value(drawn)
            known = ~np.isnan(values)
            return standardised(values[bold & known], values[~bold & known])

        return statistic

    def deals(both: np.ndarray) -> float:
        drawn, bold = random_arm(both), assigned(both) == 1
        quoted = drawn["first_quote_contact"] > 0
        return standardised_shares(share(drawn["won"], quoted & bold), share(drawn["won"], quoted & ~bold))

    def gain_felt(drawn: np.ndarray) -> np.ndarray:
        return np.asarray((drawn["reservation_price"] - drawn["price"]) / drawn["reservation_price"])

    return [
        found("price: g of the seller's part", MORE, of_those(share_of_seller), rows, "about 1.1 in the laboratory"),
        found("deals: g of those that heard a number", LESS, deals, rows, "about -0.4 in the laboratory"),
        found("goodwill: g of the gain that the buyer sees", LESS, of_those(gain_felt), rows,
              "about -0.4 in the laboratory; the model has no other feeling than that gain"),
    ]  # fmt: skip


def _impasse(field: Field) -> list[Finding]:
    return [found("no price, of those with a zone of agreement", Target(0.15, 0.40), impasse_rate, field.rows)]


def lost_in_talks(rows: np.ndarray) -> float:
    """Of the room between limits that was there, the part that was in talks that failed."""
    room = np.where(sat_down(rows), rows["zopa"], 0.0)
    total = float(room.sum())
    return float(room[talks_failed(rows)].sum()) / total if total else np.nan


def _surplus_lost(field: Field) -> list[Finding]:
    return [found("room lost, of all there was", Target(0.10, 0.25), lost_in_talks, field.rows)]


def taken_at_once(rows: np.ndarray) -> float:
    """Of those that sat down, the share whose buyer took the number."""
    return share(agreed(rows) & (rows["rounds"] == 0), sat_down(rows))


def _taken_at_once(field: Field) -> list[Finding]:
    return [found("taken without a counter-offer", Target(0.25, 0.40), taken_at_once, field.rows)]


def _splitting(field: Field) -> list[Finding]:
    return [splits_stand_out(field), splits_accepted_more(field)]


def _reciprocal(field: Field) -> list[Finding]:
    return [concessions_repay(field)]


def _batna(field: Field) -> list[Finding]:
    weak, strong = ({**LATE, "buyer.rival.present": 1.0, "buyer.rival.surplus_mean": mean} for mean in (0.1, 0.3))
    rows = field.arms(weak, strong)

    def price(both: np.ndarray) -> float:
        won = both["won"].all(axis=0) & (both["solution"][0] == both["solution"][1])
        return mean(both["price"][1][won] / both["price"][0][won]) - 1.0

    def failed(both: np.ndarray) -> float:
        sat = both["exit_step"] >= Step.OBJECTIONS_AND_NEGOTIATIONS
        fell = both["exit_step"] == Step.OBJECTIONS_AND_NEGOTIATIONS
        return share(fell[1], sat[1]) - share(fell[0], sat[0])

    def proposed(both: np.ndarray) -> float:
        quoted = both["first_quote_contact"] > 0
        return share(~both["won"][1], quoted[1]) - share(~both["won"][0], quoted[0])

    return [
        found("price with a better alternative, relative", LESS, price, rows, "deals won in both arms"),
        found("more end without a price, of those at step 6", MORE, failed, rows),
        found("more end without a deal, of those that heard a number", MORE, proposed, rows),
    ]


def _agreement_trap(field: Field) -> list[Finding]:
    loose = {**LATE, "buyer.adherence": 0.0, "seller.adherence": 0.0}
    firm = {**LATE, "buyer.adherence": 1.0, "seller.adherence": 1.0}
    alone, team = ({"group.least": size, "group.most": size} for size in (1, 4))
    rows = field.arms({**firm, **alone}, {**loose, **alone}, {**loose, **team})

    def beyond(arm: np.ndarray) -> float:
        return share(arm["buyer_violation"] | arm["seller_violation"], arm["won"])

    def beyond_of_buyer(arm: np.ndarray) -> float:
        return share(arm["buyer_violation"], arm["won"])

    return [
        found("deals beyond a limit, adherence 0 less 1", MORE, lambda all_: beyond(all_[1]) - beyond(all_[0]), rows),
        found("beyond the buyer's own, four people less one", LESS,
              lambda all_: beyond_of_buyer(all_[2]) - beyond_of_buyer(all_[1]), rows),
    ]  # fmt: skip


def _goals(field: Field) -> list[Finding]:
    sellers = field.arms(*_marked_up(ONE_ISSUE))[[MODEST, BOLD]]
    buyers = field.arms(*({**LATE, **ONE_ISSUE, "buyer.ambition": ambition} for ambition in AMBITIONS))

    def more(values: Any) -> Any:
        def statistic(both: np.ndarray) -> float:
            won = both["won"].all(axis=0) & (both["solution"][0] == both["solution"][-1])
            return mean((values(both[-1]) - values(both[0]))[won])

        return statistic

    return [
        found("seller's margin, bold mark-up less none", MORE, more(lambda arm: arm["price"] - arm["cost"]), sellers,
              "deals won in both arms, for the same solution"),
        found("buyer's gain, high ambition less low", MORE, more(lambda arm: arm["value"] - arm["price"]), buyers),
    ]  # fmt: skip


def discount(rows: np.ndarray) -> float:
    """Mean of 1 - price / first number, over deals won for the solution that the number was for."""
    kept = rows["won"] & (rows["solution"] == rows["quoted_solution"]) & (rows["first_quote"] > 0)
    return 1.0 - mean(rows["price"][kept] / rows["first_quote"][kept])


def _discounts(field: Field) -> list[Finding]:
    return [found("mean discount off the first number", Target(0.10, 0.30), discount, field.rows)]


FACTS = (
    Fact(1, "first_and_final", "First offer and final price move together, less so with more to settle", "S", "C",
         ("Petrowsky2025", "OrrGuthrie2006"), _first_and_final),
    Fact(2, "moving_first", "Who makes the first offer gets more", "S", "F",
         ("Petrowsky2025", "MaaraviLevy2017"), _moving_first),
    Fact(3, "ambition", "Ambitious first offers: a better price, fewer deals, less goodwill", "S", "F",
         ("Petrowsky2025",), _ambition),
    Fact(5, "impasse", "Many talks fail although both could gain", "S", "C",
         ("Larsen2021", "FreybergerLarsen2021"), _impasse),
    Fact(6, "surplus_lost", "Part of what both could gain is lost in bargaining", "S", "T",
         ("Larsen2021",), _surplus_lost),
    Fact(7, "taken_at_once", "About a third of first offers are taken at once", "S", "C",
         ("Backus2020",), _taken_at_once),
    Fact(8, "splitting", "Offers that split the difference stand out, and are taken more often", "S", "T",
         ("Keniston2021", "Backus2020"), _splitting),
    Fact(9, "reciprocal", "Concessions are gradual and answer each other", "S", "T",
         ("Backus2020",), _reciprocal),
    Fact(10, "batna", "A better alternative brings a larger part, and more impasses", "S", "F",
         ("Brett1996",), _batna),
    Fact(11, "agreement_trap", "Without discipline some deals are worse than none; less so in teams", "S", "F",
         ("Cohen2014",), _agreement_trap),
    Fact(12, "goals", "Harder goals bring the own side more", "S", "T",
         ("ZetikStuhlmacher2002",), _goals),
    Fact(26, "discounts", "Discounts off the first number are usual", "V", "T",
         (), _discounts),
)  # fmt: skip
