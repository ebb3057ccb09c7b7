"""What the pages compute is what the batch computes; their words and pictures hold it."""

import re
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import numpy as np
import pytest
from players import SEED

from experiments.study import Arm, load_study
from sim import batch
from sim.faults import Fault
from sim.outcome import STEPS
from teaching.comparing import compare, play_both, sides_of
from teaching.drawing import beliefs, class_outcomes, distributions, funnel, offers, way
from teaching.lessons import HERE, lessons, read_lesson
from teaching.limits import Bucket
from teaching.mapping import SIDE, cells, values_of
from teaching.markets import TRAITS, changes_in, market, told_changes, trait
from teaching.prepared import with_policy
from teaching.watching import watch

POLICIES = ("on_first_ask", "after_needs_analysis")
DEALS = 10_000


@pytest.fixture(scope="module", params=["auto_repair", "b2b_software"])
def found(request):
    return compare(sides_of(market(request.param), *POLICIES), SEED, DEALS)


def test_the_rows_are_those_of_the_batch_to_the_last_bit(found):
    scenarios = [side.scenario for side in found.sides]
    rows = np.concatenate(list(batch.play(scenarios, SEED, DEALS)), axis=1)
    played = play_both(found.sides, SEED, DEALS)
    for column in rows.dtype.names:
        assert played[column].tobytes() == rows[column].tobytes()


def test_levels_differences_funnel_and_answer_are_those_of_a_study(found, tmp_path):
    from experiments.running import run
    from experiments.sentences import verdict

    arms = {
        arm: Arm(label=side.label, set={"seller.price_policy": side.policy})
        for arm, side in zip(("first", "second"), found.sides, strict=True)
    }
    study = load_study("price_timing").model_copy(
        update={"scenario": found.sides[0].scenario.name, "set": {}, "arms": arms, "baseline": "first", "rope": None}
    )
    result = run(study, deals=DEALS, seed=SEED, out=tmp_path)
    ours = {(row.arm, row.quantity): row for row in found.result.tables.levels}
    for row in result.levels:
        if row.population == found.population:
            np.testing.assert_array_equal(row[5:], ours[row.arm, row.quantity][5:])
    assert found.answer == verdict(result, found.population, "second")
    steps = [row for row in result.tables.funnel if row.population == found.population]
    assert [row.entered for each in found.funnel for row in each] == [row.entered for row in steps]


def test_the_histogram_holds_every_deal(found):
    shares = found.histogram.shares.sum(axis=1) + found.histogram.lost
    np.testing.assert_allclose(shares, 1.0)


def test_typical_deals_are_lost_by_the_one_and_won_by_the_other(found):
    for buyer, winner in ((found.typical.first_lost_second_won, 1), (found.typical.first_won_second_lost, 0)):
        deals = [watch(found.sides[0].scenario, policy, SEED, buyer) for policy in POLICIES]
        assert deals[winner].won
        assert not deals[1 - winner].won


def test_a_comparison_is_made_once_however_many_ask():
    sides = sides_of(market("commodity"), *POLICIES)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: compare(sides, SEED, 500), range(16)))
    assert len({id(each) for each in made}) == 1


def test_the_same_policy_twice_differs_in_nothing():
    found = compare(sides_of(market("commodity"), "list_price", "list_price"), SEED, 2000)
    assert "exactly as many deals" in found.answer


def test_every_picture_is_well_formed_and_says_its_content(found):
    deal = watch(found.sides[0].scenario, POLICIES[1], SEED, max(found.typical))
    last = deal.frames[-1]
    pictures = [
        distributions(found),
        funnel(found),
        way(4, True, False, "a"),
        beliefs(deal.labels, last.believed, last.doubt, last.seen, deal.worth, 50.0, "b"),
        offers(last.named, last.limits, "a", (0.0, 100.0)),
        class_outcomes([1.0, 2.0, 2.0], [("<script>", 3.0)], True, "money"),
        class_outcomes([], [], False, "money"),
    ]
    for each in pictures:
        root = ElementTree.fromstring(each)
        assert root.get("role") == "img"
        assert len(root.get("aria-label")) > 10
        assert "<script>" not in each
        assert "nan" not in each


def test_a_watched_deal_is_the_batchs_and_holds_every_event(found):
    deal = watch(found.sides[0].scenario, POLICIES[0], SEED, 3)
    (rows,) = batch.play([with_policy(found.sides[0].scenario, POLICIES[0])], SEED, 1, first=3)
    assert all(deal.row[name].tobytes() == rows[0, 0][name].tobytes() for name in rows.dtype.names)
    assert deal.frames[-1].step.name.lower() == STEPS[rows[0, 0]["exit_step"]]
    assert not any("(" in sentence for frame in deal.frames for sentence in frame.aloud)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson_finds_what_it_says(lesson):
    found = compare(lesson.sides({}), SEED)
    profit = found.result.tables.difference(found.population, "second", "profit_per_prospect")
    assert profit.better == lesson.better, found.answer


def test_the_lessons_say_what_else_is_so():
    by_name = {lesson.name: lesson for lesson in lessons()}

    def differences(name, **changes):
        found = compare(by_name[name].sides({path.replace("__", "."): v for path, v in changes.items()}), SEED)
        table = found.result.tables
        return [
            table.difference(found.population, "second", quantity)
            for quantity in ("won", "profit_per_prospect", "surplus_per_prospect")
        ]

    assert [row.better for row in differences("1_the_opening_question", buyer__awareness=1.0)][:2] == ["first", ""]
    assert differences("2_value_before_price")[0].better == "second"
    assert differences("3_a_clear_walk_away_point")[0].better == "second"
    assert [row.better for row in differences("4_sticking_to_it")] == ["second", "first", "second"]
    assert differences("5_when_early_is_right", seller__reframing_skill=1.0)[1].better == ""
    assert differences("6_trading_terms")[2].better == "first"
    assert [row.better for row in differences("7_one_price_for_everyone")] == ["first", "second", "first"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("scenario: commodity", "scenario: nowhere"), "there is none named 'nowhere'"),
        (("first: on_first_ask", "first: never"), "'never' is not a price policy"),
        (("## Run", "## Go"), "## Predict, ## Run, ## Explain would be right"),
        (("better: first", "better: both"), "better"),
        (("sliders: [", "sliders: [nothing, "), "there is no slider for 'nothing'"),
        (("---\ntitle", "title"), "a head between two lines"),
        (("title: When", "title: [When"), "not YAML"),
    ],
)
def test_what_is_wrong_with_a_lesson_is_told_with_its_file(tmp_path, change, told):
    text = (HERE / "5_when_early_is_right.md").read_text()
    file = tmp_path / "mine.md"
    file.write_text(text.replace(*change, 1))
    with pytest.raises(Fault, match=re.escape(told)):
        read_lesson(file)


def test_the_cells_of_a_map_are_comparisons():
    across, up = trait("buyer.awareness"), trait("buyer.price_focus")
    first = next(cells("commodity", *POLICIES, across, up, SEED, deals=1000))
    made = market("commodity", {across.path: first.values[0], up.path: first.values[1]})
    found = compare(sides_of(made, *POLICIES), SEED, 1000)
    if found.buyers:
        row = found.result.tables.difference(found.population, "second", "profit_per_prospect")
        assert (first.difference, first.low, first.high) == (row.value, row.low, row.high)
    for each in TRAITS:
        values = values_of(each)
        assert len(values) == SIDE
        assert (values[0], values[-1]) == (each.stops()[0], each.stops()[-1])


def test_every_slider_moves_every_scenario_from_end_to_end():
    for name in ("auto_repair", "b2b_software", "commodity", "consulting", "solar_home", "used_car"):
        for each in TRAITS:
            for stop in (each.stops()[0], each.stops()[-1]):
                market(name, {each.path: stop})


def test_changes_are_read_as_they_are_told():
    changes = {"buyer.awareness": 0.7, "forces.shock": 2.0}
    assert changes_in(told_changes(changes)) == changes
    for wrong in ("buyer.awareness:many", "buyer.awareness:nan", "buyer.tactic:1", "x" * 10_000, "buyer.awareness"):
        with pytest.raises(Fault):
            changes_in(wrong)


def test_a_bucket_lets_a_burst_through_and_then_so_many_a_second():
    now = [0.0]
    bucket = Bucket(burst=3, per_second=2, clock=lambda: now[0])
    assert [bucket.lets_through() for _ in range(5)] == [True, True, True, False, False]
    now[0] = 1.0
    assert [bucket.lets_through() for _ in range(3)] == [True, True, False]
