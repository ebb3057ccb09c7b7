"""Bargaining alone: this project's alternating offers, and NegMAS's, over the same limits, aspirations and deadlines.

A Boulware seller meets a buyer who concedes early, or the other way round, for a price or for a price and three terms
that cost what they are worth. NegMAS's own AspirationNegotiator has the same exponent of time; its time runs from
1/(n+1) to n/(n+1) and zopa's from 0 to 1, so that its n steps are the rounds between the first and the last here. What
is agreed in the last round here, at the limits, it does not come to. A NegMAS negotiation is set up and run; here
both sides sit down, and bargain.
"""

import math
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from agents.catalogue import catalogue
from agents.rule import bind, entry
from benchmarks.measuring import Row, Size, cpu_seconds, in_turn, ratios, row
from sim.deal import BUYER_MIND, DEAL, KNOWLEDGE, SELLER_MIND, Sale, blank
from sim.knowledge import plant
from sim.negotiation.alternating_offers import next_turn, sit_down
from sim.process import begin
from sim.scenario import Scenario
from sim.seats import fill_seat, seats
from sim.setting import prepare
from sim.vocabulary import Reason, Step

PRICES = 2001
LEVELS = ((0.0, 3.0, 7.0), (0.0, 5.0), (0.0, 2.0))
MOST_OF_TERMS = sum(map(max, LEVELS))


class Cases(NamedTuple):
    """Positions, arrays of shape (n, 2) of seller and buyer, money; and exponents of time, shape (n,)."""

    aspirations: np.ndarray
    limits: np.ndarray
    firmness: np.ndarray


def cases(number: int) -> Cases:
    """Positions of all sorts; in one of five there is no zone of possible agreement."""
    draw = np.random.default_rng(20260101)
    limits = np.column_stack([draw.uniform(30, 45, number), draw.uniform(50, 70, number)])
    limits[::5] = limits[::5, ::-1]
    aspirations = np.column_stack([draw.uniform(75, 95, number), draw.uniform(8, 25, number)])
    return Cases(aspirations, limits, draw.uniform(1, 6, number))


def sale_of(with_terms: bool, tactics: tuple[str, str]) -> Any:
    """The setting of a sale in which such talks take place."""
    terms: dict[str, Any] = {
        f"term_{j}": {
            "label": f"term {j}",
            "levels": {f"level_{i}": {"label": f"level {i}", "worth": m, "cost": m} for i, m in enumerate(levels)},
        }
        for j, levels in enumerate(LEVELS)
    }
    for term in terms.values():
        term["levels"]["level_0"] = {"label": "level 0"}
    settings: dict[str, Any] = {
        "schema": 1, "name": "talks", "title": "Talks", "question": "What?", "story": "Talks.", "currency": "money",
        "needs": {"need": {"label": "the need", "present": 1, "worth": {"family": "fixed", "mean": 200}}},
        "solutions": {"good": {"label": "it", "covers": {"need": 1}, "base_cost": 0, "typical_price": 100}},
        "terms": terms if with_terms else {},
        "buyer": {
            "rival": {"present": 0, "surplus_mean": 0, "basis": "money"}, "tactic": tactics[1], "taker_share": 0,
            "unlimited_patience": True,
        },
        "seller": {"tactic": tactics[0]}, "conversation": {"answer_noise": 1, "latent": 0},
    }  # fmt: skip
    return prepare(Scenario.model_validate(settings))


def _talk(
    world: Any, prices: Any, buyer: Any, seller: Any, buyer_mind: Any, seller_mind: Any, deal: Any, knowledge: Any,
    limits: np.ndarray, aspirations: np.ndarray, firmness: np.ndarray, deadline: int, found: np.ndarray,
) -> None:  # fmt: skip
    """Hold talks on one deal's records again and again: round and price of each, NaN without agreement."""
    seed = np.uint64(1)
    sale = Sale(world[0], prices[0], buyer[0], seller[0], buyer_mind[0], seller_mind[0], deal[0], seed, knowledge[0])
    plant(sale.world, sale.knowledge)
    begin(sale)
    sale.deal.solution = 0
    for i in range(found.shape[0]):
        sale.buyer.id = i
        sale.deal.step = Step.OBJECTIONS_AND_NEGOTIATIONS
        sale.deal.exit_reason = Reason.OPEN
        sale.seller.firmness = firmness[i]
        sale.buyer.firmness = firmness[i]
        sale.deal.quote[0] = aspirations[i, 0]
        sale.seller_mind.limit, sale.buyer_mind.limit = limits[i, 0], limits[i, 1]
        sale.seller_mind.aspiration, sale.buyer_mind.aspiration = aspirations[i, 0], aspirations[i, 1]
        sale.seller_mind.deadline = deadline
        sale.buyer_mind.deadline = deadline
        sit_down(sale)
        ask = next_turn(sale)
        while sale.deal.exit_reason == Reason.OPEN:
            fill_seat(sale, ask)
            if sale.deal.step == Step.SECURING:
                break
            ask = next_turn(sale)
        agreed = sale.deal.step == Step.SECURING
        found[i, 0] = sale.deal.rounds if agreed else math.nan
        found[i, 1] = sale.deal.price if agreed else math.nan


def here(given: Cases, deadline: int, with_terms: bool, tactics: tuple[str, str]) -> Any:
    """A function that holds all talks and returns round and price of each, shape (n, 2)."""
    setting = sale_of(with_terms, tactics)
    kernel = entry(bind(_talk, fill_seat=seats().fill), (), catalogue().numbering)
    sides = (setting.world, setting.prices, setting.buyer.copy(), setting.seller.copy())
    minds = (blank(BUYER_MIND), blank(SELLER_MIND), blank(DEAL), blank(KNOWLEDGE))
    sides[2]["term_factor"] = 1.0

    def hold() -> np.ndarray:
        found = np.empty((len(given.firmness), 2))
        kernel(*sides, *minds, given.limits, given.aspirations, given.firmness, deadline, found)
        return found

    return hold


def there(given: Cases, deadline: int, with_terms: bool, tactics: tuple[str, str]) -> Any:
    """The same in NegMAS: prices at standard terms, NaN without agreement."""
    from negmas.outcomes import make_issue, make_os
    from negmas.preferences import LinearAdditiveUtilityFunction
    from negmas.preferences.value_fun import AffineFun, TableFun
    from negmas.sao import AspirationNegotiator, SAOMechanism

    def one(aspirations: Any, limits: Any, firmness: float) -> tuple[float, float]:
        low, high = aspirations[1] + MOST_OF_TERMS * with_terms, aspirations[0]
        count = PRICES // (12 if with_terms else 1)
        issues = [make_issue(list(map(float, np.linspace(low, high, count))), "price")]
        if with_terms:
            issues += [make_issue(len(levels), f"term {j}") for j, levels in enumerate(LEVELS)]
        space = make_os(issues)
        table = SAOMechanism(outcome_space=space, n_steps=deadline - 2)
        for side in (0, 1):
            rise = 1.0 / (aspirations[side] - limits[side])
            values: list[Any] = [AffineFun(rise, -rise * limits[side])]
            if with_terms:
                values += [TableFun({level: -rise * money for level, money in enumerate(m)}) for m in LEVELS]
            utility = LinearAdditiveUtilityFunction(values, outcome_space=space, reserved_value=0.0)
            power = firmness if tactics[side] == "boulware" else 1.0 / firmness
            table.add(AspirationNegotiator(aspiration_type=float(power), tolerance=1e-4), ufun=utility)
        state = table.run()
        if state.agreement is None:
            return math.nan, math.nan
        price, *levels = state.agreement
        return float(state.step), price - sum(m[int(i)] for m, i in zip(LEVELS, levels, strict=False))

    return lambda: np.array([one(*case) for case in zip(*given, strict=True)])


def agreeing(ours: np.ndarray, theirs: np.ndarray, given: Cases, deadline: int, with_terms: bool) -> float:
    """The share of negotiations that end alike in both, as far as prices in steps allow."""
    expected = np.where(ours[:, :1] == deadline, math.nan, ours)
    step = (given.aspirations[:, 0] - given.aspirations[:, 1]) / PRICES * (12 if with_terms else 1)
    slack = 2 * step + 0.0002 * np.abs(given.aspirations - given.limits).max(axis=1)
    neither = np.isnan(expected[:, 1]) & np.isnan(theirs[:, 1])
    with np.errstate(invalid="ignore"):
        alike = np.abs(expected[:, 1] - theirs[:, 1]) <= slack
    return float(np.mean(neither | alike))


def measured(size: Size) -> list[Row]:
    """The part *bargaining*."""
    rows = []
    for with_terms in (False, True):
        for deadline in (20, 50):
            rows += _rows(size, deadline, with_terms)
    return rows


def _rows(size: Size, deadline: int, with_terms: bool) -> list[Row]:
    tactics = ("boulware", "conceder")
    few, many = cases(size.of(40, 5)), cases(size.of(200_000, 50))
    hold, same = here(many, deadline, with_terms, tactics), here(few, deadline, with_terms, tactics)
    ours = same()  # compiles
    name = f"{'price and three terms' if with_terms else 'price alone'}, {deadline} rounds"
    unit = "negotiations per CPU-second"
    measures = {"here": lambda: cpu_seconds(hold) / len(many.firmness)}
    if find_spec("negmas") is None:
        seen = in_turn(measures, size.repeats)
        return [row("bargaining", f"{name}: here", unit, [1.0 / each for each in seen["here"]])]
    theirs = there(few, deadline, with_terms, tactics)
    alike = agreeing(ours, theirs(), few, deadline, with_terms)
    measures["there"] = lambda: cpu_seconds(theirs) / len(few.firmness)
    seen = in_turn(measures, size.repeats)
    times = ratios(seen["there"], seen["here"])
    return [
        row("bargaining", f"{name}: here", unit, [1.0 / each for each in seen["here"]]),
        row("bargaining", f"{name}: NegMAS", unit, [1.0 / each for each in seen["there"]]),
        row("bargaining", f"{name}: NegMAS's time over the time here", "times", times),
        row("bargaining", f"{name}: negotiations that end alike", "share", [alike]),
    ]
