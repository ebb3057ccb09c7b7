"""Which plug-ins compile, and what is said of the others: in one line, in words, with the line of the file."""

from pathlib import Path

import pytest

from sim.compilable import first_line, reasons_against
from sim.own_rules import rules_with

VIEWS = "from agents.views import *\nimport math\n"
COMPILE = {
    "plain": "def reply(view):\n    return quote() if view.asked else wait()\n",
    "annotated": "def reply(view: PriceView) -> Reply:\n    return quote()\n",
    "decorated": "from agents.rule import rule\n@rule\ndef reply(view):\n    return quote()\n",
    "its own functions": "def half(x):\n    return x / 2\ndef reply(view):\n    return quote_at(half(view.price))\n",
    "a constant": "CUT = 0.1\ndef reply(view):\n    return quote_at(view.price * (1 - CUT))\n",
    "a kind by name": "def reply(view):\n    return Reply(Kind.QUOTE, -1, 5, 5, NAN, NO_PRICES)\n",
    "a whole number": "def next_offer(view):\n    return 3\n",
    "math": "def next_offer(view):\n    return view.limit * math.exp(-view.elapsed)\n",
    "both": "def reply(view):\n    return quote()\ndef next_offer(view):\n    return view.limit\n",
}
DO_NOT = {
    "a dictionary": ("CUTS = {1: 2.0}\ndef reply(view):\n    return quote_at(CUTS[1])\n", "'CUTS'", "(line 5)"),
    "a list": ("def reply(view):\n    seen = [view.price, 1.0]\n    return quote_at(seen[0])\n", "", ""),
    "a class": ("class A: ...\ndef reply(view):\n    A()\n    return quote()\n", "'A'", "(line 5)"),
    "state": ("n = 0\ndef reply(view):\n    global n\n    n += 1\n    return quote()\n", "", ""),
    "numpy": ("import numpy as np\ndef next_offer(view):\n    return np.mean([view.limit])\n", "", ""),
    "text": ("def next_offer(view):\n    return float(f'{view.limit:.2f}')\n", "f-string", "(line 4)"),
    "a misspelt field": (
        "def reply(view):\n    return quote_at(view.prise)\n",
        "'prise' of type PriceView",
        "(line 4)",
    ),
    "no answer": ("def reply(view):\n    if view.asked:\n        return quote()\n", "a Reply or with None", ""),
    "a number for a reply": ("def reply(view):\n    return view.price\n", "float64, not with a Reply", ""),
    "a reply for a price": ("def next_offer(view):\n    return quote()\n", "Reply, not with a price", ""),
    "a truth for a price": ("def next_offer(view):\n    return view.selling\n", "bool, not with a price", ""),
    "one of two": ("def reply(view):\n    return quote()\ndef next_offer(view):\n    return {}\n", "", ""),
}


def reasons(folder: Path, text: str) -> dict[str, str]:
    path = folder / "mine.py"
    path.write_text(VIEWS + text)
    return reasons_against(rules_with([path]))


@pytest.mark.parametrize("name", COMPILE)
def test_a_rule_of_numbers_compiles(name: str, tmp_path: Path) -> None:
    assert reasons(tmp_path, COMPILE[name]) == {}


@pytest.mark.parametrize("name", DO_NOT)
def test_a_rule_of_anything_else_does_not_and_the_reason_is_one_short_line(name: str, tmp_path: Path) -> None:
    text, word, line = DO_NOT[name]
    (reason,) = reasons(tmp_path, text).values()
    assert word in reason
    assert reason.endswith(line)
    assert "\n" not in reason
    assert "\x1b" not in reason
    assert "nopython mode" not in reason
    assert 5 < len(reason) < 200


def test_the_first_line_of_an_error_is_one_that_says_something() -> None:
    assert (
        first_line(ValueError("Failed in nopython mode pipeline (step: x)\n\n\x1b[1mNo way\x1b[0m\nmore")) == "No way"
    )
    assert first_line(ValueError("none found for signature:\n \n >>> sum(x)\n")) == "none found for signature: sum(x)"
    assert first_line(KeyError()) == "KeyError"
    assert len(first_line(ValueError("x" * 1000))) <= 160
