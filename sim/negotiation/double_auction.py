"""Sealed-bid double auction: both sides name a price unseen; if the bid reaches the ask they trade in between.

The price is ``k bid + (1 - k) ask``. A complete game with plugged-in values, not part of a sale. Source:
[ChatterjeeSamuelson1983].
"""

import math

from agents.rule import rule
from agents.views import Move
from sim.game import End, Game, finish, lay_on_the_table, offered, sit_down
from sim.sides import BUYER, SELLER
from sim.vocabulary import Ask


@rule
def start(game: Game) -> None:
    """Both sides learn their own value."""
    sit_down(game)


@rule
def next_turn(game: Game) -> int:
    """Who has not named a price yet, or that the game is over."""
    if game.table.end != End.OPEN:
        return Ask.OVER.value
    return Ask.SELLER_MOVE.value if math.isnan(game.table.sealed[SELLER]) else Ask.BUYER_MOVE.value


@rule
def answer(game: Game, side: int, move: Move) -> bool:
    """Seal a side's price; once both are in they are opened. True if the sides trade."""
    table = game.table
    table.sealed[side] = offered(game, side, move.price)
    table.offers += 1
    if math.isnan(table.sealed[1 - side]):
        return False
    ask, bid = table.sealed[SELLER], table.sealed[BUYER]
    lay_on_the_table(game, SELLER, ask)
    lay_on_the_table(game, BUYER, bid)
    if ask > bid:
        finish(game, End.NO_AGREEMENT.value)
        return False
    table.price = table.k * bid + (1.0 - table.k) * ask
    finish(game, End.AGREED.value)
    return True
