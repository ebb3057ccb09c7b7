"""A town is the market that the command plays; its pictures and words hold what is so."""

import math
from xml.etree import ElementTree

import numpy as np
import pytest

from experiments.limits import SMOOTHED_OVER
from experiments.market import play_one
from experiments.market_measures import shares_by_day
from sim.fate import seed_of_replication
from sim.faults import Fault
from sim.market.model import Market
from sim.market.replication import tables_of
from sim.reading import load_scenario
from teaching import town as towns_module
from teaching.told_town import answer, as_rows, where_it_stands
from teaching.town import KNOBS, Town, as_it_is, asked_in, towns
from teaching.town_pictures import network, pipeline, policy_shares, prices, wins

SMALL = {"scenario": "market_garages", "sellers": "5", "leads": "1.5", "comparers": "0.6", "learning": "replicator"}


@pytest.fixture(scope="module")
def played():
    made = Town(asked_in({**SMALL, "seed": "7"}))
    while not made.over:
        made.play_on(40, 60.0)
    return made


def of_the_command(line):
    """What a command line for a market sets."""
    words = line.split()
    assert words[:3] == ["zopa", "market", "market_garages"]
    changes = dict(each.split("=") for each in words[words.index("--set") :] if "=" in each)
    typed = {path: value if value.isalpha() else float(value) for path, value in changes.items()}
    typed["market.sellers"] = int(typed["market.sellers"])
    return load_scenario("market_garages", typed), int(words[words.index("--seed") + 1])


def test_its_measures_are_those_of_the_command_that_it_names(played):
    theirs = play_one(*of_the_command(played.asked.command), 0).measures
    ours = played.measured()
    for name, value in theirs.items():
        np.testing.assert_array_equal(ours[name], value, name)


def test_what_is_seen_day_by_day_is_what_the_tables_of_the_command_hold(played):
    scenario, seed = of_the_command(played.asked.command)
    model = Market(scenario, seed_of_replication(seed, 0))
    while model.running:
        model.step()
    tables, seen = tables_of(model), played.seen()
    for policy, shares in shares_by_day(tables).items():
        np.testing.assert_allclose(seen.shares[seen.policies.index(policy), 1:], shares)
    np.testing.assert_array_equal(seen.steps[3], tables.days["needs_analysis"].to_numpy())
    won, ended = (tables.days[name].to_numpy().astype(float) for name in ("won", "ended"))
    assert seen.won[-1] == pytest.approx(won[-SMOOTHED_OVER:].sum() / ended[-SMOOTHED_OVER:].sum())
    trusting = tables.people["trusts"].to_pylist()
    assert [trust is None for trust in trusting] == list(seen.trusts < 0)


def test_where_it_is_stopped_changes_nothing(played):
    again = Town(played.asked)
    for days in (1, 3, 250):
        again.play_on(days, 60.0)
        again.seen()
    assert again.over
    np.testing.assert_array_equal(again.seen().shares, played.seen().shares)


def test_it_stops_when_its_time_is_used_up():
    made = Town(as_it_is("market_garages"))
    made.play_on(250, 0.0)
    assert made.day == 1


def test_nothing_changed_is_the_scenario_itself():
    for name in towns():
        assert as_it_is(name).made() == load_scenario(name)
        assert "--set" not in as_it_is(name).command


def test_a_setting_is_read_from_the_address_as_it_is_told():
    asked = asked_in({**SMALL, "seed": "12"})
    assert asked_in(asked.as_query()) == asked
    assert asked.made().market.leads_per_day == 7.5


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"scenario": "auto_repair"}, "says nothing of a market; one of market_garages"),
        ({"scenario": "../x"}, "there is no scenario named"),
        ({"sellers": "1e9"}, "from 3 to 30"),
        ({"leads": "nan"}, "from 0.25 to 3"),
        ({"comparers": "many"}, "no number"),
        ({"learning": "magic"}, "one of none, imitation, bandit, replicator"),
        ({"seed": "-1"}, "a whole number from 0"),
        ({"seed": "9" * 5000}, "a whole number from 0"),
    ],
)
def test_an_address_that_makes_no_sense_is_told(query, told):
    with pytest.raises(Fault, match=told):
        asked_in(query)


def test_every_end_of_every_slider_is_a_market():
    for name in towns():
        for knob in KNOBS:
            for end in (knob.low, knob.high):
                assert asked_in({"scenario": name, knob.path: f"{end:g}"}).made().market


def test_there_are_only_so_many_towns(monkeypatch):
    monkeypatch.setattr(towns_module, "MOST_TOWNS", len(towns_module._open) + 1)
    kept = Town(asked_in(SMALL))
    with pytest.raises(Fault, match="markets are open already"):
        Town(asked_in(SMALL))
    del kept
    Town(asked_in(SMALL))


def test_pictures_are_well_formed_and_say_their_content(played):
    fresh = Town(played.asked)
    for each in (fresh, played):
        seen = each.seen()
        for drawn in (policy_shares(seen), pipeline(seen), prices(seen), wins(seen), network(seen, *each.places())):
            root = ElementTree.fromstring(drawn)
            assert len(root.get("aria-label")) > 20
            assert "nan" not in drawn
    last = dict(zip(played.seen().policies, played.seen().shares[:, -1], strict=True))
    assert f"on first ask from 60 % to {100 * last['on_first_ask']:.0f} %" in policy_shares(played.seen())


def test_the_answer_says_what_the_measures_hold(played):
    seen, measures = played.seen(), played.measured()
    told = " ".join(answer(seen, measures))
    assert f"{100 * measures['share:on_first_ask']:.0f} % of the sellers had on first ask (60 % at first)" in told
    assert ("has settled on" in told) == (max(measures[f"share:{name}"] for name in seen.policies) >= 0.9)
    assert f"earned {measures['profit_per_hour:after_needs_analysis']:.1f} under after needs analysis" in told
    assert where_it_stands(seen).startswith("Day 250 of 250: ")
    _, rows = as_rows(seen)
    assert [row[0] for row in rows] == [str(day) for day in range(0, 251, 25)]
    assert math.isfinite(measures["gain:on_first_ask"])
