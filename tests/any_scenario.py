"""Random scenarios over all that the schema allows, derived from the schema itself: a new setting is drawn as well.

A choice among names is always drawn, any other setting with a default more or less often: where all are drawn, hardly a
deal is ever signed. A number is drawn from its whole range, its ends and usual sizes more often than the rest. Where a
group refuses what was drawn (rules across its settings), it is drawn again, and ever less of it.

Hypothesis chooses where luck begins and repeats what failed; the draws are those of an ordinary generator, since its
own come back to the same few scenarios where there are so many to make.
"""

import math
from collections.abc import Mapping
from random import Random
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from hypothesis import strategies as some
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from agents.catalogue import price_policies, tactics
from agents.traits import MOST_MONEY, PolicyName, TacticName
from agents.work_rules import WORK_RULES
from sim.scenario import Scenario

TRIES = 1000
NAMES = {get_args(PolicyName)[1]: price_policies, get_args(TacticName)[1]: tactics}
FEW = 3
"""How many needs and solutions there usually are; sometimes as many as there may be."""


class Source(NamedTuple):
    """What settings are drawn from: luck, the needs there are, and how often a setting with a default is drawn."""

    luck: Random
    needs: tuple[str, ...]
    often: float


def scenario_from(luck: Random) -> Scenario:
    """Any scenario that the schema allows."""
    needs = [f"need_{k}" for k in range(_count(luck, Scenario.model_fields["needs"]))]
    source = Source(luck, tuple(needs), luck.choice([0.1, 0.2, 0.3, 0.5, 0.9]))
    return Scenario.model_validate(_settings(Scenario, source))


def any_scenario() -> some.SearchStrategy[Scenario]:
    """Any scenario that the schema allows, to be drawn by hypothesis."""
    return some.randoms(use_true_random=True).map(scenario_from)


def _count(luck: Random, field: FieldInfo) -> int:
    least, most = (
        next((int(getattr(bound, end)) for bound in field.metadata if hasattr(bound, end)), 1)
        for end in ("min_length", "max_length")
    )
    return luck.randint(max(1, least), most if luck.random() < 0.1 else max(FEW, least))


def _settings(model: type[BaseModel], source: Source) -> dict[str, Any]:
    """Settings of one group that its own rules accept; those within it are drawn before."""
    for attempt in range(TRIES):
        often = source.often / (1 + attempt / 5)
        drawn = {
            field.alias or name: _value(name, field, source)
            for name, field in model.model_fields.items()
            if field.is_required() or _is_choice(field) or source.luck.random() < often
        }
        try:
            model.model_validate(drawn)
        except ValidationError:
            continue
        return drawn
    raise AssertionError(f"settings of {model.__name__} that it accepts are too rare to be found by drawing")


def _is_choice(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is Literal or any(each in NAMES for each in field.metadata)


def _value(name: str, field: FieldInfo, source: Source) -> Any:
    known = next((NAMES[each] for each in field.metadata if each in NAMES), None)
    if known is not None:
        return source.luck.choice(list(known()))
    if name == "work_rule":
        return source.luck.choice(list(WORK_RULES))
    if get_origin(field.annotation) is Mapping:
        return _mapping(name, field, source)
    return _of_kind(field.annotation, field.metadata, source)


def _mapping(name: str, field: FieldInfo, source: Source) -> dict[str, Any]:
    _, kind = get_args(field.annotation)
    if name == "needs":
        keys = list(source.needs)
    elif name == "policies":
        keys = source.luck.sample(list(price_policies()), 2)
    elif name == "covers":
        keys = [need for need in source.needs if source.luck.random() < 0.7]
    else:
        keys = [f"{name}_{i}" for i in range(_count(source.luck, field))]
    drawn = {key: _of_kind(kind, [], source) for key in keys}
    if name == "levels":
        drawn[keys[0]] = {"label": "any_text"}  # the standard level, which the others are measured from
    return drawn


def _of_kind(kind: Any, metadata: list[Any], source: Source) -> Any:
    if hasattr(kind, "__metadata__"):
        base, *more = get_args(kind)
        return _of_kind(base, [*metadata, *more], source)
    if get_origin(kind) is Literal:
        return source.luck.choice(get_args(kind))
    if get_origin(kind) is Union or type(kind).__name__ == "UnionType":
        given = [each for each in get_args(kind) if each is not type(None)]
        return _of_kind(source.luck.choice(given), metadata, source)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _settings(kind, source)
    if kind is bool:
        return source.luck.random() < 0.5
    if kind in (int, float):
        return _number(kind, metadata, source.luck)
    if kind is str:
        return "any_text"
    raise TypeError(f"no values are known for {kind}: say here how to draw them")


def _number(kind: type, metadata: list[Any], luck: Random) -> float:
    """A number of a whole range: often one of its ends or a usual size, else anything."""
    low, high, open_low, open_high = _bounds(metadata)
    if kind is int:
        least, most = math.ceil(low), math.floor(high)
        return luck.randint(least, min(most, least + 6) if luck.random() < 0.8 else most)
    fate = luck.random()
    if fate < 0.15:
        return low if not open_low else math.nextafter(low, high)
    if fate < 0.2 and high < MOST_MONEY:
        return high if not open_high else math.nextafter(high, low)
    if high < MOST_MONEY:
        return luck.uniform(low, min(high, 3.0) if luck.random() < 0.9 else high)
    if fate < 0.9:
        return 10.0 ** luck.uniform(-1, 2.3) if luck.random() < 0.5 else luck.uniform(0, 3)
    return 10.0 ** luck.uniform(-6, math.log10(MOST_MONEY))


def _bounds(metadata: list[Any]) -> tuple[float, float, bool, bool]:
    low, high, open_low, open_high = 0.0, MOST_MONEY, False, False
    for bound in metadata:
        for inner in getattr(bound, "metadata", [bound]):
            low = next((float(getattr(inner, end)) for end in ("ge", "gt") if _has(inner, end)), low)
            high = next((float(getattr(inner, end)) for end in ("le", "lt") if _has(inner, end)), high)
            open_low = open_low or _has(inner, "gt")
            open_high = open_high or _has(inner, "lt")
    return low, high, open_low, open_high


def _has(bound: Any, end: str) -> bool:
    return getattr(bound, end, None) is not None
