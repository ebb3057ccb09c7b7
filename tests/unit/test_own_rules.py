"""Files of one's own: what is found in them, and what is said of those that cannot be used."""

from pathlib import Path

import pytest

from agents.catalogue import catalogue
from agents.views import Kind, Moment
from sim.faults import Fault
from sim.own_rules import rules_with
from sim.own_seats import load

POLICY = '"""Never say a price."""\nfrom agents.views import wait\ndef reply(view):\n    return wait()\n'
TACTIC = '"""Stay."""\ndef next_offer(view):\n    return view.aspiration\n'


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_a_policy_or_a_tactic_or_both_by_the_functions_it_has(tmp_path: Path) -> None:
    own = catalogue()
    files = {"quiet": POLICY, "still": TACTIC, "both_of_them": POLICY + TACTIC}
    found = rules_with([written(tmp_path, f"{name}.py", text) for name, text in files.items()])
    assert set(found.price_policies) - set(own.price_policies) == {"quiet", "both_of_them"}
    assert set(found.tactics) - set(own.tactics) == {"still", "both_of_them"}
    assert set(found.own_rules) == set(files)
    assert found.price_policies["quiet"].summary == "Never say a price."


def test_without_files_the_rules_are_the_projects_own() -> None:
    assert rules_with([]) == catalogue()


def test_a_file_given_twice_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "quiet.py", POLICY)
    monkeypatch.chdir(tmp_path)
    assert set(rules_with([path, "quiet.py", "./quiet.py"]).own_rules) == {"quiet"}


def test_finding_rules_runs_nothing_of_their_files(tmp_path: Path) -> None:
    path = written(tmp_path, "loud.py", "raise SystemExit(9)\n" + POLICY)
    assert set(rules_with([path]).own_rules) == {"loud"}


UNFIT = {
    "missing.py": (None, "missing.py  there is no such file"),
    "cut_off.py": (
        "x = 1\ndef reply(view:\n",
        "cut_off.py:2  is not Python: '(' was never closed\n    def reply(view:",
    ),
    "empty_one.py": (
        "",
        "  has neither reply(view), for a price policy, nor next_offer(view), for a tactic",
    ),
    "misspelt.py": ("def repyl(view): ...\n", "should its 'repyl' be called 'reply'?"),
    "two_views.py": ("def reply(view, other): ...\n", "two_views.py:1  reply does not take one argument; reply(view)"),
    "no_view.py": ("\ndef next_offer(): ...\n", "no_view.py:2  next_offer does not take one argument"),
    "a_class.py": ("class reply: ...\n", "a_class.py:1  reply is a class; a plain function reply(view) would be right"),
    "later.py": ("async def reply(view): ...\n", "later.py:1  reply is an async function"),
    "on_first_ask.py": (POLICY, "on_first_ask.py  'on_first_ask' is a price policy that comes with zopa"),
    "linear.py": (POLICY, "linear.py  'linear' is a tactic that comes with zopa; give the file another name"),
    "My-Policy.py": (POLICY, "My-Policy.py  'My-Policy' is no name for a policy or tactic"),
    "policy.txt": (POLICY, "policy.txt  is not called a Python file; its name should end in .py"),
    "nul.py": ("\0", "nul.py"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_file_that_is_unfit_is_refused_with_its_place_and_what_would_be_right(name: str, tmp_path: Path) -> None:
    text, told = UNFIT[name]
    path = tmp_path / name if text is None else written(tmp_path, name, text)
    with pytest.raises(Fault) as refused:
        rules_with([path])
    assert told in str(refused.value)
    assert str(refused.value).startswith(str(path))


def test_a_folder_and_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "bytes_only.py").write_bytes(b"\xff\xfe")
    with pytest.raises(Fault) as refused:
        rules_with([tmp_path / "folder.py", tmp_path / "bytes_only.py"])
    assert "folder.py  is a folder" in str(refused.value)
    assert "bytes_only.py  is not Python in UTF-8" in str(refused.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    wrong = [written(tmp_path, "linear.py", "def repply(view): ...\n"), tmp_path / "missing.py"]
    with pytest.raises(Fault) as refused:
        rules_with([*wrong, written(tmp_path, "quiet.py", POLICY), written(tmp_path, "sub/quiet.py", POLICY)])
    for told in ("comes with zopa", "has neither", "no such file", "'quiet' is the name of"):
        assert told in str(refused.value), told


def test_a_wrapped_or_computed_rule_is_looked_at_when_it_is_loaded(tmp_path: Path) -> None:
    files = {"three.py": "reply = 3\n", "imported.py": "from math import nonesuch as reply\n"}
    known = rules_with([written(tmp_path, name, text) for name, text in files.items()])
    with pytest.raises(Fault, match=r"three\.py  reply is 3; a function reply\(view\) would be right"):
        load(known.price_policies["three"], "reply")
    with pytest.raises(Fault, match=r"imported\.py:1  cannot be loaded: ImportError"):
        load(known.price_policies["imported"], "reply")


@pytest.mark.parametrize("error", ["raise SystemExit(3)", "1 / 0", "import nonesuch"])
def test_a_file_that_fails_when_it_is_run_is_told_with_its_line(error: str, tmp_path: Path) -> None:
    entry = rules_with([written(tmp_path, "fails.py", f"{POLICY}\n{error}\n")]).price_policies["fails"]
    with pytest.raises(Fault) as refused:
        load(entry, "reply")
    assert str(refused.value).startswith(f"{tmp_path / 'fails.py'}:6  cannot be loaded: ")
    assert str(refused.value).endswith(f"\n    {error}")


def test_what_is_played_is_the_text_that_was_hashed_though_the_file_is_edited_meanwhile(tmp_path: Path) -> None:
    path = written(tmp_path, "quiet.py", POLICY)
    before = rules_with([path]).price_policies["quiet"]
    written(tmp_path, "quiet.py", POLICY.replace("wait", "menu"))
    after = rules_with([path]).price_policies["quiet"]
    assert before.fingerprint != after.fingerprint
    kinds = [load(entry, "reply")(None).kind for entry in (before, after)]
    assert kinds == [Kind.WAIT, Kind.MENU], "though both texts are as long and as old as each other"


def test_compiled_code_is_bound_to_the_text_of_plug_ins(tmp_path: Path) -> None:
    path = written(tmp_path, "quiet.py", POLICY)
    before = rules_with([path]).numbering
    written(tmp_path, "quiet.py", POLICY.replace("wait", "menu"))
    assert rules_with([path]).numbering != before
    assert rules_with([path]).without(["quiet"]).numbering == catalogue().numbering


def test_rules_are_left_out_by_name_only_if_they_are_plug_ins(tmp_path: Path) -> None:
    known = rules_with([written(tmp_path, "quiet.py", POLICY)])
    left = known.without(["quiet", "on_first_ask"])
    assert "on_first_ask" in left.price_policies
    assert "quiet" not in left.price_policies


def test_what_a_plug_in_calls_may_be_a_plain_function_beside_it(tmp_path: Path) -> None:
    text = "def half(x): return x / 2\ndef next_offer(view): return half(view.limit)\n"
    entry = rules_with([written(tmp_path, "halving.py", text)]).tactics["halving"]

    class View:
        limit = 8.0
        moment = Moment.ASKED

    assert load(entry, "next_offer")(View()) == 4.0
