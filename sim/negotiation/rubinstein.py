"""Rubinstein's game: alternating offers over a known pie, in which every offer rejected costs both sides.

Each gain shrinks by its side's patience with every rejection. Without a last offer the sides may go on for ever; with
one, its rejection ends the game. A complete game with plugged-in values, not part of a sale.

An outside option is one of two things, and they are different games. As the *disagreement point* a side falls back on
it if the talks fail: it moves that side's limit, and the sides share what is left beyond both. As the *responder's
option* a side may leave for it instead of answering an offer: it changes nothing unless it is more than that side would
get in any case. Sources: [Rubinstein1982]; with a last offer [Stahl1972]; both roles of options
[BinmoreShakedSutton1989].
"""

import math

from agents.rule import rule
from agents.views import Move
from sim.game import End, Game, finish, lay_on_the_table, offered, sit_down
from sim.game_settings import MOST_OFFERS
from sim.sides import BUYER, SELLER
from sim.vocabulary import Ask


@rule
def start(game: Game) -> None:
    """Set limits and aspirations; nobody has made an offer."""
    sit_down(game)


@rule
def next_turn(game: Game) -> int:
    """Whose turn it is, or that the game is over."""
    if game.table.end != End.OPEN:
        return Ask.OVER.value
    return Ask.BUYER_MOVE.value if game.table.buyer_turn else Ask.SELLER_MOVE.value


@rule
def answer(game: Game, side: int, move: Move) -> bool:
    """Apply a side's move; True when it accepts the standing offer. A move that names no price leaves for the option.

    Whoever rejects the last offer ends the game.
    """
    table = game.table
    standing = table.last_offer[1 - side]
    if not math.isnan(standing):
        if move.accept:
            table.price = standing
            finish(game, End.AGREED.value)
            return True
        if math.isnan(move.price):
            finish(game, End.BUYER_LEFT.value if side == BUYER else End.SELLER_LEFT.value)
            return False
        if table.offers >= min(table.horizon, MOST_OFFERS * 1.0):
            finish(game, End.NO_AGREEMENT.value)
            return False
    lay_on_the_table(game, side, offered(game, side, move.price))
    table.offers += 1
    table.buyer_turn = side == SELLER
    return False
