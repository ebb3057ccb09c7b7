"""Complete games: their rules, and what is refused."""

import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from agents.bargaining import respond_patiently
from agents.catalogue import catalogue, tactics
from agents.terms import OWN_PACKAGE
from agents.views import Move, NegotiationView
from sim.game import GAME, PLAYER, End, Game, GameRules, buyer_view, seller_view
from sim.game_settings import MOST_OFFERS, GameSettings
from sim.games import answer_game, moves_of, next_turn_of_game, play_games, start_game
from sim.sides import BUYER, SELLER
from sim.vocabulary import Ask

NAN = math.nan
ROUNDING = 1e-9
NEVER_AGREE = {
    ("double_auction", "minimal_concession"),
    ("double_auction", "split_the_difference"),
    ("double_auction", "tit_for_tat"),
    ("rubinstein", "tit_for_tat"),
}
"""Games with tactics that begin by naming their aspiration, and would have to hear the other side to give way."""
PERFECT: dict[str, Any] = {"low": 1.0, "high": 1.0, "tactic": "subgame_perfect"}
UNIFORM: dict[str, Any] = {"low": 0.0, "high": 1.0, "tactic": "linear_equilibrium"}


def rubinstein(seller: dict[str, Any] | None = None, buyer: dict[str, Any] | None = None, **more: Any) -> GameSettings:
    """A pie of 1 that both know, with changes."""
    sides = {
        "seller": {**PERFECT, "low": 0.0, "high": 0.0, "patience": 0.9, **(seller or {})},
        "buyer": {**PERFECT, "patience": 0.8, **(buyer or {})},
    }
    return GameSettings.model_validate({"game": "rubinstein", **sides, **more})


def auction(seller: dict[str, Any] | None = None, buyer: dict[str, Any] | None = None, **more: Any) -> GameSettings:
    sides = {"seller": {**UNIFORM, **(seller or {})}, "buyer": {**UNIFORM, **(buyer or {})}}
    return GameSettings.model_validate({"game": "double_auction", **sides, **more})


def at_the_table(rules: GameRules = GameRules.RUBINSTEIN, horizon: float = math.inf, **options: float) -> Game:
    """A game begun: cost 0, worth 1, patience one half; ``seller`` and ``buyer`` are options to leave for."""
    table, seller, buyer = np.zeros(1, GAME), np.zeros(1, PLAYER), np.zeros(1, PLAYER)
    table["rules"], table["horizon"], table["k"] = rules, horizon, 0.25
    buyer["low"] = buyer["high"] = 1.0
    for record, name in ((seller, "seller"), (buyer, "buyer")):
        record["option"], record["firmness"] = options.get(name, NAN), 3.0
        record["patience"] = 0.5 if rules == GameRules.RUBINSTEIN else 1.0
    game = Game(*(record.view(np.recarray)[0] for record in (table, seller, buyer)), np.uint64(1))
    start_game(game)
    return game


def offer(price: float) -> Move:
    return Move(False, price, OWN_PACKAGE)


YES, LEAVE = Move(True, NAN, OWN_PACKAGE), offer(NAN)


# --- who is served, and limits ---


@pytest.mark.parametrize("tactic", tactics())
@pytest.mark.parametrize("game", ["double_auction", "rubinstein"])
def test_nobody_gains_less_than_nothing_whatever_the_tactics(game: str, tactic: str) -> None:
    player = {"low": 0.0, "high": 1.0, "tactic": tactic}
    rows = play_games(GameSettings.model_validate({"game": game, "seller": player, "buyer": player}), 3, 2_000)
    agreed = rows["end"] == End.AGREED
    assert agreed.any() != ((game, tactic) in NEVER_AGREE)
    assert not agreed[rows["worth"] < rows["cost"] - ROUNDING].any()
    assert rows["seller_gain"].min() >= -ROUNDING
    assert rows["buyer_gain"].min() >= -ROUNDING
    np.testing.assert_array_equal(np.isnan(rows["price"]), ~agreed)
    both = rows["seller_gain"] + rows["buyer_gain"]
    np.testing.assert_allclose(both, np.where(agreed, rows["worth"] - rows["cost"], 0.0), atol=ROUNDING)


def test_values_are_uniform_between_their_ends_and_independent() -> None:
    rows = play_games(auction({"low": 2.0, "high": 4.0}, {"low": 3.0, "high": 7.0}), 1, 20_000)
    assert rows["cost"].min() >= 2.0
    assert rows["cost"].max() <= 4.0
    assert rows["cost"].mean() == pytest.approx(3.0, abs=0.02)
    assert rows["worth"].mean() == pytest.approx(5.0, abs=0.04)
    assert rows["worth"].var() == pytest.approx(16 / 12, rel=0.03)
    assert abs(np.corrcoef(rows["cost"], rows["worth"])[0, 1]) < 0.03


@pytest.mark.parametrize("rules", list(GameRules))
def test_an_offer_beyond_the_movers_own_limit_is_brought_to_it(rules: GameRules) -> None:
    game = at_the_table(rules)
    answer_game(game, SELLER, offer(-3.0))
    answer_game(game, BUYER, offer(5.0))
    assert list(game.table.last_offer) == [0.0, 1.0]


@pytest.mark.parametrize("rules", list(GameRules))
def test_an_opening_move_that_names_no_price_names_the_limit(rules: GameRules) -> None:
    game = at_the_table(rules)
    answer_game(game, SELLER, LEAVE)
    assert game.table.end == End.OPEN
    assert (game.table.sealed if rules == GameRules.DOUBLE_AUCTION else game.table.last_offer)[SELLER] == 0.0


def test_there_is_nothing_to_accept_before_an_offer_stands() -> None:
    game = at_the_table()
    assert not answer_game(game, SELLER, Move(True, 0.7, OWN_PACKAGE))
    assert game.table.last_offer[SELLER] == 0.7
    assert game.table.end == End.OPEN


# --- the double auction ---


def test_sealed_offers_that_meet_trade_in_between_by_the_weight_of_the_bid() -> None:
    game = at_the_table(GameRules.DOUBLE_AUCTION)
    assert not answer_game(game, SELLER, offer(0.4))
    assert next_turn_of_game(game) == Ask.BUYER_MOVE
    assert math.isnan(buyer_view(game).their_last), "the ask is sealed"
    assert answer_game(game, BUYER, offer(0.8))
    assert game.table.price == pytest.approx(0.25 * 0.8 + 0.75 * 0.4)
    assert (game.seller.gain, game.buyer.gain) == pytest.approx((0.5, 0.5))
    assert next_turn_of_game(game) == Ask.OVER


def test_sealed_offers_that_do_not_meet_bring_nothing() -> None:
    game = at_the_table(GameRules.DOUBLE_AUCTION)
    answer_game(game, SELLER, offer(0.8))
    assert not answer_game(game, BUYER, offer(0.4))
    assert game.table.end == End.NO_AGREEMENT
    assert (game.seller.gain, game.buyer.gain) == (0.0, 0.0)
    assert math.isnan(game.table.price)


def test_each_side_of_an_auction_is_told_the_weight_of_its_own_offer() -> None:
    game = at_the_table(GameRules.DOUBLE_AUCTION)
    assert (seller_view(game).split, buyer_view(game).split) == (0.75, 0.25)
    assert seller_view(game).elapsed == 1.0
    assert seller_view(game).offers_left == 1.0


# --- Rubinstein's game ---


def test_a_gain_shrinks_by_patience_with_each_offer_but_the_first() -> None:
    game = at_the_table()
    for side, price in ((SELLER, 0.9), (BUYER, 0.2), (SELLER, 0.6)):
        assert not answer_game(game, side, offer(price))
    assert answer_game(game, BUYER, YES)
    assert (game.seller.gain, game.buyer.gain) == pytest.approx((0.25 * 0.6, 0.25 * 0.4))


def test_who_leaves_for_its_option_gets_it_as_patience_has_left_it_and_so_does_the_other() -> None:
    game = at_the_table(seller=0.3, buyer=0.4)
    answer_game(game, SELLER, offer(0.9))
    answer_game(game, BUYER, offer(0.2))
    answer_game(game, SELLER, LEAVE)
    assert game.table.end == End.SELLER_LEFT
    assert (game.seller.gain, game.buyer.gain) == pytest.approx((0.15, 0.2))


def test_who_rejects_the_last_offer_ends_the_game_without_agreement() -> None:
    game = at_the_table(horizon=2.0)
    answer_game(game, SELLER, offer(0.9))
    answer_game(game, BUYER, offer(0.2))
    assert next_turn_of_game(game) == Ask.SELLER_MOVE
    assert not answer_game(game, SELLER, offer(0.8))
    assert game.table.end == End.NO_AGREEMENT
    assert game.table.offers == 2
    assert (game.seller.gain, game.buyer.gain) == (0.0, 0.0)


def test_a_concession_is_counted_and_a_step_back_is_not() -> None:
    game = at_the_table()
    for side, price in ((SELLER, 0.9), (BUYER, 0.2), (SELLER, 0.8), (BUYER, 0.1), (SELLER, 0.8)):
        answer_game(game, side, offer(price))
    view = buyer_view(game)
    assert (view.my_concessions, view.their_concessions) == (0, 1)
    assert (view.my_last, view.their_last, view.their_previous) == (0.1, 0.8, 0.8)


@pytest.mark.parametrize("offers", [1, 2, 7, MOST_OFFERS])
def test_a_game_that_nobody_gives_way_in_ends_after_its_last_offer(offers: int) -> None:
    """It costs more than it is worth."""
    row = play_games(rubinstein({"low": 2.0, "high": 2.0}, offers=offers), 1, 1)
    assert row["end"] == End.NO_AGREEMENT
    assert row["offers"] == offers


def test_a_game_without_a_last_offer_ends_at_the_most_offers_there_may_be() -> None:
    """Tit for tat against itself never moves, for nobody moves first."""
    stubborn = {"tactic": "tit_for_tat"}
    row = play_games(rubinstein(stubborn, stubborn), 1, 1)
    assert row["end"] == End.NO_AGREEMENT
    assert row["offers"] == MOST_OFFERS


def test_time_runs_from_the_first_offer_to_the_last_for_both_sides_alike() -> None:
    turns, _ = moves_of(rubinstein({"low": 2.0, "high": 2.0}, offers=5), 1, 0)
    offered = [turn.view for turn in turns if not math.isnan(turn.offer)]
    assert [view.elapsed for view in offered] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [view.offers_left for view in offered] == [5.0, 4.0, 3.0, 2.0, 1.0]


def test_either_side_may_open() -> None:
    opened = {opener: moves_of(rubinstein(opener=opener), 1, 0)[0][0].side for opener in ("seller", "buyer")}
    assert opened == {"seller": SELLER, "buyer": BUYER}


# --- options ---


def test_an_option_to_fall_back_on_moves_the_limit_and_is_paid_where_talks_fail() -> None:
    settings = rubinstein({"option": 0.2}, {"option": 0.3})
    turns, row = moves_of(settings, 1, 0)
    assert turns[0].view.limit == pytest.approx(0.2)
    assert turns[1].view.limit == pytest.approx(0.7)
    assert math.isnan(turns[0].view.my_option)
    assert float(row["seller_gain"][0] + row["buyer_gain"][0]) == pytest.approx(1.0)
    stubborn = {"tactic": "tit_for_tat"}
    failed = play_games(rubinstein({**stubborn, "option": 0.2}, {**stubborn, "option": 0.3}), 1, 1)
    assert (failed["seller_gain"][0], failed["buyer_gain"][0]) == (0.2, 0.3), "patience wears nothing off it"


def test_an_option_to_leave_for_leaves_the_limit_and_is_taken_where_it_is_worth_more() -> None:
    settings = rubinstein({"tactic": "tit_for_tat"}, {"option": 0.3}, role="responder")
    turns, row = moves_of(settings, 1, 0)
    assert turns[1].view.limit == 1.0
    assert turns[1].view.my_option == pytest.approx(0.7), "a price, at which it is as well off"
    assert row["end"][0] == End.BUYER_LEFT
    assert row["buyer_gain"][0] == pytest.approx(0.3)
    assert row["seller_gain"][0] == 0.0, "it has no option of its own"


def test_where_options_leave_nothing_to_share_the_sides_do_not_agree() -> None:
    row = play_games(rubinstein({"option": 0.7}, {"option": 0.6}), 1, 1)
    assert row["end"] != End.AGREED
    assert (row["seller_gain"][0], row["buyer_gain"][0]) == (0.7, 0.6)


def seen(**changes: Any) -> NegotiationView:
    """A seller at limit 0 that hopes for 1 and is offered 0.5."""
    usual = NegotiationView(True, 1.0, 0.0, 0.0, 0.5, 2, 3.0, 0.9, 0.5, 0.4, 0.5)
    return usual._replace(**{"offers_left": 3.0, **changes})


def test_a_patient_side_takes_what_is_worth_at_least_its_own_next_offer() -> None:
    assert respond_patiently(seen(my_patience=0.5), 1.0).accept
    assert not respond_patiently(seen(my_patience=0.51), 1.0).accept
    assert respond_patiently(seen(my_patience=0.51, offers_left=0.0), 1.0).accept, "nothing comes after the last"


def test_an_option_is_taken_only_where_it_is_more_than_the_offer_and_than_going_on() -> None:
    leaves = respond_patiently(seen(my_option=0.7, my_patience=0.5), 1.0)
    assert not leaves.accept
    assert math.isnan(leaves.price)
    assert respond_patiently(seen(my_option=0.5, my_patience=0.5), 1.0).accept, "the offer is as good"
    assert respond_patiently(seen(my_option=0.7, my_patience=0.9), 1.0).price == 1.0, "going on is better"


# --- what is refused ---


def places(settings: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ValidationError) as raised:
        GameSettings.model_validate(settings)
    return {".".join(map(str, error["loc"])): error["msg"] for error in raised.value.errors()}


def test_settings_of_another_game_are_refused_each_at_its_own_place() -> None:
    player = {"low": 0.0, "high": 1.0, "tactic": "linear", "patience": 0.9, "option": 0.1}
    foreign = {"offers": 3, "opener": "buyer", "role": "responder"}
    refused = places({"game": "double_auction", "seller": player, "buyer": player, **foreign})
    of_sides = {"seller.patience", "seller.option", "buyer.patience", "buyer.option"}
    assert set(refused) == {*foreign, *of_sides}
    assert set(refused.values()) == {"double_auction has no such setting"}
    assert places({"game": "rubinstein", "seller": PERFECT, "buyer": PERFECT, "k": 0.5}) == {
        "k": "rubinstein has no such setting"
    }


@pytest.mark.parametrize(
    ("where", "value"),
    [("low", -1.0), ("high", 1e13), ("low", 2.0), ("patience", 1.5), ("patience", NAN), ("firmness", 0.5),
     ("option", -0.1), ("tactic", "bluff")],
)  # fmt: skip
def test_a_player_that_cannot_be_is_refused(where: str, value: object) -> None:
    player = {"low": 0.0, "high": 1.0, "tactic": "linear", where: value}
    refused = places({"game": "rubinstein", "seller": PERFECT, "buyer": player})
    assert all(place.startswith("buyer") for place in refused)


@pytest.mark.parametrize("offers", [0, MOST_OFFERS + 1])
def test_offers_are_bounded(offers: int) -> None:
    assert set(places({"game": "rubinstein", "seller": PERFECT, "buyer": PERFECT, "offers": offers})) == {"offers"}


def test_games_are_played_by_the_catalogue_given() -> None:
    """Fewer tactics, hence other numbers, and the same games."""
    rules = catalogue()
    fewer = rules._replace(tactics={"linear_equilibrium": rules.tactics["linear_equilibrium"]})
    assert play_games(auction(), 1, 50, rules=fewer).tobytes() == play_games(auction(), 1, 50).tobytes()
