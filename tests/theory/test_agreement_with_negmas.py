"""NegMAS and zopa agree where their rules are the same: alternating offers, tactics of time, limits and deadlines.

Here is zopa's engine, in which each side bargains between an aspiration and a limit that the test gives it; there is
NegMAS's own mechanism with its own AspirationNegotiator, or with zopa's tactics in it. Needs the extra ``negmas``.
"""

import math
import random
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
import pytest

if find_spec("negmas") is None:
    pytest.skip("the extra negmas is not installed", allow_module_level=True)

from negmas.outcomes import make_issue, make_os
from negmas.preferences import LinearAdditiveUtilityFunction
from negmas.preferences.value_fun import AffineFun, TableFun
from negmas.sao import AspirationNegotiator, SAOMechanism, SAONegotiator
from worlds import world

from agents.bargaining import respond
from agents.catalogue import rules, tactics
from agents.limits import MOST_ROUNDS
from agents.views import Move, NegotiationView
from sim.foreign import as_negotiator
from sim.setting import prepare
from sim.stepped import Seat, SteppedDeal
from sim.vocabulary import Ask, Event

pytestmark = pytest.mark.negmas

CASES = 40
PRICES = 2001
EXPONENTS = {"boulware": lambda firmness: firmness, "conceder": lambda firmness: 1 / firmness, "linear": lambda _: 1.0}
ALIKE = [((tactic, tactic), with_terms) for tactic in EXPONENTS for with_terms in (False, True)]
ALIKE += [(("tit_for_tat", "linear"), False), (("conceder", "tit_for_tat"), False)]
WORTHLESS = {
    "payment": {
        "label": "when it is paid",
        "levels": {
            "at_once": {"label": "at once"},
            "in_a_month": {"label": "in a month", "worth": 3, "cost": 3},
            "in_a_year": {"label": "in a year", "worth": 7, "cost": 7},
        },
    },
    "support": {
        "label": "who helps",
        "levels": {"by_mail": {"label": "by mail"}, "by_phone": {"label": "by phone", "worth": 5, "cost": 5}},
    },
}
"""Terms that cost exactly what they are worth: whatever package goes with an offer, the money left to share is as much.

Only so do the two rules name the same: here a side names the package that it thinks best for both, and there any that
gives itself what it wants."""
LEVELS = ((0.0, 3.0, 7.0), (0.0, 5.0))
MOST_OF_TERMS = sum(map(max, LEVELS))


class Case(NamedTuple):
    """A position: of each side (seller, buyer) an aspiration and a limit, money; who opens; rounds; firmness."""

    aspirations: tuple[float, float]
    limits: tuple[float, float]
    buyer_opens: bool
    deadline: int
    firmness: float


class Agreement(NamedTuple):
    """The round in which it comes about, 1 for the first, and its price at standard terms; both NaN for none."""

    round: float
    price: float


NONE = Agreement(math.nan, math.nan)


def cases(number: int = CASES) -> list[Case]:
    """Positions of all sorts; in one of five there is no zone of possible agreement."""
    draw = np.random.default_rng(20260101)
    made = []
    for i in range(number):
        lowest, highest = draw.uniform(30, 45), draw.uniform(50, 70)
        limits = (highest, lowest) if i % 5 == 0 else (lowest, highest)
        aspirations = (draw.uniform(75, 95), draw.uniform(8, 25))
        made.append(
            Case(aspirations, limits, bool(draw.integers(2)), int(draw.integers(4, 25)), float(draw.uniform(1, 6)))
        )
    return made


# --- here ---


@lru_cache
def setting(buyer_opens: bool, with_terms: bool) -> Any:
    """A sale in which talks take place, and the true limits leave room for any that a case has."""
    needs = {"need": {"label": "the need", "present": 1, "worth": {"family": "fixed", "mean": 200}}}
    solutions = {"good": {"label": "the good", "covers": {"need": 1}, "base_cost": 0, "typical_price": 100}}
    deadline = {"least": MOST_ROUNDS, "extra": 0}
    return prepare(
        world(
            needs=needs,
            solutions=solutions,
            terms=WORTHLESS if with_terms else {},
            buyer__rival__present=0.0,
            buyer__taker_share=0.0,
            buyer__deadline=deadline,
            seller__deadline=deadline,
            opener="buyer" if buyer_opens else "seller",
        )
    )


def here(case: Case, pair: tuple[str, str], with_terms: bool = False) -> Agreement:
    """How the case ends in zopa's engine, with these tactics for seller and buyer."""
    offers = [rules({name: tactics()[name]}, "next_offer")[0] for name in pair]
    luck = np.random.default_rng(case.deadline)

    def seat(side: int) -> Seat:
        def moved(view: NegotiationView) -> Move:
            rounds = view.round
            if rounds > case.deadline:  # the deal goes on with a number nobody takes
                return Move(False, 150.0 if side == 0 else 1.0)
            mine = view._replace(
                aspiration=case.aspirations[side],
                limit=case.limits[side],
                acceptance_limit=case.limits[side],
                elapsed=(rounds - 1) / (case.deadline - 1),
                firmness=case.firmness,
            )
            move = respond(mine, offers[side](mine))
            if not with_terms or move.accept:
                return move
            levels = [int(luck.integers(len(of_term))) for of_term in LEVELS]
            return Move(False, move.price + shift(levels), levels[0] + 10 * levels[1])

        return moved

    seats = {Ask.SELLER_MOVE: seat(0), Ask.BUYER_MOVE: seat(1)}
    deal = SteppedDeal(setting(case.buyer_opens, with_terms), 5, 3, seats)
    happened = list(deal.happenings())
    assert any(event.event == Event.OFFERED for event in happened)
    agreed = [event for event in happened if event.event == Event.ACCEPTED]
    if not agreed or agreed[0].round > case.deadline:
        return NONE
    package = int(deal.deal["terms"][0])
    return Agreement(agreed[0].round, agreed[0].value - shift((package % 10, package // 10)))


def shift(levels: Any) -> float:
    """What a package costs, and is worth, money."""
    return sum(of_term[int(level)] for of_term, level in zip(LEVELS, levels, strict=False))


# --- there ---


def there(case: Case, rounds: int, negotiators: tuple[SAONegotiator, SAONegotiator], with_terms: bool) -> Agreement:
    """How the case ends in NegMAS's mechanism, with these negotiators for seller and buyer."""
    # the corners of all outcomes are the aspirations: the seller's with the cheapest terms, the buyer's with the best
    low, high = case.aspirations[1] + MOST_OF_TERMS * with_terms, case.aspirations[0]
    issues = [make_issue(list(map(float, np.linspace(low, high, PRICES // (5 if with_terms else 1)))), "price")]
    if with_terms:
        issues += [make_issue(len(levels), f"term {j}") for j, levels in enumerate(LEVELS)]
    space = make_os(issues)
    table = SAOMechanism(outcome_space=space, n_steps=rounds)
    for side in (1, 0) if case.buyer_opens else (0, 1):
        table.add(negotiators[side], ufun=utility(case, side, space, with_terms))
    state = table.run()
    if state.agreement is None:
        return NONE
    price, *levels = state.agreement
    return Agreement(state.step, price - shift(levels))


def utility(case: Case, side: int, space: Any, with_terms: bool) -> Any:
    """A side's utility: 1 at its aspiration and 0, its reserved value, at its limit."""
    rise = 1.0 / (case.aspirations[side] - case.limits[side])
    values = [AffineFun(rise, -rise * case.limits[side])]
    if with_terms:
        values += [TableFun({level: -rise * money for level, money in enumerate(of_term)}) for of_term in LEVELS]
    return LinearAdditiveUtilityFunction(values, outcome_space=space, reserved_value=0.0)


def off(case: Case, with_terms: bool) -> float:
    """What prices in equal steps, and the ten-thousandth of a utility that NegMAS lets pass, may make of a price."""
    step = (case.aspirations[0] - case.aspirations[1]) / PRICES * (5 if with_terms else 1)
    return 2 * step + 0.0002 * max(abs(a - b) for a, b in zip(case.aspirations, case.limits, strict=True))


# --- the same agreements ---


@pytest.mark.parametrize("with_terms", [False, True], ids=["price", "price and terms"])
@pytest.mark.parametrize("tactic", EXPONENTS)
def test_negmas_own_negotiators_agree_as_tactics_of_time_do(tactic: str, with_terms: bool) -> None:
    """NegMAS's time runs from 1/(n+1) to n/(n+1), zopa's from 0 to 1: n steps are the rounds between first and last.

    What is agreed in the last round here, at the limits, NegMAS does not come to.
    """
    agreed = 0
    for case in cases():
        exponent = EXPONENTS[tactic](case.firmness)
        both = tuple(AspirationNegotiator(aspiration_type=float(exponent), tolerance=1e-4) for _ in range(2))
        ours = here(case, (tactic, tactic), with_terms)
        theirs = there(case, case.deadline - 2, both, with_terms)
        if ours.round == case.deadline:
            assert math.isnan(theirs.round), case
        else:
            assert theirs.round + 1 == pytest.approx(ours.round, nan_ok=True), (case, ours, theirs)
            assert theirs.price == pytest.approx(ours.price, abs=off(case, with_terms), nan_ok=True), (case, ours)
            agreed += not math.isnan(ours.price)
    assert agreed > CASES / 4


@pytest.mark.parametrize(("pair", "with_terms"), ALIKE)
def test_tactics_agree_in_negmas_as_they_do_here(pair: tuple[str, str], with_terms: bool) -> None:
    agreed = 0
    for case in cases():
        both = tuple(as_negotiator(tactic, firmness=case.firmness) for tactic in pair)
        ours, theirs = here(case, pair, with_terms), there(case, case.deadline, both, with_terms)
        assert theirs.round == pytest.approx(ours.round, nan_ok=True), (case, ours, theirs)
        assert theirs.price == pytest.approx(ours.price, abs=off(case, with_terms), nan_ok=True), (case, ours)
        agreed += not math.isnan(ours.price)
    assert agreed > CASES / 4


def test_talks_that_creep_towards_a_price_end_sooner_where_prices_come_in_steps() -> None:
    """Two sides that split the difference come ever closer; where an offer is a step, the last one is soon taken."""
    sooner = 0
    for case in cases():
        pair = ("split_the_difference", "split_the_difference")
        both = tuple(as_negotiator(tactic) for tactic in pair)
        ours, theirs = here(case, pair), there(case, case.deadline, both, False)
        assert theirs.price == pytest.approx(ours.price, abs=off(case, False), nan_ok=True), (case, ours)
        assert not theirs.round > ours.round
        sooner += theirs.round < ours.round
    assert sooner


def test_a_tactic_that_needs_beliefs_or_does_not_exist_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="'subgame_perfect' goes by beliefs"):
        as_negotiator("subgame_perfect")
    with pytest.raises(ValueError, match="did you mean 'boulware'"):
        as_negotiator("bulware")


def test_a_tactic_of_luck_has_its_own_and_leaves_the_global_generators_alone() -> None:
    def prices(seed: int) -> list[Any]:
        space = make_os([make_issue(101, "price")])
        table = SAOMechanism(outcome_space=space, n_steps=5)
        for rise, name in ((0.01, "seller"), (-0.01, "buyer")):
            utility = LinearAdditiveUtilityFunction(
                [AffineFun(rise, 0.0 if rise > 0 else 0.2)], outcome_space=space, reserved_value=0.0
            )
            negotiator = as_negotiator("zero_intelligence", seed=seed, number=rise > 0, name=name)
            table.add(negotiator, ufun=utility)
        table.run()
        return [outcome for _, outcome in table.trace]

    before = random.getstate(), np.random.get_state()[1].tobytes()  # noqa: NPY002
    first = prices(1)
    random.seed(99)
    assert first == prices(1) != prices(2)
    random.setstate(before[0])
    assert np.random.get_state()[1].tobytes() == before[1]  # noqa: NPY002
