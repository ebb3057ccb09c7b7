"""A complete game in progress: its records, what each side sees of it, and what is common to its rules.

A game is bargaining by itself, with values plugged in, for theory and for teaching. It seats the tactics that bargain
inside a sale, and gives them the same view. How the values are spread, the options and the patience of both sides are
known to both; what the good costs this seller and is worth to this buyer, each knows alone.
"""

import math
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from agents.bargaining import is_concession, within_limit
from agents.formulas import SQRT_12, between
from agents.rule import rule
from agents.views import NegotiationView
from sim.fate import Purpose, luck
from sim.game_settings import MOST_OFFERS
from sim.sides import BUYER, SELLER


class GameRules(IntEnum):
    """Which game is played."""

    DOUBLE_AUCTION = 0
    RUBINSTEIN = 1


class End(IntEnum):
    """How a game ended."""

    OPEN = 0
    AGREED = 1
    NO_AGREEMENT = 2  # the sealed offers do not meet, or the last offer was rejected
    SELLER_LEFT = 3  # for its option
    BUYER_LEFT = 4


PLAYER = np.dtype(
    [
        ("low", "f8"),  # its value is uniform from low to high, money
        ("high", "f8"),
        ("patience", "f8"),
        ("fallback", "f8"),  # what it gets where the sides do not agree, money
        ("option", "f8"),  # what it may leave for when it has to respond to an offer, money; NaN for nothing
        ("tactic", "i8"),
        ("firmness", "f8"),
        # in this game
        ("value", "f8"),  # what the good costs the seller, or is worth to the buyer, money
        ("limit", "f8"),
        ("aspiration", "f8"),
        ("gain", "f8"),  # in the end, money
    ],
    align=True,
)

GAME = np.dtype(
    [
        ("id", "i8"),
        ("rules", "i8"),  # GameRules
        ("k", "f8"),
        ("horizon", "f8"),  # offers after which it ends; infinite for none
        ("buyer_opens", "?"),
        ("buyer_turn", "?"),
        ("offers", "i8"),  # made so far
        ("sealed", "f8", (2,)),  # offers of seller and buyer that the other does not see yet
        ("last_offer", "f8", (2,)),  # of seller, buyer
        ("previous_offer", "f8", (2,)),
        ("concessions", "i8", (2,)),
        ("price", "f8"),
        ("end", "i8"),  # End
    ],
    align=True,
)


class Game(NamedTuple):
    """One game in progress. Luck is keyed by ``seed`` and the game's id. Each of the others is one record."""

    table: Any
    seller: Any
    buyer: Any
    seed: Any


@rule
def sit_down(game: Game) -> None:
    """Draw what the good costs the seller and is worth to the buyer, and clear the table.

    A side hopes for the limit of the most generous other side there may be.
    """
    table, seller, buyer = game.table, game.seller, game.buyer
    cost, worth, _, _ = luck(game.seed, Purpose.GAME_VALUES, table.id, 0)
    seller.value = between(seller.low, seller.high, cost)
    buyer.value = between(buyer.low, buyer.high, worth)
    seller.limit = seller.value + seller.fallback
    buyer.limit = buyer.value - buyer.fallback
    seller.aspiration = max(seller.limit, buyer.high - buyer.fallback)
    buyer.aspiration = min(buyer.limit, seller.low + seller.fallback)
    for side in range(2):
        table.sealed[side] = math.nan
        table.last_offer[side] = math.nan
        table.previous_offer[side] = math.nan
        table.concessions[side] = 0
    table.buyer_turn = table.buyer_opens
    table.offers = 0
    table.price = math.nan
    table.end = End.OPEN


@rule
def offered(game: Game, side: int, price: float) -> float:
    """A price as it counts: brought to the mover's own limit if it is beyond it, or is none."""
    limit = game.buyer.limit if side == BUYER else game.seller.limit
    return limit if math.isnan(price) else within_limit(price, limit, side == SELLER)


@rule
def lay_on_the_table(game: Game, side: int, offer: float) -> None:
    """Lay an offer on the table, for both to see."""
    table = game.table
    if is_concession(table.last_offer[side], offer, side == SELLER):
        table.concessions[side] += 1
    table.previous_offer[side] = table.last_offer[side]
    table.last_offer[side] = offer


@rule
def finish(game: Game, end: int) -> None:
    """End the game, and work out what each side gained.

    A gain beyond what the sides fall back on loses by patience for each offer but the first. Whoever leaves for an
    option gets it so, and the other side gets its own.
    """
    table = game.table
    table.end = end
    _pay(game.seller, table, end, table.price - game.seller.limit)
    _pay(game.buyer, table, end, game.buyer.limit - table.price)


@rule
def _pay(player: Any, table: Any, end: int, margin: float) -> None:
    left = player.patience ** max(0.0, table.offers - 1.0)
    player.gain = player.fallback
    if end == End.AGREED:
        player.gain += left * margin
    elif end != End.NO_AGREEMENT and not math.isnan(player.option):
        player.gain += left * player.option


@rule
def seller_view(game: Game) -> NegotiationView:
    """What the seller sees of a game."""
    return _view(game.table, game.seller, _known_of(game.seller, 1.0), _known_of(game.buyer, -1.0), SELLER, game.seed)


@rule
def buyer_view(game: Game) -> NegotiationView:
    """What the buyer sees of a game."""
    return _view(game.table, game.buyer, _known_of(game.buyer, -1.0), _known_of(game.seller, 1.0), BUYER, game.seed)


class Known(NamedTuple):
    """What both sides know of one side."""

    limit: float  # mean, money
    doubt: float  # standard deviation, money
    option: float  # price at which it would rather take its option, by the mean of its limit, money; NaN for none
    patience: float


@rule
def _known_of(player: Any, sign: float) -> Known:
    """What both sides know of one; ``sign`` is 1 of a seller, -1 of a buyer."""
    limit = 0.5 * (player.low + player.high) + sign * player.fallback
    return Known(limit, (player.high - player.low) / SQRT_12, limit + sign * player.option, player.patience)


@rule
def _view(table: Any, player: Any, mine: Known, theirs: Known, side: int, seed: Any) -> NegotiationView:
    """What one side sees; ``player`` is its own record. A sealed offer is its last word, and time is up at once."""
    other = 1 - side
    toss, _, _, _ = luck(seed, Purpose.GAME_OFFER, table.id, table.offers)
    is_sealed = table.rules == GameRules.DOUBLE_AUCTION
    all_offers = min(table.horizon, MOST_OFFERS * 1.0)
    elapsed = 1.0 if is_sealed or all_offers <= 1.0 else min(1.0, table.offers / (all_offers - 1.0))
    return NegotiationView(
        side == SELLER,
        player.aspiration,
        player.limit,
        player.limit,
        elapsed,
        table.offers // 2 + 1,
        player.firmness,
        table.last_offer[side],
        table.last_offer[other],
        table.previous_offer[other],
        toss,
        theirs.limit,
        theirs.doubt,
        mine.limit,
        mine.doubt,
        mine.patience,
        theirs.patience,
        1.0 if is_sealed else table.horizon - table.offers,
        player.limit + (player.option if side == SELLER else -player.option),
        theirs.option,
        table.concessions[side],
        table.concessions[other],
        table.k if side == BUYER else 1.0 - table.k,
    )
