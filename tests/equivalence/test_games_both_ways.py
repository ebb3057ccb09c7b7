"""A game told move by move is the very game that is played compiled, whatever else is played with it."""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.catalogue import catalogue, tactics
from sim.game import End
from sim.game_settings import GameSettings
from sim.games import moves_of, play_games

GAMES = 30
WORLDS: tuple[dict[str, Any], ...] = (
    {"game": "double_auction", "k": 0.3},
    {"game": "rubinstein"},
    {"game": "rubinstein", "offers": 6, "opener": "buyer"},
    {"game": "rubinstein", "role": "responder"},
)
TACTICS = list(tactics())
PAIRS = list(zip(TACTICS, [*TACTICS[1:], TACTICS[0]], strict=True))


def settings(world: dict[str, Any], seller: str, buyer: str) -> GameSettings:
    """The tactics against each other, with values that overlap; in Rubinstein's game, patience and options."""
    more = {"patience": 0.9, "option": 0.1} if world["game"] == "rubinstein" else {}
    sides = {
        "seller": {"low": 0.0, "high": 1.0, "tactic": seller, **more},
        "buyer": {"low": 0.4, "high": 1.6, "tactic": buyer, **more},
    }
    return GameSettings.model_validate({**world, **sides})


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: "-".join(map(str, world.values())))
@pytest.mark.parametrize(("seller", "buyer"), PAIRS)
def test_move_by_move_or_compiled_a_game_is_the_same_to_the_last_bit(
    world: dict[str, Any], seller: str, buyer: str
) -> None:
    chosen = settings(world, seller, buyer)
    rows = play_games(chosen, 11, GAMES)
    for number in range(GAMES):
        turns, row = moves_of(chosen, 11, number)
        assert np.asarray(row).tobytes() == rows[number : number + 1].tobytes()
        assert sum(not math.isnan(turn.offer) for turn in turns) == rows[number]["offers"]


def test_all_ends_of_a_game_come_up_among_these() -> None:
    ends = set()
    for world, (seller, buyer) in itertools.product(WORLDS, PAIRS):
        ends |= set(play_games(settings(world, seller, buyer), 11, GAMES)["end"].tolist())
    assert ends == set(End) - {End.OPEN}


@pytest.mark.parametrize("cuts", [(0, 100), (0, 1, 100), (0, 37, 64, 100)])
def test_games_are_the_same_in_parts_of_any_size(cuts: tuple[int, ...]) -> None:
    chosen = settings(WORLDS[2], "zero_intelligence", "zero_intelligence")
    whole = play_games(chosen, 5, 100)
    parts = [play_games(chosen, 5, end - first, first=first) for first, end in itertools.pairwise(cuts)]
    assert np.concatenate(parts).tobytes() == whole.tobytes()
    assert play_games(chosen, 6, 100).tobytes() != whole.tobytes()


def test_a_game_with_a_tactic_of_ones_own_follows_the_file_as_it_was_read(tmp_path: Path) -> None:
    """An edited file is another tactic, in the same process as well, and by either way of playing."""
    file = tmp_path / "fixed.py"
    prices = []
    for price in (0.25, 0.75):
        file.write_text(f"def next_offer(view):\n    return {price}\n", encoding="utf-8")
        rules = catalogue(more_tactics=[file])
        player = {"low": 0.0, "high": 0.0, "tactic": "fixed"}
        made = GameSettings.model_validate(
            {"game": "double_auction", "seller": player, "buyer": {**player, "low": 1.0, "high": 1.0}}, context=rules
        )
        row = play_games(made, 1, 1, rules=rules)
        assert moves_of(made, 1, 0, rules)[1].tobytes() == row.tobytes()
        prices.append(float(row["price"][0]))
    assert prices == [0.25, 0.75]
