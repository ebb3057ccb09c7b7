"""Rubinstein's game [Rubinstein1982]: who gets how much of a pie of 1, played by the tactic ``subgame_perfect``.

Values are known, so that nothing is left to luck: one game tells.
"""

from typing import Any

from experiments.theory.rows import Check, Row, exactly
from sim.game_settings import GameSettings
from sim.games import play_games

PATIENCE = ((0.9, 0.8), (0.5, 0.5), (0.99, 0.95), (0.8, 0.0), (0.0, 0.7))
OFFERS = (1, 2, 3, 4, 10, 25)
"""Where there is a last offer: how many there are."""
FIRST, SECOND = 0.9, 0.8
SMALL, LARGE = 0.2, 0.4
"""Options below and above what the responder gets in any case, which is 0.286 of the pie at these patiences."""


def share_of_seller(first: float, second: float, **more: Any) -> float:
    """What the seller gains of a pie of 1 in play; ``seller_option``, ``buyer_option``, and settings of the game."""
    seller = {"low": 0.0, "high": 0.0, "tactic": "subgame_perfect", "patience": first}
    buyer = {"low": 1.0, "high": 1.0, "tactic": "subgame_perfect", "patience": second}
    seller["option"], buyer["option"] = more.pop("seller_option", None), more.pop("buyer_option", None)
    settings = GameSettings.model_validate({"game": "rubinstein", "seller": seller, "buyer": buyer, **more})
    return float(play_games(settings, seed=1, games=1)["seller_gain"][0])


def rubinstein(first: float, second: float) -> float:
    """The share of who opens, where there is no last offer."""
    return (1.0 - second) / (1.0 - first * second)


def with_a_last_offer(first: float, second: float, offers: int) -> float:
    """The share of who opens, where offer number ``offers`` is the last."""
    both = (first * second) ** (offers // 2)
    return rubinstein(first, second) * (1.0 - both) + (both if offers % 2 else 0.0)


def _without_an_end(_deals: int, _seed: int) -> list[Row]:
    formula = "(1 - d2) / (1 - d1 d2)"
    rows = [exactly(f"d1 {a:g}, d2 {b:g}", formula, rubinstein(a, b), share_of_seller(a, b)) for a, b in PATIENCE]
    answers = 1.0 - share_of_seller(FIRST, SECOND, opener="buyer")
    return [*rows, exactly("d1 0.8, d2 0.9, the buyer opens", formula, rubinstein(SECOND, FIRST), answers)]


def _with_an_end(_deals: int, _seed: int) -> list[Row]:
    return [
        exactly(
            f"d1 {FIRST:g}, d2 {SECOND:g}, {offers} offer{'s' if offers > 1 else ''}",
            "x (1 - e)" + (" + e" if offers % 2 else "") + f", e = (d1 d2)^{offers // 2}",
            with_a_last_offer(FIRST, SECOND, offers),
            share_of_seller(FIRST, SECOND, offers=offers),
        )
        for offers in OFFERS
    ]


def _with_options(_deals: int, _seed: int) -> list[Row]:
    share = rubinstein(FIRST, SECOND)

    def row(what: str, formula: str, target: float, **more: Any) -> Row:
        return exactly(what, formula, target, share_of_seller(FIRST, SECOND, **more))

    return [
        row("to fall back on: buyer 0.2", "(1 - o) x", (1 - SMALL) * share, buyer_option=SMALL),
        row("to fall back on: buyer 0.4", "(1 - o) x", (1 - LARGE) * share, buyer_option=LARGE),
        row(
            "to fall back on: seller 0.2, buyer 0.4", "o1 + (1 - o1 - o2) x",
            SMALL + (1 - SMALL - LARGE) * share, seller_option=SMALL, buyer_option=LARGE,
        ),
        row("responder's: buyer 0.2, too small", "x", share, buyer_option=SMALL, role="responder"),
        row("responder's: buyer 0.4, binds", "1 - o", 1 - LARGE, buyer_option=LARGE, role="responder"),
        row(
            "responder's: seller 0.9, binds later", "1 - d2 (1 - o1)",
            1 - SECOND * (1 - 0.9), seller_option=0.9, role="responder",
        ),
    ]  # fmt: skip


CHECKS = (
    Check("rubinstein", "Rubinstein: the seller's share x, without a last offer", _without_an_end),
    Check("last_offer", "Rubinstein with a last offer: the seller's share", _with_an_end),
    Check("options", "Rubinstein with an option o elsewhere, in two roles: the seller's share", _with_options),
)
