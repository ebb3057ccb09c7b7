"""Policies and tactics of one's own from the command line: played, noted, kept apart, and refused."""

import json
from pathlib import Path

import pytest
from commands import assert_told, start, zopa

POLICY = '''"""Give in at the second ask."""
from agents.views import Moment, quote, reframe, wait


def reply(view):
    if view.moment >= Moment.NEEDS_KNOWN or view.times_asked > 1:
        return quote()
    return reframe() if view.asked else wait()
'''
WITH_A_DICTIONARY = POLICY.replace("\n\n\n", "\nMOST = {'asks': 1}\n\n\n").replace("> 1:", "> MOST['asks']:")
TACTIC = "def next_offer(view):\n    return view.aspiration + (view.limit - view.aspiration) * view.elapsed\n"
STUDY = """
schema: 1
name: own
title: A policy of one's own
question: Does it play?
scenario: b2b_software
plugins: [my_policy.py]
seed: 7
deals: 200
baseline: late
arms:
  late: {set: {seller.price_policy: after_needs_analysis}}
  mine: {set: {seller.price_policy: my_policy}}
"""


@pytest.fixture(autouse=True)
def in_a_folder_with_a_study_elsewhere(tmp_path, monkeypatch):
    """The study and its policy lie in ``there``; commands are given from another folder."""
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write("../there/own.yaml", STUDY)
    write("../there/my_policy.py", POLICY)


def write(path, text):
    Path(path).write_text(text)
    return path


def levels(told):
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)["levels"]


def notes(told):
    """What a run said before it began; how far it was is said, or not, by the clock on the wall."""
    return [line for line in told.stderr.splitlines() if " deals (" not in line]


def run(*arguments):
    return zopa("run", "../there/own.yaml", "--json", *arguments)


def test_a_study_plays_the_policy_beside_it_and_says_nothing_of_it():
    told = run()
    assert levels(told)
    assert notes(told) == []
    (manifest,) = Path("results").glob("own-*/manifest.json")
    content = json.loads(manifest.read_text())
    assert content["clocks"] == {"my_policy": "batch"}
    assert len(content["identity"]["plugins"]["my_policy"]) == 64
    assert "there" not in json.dumps(content["identity"]), "the identity holds no path"


def test_a_policy_that_does_not_compile_is_noted_in_a_line_and_plays_the_same():
    compiled = levels(run())
    write("../there/my_policy.py", WITH_A_DICTIONARY)
    told = run("--out", "slow", "--workers", 2)
    assert levels(told) == compiled
    (line,) = notes(told)
    assert line.startswith("my_policy plays on the stepped clock, for it cannot be compiled: ")
    assert line.endswith("(line 7)")
    assert json.loads(next(Path("slow").glob("*/manifest.json")).read_text())["clocks"] == {"my_policy": "stepped"}
    assert levels(run("--out", "alone", "--workers", 1)) == compiled


def test_a_run_notices_that_a_plug_in_was_edited_and_keeps_the_results_apart():
    before = levels(run())
    write("../there/my_policy.py", POLICY.replace("> 1:", "> 0:"))
    told = run()
    assert levels(told) != before
    (first,) = [path for path in Path("results").glob("own-*") if str(path) in told.stderr]
    assert notes(told) == [f"my_policy changed since {first} was played: everything is played anew, and nothing mixed"]
    assert len(list(Path("results").glob("own-*"))) == 2
    write("../there/my_policy.py", POLICY)
    found = run()
    assert levels(found) == before
    assert notes(found) == [], "the first result was found again"


def test_another_study_setting_is_not_taken_for_an_edited_plug_in():
    run()
    write("../there/my_policy.py", POLICY + "\n")
    (line,) = notes(run("--deals", 150))
    assert line.startswith("not the same as results/own-")
    assert "deals is 150 and was 200, the text of my_policy is another one" in line


def test_any_study_may_be_given_a_plug_in_on_the_command_line():
    write("my_tactic.py", TACTIC)
    told = run("--plugin", "my_tactic.py", "--set", "seller.tactic=my_tactic")
    assert levels(told)
    assert_told(run("--set", "seller.tactic=my_tactic"), "'my_tactic' is not a tactic")
    assert levels(run("--plugin", "../there/my_policy.py")) == levels(run()), "the same file counts once"


def test_a_deal_is_told_with_a_plug_in_in_any_seat():
    write("my_tactic.py", TACTIC)
    plugins = ("--plugin", "my_tactic.py", "--plugin", "../there/my_policy.py")
    seats = ("--policy", "my_policy", "--set", "seller.tactic=my_tactic", "--set", "buyer.tactic=my_tactic")
    told = zopa("deal", "b2b_software", "--buyer", 206, *plugins, *seats, "--versus", "after_needs_analysis")
    assert told.exit_code == 0, told.output
    assert "my_policy and after_needs_analysis" in told.stdout
    linear = zopa(
        "deal", "b2b_software", "--buyer", 206, "--set", "seller.tactic=linear", "--set", "buyer.tactic=linear"
    )
    mine = zopa("deal", "b2b_software", "--buyer", 206, *plugins, *seats[2:])
    assert "round 2" in mine.stdout
    assert mine.stdout == linear.stdout, "the tactic is the linear one"


def test_policies_and_check_know_a_plug_in():
    listed = zopa("policies", "--plugin", "../there/my_policy.py").stdout
    assert "  my_policy                Give in at the second ask.\n" in listed
    assert zopa("check", "../there/own.yaml").stdout.startswith("ok: study own")
    scenario = "../there/b2b.yaml"
    text = (Path(__file__).parents[2] / "scenarios/b2b_software.yaml").read_text()
    write(
        scenario, text.replace("name: b2b_software", "name: b2b").replace("price_policy:", "price_policy: my_policy #")
    )
    assert_told(zopa("check", scenario), "'my_policy' is not a price policy", "known: ")
    assert zopa("check", scenario, "--plugin", "../there/my_policy.py").stdout.startswith("ok: scenario b2b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "../there/my_policy.py  there is no such file"),
        ("def reply(view:\n", "../there/my_policy.py:1  is not Python"),
        ("x = 1\n", "has neither reply(view), for a price policy, nor next_offer(view), for a tactic"),
    ],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_an_unfit_file_is_told_before_anything_is_played(command, text, expected):
    if text is None:
        Path("../there/my_policy.py").unlink()
    else:
        write("../there/my_policy.py", text)
    assert_told(zopa(command, "../there/own.yaml"), expected)
    assert not Path("results").exists()


def test_a_name_that_comes_with_zopa_cannot_be_taken():
    write("on_first_ask.py", POLICY)
    for command in (("run", "../there/own.yaml"), ("policies",), ("deal", "b2b_software"), ("check", "b2b_software")):
        assert_told(zopa(*command, "--plugin", "on_first_ask.py"), "'on_first_ask' is a price policy that comes with")


BODIES = {
    "raises": ("quote_at(view.price / (view.times_asked - 1))", ":5  reply(view) raised ZeroDivisionError"),
    "negative": ("quote_at(-1.0)", "reply(view) answered a Reply whose low is -1.0; 0 or more would be right"),
    "misspelt": ("quote_at(view.prise)", ":5  reply(view) raised AttributeError: 'PriceView' object has no"),
    "wrong type": ("view.price", "a Reply would be right, as quote(), reframe() or wait()"),
    "nothing": ("None", "answered None; a Reply would be right"),
    "gives up": ("exit()", ":5  reply(view) raised SystemExit"),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_policy_that_fails_ends_the_run_with_its_file_its_line_and_the_deal(case):
    body, expected = BODIES[case]
    write("../there/my_policy.py", f"from agents.views import *\n\n\ndef reply(view):\n    return {body}\n")
    told = run("--set", "buyer.price_focus=1")
    assert told.exit_code == 2, told.output
    assert "Traceback" not in told.output
    assert "../there/my_policy.py" in told.stderr
    assert expected in told.stderr
    assert "    in the deal with buyer " in told.stderr
    assert [path for path in Path("results").iterdir() if not path.name.startswith(".")] == []


def test_a_file_that_cannot_be_run_is_told_in_one_paragraph():
    write("../there/my_policy.py", f"import nonesuch\n{POLICY}")
    assert_told(run(), "../there/my_policy.py:1  cannot be loaded: ModuleNotFoundError", "import nonesuch")


def test_a_process_of_its_own_tells_a_failing_policy_without_any_traceback():
    write("../there/my_policy.py", "from agents.views import quote_at\ndef reply(view):\n    return quote_at(1 / 0)\n")
    process = start("run", "../there/own.yaml", stdout=-1, stderr=-1)
    out, error = process.communicate(timeout=240)
    assert process.returncode == 2
    assert out == ""
    assert "Traceback" not in error
    assert "ZeroDivisionError" in error


def test_run_takes_plug_ins_from_python():
    from experiments import run as play

    notes = []
    write("by_dictionary.py", WITH_A_DICTIONARY)
    settings = {"seller.price_policy": "by_dictionary"}
    result = play("price_timing", deals=50, plugins=["by_dictionary.py"], settings=settings, note=notes.append)
    assert result.deals == 50
    assert len(notes) == 1
