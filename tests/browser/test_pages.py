"""Every page in a real browser with the network off: its main path, no error, nothing from outside."""

import re

import pytest
from players import SEED

from experiments.narrating import amount
from sim.stepped import SteppedDeal
from teaching.buyers import worth_playing
from teaching.comparing import compare, sides_of
from teaching.lessons import lessons
from teaching.markets import market
from teaching.prepared import prepared

PAGES = {
    "/": "text=Open compare",
    "/compare": "[data-picture] svg",
    "/watch": "[data-talk] p",
    "/play": "[data-line]",
    "/map": "[data-map] svg",
    "/market": "[data-shares] svg",
    "/lessons": "text=Open the lesson",
    "/lessons/1_the_opening_question": "[data-choices]",
    "/class": "[data-join]",
    "/teacher": "[data-open]",
    "/print/guide": "text=Teaching with zopa",
    "/print/roles/b2b_software": "text=You are the buyer",
}
SIZES = {"phone, dark": (390, 844, True), "hall": (1280, 900, False), "projector, dark": (2560, 1440, True)}


@pytest.mark.parametrize("size", SIZES)
def test_every_page_opens_in_every_size_without_an_error_or_an_outside_request(visitor, size):
    width, height, dark = SIZES[size]
    guest = visitor(width=width, height=height, dark=dark)
    for path, sign in PAGES.items():
        page = guest.open(path)
        page.wait_for_selector(sign)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, f"{path} is {wide} pixels too wide"
        assert page.locator("h1").count() >= 1
        assert page.locator("main").count() == 1


def slider(page, trait):
    return page.locator(f'[data-trait="{trait}"] .q-slider__track-container')


def test_a_slider_redraws_the_picture_with_the_numbers_of_the_batch(visitor):
    page = visitor().open("/compare?scenario=commodity")
    page.wait_for_selector("[data-picture] svg")
    before = page.inner_html("[data-picture]")
    slider(page, "buyer.price_focus").press("ArrowLeft")
    page.wait_for_function("before => document.querySelector('[data-picture]').innerHTML !== before", arg=before)
    page.wait_for_function("location.search.includes('price_focus')")
    value = float(re.search(r"buyer\.price_focus%3A([\d.]+)", page.url)[1])
    sides = sides_of(market("commodity", {"buyer.price_focus": value}), "on_first_ask", "after_needs_analysis")
    found = compare(sides, SEED)
    shown = page.inner_text("[data-numbers]")
    for quantity in ("profit_per_prospect", "surplus_per_prospect"):
        for place in (0, 1):
            assert f"{found.level(place, quantity):,.2f}" in shown
    assert found.answer in page.inner_text("[data-answer]")


def test_a_setting_is_shared_by_its_address(visitor):
    page = visitor().open("/compare?scenario=auto_repair&first=list_price&second=menu_first&set=buyer.awareness:0.5")
    page.wait_for_selector("text=menu first won")
    assert page.locator('[data-trait="buyer.awareness"]').get_attribute("aria-valuenow") == "0.5"


@pytest.mark.parametrize("query", ["set=buyer.awareness:9", "set=nothing:1", "scenario=..%2Fx", "set=" + "x" * 3000])
def test_an_address_that_makes_no_sense_is_told_and_the_page_stays(visitor, query):
    page = visitor().open(f"/compare?{query}")
    page.wait_for_selector(".fault")
    page.wait_for_selector("[data-picture] svg")


def test_two_visitors_keep_their_own_sliders(visitor):
    one, other = (visitor().open("/compare?scenario=commodity") for _ in range(2))
    for page in (one, other):
        page.wait_for_selector("[data-picture] svg")
    slider(one, "buyer.awareness").press("ArrowRight")
    one.wait_for_function("location.search.includes('awareness')")
    assert "awareness" not in other.url


def test_every_step_of_a_slider_draws_the_picture_anew(visitor):
    page = visitor().open("/compare")
    page.wait_for_selector("[data-picture] svg")
    thumb = slider(page, "buyer.awareness")
    for key in ["ArrowRight"] * 4 + ["ArrowLeft"] * 4:
        before = page.inner_html("[data-picture]")
        thumb.press(key)
        page.wait_for_function("before => document.querySelector('[data-picture]').innerHTML !== before", arg=before)
        page.wait_for_timeout(300)


def test_a_typical_deal_opens_from_compare_and_is_stepped_and_revealed(visitor):
    page = visitor().open("/compare?scenario=auto_repair")
    page.click("text=A typical deal that on first ask lost and after needs analysis won")
    page.wait_for_selector("[data-talk] p")
    assert "would not go below" not in page.content()
    for _ in range(40):
        page.click("[data-step]")
    page.click("[data-reveal]")
    page.wait_for_selector("text=In truth:")
    assert page.locator("[data-way] svg").last.get_attribute("aria-label").endswith("and won.")
    page.click("[data-back]")


AS_A_BUYER = ("ask price", "stay", "agree", "sign", "go on", "bargain")


def play_to_the_end(page, over, most=80):
    """Press what there is until the deal is over."""
    for turn in range(most):
        page.wait_for_selector(f"[data-line], [data-offer], {over}")
        if page.locator(over).count():
            return
        question = page.inner_text("[data-question]")
        lines = ["accept", "propose" if turn > 4 else "ask 1", "quote" if turn > 6 else "ask on", *AS_A_BUYER]
        buttons = [page.locator(f'[data-line="{line}"]') for line in lines]
        button = next((each for each in buttons if each.count()), None)
        talk = page.inner_html("[data-talk]")
        if button is None:
            page.fill("[data-price]", "600")
            button = page.locator("[data-offer]")
        button.first.click()
        page.wait_for_function(
            "([talk, over]) => document.querySelector('[data-talk]').innerHTML !== talk || document.querySelector(over)"
            " || document.querySelector('[data-fault]').innerText",
            arg=[talk, over],
        )
        assert question


def test_a_deal_is_played_and_debriefed_and_nothing_hidden_reaches_the_browser_before(visitor):
    guest = visitor()
    page = guest.open("/play?scenario=auto_repair")
    page.wait_for_selector("[data-line]")
    scenario = market("auto_repair")
    buyer = worth_playing(scenario, SEED, "seller", 24)[0]
    deal = SteppedDeal(prepared(scenario), SEED, buyer)
    hidden = [float(deal.buyer[name][0]) for name in ("batna", "budget")]
    hidden += [float(worth) for worth in deal.buyer["worth"][0] if worth > 0]
    page.click('[data-line="ask on"]')
    page.wait_for_selector('[data-line="ask 1"]')
    everything = page.content() + "".join(guest.received)
    for number in hidden:
        assert f"{number:.2f}"[:-1] not in everything
        assert f">{amount(number)}<" not in everything
    assert "would not go below" not in everything
    assert "What was hidden" not in everything
    play_to_the_end(page, "[data-debrief]")
    page.wait_for_selector("text=With this very buyer and this very luck")
    assert page.locator("[data-regret]").inner_text()
    page.click("[data-again]")
    page.wait_for_selector("text=Now you know")


def test_what_cannot_be_said_is_told_on_the_page(visitor):
    page = visitor().open("/play?scenario=auto_repair")
    page.fill("[data-price]", "-5")
    page.click("[data-quote]")
    page.wait_for_selector("text=is not a price")


def test_the_buyers_seat_is_played(visitor):
    guest = visitor()
    page = guest.open("/play?scenario=auto_repair&seat=buyer")
    page.wait_for_selector('[data-line="ask price"]')
    assert page.locator('[data-line="listen"]').count() == 1
    scenario = market("auto_repair")
    deal = SteppedDeal(prepared(scenario), SEED, worth_playing(scenario, SEED, "buyer", 24)[0])
    hidden = [float(deal.buyer["batna"][0])] + [float(worth) for worth in deal.buyer["worth"][0] if worth > 0]
    play_to_the_end(page, "[data-debrief]")
    received = "".join(guest.received).partition("What came of it")[0]
    for number in hidden:
        assert f"{number:.2f}"[:-1] not in received
    for said in ("How much does it cost?", "Both agree in principle", "Signed at"):
        assert said in page.inner_text("[data-talk]")
    shown = page.inner_text("main")
    assert "Left to its rules, this buyer would have" in shown
    assert "leaving at the first chance" in shown
    page.click("[data-again]")
    page.wait_for_selector('[data-line="take"]')


@pytest.mark.parametrize("size", SIZES)
def test_a_buyer_leaves_over_a_number_and_gets_what_its_contacts_cost(visitor, size):
    width, height, dark = SIZES[size]
    page = visitor(width=width, height=height, dark=dark).open("/play?scenario=commodity&seat=buyer")
    page.click('[data-line="ask price"]')
    page.wait_for_selector("text=A number is on the table. Stay, or leave over it?")
    assert page.locator("[data-line]").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 1
    page.click('[data-line="leave"]')
    page.wait_for_selector("[data-debrief]")
    assert "there was no deal, and you" in page.inner_text("[data-debrief]")


def test_the_map_is_drawn_cell_by_cell_and_a_cell_opens_in_compare(visitor):
    page = visitor().open("/map?scenario=commodity")
    page.wait_for_function("document.querySelectorAll('[data-map] a').length > 3")
    cell = page.locator("[data-map] a").first
    cell.focus()
    drawn = page.inner_html("[data-map] svg")
    box = cell.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_function("drawn => document.querySelector('[data-map] svg').innerHTML !== drawn", arg=drawn)
    assert cell.evaluate("cell => cell === document.activeElement"), "the keyboard's place is kept"
    page.mouse.up()  # and so is a press while the next cell comes in
    page.wait_for_selector("[data-picture] svg")
    assert "awareness" in page.url


@pytest.mark.parametrize("name", [each.name for each in lessons()])
def test_a_lesson_is_predicted_run_and_explained_and_the_answer_is_kept(visitor, name):
    page = visitor().open(f"/lessons/{name}")
    assert page.locator("[data-run]").is_disabled()
    page.locator("[data-choices] .q-radio").nth(1).click()
    page.click("[data-run]")
    page.wait_for_selector("[data-picture] svg")
    page.click("[data-explain]")
    page.wait_for_selector("text=You predicted:")
    page.goto(page.url.rpartition("/")[0])
    page.wait_for_selector("text=You predicted:")


def test_light_and_dark_are_chosen_and_kept(visitor):
    page = visitor().open("/")
    page.click("text=Light or dark")
    page.wait_for_selector("body.body--dark")
    page.goto(page.url + "lessons")
    page.wait_for_selector("body.body--dark")


def test_the_keyboard_reaches_the_content(visitor):
    page = visitor().open("/play?scenario=auto_repair")
    page.wait_for_selector("[data-line]")
    page.locator('[data-line="ask on"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('[data-line="ask 1"]')


@pytest.mark.parametrize(("path", "pages"), [("/print/roles/b2b_software", 2), ("/print/guide", 3)])
def test_what_is_printed_wastes_no_page(visitor, path, pages):
    """A role sheet, which students get, is one page for each side."""
    page = visitor().open(path)
    page.wait_for_selector("h1")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == pages
