"""What a study keeps of its deals: moments, exits, spreads, groups and who beats whom, for two populations.

Deals are cut into chunks of 4096 in the order of their numbers. Chunks are joined two by two, the pairs two by two, and
so on, along a tree that depends on the numbers of the deals alone: whatever the blocks they were played in, and
whoever played them, the same deals so give the same bytes. Of n chunks at most log2(n) + 1 branches are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

import numpy as np

from experiments.groups import NO_GROUPS, Groups, groups_joined
from experiments.measures import MEASURES, asked_at_the_first_contact
from experiments.moments import CHUNK, Apart, Moments, merged, moments_of, nothing_yet
from experiments.spread import NOTHING, WIDTH_OF_CODES, Spread, joined
from experiments.tally import EXIT_CELLS, OF_EXITS, SPREAD_COLUMNS, group_of, tally

PRIMARY = "asked_first"
"""The buyers who asked for the price at the first contact: where nobody asks, there is no treatment."""

EVERYBODY = "all"
"""All buyers, whether they asked or not."""

POPULATIONS = (PRIMARY, EVERYBODY)


class Totals(NamedTuple):
    """What is kept of some deals.

    ``asked`` and ``others`` are the moments of the measures of the buyers who asked at the first contact and of those
    who did not: one of all arms together where they met the same buyers, else one of each arm. In the arrays the
    others are at 0 and those who asked at 1: ``exits`` counts deals, shape (2, arms, steps, reasons, destinations);
    ``money`` sums the columns OF_EXITS of them, a further axis before those; ``greater`` counts the deals in which one
    arm earned the seller more than another with the same buyer, shape (2, arms, arms). ``spread`` has the spreads of
    all of SPREAD_COLUMNS, told apart by what stands above WIDTH_OF_CODES in the codes, and ``groups`` those of groups
    of deals (`experiments.groups`).
    """

    asked: tuple[Moments, ...]
    others: tuple[Moments, ...]
    exits: np.ndarray
    money: np.ndarray
    greater: np.ndarray
    spread: Spread
    groups: Groups


class Branch(NamedTuple):
    """The totals of ``chunks`` chunks from number ``first`` on."""

    first: int
    chunks: int
    totals: Totals


def totals_of(rows: np.ndarray, paired: bool = True) -> Totals:
    """The totals of one chunk: type OUTCOME, shape (arms, at most 4096); ``paired`` if all arms met the same buyers."""
    asked = asked_at_the_first_contact(rows) if paired else rows["asked_first"]
    counted = tally(rows, np.broadcast_to(asked, rows.shape))
    if paired:
        values = counted.values.reshape(-1, counted.values.shape[2])
        parts = [(values, int(counted.asked[0]))]
    else:
        parts = [(values, int(count)) for values, count in zip(counted.values, counted.asked, strict=True)]
    those = tuple(moments_of(values, 0, count) for values, count in parts)
    others = tuple(moments_of(values, count, rows.shape[1]) for values, count in parts)
    greater = counted.greater if paired else np.zeros_like(counted.greater)
    return Totals(those, others, counted.exits, counted.money, greater, counted.spread, counted.groups)


def both(first: Totals, second: Totals) -> Totals:
    """The totals of both together; the order matters to the last digit: always that of the deals."""
    return Totals(
        tuple(map(merged, first.asked, second.asked)),
        tuple(map(merged, first.others, second.others)),
        first.exits + second.exits,
        first.money + second.money,
        first.greater + second.greater,
        joined(first.spread, second.spread),
        groups_joined(first.groups, second.groups),
    )


def no_totals(arms: int, paired: bool = True) -> Totals:
    """The totals of no deals."""
    size = len(MEASURES)
    nothing = (nothing_yet(arms * size),) if paired else (nothing_yet(size),) * arms
    exits = np.zeros((2, arms, *EXIT_CELLS), dtype=np.int64)
    money = np.zeros((len(OF_EXITS), *exits.shape))
    greater = np.zeros((2, arms, arms), dtype=np.int64)
    return Totals(nothing, nothing, exits, money, greater, NOTHING, NO_GROUPS)


@dataclass
class Aggregate:
    """Totals over deals that arrive in their order, from the chunk number ``first`` on.

    ``paired`` says that all arms met the same buyers with the same luck; else each met buyers of its own.
    """

    arms: int
    first: int = 0
    deals: int = 0
    paired: bool = True
    branches: list[Branch] = field(default_factory=list)

    def add(self, rows: np.ndarray) -> None:
        """Take in the next deals: type OUTCOME, shape (arms, n), n a multiple of 4096 but for the last.

        A ValueError says that deals were added after a block that was not full: the chunks would not be the
        same as in one long block, and neither would the last digits.
        """
        for start in range(0, rows.shape[1], CHUNK):
            chunk = rows[:, start : start + CHUNK]
            self._push(Branch(self._next, 1, totals_of(chunk, self.paired)), chunk.shape[1])

    def join(self, branches: Iterable[Branch]) -> None:
        """Take in the branches of a block of the deals that come next. ValueError as in ``add``, or if they do not."""
        for branch in branches:
            self._push(branch, branch.totals.asked[0].deals + branch.totals.others[0].deals)

    @property
    def _next(self) -> int:
        return self.branches[-1].first + self.branches[-1].chunks if self.branches else self.first

    def _push(self, branch: Branch, deals: int) -> None:
        if self.deals % CHUNK:
            raise ValueError(f"{self.deals} deals end within a chunk of {CHUNK}: no more can be added after them")
        if branch.first != self._next:
            raise ValueError(f"chunk {branch.first} does not come next: {self._next} does")
        self.deals += deals
        self.branches.append(branch)
        while len(self.branches) > 1 and _are_siblings(*self.branches[-2:]):
            right, left = self.branches.pop(), self.branches.pop()
            self.branches.append(Branch(left.first, 2 * left.chunks, both(left.totals, right.totals)))

    @property
    def totals(self) -> Totals:
        """The totals of all deals so far."""
        if not self.branches:
            return no_totals(self.arms, self.paired)
        return reduce(both, (branch.totals for branch in self.branches))

    def moments(self, population: str) -> Moments | Apart:
        """The moments of one of the POPULATIONS; those of each arm by itself where each met buyers of its own."""
        totals = self.totals
        found = totals.asked if population == PRIMARY else tuple(map(merged, totals.asked, totals.others))
        return found[0] if self.paired else Apart(found)

    def exits_of(self, population: str) -> tuple[np.ndarray, np.ndarray]:
        """The exits of one of the POPULATIONS, shape (arms, steps, reasons, destinations), and their money, a
        further axis of columns before those.
        """
        totals = self.totals
        if population == PRIMARY:
            return totals.exits[1], totals.money[:, 1]
        return totals.exits.sum(axis=0), totals.money.sum(axis=1)

    def greater(self, population: str) -> np.ndarray:
        """In how many deals of a population one arm earned the seller more than another, shape (arms, arms)."""
        greater = self.totals.greater
        return np.asarray(greater[1] if population == PRIMARY else greater.sum(axis=0))

    def spread(self, population: str, arm: int, column: str) -> Spread:
        """How one of the SPREAD_COLUMNS is spread in one arm and one of the POPULATIONS."""
        kept = self.totals.spread
        asked, others = (
            _part(kept, group_of(is_asked, arm, SPREAD_COLUMNS.index(column))) for is_asked in (True, False)
        )
        return asked if population == PRIMARY else joined(asked, others)

    def groups(self, population: str, arm: int, column: str) -> Groups:
        """How one of the SPREAD_COLUMNS is spread in each group of deals, in one arm and one of the POPULATIONS."""
        kept = self.totals.groups
        place = SPREAD_COLUMNS.index(column)
        asked, others = (kept.part(group_of(is_asked, arm, place)) for is_asked in (True, False))
        return asked if population == PRIMARY else groups_joined(asked, others)


def _are_siblings(left: Branch, right: Branch) -> bool:
    return left.chunks == right.chunks and left.first % (2 * left.chunks) == 0


def _part(spread: Spread, group: int) -> Spread:
    """One of the spreads that are kept in one."""
    low, high = np.searchsorted(spread.codes, [group, group + (1 << WIDTH_OF_CODES)])
    return Spread(spread.codes[low:high] - group, spread.counts[low:high], spread.sums[low:high])
