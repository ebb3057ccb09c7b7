"""The command ``zopa play``: a deal line by line, from a person or from a file."""

import socket
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.command_line import app

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "end_to_end"))
from commands import assert_told

ENOUGH = ["quote 900", "propose", *["offer 850", "accept"] * 20]


def play(*arguments, lines=ENOUGH):
    return CliRunner().invoke(app, ["play", *map(str, arguments)], input="".join(f"{line}\n" for line in lines))


def test_a_deal_is_played_from_lines_and_debriefed():
    done = play("auto_repair")
    assert done.exit_code == 0, done.output
    assert "you are the seller" in done.stdout
    for part in ("What came of it", "What was hidden", "What others earned with this very buyer", "> you"):
        assert part in done.stdout
    hidden = done.stdout.index("What was hidden")
    assert "in truth" not in done.stdout[:hidden]


def test_the_buyers_seat_is_played_too():
    done = play("auto_repair", "--seat", "buyer", lines=["desk", "ask price", "agree", "leave", *ENOUGH])
    assert done.exit_code == 0, done.output
    for part in (
        "you are the buyer",
        "Contact 1 begins. Ask what it costs, or listen first?",
        "Your best alternative is worth",
        "'agree' cannot be said here; say stay, or leave",
        "Left to its rules, this buyer would have asked for",
        "boulware",
        "leaving at the first chance",
    ):
        assert part in done.stdout


def test_what_cannot_be_said_is_told_and_the_next_line_is_read():
    done = play("auto_repair", lines=["hello there", "desk", "help", *ENOUGH])
    assert done.exit_code == 0, done.output
    assert "That cannot be said: 'hello there' cannot be said here; say quote" in done.stdout
    assert "your price list" in done.stdout


def test_in_a_second_game_all_is_known():
    done = play("auto_repair", "--known")
    assert "The true needs:" in done.stdout.partition("What came of it")[0]


def test_lines_that_end_before_the_deal_does_are_told():
    done = play("auto_repair", lines=["ask on"])
    assert done.exit_code == 2
    assert "the input ended before the deal was over" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "there is no scenario named 'nowhere'"),
        (["auto_repair", "--seat", "judge"], "seller or buyer would be right"),
        (["auto_repair", "--set", "buyer.awareness=9"], "buyer.awareness"),
    ],
)
def test_what_is_wrong_with_the_command_is_told(arguments, told):
    assert_told(play(*arguments), told)


def test_the_classroom_says_where_it_cannot_be_opened(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = CliRunner().invoke(app, ["teach", "--no-browser", "--port", str(taken.getsockname()[1])])
        assert_told(told, "cannot be opened", "try another --port")
    file = tmp_path / "file"
    file.write_text("")
    told = CliRunner().invoke(app, ["teach", "--no-browser", "--port", "8799", "--data", str(file / "x")])
    assert_told(told, "cannot be used for the classroom's data")
