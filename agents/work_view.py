"""What a seller sees of an open deal when it decides which one to work on."""

from typing import NamedTuple


class WorkView(NamedTuple):
    """One of a seller's open deals, by what the seller itself knows."""

    step: int  # of the sales process, 1 to 7
    open_days: int  # since the buyer came
    waiting_days: int  # since somebody last worked on it
    contacts: float  # spent on it so far
    profit: float  # expected if it is won, money
    chance: float  # that the buyer is able and likely to buy, over what the price list takes for granted
    number_named: bool  # a price is on the table
