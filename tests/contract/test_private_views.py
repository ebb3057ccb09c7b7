"""No side decides by the other side's private numbers: garble them in the middle of a deal, and it decides the same."""

import inspect
from collections import Counter
from typing import Any

import numpy as np
import pytest
from worlds import world

from agents.catalogue import catalogue
from agents.rule import _Rule
from agents.views import ChoiceView, Kind
from sim import sides
from sim.deal import Sale, Setting
from sim.process import choose_question
from sim.reading import load_scenario
from sim.scenario import Scenario
from sim.seats import seats
from sim.setting import prepare
from sim.stepped import Deed, SteppedDeal
from sim.steps.contact import _reason_against_a_contact, stalls
from sim.steps.numbers import name_number, revised_number
from sim.steps.objections import _cause_of
from sim.steps.presenting import _choose_solution
from sim.steps.price_question import asks_for_the_price
from sim.steps.qualification import _is_worth_pursuing
from sim.vocabulary import Ask, Objection

RULES = catalogue()
SEATS = seats(RULES)
PRIVATE = {"seller decides": ("buyer", "buyer_mind"), "buyer decides": ("seller", "seller_mind")}
RECORDS = ("world", "prices", "buyer", "seller", "buyer_mind", "seller_mind", "deal")
HIDDEN_IN_THE_DEAL = ("zopa", "event_value", "event_other")
"""What the record of the deal notes for transcripts and results, and no party may use."""


def garbled(record: np.ndarray, luck: np.random.Generator) -> np.ndarray:
    """A copy of a record with other numbers everywhere."""
    copy = record.copy()
    for name in copy.dtype.names or ():
        shape = copy[name].shape
        if copy[name].dtype.kind == "b":
            copy[name] = ~copy[name]
        elif copy[name].dtype.kind == "f":
            copy[name] = luck.normal(30, 200, shape)
        else:
            copy[name] = luck.integers(0, 3, shape)
    return copy


class WatchedDeal(SteppedDeal):
    """A deal in which every decision is taken twice: as it is, and with the other side garbled."""

    def __init__(self, setting: Setting, buyer: int) -> None:
        super().__init__(setting, 11, buyer, {Ask.BUYER_CHOICE: self.choose}, RULES)
        self.luck = np.random.default_rng(buyer)
        self.seen: Counter[str] = Counter()
        self.differ: list[tuple[str, Any, Any]] = []

    def sale(self, who: str | None = None) -> Sale:
        """A copy of the deal as it stands, garbled for ``who`` decides."""
        records = {name: getattr(self, name).copy() for name in RECORDS}
        if who:
            for name in PRIVATE[who]:
                records[name] = garbled(records[name], self.luck)
            for name in HIDDEN_IN_THE_DEAL:
                records["deal"][name] = self.luck.normal(0, 300)
        return Sale(*(records[name][0] for name in RECORDS), self._seed, self.knowledge[0])

    def check(self, who: str, what: str, decide: Any) -> None:
        with np.errstate(over="ignore"):
            honest, blind = decide(self.sale()), decide(self.sale(who))
        self.seen[what] += 1
        if repr(honest) != repr(blind):
            self.differ.append((what, honest, blind))

    def choose(self, view: Any) -> None:
        """A person is asked in the buyer's seat: what it sees is looked at, and the rule decides."""
        self.check("buyer decides", "what a person sees", seen_by_a_person)

    def _decided(self, ask: Ask) -> Deed:
        if ask == Ask.PRICE:
            self.check("seller decides", "reply", SEATS.price)
            for policy in range(len(RULES.price_policies)):
                self.check("seller decides", "reply", lambda sale, policy=policy: price_by(sale, policy))
        elif ask == Ask.QUESTION:
            self.check("seller decides", "question", choose_question)
        elif ask == Ask.SELLER_MOVE:
            for tactic in range(len(RULES.tactics)):
                self.check("seller decides", "seller's move", lambda sale, tactic=tactic: moved_by(sale, tactic, 0))
        elif ask == Ask.BUYER_MOVE:
            for tactic in range(len(RULES.tactics)):
                self.check("buyer decides", "buyer's move", lambda sale, tactic=tactic: moved_by(sale, tactic, 1))
        self.check_what_has_no_seat()
        return super()._decided(ask)

    def check_what_has_no_seat(self) -> None:
        """What the sides decide in the steps themselves."""
        solutions = int(self.world["solutions"][0])
        for s in range(solutions):
            self.check("seller decides", "number", lambda sale, s=s: revised_number(sale, s))
            self.check("seller decides", "own limit", lambda sale, s=s: limit_of_seller(sale, s))
            self.check("buyer decides", "own limit", lambda sale, s=s: limit_of_buyer(sale, s))
            for price in (20.0, 80.0, 2000.0):
                self.check("buyer decides", "leaving over a number", lambda sale, s=s, p=price: hears(sale, s, p))
        self.check("seller decides", "solution", chosen)
        self.check("buyer decides", "stall", stalls)
        self.check("buyer decides", "another contact", _reason_against_a_contact)
        self.check("buyer decides", "asking for the price", asks_for_the_price)
        self.check("seller decides", "pursuing", _is_worth_pursuing)
        self.check("buyer decides", "best tier", tier)
        if self.deal["solution"][0] >= 0:
            for kind in Objection:
                self.check("buyer decides", "objection", lambda sale, kind=kind: _cause_of(sale, int(kind)))


def price_by(sale: Sale, policy: int) -> Any:
    sale.seller.policy = policy
    return SEATS.price(sale)


def moved_by(sale: Sale, tactic: int, side: int) -> Any:
    (sale.buyer if side == sides.BUYER else sale.seller).tactic = tactic
    return SEATS.move(sale, side)


def seen_by_a_person(sale: Sale) -> ChoiceView:
    return sides.buyer_view_choice(sale.world, sale.buyer, sale.buyer_mind, sale.deal)


def limit_of_seller(sale: Sale, solution: int) -> float:
    return float(sides.seller_limit(sale.world, sale.seller_mind, solution))


def limit_of_buyer(sale: Sale, solution: int) -> float:
    return float(sides.buyer_limit(sale.world, sale.buyer, sale.buyer_mind, solution))


def hears(sale: Sale, solution: int, price: float) -> tuple[bool, float, float]:
    """Whether the buyer stays when it hears a number, and what that does to its limit."""
    stays = name_number(sale, Kind.QUOTE.value, solution, price, price, np.inf)
    return stays, float(sale.buyer_mind.shift), limit_of_buyer(sale, solution)


def tier(sale: Sale) -> int:
    sale.deal.quote[:] = 30.0
    return int(sides.best_tier(sale.world, sale.buyer, sale.buyer_mind, sale.deal))


def chosen(sale: Sale) -> tuple[int, float]:
    _choose_solution(sale)
    return int(sale.deal.solution), float(sale.seller_mind.profit)


HAGGLING = {
    "buyer__taker_share": 0.0, "buyer__ambition": 0.4, "buyer__price_focus": 0.5, "seller__markup": 0.3,
    "buyer__adherence": 0.5, "seller__adherence": 0.5, "buyer__rival__surplus_sd": 5, "forces__stall": 0.1,
    "forces__shock": 0.5, "forces__anchor_reservation": 0.5, "forces__anchor_aspiration": 0.5,
    "forces__haggle_now": 0.5, "forces__requote": 0.5, "seller__reframing_skill": 0.5, "seller__confidence": 0.2,
    "buyer__interest_effect": 1.0, "seller__min_questions": 3,
}  # fmt: skip
WORLDS = {
    "haggling": lambda: world(**HAGGLING),
    "haggling over binding quotes": lambda: world(**HAGGLING, quotes="binding", opener="buyer", need_cost=0.3),
    "b2b_software": lambda: load_scenario("b2b_software"),
}
SEEN_EVERYWHERE = {"reply", "question", "pursuing", "best tier", "objection", "number",
                   "solution", "own limit", "stall", "another contact",
                   "asking for the price", "leaving over a number", "seller's move", "buyer's move",
                   "what a person sees"}  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("policy", RULES.price_policies)
def test_no_decision_changes_when_the_other_sides_private_numbers_are_garbled(name: str, policy: str) -> None:
    scenario: Scenario = WORLDS[name]()
    seller = scenario.seller.model_copy(update={"price_policy": policy})
    setting = prepare(scenario.model_copy(update={"seller": seller}), RULES)
    seen: Counter[str] = Counter()
    for buyer in range(20):
        deal = WatchedDeal(setting, buyer)
        deal.play()
        assert not deal.differ, deal.differ[0]
        seen += deal.seen
        if buyer >= 3 and set(seen) == SEEN_EVERYWHERE:
            break
    assert set(seen) == SEEN_EVERYWHERE, "every kind of decision was looked at"


def test_garbling_ones_own_numbers_does_change_decisions() -> None:
    """Else the test above could not fail."""
    changed = Counter[str]()
    for buyer in range(5):
        deal = WatchedDeal(prepare(world(**HAGGLING), RULES), buyer)
        for _ in deal.happenings():
            for who, own in (("buyer decides", chosen), ("seller decides", lambda sale: limit_of_buyer(sale, 0))):
                with np.errstate(over="ignore"):
                    changed[who] += repr(own(deal.sale())) != repr(own(deal.sale(who)))
    assert min(changed["buyer decides"], changed["seller decides"]) > 10


def functions_of_sides() -> dict[str, list[str]]:
    return {
        name: list(inspect.signature(each.py_func).parameters)
        for name, each in vars(sides).items()
        if isinstance(each, _Rule) and each.py_func.__module__ == sides.__name__
    }


@pytest.mark.parametrize("name", functions_of_sides())
def test_a_function_of_a_side_takes_the_records_of_that_side_only(name: str) -> None:
    parameters = set(functions_of_sides()[name])
    assert "sale" not in parameters, "a sale holds both sides"
    assert not {"buyer", "seller"} <= parameters
    assert len(parameters & {"mind", "buyer_mind", "seller_mind"}) <= 1
    if name.startswith(("seller", "view_price", "expected_of")):
        assert "buyer" not in parameters
    if name.startswith("buyer"):
        assert not {"seller", "prices", "knowledge"} & parameters
    if name == "view_negotiation":
        assert not {"buyer", "seller", "knowledge", "prices"} & parameters, "it serves both sides"


@pytest.mark.parametrize("view", ["PriceView", "NegotiationView", "ChoiceView"])
def test_a_view_holds_numbers_only_so_that_no_record_can_hide_in_it(view: str) -> None:
    fields = vars(sides)[view].__annotations__
    assert set(fields.values()) <= {int, float, bool}
