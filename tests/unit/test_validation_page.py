"""The page of validation: complete, self-contained, the same bytes again; and its pictures, which show misses."""

import csv
import io
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from experiments.command_line import app
from experiments.figures.facts import files_of_fact, limits_of, picture_of
from experiments.figures.style import one_look
from experiments.statistics import UNKNOWN, Interval
from experiments.validation import FACTS
from experiments.validation.field import Field
from experiments.validation.findings import LESS, MORE, NOT_MORE, Fact, Finding, Target, Verdict
from experiments.validation.page import PAGE, TABLE, Measured, files_of_page, in_words
from experiments.validation.sources import in_full

RANGE = Target(0.2, 0.4)
CASES = {
    "hit": Finding("within <b>", RANGE, 0.3, Interval(0.25, 0.35)),
    "miss": Finding("beyond", RANGE, 0.6, Interval(0.5, 0.7)),
    "far": Finding("far beyond", RANGE, 6000.0, Interval(5000.0, 7000.0)),
    "exact": Finding("a setting", RANGE, 0.3, Interval(0.3, 0.3), "a note"),
    "huge": Finding("hardly known", RANGE, 0.3, Interval(-1e9, 1e9)),
    "rough": Finding("roughly known", Target(0.2, 0.4, rough=True), 0.3, Interval(0.25, 0.35)),
    "right": Finding("a sign", MORE, 2.0, Interval(1.0, 3.0)),
    "less": Finding("another sign", LESS, -2.0, Interval(-3.0, -1.0)),
    "or nothing": Finding("no more", NOT_MORE, 0.1, Interval(-0.1, 0.3)),
    "wrong": Finding("a wrong sign", MORE, -2.0, Interval(-3.0, -1.0)),
    "undecided": Finding("an open sign", MORE, 0.1, Interval(-1.0, 1.2)),
    "nothing": Finding("nothing at all", MORE, 0.0, Interval(0.0, 0.0)),
    "not measured": Finding("no counterpart", RANGE, math.nan, UNKNOWN, "why not"),
    "too few": Finding("too few", LESS, math.nan, UNKNOWN),
    "no interval": Finding("a number alone", RANGE, 0.3, UNKNOWN),
}
SEVENTH = FACTS[6]


def refuting(findings: list[Finding]) -> Fact:
    return Fact(3, "made_up", "Signs & wonders", "V", "F", (), lambda field: findings)


@pytest.fixture(scope="module")
def measured() -> Measured:
    every = list(CASES.values())
    return {refuting(every): every, SEVENTH: [CASES["hit"]]}


@pytest.fixture(scope="module")
def files(measured: Measured) -> dict[str, bytes]:
    return files_of_page(measured, Field("b2b_software", 1000, 1, {"forces.stall": 0.1}))


@pytest.fixture(scope="module")
def page(files: dict[str, bytes]) -> str:
    return files[PAGE].decode()


class Tags(HTMLParser):
    """The tags of a page, and whether they are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_loads_nothing_from_elsewhere(page: str) -> None:
    tags = Tags(page)
    assert tags.open == []
    loaded = [value for _, attributes in tags.found for name, value in attributes.items()
              if name in {"src", "href", "srcset", "data", "action", "poster"}]  # fmt: skip
    assert all(str(value).startswith(("data:image/png;base64,", "#fact-")) for value in loaded)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in tags.found}
    assert not re.search(r"@import|url\(", page)
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(value)[1:] for value in loaded if str(value).startswith("#")} <= set(ids)


def test_every_picture_says_in_words_what_it_shows(page: str) -> None:
    images = [attributes for tag, attributes in Tags(page).found if tag == "img"]
    assert len(images) == 2
    for each in CASES.values():
        assert in_words(each) in str(images[0]["alt"])
    assert in_words(CASES["wrong"]) == (
        "a wrong sign: -2.000, 95 % interval -3.000 to -1.000; more than 0 would be right: wrong sign."
    )
    assert in_words(CASES["not measured"]) == "no counterpart: not measured; 0.2 to 0.4 would be right."


def test_counts_come_first_then_limitations_then_facts_with_sources_in_full(page: str) -> None:
    order = [
        page.index(text) for text in ("Of 16 numbers in 2 facts", "<h2>Limitations", "<h2>The facts<", "Signs &amp;")
    ]
    assert order[:3] == sorted(order[:3])
    assert "A sign that must be right is wrong: fact 3." in page
    assert "refuted on signs that should be right: fact 3." in page
    assert "Vendors and consultancies select whom they ask" in page
    assert "Trade figures, of no single source." in page
    assert "Sequential bargaining in the field: Evidence from millions" in page
    assert "<em>Quarterly Journal of Economics</em>" in page
    assert "why not" in page
    assert "within <b>" not in page


def test_every_source_of_a_fact_is_found_in_full() -> None:
    for key in {key for fact in FACTS for key in fact.sources}:
        assert len("".join(part.text for part in in_full(key))) > len(key) + 20, key
    assert [part.text for part in in_full("Nobody1900")] == ["Nobody1900"]


def test_one_fact_alone_has_no_list_of_facts(page: str) -> None:
    alone = files_of_page({SEVENTH: [CASES["hit"]]}, Field("b2b_software", 1000, 1))[PAGE].decode()
    assert "The facts in short" in page
    assert "The facts in short" not in alone
    assert "Of 1 number in 1 fact, 1 hit. No sign refutes the model." in alone


def test_the_same_findings_give_the_same_bytes(measured: Measured, files: dict[str, bytes]) -> None:
    assert files_of_page(measured, Field("b2b_software", 1000, 1, {"forces.stall": 0.1})) == files
    assert str(Path.home()) not in files[PAGE].decode()


def test_all_numbers_are_there_as_csv_too(files: dict[str, bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(files[TABLE].decode())))
    assert [row["verdict"] for row in rows] == [*(each.verdict.value for each in CASES.values()), "hit"]
    assert (rows[1]["low"], rows[1]["high"], rows[1]["observed"]) == ("0.2", "0.4", "0.6")
    assert {name for name in files if name.startswith("figures/")} == {
        f"figures/{name}.{ending}" for name in ("fact-03-made_up", "fact-07-taken_at_once")
        for ending in ("csv", "png", "svg")
    }  # fmt: skip


def drawn(finding: Finding) -> Figure:
    with one_look():
        figure = picture_of(SEVENTH, [finding]).figure
        figure.canvas.draw()
    return figure


@pytest.mark.parametrize("case", CASES)
def test_range_and_observation_lie_on_the_axis_and_can_be_told_apart(case: str) -> None:
    finding = CASES[case]
    left, right = limits_of(finding)
    ends = [end for end in (finding.target.low, finding.target.high, finding.observed) if math.isfinite(end)]
    assert all(left < end < right for end in ends)
    if not finding.target.is_sign and case != "far":
        assert finding.target.high - finding.target.low > 0.1 * (right - left)
    drawn(finding)


@pytest.mark.parametrize(
    ("case", "marker", "said"),
    [("hit", "o", "hit"), ("miss", "X", "miss"), ("wrong", "X", "wrong sign"), ("undecided", "D", "undecided"),
     ("not measured", None, "not measured")],
)  # fmt: skip
def test_a_miss_is_seen_without_colour(case: str, marker: str | None, said: str) -> None:
    figure = drawn(CASES[case])
    markers = {str(line.get_marker()) for line in figure.axes[0].lines}
    assert markers & {"o", "X", "D"} == ({marker} if marker else set())
    assert any(said in text.get_text() for text in figure.texts)


def test_an_interval_that_goes_on_ends_in_arrows_and_an_exact_number_has_none() -> None:
    markers = {case: {str(line.get_marker()) for line in drawn(CASES[case]).axes[0].lines} for case in CASES}
    assert {"<", ">"} <= markers["huge"]
    assert not {"<", ">"} & markers["hit"]
    assert "|" in markers["hit"]
    assert not {"|", "<", ">"} & markers["exact"]


def test_a_picture_has_its_data_beside_it() -> None:
    files = files_of_fact(SEVENTH, [CASES["not measured"]])
    (row,) = csv.DictReader(io.StringIO(files["fact-07-taken_at_once.csv"].decode()))
    assert (row["observed"], row["verdict"]) == ("", Verdict.NOT_MEASURED.value)


def test_the_command_writes_a_folder_and_never_over_one(tmp_path: Path) -> None:
    folder = tmp_path / "seventh"
    arguments = ["validate", "b2b_software", "--fact", "7", "--deals", "1000", "--report", str(folder)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "7. About a third" in done.stdout
    assert f"wrote {folder / PAGE}" in done.stderr
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path.name for path in before} >= {PAGE, TABLE, "fact-07-taken_at_once.png"}
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert again.stdout == ""
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = CliRunner().invoke(app, ["validate", "--report", str(tmp_path / "file" / "page")])
    assert done.exit_code == 2
    assert "--report" in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
