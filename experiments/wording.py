"""How numbers are written for people: shares in per cent, money in its currency, as exactly as known."""

import math

from experiments.statistics import Interval

MINUS = "\N{MINUS SIGN}"
UNKNOWN = "\N{EN DASH}"
MOST_DECIMALS = 6


def decimals_for(value: float, interval: Interval) -> int:
    """How many decimals are worth writing: the half-width of the interval then is a number from 3.5 to 35.

    Where the interval has no width, three digits of the value.
    """
    half = (interval.high - interval.low) / 2
    if math.isfinite(half) and half > 0:
        return _at_most_sensible(math.ceil(math.log10(3.5 / half)))
    return _at_most_sensible(2 - math.floor(math.log10(abs(value)))) if math.isfinite(value) and value else 0


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """A number with a comma between thousands and a true minus sign; a dash where there is none."""
    if not math.isfinite(value):
        return UNKNOWN
    value = round(value, decimals) + 0.0  # no minus before a zero
    return f"{value:{'+' if signed and value else ''},.{decimals}f}".replace("-", MINUS)


def level(value: float, interval: Interval, unit: str, currency: str) -> str:
    """The level of a quantity, as exactly as its interval is wide: ``24.1 %``, ``3.16 EUR``."""
    scale = 100 if unit == "share" else 1
    decimals = decimals_for(value * scale, scaled(interval, scale))
    return _with_unit(number(value * scale, decimals), {"share": "%"}.get(unit, in_currency(unit, currency)))


def difference(value: float, unit: str, currency: str, interval: Interval) -> str:
    """A difference with its sign: ``+3.1 points``, or as exactly as its interval is wide: ``+1.20 EUR``."""
    scale = 100 if unit == "share" else 1
    decimals = decimals_for(value * scale, scaled(interval, scale))
    return _with_unit(number(value * scale, decimals, signed=True), difference_unit(unit, currency))


def size(value: float, unit: str, currency: str, interval: Interval) -> str:
    """The size of a difference, without its sign: ``3.1 points``."""
    limits = (abs(interval.low), abs(interval.high))
    return difference(abs(value), unit, currency, Interval(min(limits), max(limits))).removeprefix("+")


def limits(value: float, interval: Interval, unit: str) -> str:
    """The limits of the interval of a difference, as ``2.8 to 3.4``; a dash where they are not known."""
    if not all(map(math.isfinite, interval)):
        return UNKNOWN
    scale = 100 if unit == "share" else 1
    wide = scaled(interval, scale)
    decimals = decimals_for(value * scale, wide)
    return f"{number(wide.low, decimals)} to {number(wide.high, decimals)}"


def difference_unit(unit: str, currency: str) -> str:
    """The unit of a difference: that of shares is points (of a hundred)."""
    return "points" if unit == "share" else in_currency(unit, currency)


def in_currency(unit: str, currency: str) -> str:
    """The unit with the scenario's currency for the word money; per what, the quantity's own label says."""
    return unit.partition(" per ")[0].replace("money", currency)


def per_cent(share: float, decimals: int = 1) -> str:
    """A share in per cent."""
    return _with_unit(number(100 * share, decimals), "%")


def confidence(level: float) -> str:
    """The level of an interval in per cent: ``95 %``."""
    return f"{100 * level:.6g} %"


def words(name: str) -> str:
    """A name of the code as words: ``needs_analysis`` is needs analysis."""
    return name.replace("_", " ")


def scaled(interval: Interval, scale: float) -> Interval:
    """The interval in another unit, ``scale`` of which make one."""
    return Interval(interval.low * scale, interval.high * scale)


def _with_unit(text: str, unit: str) -> str:
    return text if text == UNKNOWN else f"{text} {unit}"


def _at_most_sensible(decimals: int) -> int:
    return min(MOST_DECIMALS, max(0, decimals))
