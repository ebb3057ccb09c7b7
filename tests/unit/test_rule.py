"""Rules are plain from Python and compiled elsewhere, and compiled code is never that of an older or another text."""

import json
import math
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.rule import bind, chain, entry, rule, rules_hash

HOUSE = Path(__file__).parents[2]
POLICY = Path("agents", "price_policies", "on_first_ask.py")
SMALL_BATCH = """
import json, sys
from sim.batch import play
from sim.reading import load_scenario
scenario = load_scenario("b2b_software")
seller = scenario.seller.model_copy(update={"price_policy": "on_first_ask"})
rows = next(play([scenario.model_copy(update={"seller": seller})], 1, 300))[0]
print(json.dumps([rows.tobytes().hex(), int((rows["first_quote_contact"] == 1).sum()), int(rows["refusals"].sum())]))
"""


@rule
def doubled(x: float) -> float:
    """Twice x; plain text may be asked what only Python can answer."""
    return 2 * x


@rule
def tripled(x: float) -> float:
    return 3 * x


@rule
def halved(x: float) -> float:
    return x / 2


def change(x: float) -> float:
    """Stands for a rule that is bound before use."""
    raise LookupError("not bound")


def changed_and_one_more(x: float) -> float:
    """What becomes of x, and one more."""
    return change(x) + 1.0


# --- rules, chains, bindings ---


def test_a_rule_called_from_python_runs_its_plain_text() -> None:
    before = list(doubled.signatures)
    assert doubled("ab") == "abab", "only plain Python doubles a text"
    assert doubled.py_func(3) == 6
    assert doubled.signatures == before, "calling it plainly compiles nothing"


def test_a_rule_called_from_an_entry_runs_compiled() -> None:
    def twice(x: float) -> float:
        return doubled(x)

    compiled = entry(bind(twice))  # a bound function without a name is compiled each time, and not found in a cache
    assert compiled(4.5) == 9.0
    assert doubled.signatures, "the entry compiled the rule"


@pytest.mark.parametrize("code", [0, 1, 2, 3, 99])
def test_a_chain_plays_its_rules_by_number_and_the_last_for_numbers_beyond(code: int) -> None:
    by_number = chain([doubled, tripled, halved])
    compiled = entry(bind(_played_by_number, by_number=by_number))
    wanted = (8.0, 12.0, 2.0)[min(code, 2)]
    assert by_number(code, 4.0) == wanted
    assert compiled(code, 4.0) == wanted


def _played_by_number(code: int, x: float) -> float:
    return by_number(code, x)


def by_number(code: int, x: float) -> float:
    """Stands for the chain that is bound before use."""
    raise LookupError("not bound")


def test_a_chain_of_one_rule_plays_it_whatever_the_number() -> None:
    alone = chain([tripled])
    assert [alone(code, 2.0) for code in (0, 1, 7)] == [6.0, 6.0, 6.0]


def test_binding_changes_a_copy_and_leaves_the_function_as_it_was() -> None:
    bound = bind(changed_and_one_more, change=doubled)
    assert bound(5.0) == 11.0
    assert (bound.__name__, bound.__doc__) == (changed_and_one_more.__name__, changed_and_one_more.__doc__)
    with pytest.raises(LookupError, match="not bound"):
        changed_and_one_more(5.0)


def test_two_bindings_of_one_function_never_share_their_compiled_code() -> None:
    """Two catalogues of the project's own rules bind one kernel; a cache that looks at its text only mixes them up."""
    first = entry(bind(changed_and_one_more, change=doubled))
    second = entry(bind(changed_and_one_more, change=tripled))
    assert (first(5.0), second(5.0)) == (11.0, 16.0)


# --- the hash that the cache stands under ---


def fresh_hash(*plugins: Path) -> str:
    return str(rules_hash(plugins))


def test_the_hash_changes_with_a_plugins_text_and_comes_back_with_it(tmp_path: Path) -> None:
    plugin = tmp_path / "my_policy.py"
    plugin.write_text("one = 1\n")
    before = fresh_hash(plugin)
    plugin.write_text("one = 2\n")
    assert fresh_hash(plugin) != before
    plugin.write_text("one = 1\n")
    assert fresh_hash(plugin) == before
    assert fresh_hash() != before


def test_the_hash_does_not_depend_on_the_order_of_plugins(tmp_path: Path) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("a = 1\n")
    other.write_text("b = 1\n")
    assert fresh_hash(one, other) == fresh_hash(other, one)


@pytest.mark.parametrize("library", ["numba", "np", "llvmlite"])
def test_the_hash_changes_with_the_version_of_what_compiles(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fresh_hash()
    monkeypatch.setattr(f"agents.rule.{library}.__version__", "0.0.1")
    assert fresh_hash() != before


# --- the whole way: edit a policy, run again ---


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, to be edited."""
    folder = tmp_path_factory.mktemp("checkout")
    for room in ("agents", "sim", "scenarios", "experiments"):
        shutil.copytree(HOUSE / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOUSE / "pyproject.toml", folder)
    return folder


def run(copy: Path, code: str, cache: Path) -> Any:
    """Run code in a process of its own, from the copy, with a cache of its own; its last line read as JSON."""
    own = {"XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(copy), "NUMBA_OPT": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=copy, env={**os.environ, **own}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.long
def test_editing_a_policy_changes_the_next_run_and_editing_it_back_brings_the_first_result(copy: Path) -> None:
    cache = copy.parent / "cache"
    policy = copy / POLICY
    text = policy.read_text(encoding="utf-8")
    edited = text.replace("if view.asked or ", "if ")
    assert edited != text, "the edit finds nothing to change"
    before = run(copy, SMALL_BATCH, cache)
    assert before[1] > 0, "some are quoted at the first contact"
    try:
        policy.write_text(edited, encoding="utf-8")
        after = run(copy, SMALL_BATCH, cache)
    finally:
        policy.write_text(text, encoding="utf-8")
    assert after[0] != before[0]
    assert (before[2], after[1] < before[1]) == (0, True), "the edited policy declines where the first one quoted"
    assert after[2] > 0
    assert run(copy, SMALL_BATCH, cache) == before
    assert len(list((cache / "zopa" / "compiled").iterdir())) == 2, "one folder for each state of the rules"


WITHOUT_A_CACHE = """
import json
from agents.rule import entry, rule
import agents.rule

@rule
def root(x: float) -> float:
    return x ** 0.5

@entry
def rooted(x):
    return root(x)

print(json.dumps([rooted(2.0), str(agents.rule._cache_folder("any"))]))
"""


def test_compiling_works_where_no_cache_can_be_written(copy: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / "a_file"
    in_the_way.write_text("not a folder")
    assert run(copy, WITHOUT_A_CACHE, in_the_way) == [math.sqrt(2.0), "None"]
    assert in_the_way.read_text() == "not a folder"


def test_entries_made_by_several_threads_at_once_are_each_kept_where_they_belong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else code is kept in the folder that one happens to be in, and compiled again the next time."""
    from agents import rule as module

    seen = []

    def njit(**options: Any) -> Any:
        before = module.numba.config.CACHE_DIR
        time.sleep(0.01)
        seen.append((before, module.numba.config.CACHE_DIR))
        return lambda function: function

    was = module.numba.config.CACHE_DIR
    monkeypatch.setattr(module.numba, "njit", njit)
    monkeypatch.setattr(module, "_cache_folder", lambda name, bound_to="": Path("kept"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(entry, [_summed] * 16))
    assert seen == [("kept", "kept")] * 16
    assert was == module.numba.config.CACHE_DIR


def test_old_caches_are_forgotten_all_but_the_newest_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from agents import rule as module

    monkeypatch.setattr(module, "user_cache_path", lambda name: tmp_path / name)
    for age in range(12):
        folder = module._cache_folder(f"state_{age:02}")
        assert folder is not None
        (folder / "inner").mkdir()
        (folder / "inner" / "code.nbc").write_text("compiled")
        os.utime(folder, (age, age))
    module._cache_folder("now")
    kept = sorted(path.name for path in (tmp_path / "zopa" / "compiled").iterdir())
    assert kept == ["now", *(f"state_{age:02}" for age in range(4, 12))]


def test_an_entry_keeps_its_plain_text_beside_the_compiled_one() -> None:
    compiled = entry(_summed)
    values = np.arange(5.0)
    assert compiled(values) == compiled.py_func(values) == 10.0


def _summed(values: np.ndarray) -> float:
    total = 0.0
    for value in values:
        total += doubled(value) / 2.0
    return total
