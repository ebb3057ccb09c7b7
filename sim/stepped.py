"""The stepped clock: one deal, one event at a time, with anyone in its seats.

It plays the very rules of the batch and yields what happened. A seat that nobody takes is filled by the catalogue's
rule, as in the batch; any other may be taken by a Python callable, a person or a foreign negotiator, who gets that
side's view and nothing else:

    Ask.PRICE        PriceView       -> Reply
    Ask.QUESTION     QuestionView    -> number of a need, or STOP
    Ask.SELLER_MOVE  NegotiationView -> Move
    Ask.BUYER_MOVE   NegotiationView -> Move, or WALK_AWAY
    Ask.BUYER_CHOICE ChoiceView      -> True or False (sim.vocabulary.Choice); None: as the rule says

The last is asked of nobody but who takes that seat. What a buyer chooses is decided in the middle of a step; so the
clock keeps the deal's records before each thing it does, lays them back where a choice was wanted, asks, and does the
same thing again with the answer laid ready (sim.steps.choices).
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from agents.catalogue import Catalogue, catalogue
from agents.rule import bind, entry
from agents.views import NO_PRICES, ChoiceView, Move, NegotiationView, Prices, PriceView, Reply
from sim.aftermath import write_outcome
from sim.deal import BUYER_MIND, DEAL, KNOWLEDGE, SELLER_MIND, Sale, Setting, blank
from sim.knowledge import plant
from sim.outcome import OUTCOME
from sim.population import draw_buyer
from sim.process import advance, answer_move, answer_price, answer_question, begin, walk_away
from sim.seats import Seats, fill_seat, seats
from sim.sides import BUYER, SELLER, buyer_view_choice, buyer_view_negotiation, seller_view_negotiation, view_price
from sim.vocabulary import Ask, Choice, Event

Seat = Callable[[Any], Any]
NAN = float("nan")

WALK_AWAY: Final = "walk away"
"""What a buyer answers instead of a Move when it leaves the talks for its best alternative."""

BEGIN, ADVANCE, FILL, PRICE, QUESTION, SELLER_MOVE, BUYER_MOVE, WALK, WRITE = range(9)
"""What the compiled clock can be told to do."""


class Deed(NamedTuple):
    """One thing that the compiled clock is told to do, with what belongs to it; see ``_act``."""

    action: int
    number: int = 0
    solution: int = -1
    low: float = NAN
    high: float = NAN
    ceiling: float = NAN
    prices: Prices = NO_PRICES


class QuestionView(NamedTuple):
    """What a seller sees when it may ask: its beliefs about each need, arrays of shape (K,), money."""

    worth: np.ndarray  # mean of what it believes the need is truly worth
    doubt: np.ndarray  # standard deviation of that
    perceived: np.ndarray  # mean of what it believes the buyer thinks it is worth
    times: np.ndarray  # how often it has asked about it
    questions: int  # asked so far
    contact: int


class TermsView(NamedTuple):
    """What a side sees of the terms besides price: what its own interests make of them, and the other side's offer."""

    levels: tuple[int, ...]  # of each term, the standard one included
    moves: np.ndarray  # shape (J, L): by how much a level moves the price that comes to the same for this side, money
    their_price: float  # the other side's standing offer as it was said, money; NaN for none
    their_package: int  # and the package that goes with it (agents.terms)


class Happening(NamedTuple):
    """One event of a deal: what happened, to what, with which numbers (see Event), and in which step."""

    event: Event
    step: int
    contact: int
    round: int
    subject: int
    value: float
    other: float
    terms: int  # packed package of the event, as in agents/terms.py


class SteppedDeal:
    """One deal between the buyer ``buyer`` and the seller of a setting.

    ``seats`` maps an Ask to whoever sits there. Raises ValueError for an answer of the wrong kind.
    """

    def __init__(
        self,
        setting: Setting,
        seed: int,
        buyer: int,
        seats: Mapping[Ask, Seat] | None = None,
        rules: Catalogue | None = None,
    ) -> None:
        chosen = rules or catalogue()
        self._act = _act_for(chosen)
        self._seats = dict(seats or {})
        self._seed = np.uint64(seed)
        self.world, self.prices, self.seller = setting.world, setting.prices, setting.seller
        self.buyer = setting.buyer.copy()
        self.buyer_mind, self.seller_mind, self.deal = blank(BUYER_MIND), blank(SELLER_MIND), blank(DEAL)
        # not cleared: it is large, and every place is written before it is read
        self.knowledge = np.empty(1, KNOWLEDGE).view(np.recarray)
        self.row = np.zeros(1, OUTCOME)
        self._events = 0
        self._tell(Deed(BEGIN, number=buyer))

    def take(self, seats: Mapping[Ask, Seat]) -> None:
        """Let others take seats; to be called before the deal is played, by whoever needs the deal to decide."""
        self._seats.update(seats)

    def happenings(self) -> Iterator[Happening]:
        """Play the deal to its end, yielding each event once it has happened; then ``row`` holds the outcome."""
        ask = yield from self._do(Deed(ADVANCE))
        while ask != Ask.OVER:
            if ask != Ask.HAPPENED:
                yield from self._do(self._decided(Ask(ask)))
            ask = yield from self._do(Deed(ADVANCE))
        self._tell(Deed(WRITE))

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of the seller's beliefs as they stand (agents.beliefs), money squared."""
        size = 2 * int(self.world["needs"][0]) + 2 * int(self.world["solutions"][0])
        return np.array(self.knowledge["covariance"][0, int(self.seller_mind["node"][0]), :size, :size])

    def play(self) -> np.ndarray:
        """Play the deal to its end; the row of results, an array of one OUTCOME."""
        for _ in self.happenings():
            pass
        return self.row

    def take_seat(self, ask: Ask, seat: Seat) -> None:
        """Let somebody else decide what is asked for from now on."""
        self._seats[ask] = seat

    def terms(self, ask: Ask) -> TermsView:
        """What the side asked for a move sees of the terms; it knows how much it cares itself, and what was offered."""
        world, deal = self.world[0], self.deal[0]
        count = int(world["terms"])
        if ask == Ask.SELLER_MOVE:
            own, table, other = self.seller_mind[0]["term_factor"], world["term_cost"], BUYER
        else:
            own, table, other = self.buyer[0]["term_factor"], world["term_worth"], SELLER
        return TermsView(
            tuple(map(int, world["levels"][:count])),
            own[:count, None] * table[:count],
            float(deal["last_offer"][other]),
            int(deal["offer_terms"][other]),
        )

    def view(self, ask: Ask) -> PriceView | QuestionView | NegotiationView | ChoiceView:
        """What the side asked may see."""
        if ask == Ask.PRICE:
            return _view_price(
                self.world, self.prices, self.knowledge, self.seller_mind, self.seller, self.deal, self._seed
            )
        if ask == Ask.QUESTION:
            return self._view_question()
        if ask == Ask.SELLER_MOVE:
            return _view_of_seller(self.world, self.knowledge, self.seller, self.seller_mind, self.deal, self._seed)
        if ask == Ask.BUYER_CHOICE:
            return _view_of_choice(self.world, self.buyer, self.buyer_mind, self.deal)
        return _view_of_buyer(self.world, self.buyer, self.buyer_mind, self.deal, self._seed)

    def _view_question(self) -> QuestionView:
        needs = int(self.world["needs"][0])
        mean = self.seller_mind["belief"][0].copy()
        variance = np.diag(self.covariance)[:needs]
        return QuestionView(
            mean[:needs],
            np.sqrt(np.maximum(0.0, variance)),
            mean[needs : 2 * needs],
            self.deal["times"][0][:needs].copy(),
            int(self.deal["questions"][0]),
            int(self.deal["contact"][0]),
        )

    def _do(self, deed: Deed) -> Generator[Happening, None, int]:
        """Do one thing, and yield the event that it was, if it was one; returns the Ask that follows."""
        seat = self._seats.get(Ask.BUYER_CHOICE)
        ask = self._tell(deed) if seat is None else (yield from self._do_with_choices(deed, seat))
        yield from self._news()
        return ask

    def _do_with_choices(self, deed: Deed, seat: Seat) -> Generator[Happening, None, int]:
        """The same with a person in the buyer's seat, who is asked what is left to it."""
        course = self.deal[0]
        course["person"] = True
        records = self.deal, self.buyer_mind, self.seller_mind
        before = [record.copy() for record in records]
        answers: list[bool] = []
        while True:
            course["answers"][: len(answers)] = answers
            course["given"], course["used"], course["wanted"] = len(answers), 0, Choice.NONE
            ask = self._tell(deed)
            wanted, by_rule = int(course["wanted"]), bool(course["by_rule"])
            if wanted == Choice.NONE:
                return ask
            if course["wanted_after"] > before[0]["events"][0]:
                yield from self._news()  # what the choice is about is heard first, and stands in the records
                answers.append(self._chosen(seat, by_rule))
                _lay_back(records, before)
            else:
                _lay_back(records, before)
                course["wanted"] = wanted
                answers.append(self._chosen(seat, by_rule))

    def _chosen(self, seat: Seat, by_rule: bool) -> bool:
        answer = seat(self.view(Ask.BUYER_CHOICE))
        if answer is None:
            return by_rule
        if not isinstance(answer, bool):
            raise ValueError(f"a seat asked for a choice answers with True, False or None, not {answer!r}")
        return answer

    def _news(self) -> Iterator[Happening]:
        """The last event, if it was not yielded yet."""
        if self.deal["events"][0] != self._events:
            self._events = int(self.deal["events"][0])
            yield self._last()

    def _decided(self, ask: Ask) -> Deed:
        """Let whoever sits in the seat decide; what is to be done then."""
        seat = self._seats.get(ask)
        if seat is None:
            return Deed(FILL, number=int(ask))
        answer = seat(self.view(ask))
        if ask == Ask.PRICE:
            if not isinstance(answer, Reply):
                raise ValueError(f"a seat asked for a price answers with a Reply, not {answer!r}")
            return Deed(PRICE, *answer)
        if ask == Ask.QUESTION:
            return Deed(QUESTION, number=int(answer))
        if ask == Ask.BUYER_MOVE and isinstance(answer, str) and answer == WALK_AWAY:
            return Deed(WALK)
        if not isinstance(answer, Move):
            raise ValueError(f"a seat in bargaining answers with a Move, not {answer!r}")
        action = SELLER_MOVE if ask == Ask.SELLER_MOVE else BUYER_MOVE
        return Deed(action, number=int(answer.accept), solution=int(answer.terms), low=answer.price)

    def _tell(self, deed: Deed) -> int:
        return int(
            self._act(
                self.world,
                self.prices,
                self.buyer,
                self.seller,
                self.buyer_mind,
                self.seller_mind,
                self.deal,
                self._seed,
                self.knowledge,
                self.row,
                deed.action,
                deed.number,
                deed.solution,
                float(deed.low),
                float(deed.high),
                float(deed.ceiling),
                tuple(map(float, deed.prices)),
            )
        )

    def _last(self) -> Happening:
        deal = self.deal[0]
        return Happening(
            Event(int(deal["event"])),
            int(deal["event_step"]),
            int(deal["event_contact"]),
            int(deal["event_round"]),
            int(deal["event_subject"]),
            float(deal["event_value"]),
            float(deal["event_other"]),
            int(deal["event_terms"]),
        )


def _lay_back(records: tuple[np.ndarray, ...], before: list[np.ndarray]) -> None:
    """Let records be as they were; what can be known by which questions may have grown, and holds no fact of a deal."""
    for record, kept in zip(records, before, strict=True):
        record[:] = kept


def _act_for(rules: Catalogue) -> Callable[..., int]:
    return _bound_act(seats(rules), rules.plugins, rules.numbering)


@lru_cache(maxsize=8)
def _bound_act(seated: Seats, plugins: tuple[Any, ...], numbering: str) -> Callable[..., int]:
    return entry(bind(_act, fill_seat=seated.fill), plugins, numbering)


def _act(
    world: Any,
    prices: Any,
    buyer: Any,
    seller: Any,
    buyer_mind: Any,
    seller_mind: Any,
    deal: Any,
    seed: Any,
    knowledge: Any,
    row: np.ndarray,
    action: int,
    number: int,
    solution: int,
    low: float,
    high: float,
    ceiling: float,
    prices_of_menu: Prices,
) -> int:
    """Do one thing to a deal; returns the Ask that follows an ADVANCE, else 0. One entry, so that it compiles once."""
    sale = Sale(world[0], prices[0], buyer[0], seller[0], buyer_mind[0], seller_mind[0], deal[0], seed, knowledge[0])
    if action == ADVANCE:
        return advance(sale)
    if action == BEGIN:
        draw_buyer(sale.world, sale.buyer, seed, number)
        plant(sale.world, sale.knowledge)
        begin(sale)
    elif action == FILL:
        fill_seat(sale, number)
    elif action == PRICE:
        answer_price(sale, Reply(number, solution, low, high, ceiling, prices_of_menu))
    elif action == QUESTION:
        answer_question(sale, number)
    elif action == SELLER_MOVE:
        answer_move(sale, Ask.SELLER_MOVE.value, Move(number != 0, low, solution))
    elif action == BUYER_MOVE:
        answer_move(sale, Ask.BUYER_MOVE.value, Move(number != 0, low, solution))
    elif action == WALK:
        walk_away(sale)
    else:
        write_outcome(sale, row[0])
    return 0


@entry
def _view_price(world: Any, prices: Any, knowledge: Any, mind: Any, seller: Any, deal: Any, seed: Any) -> PriceView:
    return view_price(world[0], prices[0], knowledge[0], mind[0], seller[0], deal[0], seed)


@entry
def _view_of_seller(world: Any, knowledge: Any, seller: Any, mind: Any, deal: Any, seed: Any) -> NegotiationView:
    return seller_view_negotiation(world[0], knowledge[0], seller[0], mind[0], deal[0], seed)


@entry
def _view_of_buyer(world: Any, buyer: Any, mind: Any, deal: Any, seed: Any) -> NegotiationView:
    return buyer_view_negotiation(world[0], buyer[0], mind[0], deal[0], seed)


@entry
def _view_of_choice(world: Any, buyer: Any, mind: Any, deal: Any) -> ChoiceView:
    return buyer_view_choice(world[0], buyer[0], mind[0], deal[0])
