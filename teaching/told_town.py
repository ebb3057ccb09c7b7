"""A town in words: where it stands, and what it has come to and for whom that is good."""

import math
from collections.abc import Iterator, Mapping

import numpy as np

from experiments.narrating import amount
from experiments.wording import UNKNOWN, per_cent, words
from teaching.town import Seen

SETTLED = 0.9
"""Share of the sellers in the last fifth of the days from which a market is said to have settled on a policy."""


def where_it_stands(seen: Seen) -> str:
    """The day, and the sellers' policies on it."""
    held = ", ".join(
        f"{words(policy)} {per_cent(share, 0)}" for policy, share in zip(seen.policies, seen.shares[:, -1], strict=True)
    )
    talks = f"; {int(seen.steps[:, -1].sum())} talks open" if seen.day else ""
    return f"Day {seen.day} of {seen.days}: {held}{talks}."


def answer(seen: Seen, measures: Mapping[str, float]) -> Iterator[str]:
    """What the market has come to, and for whom that is good, the most important first; ``measures`` are of the day."""
    unit = seen.scenario.currency
    shares = {policy: measures.get(f"share:{policy}", 0.0) for policy in seen.policies}
    most = max(shares, key=lambda policy: shares[policy])
    when = f"In the last fifth of the {seen.day} days{'' if seen.day == seen.days else ' so far'}"
    told = ", ".join(
        f"{per_cent(shares[policy], 0)} of the sellers had {words(policy)} ({per_cent(float(begun), 0)} at first)"
        for policy, begun in zip(seen.policies, seen.shares[:, 0], strict=True)
    )
    if shares[most] >= SETTLED:
        yield f"The market has settled on {words(most)}. {when} {told}."
    else:
        yield f"The market has not settled on one policy. {when} {told}."
    yield from _for_sellers(seen, measures)
    yield (
        f"Of {int(measures['leads']):,} buyers who are through, {per_cent(measures['bought'], 0)} bought, "
        f"{_price(measures['price'])}. On average a buyer gained {amount(measures['buyer_gain_per_lead'])} {unit}, and "
        f"sellers earned {amount(measures['profit_per_lead'])}: together {amount(measures['joint_gain_per_lead'])}."
    )
    yield from _for_buyers(seen, measures)


def _price(price: float) -> str:
    return f"at {amount(price)} on average" if math.isfinite(price) else "nobody so far"


def _ranked(seen: Seen, measures: Mapping[str, float], quantity: str) -> list[tuple[str, float]]:
    """The policies with a number for that, the largest first."""
    found = [(policy, measures.get(f"{quantity}:{policy}", math.nan)) for policy in seen.policies]
    return sorted(((name, value) for name, value in found if math.isfinite(value)), key=lambda each: -each[1])


def _for_sellers(seen: Seen, measures: Mapping[str, float]) -> Iterator[str]:
    found = _ranked(seen, measures, "profit_per_hour")
    if found:
        told = ", ".join(f"{amount(value)} under {words(name)}" for name, value in found)
        yield f"Good for sellers: an hour of work earned {told}."


def _for_buyers(seen: Seen, measures: Mapping[str, float]) -> Iterator[str]:
    found = _ranked(seen, measures, "gain")
    if found:
        told = ", ".join(f"{amount(value)} from one with {words(name)}" for name, value in found)
        yield f"Good for buyers: who bought gained {told}."


def as_rows(seen: Seen, most: int = 10) -> tuple[list[str], list[list[str]]]:
    """The pictures as a table, titles and rows: some days, evenly spaced, the last among them."""
    titles = ["day", *(f" {words(policy)}" for policy in seen.policies), " open talks", " price", " talks won"]
    days = sorted({round(day) for day in np.linspace(0, seen.day, most + 1)})
    return titles, [_row(seen, day) for day in days]


def _row(seen: Seen, day: int) -> list[str]:
    shares = [per_cent(float(share), 0) for share in seen.shares[:, day]]
    if not day:
        return ["0", *shares, "0", UNKNOWN, UNKNOWN]
    price, won = float(seen.price[day - 1]), float(seen.won[day - 1])
    return [
        str(day),
        *shares,
        str(int(seen.steps[:, day - 1].sum())),
        amount(price) if math.isfinite(price) else UNKNOWN,
        per_cent(won, 0) if math.isfinite(won) else UNKNOWN,
    ]
