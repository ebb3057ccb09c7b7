"""Compiled code kept by several processes plays the same where one process loads all of it."""

import os
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
from agents.catalogue import catalogue
from sim.game_settings import GameSettings
from sim.games import play_games

rules = catalogue()
for tactic in sys.argv[1:]:
    player = {"low": 0.0, "high": 1.0, "tactic": tactic}
    settings = GameSettings.model_validate({"game": "double_auction", "seller": player, "buyer": player})
    rows = play_games(settings, 1, 50, rules=rules._replace(tactics={tactic: rules.tactics[tactic]}))
    print(tactic, rows["end"].tolist())
"""
TACTICS = ("linear", "linear_equilibrium")


def play(cache: Path, *played: str) -> list[str]:
    """Play games by each of the tactics, in a process of its own that keeps compiled code in ``cache``."""
    places = {"XDG_CACHE_HOME": str(cache), "HOME": str(cache), "PYTHONPATH": str(HOUSE)}
    command = [sys.executable, "-c", SCRIPT, *played]
    done = subprocess.run(command, env={**os.environ, **places}, text=True, capture_output=True, check=True)
    return done.stdout.splitlines()


def test_code_kept_by_two_processes_does_not_mix_in_a_third(tmp_path: Path) -> None:
    """Functions compiled first in each process have the same place in its count, and so might have the same name."""
    apart = [line for tactic in TACTICS for line in play(tmp_path, tactic)]
    assert len({line.partition(" ")[2] for line in apart}) == len(TACTICS)
    assert play(tmp_path, *TACTICS) == apart
    assert sorted(play(tmp_path, *reversed(TACTICS))) == sorted(apart)
