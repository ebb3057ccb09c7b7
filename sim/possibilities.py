"""What a deal with this buyer could have been, in truth: every solution with every package of terms.

Nobody in the deal knows this. Where no budget bounds the price only the best package of each solution matters, since
the price can divide its gain in any way.
"""

import math
from typing import Any

from agents.beliefs import perceived_worth
from agents.rule import rule
from agents.terms import BASE, best_package, money_in
from sim.deal import Sale
from sim.frontier import Frontier, left_on_the_table, no_deal, pointed, widened


@rule
def true_worth(sale: Sale, solution: int) -> float:
    """What a solution is truly worth to the buyer at standard terms, money."""
    return perceived_worth(sale.world.cover, solution, sale.world.needs, sale.buyer.worth)


@rule
def true_cost(sale: Sale, solution: int) -> float:
    """What serving this buyer with a solution at standard terms truly costs, money."""
    return sale.world.base_cost[solution] + sale.world.need_cost * true_worth(sale, solution)


@rule
def gain_of(sale: Sale, package: int) -> float:
    """What a package is truly worth to the buyer less what it costs the seller, money."""
    world = sale.world
    worth = money_in(world.terms, package, world.term_worth, sale.buyer.term_factor)
    return worth - money_in(world.terms, package, world.term_cost, sale.seller_mind.term_factor)


@rule
def truly_best_package(sale: Sale) -> int:
    """The terms that are best for both in truth."""
    world = sale.world
    return best_package(
        world.terms,
        world.levels,
        world.term_worth,
        sale.buyer.term_factor,
        world.term_cost,
        sale.seller_mind.term_factor,
    )


@rule
def frontier_of(sale: Sale) -> Frontier:
    """The frontier of all that this deal could have been; gains from no deal, before what contacts cost."""
    frontier = no_deal()
    for i in range(_forms(sale)):
        joint, most = _form(sale, i)
        frontier = widened(frontier, joint, most)
    for i in range(_forms(sale)):
        joint, most = _form(sale, i)
        frontier = pointed(frontier, joint, most)
    return frontier


@rule
def left_over(sale: Sale, seller: float, buyer: float) -> float:
    """How much more the seller could have gained with the buyer as well off, money; no deal is possible too."""
    left = max(0.0, -buyer - seller)
    for i in range(_forms(sale)):
        joint, most = _form(sale, i)
        left = left_on_the_table(left, joint, most, seller, buyer)
    return left


@rule
def _packages(world: Any) -> int:
    count = 1
    for j in range(world.terms):
        count *= world.levels[j]
    return count


@rule
def _forms(sale: Sale) -> int:
    """How many forms of the deal have to be looked at."""
    if math.isinf(sale.buyer.budget):
        return sale.world.solutions
    return sale.world.solutions * _packages(sale.world)


@rule
def _form(sale: Sale, number: int) -> tuple[float, float]:
    """The joint gain of a form of the deal, and the most the seller could gain by it within the buyer's budget."""
    world, buyer = sale.world, sale.buyer
    solution = number % world.solutions
    gain = true_worth(sale, solution) - true_cost(sale, solution) - buyer.batna
    if math.isinf(buyer.budget):
        return gain + gain_of(sale, truly_best_package(sale)), math.inf
    package = _package_number(world, number // world.solutions)
    worth = true_worth(sale, solution) + money_in(world.terms, package, world.term_worth, buyer.term_factor)
    cost = true_cost(sale, solution) + money_in(world.terms, package, world.term_cost, sale.seller_mind.term_factor)
    spendable = buyer.budget + buyer.flex * max(0.0, worth - buyer.budget)
    return gain + gain_of(sale, package), spendable - cost


@rule
def _package_number(world: Any, number: int) -> int:
    """The packages counted through: their numbers in the form of agents.terms."""
    package = 0
    place = 1
    left = number
    for j in range(world.terms):
        package += place * (left % world.levels[j])
        left //= world.levels[j]
        place *= BASE
    return package
