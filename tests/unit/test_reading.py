"""Settings files are read strictly, and whatever is wrong with them is told in one message, line by line."""

import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, Field

from agents.catalogue import price_policies
from sim.overrides import override
from sim.reading import Fault, load_scenario, parse_setting, read, scenario_names
from sim.scenario import Scenario
from sim.yaml_places import DEEPEST_NESTING, LARGEST_FILE, plain_value, settings_in

MINE = """\
schema: 1
name: mine
title: A small market
question: Does it load?
story: One need, one solution.
currency: euros
needs:
  speed:
    label: to be faster
    present: 0.5
    worth: {mean: 100, log_sd: 0.5}
solutions:
  engine:
    label: a bigger engine
    covers: {speed: 1.0}
    base_cost: 20
    typical_price: 60
buyer:
  awareness: 0.8
  adherence: 0.9
seller:
  price_policy: on_first_ask
  contact_cost: 1
conversation:
  answer_noise: 15
  latent: 0.6
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Write a variant of MINE, in which each text given is replaced by another, to mine.yaml and load it."""
    monkeypatch.chdir(tmp_path)

    def load_variant(*replacements: tuple[str, str], overrides: Mapping[str, object] | None = None) -> Any:
        text = MINE
        for old, new in replacements:
            assert text.count(old) == 1, f"{old!r} is not in the file once"
            text = text.replace(old, new)
        Path("mine.yaml").write_text(text, encoding="utf-8")
        return load_scenario("mine.yaml", overrides)

    return load_variant


@pytest.fixture
def complaint(load: Callable[..., Any]) -> Callable[..., str]:
    """The message of the Fault that a variant of MINE raises."""

    def message(*replacements: tuple[str, str], overrides: Mapping[str, object] | None = None) -> str:
        with pytest.raises(Fault) as caught:
            load(*replacements, overrides=overrides)
        return str(caught.value)

    return message


def complaint_about(text: str | bytes, folder: Path) -> str:
    path = folder / "some.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Fault) as caught:
        read(path, Loose)
    return str(caught.value).removeprefix(str(path))


class Strict(BaseModel):
    """Settings that refuse unknown names and numbers that are not finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Loose(BaseModel):
    """Settings without a name of their own."""

    model_config = ConfigDict(extra="allow")


class Choice(Strict):
    """Settings of the kinds that study files have."""

    version: Literal[1] = 1
    deals: int = 0
    sizes: tuple[float, ...] = ()
    either: float | tuple[float, ...] = 0.0
    names: Annotated[list[str], Field(max_length=2)] = []
    open: bool = True


def test_a_valid_file_loads(load: Callable[..., Any]) -> None:
    scenario = load()
    assert scenario.needs["speed"].worth.mean == 100
    assert scenario.seller.price_policy == "on_first_ask"


# ---- what is wrong, and where ----


def test_an_unknown_key_is_refused_with_the_nearest_known_one(complaint: Callable[..., str]) -> None:
    message = complaint(("awareness: 0.8", "awarness: 0.8"))
    assert message.startswith("mine.yaml:19  buyer.awarness: there is no such setting\n")
    assert "    did you mean 'awareness'?   known: awareness, self_knowledge, " in message


def test_a_known_key_is_named_as_files_write_it(complaint: Callable[..., str]) -> None:
    assert "\n    did you mean 'schema'?" in complaint(("schema: 1", "schem: 1"))


def test_a_number_out_of_its_range_is_refused_with_the_range(complaint: Callable[..., str]) -> None:
    message = complaint(("adherence: 0.9", "adherence: 1.4"))
    assert message == "mine.yaml:20  buyer.adherence: 1.4 is not between 0 and 1"


def test_a_negative_worth_is_refused(complaint: Callable[..., str]) -> None:
    message = complaint(("mean: 100", "mean: -3"))
    assert message == "mine.yaml:11  needs.speed.worth.mean: -3 is not at least 0"


def test_a_coverage_above_1_is_refused(complaint: Callable[..., str]) -> None:
    message = complaint(("speed: 1.0", "speed: 1.2"))
    assert message == "mine.yaml:15  solutions.engine.covers.speed: 1.2 is not between 0 and 1"


def test_half_open_ranges_are_told_in_full(complaint: Callable[..., str]) -> None:
    message = complaint(("currency: euros", "currency: euros\nneed_cost: 1"))
    assert message == "mine.yaml:7  need_cost: 1 is not at least 0 and below 1"


@pytest.mark.parametrize("written", [".nan", ".inf", "-.inf", "1e999"])
def test_numbers_that_are_not_finite_are_refused(complaint: Callable[..., str], written: str) -> None:
    assert complaint(("base_cost: 20", f"base_cost: {written}")).endswith("is not a finite number")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("true", "true is not a number"),
        ('"3"', "'3' is not a number: its quotes make it text"),
        ("nan", "'nan' is not a number"),
        ("1:30", "'1:30' is not a number"),
        ("2024-01-31", "'2024-01-31' is not a number"),
        ("yes", "'yes' is not a number"),
        ("[1, 2]", "a list is not a number"),
        ("{a: 1}", "a group of settings is not a number"),
        ("", "is empty; it should be a number"),
    ],
)
def test_what_is_no_number_does_not_pass_for_one(complaint: Callable[..., str], written: str, told: str) -> None:
    message = complaint(("base_cost: 20", f"base_cost: {written}"))
    assert message == f"mine.yaml:16  solutions.engine.base_cost: {told}"


def test_a_number_does_not_pass_for_text(complaint: Callable[..., str]) -> None:
    assert complaint(("currency: euros", "currency: 7")) == "mine.yaml:6  currency: 7 is not text"


def test_a_fraction_does_not_pass_for_a_whole_number(complaint: Callable[..., str]) -> None:
    message = complaint(("contact_cost: 1", "max_questions: 2.5"))
    assert message == "mine.yaml:23  seller.max_questions: 2.5 is not a whole number"


def test_a_value_does_not_pass_for_a_group(complaint: Callable[..., str]) -> None:
    message = complaint(("worth: {mean: 100, log_sd: 0.5}", "worth: 100"))
    assert message == "mine.yaml:11  needs.speed.worth: 100 is not a group of settings"


def test_true_does_not_pass_for_the_choice_1(complaint: Callable[..., str]) -> None:
    message = complaint(("schema: 1", "schema: true"))
    assert message == "mine.yaml:1  schema: true is not one of the choices\n    known: 1"


def test_a_missing_key_is_told_at_the_group_that_lacks_it(complaint: Callable[..., str]) -> None:
    assert complaint(("    base_cost: 20\n", "")) == "mine.yaml:13  solutions.engine.base_cost: is missing"


def test_a_wrong_policy_is_refused_with_the_nearest_known_one(complaint: Callable[..., str]) -> None:
    message = complaint(("on_first_ask", "on_first_aks"))
    assert message.startswith("mine.yaml:22  seller.price_policy: 'on_first_aks' is not a price policy\n")
    assert f"    did you mean 'on_first_ask'?   known: {', '.join(price_policies())}" in message


def test_a_wrong_tactic_is_refused_with_the_nearest_known_one(complaint: Callable[..., str]) -> None:
    message = complaint(("awareness: 0.8", "tactic: liner"))
    assert message.startswith("mine.yaml:19  buyer.tactic: 'liner' is not a tactic\n")
    assert "did you mean 'linear'?" in message


def test_covering_an_unknown_need_is_refused_with_the_nearest_known_one(
    complaint: Callable[..., str],
) -> None:
    assert complaint(("{speed: 1.0}", "{sped: 1.0}")) == (
        "mine.yaml:15  solutions.engine.covers.sped: 'sped' is not a need\n    did you mean 'speed'?   known: speed"
    )


def test_a_wrong_choice_is_refused_with_the_choices(complaint: Callable[..., str]) -> None:
    assert complaint(("currency: euros", "currency: euros\nquotes: bindng")) == (
        "mine.yaml:7  quotes: 'bindng' is not one of the choices\n"
        "    did you mean 'binding'?   known: binding, revisable"
    )


def test_a_name_with_capitals_is_refused_in_plain_words(complaint: Callable[..., str]) -> None:
    message = complaint(("  speed:\n", "  Top speed:\n"))
    assert message.startswith("mine.yaml:8  needs.Top speed: 'Top speed' is not a plain name (small letters")


def test_settings_that_contradict_each_other_are_told_at_their_group(complaint: Callable[..., str]) -> None:
    message = complaint(("mean: 100,", "mean: 100, family: fixed,"))
    assert message.startswith("mine.yaml:11  needs.speed.worth: log_sd belongs to the lognormal family")


def test_a_name_unlike_the_file_is_refused(complaint: Callable[..., str]) -> None:
    message = complaint(("name: mine", "name: yours"))
    assert message == "mine.yaml:2  name: 'yours' is not the name of the file; 'mine' would be"


def test_a_key_that_stands_twice_is_refused_with_both_lines(complaint: Callable[..., str]) -> None:
    message = complaint(("adherence: 0.9", "awareness: 0.9"))
    assert message == "mine.yaml:20  buyer.awareness: stands twice; the first is in line 19"


def test_all_faults_are_told_at_once_in_the_order_of_their_lines(complaint: Callable[..., str]) -> None:
    message = complaint(
        ("name: mine", "name: yours"),
        ("present: 0.5", "present: 1.5"),
        ("base_cost: 20", 'base_cost: "20"'),
        ("awareness: 0.8\n", "awareness: .nan\n"),
        ("adherence: 0.9", "awareness: 0.9"),
        ("contact_cost: 1", "contact_cots: 1"),
        ("  latent: 0.6\n", ""),
        overrides={"buyer.clarity": 7},
    )
    told = [line.split("  ")[0] for line in message.splitlines() if not line.startswith(" ")]
    assert told == [f"mine.yaml:{line}" for line in (2, 10, 16, 19, 20, 23, 24)] + [
        "--set buyer.clarity: 7 is not between 0 and 1"
    ]


def test_a_flood_of_faults_is_cut_short(load: Callable[..., Any]) -> None:
    flood = "".join(f"  oddity{number}: 1\n" for number in range(300))
    with pytest.raises(Fault, match=r"… and 240 more$"):
        load(("  awareness: 0.8\n", flood))


def test_a_fault_survives_the_way_between_processes() -> None:
    fault = Fault("mine.yaml:1  all is wrong")
    assert str(pickle.loads(pickle.dumps(fault))) == str(fault)


# ---- files that cannot be read ----


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    told = "  the file is empty: it should hold lines of the form 'key: value'"
    assert complaint_about("", tmp_path) == told
    assert complaint_about("# only a remark\n", tmp_path) == told


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(Fault, match=r"^no/such\.yaml  there is no such file$"):
        load_scenario("no/such.yaml")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"  is a folder, not a file$"):
        load_scenario(tmp_path)


def test_a_path_that_no_system_allows_is_refused_legibly() -> None:
    with pytest.raises(Fault, match=r"^no\\x00such\.yaml  cannot be read: "):
        load_scenario("no\0such.yaml")


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    assert complaint_about(b"a: 1\nb: \xff\n", tmp_path) == ":2  is not text in UTF-8: byte 0xff"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "marked.yaml"
    path.write_bytes(b"\xef\xbb\xbfdeals: 3\n")
    assert read(path, Choice).deals == 3


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    message = complaint_about(b"#" * (LARGEST_FILE + 1), tmp_path)
    assert message == "  is larger than 256 kB, far more than settings take"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1, 2\n", ":2  column 1: a bracket is not closed"),
        ("a: 'x\n", ":2  column 1: a quotation mark is not closed"),
        ("a: 1\n\tb: 2\n", ":2  column 1: a tab; indent with spaces"),
        ("a: b: c\n", ":1  column 5: a ':' where no key can stand"),
        ("a: 1\nb\n", ":3  column 1: a line without ':'"),
        ("a:\n  b: 1\n c: 2\n", ":3  column 2: the indentation does not fit the lines above"),
        ("a: 1\n---\nb: 2\n", ":2  column 1: a second document begins"),
        ("- a\n", ":1  a list stands where lines of the form 'key: value' should"),
        ("7\n", ":1  a single value stands where"),
        ("a: \a\n", ":1  a character that YAML does not allow: U+0007"),
        ('a: "\\UFFFFFFFF"\n', "  this is not YAML: "),
        ('a: "\\ud800"\n', ":1  a: half a character (a surrogate) in text"),
        ('"\\ud800": 1\n', ":1  \\ud800: half a character (a surrogate) in a key"),
        ("? [a]\n: 1\n", ":1  a key is a plain word"),
    ],
)
def test_what_is_no_settings_file_is_refused_in_plain_words(tmp_path: Path, text: str, told: str) -> None:
    assert complaint_about(text, tmp_path).startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &x 1\n", ":1  column 4: '&' and '*' (YAML anchors) are not read here"),
        ("a: *x\n", ":1  column 4: '&' and '*' (YAML anchors) are not read here"),
        ("b: {<<: {a: 1}}\n", ":1  b.<<: merge keys are not read"),
        ("a: !!python/object:os.system x\n", ":1  column 4: '!' (a YAML tag) is not read here"),
    ],
)
def test_anchors_merge_keys_and_tags_are_refused(tmp_path: Path, text: str, told: str) -> None:
    assert complaint_about(text, tmp_path).startswith(told)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_endless_nesting_is_refused(tmp_path: Path, opening: str) -> None:
    assert f"nested more than {DEEPEST_NESTING} deep" in complaint_about(opening * 30_000, tmp_path)


# ---- scalars ----


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("On", "On"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("012", 12),
        ("-7", -7),
        ("1e3", 1000),
        ("2.5e2", 250),
        ("1e-2", 0.01),
        (".5", 0.5),
        ("3.0", 3.0),
        ("1:30", "1:30"),
        ("2024-01-31", "2024-01-31"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("null", None),
        ("~", None),
        ("18446744073709551615", 2**64 - 1),
        ("1e300", 1e300),
        ("9" * 5000, float("inf")),
    ],
)
def test_plain_scalars_mean_what_they_look_like(written: str, meant: object) -> None:
    value = plain_value(written)
    assert (value, type(value)) == (meant, type(meant))


def test_keys_are_always_text(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    path.write_text("{no: 1, 012: 2, true: 3, null: 4}")
    assert read(path, Loose).model_dump() == {"no": 1, "012": 2, "true": 3, "null": 4}


# ---- any model ----


def test_a_study_model_is_read_with_lists_as_tuples_and_whole_exponents(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("deals: 2e5\nsizes: [1, 2.5]\nopen: false\n")
    assert read(path, Choice) == Choice(deals=200_000, sizes=(1.0, 2.5), open=False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("either: many\n", "either: 'many' is not a number or a list"),
        ("sizes: [1, x]\n", "sizes.1: 'x' is not a number"),
        ("names: [a, b, c]\n", "names: has more than 2 entries"),
        ("open: 1\n", "open: 1 is not true or false"),
        ("open: yes\n", "open: 'yes' is not true or false"),
    ],
)
def test_faults_in_any_model_are_told_in_plain_words(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(text)
    with pytest.raises(Fault) as caught:
        read(path, Choice)
    assert str(caught.value) == f"{path}:1  {told}"


# ---- overrides ----


def test_overrides_change_settings_by_their_dotted_paths(load: Callable[..., Any]) -> None:
    scenario = load(
        overrides={
            "buyer.awareness": 0.7,
            "needs.speed.present": 1,
            "seller.price_policy": "when_confident",
            "solutions.engine.covers": {"speed": 0.5},
        }
    )
    assert scenario.buyer.awareness == 0.7
    assert scenario.needs["speed"].present == 1
    assert scenario.seller.price_policy == "when_confident"
    assert scenario.solutions["engine"].covers == {"speed": 0.5}


def test_an_override_makes_the_groups_on_its_way(load: Callable[..., Any]) -> None:
    assert load().buyer.budget is None
    assert load(overrides={"buyer.budget.median": 90}).buyer.budget.median == 90


def test_a_group_made_by_an_override_must_be_complete(complaint: Callable[..., str]) -> None:
    message = complaint(overrides={"buyer.budget.flex": 0.5})
    assert message == "--set buyer.budget.median: is missing"


def test_an_override_takes_the_numbers_of_numpy(load: Callable[..., Any]) -> None:
    scenario = load(
        overrides={
            "buyer.awareness": np.float32(0.5),
            "seller.max_questions": np.int64(4),
            "buyer.unlimited_patience": np.True_,
        }
    )
    assert (scenario.buyer.awareness, scenario.seller.max_questions) == (0.5, 4)
    assert scenario.buyer.unlimited_patience is True


def test_a_large_whole_number_keeps_its_digits(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("deals: 9007199254740993\n")
    assert read(path, Choice).deals == 2**53 + 1
    assert read(path, Choice, {"deals": 2**64 - 1}).deals == 2**64 - 1


def test_an_override_leaves_the_settings_it_is_laid_over_alone() -> None:
    settings = settings_in(MINE, "mine.yaml")
    before = repr(settings)
    changed = override(settings, Scenario, {"needs.speed.worth.mean": 7, "buyer.budget.median": 9}, "--set")
    assert changed.values["needs"]["speed"]["worth"]["mean"] == 7
    assert repr(settings) == before


def test_an_override_leaves_its_caller_s_mapping_alone(load: Callable[..., Any]) -> None:
    overrides: dict[str, object] = {"solutions.engine.covers": {}, "solutions.engine.covers.speed": 0.5}
    load(overrides=overrides)
    assert overrides == {"solutions.engine.covers": {}, "solutions.engine.covers.speed": 0.5}


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("buyer.awarness", "buyer.awareness"),
        ("awareness", "buyer.awareness"),
        ("needs.sped.present", "needs.speed.present"),
        ("solutions.engine.pricing.modl", "solutions.engine.pricing.model"),
        ("needs.speed.worth.mean.x", "needs.speed.worth.mean"),
    ],
)
def test_an_override_of_an_unknown_path_is_refused_with_the_nearest_one(
    complaint: Callable[..., str], path: str, near: str
) -> None:
    message = complaint(overrides={path: 0.7})
    assert message.startswith(f"--set {path}: there is no such setting\n    did you mean '{near}'?")


@pytest.mark.parametrize("path", ["", ".", "buyer.", "buyer..awareness"])
def test_an_override_of_a_malformed_path_is_refused(complaint: Callable[..., str], path: str) -> None:
    assert "there is no such setting" in complaint(overrides={path: 1})


def test_an_override_of_a_wrong_value_is_refused(complaint: Callable[..., str]) -> None:
    message = complaint(overrides={"buyer.adherence": 1.4, "buyer.slack": "3", "buyer.clarity": {1, 2}})
    assert message.splitlines() == [
        "--set buyer.clarity: a Python set cannot be a setting",
        "--set buyer.adherence: 1.4 is not between 0 and 1",
        "--set buyer.slack: '3' is not a number: its quotes make it text",
    ]


def test_an_endless_value_is_refused(complaint: Callable[..., str]) -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "nested more than" in complaint(overrides={"buyer": endless})


def test_an_override_through_a_value_that_is_no_group_is_refused(complaint: Callable[..., str]) -> None:
    message = complaint(("worth: {mean: 100, log_sd: 0.5}", "worth: 3"), overrides={"needs.speed.worth.mean": 4})
    assert "--set needs.speed.worth.mean: leads through a value that is no group of settings" in message
    assert "mine.yaml:11  needs.speed.worth: 3 is not a group of settings" in message


def test_a_contradiction_is_told_at_the_override_that_made_it(complaint: Callable[..., str]) -> None:
    message = complaint(overrides={"needs.speed.worth.family": "fixed"})
    assert message.startswith("--set needs.speed.worth: log_sd belongs to the lognormal family")


def test_an_override_mends_a_fault_in_the_file(load: Callable[..., Any]) -> None:
    assert load(("adherence: 0.9", "adherence: 9"), overrides={"buyer.adherence": 1}).buyer.adherence == 1


def test_the_caller_says_where_overrides_were_made(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("deals: 1\n")
    with pytest.raises(Fault, match=r"^study\.yaml:9 arms\.late  dels: there is no such setting\n"):
        read(path, Choice, {"dels": 2}, where="study.yaml:9 arms.late")


# ---- names and settings on the command line ----


def test_a_bare_name_finds_a_bundled_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_scenario("b2b_software").name == "b2b_software"


def test_the_bundled_names_are_sorted() -> None:
    assert set(scenario_names()) >= {"auto_repair", "b2b_software"}
    assert list(scenario_names()) == sorted(scenario_names())


def test_an_unknown_bare_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(Fault, match=r"no scenario named 'b2b_sofware'.*\n    did you mean 'b2b_software'\?"):
        load_scenario("b2b_sofware")


def test_a_path_below_the_current_folder_is_told_relative_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x.yaml").write_text("- a\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Fault, match=r"^folder/x\.yaml:1  "):
        load_scenario(tmp_path / "folder" / "x.yaml")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("buyer.awareness=0.7", ("buyer.awareness", 0.7)),
        (" deals = 2e5 ", ("deals", 200_000)),
        ("seller.price_policy=on_first_ask", ("seller.price_policy", "on_first_ask")),
        ("title=a: b # c", ("title", "a: b # c")),
        ("title='3'", ("title", "3")),
        ("buyer.budget=null", ("buyer.budget", None)),
        ("a=b=c", ("a", "b=c")),
        ("sizes=[1, no]", ("sizes", [1, "no"])),
        ("pricing={model: list, price: 3}", ("pricing", {"model": "list", "price": 3})),
    ],
)
def test_a_setting_is_a_path_and_a_value(text: str, parsed: tuple[str, object]) -> None:
    assert parse_setting(text) == parsed


@pytest.mark.parametrize("text", ["", "a", "a=", "=3", "a b=3", ".a=3", "a.=3", "a..b=3"])
def test_a_setting_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(Fault, match="is not of the form path=value"):
        parse_setting(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a=[1, 2", "--set a: a bracket is not closed"),
        ("a={x: 1, x: 2}", "--set a: stands twice"),
        ("a='x' y", "--set a: "),
    ],
)
def test_a_setting_with_a_broken_value_is_refused(text: str, told: str) -> None:
    with pytest.raises(Fault) as caught:
        parse_setting(text)
    assert str(caught.value).startswith(told)


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(Fault, match="is a pipe"):
        load_scenario(tmp_path / "pipe.yaml")
