"""What a deal with this buyer could have been, in truth: every solution with every package of terms.

Nobody in the deal knows this. It is worked out when the deal is over, each part of it once: what every solution is
truly worth and costs is noted in the deal's record, and what a package of terms is to both sides goes along with it.

Where no budget bounds the price only the best package of each solution matters, since the price can divide its gain in
any way.
"""

import math
from typing import Any, NamedTuple

from agents.beliefs import perceived_worth
from agents.rule import rule
from agents.terms import BASE, STANDARD, best_package, money_in
from sim.deal import Sale
from sim.frontier import Frontier, left_on_the_table, no_deal, pointed, widened

BITS = 4
"""Bits that hold a level, which is a decimal digit."""

ALL_BITS = (1 << BITS) - 1


class Package(NamedTuple):
    """A package of terms, and what it truly is to both sides beyond the standard terms, money."""

    terms: int  # as in agents.terms
    worth: float  # to the buyer
    cost: float  # to the seller


class Possible(NamedTuple):
    """What a deal could have been: its frontier, and how much of it two gains leave on the table, money."""

    frontier: Frontier
    left: float


@rule
def true_worth(sale: Sale, solution: int) -> float:
    """What a solution is truly worth to the buyer at standard terms, money."""
    return perceived_worth(sale.world.cover, solution, sale.world.needs, sale.buyer.worth)


@rule
def note_what_is_true(sale: Sale) -> None:
    """Note what every solution is truly worth to the buyer, and what serving it truly costs, at standard terms."""
    world, deal = sale.world, sale.deal
    for s in range(world.solutions):
        worth = true_worth(sale, s)
        deal.true_worth[s] = worth
        deal.true_cost[s] = world.base_cost[s] + world.need_cost * worth


@rule
def gain_of(package: Package) -> float:
    """What a package is truly worth to the buyer less what it costs the seller, money."""
    return package.worth - package.cost


@rule
def in_truth(sale: Sale, terms: int) -> Package:
    """A package with what it truly is to both sides."""
    world = sale.world
    worth = money_in(world.terms, terms, world.term_worth, sale.buyer.term_factor)
    cost = money_in(world.terms, terms, world.term_cost, sale.seller_mind.term_factor)
    return Package(terms, worth, cost)


@rule
def best_terms(sale: Sale) -> Package:
    """The package that is best for both in truth."""
    world = sale.world
    terms = best_package(
        world.terms,
        world.levels,
        world.term_worth,
        sale.buyer.term_factor,
        world.term_cost,
        sale.seller_mind.term_factor,
    )
    return in_truth(sale, terms)


@rule
def what_could_have_been(sale: Sale, best: Package, seller: float, buyer: float) -> Possible:
    """The frontier of the deal, and how much more the seller could have gained with the buyer as well off.

    ``best`` is the package that is best for both, ``seller`` and ``buyer`` are what they gained; all gains are from no
    deal, which is possible too, and before what contacts cost. Reads what ``note_what_is_true`` noted.
    """
    frontier = no_deal()
    left = max(0.0, -buyer - seller)
    bounded = not math.isinf(sale.buyer.budget)
    packages = _packages(sale.world) if bounded else 1
    levels = 0
    for _ in range(packages):
        package = _package(sale, levels) if bounded else best
        for s in range(sale.world.solutions):
            joint, most = _form(sale, s, package)
            frontier = widened(frontier, joint, most)
            left = left_on_the_table(left, joint, most, seller, buyer)
        levels = _next_levels(sale.world, levels)
    levels = 0
    for _ in range(packages):
        package = _package(sale, levels) if bounded else best
        for s in range(sale.world.solutions):
            joint, most = _form(sale, s, package)
            frontier = pointed(frontier, joint, most)
        levels = _next_levels(sale.world, levels)
    return Possible(frontier, left)


@rule
def _packages(world: Any) -> int:
    count = 1
    for j in range(world.terms):
        count *= world.levels[j]
    return count


@rule
def _next_levels(world: Any, levels: int) -> int:
    """The package after this one, the first term's level counting fastest; levels are BITS wide each.

    To count on takes no division; to find a package by its number would, for each of its terms.
    """
    for j in range(world.terms):
        levels += 1 << BITS * j
        if levels >> BITS * j & ALL_BITS < world.levels[j]:
            break
        levels &= ~(ALL_BITS << BITS * j)
    return levels


@rule
def _package(sale: Sale, levels: int) -> Package:
    """The package of some levels, BITS wide each; its money is added up as ``agents.terms.money_in`` does it."""
    world, ours, theirs = sale.world, sale.seller_mind.term_factor, sale.buyer.term_factor
    worth, cost = 0.0, 0.0
    terms, place = STANDARD, 1
    for j in range(world.terms):
        level = levels >> BITS * j & ALL_BITS
        terms += place * level
        place *= BASE
        worth += theirs[j] * world.term_worth[j, level]
        cost += ours[j] * world.term_cost[j, level]
    return Package(terms, worth, cost)


@rule
def _form(sale: Sale, solution: int, package: Package) -> tuple[float, float]:
    """The joint gain of a form of the deal, and the most the seller could gain by it within the buyer's budget."""
    buyer, worth, cost = sale.buyer, sale.deal.true_worth[solution], sale.deal.true_cost[solution]
    joint = worth - cost - buyer.batna + gain_of(package)
    if math.isinf(buyer.budget):
        return joint, math.inf
    worth += package.worth
    spendable = buyer.budget + buyer.flex * max(0.0, worth - buyer.budget)
    return joint, spendable - (cost + package.cost)
