"""Whatever a file or a setting holds, it is either read or refused with a Fault: never another error."""

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.reading import Fault, load_scenario, parse_setting, scenario_names

VALID = {name: (Path(__file__).parents[2] / "scenarios" / f"{name}.yaml").read_text() for name in scenario_names()}
PIECES = (
    *":-?,[]{}#&*!|>'\"%@`\n\t \\",
    *("---", "...", "<<", "true", "no", "1e3", ".nan", "!!int ", "0" * 30, '"\\ud800"', '"\\UFFFFFFFF"'),
    *("\n  ", "a: ", "schema: 1\n", "needs:\n", "buyer:", "é", "\ufeff", "\x85", "\0"),
)
YAML_PIECES = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**300, max_value=10**400),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=3),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.floats(), max_size=3),
)

on_one_file = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def refusal(path: Path, overrides: dict[str, Any] | None = None) -> bytes:
    """The message with which a scenario is refused, as a terminal gets it; empty if it loads."""
    try:
        load_scenario(path, overrides)
    except Fault as fault:
        return str(fault).encode()
    return b""


@on_one_file
@given(data=st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_with_a_fault(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(data)
    assert refusal(path)


@on_one_file
@given(text=st.one_of(YAML_PIECES, st.text(max_size=100)))
def test_arbitrary_text_is_refused_with_a_fault(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert refusal(path)


@on_one_file
@given(data=st.data())
def test_a_mutated_scenario_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(VALID)))
    text = VALID[name]
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 30))
    piece = data.draw(st.one_of(YAML_PIECES, st.text(max_size=10)))
    path = tmp_path / f"{name}.yaml"
    path.write_bytes((text[:start] + piece + text[start + length :]).encode("utf-8", "surrogatepass"))
    refusal(path)


@on_one_file
@given(data=st.data())
def test_a_scenario_with_exchanged_values_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(VALID)))
    lines = VALID[name].splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        first, second = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        key, _, _ = lines[first].partition(":")
        _, _, value = lines[second].partition(":")
        lines[first] = f"{key}:{value}"
    path = tmp_path / f"{name}.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    refusal(path)


@settings(deadline=None)
@given(
    path=st.one_of(
        st.text(max_size=20),
        st.sampled_from(["buyer", "needs", "name", "schema", "buyer.awareness", "solutions.suite.covers.x"]),
        st.lists(st.sampled_from(["buyer", "needs", "reporting", "worth", "mean", "x", ""])).map(".".join),
    ),
    value=ODD_VALUES,
)
def test_an_arbitrary_override_is_read_or_refused(path: str, value: Any) -> None:
    refusal(Path(__file__).parents[2] / "scenarios" / "b2b_software.yaml", {path: value})


@given(name=st.text(alphabet=st.characters(exclude_characters="/\\"), max_size=300))
def test_an_arbitrary_name_is_refused_with_a_fault(name: str) -> None:
    if name in VALID:
        return
    with pytest.raises(Fault):
        load_scenario(name)


@given(text=st.one_of(st.text(max_size=30), YAML_PIECES.map("a=".__add__)))
def test_an_arbitrary_setting_is_parsed_or_refused(text: str) -> None:
    try:
        path, _ = parse_setting(text)
    except Fault:
        return
    assert path
    assert not set(path) & set(string.whitespace + "=")
