"""Playing complete games: many of them, compiled, for what happens on average; or one, move by move.

The seats are filled by the catalogue's tactics, as in a sale. Luck belongs to the game: its values and its offers have
purposes of their own, keyed by the game's number.
"""

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from agents.bargaining import respond_patiently
from agents.catalogue import Catalogue, catalogue
from agents.rule import bind, entry, rule
from agents.views import Move, NegotiationView
from sim.deal import blank
from sim.game import GAME, PLAYER, Game, GameRules, buyer_view, seller_view
from sim.game_settings import GameSettings, Player
from sim.negotiation import double_auction, rubinstein
from sim.seats import offer_by_number, offers_by
from sim.sides import BUYER, SELLER
from sim.vocabulary import Ask

GAME_OUTCOME = np.dtype(
    [
        ("game", "i8"),
        ("cost", "f8"),  # to the seller, money
        ("worth", "f8"),  # to the buyer, money
        ("end", "i8"),  # sim.game.End
        ("price", "f8"),  # NaN without agreement, money
        ("offers", "i8"),
        ("seller_gain", "f8"),  # money
        ("buyer_gain", "f8"),
    ]
)
"""What a game leaves behind."""

start_auction, next_of_auction, answer_auction = double_auction.start, double_auction.next_turn, double_auction.answer
start_talks, next_of_talks, answer_talks = rubinstein.start, rubinstein.next_turn, rubinstein.answer


class Turn(NamedTuple):
    """A move of a game: whose it was, what it saw, what it did, and what its offer came to (NaN for none), money."""

    side: int
    view: NegotiationView
    move: Move
    offer: float


def play_games(
    settings: GameSettings, seed: int, games: int, *, first: int = 0, rules: Catalogue | None = None
) -> np.ndarray:
    """Play games ``first`` .. ``first + games - 1``; an array of GAME_OUTCOME. A seed is from 0 to 2**64 - 1."""
    chosen = rules or catalogue()
    rows = np.zeros(games, GAME_OUTCOME)
    kernel = _kernel(tuple(chosen.tactics.values()), chosen.plugins, chosen.numbering)
    kernel(*_records(settings, chosen), np.uint64(seed), first, rows)
    return rows


def moves_of(
    settings: GameSettings, seed: int, number: int, rules: Catalogue | None = None
) -> tuple[list[Turn], np.ndarray]:
    """Play one game move by move: its moves, and its row of GAME_OUTCOME. The very game that ``play_games`` plays."""
    chosen = rules or catalogue()
    table, seller, buyer = _records(settings, chosen)
    game = Game(table[0], seller[0], buyer[0], np.uint64(seed))
    game.table.id = number
    row = np.zeros(1, GAME_OUTCOME).view(np.recarray)
    turns = list(_turns(game, offers_by(tuple(chosen.tactics.values()))))
    write_game(game, row[0])
    return turns, row


def _turns(game: Game, offers: Callable[[int, NegotiationView], float]) -> Iterator[Turn]:
    start_game(game)
    ask = next_turn_of_game(game)
    while ask != Ask.OVER:
        side = BUYER if ask == Ask.BUYER_MOVE else SELLER
        player = game.buyer if side == BUYER else game.seller
        view = buyer_view(game) if side == BUYER else seller_view(game)
        move = respond_patiently(view, offers(player.tactic, view))
        before = int(game.table.offers)
        answer_game(game, side, move)
        yield Turn(side, view, move, move.price if game.table.offers > before else math.nan)
        ask = next_turn_of_game(game)


def _records(settings: GameSettings, numbers: Catalogue) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The records of a game that has not begun: table, seller, buyer."""
    table = blank(GAME)
    table["rules"] = GameRules[settings.game.upper()]
    table["k"] = settings.k
    table["horizon"] = math.inf if settings.offers is None else settings.offers
    table["buyer_opens"] = settings.opener == "buyer"
    leaves = settings.role == "responder"
    return table, _player(settings.seller, numbers, leaves), _player(settings.buyer, numbers, leaves)


def _player(player: Player, numbers: Catalogue, leaves: bool) -> np.ndarray:
    """The record of a side; ``leaves`` says whether its option is one to leave for, or to fall back on."""
    record = blank(PLAYER)
    for name in ("low", "high", "patience", "firmness"):
        record[name] = getattr(player, name)
    record["tactic"] = list(numbers.tactics).index(player.tactic)
    record["fallback"] = 0.0 if leaves else player.option or 0.0
    record["option"] = player.option if leaves and player.option is not None else math.nan
    return record


@lru_cache(maxsize=8)
def _kernel(tactics: tuple[Any, ...], plugins: tuple[Any, ...], numbering: str) -> Callable[..., None]:
    play_one = rule(bind(_play_game, offer_by_number=offers_by(tactics)))
    return entry(bind(_play_games, play_game=play_one), plugins, numbering)


@rule
def start_game(game: Game) -> None:
    """Begin a game by its own rules."""
    if game.table.rules == GameRules.DOUBLE_AUCTION:
        start_auction(game)
    else:
        start_talks(game)


@rule
def next_turn_of_game(game: Game) -> int:
    """Whose turn it is, or Ask.OVER."""
    if game.table.rules == GameRules.DOUBLE_AUCTION:
        return next_of_auction(game)
    return next_of_talks(game)


@rule
def answer_game(game: Game, side: int, move: Move) -> bool:
    """Apply a side's move; True if the sides have agreed by it."""
    if game.table.rules == GameRules.DOUBLE_AUCTION:
        return answer_auction(game, side, move)
    return answer_talks(game, side, move)


@rule
def write_game(game: Game, row: Any) -> None:
    """Write the row of results of a game that is over."""
    row.game = game.table.id
    row.cost = game.seller.value
    row.worth = game.buyer.value
    row.end = game.table.end
    row.price = game.table.price
    row.offers = game.table.offers
    row.seller_gain = game.seller.gain
    row.buyer_gain = game.buyer.gain


def _play_game(game: Game) -> None:
    """Play one game from its beginning to its end."""
    start_game(game)
    ask = next_turn_of_game(game)
    while ask != Ask.OVER:
        if ask == Ask.BUYER_MOVE:
            view = buyer_view(game)
            answer_game(game, BUYER, respond_patiently(view, offer_by_number(game.buyer.tactic, view)))
        else:
            view = seller_view(game)
            answer_game(game, SELLER, respond_patiently(view, offer_by_number(game.seller.tactic, view)))
        ask = next_turn_of_game(game)


def play_game(game: Game) -> None:
    """Play one game; bound to the tactics of a catalogue before it is used."""
    raise LookupError("no catalogue is bound")


def _play_games(table: Any, seller: Any, buyer: Any, seed: Any, first: int, rows: np.ndarray) -> None:
    """Play games on one table into ``rows``."""
    game = Game(table[0], seller[0], buyer[0], seed)
    for i in range(rows.size):
        game.table.id = first + i
        play_game(game)
        write_game(game, rows[i])
