"""What a study keeps of its deals: moments and counts of exits, for two populations, in constant memory."""

from dataclasses import dataclass, field

import numpy as np

from experiments.measures import MEASURES, asked_at_the_first_contact, measure
from experiments.moments import CELL, Moments, merged, moments_of, nothing_yet
from sim.outcome import DESTINATIONS, REASONS, STEPS

PRIMARY = "asked_first"
"""The buyers who asked for the price at the first contact: where nobody asks, there is no treatment."""

EVERYBODY = "all"
"""All buyers, whether they asked or not."""

POPULATIONS = (PRIMARY, EVERYBODY)

OF_EXITS = ("first_best", "seller_profit")
"""The columns that are summed over the deals that ended in the same way."""

EXIT_CELLS = (len(STEPS), len(REASONS), len(DESTINATIONS))


@dataclass
class Aggregate:
    """Running totals over deals that arrive in their order.

    ``asked`` and ``others`` are the moments of the measures of all arms, of the buyers who asked at the
    first contact and of those who did not. ``exits`` counts deals, shape (2, arms, steps, reasons,
    destinations), the others at 0 and those who asked at 1; ``money`` sums the columns OF_EXITS of them, shape
    (columns, 2, arms, steps, reasons, destinations).
    """

    arms: int
    deals: int = 0
    asked: Moments = field(init=False)
    others: Moments = field(init=False)
    exits: np.ndarray = field(init=False)
    money: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.asked = self.others = nothing_yet(self.arms * len(MEASURES))
        self.exits = np.zeros((2, self.arms, *EXIT_CELLS), dtype=np.int64)
        self.money = np.zeros((len(OF_EXITS), *self.exits.shape))

    def add(self, rows: np.ndarray) -> None:
        """Take in the next deals: type OUTCOME, shape (arms, n), n a multiple of 4096 but for the last.

        A ValueError says that deals were added after a block that was not full: the cells would not be the
        same as in one long block, and neither would the last digits.
        """
        if self.deals % CELL:
            raise ValueError(f"{self.deals} deals end within a cell of {CELL}: no more can be added after them")
        for start in range(0, rows.shape[1], CELL):
            self._add_cell(rows[:, start : start + CELL])
        self.deals += rows.shape[1]

    def _add_cell(self, rows: np.ndarray) -> None:
        values = measure(rows)
        asked = asked_at_the_first_contact(rows)
        self.asked = merged(self.asked, moments_of(values[:, asked]))
        self.others = merged(self.others, moments_of(values[:, ~asked]))
        places = (
            np.broadcast_to(asked.astype(np.intp), rows.shape),
            np.broadcast_to(np.arange(self.arms)[:, np.newaxis], rows.shape),
            *(rows[name].astype(np.intp) for name in ("exit_step", "exit_reason", "destination")),
        )
        codes = np.ravel_multi_index(places, self.exits.shape).ravel()
        self.exits += np.bincount(codes, minlength=self.exits.size).reshape(self.exits.shape)
        for total, name in zip(self.money, OF_EXITS, strict=True):
            sums = np.bincount(codes, weights=rows[name].ravel(), minlength=self.exits.size)
            total += sums.reshape(self.exits.shape)

    def moments(self, population: str) -> Moments:
        """The moments of one of the POPULATIONS."""
        return self.asked if population == PRIMARY else merged(self.asked, self.others)

    def exits_of(self, population: str) -> tuple[np.ndarray, np.ndarray]:
        """The exits of one of the POPULATIONS, shape (arms, steps, reasons, destinations), and their money, a
        further axis of columns before those.
        """
        if population == PRIMARY:
            return self.exits[1], self.money[:, 1]
        return self.exits.sum(axis=0), self.money.sum(axis=1)
