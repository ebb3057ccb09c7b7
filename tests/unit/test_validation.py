"""The facts, and what holds them against what is simulated: verdicts, intervals, and the search of calibration."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm
from typer.testing import CliRunner

from experiments.command_line import app
from experiments.statistics import Interval, around
from experiments.validation import FACTS, bargaining, calibration, facts_numbered, printed, rivals, selling
from experiments.validation.field import Field, agreed, is_opportunity, is_proposed, random_arm
from experiments.validation.findings import (
    BLOCKS,
    LESS,
    MORE,
    NOT_MORE,
    Fact,
    Finding,
    Target,
    Verdict,
    correlation,
    found,
    jackknifed,
    mean,
    slope,
    standardised,
    standardised_shares,
)
from sim.faults import Fault
from sim.outcome import OUTCOME
from sim.reading import load_scenario
from sim.vocabulary import Destination, Reason, Step

RANGE = Target(0.2, 0.4)
NUMBERS = norm.ppf((np.arange(4000) * 0.6180339887) % 1.0 * 0.999 + 0.0005)
"""Standard normal numbers, spread evenly."""


@pytest.mark.parametrize(
    ("target", "observed", "interval", "verdict"),
    [
        (RANGE, 0.2, (0.1, 0.3), Verdict.HIT),
        (RANGE, 0.41, (0.3, 0.5), Verdict.MISS),
        (RANGE, math.nan, (math.nan, math.nan), Verdict.NOT_MEASURED),
        (MORE, 0.3, (0.1, 0.5), Verdict.HIT),
        (MORE, 0.3, (-0.1, 0.5), Verdict.UNDECIDED),
        (MORE, -0.3, (-0.5, -0.1), Verdict.WRONG_SIGN),
        (LESS, -0.3, (-0.5, -0.1), Verdict.HIT),
        (LESS, 0.0, (0.0, 0.0), Verdict.UNDECIDED),
        (LESS, 0.3, (0.1, 0.5), Verdict.WRONG_SIGN),
        (NOT_MORE, 0.1, (-0.1, 0.3), Verdict.HIT),
        (NOT_MORE, 0.2, (0.1, 0.3), Verdict.WRONG_SIGN),
    ],
)
def test_a_range_is_hit_by_the_number_and_a_sign_by_its_interval(
    target: Target, observed: float, interval: tuple[float, float], verdict: Verdict
) -> None:
    assert target.verdict(observed, Interval(*interval)) == verdict


@pytest.mark.parametrize(("use", "refuted"), [("C", False), ("T", False), ("F", True)])
def test_only_a_sign_that_must_be_right_refutes(use: str, refuted: bool) -> None:
    wrong = Finding("x", MORE, -0.3, Interval(-0.5, -0.1))
    missed = Finding("x", RANGE, 0.9, Interval(0.8, 1.0))
    fact = Fact(1, "one", "says", "S", use, (), lambda field: [wrong])
    assert fact.refuted_by([missed, wrong]) == refuted
    assert not fact.refuted_by([missed])


def test_the_jackknife_of_a_mean_is_its_t_interval() -> None:
    observed, variance = jackknifed(mean, NUMBERS)
    assert observed == pytest.approx(NUMBERS.mean())
    blocks = NUMBERS.reshape(BLOCKS, -1).mean(axis=1)
    assert variance == pytest.approx(blocks.var(ddof=1) / BLOCKS)
    finding = found("a mean", MORE, mean, NUMBERS)
    assert finding.interval == around(observed, variance, BLOCKS, 0.95)


def test_statistics_are_those_of_their_names() -> None:
    x, z = NUMBERS[:2000], NUMBERS[2000:]
    assert slope(x, 3 * x + 1) == pytest.approx(3)
    assert slope(x, 3 * x + 2 * z + 1, z[:, np.newaxis]) == pytest.approx(3)
    assert correlation(x, -x) == pytest.approx(-1)
    common = np.column_stack([z, np.ones(z.size)])
    assert correlation(x + 5 * z, 5 * z - x, common) == pytest.approx(-1, abs=1e-6)
    assert correlation(x + 5 * z, 5 * z - x) > 0.8
    assert standardised(x + 1, x) == pytest.approx(1 / x.std(ddof=1))
    assert standardised_shares(0.6, 0.4) == pytest.approx(-standardised_shares(0.4, 0.6))
    assert math.isnan(standardised_shares(0.0, 0.4))


def deals(*ends: tuple[Step, Reason, Destination]) -> np.ndarray:
    """Rows that ended so, each with a number named and without rounds."""
    rows = np.zeros(len(ends), OUTCOME)
    rows["deal"] = np.arange(len(ends))
    rows["first_quote_contact"] = 1
    for i, (step, reason, destination) in enumerate(ends):
        rows[i]["exit_step"], rows[i]["exit_reason"], rows[i]["destination"] = step, reason, destination
    rows["won"] = rows["exit_reason"] == Reason.SIGNED
    return rows


def test_the_funnel_is_counted_by_its_denominators() -> None:
    rows = deals(
        (Step.PROSPECTING, Reason.NO_RESPONSE, Destination.NO_DECISION),
        (Step.QUALIFICATION, Reason.PRICE_TOO_HIGH, Destination.COMPETITOR),
        (Step.NEEDS_ANALYSIS, Reason.STALLED, Destination.NO_DECISION),
        (Step.SECURING, Reason.NOT_SIGNED, Destination.COMPETITOR),
        (Step.SECURING, Reason.SIGNED, Destination.SELLER),
    )
    rows["first_quote_contact"][2] = 0
    assert is_opportunity(rows).tolist() == [False, False, True, True, True]
    assert is_proposed(rows).tolist() == [False, False, False, True, True]
    assert selling.wins_of_opportunities(rows) == pytest.approx(1 / 3)
    assert selling.wins_of_proposals(rows) == pytest.approx(1 / 2)
    assert selling.undecided(rows) == pytest.approx(1 / 3)
    assert selling.leads_to_customers(rows) == pytest.approx(1 / 5)
    assert selling.responded(rows) == pytest.approx(4 / 5)
    assert selling.qualified(rows) == pytest.approx(3 / 4)


def test_talks_are_counted_among_those_with_a_zone_of_agreement() -> None:
    securing = (Step.SECURING, Reason.SIGNED, Destination.SELLER)
    failed = (Step.OBJECTIONS_AND_NEGOTIATIONS, Reason.BREAKDOWN, Destination.NO_DECISION)
    rows = deals(securing, securing, failed, failed)
    rows["zopa"], rows["rounds"] = [30.0, 20.0, 10.0, -5.0], [0, 3, 2, 2]
    assert agreed(rows).tolist() == [True, True, False, False]
    assert bargaining.impasse_rate(rows) == pytest.approx(1 / 3)
    assert bargaining.lost_in_talks(rows) == pytest.approx(10 / 60)
    assert bargaining.taken_at_once(rows) == pytest.approx(1 / 3)
    rows["first_quote"], rows["price"] = [40.0, 50.0, 10.0, 10.0], [40.0, 40.0, np.nan, np.nan]
    assert bargaining.discount(rows) == pytest.approx(0.1)


def test_chance_puts_each_buyer_into_one_arm() -> None:
    rows = np.zeros((3, 7), OUTCOME)
    rows["deal"] = np.arange(7)
    rows["contacts"] = np.array([[0.0], [1.0], [2.0]])
    assert random_arm(rows)["contacts"].tolist() == [0, 1, 2, 0, 1, 2, 0]


def test_the_facts_are_27_each_with_its_number_and_a_source_or_none() -> None:
    assert [fact.number for fact in FACTS] == list(range(1, 28))
    assert {fact.use for fact in FACTS} == set("CTF")
    assert {fact.kind for fact in FACTS} == set("SV")
    bibliography = (Path(__file__).parents[2] / "docs/bibliography.md").read_text(encoding="utf-8")
    for fact in FACTS:
        assert all(f"**[{source}]**" in bibliography for source in fact.sources), fact.name


def test_a_fact_is_told_with_target_interval_verdict_and_source() -> None:
    (fact,) = facts_numbered(7)
    told = printed(fact, [Finding("taken", RANGE, 0.5, Interval(0.4, 0.6), "a note")])
    assert "S (refereed or large field data), C (to calibrate on); Backus2020" in told
    assert "0.2 to 0.4" in told
    assert "0.400 to 0.600" in told
    assert "miss" in told
    assert "taken: a note" in told


def test_an_unknown_fact_and_an_unknown_setting_are_refused() -> None:
    with pytest.raises(Fault, match="--fact 28"):
        facts_numbered(28)
    done = CliRunner().invoke(app, ["validate", "--fact", "7", "--set", "buyer.tiredness=1"])
    assert done.exit_code == 2
    assert "buyer.tiredness" in done.output


def test_the_command_prints_json_that_says_what_was_found() -> None:
    done = CliRunner().invoke(app, ["validate", "--fact", "22", "--deals", "4000", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    (fact,) = told["facts"]
    assert (told["scenario"], told["deals"], fact["number"], fact["use"]) == ("b2b_software", 4000, 22, "C")
    (finding,) = fact["findings"]
    assert finding["interval"][0] < finding["observed"] < finding["interval"][1]


def test_the_command_ends_with_1_where_a_sign_refutes(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Fact(
        3, "wrong", "The sun goes round", "S", "F", (), lambda field: [Finding("x", MORE, -1, Interval(-2, -0.5))]
    )
    monkeypatch.setattr("experiments.validation.FACTS", (wrong,))
    done = CliRunner().invoke(app, ["validate"])
    assert done.exit_code == 1
    assert "wrong sign" in done.output


# --- calibration ---

LINE = calibration.Plan(
    {"forces.stall": (0.0, 0.2), "forces.shock": (0.0, 2.0)},
    (calibration.Aim(22, "undecided", Target(0.5, 0.6), selling.undecided),),
    first_and_final=False,
)


STRIP = LINE._replace(aims=(calibration.Aim(22, "a slope", Target(1.58, 1.62), selling.undecided),))
FIELD = Field("b2b_software", 1000, 1)
LUCK = (8, 9, 10)


def slant(settings: Mapping[str, float]) -> float:
    """A steep slope, a little bent, over the settings of LINE."""
    return float(10 * settings["forces.stall"] + (settings["forces.shock"] / 2) ** 1.3)


def plays(monkeypatch: pytest.MonkeyPatch, seen: Callable[[Field, Mapping[str, float]], float]) -> None:
    """Let calibration see something without playing: of the field, and of the settings at a point."""

    def judged(field: Field, plan: calibration.Plan, point: np.ndarray) -> np.ndarray:
        return np.array([seen(field, calibration.settings_at(plan, point))])

    monkeypatch.setattr(calibration, "judged", judged)


def test_a_value_is_off_by_half_widths_of_its_range() -> None:
    assert calibration.outside(RANGE, 0.3) == 0
    assert calibration.outside(RANGE, 0.5) == pytest.approx(1)
    assert calibration.outside(RANGE, 0.0) == pytest.approx(2)
    assert calibration.outside(RANGE, math.nan) == 2


def test_a_margin_is_a_part_of_the_range_at_each_end() -> None:
    assert calibration.outside(RANGE, 0.39, margin=0.1) == pytest.approx(0.1)
    assert calibration.outside(RANGE, 0.23, margin=0.2) == pytest.approx(0.1)
    assert calibration.outside(RANGE, 0.3, margin=0.2) == 0


def test_several_numbers_are_off_like_the_sides_of_a_triangle() -> None:
    aims = tuple(calibration.Aim(22, name, RANGE, selling.undecided) for name in "abc")
    assert calibration.off(aims, np.array([0.3, 0.7, -0.2])) == pytest.approx(5)


def test_settings_of_a_point_lie_between_their_ends_and_have_two_digits() -> None:
    assert calibration.settings_at(LINE, np.array([0.0, 1.0])) == {"forces.stall": 0.0, "forces.shock": 2.0}
    assert calibration.settings_at(LINE, np.array([1 / 3, 0.5])) == {"forces.stall": 0.067, "forces.shock": 1.0}


def test_points_are_thinned_evenly() -> None:
    points = np.arange(10.0)[:, np.newaxis]
    assert calibration.evenly(points, 4).ravel().tolist() == [0, 3, 6, 9]
    assert len(calibration.evenly(points, 10)) == len(calibration.evenly(points, 99)) == 10
    assert len(calibration.evenly(points[:0], 4)) == 0


def test_the_search_finds_a_narrow_valley_in_waves(monkeypatch: pytest.MonkeyPatch) -> None:
    plays(monkeypatch, lambda _, settings: slant(settings))
    one = calibration.calibrate(FIELD, STRIP, 32, 1)
    several = calibration.calibrate(FIELD, STRIP, 32, 6)
    again = calibration.calibrate(FIELD, STRIP, 32, 6)
    assert len(one.kept) <= 3
    assert len(several.kept) > 50
    assert np.array_equal(several.kept, again.kept)
    assert ((several.tried.points >= 0) & (several.tried.points <= 1)).all()
    told = calibration.printed(FIELD, STRIP, several, 6)
    assert "forces.stall" in told
    assert "not ruled out" in told
    assert "Told only together:" in told
    choice = calibration.settings_at(STRIP, calibration.chosen(FIELD, STRIP, several, LUCK).point)
    assert slant(choice) == pytest.approx(1.6, abs=0.02)


def test_what_only_the_luck_of_the_search_puts_in_range_is_ruled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    searching = set()

    def seen(field: Field, settings: Mapping[str, float]) -> float:
        if field.deals == 1000:
            searching.add(field.seed)
        return slant(settings) + (0.02 if field.deals == 8000 else 0.0)

    plays(monkeypatch, seen)
    found = calibration.calibrate(FIELD, STRIP, 32, 6)
    assert searching == {1, 2, 3, 4, 5, 6}
    assert 0 < len(found.kept) < len(found.again.points)
    kept = [slant(calibration.settings_at(STRIP, point)) for point in found.kept]
    assert min(kept) >= 1.58
    assert max(kept) <= 1.6 + 1e-9


def test_the_point_chosen_stays_in_range_with_other_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    plays(monkeypatch, lambda _, settings: slant(settings))
    found = calibration.calibrate(FIELD, STRIP, 32, 6)
    nearest = calibration.chosen(FIELD, STRIP, found, LUCK)
    spoilt = calibration.settings_at(STRIP, nearest.point)
    plays(monkeypatch, lambda field, settings: 9.0 if (field.seed, settings) == (10, spoilt) else slant(settings))
    choice = calibration.chosen(FIELD, STRIP, found, LUCK)
    middle = np.median(found.kept, axis=0)
    assert not np.array_equal(choice.point, nearest.point)
    assert ((choice.point - middle) ** 2).sum() >= ((nearest.point - middle) ** 2).sum()
    assert choice.seen.shape == (3, 1)
    plays(monkeypatch, lambda field, settings: 9.0 if field.seed == 9 else slant(settings))
    with pytest.raises(Fault, match="other luck takes every member"):
        calibration.chosen(FIELD, STRIP, found, LUCK)


def test_several_processes_see_what_one_does() -> None:
    points = np.array([[0.2, 0.5], [0.8, 0.5], [0.5, 0.9]])
    one, two = (calibration._played(Field("b2b_software", 1000, 1, {}, workers), LINE, points, lambda done: None)
                for workers in (1, 2))  # fmt: skip
    assert np.array_equal(one.seen, two.seen)


def test_a_search_that_finds_nothing_says_what_came_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    plays(monkeypatch, lambda *_: 0.9)
    nothing = calibration.calibrate(FIELD, LINE, 16, 1)
    assert "The nearest:\n  undecided: 0.900" in calibration.printed(FIELD, LINE, nothing, 1)
    with pytest.raises(Fault, match="more points or waves"):
        calibration.chosen(FIELD, LINE, nothing, LUCK)


def test_a_point_is_played_with_its_settings() -> None:
    field = Field("b2b_software", 2000, 1)
    still, lively = (calibration.judged(field, LINE, np.array([part, 0.5]))[0] for part in (0.0, 1.0))
    assert lively > still


def test_the_first_number_is_looked_at_only_where_all_else_is_nearly_right() -> None:
    field, point = Field("b2b_software", 4000, 1), np.array([0.5, 0.5])
    wide, far = (LINE._replace(aims=(LINE.aims[0]._replace(target=target),), first_and_final=True)
                 for target in (Target(0.0, 1.0), Target(2.0, 3.0)))  # fmt: skip
    assert 0 < calibration.judged(field, wide, point)[1] < 1
    assert math.isnan(calibration.judged(field, far, point)[1])


def test_nothing_is_expected_of_what_too_few_points_have_shown() -> None:
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    values = np.array([0.0, 1.0, 2.0, math.nan])
    assert calibration._expected(points, values, points)[3] == pytest.approx(3)
    assert np.isnan(calibration._expected(points[1:], values[1:], points)).all()


def test_a_scenario_without_a_plan_is_refused() -> None:
    done = CliRunner().invoke(app, ["calibrate", "commodity"])
    assert done.exit_code == 2
    assert "b2b_software" in done.output


# --- rivals ---


@pytest.mark.parametrize("name", ["b2b_software", "auto_repair"])
def test_every_rival_is_the_scenario_with_other_rules(name: str) -> None:
    known = rivals.rivals(Field(name, 1000, 1))
    assert known[0].settings == {}
    assert len({rival.rule for rival in known}) == len(known)
    for rival in known[1:]:
        assert load_scenario(name, rival.settings) != load_scenario(name)
    assert any(rival.about == "group" for rival in known) == (name == "b2b_software")


@pytest.mark.slow
def test_every_rival_is_measured_on_every_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.validation.offers.MOST_TALKS", 8)
    field = Field("b2b_software", 1000, 1)
    measured = rivals.compared(field, FACTS)
    assert [rival for rival, _ in measured] == list(rivals.rivals(field))
    assert {fact.number for fact in measured[0][1]} == set(rivals.PATTERNS)
    as_it_stands = {fact: [each.what for each in findings] for fact, findings in measured[0][1].items()}
    for _, facts in measured:
        assert {fact: [each.what for each in findings] for fact, findings in facts.items()} == as_it_stands


def test_rivals_are_told_by_the_facts_they_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    hit, wrong = Finding("x", MORE, 1, Interval(0.5, 2)), Finding("x", MORE, -1, Interval(-2, -0.5))
    fact = Fact(21, "wins", "says", "S", "T", (), lambda field: [hit, wrong if field.settings else hit])
    other = Fact(4, "no_pattern", "says", "S", "T", (), lambda field: [wrong])
    monkeypatch.setattr(rivals, "rivals", lambda field: (rivals.AS_IT_STANDS, RIVAL))
    field = Field("b2b_software", 1000, 1)
    lines = rivals.printed(rivals.compared(field, (fact, other)), field).splitlines()
    head, numbers, base, rival = [line for line in lines[3:] if line][:4]
    assert head.split() == ["fact", "21", "hit", "wrong"]
    assert numbers.split()[-2:] == ["2", "2"]
    assert base.split() == ["b2b_software", "as", "it", "stands", "2", "2", "0"]
    assert rival.split() == ["group", "unanimity", "1!", "1", "1"]
    last = head.index("21") + 1
    assert (base[last], rival[last : last + 2]) == ("2", "1!")
    assert lines[-1].split(maxsplit=1) == ["21", "says"]


RIVAL = rivals.Rival("group", "unanimity", {"group.decision": "unanimity"})
