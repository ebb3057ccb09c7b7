"""`zopa game` and `zopa theory` from the command line: what they print, what they refuse, how they end."""

import json

import pytest
from commands import assert_told, zopa

import experiments.theory
from experiments.theory.rows import Check, exactly


def told(*arguments):
    done = zopa("game", *arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_game_is_played_by_its_equilibrium_if_nothing_is_said():
    said = told("double_auction", "--games", 20_000)
    assert "Seller: linear_equilibrium, the good costs it 0 to 1, uniform" in said
    assert "20,000 games, seed 1" in said
    (agreed,) = [line.split() for line in said.splitlines() if line.startswith("they agree")]
    low, high = float(agreed[4]), float(agreed[6])
    assert low < 28.125 < high


def test_rubinsteins_game_needs_one_game_only():
    said = told("rubinstein", "--seller-patience", 0.9, "--buyer-patience", 0.8, "--games", 1)
    assert "1 game, seed 1" in said
    assert "71.4 %" in said


def test_a_game_is_told_move_by_move():
    said = told("rubinstein", "--tell", "--offers", 3, "--seller", "linear", "--buyer", "boulware")
    assert "3 offers at the most" in said
    assert said.count("Seller: ") >= 2
    assert "They agree at " in said


def test_the_game_told_is_the_one_asked_for():
    assert told("double_auction", "--tell") == told("double_auction", "--tell", "--number", 0)
    first, other = (told("double_auction", "--tell", "--number", number).splitlines()[4:] for number in (0, 7))
    assert first != other


def test_an_option_is_told_with_its_role_and_taken():
    arguments = ("rubinstein", "--option", 0.9, "--role", "responder", "--seller", "tit_for_tat", "--tell")
    said = told(*arguments)
    assert "0.9 elsewhere to leave for when it responds" in said
    assert "Buyer: leaves for what it gains elsewhere" in said
    assert "The seller gains 0, the buyer 0.9." in said
    assert "0.9 elsewhere to fall back on" in told("rubinstein", "--option", 0.9)


def test_the_same_game_by_another_seed_is_another_one():
    one, other = (told("double_auction", "--tell", "--seed", seed) for seed in (1, 2))
    assert one != other.replace("seed 2", "seed 1")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["rubinsten"], ["GAME", "'rubinsten' is not one of the choices", "did you mean 'rubinstein'"]),
        (["rubinstein", "--seller", "lineer"], ["--seller", "'lineer' is not a tactic", "did you mean 'linear'"]),
        (["double_auction", "--cost", "a:b"], ["--cost 'a:b' is neither a number nor two of them, as in 0:1"]),
        (["double_auction", "--cost", "0:1:2"], ["--cost '0:1:2' is neither"]),
        (["double_auction", "--worth", "nan"], ["--worth 'nan' is neither"]),
        (["double_auction", "--cost", "3:1"], ["--cost", "a value from 3 to 1"]),
        (["double_auction", "--cost", "-1"], ["--cost", "-1.0 is not at least 0"]),
        (["rubinstein", "--buyer-patience", "2"], ["--buyer-patience", "2.0 is not between 0 and 1"]),
        (["rubinstein", "--offers", "0"], ["--offers", "0 is not"]),
        (["rubinstein", "--option", "nan"], ["--option", "nan is not a finite number"]),
        (["rubinstein", "--opener", "byer"], ["--opener", "did you mean 'buyer'"]),
        (["rubinstein", "--k", "0.3"], ["--k", "rubinstein has no such setting"]),
        (
            ["double_auction", "--offers", "3", "--option", "0.1", "--role", "responder"],
            ["--offers", "--option", "--role", "double_auction has no such setting"],
        ),
        (["rubinstein", "--number", "3"], ["--number goes with --tell only"]),
        (["rubinstein", "--tell", "--games", "3"], ["--games does not go with --tell"]),
    ],
)
def test_what_cannot_be_played_is_told_and_ends_with_two(arguments, expected):
    assert_told(zopa("game", *arguments), *expected)


def test_all_that_is_wrong_is_told_at_once():
    said = zopa("game", "rubinsten", "--seller", "lineer", "--cost", "a:b", "--buyer-patience", 2)
    assert_told(said, "GAME", "--seller", "--cost", "--buyer-patience")


def test_a_check_of_theory_prints_formula_target_interval_and_verdict():
    done = zopa("theory", "--check", "rubinstein")
    assert done.exit_code == 0, done.output
    (row,) = [line for line in done.stdout.splitlines() if "d1 0.9, d2 0.8" in line]
    assert "(1 - d2) / (1 - d1 d2)  0.714286  0.714286     exact  holds" in row
    assert "All 6 numbers hold." in done.stdout


def test_the_interval_narrows_with_more_deals_and_moves_with_the_seed():
    def row(*arguments):
        done = zopa("theory", "--check", "honest_offers", "--json", *arguments)
        return json.loads(done.stdout)["checks"][0]["rows"][0]

    few, many, other = row("--deals", 10_000), row("--deals", 40_000), row("--deals", 10_000, "--seed", 9)
    assert many["high"] - many["low"] == pytest.approx((few["high"] - few["low"]) / 2, rel=0.05)
    assert other["observed"] != few["observed"]


def test_theory_as_json_prints_json_and_nothing_else():
    done = zopa("theory", "--check", "last_offer", "--json")
    content = json.loads(done.stdout)
    assert (content["holds"], content["level"], content["seed"]) == (True, 0.99999, 1)
    assert [check["name"] for check in content["checks"]] == ["last_offer"]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_number_that_misses_makes_the_exit_status_one(monkeypatch, form):
    wrong = Check("wrong", "A wrong target", lambda _deals, _seed: [exactly("share", "1/2", 0.5, 0.6)])
    monkeypatch.setattr(experiments.theory, "CHECKS", (wrong, *experiments.theory.CHECKS[:1]))
    done = zopa("theory", *form)
    assert done.exit_code == 1
    if form:
        assert json.loads(done.stdout)["holds"] is False
    else:
        assert "MISSES" in done.stdout
        assert "1 of 7 numbers miss." in done.stdout


@pytest.mark.parametrize("tactic", ["linear", "zero_intelligence"])
def test_another_way_of_playing_misses_the_target(monkeypatch, tactic):
    """What is observed comes from play: other tactics in the seats miss."""
    from experiments.theory import auctions

    own = auctions._auction
    monkeypatch.setattr(auctions, "_auction", lambda _tactic, k, deals, seed: own(tactic, k, deals, seed))
    assert zopa("theory", "--check", "double_auction", "--deals", 10_000).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--check", "rubinstien"], ["--check 'rubinstien' is not a check of theory", "did you mean 'rubinstein'"]),
        (["--deals", "10"], ["--deals", "10000"]),
        (["--seed", "-1"], ["--seed"]),
    ],
)
def test_what_theory_cannot_check_is_told_and_ends_with_two(arguments, expected):
    done = zopa("theory", *arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in expected:
        assert part in done.stderr
