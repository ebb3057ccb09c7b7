"""The price list: expected profit is the integral it claims to be, and the table loses little against the optimum."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import integrate, special, stats
from worlds import played, world

from agents.buyer import probability_of_affording, probability_of_signing
from agents.catalogue import catalogue
from agents.price_list import PRICE, PROFIT, Market, expected_profit, look_up, market_of, shape_of
from agents.rule import entry
from agents.seller import STOP, cost_slope
from agents.views import wait
from sim.deal import Setting
from sim.population import draw_buyers
from sim.price_lists import best_price
from sim.reading import load_scenario
from sim.scenario import Scenario
from sim.setting import prepare
from sim.stepped import SteppedDeal
from sim.vocabulary import Ask

SIGNS_ANY_GAIN = Market(
    batna=0.0, variance=0.0, bias=0.0, uncertainty_bias=0.0, spread=0.0, log_median=math.inf, log_sd=0.0, flex=0.0
)
CAREFUL = Market(
    batna=12.0,
    variance=150.0,
    bias=0.05,
    uncertainty_bias=0.35,
    spread=0.08,
    log_median=math.log(110),
    log_sd=0.4,
    flex=0.5,
)
RULES = catalogue()
compiled_profit = entry(expected_profit.py_func)
compiled_best = entry(best_price.py_func)


def told_by(prices: Any, part: int, s: int, mean: float, variance: float, cost: float, slope: float) -> float:
    """What the table says about a belief."""
    return float(look_up(prices, part, s, shape_of(prices, s, variance, slope), mean, cost))


def integrated(price: float, mean: float, deviation: float, cost: float, slope: float, market: Market) -> float:
    """The expected profit by adaptive quadrature over the buyer's reservation price."""

    def density(limit: float) -> float:
        signs = probability_of_signing(price, limit + market.batna, market.variance, market.batna, *market[2:5])
        return stats.norm.pdf(limit, mean, deviation) * (price - cost - slope * (limit - mean)) * signs

    total = integrate.quad(density, price, max(price, mean) + 10 * deviation, epsabs=1e-10, limit=400)[0]
    certain = max(mean, price) + market.batna
    return total * probability_of_affording(price, certain, market.log_median, market.log_sd, market.flex)


def closed_form(price: float, mean: float, deviation: float, cost: float, slope: float) -> float:
    """(p - c)(1 - Phi(z)) - (kappa / s) phi(z), with kappa = slope s^2."""
    z = (price - mean) / deviation
    return (price - cost) * stats.norm.sf(z) - slope * deviation * stats.norm.pdf(z)


# --- expected profit ---


@given(price=some.floats(20, 140), mean=some.floats(40, 100), deviation=some.floats(2, 30), slope=some.floats(0, 0.9))
def test_without_signing_and_budget_the_expected_profit_is_the_closed_form(
    price: float, mean: float, deviation: float, slope: float
) -> None:
    found = expected_profit(price, mean, deviation, 30.0, slope, SIGNS_ANY_GAIN)
    assert found == pytest.approx(closed_form(price, mean, deviation, 30.0, slope), rel=1e-3, abs=2e-3)


@pytest.mark.parametrize(
    "market", [CAREFUL, CAREFUL._replace(spread=0.3, log_median=math.inf), CAREFUL._replace(flex=1.0)]
)
@pytest.mark.parametrize("slope", [0.0, 0.4])
@pytest.mark.parametrize("deviation", [3.0, 15.0, 30.0])
@pytest.mark.parametrize("price", [35.0, 60.0, 80.0, 110.0])
def test_the_expected_profit_is_the_integral_over_the_belief(
    price: float, deviation: float, slope: float, market: Market
) -> None:
    wanted = integrated(price, 75.0, deviation, 30.0, slope, market)
    assert expected_profit(price, 75.0, deviation, 30.0, slope, market) == pytest.approx(wanted, rel=2e-3, abs=5e-3)


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.02])
@pytest.mark.parametrize("price", [50.0, 60.0, 70.0])
def test_the_expected_profit_is_the_integral_where_the_signing_curve_is_steep(price: float, spread: float) -> None:
    """With a bias and no spread a buyer signs from a margin on: a step inside the integral."""
    market = SIGNS_ANY_GAIN._replace(bias=0.1, spread=spread)
    wanted = integrated(price, 75.0, 15.0, 30.0, 0.0, market)
    assert expected_profit(price, 75.0, 15.0, 30.0, 0.0, market) == pytest.approx(wanted, rel=0.01)


def test_a_sure_belief_sells_at_its_mean_and_not_above() -> None:
    assert expected_profit(74.9, 75.0, 0.0, 30.0, 0.0, SIGNS_ANY_GAIN) == pytest.approx(44.9, rel=1e-4)
    assert expected_profit(75.1, 75.0, 0.0, 30.0, 0.0, SIGNS_ANY_GAIN) == 0.0


def test_budgets_take_from_the_expected_profit_by_how_many_cannot_afford_the_price() -> None:
    rich = CAREFUL._replace(log_median=math.inf)
    poor = CAREFUL._replace(flex=0.0)
    share = stats.norm.sf(math.log(80), math.log(110), 0.4)
    found = expected_profit(80.0, 90.0, 15.0, 30.0, 0.0, poor) / expected_profit(80.0, 90.0, 15.0, 30.0, 0.0, rich)
    assert found == pytest.approx(share)
    # half of the worth beyond the budget can be found: G + (102 - G) / 2 >= 80 from G = 58 on
    half = expected_profit(80.0, 90.0, 15.0, 30.0, 0.0, CAREFUL) / expected_profit(80.0, 90.0, 15.0, 30.0, 0.0, rich)
    assert half == pytest.approx(stats.norm.sf(math.log(58), math.log(110), 0.4))


@pytest.mark.parametrize("deviation", [1.0, 8.0, 20.0])
@pytest.mark.parametrize("slope", [0.0, 0.5])
@pytest.mark.parametrize("market", [SIGNS_ANY_GAIN, CAREFUL])
def test_the_best_price_earns_what_the_best_of_a_fine_grid_earns(
    market: Market, slope: float, deviation: float
) -> None:
    aim = compiled_best(75.0, deviation, 30.0, slope, market)
    grid = [compiled_profit(price, 75.0, deviation, 30.0, slope, market) for price in np.linspace(30, 160, 4001)]
    assert compiled_profit(aim, 75.0, deviation, 30.0, slope, market) >= 0.999 * max(grid)


# --- the table, off its grid ---


def optimal(scenario: Scenario) -> Scenario:
    """The scenario with belief-optimal pricing for all solutions."""
    settings = scenario.model_dump(by_alias=True)
    for solution in settings["solutions"].values():
        solution["pricing"] = {"model": "belief_optimal"}
    return Scenario.model_validate(settings)


class Belief(NamedTuple):
    """What look_up is asked about: a belief that a seller came to hold in a deal, money."""

    solution: int
    mean: float
    variance: float
    cost: float
    slope: float


@lru_cache
def beliefs_met(name: str, deals: int = 60) -> tuple[Setting, list[Belief]]:
    """The setting of a world, and the beliefs that its sellers held after some questions."""
    setting = prepare(WORLDS[name]())
    needs, solutions = int(setting.world["needs"][0]), int(setting.world["solutions"][0])
    chance = np.random.default_rng(7)
    found = []
    for buyer in range(deals):
        length = int(chance.integers(1, 2 * needs + 1))

        def ask(view: Any, length: int = length) -> int:
            return int(chance.integers(needs)) if view.questions < length else STOP

        deal = SteppedDeal(setting, 3, buyer, {Ask.QUESTION: ask, Ask.PRICE: lambda view: wait()}, RULES)
        deal.play()
        mind = deal.seller_mind[0]
        for s in range(solutions):
            r = 2 * needs + s
            slope = float(cost_slope(deal.covariance, needs, solutions, s))
            cost = float(mind.belief[r + solutions] + mind.extra_cost)
            variance = max(0.0, float(deal.covariance[r, r]))
            found.append(Belief(s, float(mind.belief[r]), variance, cost, slope))
    return setting, found


def profit_of(name: str, belief: Belief, price: float) -> float:
    """The expected profit of a price at a belief."""
    market = market_of(beliefs_met(name)[0].prices[0], belief.solution)
    deviation = math.sqrt(belief.variance)
    return float(compiled_profit(price, belief.mean, deviation, belief.cost, belief.slope, market))


def looked_up(name: str, belief: Belief) -> tuple[float, float, float]:
    """Price and profit by the table, and the profit of the best price.

    What the table adds for the shape of the segment is taken out again; it is no error of interpolation.
    """
    prices = beliefs_met(name)[0].prices[0]
    s = belief.solution
    at_first = prices.variance[s]
    shape = min(1.0, belief.variance / at_first) ** 2 if at_first > 0 else 1.0
    aim, told = (told_by(prices, part, *belief) - shape * prices.shift[part, s] for part in (PRICE, PROFIT))
    best = compiled_best(belief.mean, math.sqrt(belief.variance), belief.cost, belief.slope, market_of(prices, s))
    return aim, max(0.0, told), max(0.0, profit_of(name, belief, best))


PLAIN = {"seller__max_questions": 36, "conversation__questions_per_contact": 12}
WORLDS: dict[str, Callable[[], Scenario]] = {
    "b2b_software": lambda: optimal(load_scenario("b2b_software")),
    "auto_repair": lambda: optimal(load_scenario("auto_repair")),
    "plain": lambda: world(**PLAIN),
    "dear needs": lambda: world(**PLAIN, need_cost=0.5),
    "opportunity cost": lambda: world(**PLAIN, seller__opportunity_cost=20),
    "opportunity cost and dear needs": lambda: world(**PLAIN, seller__opportunity_cost=10, need_cost=0.4),
    "vague own cost": lambda: world(**PLAIN, seller__clarity=0, seller__clarity_error=12),
    "buyers with little self-knowledge": lambda: world(
        **PLAIN, buyer__self_knowledge=0.02, conversation__latent=1.0, conversation__answer_noise=3
    ),
    "buyers without self-knowledge": lambda: world(
        **PLAIN, buyer__self_knowledge=0.0, conversation__latent=1.0, conversation__answer_noise=3
    ),
    "own diagnosis, little self-knowledge": lambda: world(
        **PLAIN, buyer__self_knowledge=0.05, conversation__common_diagnosis=False, conversation__latent=1.0
    ),
    "unaware buyers, dear needs": lambda: world(
        **PLAIN,
        buyer__awareness=0.6,
        buyer__self_knowledge=0.9,
        need_cost=0.3,
        solutions__small__base_cost=2,
        solutions__large__base_cost=5,
    ),
}
LOST_AT_MOST = 0.01
"""Share of the optimal expected profit that interpolation may lose, over all the beliefs met."""

OFF_AT_MOST = 0.03
"""How far the profit looked up may be from the optimal one, on average over the beliefs met, as a share of it."""


@pytest.mark.parametrize("name", WORLDS)
def test_a_price_looked_up_loses_less_than_one_per_cent_of_the_optimum(name: str) -> None:
    earned, optimum = 0.0, 0.0
    for belief in beliefs_met(name)[1]:
        aim, _, best = looked_up(name, belief)
        optimum += best
        earned += profit_of(name, belief, aim) if best > 0 else 0.0
    assert optimum > 0
    assert earned >= (1 - LOST_AT_MOST) * optimum, f"{1 - earned / optimum:.2%} lost"


@pytest.mark.parametrize("name", WORLDS)
def test_a_profit_looked_up_is_the_profit_of_the_best_price(name: str) -> None:
    """Too hopeful a table sends sellers on where they should withdraw, and lets questions look worth asking."""
    found = [looked_up(name, belief) for belief in beliefs_met(name)[1]]
    off = np.mean([abs(told - best) for _, told, best in found])
    scale = np.mean([best for _, _, best in found])
    assert scale > 0
    assert off <= OFF_AT_MOST * scale, f"{off / scale:.1%} off"


@pytest.mark.parametrize("need_cost", [0.0, 0.3])
def test_an_opportunity_cost_prices_like_a_base_cost(need_cost: float) -> None:
    """Both are forgone by signing; what a seller aims at cannot tell them apart."""
    forgone = world(seller__opportunity_cost=20, need_cost=need_cost)
    spent = world(solutions__small__base_cost=30, solutions__large__base_cost=50, need_cost=need_cost)
    one, other = played(forgone, spent, deals=4000)
    assert np.nanmean(one["first_quote"]) == pytest.approx(np.nanmean(other["first_quote"]), rel=0.01)
    assert np.mean(one["seller_profit"] - 20 * one["won"]) == pytest.approx(other["seller_profit"].mean(), rel=0.01)


# --- before any question ---

SAMPLE = 200_000


def market_test(setting: Setting, buyers: np.ndarray, s: int) -> Callable[[float], float]:
    """Profit per buyer of one price for solution s, when it is asked of all these buyers at once."""
    own, market = setting.world[0], market_of(setting.prices[0], s)
    needs = int(own.needs)
    cover = own.cover[s, :needs]
    certain = buyers["perceived"][:, :needs] @ cover - buyers["risk_aversion"] / 2 * market.variance
    budgets = buyers["budget"] + buyers["flex"] * np.maximum(0, certain - buyers["budget"])
    limit = np.minimum(certain - buyers["batna_believed"], budgets)
    cost = own.base_cost[s] + own.need_cost * buyers["worth"][:, :needs] @ cover
    worth = np.maximum(certain, 1e-9)
    wanted = market.bias + market.uncertainty_bias * (math.sqrt(market.variance) / worth - 0.2)

    def earned(price: float) -> float:
        margin = (certain - price - buyers["batna_believed"]) / worth
        signs = special.expit((margin - wanted) / market.spread)
        return float(np.mean(np.where((limit >= price) & (certain > 0), (price - cost) * signs, 0.0)))

    return earned


@pytest.mark.parametrize("name", ["b2b_software", "auto_repair"])
def test_the_price_before_any_question_earns_what_the_best_single_price_earns(name: str) -> None:
    setting = prepare(optimal(load_scenario(name)))
    own, prices = setting.world[0], setting.prices[0]
    buyers = draw_buyers(setting.world, setting.buyer, 987, 0, SAMPLE)
    solutions, sold = int(own.solutions), 0
    for s in range(solutions):
        earned = market_test(setting, buyers, s)
        r = 2 * int(own.needs) + s
        slope = own.prior_cov[r, r + solutions] / own.prior_cov[r, r]
        belief = (s, own.prior_mean[r], own.prior_cov[r, r], own.prior_mean[r + solutions], slope)
        high = own.prior_mean[r] + 4 * math.sqrt(own.prior_cov[r, r])
        best = max(earned(price) for price in np.linspace(own.base_cost[s], high, 80))
        if best <= 0:  # nothing to be earned with this solution at one price for all
            assert told_by(prices, PROFIT, *belief) <= 0.01 * own.mean_worth
            continue
        sold += 1
        assert earned(told_by(prices, PRICE, *belief)) >= 0.99 * best
        # the profit is that of the seller's own smaller sample, and of the luckiest price for it
        assert told_by(prices, PROFIT, *belief) == pytest.approx(best, rel=0.25)
    assert sold >= 2


# --- the other pricing models ---


def priced(model: dict[str, Any], **changes: Any) -> Setting:
    return prepare(world(solutions__large__pricing=model, **changes))


def test_a_list_price_is_exactly_what_is_named_whatever_is_believed() -> None:
    rows = played(world(solutions__large__pricing={"model": "list", "price": 61.7}, seller__markup=0.3), deals=2000)[0]
    named = rows["first_quote"][rows["quoted_solution"] == 1]
    assert named.size > 100
    assert set(named) == {61.7}


MODELS = {
    "list": ({"model": "list", "price": 61.7}, lambda mean, cost: 61.7),
    "cost_plus": ({"model": "cost_plus", "margin": 0.25}, lambda mean, cost: 1.25 * cost),
    "value_share": ({"model": "value_share", "share": 0.4}, lambda mean, cost: cost + 0.4 * max(0, mean + 10 - cost)),
}


@pytest.mark.parametrize("need_cost", [0.0, 0.3])
@pytest.mark.parametrize("mean", [45.0, 80.0, 110.0, 200.0])
@pytest.mark.parametrize("model", MODELS)
def test_a_pricing_model_aims_at_what_it_says(model: str, mean: float, need_cost: float) -> None:
    """``mean`` is of the reservation price; the BATNA of this world is 10. The last lies beyond the table's grid."""
    settings, wanted = MODELS[model]
    setting = priced(settings, need_cost=need_cost)
    own, prices = setting.world[0], setting.prices[0]
    cost = float(own.prior_mean[2 * 3 + 2 + 1])
    aim = told_by(prices, PRICE, 1, mean, 25.0, cost, 0.0)
    assert aim == pytest.approx(wanted(mean, cost), rel=0.005)


@pytest.mark.parametrize("mean", [45.0, 80.0, 110.0, 200.0])
@pytest.mark.parametrize("model", MODELS)
def test_the_profit_of_a_pricing_model_is_the_expected_profit_of_its_price(model: str, mean: float) -> None:
    settings, wanted = MODELS[model]
    setting = priced(settings)
    own, prices = setting.world[0], setting.prices[0]
    cost = float(own.prior_mean[2 * 3 + 2 + 1])
    told = told_by(prices, PROFIT, 1, mean, 100.0, cost, 0.0)
    shape = (100.0 / prices.variance[1]) ** 2 * prices.shift[PROFIT, 1]
    best = expected_profit(wanted(mean, cost), mean, 10.0, cost, 0.0, market_of(prices, 1))
    assert told - shape == pytest.approx(best, rel=0.02, abs=0.4)


def test_the_seller_never_names_a_number_below_its_own_limit() -> None:
    rows = played(
        world(
            solutions__large__pricing={"model": "cost_plus", "margin": 0.0},
            seller__clarity=0,
            seller__clarity_error=9,
        ),
        deals=3000,
    )[0]
    assert np.all(rows["first_quote"] >= rows["seller_limit"] * (1 - 1e-12))


HARDLY_ANYTHING = [
    ({"need_cost": 1e-18}, {"need_cost": 0.0}),
    (
        {"need_cost": 0.5, "solutions__large__covers": {"first": 1e-200}},
        {"need_cost": 0.5, "solutions__large__covers": {}},
    ),
]


@pytest.mark.parametrize(("hardly", "nothing"), HARDLY_ANYTHING)
def test_what_hardly_costs_or_covers_anything_prices_like_what_costs_or_covers_nothing(
    hardly: dict[str, Any], nothing: dict[str, Any]
) -> None:
    """A spread that is lost beside the base cost must be lost as an axis of the table too."""
    one, other = played(world(**hardly), world(**nothing), deals=300)
    assert np.nanmean(one["first_quote"]) == pytest.approx(np.nanmean(other["first_quote"]), rel=1e-3)
