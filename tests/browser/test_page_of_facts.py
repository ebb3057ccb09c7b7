"""The page of validation in a real browser with the network off: on a phone, in a hall, in the dark and in print."""

import pytest

from experiments.statistics import UNKNOWN, Interval
from experiments.validation import FACTS
from experiments.validation.field import Field
from experiments.validation.findings import MORE, Finding, Target
from experiments.validation.page import PAGE, files_of_page

LONG = "a number whose name is so long that it has to be broken on every screen there is"
SHOWN = FACTS[4:8]
SIZES = {"phone, dark": (360, 780, True), "hall": (1280, 900, False)}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    findings = [
        Finding(LONG, Target(0.2, 0.4), 0.3, Interval(-1e6, 1e6)),
        Finding("a sign", MORE, -1.0, Interval(-1.5, -0.5), "a note"),
        Finding("nothing", Target(0.1, 0.2), float("nan"), UNKNOWN),
    ]
    path = tmp_path_factory.mktemp("validation") / PAGE
    path.write_bytes(files_of_page(dict.fromkeys(SHOWN, findings), Field("b2b_software", 1000, 1))[PAGE])
    return path.as_uri()


@pytest.mark.parametrize("size", SIZES)
def test_the_page_opens_in_every_size_without_an_error_or_a_request(chromium, address, size):
    width, height, dark = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page, wrong = context.new_page(), []
    page.on("console", lambda said: wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda sent: sent.url.startswith(("file:", "data:")) or wrong.append(sent.url))
    page.goto(address)
    for medium in ("screen", "print"):
        page.emulate_media(media=medium)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, f"{wide} pixels too wide on {medium}"
    pictures = "[...document.images].map(each => each.naturalWidth > 0 && each.alt.length > 20)"
    assert page.evaluate(pictures) == [True] * len(SHOWN)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"  # in print
    page.emulate_media(media="screen")
    assert (page.evaluate("getComputedStyle(document.body).backgroundColor") == paper) == (not dark)
    page.click("a[href='#fact-7']")
    assert page.evaluate("document.getElementById('fact-7').getBoundingClientRect().top") < height
    context.close()
    assert wrong == []
