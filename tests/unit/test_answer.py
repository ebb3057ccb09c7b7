"""The answer in words: numbers as exact as they are known, and sentences that say no more than the intervals."""

import math
from pathlib import Path

import numpy as np
import pytest
from made_up_outcomes import made_up_rows

from experiments import wording
from experiments.aggregate import EVERYBODY, PRIMARY, Aggregate
from experiments.plan import plan_of
from experiments.result import Result
from experiments.sentences import all_at_once, further, verdict
from experiments.statistics import UNKNOWN, Interval
from experiments.tables import tabulate

MINUS = "\N{MINUS SIGN}"


def result_of(rows, **study):
    """The result of the default study, had its deals been these."""
    plan = plan_of("price_timing", {f"study.{name}": value for name, value in study.items()})
    aggregate = Aggregate(len(rows))
    aggregate.add(rows)
    settings = plan.study.baseline, plan.study.level, plan.study.rope
    tables = tabulate(aggregate, plan.arms, *settings)
    return Result(plan, Path("results/made_up"), "complete", rows.shape[1], tables, {})


@pytest.mark.parametrize(
    ("value", "interval", "unit", "expected"),
    [
        (0.24123, Interval(0.2372, 0.2453), "share", "23.7 to 24.5"),
        (3.1623, Interval(3.0378, 3.2867), "money", "3.04 to 3.29"),
        (1234.5, Interval(1000.0, 1469.0), "money", "1,000 to 1,469"),
        (-0.5, Interval(-0.91, -0.04), "money", f"{MINUS}0.91 to {MINUS}0.04"),
        (0.0, Interval(-0.004, 0.004), "share", f"{MINUS}0.4 to 0.4"),
        (5.0, Interval(5.0, 5.0), "money", "5.00 to 5.00"),
        (1.0, UNKNOWN, "money", "\N{EN DASH}"),
    ],
)
def test_intervals_are_written_as_exactly_as_they_are_wide(value, interval, unit, expected):
    assert wording.limits(value, interval, unit) == expected


def test_a_number_that_does_not_exist_is_a_dash():
    assert wording.level(math.nan, "share", 1) == "\N{EN DASH}"


def test_differences_have_a_sign_and_nothing_has_none():
    assert wording.difference(0.031, "share", Interval(0.027, 0.035)) == "+3.1 points"
    assert wording.difference(-1.204, "money", Interval(-1.7, -0.7)) == f"{MINUS}1.2"
    assert wording.difference(-0.0004, "money", Interval(-0.4, 0.4)) == "0.0"


def test_the_sentence_names_the_better_arm_and_both_differences():
    result = result_of(made_up_rows(2, 40_000))
    won, profit = (result.tables.difference(PRIMARY, "late", name) for name in ("won", "profit_per_prospect"))
    sentence = verdict(result, PRIMARY, "late")
    assert sentence.startswith(f"Among the {won.n:,} buyers who asked for the price at the first contact, late won ")
    assert f"{100 * won.value:.1f} points more deals than early (95 % interval " in sentence
    assert f"earned {profit.value:.2f} thousand euros a year more per prospect" in sentence
    assert sentence.endswith(": late is better.")


def test_the_sentence_turns_round_with_the_arms():
    sentence = verdict(result_of(made_up_rows(2, 40_000)[::-1]), EVERYBODY, "late")
    assert sentence.startswith("Among all 40,000 prospects, late won ")
    assert " points fewer deals than early" in sentence
    assert " less per prospect (" in sentence
    assert MINUS not in sentence
    assert sentence.endswith(": early is better.")


def test_the_sentence_leaves_open_what_the_interval_leaves_open():
    sentence = verdict(result_of(made_up_rows(2, 40)), EVERYBODY, "late")
    assert " fewer to " in sentence
    assert sentence.endswith(": undecided.")


def test_arms_that_do_not_differ_are_called_undecided_or_within_a_margin_equivalent():
    rows = made_up_rows(2, 3000, alike=True)
    sentence = verdict(result_of(rows), PRIMARY, "late")
    assert "late won exactly as many deals as early" in sentence
    assert "earned exactly as much per prospect (0 to 0): undecided." in sentence
    assert verdict(result_of(rows, rope=0.1), PRIMARY, "late").endswith(": the two are equivalent.")


def test_a_contradiction_between_prospects_and_contacts_is_pointed_out():
    rows = made_up_rows(2, 20_000)
    rows["contacts"][1] *= 10
    sentences = " ".join(further(result_of(rows), PRIMARY, "late"))
    assert "Per contact it is the other way round: early earned " in sentences
    assert "the other way round" not in " ".join(further(result_of(made_up_rows(2, 3000)), PRIMARY, "late"))


def test_both_superiorities_and_the_gain_of_pairing_are_told_in_words():
    result = result_of(made_up_rows(2, 5000))
    sentences = " ".join(further(result, EVERYBODY, "late"))
    (row,) = (row for row in result.superiorities if row.population == EVERYBODY)
    same, random = (f"{100 * share:.1f} %" for share in (row.same_prospect, row.random_prospects))
    assert same != random
    assert f"in {same} of cases, with two random prospects in {random} (ties half" in sentences
    assert "times as many deals" in sentences


def test_where_nobody_asks_the_answer_says_so():
    text = str(result_of(made_up_rows(2, 500, asking=0.0)))
    assert "Nobody asked" in text
    assert "Among all 500 prospects" in text


def test_every_line_of_the_plain_answer_fits_its_width():
    lines = str(result_of(made_up_rows(2, 5000))).splitlines()
    assert max(map(len, lines)) <= 112
    assert "profit per prospect" in "\n".join(lines)


def test_dominance_and_the_worst_cases_are_told():
    rows = made_up_rows(2, 8000)
    rows["seller_profit"][1] = rows["seller_profit"][0] + 1.0
    told = list(further(result_of(rows), EVERYBODY, "late"))
    assert any(text.startswith("Of profits, late dominates early (first order)") for text in told)
    assert any(
        text.startswith("In their worst 5 % of cases late earned 1") and "more than early" in text for text in told
    )
    rows["seller_profit"][1] = rows["seller_profit"][0]
    told = list(further(result_of(rows), EVERYBODY, "late"))
    assert "Of profits, neither is known to be ahead at any amount." in told
    assert "In their worst 5 % of cases both earned the same." in told


def test_of_several_arms_it_is_told_which_may_be_the_best_and_which_differ():
    rows = made_up_rows(4, 4000)
    for place, more in enumerate((0.0, 0.0, 5.0, 9.0)):
        rows["seller_profit"][place] = rows["seller_profit"][0] + more + 0.01 * np.arange(4000) % (place + 1)
    policies = ("on_first_ask", "after_needs_analysis", "when_confident", "list_price")
    arms = {name: {"set": {"seller.price_policy": policy}} for name, policy in zip("abcd", policies, strict=True)}
    best, differ = all_at_once(result_of(rows, arms=arms, baseline="a"), EVERYBODY)
    assert best == "Of all 4 arms d earned the most per prospect (all pairs at once, 95 %)."
    assert differ == "From a differ, counting how many are compared (Holm): b, c and d."
    rows["seller_profit"][3] = rows["seller_profit"][2]
    best, _ = all_at_once(result_of(rows, arms=arms, baseline="a"), EVERYBODY)
    assert best == "The best of all 4 arms may be c or d (all pairs at once, 95 %), and no other."
    assert list(all_at_once(result_of(made_up_rows(2, 100)), EVERYBODY)) == []
