"""What the documents say of the code is so, and the documents keep to the house rules.

After a change of the scenario's schema, of the columns of results or of a constant, write their tables anew:

    uv run pytest tests/contract/test_documents.py --rewrite

A new parameter then has the unit ``?`` until its unit is written in by hand.
"""

import ast
import doctest
import importlib
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from documented import (
    HOUSE,
    MISSING_UNIT,
    documents,
    parameters,
    section,
    table_of_columns,
    table_of_parameters,
    units_in,
    with_section,
)

from agents.catalogue import price_policies, tactics
from experiments.measures import QUANTITIES
from experiments.study import study_names
from sim.fate import Purpose
from sim.outcome import SEMANTICS_VERSION
from sim.reading import scenario_names
from sim.scenario import Forces
from sim.vocabulary import Reason

MODEL = HOUSE / "docs/model.md"
BIBLIOGRAPHY = HOUSE / "docs/bibliography.md"
KEY = re.compile(r"\[([A-Z][A-Za-z]+\d{4}[a-z]?|Masover)\]")
CITED_IN_WORDS = re.compile(r"([A-Z][A-Za-z]+) \(((?:19|20)\d\d)\)")
UNFIT = re.compile(
    r"\b(AI|LLMs?|GPT|chatbots?|copilot|language models?|sub-?agents?|helpers?|sessions?|issues?|tasks?|to-?do|wip)\b",
    re.IGNORECASE,
)
PATH_OF_A_MACHINE = re.compile(r"(?<![\w.])/(work|home|root|tmp|mnt|Users|var)/|[A-Z]:\\")
CONSTANT = re.compile(r"^\| `([a-z_.]+)\.([A-Z_]+)` \| ([\d.]+) \|", re.MULTILINE)
ADDRESS = re.compile(r"\S+@\S+\.\S+")
MARKDOWN_LINK = re.compile(r"\]\(([^)#\s]+)?(#[^)\s]+)?\)")
LONGEST_LINE = 140


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


# --- the model document ---


@pytest.mark.parametrize("name", ["parameters", "columns"])
def test_a_table_of_the_model_document_says_what_the_code_says(name: str, rewrite: bool) -> None:
    text = read(MODEL)
    units = units_in(section(text, "parameters"))
    right = table_of_parameters(units) if name == "parameters" else table_of_columns()
    if rewrite:
        text = with_section(text, name, right)
        MODEL.write_text(text, encoding="utf-8", newline="")
    assert section(text, name).splitlines() == right.splitlines()


def test_every_parameter_in_the_model_document_has_its_unit() -> None:
    units = units_in(section(read(MODEL), "parameters"))
    assert set(units) == {path for path, *_ in parameters()}
    assert [path for path, unit in units.items() if unit == MISSING_UNIT] == []


def test_the_reading_of_the_schema_reaches_its_groups() -> None:
    ranges = {path: allowed for path, _, allowed, _ in parameters()}
    defaults = {path: default for path, _, _, default in parameters()}
    assert ranges["buyer.clarity"] == ranges["solutions.*.covers.*"] == "0 … 1"
    assert ranges["needs.*.worth.family"] == "lognormal, normal, uniform, fixed"
    assert ranges["buyer.budget.median"].startswith("> 0")
    assert ranges["seller.max_questions"].endswith(", whole")
    assert ranges["conversation.reports"] == "true, false"
    assert defaults["buyer.awareness"] == "1"
    assert defaults["conversation.answer_noise"] == "required"
    assert defaults["buyer.rival.present"] == "0, required in the group"
    assert defaults["buyer.budget.median"] == "none, required in the group"


def test_every_mechanism_in_the_model_document_has_its_neutral_value() -> None:
    table = read(MODEL).partition("**Mechanisms and their neutral values.**")[2].partition("## 7.")[0]
    for force in Forces.model_fields:
        assert f"`forces.{force}`" in table, force


def test_the_constants_in_the_model_document_are_those_of_the_code(rewrite: bool) -> None:
    text = read(MODEL)
    right = CONSTANT.sub(lambda found: f"| `{found[1]}.{found[2]}` | {constant(found[1], found[2])} |", text)
    if rewrite:
        text = right
        MODEL.write_text(text, encoding="utf-8", newline="")
    assert CONSTANT.findall(text) == CONSTANT.findall(right)


def constant(module: str, name: str) -> str:
    """A constant of the code as documents write it; of an array, its length."""
    value = getattr(importlib.import_module(module), name)
    return f"{value if isinstance(value, int | float) else len(value):.12g}"


def test_the_model_document_has_the_constants_of_its_numerical_scheme() -> None:
    assert sum(module == "agents.price_list" for module, _, _ in CONSTANT.findall(read(MODEL))) >= 7


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_of_luck_stands_in_the_model_document(purpose: Purpose) -> None:
    assert f"| `{purpose.name}` | {purpose.value} |" in read(MODEL)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_for_an_end_stands_in_the_model_document(reason: Reason) -> None:
    said = f"`{reason.name.lower()}` is the reason" if reason == Reason.OPEN else f"\n| `{reason.name.lower()}` |"
    assert said in read(MODEL)


@pytest.mark.parametrize("label", [quantity.label for quantity in QUANTITIES])
def test_every_quantity_reported_stands_in_the_model_document(label: str) -> None:
    assert f"\n| {label} |" in read(MODEL)


@pytest.mark.parametrize("name", [*price_policies(), *tactics()])
def test_every_policy_and_tactic_stands_in_the_model_document_and_the_readme(name: str) -> None:
    assert f"| `{name}` |" in read(MODEL)
    assert f"`{name}`" in read(HOUSE / "README.md")


@pytest.mark.parametrize("name", [*scenario_names(), *study_names()])
def test_every_scenario_and_study_stands_in_the_readme(name: str) -> None:
    assert f"`{name}`" in read(HOUSE / "README.md")


# --- sources ---


def sources() -> Iterator[tuple[str, str]]:
    """Name and text of everything that may cite: documents, scenarios, and prose in code."""
    for path in documents():
        if path != BIBLIOGRAPHY:
            yield name_of(path), read(path)
    for room in ("agents", "sim", "experiments", "scenarios", "tests"):
        for path in sorted((HOUSE / room).rglob("*.yaml")):
            yield name_of(path), read(path)
        for path in sorted((HOUSE / room).rglob("*.py")):
            yield name_of(path), prose_in(read(path))


def prose_in(code: str) -> str:
    """The docstrings and comments of a Python file."""
    tree = ast.parse(code)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    said = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, documented)]
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return "\n".join([*said, *(token.string for token in tokens if token.type == tokenize.COMMENT)])


def entries() -> dict[str, str]:
    """The entries of the bibliography, by key."""
    return dict(re.findall(r"^- \*\*\[(\w+)\]\*\* (.+)$", read(BIBLIOGRAPHY), re.MULTILINE))


def cited() -> dict[str, str]:
    """Every key cited, and one place where it is; a source named in words is found by its author and year."""
    found = {}
    for name, text in sources():
        for key in KEY.findall(text):
            found[key] = name
        for author, year in CITED_IN_WORDS.findall(text):
            keys = [key for key, entry in entries().items() if author in entry and f"({year})" in entry]
            found[keys[0] if keys else f"{author} ({year})"] = name
    return found


def test_every_source_cited_is_in_the_bibliography() -> None:
    assert {key: name for key, name in cited().items() if key not in entries()} == {}


def test_every_source_in_the_bibliography_is_cited() -> None:
    assert set(entries()) - set(cited()) == set()


def test_the_bibliography_is_sorted_and_has_each_source_once() -> None:
    keys = re.findall(r"^- \*\*\[(\w+)\]\*\*", read(BIBLIOGRAPHY), re.MULTILINE)
    assert keys == sorted(set(keys), key=str.lower)
    assert len(keys) > 15


# --- words ---


def test_the_examples_in_the_glossary_run() -> None:
    outcome = doctest.testfile(str(HOUSE / "docs/glossary.md"), module_relative=False, encoding="utf-8")
    assert outcome.attempted > 5
    assert outcome.failed == 0


def test_the_glossary_defines_each_word_once() -> None:
    words = re.findall(r"^\*\*([^*]+)\*\*", read(HOUSE / "docs/glossary.md"), re.MULTILINE)
    assert len(words) > 40
    assert sorted(set(words)) == sorted(words)


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_a_document_speaks_of_its_subject_only(path: Path) -> None:
    text = read(path)
    assert UNFIT.findall(text) == []
    assert PATH_OF_A_MACHINE.findall(text) == []
    assert ADDRESS.findall(text) == []


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_a_document_has_no_line_too_long_to_read(path: Path) -> None:
    prose = re.sub(r"```.*?```", "", read(path), flags=re.DOTALL)
    long = [line for line in prose.splitlines() if len(line) > LONGEST_LINE and not line.startswith("|")]
    assert [line for line in long if path != BIBLIOGRAPHY] == []


@pytest.mark.parametrize("path", [path for path in documents() if path.suffix == ".md"], ids=name_of)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", read(path), flags=re.DOTALL)
    for target, place in MARKDOWN_LINK.findall(text):
        if target.startswith("https://"):
            continue
        there = (path.parent / target).resolve() if target else path
        assert there.exists(), target
        assert HOUSE in there.parents
        assert not place or place[1:] in anchors(read(there)), place


def anchors(text: str) -> set[str]:
    """The names that headings can be linked by."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# --- facts that stand in several places ---


def project() -> dict[str, object]:
    content: dict[str, object] = tomllib.loads(read(HOUSE / "pyproject.toml"))["project"]
    return content


def test_the_citation_names_the_version_licence_and_authors_of_the_project() -> None:
    citation = yaml.safe_load(read(HOUSE / "CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert citation["version"] == project()["version"]
    assert citation["license"] == project()["license"] == "MIT"
    assert citation["authors"] == project()["authors"] == [{"name": "The zopa authors"}]
    assert "The zopa authors" in read(HOUSE / "LICENSE")


def test_the_changelog_has_the_version_of_the_project() -> None:
    changelog = read(HOUSE / "CHANGELOG.md")
    assert f"## [{project()['version']}]" in changelog
    assert changelog.count("### Answers change") >= SEMANTICS_VERSION


def test_the_readme_asks_for_the_python_that_the_project_asks_for() -> None:
    assert project()["requires-python"] == ">=3.11,<3.15"
    assert "Python 3.11" in read(HOUSE / "README.md")


@pytest.mark.parametrize("room", ["agents", "sim", "experiments", "teaching"])
def test_every_file_of_a_room_stands_in_the_architecture(room: str) -> None:
    text = read(HOUSE / "docs/architecture.md")
    rooms = dict(re.findall(r"^(\w+)/  (.*?)(?=^\w+/  |^```)", text, re.MULTILINE | re.DOTALL))
    named = set(re.findall(r"\w+", rooms[room]))
    inside = {path.stem for path in (HOUSE / room).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert inside - {"__init__"} <= named


def test_the_search_for_unfit_words_finds_them() -> None:
    assert UNFIT.search("as in issue 3")
    assert UNFIT.search("an AI wrote it")
    assert not UNFIT.search("main, said, agent, agents, multitask")
    assert PATH_OF_A_MACHINE.search("see /home/me")
    assert not PATH_OF_A_MACHINE.search("agents/beliefs.py, docs/work/")
    assert ADDRESS.search("write to someone@example.org")
    assert not ADDRESS.search("`@rule` compiles")
