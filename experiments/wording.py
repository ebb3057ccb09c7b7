"""How numbers are written for people: shares in per cent, money in its currency, as exactly as known."""

import math
from collections.abc import Mapping

from experiments.statistics import Interval

MINUS = "\N{MINUS SIGN}"
UNKNOWN = "\N{EN DASH}"
MOST_DECIMALS = 6


def decimals_for(value: float, interval: Interval, unit: str) -> int:
    """How many decimals are worth writing: the interval's half-width is then 4 to 35 of the last digit.

    Where the interval has no width, three digits of the value.
    """
    value, low, high = (each * scale_of(unit) for each in (value, *interval))
    if math.isfinite(high - low) and high > low:
        decimals = math.ceil(math.log10(7 / (high - low)))
        # A limit that is not 0 is not to be read as 0: whether 0 lies within the interval is the question.
        nearest = min(abs(limit) for limit in (low, high) if limit)
        return _within_reason(max(decimals, min(decimals + 2, math.ceil(math.log10(0.5 / nearest)))))
    return _within_reason(2 - math.floor(math.log10(abs(value)))) if math.isfinite(value) and value else 0


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """A number with a comma between thousands and a true minus sign; a dash where there is none."""
    if not math.isfinite(value):
        return UNKNOWN
    value = round(value, decimals) + 0.0  # no minus before a zero
    return f"{value:{'+' if signed and value else ''},.{decimals}f}".replace("-", MINUS)


def level(value: float, unit: str, decimals: int) -> str:
    """The level of a quantity in a table: ``24.1 %``, ``3.16``; the currency stands beside the table."""
    return _with_unit(number(value * scale_of(unit), decimals), "%" if unit == "share" else "")


def difference(value: float, unit: str, interval: Interval) -> str:
    """A difference in a table, as exactly as its interval is wide: ``+3.1 points``, ``+1.20``."""
    decimals = decimals_for(value, interval, unit)
    return _with_unit(number(value * scale_of(unit), decimals, signed=True), "points" if unit == "share" else "")


def size(value: float, unit: str, currency: str, interval: Interval) -> str:
    """The size of a difference in a sentence, without its sign: ``3.1 points``, ``1.20 EUR``."""
    decimals = decimals_for(value, interval, unit)
    # Per contact or per prospect: that the sentence says itself.
    full = "points" if unit == "share" else unit.partition(" per ")[0].replace("money", currency)
    return _with_unit(number(abs(value) * scale_of(unit), decimals), full)


def limits(value: float, interval: Interval, unit: str) -> str:
    """The limits of an interval, as ``2.8 to 3.4``; a dash where they are not known."""
    if not all(map(math.isfinite, interval)):
        return UNKNOWN
    decimals = decimals_for(value, interval, unit)
    return " to ".join(number(limit * scale_of(unit), decimals) for limit in interval)


def scale_of(unit: str) -> int:
    """Shares are written in per cent."""
    return 100 if unit == "share" else 1


def per_cent(share: float, decimals: int = 1) -> str:
    """A share in per cent."""
    return _with_unit(number(100 * share, decimals), "%")


def confidence(level: float) -> str:
    """The level of an interval in per cent: ``95 %``."""
    return f"{100 * level:.6g} %"


def words(name: str) -> str:
    """A name of the code as words: ``needs_analysis`` is needs analysis."""
    return name.replace("_", " ")


def _with_unit(text: str, unit: str) -> str:
    return text if text == UNKNOWN else f"{text} {unit}".rstrip()


def _within_reason(decimals: int) -> int:
    return min(MOST_DECIMALS, max(0, decimals))


def changes(settings: Mapping[str, object]) -> str:
    """The settings in which a study differs from its scenario, as they follow the scenario's name; none, nothing."""
    return "".join(f", {path} {value}" for path, value in settings.items())


def set_in(settings: Mapping[str, object]) -> str:
    """What is set in a cell of a sweep, by the last names of the paths; nothing where nothing is."""
    return ", ".join(f"{words(path.rpartition('.')[2])} {value_of(value)}" for path, value in settings.items())


def value_of(value: object) -> str:
    """The value of a setting in a table."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
