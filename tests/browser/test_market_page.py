"""The market in a real browser: it runs, says what it came to, is shared by its address, and holds nobody else up."""

import re

import pytest

from experiments.market import play_one
from sim.reading import load_scenario
from teaching.told_town import answer
from teaching.town import Town, asked_in

SMALL = {"scenario": "market_garages", "sellers": "4", "leads": "1", "learning": "replicator", "seed": "5"}
ADDRESS = "/market?" + "&".join(f"{name}={value}" for name, value in SMALL.items())


def day_of(page):
    return int(re.search(r"Day (\d+) of", page.inner_text("[data-where]"))[1])


def test_it_plays_to_its_end_and_says_in_words_what_the_command_finds(visitor):
    guest = visitor()
    page = guest.open(ADDRESS)
    page.wait_for_selector("[data-network] svg")
    page.click("[data-end]")
    page.wait_for_selector("text=Good for sellers")
    town = Town(asked_in(SMALL))
    town.play_on(town.days, 60.0)
    for sentence in answer(town.seen(), town.measured()):
        assert sentence in page.inner_text("[data-answer]").replace("\xa0", " ")
    changes = {"market.sellers": 4, "market.leads_per_day": 4.0, "market.learning.rule": "replicator"}
    theirs = play_one(load_scenario("market_garages", changes), 5, 0).measures
    assert f"Of {int(theirs['leads']):,} buyers" in page.inner_text("[data-answer]")
    assert "--seed 5 --replications 1 --set market.sellers=4" in page.inner_text("[data-command]")
    for name in ("shares", "prices", "wins", "pipeline", "network"):
        assert page.locator(f"[data-{name}] svg").get_attribute("aria-label").count("day 250") == (name != "network")
    page.click("text=The pictures in numbers")
    page.wait_for_selector("[data-numbers] td >> text=250")


def test_days_are_played_one_by_one_by_the_keyboard_and_as_a_film_that_can_be_stopped(visitor):
    page = visitor().open(ADDRESS)
    page.wait_for_selector("[data-shares] svg")
    page.locator("[data-day]").focus()
    for day in (1, 2, 3):
        page.keyboard.press("Enter")
        page.wait_for_selector(f"text=Day {day} of 250")
    switch = page.locator("[data-play]")
    switch.focus()
    page.keyboard.press("Space")
    page.wait_for_function("Number(document.querySelector('[data-where]').innerText.split(' ')[1]) > 15")
    assert page.inner_text("[data-answer]") == ""
    page.keyboard.press("Space")
    page.wait_for_selector("text=of the sellers had on first ask")
    stopped = day_of(page)
    page.wait_for_timeout(1000)
    assert day_of(page) == stopped
    page.click("[data-begin]")
    page.wait_for_selector("text=Day 0 of 250")


def test_a_setting_begins_a_new_market_and_stands_in_the_address(visitor):
    page = visitor().open(ADDRESS)
    page.wait_for_selector("[data-shares] svg")
    page.click("[data-day]")
    page.wait_for_selector("text=Day 1 of 250")
    page.locator('[data-knob="comparers"] .q-slider__track-container').press("ArrowRight")
    page.wait_for_selector("text=Day 0 of 250")
    page.wait_for_function("location.search.includes('comparers=0.35')")
    other = visitor().open(page.url.partition("/market")[2] and "/market" + page.url.partition("/market")[2])
    other.wait_for_selector("[data-shares] svg")
    assert other.locator('[data-knob="comparers"]').get_attribute("aria-valuenow") == "0.35"
    assert other.locator('[data-knob="sellers"]').get_attribute("aria-valuenow") == "4"


@pytest.mark.parametrize("query", ["sellers=1e9", "scenario=auto_repair", "learning=magic", "seed=-1", "leads=x"])
def test_an_address_that_makes_no_sense_is_told_and_the_page_stays(visitor, query):
    page = visitor().open(f"/market?{query}")
    page.wait_for_selector(".fault >> text=the page's address")
    page.wait_for_selector("[data-shares] svg")


def test_markets_that_play_hold_nobody_else_up(visitor):
    towns = [visitor().open(f"/market?sellers=30&leads=3&seed={seed}") for seed in range(3)]
    for page in towns:
        page.wait_for_selector("[data-shares] svg")
    other = visitor().open("/play?scenario=auto_repair")
    other.wait_for_selector('[data-line="ask on"]')
    for page in towns:
        page.click("[data-end]")
    before = other.inner_html("[data-talk]")
    other.click('[data-line="ask on"]')
    other.wait_for_function("before => document.querySelector('[data-talk]').innerHTML !== before", arg=before)
    assert min(map(day_of, towns)) < 250  # some 70,000 buyers are still to come when the one line is answered
    for page in towns:
        page.wait_for_function("Number(document.querySelector('[data-where]').innerText.split(' ')[1]) > 0")


def test_a_lesson_leads_to_a_market(visitor):
    page = visitor().open("/lessons/7_one_price_for_everyone")
    page.locator("[data-choices] .q-radio").first.click()
    page.click("[data-run]")
    page.click("[data-explain]")
    page.click("text=Let vendors compete in a market")
    page.wait_for_selector("[data-shares] svg")
    assert "market_software" in page.url
