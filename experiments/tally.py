"""The deals of one chunk, counted in one pass: compiled, since it is done for every deal of every study.

A row is read once, and what is counted of it stays in a few arrays that each thread keeps from chunk to chunk: memory
far from the processor is what takes time here. What is counted is defined elsewhere: measures (`experiments.measures`),
spreads (`experiments.spread`) and groups (`experiments.groups`).
"""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agents.rule import entry, rule
from experiments import groups, measures, moments, spread
from experiments.groups import GROUPS, NO_GROUPS, Groups, wide
from experiments.measures import MEASURES, write_measures
from experiments.moments import CHUNK, TILE
from experiments.spread import NOTHING, WIDTH_OF_CODES, Spread, code_of_bits
from sim.outcome import DESTINATIONS, OUTCOME, REASONS, STEPS

EXIT_CELLS = (len(STEPS), len(REASONS), len(DESTINATIONS))

OF_EXITS = ("first_best", "seller_profit")
"""The measures that are summed over the deals that ended in the same way."""

SPREAD_COLUMNS = ("seller_profit", "buyer_surplus")
"""The measures whose spread is kept."""

PLACE: Mapping[str, int] = {name: place for place, name in enumerate(MEASURES)}
FIRST_BEST, SELLER_PROFIT = (PLACE[name] for name in OF_EXITS)
SPREAD_PLACES = tuple(PLACE[name] for name in SPREAD_COLUMNS)

KNUTH = 2654435761
"""Multiplied by this, codes that lie close together do not."""

_TEXTS = "".join(
    Path(str(module.__file__)).read_text(encoding="utf-8") for module in (groups, measures, moments, spread)
)


def _counter(function: Callable[..., Any]) -> Callable[..., Any]:
    """An entry that is compiled anew where the text of what it counts changes, which is not in this file."""
    return entry(function, bound_to=_TEXTS)


class Tally(NamedTuple):
    """What was counted of a chunk; arrays over (who asked, arm, ...) have the others at 0 and those who asked at 1.

    ``values`` are the measures, shape (arms, measures, 4096), first of the deals in which the buyer asked at the first
    contact, ``asked`` of them in each arm, then of the others, each in the order of deals: they are the thread's own,
    to be used before it counts again. ``exits`` and ``money`` have a further axis each for steps, reasons and
    destinations, and ``money`` one of OF_EXITS before all; ``greater`` counts the deals in which one arm earned the
    seller more than another, shape (2, arms, arms): it means something only where all arms met the same buyers.
    """

    asked: np.ndarray
    values: np.ndarray
    exits: np.ndarray
    money: np.ndarray
    greater: np.ndarray
    spread: Spread
    groups: Groups


class Desk(NamedTuple):
    """The memory that a thread counts on: measures, a tile of them, and amounts by the code of their bin.

    ``table`` has the places of bins by the remainder of their codes (-1: none); bins have ``codes``, ``counts`` and
    ``sums`` in the order in which they were first met, and ``places``, shape (arms, columns, 4096), tells the bin of
    each amount.
    """

    values: np.ndarray
    tile: np.ndarray
    table: np.ndarray
    codes: np.ndarray
    counts: np.ndarray
    sums: np.ndarray
    places: np.ndarray


_desks = threading.local()


def _desk(arms: int) -> Desk:
    """The desk of this thread for so many arms; the last one is kept."""
    known: Desk | None = getattr(_desks, "last", None)
    if known is None or len(known.values) != arms:
        most = arms * len(SPREAD_COLUMNS) * CHUNK
        known = Desk(
            np.empty((arms, len(MEASURES), CHUNK)),
            np.empty((TILE, len(MEASURES))),
            np.empty(2 << (most - 1).bit_length(), np.int32),
            np.empty(most, np.int64),
            np.empty(most, np.int64),
            np.empty(most),
            np.empty((arms, len(SPREAD_COLUMNS), CHUNK), np.int32),
        )
        _desks.last = known
    return known


def tally(rows: np.ndarray, asked: np.ndarray) -> Tally:
    """Count one chunk: rows of type OUTCOME, shape (arms, at most 4096); ``asked`` of that shape says who asked.

    Raises TypeError for rows of another type.
    """
    if rows.dtype != OUTCOME:
        raise TypeError(f"rows of type OUTCOME are measured, not of {rows.dtype}")
    arms, deals = rows.shape
    desk = _desk(arms)
    order = np.argsort(~asked, axis=1, kind="stable")
    those = np.count_nonzero(asked, axis=1)
    exits = np.zeros((2, arms, *EXIT_CELLS), np.int64)
    money = np.zeros((len(OF_EXITS), *exits.shape))
    greater = np.zeros((2, arms, arms), np.int64)
    bins = _count(rows, order, those, *desk, exits, money)
    _count_greater(desk.values, those, deals, greater)
    return Tally(those, desk.values, exits, money, greater, *_in_order(desk, bins, order))


def group_of(is_asked: bool, arm: int, column: int) -> int:
    """The number of a spread among those kept in one, at its place in the codes."""
    return _group(int(is_asked), arm, column)


@rule
def _group(is_asked: int, arm: int, column: int) -> int:
    return ((is_asked * 4096 + arm) * len(SPREAD_COLUMNS) + column) << WIDTH_OF_CODES


@_counter
def _count(
    rows: np.ndarray,
    order: np.ndarray,
    asked: np.ndarray,
    values: np.ndarray,
    tile: np.ndarray,
    table: np.ndarray,
    codes: np.ndarray,
    counts: np.ndarray,
    sums: np.ndarray,
    places: np.ndarray,
    exits: np.ndarray,
    money: np.ndarray,
) -> int:
    """Measure and count all rows in the given order; returns how many bins have amounts."""
    bins = 0
    table[:] = -1
    for arm in range(order.shape[0]):
        for start in range(0, order.shape[1], TILE):
            deals = min(TILE, order.shape[1] - start)
            for n in range(deals):
                row, measured = rows[arm, order[arm, start + n]], tile[n]
                is_asked = int(start + n < asked[arm])
                write_measures(row, measured)
                exits[is_asked, arm, row.exit_step, row.exit_reason, row.destination] += 1
                money[0, is_asked, arm, row.exit_step, row.exit_reason, row.destination] += measured[FIRST_BEST]
                money[1, is_asked, arm, row.exit_step, row.exit_reason, row.destination] += measured[SELLER_PROFIT]
                for column in range(len(SPREAD_COLUMNS)):
                    amount = measured[SPREAD_PLACES[column]]
                    bits = np.float64(amount + 0.0).view(np.int64)
                    code = _group(is_asked, arm, column) + code_of_bits(bits)
                    at = _find(code, table, codes)
                    if table[at] < 0:
                        table[at] = bins
                        codes[bins], counts[bins], sums[bins] = code, 0, 0.0
                        bins += 1
                    place = table[at]
                    counts[place] += 1
                    sums[place] += amount
                    places[arm, column, start + n] = place
            for measure in range(tile.shape[1]):
                for n in range(deals):
                    values[arm, measure, start + n] = tile[n, measure]
    return bins


@rule
def _find(code: int, table: np.ndarray, codes: np.ndarray) -> int:
    """Where in the table a code is, or would be: at its remainder, or further on until it is found or none is there."""
    last = table.size - 1
    at = ((code * KNUTH) >> 15) & last
    while table[at] >= 0 and codes[table[at]] != code:
        at = (at + 1) & last
    return at


@_counter
def _count_greater(values: np.ndarray, asked: np.ndarray, deals: int, greater: np.ndarray) -> None:
    for one in range(values.shape[0]):
        for other in range(values.shape[0]):
            for n in range(deals):
                more = values[one, SELLER_PROFIT, n] > values[other, SELLER_PROFIT, n]
                greater[int(n < asked[one]), one, other] += more


def _in_order(desk: Desk, bins: int, order: np.ndarray) -> tuple[Spread, Groups]:
    """The bins in the order of their codes, and the groups of deals in wide ones."""
    if bins == 0:
        return NOTHING, NO_GROUPS
    rising = np.argsort(desk.codes[:bins])
    spread = Spread(desk.codes[rising], desk.counts[rising], desk.sums[rising])
    wide_codes = wide(spread.codes)
    first = np.concatenate([[True], wide_codes[1:] != wide_codes[:-1]])
    wide_places = np.empty(bins, np.int64)
    wide_places[rising] = np.cumsum(first) - 1
    counts = np.zeros((int(np.count_nonzero(first)), GROUPS), np.int64)
    _count_groups(desk.places, wide_places, order, counts)
    return spread, Groups(wide_codes[first], counts)


@_counter
def _count_groups(places: np.ndarray, wide_places: np.ndarray, order: np.ndarray, counts: np.ndarray) -> None:
    for arm in range(order.shape[0]):
        for column in range(places.shape[1]):
            for n in range(order.shape[1]):
                counts[wide_places[places[arm, column, n]], order[arm, n] % GROUPS] += 1
