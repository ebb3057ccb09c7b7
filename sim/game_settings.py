"""The settings of a complete game: who plays, for what values, by which rules.

A game is bargaining by itself, with values plugged in, outside any sale: for theory and for teaching.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from agents.traits import Amount, Share, TacticName, Traits
from sim.faults import Keys

GameName = Literal["double_auction", "rubinstein"]
Role = Literal["disagreement", "responder"]

MOST_OFFERS = 200
"""Offers after which a game without a last offer ends without agreement."""


class Player(Traits):
    """One side of a game: its value, uniform between low and high, and how it bargains."""

    low: Amount = Field(description="least that the good may cost the seller, or be worth to the buyer, money")
    high: Amount = Field(description="most that it may; as low where the value is known, money")
    tactic: TacticName = Field(description="concession tactic, by its name in agents/tactics")
    firmness: Annotated[float, Field(ge=1, le=20)] = Field(
        3.0, description="exponent of time of the concession tactics; 1 is a straight line"
    )
    patience: Share = Field(1.0, description="factor on its gain for each offer that is rejected (delta)")
    option: Amount | None = Field(None, description="what it gains elsewhere, money; none when left out")

    @model_validator(mode="after")
    def _low_is_not_above_high(self) -> "Player":
        if self.low > self.high:
            raise ValueError(f"a value from {self.low:g} to {self.high:g}: the first number is at most the second")
        return self


class GameSettings(Traits):
    """A complete game."""

    game: GameName = Field(description="the game, by its name in sim/negotiation")
    seller: Player = Field(description="the seller; see Player")
    buyer: Player = Field(description="the buyer; see Player")
    k: Share = Field(0.5, description="double_auction: weight of the buyer's bid in the price, the ask having the rest")
    offers: Annotated[int, Field(ge=1, le=MOST_OFFERS)] | None = Field(
        None, description="rubinstein: offers after which the game ends; no last offer when left out"
    )
    opener: Literal["seller", "buyer"] = Field("seller", description="rubinstein: who makes the first offer")
    role: Role = Field(
        "disagreement",
        description="rubinstein: whether options are what the sides get if they never agree (disagreement), or what "
        "who has to respond to an offer may leave for (responder)",
    )

    @model_validator(mode="after")
    def _settings_belong_to_the_game(self) -> "GameSettings":
        foreign = [keys for game, all_keys in BELONGS.items() if game != self.game for keys in all_keys]
        refuse_foreign((keys, _at(self, keys), self.game) for keys in foreign if _is_set(self, keys))
        return self


BELONGS: dict[str, tuple[Keys, ...]] = {
    "double_auction": (("k",),),
    "rubinstein": (
        ("offers",),
        ("opener",),
        ("role",),
        ("seller", "patience"),
        ("buyer", "patience"),
        ("seller", "option"),
        ("buyer", "option"),
    ),
}
"""The settings that only one game has."""


def _at(settings: Traits, keys: Keys) -> object:
    for key in keys:
        settings = getattr(settings, str(key))
    return settings


def _is_set(settings: Traits, keys: Keys) -> bool:
    *groups, name = map(str, keys)
    for group in groups:
        settings = getattr(settings, group)
    return name in settings.model_fields_set


def refuse_foreign(foreign: Iterable[tuple[Keys, object, str]]) -> None:
    """Raise one ValidationError with all settings that a game does not have, each at its own place."""
    message = "{game} has no such setting"
    details = [
        InitErrorDetails(type=PydanticCustomError("foreign", message, {"game": game}), loc=keys, input=value)
        for keys, value, game in foreign
    ]
    if details:
        raise ValidationError.from_exception_data("settings", details)
