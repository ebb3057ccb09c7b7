"""Complete games as the command line plays and tells them: what happens on average, or one game move by move."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from experiments import wording
from experiments.statistics import Interval, around, wilson
from sim.faults import Keys, Place, Problem
from sim.game import End
from sim.game_settings import GameSettings, Player
from sim.games import Turn, moves_of, play_games
from sim.reading import build
from sim.sides import BUYER
from sim.yaml_places import Settings

Given = Mapping[str, tuple[Keys, Any]]
"""What was given on the command line: for each option the setting that it makes, and its value, None if left out."""

LEVEL = 0.95
GAMES_PLAYED = 100_000
"""Games, if nothing else is said."""
GAMES: Mapping[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "double_auction": (
        "Sealed-bid double auction",
        {"low": 0.0, "high": 1.0, "tactic": "linear_equilibrium"},
        {"low": 0.0, "high": 1.0, "tactic": "linear_equilibrium"},
    ),
    "rubinstein": (
        "Rubinstein's alternating offers",
        {"low": 0.0, "high": 0.0, "tactic": "subgame_perfect"},
        {"low": 1.0, "high": 1.0, "tactic": "subgame_perfect"},
    ),
}
"""Of each game its title, and what its seller and its buyer are if nothing is said."""


class Estimate(NamedTuple):
    """An average over games, with its interval; ``unit`` is "share" or "money"."""

    label: str
    value: float
    interval: Interval
    unit: str


def settings_of(name: str, given: Given) -> GameSettings:
    """The game of that name with what was given on the command line. Raises Fault with all that is wrong."""
    _, seller, buyer = GAMES.get(name, GAMES["rubinstein"])
    values: dict[str, Any] = {"game": name, "seller": dict(seller), "buyer": dict(buyer)}
    places: dict[Keys, Place] = {("game",): Place("GAME")}
    problems: list[Problem] = []
    for option, (keys, value) in given.items():
        if value is None:
            continue
        *groups, setting = map(str, keys)
        group = values[groups[0]] if groups else values
        places[keys] = Place(option)
        if setting != "value":
            group[setting] = value
            continue
        places[tuple(groups)] = Place(option)
        try:
            group["low"], group["high"] = _range(value)
        except ValueError as error:
            problems.append(Problem(Place(option), (), str(error)))
    return build(Settings(values, places), GameSettings, problems)


def _range(text: str) -> tuple[float, float]:
    """The two ends of ``0:1``, or a number twice. Raises ValueError."""
    try:
        ends = [float(part) for part in text.split(":")]
    except ValueError:
        ends = []
    if len(ends) not in (1, 2) or not all(map(math.isfinite, ends)):
        raise ValueError(f"{text!r} is neither a number nor two of them, as in 0:1")
    return ends[0], ends[-1]


def report(settings: GameSettings, seed: int, games: int) -> str:
    """What happens on average over many games, with 95 % intervals."""
    rows = play_games(settings, seed, games)
    table = [("", "average", f"{wording.confidence(LEVEL)} interval")]
    for each in estimates(rows):
        decimals = wording.decimals_for(each.value, each.interval, each.unit)
        level = wording.level(each.value, each.unit, max(decimals, 1 if each.unit == "share" else 3))
        exact = each.interval.high - each.interval.low < 1e-12
        table.append((each.label, level, "always" if exact else wording.limits(each.value, each.interval, each.unit)))
    widths = [max(len(line[i]) for line in table) for i in range(3)]
    lines = [f"{label:<{widths[0]}}  {value:>{widths[1]}}  {limits:>{widths[2]}}" for label, value, limits in table]
    played = "1 game" if games == 1 else f"{games:,} games"
    return "\n".join([*_heading(settings), f"{played}, seed {seed}", "", *map(str.rstrip, lines)]) + "\n"


def estimates(rows: np.ndarray) -> Iterator[Estimate]:
    """What the games of an array of GAME_OUTCOME show on average."""
    agreed = rows["end"] == End.AGREED
    yield _share("they agree", agreed)
    left = (rows["end"] == End.SELLER_LEFT) | (rows["end"] == End.BUYER_LEFT)
    if left.any():
        yield _share("a side leaves for its option", left)
    if agreed.any():
        yield _mean("price, where they agree", rows["price"][agreed])
    seller, buyer = rows["seller_gain"], rows["buyer_gain"]
    yield _mean("seller's gain", seller)
    yield _mean("buyer's gain", buyer)
    yield _mean("both together", seller + buyer)
    if (seller + buyer).sum() > 0.0:
        yield _ratio("seller's share of both", seller, seller + buyer)
    yield _ratio("of what there was to gain", seller + buyer, np.maximum(0.0, rows["worth"] - rows["cost"]))
    if rows["offers"].max() > 2:
        yield _mean("offers", rows["offers"].astype(float))


def _share(label: str, happened: np.ndarray) -> Estimate:
    share = float(happened.mean())
    interval = Interval(share, share) if share in (0.0, 1.0) else wilson(share, happened.size, LEVEL)
    return Estimate(label, share, interval, "share")


def _mean(label: str, values: np.ndarray) -> Estimate:
    mean, variance = float(values.mean()), float(values.var(ddof=1)) if values.size > 1 else math.nan
    return Estimate(label, mean, around(mean, variance / values.size, values.size, LEVEL), "money")


def _ratio(label: str, over: np.ndarray, under: np.ndarray) -> Estimate:
    """A ratio of two sums, its interval by the delta method."""
    below = float(under.mean())
    value = float(over.mean()) / below if below > 0.0 else math.nan
    around_line = (over - value * under) / below if below > 0.0 else over * math.nan
    variance = float(around_line.var(ddof=1)) / over.size if over.size > 1 else math.nan
    return Estimate(label, value, around(value, variance, over.size, LEVEL), "share")


def _heading(settings: GameSettings) -> Iterator[str]:
    title = GAMES[settings.game][0]
    if settings.game == "double_auction":
        yield f"{title}: the price is {settings.k:g} of the bid and {1 - settings.k:g} of the ask"
    else:
        end = "no last offer" if settings.offers is None else _at_the_most(settings.offers)
        yield f"{title}: the {settings.opener} opens, {end}"
    yield f"Seller: {_player(settings, settings.seller, 'costs it')}"
    yield f"Buyer: {_player(settings, settings.buyer, 'is worth')}"


def _at_the_most(offers: int) -> str:
    return "one offer only" if offers == 1 else f"{offers} offers at the most"


def _player(settings: GameSettings, player: Player, verb: str) -> str:
    value = f"{player.low:g}" if player.low == player.high else f"{player.low:g} to {player.high:g}, uniform"
    parts = [player.tactic, f"the good {verb} {value}"]
    if settings.game == "rubinstein":
        parts.append(f"patience {player.patience:g}")
    if player.option is not None:
        use = "to fall back on" if settings.role == "disagreement" else "to leave for when it responds"
        parts.append(f"{player.option:g} elsewhere {use}")
    return ", ".join(parts)


def told(settings: GameSettings, seed: int, number: int) -> str:
    """One game, move by move: what each side names, and what it sees in it."""
    turns, row = moves_of(settings, seed, number)
    lines = [*_heading(settings), f"Game {number}, seed {seed}", ""]
    lines += [_turn(turn) for turn in turns]
    lines += ["", *_end(row[0])]
    return "\n".join(lines) + "\n"


def _turn(turn: Turn) -> str:
    who, limit = "Buyer" if turn.side == BUYER else "Seller", _money(turn.view.limit)
    if not math.isnan(turn.offer):
        return f"{who}: {_money(turn.offer)} (its limit is {limit})"
    if turn.move.accept:
        return f"{who}: agreed, at {_money(turn.view.their_last)} (its limit was {limit})"
    if math.isnan(turn.move.price):
        return f"{who}: leaves for what it gains elsewhere"
    return f"{who}: no (its limit was {limit})"


def _end(row: Any) -> Iterator[str]:
    if row.end == End.AGREED:
        yield f"They agree at {_money(row.price)}, where it costs {_money(row.cost)} and is worth {_money(row.worth)}."
    else:
        yield f"They do not agree. It costs {_money(row.cost)} and is worth {_money(row.worth)}."
    yield f"The seller gains {_money(row.seller_gain)}, the buyer {_money(row.buyer_gain)}."


def _money(amount: float) -> str:
    return f"{round(amount, 9) + 0.0:.4g}"  # what rounding left of nothing is nothing
