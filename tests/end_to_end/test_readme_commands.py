"""Every command and every piece of Python in the documents runs, and prints what the document says it prints.

In a ``console`` block a line that begins with ``$`` is a command and what follows is its output; a line ``…`` stands
for any lines, and within a line for any text. Shown output is that of the command as it is written. Where no output is
shown, only that the command works is tested, and it plays few deals. In a ``python`` block, lines after ``>>>`` are
held against the output shown. A block that begins with ``# file: NAME`` is written to that file. All blocks of a
document run in one new folder, and in this process: what a process of its own adds is tested with the command line.

After a change that changes answers, write the output anew and read what changed:

    uv run pytest tests/end_to_end/test_readme_commands.py --rewrite
"""

import contextlib
import csv
import doctest
import importlib
import io
import re
import shlex
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from documented import HOUSE, Block, blocks
from typer.testing import CliRunner

import agents.catalogue
import agents.price_policies
import agents.tactics
from experiments.command_line import app
from experiments.running import run

DOCUMENTS = (
    "README.md",
    "docs/tutorial.md",
    "docs/experiments.md",
    "docs/model.md",
    "docs/how_to_add_a_policy.md",
    "docs/how_to_add_a_tactic.md",
    "docs/own_policies.md",
    "docs/theory.md",
    "docs/negmas.md",
    "docs/answer.md",
    "docs/validation.md",
    "docs/teaching.md",
    "results/README.md",
)
WITH_EXTRA = {"docs/negmas.md": "negmas"}
"""Documents whose commands need an extra; without it they are not run."""
SHELL_LINES = {
    "pip install uv",
    "uv run zopa run",
    "uv run zopa validate",
    "uv run zopa validate --fact 7",
    "uv run zopa validate --json",
    "uv run zopa validate --report results/validation",
    "uv run zopa rivals",
    "uv run zopa sensitivity b2b_software --figure sensitivity.png",
    "uv run zopa teach",
    "uv run zopa teach --host 0.0.0.0 --port 8765",
    "uv run zopa play auto_repair",
    "uv run pytest",
    "uv run --extra cluster pytest -m cluster",
    "uv run pytest tests/golden --rewrite",
    "uv run pytest tests/contract/test_documents.py --rewrite",
    "uv run pytest tests/end_to_end/test_readme_commands.py --rewrite",
    "uv run ruff check .",
    "uv run ruff format --check .",
    "uv run mypy",
    "uv run lint-imports",
    "uv run --extra negmas pytest -m negmas",
}
"""What ``sh`` blocks may say: lines that install, or that start the tests themselves."""

FEW_DEALS = "500"
ANYTHING = "…"
ALIKE = 0.85
PICTURE = "docs/pictures/funnel"
MAP = "docs/pictures/regime_map"
AS_EXACT_AS_PRINTED = 0.0005
INSTALLED = re.compile(r"uv run (--extra \w+ )?")
FILE = re.compile(r"# file: (\S+)\n")


@pytest.fixture(scope="module")
def shown_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the policies and tactics that the documents show, laid out as they say."""
    folder = tmp_path_factory.mktemp("shown")
    for name in DOCUMENTS:
        for block in blocks((HOUSE / name).read_text(encoding="utf-8")):
            named = FILE.match(block.text)
            if named and named[1].startswith("agents/"):
                write(folder / named[1], block.text[named.end() :])
    return folder


@pytest.fixture
def with_shown_rules(shown_rules: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the catalogue and Python find the rules that the documents show, as if they lay in the checkout."""
    own = agents.catalogue._entries

    def entries(folder: str, more: Any) -> Any:
        return own(folder, (*more, *sorted((shown_rules / "agents" / folder).glob("*.py"))))

    monkeypatch.setattr(agents.catalogue, "_entries", entries)
    for package in (agents.price_policies, agents.tactics):
        there = str(shown_rules / package.__name__.replace(".", "/"))
        monkeypatch.setattr(package, "__path__", [*package.__path__, there])
    importlib.invalidate_caches()
    loaded = set(sys.modules)
    yield
    for name in set(sys.modules) - loaded:
        if name.startswith(("agents.", "zopa_plugin_")):
            del sys.modules[name]


def needs_extra(name: str) -> Any:
    """The document as a case, which is skipped where the extra that it needs is not installed."""
    extra = WITH_EXTRA.get(name)
    if extra is None:
        return name
    missing = pytest.mark.skipif(find_spec(extra) is None, reason=f"the extra {extra} is not installed")
    return pytest.param(name, marks=(getattr(pytest.mark, extra), missing))


@pytest.mark.parametrize("name", [needs_extra(name) for name in DOCUMENTS])
def test_everything_a_document_shows_runs_and_prints_what_it_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, rewrite: bool
) -> None:
    if "how_to" in name:
        request.getfixturevalue("with_shown_rules")
    monkeypatch.chdir(tmp_path)
    path = HOUSE / name
    text = path.read_text(encoding="utf-8")
    scope: dict[str, Any] = {"__name__": "__main__"}
    printed = [(block, ran(block, scope, rewrite)) for block in blocks(text)]
    if rewrite:
        for block, anew in reversed(printed):
            text = text[: block.start] + anew + text[block.start + len(block.text) :]
        write(path, text)


def test_the_picture_in_the_readme_is_of_the_answer_printed_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rewrite: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    zopa("uv run zopa run")
    (figures,) = tmp_path.glob("results/*/figures")
    kept, made = HOUSE / PICTURE, figures / Path(PICTURE).name
    if rewrite:
        for ending in (".png", ".csv"):
            kept.with_suffix(ending).write_bytes(made.with_suffix(ending).read_bytes())
    assert f"({PICTURE}.png)" in (HOUSE / "README.md").read_text(encoding="utf-8")
    assert kept.with_suffix(".png").is_file()
    old, new = shares_in(kept.with_suffix(".csv")), shares_in(made.with_suffix(".csv"))
    assert {way: old.get(way, 0.0) for way in old | new} == pytest.approx(
        {way: new.get(way, 0.0) for way in old | new}, abs=AS_EXACT_AS_PRINTED
    )


def test_the_map_in_the_readme_is_of_the_bundled_study(tmp_path: Path, rewrite: bool) -> None:
    """Some cells of it are played again; all of them on rewriting, which takes some minutes."""
    kept = HOUSE / MAP
    if rewrite:
        (figures,) = (run("regime_map", out=tmp_path).folder / "figures",)
        for ending in (".png", ".csv"):
            kept.with_suffix(ending).write_bytes((figures / kept.name).with_suffix(ending).read_bytes())
    rows = list(csv.DictReader(kept.with_suffix(".csv").open(encoding="utf-8")))
    chosen = [rows[place] for place in (147, 199, 392)]
    points = [{row["x_setting"]: float(row["x"]), row["y_setting"]: float(row["y"])} for row in chosen]
    played = run("regime_map", settings={"study.sweep": {"list": points}}, out=tmp_path)
    for number, row in enumerate(chosen):
        found = played.cell(number).difference(row["population"], row["arm"], row["quantity"])
        assert (found.value, found.low, found.high) == pytest.approx(
            [float(row[key]) for key in ("value", "low", "high")]
        )
    counts = Counter(row["better"] or row["verdict"] for row in rows)
    words = " ".join((HOUSE / "README.md").read_text(encoding="utf-8").split())
    assert f"late wins in {counts['late']} of {len(rows)} cells, early in {counts['early']}" in words
    assert f"{counts['undecided']} are undecided" in words
    assert f"({MAP}.png)" in words


@pytest.mark.parametrize("name", [*DOCUMENTS, "CONTRIBUTING.md"])
def test_what_a_document_shows_without_being_run_here_is_known(name: str) -> None:
    for block in blocks((HOUSE / name).read_text(encoding="utf-8")):
        assert block.language in {"sh", "console", "python", "yaml"}, block.text
        if block.language == "sh":
            lines = {line.partition(" #")[0].strip() for line in block.text.splitlines()}
            assert lines - {""} <= SHELL_LINES


def test_the_comparison_notices_what_is_not_so() -> None:
    assert agrees("one\n…\nthree\n", "one\ntwo\ntwo\nthree\n")
    assert agrees("…\nthree  \n", "one\nthree\n")
    assert not agrees("one\n…\nfour\n", "one\ntwo\nthree\n")
    assert agrees("one…\n", "one, two\n")
    assert not agrees("one\n", "one\ntwo\n")
    assert not agrees("", "one\n")


def test_output_written_anew_keeps_what_was_left_out() -> None:
    old = "Table\nwon  18.5 %\n…\nlate is better by 3.\nSaved in results-…\n"
    new = "Title\nTable\nwon  19.5 %\nlost  80.5 %\n\nlate is better by 4.\nSaved in results-1a\nMore\n"
    anew = "Table\nwon  19.5 %\n…\nlate is better by 4.\nSaved in results-…\n"
    assert taken_anew(f"…\n{old}…\n", new) == f"…\n{anew}…\n"


# --- running blocks ---


def ran(block: Block, scope: dict[str, Any], rewrite: bool) -> str:
    """Run a block; the text that it should have, which it must have unless it is to be rewritten."""
    named = FILE.match(block.text)
    if block.language == "yaml":
        assert yaml.safe_load(block.text)
    if named:
        if not named[1].startswith("agents/"):
            write(Path(named[1]), block.text[named.end() :])
        return block.text
    if block.language == "console":
        return "".join(with_output(command, shown, rewrite) for command, shown in commands_in(block.text))
    if block.language == "python":
        return run_python(block.text, scope, rewrite)
    return block.text


def commands_in(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, with its output as shown."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def with_output(command: str, shown: str, rewrite: bool) -> str:
    """The command with its output as it should be shown."""
    printed = zopa(command if shown.strip() else with_few_deals(command), may_refuse=bool(shown.strip()))
    if shown.strip() and not agrees(shown, printed):
        assert rewrite, f"$ {command}\n{printed}"
        shown = taken_anew(shown, printed)
    return f"$ {command}\n{shown}"


def with_few_deals(command: str) -> str:
    """The same command with fewer deals, if it plays a study."""
    command = re.sub(r" --deals \S+", "", command)
    return f"{command} --deals {FEW_DEALS}" if " zopa run" in command else command


def zopa(command: str, *, may_refuse: bool = False) -> str:
    """What a command prints; it may refuse its input (exit status 2) only if that is what is shown."""
    program, *arguments = shlex.split(INSTALLED.sub("", command))
    assert program == "zopa", command
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code in ((0, 2) if may_refuse else (0,)), done.output
    return done.stdout + (done.stderr if done.exit_code else "")


def run_python(text: str, scope: dict[str, Any], rewrite: bool) -> str:
    """Run Python, with examples after ``>>>`` or without; the text with the output as it should be."""
    examples = doctest.DocTestParser().get_examples(text)
    if not examples:
        exec(compile(text, "<document>", "exec"), scope)
        return text
    anew = text.splitlines(keepends=True)
    offset = 0
    for example in examples:
        printed = output_of(example.source, scope)
        if same_output(example, printed):
            continue
        assert rewrite, f"{example.source}prints\n{printed}"
        first = example.lineno + example.source.count("\n") + offset
        count = example.want.count("\n")
        anew[first : first + count] = printed.splitlines(keepends=True)
        offset += printed.count("\n") - count
    return "".join(anew)


def output_of(source: str, scope: dict[str, Any]) -> str:
    """What Python's prompt prints for a statement; for an error, the line that names it."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(source, "<document>", "single"), scope)
        except Exception as error:
            print(*traceback.format_exception_only(error), sep="", end="", file=sys.stdout)
    return printed.getvalue()


def same_output(example: doctest.Example, printed: str) -> bool:
    wanted = example.exc_msg or example.want
    return doctest.OutputChecker().check_output(wanted, printed, doctest.ELLIPSIS)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def shares_in(path: Path) -> dict[tuple[str, ...], float]:
    """The shares of a funnel's data, by population, arm, step, reason and destination."""
    with path.open(encoding="utf-8", newline="") as file:
        return {tuple(row.values())[:-2]: float(row["share"]) for row in csv.DictReader(file)}


# --- comparing output ---


def agrees(shown: str, printed: str) -> bool:
    """Whether the output is the one shown, where ``…`` stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == ANYTHING else ".*".join(map(re.escape, line.split(ANYTHING))) + r"\n"
        for line in lines_of(shown)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines_of(printed))) is not None


def lines_of(text: str) -> list[str]:
    """The lines without spaces at their ends, and without empty ones at the end of all."""
    return [line.rstrip() for line in text.rstrip().splitlines()]


def taken_anew(shown: str, printed: str) -> str:
    """The output with the same parts left out as in what was shown: each part kept is found by its ends."""
    new = lines_of(printed)
    anew: list[str] = []
    at = 0
    for part in re.split(rf"^({ANYTHING})\n", shown, flags=re.MULTILINE):
        lines = lines_of(part)
        if lines == [ANYTHING] or not lines:
            anew += lines
            continue
        first = at + most_like(lines[0], new[at:]) if anew else at
        last = first + most_like(lines[-1], new[first:]) if len(lines) > 1 else first
        shortened = [line for line in lines if ANYTHING in line]
        anew += [next((old for old in shortened if agrees(old, line)), line) for line in new[first : last + 1]]
        at = last + 1
    return "".join(f"{line}\n" for line in anew)


def most_like(line: str, lines: list[str]) -> int:
    """The place of the first line that is much like the one given, else of the one most like it."""
    likeness = [SequenceMatcher(None, line, other).ratio() for other in lines]
    return next((place for place, ratio in enumerate(likeness) if ratio > ALIKE), likeness.index(max(likeness)))
