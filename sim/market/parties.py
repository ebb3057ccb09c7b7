"""The market's agents as Mesa knows them: handles, readable by name, on records that the compiled rules work on."""

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

import mesa
import numpy as np

from sim.market.books import NOBODY
from sim.market.kernel import WORK
from sim.vocabulary import Step

if TYPE_CHECKING:
    from sim.market.model import Market


class _Numbers:
    """Counts agents for each model without keeping the model alive.

    Mesa 3.3 counts in a dictionary that holds every model for as long as the process lives (its issue 3179).
    """

    def __init__(self) -> None:
        self._counts: WeakKeyDictionary[Any, Iterator[int]] = WeakKeyDictionary()

    def __getitem__(self, model: Any) -> Iterator[int]:
        return self._counts.setdefault(model, count(1))


class Party(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """A buyer or seller."""

    _ids: ClassVar[Any] = _Numbers()  # read by Mesa 3.3 only
    model: "Market"


class Seller(Party):
    """A seller, by its number."""

    def __init__(self, model: "Market", number: int) -> None:
        super().__init__(model)
        self.number = number

    @property
    def record(self) -> Any:
        """Its traits and policy (sim.deal.SELLER)."""
        return self.model.books.sellers[self.number]

    @property
    def ledger(self) -> Any:
        """Its books (sim.market.books.SELLING)."""
        return self.model.books.selling[self.number]

    @property
    def policy(self) -> str:
        """The price policy of the talks it begins."""
        return self.model.policy_names[int(self.model.policy_of[self.number])]

    @property
    def profit(self) -> float:
        """Of all its deals so far, complaints included, money."""
        return float(self.ledger["profit"])

    @property
    def won(self) -> int:
        """Deals signed so far."""
        return int(self.ledger["won"])

    @property
    def hour_worth(self) -> float:
        """What an hour is worth to it, money."""
        return float(self.ledger["hour_worth"])

    @property
    def worked(self) -> float:
        """Hours worked today."""
        return float(self.ledger["worked"])

    @property
    def open_talks(self) -> int:
        """Talks it is in."""
        talks = self.model.books.talks
        return int((talks["open"] & (talks["seller"] == self.number)).sum())

    def work(self) -> None:
        """Work today's hours."""
        self.model.act(WORK, self.number)


class Buyer(Party):
    """A buyer for as long as it looks around: a lead until it has bought or is gone."""

    def __init__(self, model: "Market", place: int) -> None:
        super().__init__(model)
        self.place = place
        self.number = int(model.books.leads["id"][place])

    @property
    def record(self) -> Any:
        """What it is in truth (sim.deal.BUYER)."""
        return self.model.books.buyers[self.place]

    @property
    def lead(self) -> Any:
        """How it looks around (sim.market.books.LEAD)."""
        return self.model.books.leads[self.place]

    @property
    def person(self) -> int:
        """Its place in the network of acquaintances."""
        return int(self.lead["person"])

    @property
    def talks(self) -> np.ndarray:
        """The places of its open talks."""
        width = int(self.model.books.rules["width"][0])
        places = np.arange(self.place * width, (self.place + 1) * width)
        return places[self.model.books.talks["open"][places]]

    @property
    def step(self) -> Step:
        """The furthest step that it has come to with a seller."""
        steps = self.model.books.deals["step"][self.talks]
        return Step(int(steps.max())) if steps.size else Step.LEADS

    @property
    def is_open(self) -> bool:
        """Whether it still looks around."""
        return bool(self.lead["open"])

    @property
    def bought_from(self) -> int | None:
        """The number of the seller it bought from."""
        seller = int(self.lead["bought"])
        return None if seller == NOBODY else seller
