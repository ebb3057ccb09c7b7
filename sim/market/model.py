"""The market as a Mesa model: a day is a step.

Mesa keeps the agents and collects the data. Luck comes from sim.fate alone: neither ``model.random`` nor ``model.rng``
is asked for anything, so that a seed gives one history whatever the order in which agents are made or called.
"""

import heapq
import math
from collections.abc import Callable, Iterable
from typing import Any

import mesa
import numpy as np

from agents.catalogue import Catalogue, catalogue
from agents.formulas import poisson_quantile
from agents.work_rules import WORK_RULES
from agents.work_view import WorkView
from sim.deal import BUYER_MIND, DEAL, KNOWLEDGE, SELLER_MIND, Setting, blank
from sim.fate import Purpose
from sim.market.after_sale import Origin, after_sales
from sim.market.books import ENDED, LEAD, NOBODY, RULES, SELLING, TALK, Books
from sim.market.chance import drawn
from sim.market.kernel import ARRIVE, DAWN, PLANT, kernel_for
from sim.market.learning import Learners
from sim.market.network import acquaintances
from sim.market.parties import Buyer, Seller
from sim.market.settings import MarketSettings
from sim.market.watching import collector
from sim.outcome import OUTCOME
from sim.scenario import Scenario
from sim.setting import prepare

FIRST_PLACES = 64


class Market(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """A market of a scenario, whose ``market:`` says how large it is.

    ``rules`` are the policies and tactics in play, the project's own by default; ``work_rule`` is a function of one
    WorkView that takes the place of the scenario's. Raises ValueError for a scenario without ``market:`` and a seed
    outside 0 .. 2**64 - 1.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 0,
        *,
        rules: Catalogue | None = None,
        work_rule: Callable[[WorkView], float] | None = None,
        collect: bool = True,
    ) -> None:
        super().__init__(rng=0)  # never asked for anything
        if scenario.market is None:
            raise ValueError(f"{scenario.name} says nothing of a market: it needs a group 'market'")
        if not 0 <= seed < 2**64:
            raise ValueError(f"seed is {seed}; a whole number from 0 to 2**64 - 1 would be right")
        # Mesa 3.5 means something else by a model's scenario
        self.world, self.settings, self.luck_seed = scenario, scenario.market, seed
        self.day = 0
        chosen = rules or catalogue()
        self.policy_names = list(chosen.price_policies)
        self._kernel = kernel_for(chosen, work_rule)
        setting = prepare(scenario, chosen)
        self.policy_of = first_policies(self.settings, scenario.seller.price_policy, self.policy_names)
        self.books = _books(setting, self.settings, self.policy_of, seed)
        self._template = setting.buyer
        self._free = list(range(self.books.leads.size))
        self._buyers: dict[int, Buyer] = {}
        self._coming: list[tuple[int, int, int, int, int]] = []  # day, number, person, seller, origin
        self._came = 0
        self.network = acquaintances(self.settings.reputation, seed)
        self.learners = Learners(self.settings.learning, self.policy_names, self.policy_of, seed)
        for number in self.order_of_making():
            Seller(self, number)
        self.act(PLANT, 0)
        self.leads_today = 0
        self.datacollector: Any = collector() if collect else None

    def order_of_making(self) -> Iterable[int]:
        """The numbers of the sellers in the order in which Mesa gets to know them; it changes no history."""
        return range(self.settings.sellers)

    # --- what can be read ---

    @property
    def sellers(self) -> Any:
        """All sellers, an AgentSet."""
        return self.agents_by_type[Seller]

    @property
    def buyers(self) -> Any:
        """The buyers who still look around, an AgentSet."""
        return self.agents.select(agent_type=Buyer)

    @property
    def ended(self) -> int:
        """How many talks have ended."""
        return int(self.books.count[0])

    @property
    def outcomes(self) -> np.ndarray:
        """The outcomes of the talks that have ended, in the order of their ends: an array of OUTCOME."""
        return np.asarray(self.books.rows)[: self.ended]

    @property
    def course(self) -> np.ndarray:
        """What else the market knows of those talks: an array of ENDED."""
        return np.asarray(self.books.ended)[: self.ended]

    # --- the calendar ---

    def step(self) -> None:
        """Play a day."""
        self.day += 1
        ended_before = self.ended
        self._let_leads_come()
        self.make_room_for_rows()
        self.act(DAWN, 0)
        for seller in self._in_turn():
            seller.work()
        self._coming += after_sales(self, ended_before)
        heapq.heapify(self._coming)
        self._let_buyers_go()
        if self.day % self.settings.learning.review_days == 0:
            self.learners.review(self.day, self.books)
        self.books.sellers["policy"] = self.policy_of
        if self.datacollector is not None:
            self.datacollector.collect(self)
        if self.day >= self.settings.days:
            self.running = False

    def act(self, action: int, subject: int) -> None:
        """Let compiled rules do one thing in the market."""
        self._kernel(self.books, action, subject, self.day)

    def _in_turn(self) -> list[Seller]:
        """The sellers in the order of the day, which is drawn: nobody is always first."""
        turn, seed = Purpose.TURN.value, self.books.seed
        turns = {seller: drawn(seed, turn, self.day, seller.number)[0] for seller in self.sellers}
        return sorted(turns, key=lambda seller: (turns[seller], seller.number))

    def _let_leads_come(self) -> None:
        """Those whom somebody sent or who come back, and the day's own."""
        self.leads_today = 0
        while self._coming and self._coming[0][0] <= self.day:
            _, number, person, seller, origin = heapq.heappop(self._coming)
            self._admit(number, person, seller, origin)
        toss, _, _, _ = drawn(self.books.seed, Purpose.ARRIVAL.value, self.day, 0)
        for _ in range(leads_on(self.settings, self.day, toss)):
            self._admit(self._came, NOBODY, NOBODY, Origin.OWN)
            self._came += 1

    def _admit(self, number: int, person: int, seller: int, origin: int) -> None:
        if not self._free:
            self._make_room()
        place = heapq.heappop(self._free)
        lead = self.books.leads
        lead["id"][place], lead["person"][place], lead["known"][place] = number, person, seller
        lead["origin"][place] = origin
        self.act(ARRIVE, place)
        self._buyers[place] = Buyer(self, place)
        self.leads_today += 1

    def _let_buyers_go(self) -> None:
        is_open = np.asarray(self.books.leads)["open"]
        for place in [place for place in self._buyers if not is_open[place]]:
            self._buyers.pop(place).remove()
            heapq.heappush(self._free, place)

    def _make_room(self) -> None:
        """Twice the places for leads and talks; places keep their numbers."""
        books, places = self.books, self.books.leads.size
        width = int(books.rules["width"][0])
        more = {"leads": places, "buyers": places}
        more |= dict.fromkeys(("talks", "deals", "buyer_minds", "seller_minds", "order"), places * width)
        self.books = books._replace(**{name: _longer(getattr(books, name), count) for name, count in more.items()})
        self.books.buyers[places:] = self._template[0]
        self._free = list(range(places, 2 * places))

    def make_room_for_rows(self) -> None:
        """Room for the outcome of every talk there is, besides those that have ended."""
        books = self.books
        needed = self.ended + books.talks.size
        if books.rows.size < needed:
            more = max(needed - books.rows.size, books.rows.size)
            self.books = books._replace(rows=_longer(books.rows, more), ended=_longer(books.ended, more))


def leads_on(settings: MarketSettings, day: int, toss: float) -> int:
    """How many leads come on a day, by a uniform: Poisson around the season's mean."""
    season = settings.season
    swing = season.swing * math.cos(2.0 * math.pi * (day - season.peak) / season.period)
    mean = settings.leads_per_day * (1.0 + swing)
    most = math.ceil(mean + 12.0 * math.sqrt(mean) + 12.0)
    return int(poisson_quantile(toss, mean, most))


def first_policies(settings: MarketSettings, own: str, names: list[str]) -> np.ndarray:
    """The policy of each seller at the beginning, by its number: weights dealt out evenly, by largest remainder.

    Sellers of one policy are spread over the numbers, so that more sellers change few of the first ones.
    """
    weights = settings.policies or {own: 1.0}
    total = sum(weights.values())
    held = dict.fromkeys(weights, 0)
    dealt = []
    for number in range(settings.sellers):
        due = max(weights, key=lambda name: weights[name] / total * (number + 1) - held[name])
        held[due] += 1
        dealt.append(names.index(due))
    return np.array(dealt)


def _longer(array: np.ndarray, more: int) -> np.ndarray:
    longer = np.zeros(array.size + more, array.dtype)
    longer[: array.size] = array
    return longer.view(type(array))


def _books(setting: Setting, settings: MarketSettings, policy_of: np.ndarray, seed: int) -> Books:
    rules = _rules(setting, settings)
    sellers = np.repeat(setting.seller, settings.sellers).view(np.recarray)
    sellers["id"] = np.arange(settings.sellers)
    sellers["policy"] = policy_of
    talks = FIRST_PLACES * int(rules["width"][0])
    return Books(
        world=setting.world,
        prices=setting.prices,
        knowledge=blank(KNOWLEDGE),
        rules=rules,
        sellers=sellers,
        selling=blank(SELLING, settings.sellers),
        leads=blank(LEAD, FIRST_PLACES),
        buyers=np.repeat(setting.buyer, FIRST_PLACES).view(np.recarray),
        talks=blank(TALK, talks),
        deals=blank(DEAL, talks),
        buyer_minds=blank(BUYER_MIND, talks),
        seller_minds=blank(SELLER_MIND, talks),
        opinions=np.zeros((settings.reputation.people, settings.sellers)),
        rows=blank(OUTCOME, talks),
        ended=blank(ENDED, talks),
        count=np.zeros(1, np.int64),
        order=np.zeros(talks, np.int64),
        before=np.zeros((2, setting.buyer["worth"].shape[-1])),
        seed=np.uint64(seed),
    )


def _rules(setting: Setting, settings: MarketSettings) -> np.ndarray:
    rules, asking = blank(RULES), settings.asking
    compares = asking.comparers > 0
    given = {
        "width": asking.sellers if compares else 1,
        "sellers": settings.sellers,
        "people": settings.reputation.people,
        "hours": math.inf if settings.hours_per_day is None else settings.hours_per_day,
        "pace": settings.pace,
        "delivery_hours": settings.delivery_hours,
        "work_rule": WORK_RULES.index(settings.work_rule),
        "batna_given": settings.batna == "given",
        "comparers": asking.comparers,
        "asked": asking.sellers,
        "in_turn": asking.manner == "in_turn",
        "patience_days": settings.days + 1 if asking.patience_days is None else asking.patience_days,
        "wait_days": asking.wait_days,
        "rival_offers": asking.rival_offers,
        "undercutting": asking.undercutting,
        "undercut_step": asking.undercut_step,
        "carried": asking.carried,
        "trust": settings.reputation.trust,
        "opportunity": settings.opportunity,
        "opportunity_days": settings.opportunity_days,
        "contact_opportunity": setting.seller["contact_opportunity"],
        "opportunity_cost": setting.seller["opportunity_cost"],
    }
    for name, value in given.items():
        rules[name] = value
    return rules
