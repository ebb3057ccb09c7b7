"""Reports: complete, self-contained, escaped; and the figures of deals and of precision."""

import re
from html.parser import HTMLParser

import pytest

from experiments.drawing import draw, draw_deal
from experiments.figures.gallery import precision_trace, trajectory
from experiments.figures.style import one_look
from experiments.offers import offers_of
from experiments.plan import plan_of
from experiments.report import as_html, content_of, write_report
from experiments.running import run
from experiments.stopping import Look
from experiments.study import load_study
from sim.faults import Fault
from sim.own_rules import rules_with
from sim.reading import load_scenario

VOID = {"meta", "img", "br"}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    settings = {"study.title": "Early <b>or</b> late | which?"}
    return run("price_timing", deals=1500, settings=settings, out=tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def page(result):
    return as_html(content_of(result))


class Tags(HTMLParser):
    """The tags of a page, and whether they are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.found = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_a_page_loads_nothing_from_elsewhere(page):
    tags = Tags(page)
    assert tags.open == []
    loaded = [value for _, attributes in tags.found for name, value in attributes.items()
              if name in {"src", "href", "srcset", "data", "action", "poster"}]  # fmt: skip
    assert loaded
    assert all(value.startswith("data:image/png;base64,") for value in loaded)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in tags.found}
    assert not re.search(r"https?://|@import|url\(", page)


def test_every_figure_of_a_page_has_words(page):
    images = [attributes for tag, attributes in Tags(page).found if tag == "img"]
    assert len(images) == 4
    assert all(len(attributes["alt"]) > 20 for attributes in images)


def test_what_a_study_says_is_text_and_no_markup(page):
    assert "<b>" not in page
    assert "Early &lt;b&gt;or&lt;/b&gt; late" in page


def test_a_page_has_question_answer_tables_and_what_was_run(result, page):
    text = " ".join(page.split())
    assert " ".join(result.plan.study.question.split())[:60].replace('"', "&#34;") in text
    assert "late won" in text
    assert "mean of the worst 5 %" in text
    assert result.plan.hash in text
    assert f"{result.tables.prospects['asked_first']:,} who asked" in text
    assert 'name="viewport"' in page
    assert "@media print" in page


def test_a_report_is_written_beside_the_result_and_overwrites_nothing(result, tmp_path):
    files = write_report(result, tmp_path)
    assert {path.name for path in files} >= {"report.html", "report.md", "funnel.png"}
    markdown = (tmp_path / "report.md").read_text()
    linked = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", markdown)
    assert len(linked) == 4
    assert all((tmp_path / path).is_file() for path in linked)
    assert [path.read_bytes() for path in write_report(result, tmp_path)] == [path.read_bytes() for path in files]
    (tmp_path / "report.md").write_text("mine")
    with pytest.raises(Fault, match="is in the way"):
        write_report(result, tmp_path)
    assert (tmp_path / "report.md").read_text() == "mine"


def test_a_table_of_a_report_has_as_many_cells_in_every_row(result):
    for table in content_of(result).tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.title


@pytest.mark.parametrize("case", ["one arm", "many arms", "a line", "a map", "nobody asks", "three settings"])
def test_reports_of_unusual_studies_are_complete(case, tmp_path):
    early = {"set": {"seller.price_policy": "on_first_ask"}}
    study, settings, figures = {
        "one arm": ("price_timing", {"study.arms": {"early": early}}, 3),
        "many arms": ("every_reply", {}, 4),
        "a line": ("price_timing", {"study.sweep": {"grid": {"buyer.awareness": [0.7, 1.0]}}}, 1),
        "a map": ("regime_map", {"study.sweep": {"grid": {"buyer.awareness": [0.7, 1.0],
                                                          "buyer.price_focus": [0.2, 0.9]}}}, 1),
        "nobody asks": ("price_timing", {"buyer.price_focus": 0.0, "buyer.shoppers.share": 0.0}, 4),
        "three settings": ("price_timing", {"study.sweep": {"list": [
            {"buyer.awareness": 0.7, "buyer.price_focus": 0.5, "buyer.contact_cost": 0.3}]}}, 1),
    }[case]  # fmt: skip
    found = run(study, deals=300, settings=settings, out=tmp_path)
    content = content_of(found)
    assert len(content.figures) == figures
    assert content.tables
    Tags(as_html(content))


def test_figures_are_drawn_of_one_cell_of_a_sweep_and_of_none_that_is_not_there(tmp_path):
    found = run("price_timing", deals=300, out=tmp_path,
                settings={"study.sweep": {"grid": {"buyer.awareness": [0.7, 1.0]}}})  # fmt: skip
    assert {path.name for path in (found.folder / "figures").iterdir()} == {"along.csv", "along.png", "along.svg"}
    paths = draw(found, cell=1)
    assert {path.parent.name for path in paths} == {"cell-00001"}
    with pytest.raises(Fault, match="has no cell 7"):
        draw(found, cell=7)


def test_offers_of_a_deal_are_those_that_are_told_and_within_both_limits_when_agreed():
    scenario = load_scenario("b2b_software")
    offers = offers_of(scenario, "after_needs_analysis", 206, 20240229)
    assert [(offer.kind, offer.side) for offer in offers][-1] == ("signed", "both")
    assert offers[-1].price == pytest.approx(36.60, abs=0.05)
    assert offers[-1].seller_limit < offers[-1].price < offers[-1].buyer_limit


def test_a_deal_is_drawn_and_one_without_a_price_says_so(tmp_path):
    scenario, rules = load_scenario("b2b_software"), rules_with(())
    paths = draw_deal(tmp_path / "deal.svg", scenario, "on_first_ask", 206, 20240229, rules)
    assert {path.name for path in paths} == {"deal.csv", "deal.png", "deal.svg"}
    with one_look():
        figure = trajectory("T", "S", "EUR", []).figure
    assert "no price was named" in " ".join(text.get_text() for text in figure.axes[0].texts)
    with pytest.raises(Fault, match=r"should end in .png or .svg"):
        draw_deal(tmp_path / "deal.pdf", scenario, "on_first_ask", 206, 20240229, rules)


@pytest.mark.parametrize("widths", [[0.5, 0.3, 0.19], [], [float("nan")], [0.0]])
def test_a_precision_trace_fills_the_looks_that_were_exact_enough(widths):
    plan = plan_of(load_study("price_timing", {"study.precision": {"half_width": 0.2}}))
    looks = [Look(0, 1000 * (place + 1), width, width <= 0.2) for place, width in enumerate(widths)]
    with one_look():
        figure = precision_trace(plan, looks).figure
        figure.canvas.draw()
    filled = [
        line for line in figure.axes[0].lines if line.get_marker() == "o" and line.get_markerfacecolor() != "white"
    ]
    assert len(filled) == (len(widths) == 3)
