"""The figures of markets can be read: no name is cut off."""

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg

from experiments.figures.market import About, Course, profit_by_policy
from experiments.figures.style import SETTINGS


def test_names_of_policies_and_arms_are_not_cut_off() -> None:
    measures = [{"profit_per_hour:never_to_price_shoppers": earned} for earned in (1.0, 2.0)]
    courses = [Course(arm, f"{arm} rings round at home", (), measures) for arm in ("nobody", "all")]
    with matplotlib.rc_context(SETTINGS):
        figure = profit_by_policy(About("A town", "euros"), courses).figure
        FigureCanvasAgg(figure).draw()
    names = figure.axes[0].get_yticklabels()
    assert [name.get_text() for name in names] == [f"never to price shoppers, {each.label}" for each in courses]
    assert min(name.get_window_extent().x0 for name in names) >= 0.0
