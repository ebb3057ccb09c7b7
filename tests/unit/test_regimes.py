"""The regime map and the line along a setting: right where a sweep is thin, and true to its cells."""

import csv
import io
import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.contour import QuadContourSet

from experiments.figures.picture import files_of, save_beside
from experiments.figures.regimes import HATCH_OF_EQUIVALENT, HATCH_OF_UNDECIDED, draw_regimes, roomiest, smoothed
from experiments.figures.style import ArmStyle, arm_styles, new_figure, one_look
from experiments.figures.sweeps import along, regime_map, words_of
from experiments.landscape import Spot, gridded
from experiments.mapping import axis_of, map_study
from experiments.measures import quantity
from experiments.plan import plan_of
from experiments.study import load_study
from sim.faults import Fault
from sim.reading import load_scenario

NAN = float("nan")
STYLES = {"early": ArmStyle("early", "#ff0000", "--", "D"), "late": ArmStyle("late", "#0000ff", "-", "o")}
PROFIT = quantity("profit_per_prospect")


def spot(cell, x, y, value, half=0.5, n=400, equivalent=False, y_setting="buyer.price_focus"):
    decided = abs(value) > half
    verdict = "equivalent" if equivalent else "better" if decided else "undecided"
    better = "" if verdict != "better" else "late" if value > 0 else "early"
    return Spot(cell, "buyer.awareness", x, y_setting, y, "asked_first", "late", "early", PROFIT.name, "money",
                n, value, value - half, value + half, verdict, better)  # fmt: skip


def spots_of(function, side=6):
    places = [(i / side, j / side) for i in range(side) for j in range(side)]
    return [spot(cell, x, y, function(x, y)) for cell, (x, y) in enumerate(places)]


SLOPE = spots_of(lambda x, y: 8 * (x - 0.5))
CASES = {
    "a slope": SLOPE,
    "all equal": spots_of(lambda x, y: 0.0),
    "one wins everywhere": spots_of(lambda x, y: 3.0),
    "nobody asked": [each._replace(n=0, value=NAN, low=NAN, high=NAN, verdict="undecided") for each in SLOPE],
    "nobody asked in some": [each._replace(n=0, value=NAN, low=NAN, high=NAN) if each.x < 0.4 else each
                             for each in SLOPE],
    "one buyer in each cell": [each._replace(n=1, low=NAN, high=NAN, verdict="undecided", better="") for each in SLOPE],
    "one cell": SLOPE[:1],
    "one row": SLOPE[:6],
    "holes": [each for each in SLOPE if each.x + each.y < 1.2],
    "strewn": [spot(k, x, y, 4 * (x - y)) for k, (x, y) in enumerate(np.random.default_rng(1).random((30, 2)))],
    "equivalent": [spot(k, k // 4, k % 4, 0.1, equivalent=True) for k in range(16)],
    "words": [each._replace(x="few" if each.x < 0.5 else "many") for each in SLOPE],
}  # fmt: skip


def drawn(spots, study="regime_map"):
    plan = plan_of(load_study(study, {"study.deals": 100}))
    return regime_map(plan, spots, arm_styles(plan), PROFIT)


def words_in(figure):
    return " ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))


def hatched(axes, hatch):
    """The cells that a hatch covers: the path has five points for each."""
    return sum(len(patch.get_path().vertices) // 5 for patch in axes.patches if patch.get_hatch() == hatch)


@pytest.mark.parametrize("case", CASES)
def test_thin_sweeps_are_mapped_without_a_warning_and_with_every_word_within_the_figure(case):
    with warnings.catch_warnings(), one_look():
        warnings.simplefilter("error")
        picture = drawn(CASES[case])
        width, height = picture.figure.get_size_inches()
        needed = picture.figure.get_tightbbox()
        assert min(needed.x0, needed.y0, width - needed.x1, height - needed.y1) >= 0
        assert files_of(picture) == files_of(drawn(CASES[case]))


def test_as_many_cells_are_hatched_as_are_undecided():
    axes = new_figure(4, 4).subplots()
    draw_regimes(axes, SLOPE, STYLES)
    undecided = sum(each.verdict == "undecided" for each in SLOPE)
    assert 0 < undecided < len(SLOPE)
    assert hatched(axes, HATCH_OF_UNDECIDED) == undecided
    assert hatched(axes, HATCH_OF_EQUIVALENT) == 0


def test_equivalent_cells_have_a_pattern_of_their_own():
    axes = new_figure(4, 4).subplots()
    draw_regimes(axes, CASES["equivalent"], STYLES)
    assert (hatched(axes, HATCH_OF_UNDECIDED), hatched(axes, HATCH_OF_EQUIVALENT)) == (0, 16)


def test_colours_are_centred_on_no_difference():
    colours = draw_regimes(new_figure(4, 4).subplots(), SLOPE, STYLES)
    assert colours.map(colours.norm(0.0))[:3] == pytest.approx((1, 1, 1), abs=0.01)
    red, blue = colours.map(colours.norm(-9.0)), colours.map(colours.norm(9.0))
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_regions_are_named_where_they_are():
    axes = new_figure(4, 4).subplots()
    draw_regimes(axes, SLOPE, STYLES)
    places = {text.get_text(): text.xy[0] for text in axes.texts if hasattr(text, "xy")}
    assert places["early wins"] < 0.5 < places["late wins"]


def test_contours_say_the_very_number_that_they_stand_for():
    axes = new_figure(6, 6).subplots()
    draw_regimes(axes, spots_of(lambda x, y: 0.9 * (x - 0.5), 12), STYLES)
    (contours,) = (each for each in axes.collections if isinstance(each, QuadContourSet))
    written = {float(text.get_text().replace("\N{MINUS SIGN}", "-")) for text in contours.labelTexts}
    assert sorted(written) == pytest.approx(sorted(contours.levels))
    assert 0.0 in written
    assert len(written) > 2


def test_the_caption_says_how_many_buyers_and_the_level():
    words = words_in(drawn([each._replace(n=100 + each.cell) for each in SLOPE]).figure)
    assert "n = 100 to 135 buyers who asked" in words
    assert "95\N{NO-BREAK SPACE}%" in words


def test_words_for_those_who_cannot_see_the_map_count_its_cells():
    late = sum(each.better == "late" for each in SLOPE)
    assert f"late wins in {late}" in drawn(SLOPE).alternative


def test_the_data_behind_the_map_are_its_cells():
    rows = list(csv.DictReader(io.StringIO(files_of(drawn(SLOPE))["regime_map.csv"].decode())))
    assert [float(row["value"]) for row in rows] == [each.value for each in SLOPE]
    assert {row["y_setting"] for row in rows} == {"buyer.price_focus"}


def test_a_plane_stays_a_plane_when_it_is_smoothed():
    grid = gridded(SLOPE)
    inner = smoothed(grid)[1:-1, 1:-1]
    np.testing.assert_allclose(inner, grid.numbers("value")[1:-1, 1:-1], atol=1e-12)


def test_smoothing_trusts_what_is_known_exactly():
    wild = [each._replace(value=100.0, low=-900.0, high=1100.0) if each.cell == 14 else each
            for each in spots_of(lambda x, y: 1.0)]  # fmt: skip
    assert np.abs(smoothed(gridded(wild)) - 1).max() < 0.01


def test_spots_that_fill_few_places_of_their_grid_are_strewn():
    assert gridded(CASES["strewn"]) is None
    assert gridded(CASES["holes"]) is not None


def test_the_roomiest_place_lies_within_its_region():
    region = np.zeros((9, 9), dtype=bool)
    region[0:7, 4:7] = True
    assert roomiest(region) in {(2, 5), (3, 5), (4, 5)}


def test_the_line_has_hollow_marks_where_nothing_is_decided():
    line = [spot(k, k / 10, 0.0, (k - 5) / 5, y_setting="") for k in range(11)]
    plan = plan_of(load_study("regime_map", {"study.sweep": {"grid": {"buyer.awareness": [0.5, 1.0]}}}))
    with one_look():
        styles = arm_styles(plan)
        figure = along(plan, line, styles, PROFIT).figure
    marks = {each.get_markerfacecolor(): len(each.get_xdata()) for each in figure.axes[0].lines
             if each.get_marker() == styles["late"].marker}  # fmt: skip
    assert marks["white"] == sum(each.verdict == "undecided" for each in line)


def test_nothing_is_overwritten_by_drawing_again(tmp_path):
    with one_look():
        picture = drawn(SLOPE)
        assert len(save_beside(tmp_path, [picture])) == 3
        save_beside(tmp_path, [picture])
        (tmp_path / "regime_map.csv").write_text("mine")
        with pytest.raises(Fault, match=r"regime_map.csv is in the way"):
            save_beside(tmp_path, [picture])
    assert (tmp_path / "regime_map.csv").read_text() == "mine"


def test_an_axis_has_the_middles_of_equal_parts_of_its_range():
    scenario = load_scenario("b2b_software")
    assert axis_of("buyer.awareness=0.4:1", scenario, 3, "--x").values == (0.5, 0.7, 0.9)
    assert axis_of("buyer.price_focus", scenario, 2, "--x").values == (0.25, 0.75)
    assert axis_of("buyer.awareness", scenario, 2, "--x").values == (0.6, 1.0)
    assert axis_of("seller.max_questions=1:5", scenario, 8, "--x").values == (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("across", "complaint"),
    [
        ("buyer.awarenes", "did you mean 'buyer.awareness'"),
        ("seller.price_policy", "is not a number"),
        ("buyer.awareness=1:0.4", "its lower end first"),
        ("buyer.awareness=", "there is no such setting|its lower end first|a range"),
        ("buyer.price_focus", "another setting"),
        ("seller.opportunity_cost", "give its range"),
    ],
)
def test_an_axis_that_cannot_be_is_refused_with_what_would_be_right(across, complaint):
    if across.endswith("="):
        assert axis_of(across, load_scenario("b2b_software"), 2, "--x").values == (0.6, 1.0)
        return
    with pytest.raises(Fault, match=complaint):
        map_study("b2b_software", across, "buyer.price_focus", points=3, deals=10)


def test_a_map_compares_two_policies():
    with pytest.raises(Fault, match="two policies"):
        map_study("b2b_software", "buyer.awareness", "buyer.price_focus", points=3, deals=10, policies=["early"])
    study = map_study("b2b_software", "buyer.awareness", "buyer.price_focus", points=3, deals=10,
                      policies=["list_price", "late"])  # fmt: skip
    assert [arm.set["seller.price_policy"] for arm in study.arms.values()] == ["list_price", "after_needs_analysis"]
    assert len(plan_of(study).cells) == 9


def test_a_setting_is_titled_with_what_it_means():
    assert words_of("buyer.awareness") == "buyer: awareness\nperceived over true worth on average"
    assert words_of("needs.reporting.present").startswith("needs: reporting: present")
