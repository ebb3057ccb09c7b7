"""The effects of many settings: panels true to their cells, what is explained by itself, right where data are thin."""

import warnings

import matplotlib
import numpy as np
import pytest

from experiments.figures.effects import draw_effect, explained, groups_of
from experiments.figures.picture import files_of
from experiments.figures.style import ArmStyle, arm_styles, new_figure, one_look
from experiments.figures.sweeps import effects
from experiments.landscape import Spot
from experiments.measures import quantity
from experiments.plan import plan_of

PROFIT = quantity("profit_per_prospect")
STYLES = {"early": ArmStyle("early", "#ff0000", "--", "D"), "late": ArmStyle("late", "#0000ff", "-", "o")}
PATHS = ("buyer.awareness", "buyer.price_focus", "seller.price_policy_of_a_very_long_name_indeed")
NAN = float("nan")


def spot(cell, path, x, value, n=400, half=0.5):
    decided = abs(value) > half
    better = "" if not decided else "late" if value > 0 else "early"
    return Spot(cell, path, x, "", 0.0, "asked_first", "late", "early", PROFIT.name, "money", n, value, value - half,
                value + half, "better" if decided else "undecided", better)  # fmt: skip


def strewn(cells=120, seed=1):
    """Cells of a Latin hypercube: the difference is 3 times the first setting, the second matters little."""
    places = np.random.default_rng(seed).random((cells, 3))
    values = 3 * (places[:, 0] - 0.5) + 0.3 * (places[:, 1] - 0.5)
    return {
        path: [spot(cell, path, float(x), float(value)) for cell, (x, value) in enumerate(zip(xs, values, strict=True))]
        for path, xs in zip(PATHS, places.T, strict=True)
    }


def changed(spots, **fields):
    return {path: [each._replace(**fields) for each in of] for path, of in spots.items()}


FEW = {path: of[:1] for path, of in strewn().items()}
CASES = {
    "strewn": strewn(),
    "on a grid": {path: [each._replace(x=round(3 * each.x) / 3) for each in of] for path, of in strewn().items()},
    "words": {path: [each._replace(x="few" if each.x < 0.5 else "many") for each in of]
              for path, of in strewn().items()},
    "all equal": changed(strewn(), value=1.0, low=1.0, high=1.0),
    "nobody asked": changed(strewn(), n=0, value=NAN, low=NAN, high=NAN, verdict="undecided", better=""),
    "one cell": FEW,
    "one value of a setting": changed(strewn(), x=0.5),
    "over many sizes": {path: [each._replace(x=10 ** (4 * each.x)) for each in of] for path, of in strewn().items()},
    "many settings": {f"buyer.{place}": strewn(40, place)[PATHS[0]] for place in range(17)},
    "set in some cells only": {path: of[: 10 * (place + 1)] for place, (path, of) in enumerate(strewn().items())},
}  # fmt: skip


def drawn(spots):
    plan = plan_of("price_timing", {"study.deals": 100})
    return effects(plan, spots, "late", arm_styles(plan), PROFIT)


def words_in(figure):
    return " ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))


@pytest.mark.parametrize("case", CASES)
def test_thin_sweeps_are_drawn_without_a_warning_and_with_every_word_within_the_figure(case):
    with warnings.catch_warnings(), one_look():
        warnings.simplefilter("error")
        picture = drawn(CASES[case])
        width, height = picture.figure.get_size_inches()
        needed = picture.figure.get_tightbbox()
        assert min(needed.x0, needed.y0, width - needed.x1, height - needed.y1) >= 0
        assert files_of(picture)
        assert len(picture.rows) == sum(map(len, CASES[case].values()))


def test_what_a_setting_explains_by_itself_is_its_part_of_the_variance():
    spots = strewn(2000)
    expected = 9 / (9 + 0.09)
    assert explained(spots[PATHS[0]]) == pytest.approx(expected, abs=0.03)
    assert explained(spots[PATHS[1]]) == pytest.approx(1 - expected, abs=0.02)
    assert explained(spots[PATHS[2]]) < 0.01


def test_what_chance_explains_is_taken_off():
    shares = [explained(strewn(60, seed)[PATHS[2]]) for seed in range(40)]
    assert np.median(shares) < 0.02


def test_nothing_is_explained_where_cells_do_not_differ_or_are_too_few():
    assert np.isnan(explained(CASES["all equal"][PATHS[0]]))
    assert np.isnan(explained(FEW[PATHS[0]]))
    assert np.isnan(explained(CASES["one value of a setting"][PATHS[0]]))


def test_cells_with_the_same_value_are_a_group_and_others_are_put_together_with_their_neighbours():
    assert [group[0].x for group in groups_of(CASES["on a grid"][PATHS[0]])] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    groups = groups_of(strewn()[PATHS[0]])
    assert len(groups) == 12
    assert {len(group) for group in groups} == {10}
    assert max(each.x for each in groups[0]) <= min(each.x for each in groups[1])


def test_the_strongest_setting_stands_first_and_is_said_in_words():
    with one_look():
        picture = drawn({path: strewn()[path] for path in reversed(PATHS)})
    assert picture.figure.axes[0].get_title(loc="left").startswith("buyer.awareness: 9")
    assert picture.alternative.index("buyer.awareness") < picture.alternative.index("buyer.price_focus")
    assert "late" in picture.alternative


def test_every_cell_is_a_mark_filled_where_it_is_decided():
    axes = new_figure(4, 4).subplots()
    spots = strewn()[PATHS[0]]
    draw_effect(axes, spots, STYLES)
    late, early, hollow = (len(line.get_xdata()) for line in axes.lines[:3])
    assert late == sum(each.better == "late" for each in spots)
    assert early == sum(each.better == "early" for each in spots)
    assert hollow == len(spots) - late - early


@pytest.mark.parametrize(("case", "scale"), [("over many sizes", "log"), ("strewn", "linear"), ("on a grid", "linear")])
def test_an_axis_is_logarithmic_where_values_go_by_factors(case, scale):
    axes = new_figure(4, 4).subplots()
    draw_effect(axes, CASES[case][PATHS[0]], STYLES)
    assert axes.get_xscale() == scale
