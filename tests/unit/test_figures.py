"""The figures: they draw what the tables say, the same bytes each time, and are right where data are thin."""

import csv
import io
import warnings

import matplotlib
import numpy as np
import pytest
from made_up_outcomes import made_up_rows

from experiments.aggregate import EVERYBODY, PRIMARY, Aggregate
from experiments.figures.colours import COLOUR_OF_POLICY
from experiments.figures.differences import draw_differences
from experiments.figures.distributions import distribution, draw_distributions
from experiments.figures.funnel import Line, draw_funnel, lines_of
from experiments.figures.gallery import pictures
from experiments.figures.picture import files_of
from experiments.figures.style import ArmStyle, arm_styles, new_figure, one_look
from experiments.limits import LONGEST_LABEL, LONGEST_TITLE
from experiments.plan import plan_of
from experiments.spread import spread_of
from experiments.spreads import spreads_of
from experiments.statistics import band_of_distribution
from experiments.study import changed, load_study
from experiments.tables import Exit, tabulate

POLICIES = {"early": "on_first_ask", "late": "after_needs_analysis", "sure": "when_confident"}
BLUE, RED = ArmStyle("late", "#0000ff", "-", "o"), ArmStyle("early", "#ff0000", "--", "D")


def study_of(arms, labels=None, **others):
    labels = labels or {arm: arm for arm in arms}
    settings = {arm: {"label": labels[arm], "set": {"seller.price_policy": POLICIES[arm]}} for arm in arms}
    others = {f"study.{name}": value for name, value in others.items()}
    return changed(load_study("price_timing"), {"study.arms": settings, "study.baseline": arms[0], **others})


def drawn(rows, arms=("early", "late"), **others):
    """The pictures of a study with these rows, by name."""
    plan = plan_of(study_of(arms, **others))
    aggregate = Aggregate(len(arms))
    aggregate.add(rows)
    study = plan.study
    tables = tabulate(aggregate, arms, study.baseline, study.level, study.rope)
    with one_look():
        return {picture.name: picture for picture in pictures(plan, tables, spreads_of(aggregate, arms))}


def assert_nothing_is_cut_off(picture):
    width, height = picture.figure.get_size_inches()
    needed = picture.figure.get_tightbbox()
    assert min(needed.x0, needed.y0, width - needed.x1, height - needed.y1) >= 0, picture.name


def words_in(figure):
    return " ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))


def all_equal(rows):
    rows["seller_profit"], rows["buyer_surplus"] = 5.0, 1.0
    return rows


DEGENERATE = {
    "no deals": (made_up_rows(2, 0), ("early", "late")),
    "one deal": (made_up_rows(2, 1, asking=1.0), ("early", "late")),
    "no deals won": (made_up_rows(2, 300, winning=0.0), ("early", "late")),
    "nobody asked": (made_up_rows(2, 300, asking=0.0), ("early", "late")),
    "arms alike": (made_up_rows(2, 300, alike=True), ("early", "late")),
    "all outcomes equal": (all_equal(made_up_rows(2, 300)), ("early", "late")),
    "one arm": (made_up_rows(1, 300), ("early",)),
    "three arms": (made_up_rows(3, 300), ("early", "late", "sure")),
}


@pytest.mark.parametrize("case", DEGENERATE)
def test_thin_data_are_drawn_without_a_warning_and_with_every_word_within_the_figure(case):
    rows, arms = DEGENERATE[case]
    with warnings.catch_warnings(), one_look():
        warnings.simplefilter("error")
        for picture in drawn(rows, arms, rope=0.5).values():
            assert_nothing_is_cut_off(picture)


def test_the_longest_names_stay_within_the_figure():
    labels = {arm: f"{arm} when they ask for money"[:LONGEST_LABEL] for arm in ("early", "late")}
    title = ("Should a seller of machines name the price before the needs are known? " * 2)[:LONGEST_TITLE]
    rows = made_up_rows(2, 3000)
    with one_look():
        for picture in drawn(rows, title=title, labels=labels).values():
            assert_nothing_is_cut_off(picture)


def test_figures_of_the_same_data_have_the_same_bytes():
    first, second = (drawn(made_up_rows(2, 400)) for _ in range(2))
    with one_look():
        for name in first:
            assert files_of(first[name]) == files_of(second[name]), name


def test_figures_carry_no_date_and_no_version():
    picture = drawn(made_up_rows(2, 100))["funnel"]
    with one_look():
        files = files_of(picture)
    assert b"<dc:date>" not in files["funnel.svg"]
    assert b"Matplotlib v" not in files["funnel.svg"]
    assert b"Software" not in files["funnel.png"]


def test_captions_say_when_there_were_no_deals():
    pictures_of_nothing = drawn(made_up_rows(2, 0))
    for name in ("funnel", "outcome_distributions"):
        assert "No deals were played." in words_in(pictures_of_nothing[name].figure)


@pytest.mark.parametrize("population", ["asked", "all"])
def test_every_caption_says_how_many_buyers_and_the_level_of_the_interval(population):
    rows = made_up_rows(2, 1234, asking=0.35 if population == "asked" else 0.0)
    expected = rows["asked_first"][0].sum() if population == "asked" else 1234
    for picture in drawn(rows, level=0.9).values():
        assert f"n = {expected:,}" in words_in(picture.figure), picture.name
        assert "90\N{NO-BREAK SPACE}%" in words_in(picture.figure), picture.name


def test_every_figure_names_every_arm():
    for picture in drawn(made_up_rows(3, 500), ("early", "late", "sure")).values():
        for arm in POLICIES:
            assert arm in words_in(picture.figure), (picture.name, arm)


def test_the_data_behind_a_figure_are_its_table():
    picture = drawn(made_up_rows(2, 300))["paired_differences"]
    with one_look():
        text = files_of(picture)["paired_differences.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [float(row["value"]) for row in rows] == [row.value for row in picture.rows]
    assert {row["population"] for row in rows} == {PRIMARY, EVERYBODY}


def test_a_policy_keeps_its_colour_whatever_its_place():
    for arms in (("early", "late"), ("late", "early"), ("sure", "late")):
        for arm, style in arm_styles(plan_of(study_of(arms))).items():
            assert style.colour == COLOUR_OF_POLICY[POLICIES[arm]]


def test_arms_of_the_same_policy_are_told_apart():
    study = study_of(("early", "late"))
    same = {arm: {"set": {"seller.price_policy": "on_first_ask"}} for arm in ("early", "late")}
    styles = arm_styles(plan_of(changed(study, {"study.arms": same}))).values()
    assert len({style.colour for style in styles}) == len({str(style.dash) for style in styles}) == 2


def test_a_distribution_is_that_of_its_values():
    values = np.array([3.0, 1, 2, 2])
    points = distribution("seller_profit", "late", spread_of(values))
    assert [(point.value, point.share) for point in points] == [(1, 0.25), (2, 0.75), (3, 1)]


def test_a_thinned_distribution_stays_close_to_all_values():
    values = np.random.default_rng(1).lognormal(size=50_000)
    points = distribution("seller_profit", "late", spread_of(values))
    assert len(points) <= 1000
    kept = np.array([point.value for point in points])
    shares = np.array([point.share for point in points])
    exact = np.searchsorted(np.sort(values), kept, side="right") / values.size
    np.testing.assert_allclose(shares, exact, atol=0.003)  # a bin is 0.8 % of its amounts wide
    assert np.diff(shares).max() < 0.004


def test_the_curve_drawn_jumps_where_deals_are_lost():
    values = np.concatenate([np.full(70, -1.0), np.linspace(10, 39, 30)])
    axes = new_figure(4, 3).subplots()
    draw_distributions(
        axes,
        distribution("seller_profit", "late", spread_of(values)),
        {"late": BLUE},
        {},
        band_of_distribution(100, 0.95),
    )
    x, y = (np.asarray(data) for data in axes.lines[0].get_data())
    assert y[x < 10].max() == pytest.approx(0.7)
    assert y[-1] == pytest.approx(1)
    assert axes.lines[0].get_drawstyle() == "steps-post"


def test_funnel_bars_are_as_long_as_the_shares():
    exits = [
        Exit(PRIMARY, "late", "needs_analysis", "stalled", "competitor", 10, 0.1),
        Exit(PRIMARY, "late", "needs_analysis", "stalled", "no_decision", 30, 0.3),
        Exit(PRIMARY, "late", "securing", "signed", "seller", 60, 0.6),
    ]
    axes = new_figure(4, 3).subplots()
    draw_funnel(axes, exits, lines_of(exits), BLUE)
    bars = [(patch.get_x(), patch.get_width()) for patch in axes.patches]
    # From the last line up: signed, securing (what reaches it), stalled in two parts, needs analysis.
    expected = [(0, 0.6), (0, 0.6), (0, 0.1), (0.1, 0.3), (0, 1.0)]
    assert np.ravel(bars) == pytest.approx(np.ravel(expected))
    assert "40 %" in [text.get_text() for text in axes.texts]


def test_funnel_lines_follow_the_process():
    exits = [
        Exit(PRIMARY, "late", "securing", "signed", "seller", 1, 0.5),
        Exit(PRIMARY, "early", "needs_analysis", "stalled", "no_decision", 1, 0.5),
    ]
    assert lines_of(exits) == [
        Line("needs_analysis", ""),
        Line("needs_analysis", "stalled"),
        Line("securing", ""),
        Line("securing", "signed"),
    ]


def test_forest_puts_each_difference_at_its_size_in_standard_deviations():
    picture = drawn(made_up_rows(2, 4000))["paired_differences"]
    rows = [row for row in picture.rows if row.population == PRIMARY]
    axes = new_figure(6, 4).subplots()
    draw_differences(axes, rows, RED, BLUE, rope=None)
    dots = [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "o"]
    assert sorted(dots) == pytest.approx(sorted(row.value / row.spread for row in rows))


def test_forest_shows_the_equivalence_margin_on_the_outcomes_in_money_per_prospect():
    picture = drawn(made_up_rows(2, 4000))["paired_differences"]
    rows = [row for row in picture.rows if row.population == PRIMARY]
    axes = new_figure(6, 4).subplots()
    draw_differences(axes, rows, RED, BLUE, rope=0.5)
    profit = next(row for row in rows if row.quantity == "profit_per_prospect")
    widths = [patch.get_width() for patch in axes.patches]
    assert len(widths) == 3
    assert any(width == pytest.approx(1.0 / profit.spread) for width in widths)
