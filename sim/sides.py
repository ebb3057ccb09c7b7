"""What each side can work out for itself: its own records in, a number or a view out.

No function here takes the other side's records; that is how a decision is kept to its own side's view.
"""

import math
from typing import Any, NamedTuple

from agents.beliefs import certainty_equivalent, perceived_variance, perceived_worth
from agents.buyer import reservation_price
from agents.formulas import SQRT_12
from agents.group import relayed
from agents.limits import MOST_CONTACTS
from agents.price_list import PRICE, look_up, profit_of, shape_of
from agents.rule import rule
from agents.seller import Favourite, News, expected_drift, opening, value_of_news, value_with
from agents.terms import best_package, money_in
from agents.views import ChoiceView, Kind, NegotiationView, PriceView
from sim.fate import Purpose, luck
from sim.vocabulary import Protocol

SELLER, BUYER = 0, 1

EXPECTED_ROUNDS = 0.5
"""Part of its own deadline that a seller expects bargaining to take. ASSUMPTION."""

# --- the buyer ---


@rule
def own_focus(buyer: Any) -> float:
    """How readily this buyer asks for the price before anyone has refused it one."""
    return buyer.shopper_focus if buyer.shopper else buyer.focus


@rule
def buyer_certain(world: Any, buyer: Any, mind: Any, solution: int) -> float:
    """The buyer's certainty equivalent of a solution, money."""
    worth = perceived_worth(world.cover, solution, world.needs, mind.perceived)
    variance = perceived_variance(world.cover, solution, world.needs, mind.variance)
    return certainty_equivalent(worth, variance, buyer.risk_aversion)


@rule
def buyer_uncertainty(world: Any, mind: Any, solution: int) -> float:
    """Standard deviation of what the buyer believes a solution is worth to it, money."""
    return math.sqrt(perceived_variance(world.cover, solution, world.needs, mind.variance))


@rule
def buyer_limit(world: Any, buyer: Any, mind: Any, solution: int) -> float:
    """The buyer's reservation price for a solution, money."""
    certain = buyer_certain(world, buyer, mind, solution)
    return reservation_price(certain, mind.batna, mind.shift, buyer.budget, buyer.flex)


@rule
def price_expected(world: Any, buyer: Any, deal: Any, solution: int) -> float:
    """What the buyer expects to pay for a solution: the number on the table, else what it has heard, money."""
    if math.isnan(deal.quote[solution]):
        return world.typical_price[solution] * buyer.expectation
    return deal.quote[solution]


@rule
def perceived_surplus(world: Any, buyer: Any, mind: Any, deal: Any) -> float:
    """What the buyer thinks the best solution it knows of would gain it over its BATNA, money; may be negative."""
    most = -math.inf
    for s in range(world.solutions):
        gain = buyer_certain(world, buyer, mind, s) - price_expected(world, buyer, deal, s)
        most = max(most, gain)
    return most - mind.batna


@rule
def relative(world: Any, surplus: float) -> float:
    """A surplus over the mean full worth of the segment, dimensionless."""
    return surplus / world.mean_worth if world.mean_worth > 0.0 else 0.0


@rule
def best_tier(world: Any, buyer: Any, mind: Any, deal: Any) -> int:
    """The solution that a buyer would take from the menu on the table: the one that leaves it most, by its own view."""
    best = 0
    most = -math.inf
    for s in range(world.solutions):
        left = buyer_certain(world, buyer, mind, s) - deal.quote[s]
        if left > most:
            best = s
            most = left
    return best


@rule
def member_worth(world: Any, buyer: Any, mind: Any, solution: int, member: int) -> tuple[float, float]:
    """Mean and variance of what a member of the buying group believes a solution is worth, money and money squared.

    What the champion has learnt reaches it with loss; what it makes of a need is weighed its own way.
    """
    worth, variance = 0.0, 0.0
    for k in range(world.needs):
        at_first = (1.0 - buyer.knowledge) * world.need_variance[k]
        weighed = world.cover[solution, k] * buyer.member_weight[member, k]
        worth += weighed * relayed(mind.perceived[k], buyer.perceived[k], world.relay_loss)
        variance += weighed * weighed * relayed(mind.variance[k], at_first, world.relay_loss)
    return worth, variance


@rule
def member_certain(world: Any, buyer: Any, mind: Any, solution: int, member: int) -> float:
    """A member's certainty equivalent of a solution, money."""
    worth, variance = member_worth(world, buyer, mind, solution, member)
    return certainty_equivalent(worth, variance, buyer.risk_aversion)


@rule
def member_limit(world: Any, buyer: Any, mind: Any, solution: int, member: int) -> float:
    """The most a member thinks should be paid for a solution, money."""
    certain = member_certain(world, buyer, mind, solution, member)
    return reservation_price(certain, mind.batna, mind.shift, buyer.budget, buyer.flex)


@rule
def member_surplus(world: Any, buyer: Any, mind: Any, deal: Any, member: int) -> float:
    """What a member thinks the best solution it knows of would gain over the BATNA, money; may be negative."""
    most = -math.inf
    for s in range(world.solutions):
        gain = member_certain(world, buyer, mind, s, member) - price_expected(world, buyer, deal, s)
        most = max(most, gain)
    return most - mind.batna


@rule
def terms_to_buyer(world: Any, buyer: Any, package: int) -> float:
    """What a package of terms is worth to this buyer beyond the standard terms, money."""
    return money_in(world.terms, package, world.term_worth, buyer.term_factor)


@rule
def buyer_package(world: Any, buyer: Any, mind: Any) -> int:
    """The terms that the buyer thinks best for both."""
    return best_package(
        world.terms, world.levels, world.term_worth, buyer.term_factor, world.term_cost, mind.term_guess
    )


@rule
def buyer_view_choice(world: Any, buyer: Any, mind: Any, deal: Any) -> ChoiceView:
    """What a person in the buyer's seat sees when it chooses."""
    s = deal.solution if deal.solution >= 0 else deal.quoted_solution
    number, worth, limit = math.nan, math.nan, math.nan
    if s >= 0:
        number = deal.quote[s]
        worth = buyer_certain(world, buyer, mind, s)
        limit = buyer_limit(world, buyer, mind, s)
    return ChoiceView(
        deal.wanted,
        deal.contact,
        deal.refusals,
        s,
        number,
        worth,
        limit,
        mind.batna,
        perceived_surplus(world, buyer, mind, deal),
        deal.price,
        deal.terms,
        terms_to_buyer(world, buyer, deal.terms),
        deal.buyer_contacts,
        buyer.contact_cost,
    )


# --- the seller ---


@rule
def effort_cost(seller: Any) -> float:
    """What a contact costs the seller when it decides, money: in truth, and in what it could earn elsewhere."""
    return seller.contact_cost + seller.contact_opportunity


@rule
def cost_of_bargaining(world: Any, seller: Any) -> float:
    """What the seller expects bargaining to cost it, money."""
    rounds = EXPECTED_ROUNDS * (seller.deadline_least + seller.deadline_extra)
    return effort_cost(seller) * world.round_contacts * rounds


@rule
def effort_of_a_deal(world: Any, seller: Any, more: float) -> float:
    """What the seller expects a deal to cost it from before needs analysis on, and ``more`` contacts; money."""
    return effort_cost(seller) * (seller.expected_contacts + more) + cost_of_bargaining(world, seller)


@rule
def chance(mind: Any) -> float:
    """How likely the seller thinks the buyer is able and likely to buy, over what its price list takes for granted."""
    return mind.likely * mind.decides * mind.able


@rule
def seller_limit(world: Any, mind: Any, solution: int) -> float:
    """The seller's reservation price for a solution: cost as it believes it, and what signing makes it forgo, money.

    An estimate of what the needs cost may fall below nothing; the seller knows that they do not pay it for its work.
    """
    believed = max(world.base_cost[solution], mind.belief[2 * world.needs + world.solutions + solution])
    return max(0.0, believed + mind.extra_cost)


@rule
def listed_price(world: Any, prices: Any, solution: int) -> float:
    """The printed price of a solution, the same for every buyer, money: the best for the segment where none is set."""
    if math.isnan(world.list_price[solution]):
        return prices.listed[solution]
    return world.list_price[solution]


@rule
def aimed_at(world: Any, seller: Any, deal: Any, solution: int, number: float) -> float:
    """The price that a seller who names a number aims at: without its mark-up, which a list price does not carry."""
    if deal.first_kind == Kind.LIST or not math.isnan(world.list_price[solution]):
        return number
    return number / (1.0 + seller.markup)


@rule
def standing_price(world: Any, prices: Any, seller: Any, deal: Any, solution: int) -> float:
    """The price aimed at with a number that stands for a solution, money; NaN where the seller is free.

    A binding number stands, and who began with a list price keeps to its list. Within a range, and as long as a
    condition may fail, the seller is free, and reckons as if it were so altogether.
    """
    if deal.first_kind == Kind.LIST:
        return listed_price(world, prices, solution)
    kind = deal.quote_kind[solution]
    if not world.binding or kind == Kind.RANGE or kind == Kind.CONDITIONAL:
        return math.nan
    return aimed_at(world, seller, deal, solution, deal.quote[solution])


@rule
def expected_of(world: Any, prices: Any, knowledge: Any, seller: Any, mind: Any, deal: Any, solution: int) -> float:
    """The profit the seller expects of a solution, money; a binding number stands."""
    return profit_of(
        prices,
        solution,
        standing_price(world, prices, seller, deal, solution),
        mind.belief[2 * world.needs + solution],
        knowledge.variance[mind.node, solution],
        seller_limit(world, mind, solution),
        knowledge.slope[mind.node, solution],
    )


@rule
def seller_opening(world: Any, prices: Any, knowledge: Any, seller: Any, mind: Any, solution: int) -> float:
    """The number the seller would name now for a solution, money; a list price is what it is."""
    if not math.isnan(world.list_price[solution]):
        return world.list_price[solution]
    mean = mind.belief[2 * world.needs + solution]
    limit = seller_limit(world, mind, solution)
    shape = shape_of(prices, solution, knowledge.variance[mind.node, solution], knowledge.slope[mind.node, solution])
    return opening(look_up(prices, PRICE, solution, shape, mean, limit), seller.markup, limit)


@rule
def next_number(world: Any, prices: Any, knowledge: Any, seller: Any, mind: Any, deal: Any, solution: int) -> float:
    """The number the seller would name now for a solution, money.

    Who began with a list price keeps to its list. Who began with a number of its own, less than its pricing said or
    more, goes on naming so much less or more; never below its limit.
    """
    if deal.first_kind == Kind.LIST:
        return listed_price(world, prices, solution)
    opening_now = seller_opening(world, prices, knowledge, seller, mind, solution)
    if deal.own_factor == 1.0:
        return opening_now
    return max(deal.own_factor * opening_now, seller_limit(world, mind, solution))


@rule
def seller_favourite(world: Any, prices: Any, knowledge: Any, seller: Any, mind: Any, deal: Any) -> Favourite:
    """The solution the seller thinks most profitable."""
    best = 0
    most = -math.inf
    for s in range(world.solutions):
        profit = expected_of(world, prices, knowledge, seller, mind, deal, s)
        if profit > most:
            best = s
            most = profit
    return Favourite(best, most)


@rule
def value_of_asking(world: Any, prices: Any, knowledge: Any, seller: Any, mind: Any, deal: Any, need: int) -> float:
    """What the seller expects to gain from asking about a need, money, before its cost."""
    node = mind.node
    gain = knowledge.gain[node, need]
    relief = 0.5 * world.risk_aversion * gain * knowledge.doubt[node, need]
    worst, middle, best = 0.0, 0.0, 0.0  # whatever the news, the seller may withdraw
    for i in range(world.solutions):
        s = (mind.favourite + i) % world.solutions
        drift = expected_drift(world.cover[s, need], gain, mind.belief[need], mind.belief[world.needs + need], relief)
        news = News(
            drift,
            knowledge.moved[node, s, need],
            knowledge.dearer[node, s, need],
            knowledge.left[node, s, need],
            knowledge.slope_left[node, s, need],
        )
        price, cost = mind.belief[2 * world.needs + s], seller_limit(world, mind, s)
        standing = standing_price(world, prices, seller, deal, s)
        bad, middling, good = value_with(prices, s, standing, price, cost, news, worst)
        worst, middle, best = max(worst, bad), max(middle, middling), max(best, good)
    return chance(mind) * value_of_news(worst, middle, best, max(0.0, mind.profit))


@rule
def terms_to_seller(world: Any, mind: Any, package: int) -> float:
    """What a package of terms costs this seller beyond the standard terms, money."""
    return money_in(world.terms, package, world.term_cost, mind.term_factor)


@rule
def seller_package(world: Any, mind: Any) -> int:
    """The terms that the seller thinks best for both."""
    return best_package(world.terms, world.levels, world.term_worth, mind.term_guess, world.term_cost, mind.term_factor)


@rule
def view_price(world: Any, prices: Any, knowledge: Any, mind: Any, seller: Any, deal: Any, seed: Any) -> PriceView:
    """What the seller sees when it is consulted about naming a price."""
    expected = mind.belief[2 * world.needs + mind.favourite]
    doubt = math.sqrt(knowledge.variance[mind.node, mind.favourite])
    uncertainty = doubt / expected if expected > 0.0 else math.inf
    toss, _, _, _ = luck(seed, Purpose.POLICY, deal.buyer, deal.consultations)
    return PriceView(
        deal.moment,
        deal.asked,
        deal.times_asked,
        deal.refusals,
        deal.contact,
        deal.questions,
        deal.qualified or not world.has_qualification,
        expected,
        uncertainty,
        seller_opening(world, prices, knowledge, seller, mind, mind.favourite),
        seller_limit(world, mind, mind.favourite),
        chance(mind),
        _risk_of_losing(world, seller, deal),
        seller.confidence,
        seller.nerve,
        seller.discount,
        toss,
    )


@rule
def _risk_of_losing(world: Any, seller: Any, deal: Any) -> float:
    """Probability that a buyer of this segment is gone before the next contact if the seller names no number now."""
    gone = world.attrition[max(1, min(deal.contact, MOST_CONTACTS)) - 1]
    refused = (1.0 - seller.reframing_skill) * world.refusal_exit if deal.asked else 0.0
    return 1.0 - (1.0 - gone) * (1.0 - refused)


# --- bargaining ---


class Guess(NamedTuple):
    """What one side believes of the other in bargaining, money: of its limit, and of what it believes in turn."""

    limit: float  # mean
    doubt: float  # standard deviation
    seen: float  # mean of what the other side is taken to believe of the own limit
    seen_doubt: float


@rule
def seller_guess(world: Any, knowledge: Any, mind: Any, deal: Any) -> Guess:
    """What the seller believes of the buyer's limit, from its beliefs about needs, and of what the buyer believes."""
    s = deal.solution
    doubt = math.sqrt(knowledge.variance[mind.node, s])
    number = deal.quote[s]
    return Guess(mind.belief[2 * world.needs + s], doubt, 0.5 * number, number / SQRT_12)


@rule
def buyer_guess(world: Any, buyer: Any, deal: Any) -> Guess:
    """What the buyer believes of the seller's limit, and of what the seller believes.

    ASSUMPTION: the limit lies anywhere between nothing and the price it expects; and a seller who thinks buyers uniform
    between nothing and some most names half of that most, so that its own limit is taken to lie below twice the price.
    """
    number = price_expected(world, buyer, deal, deal.solution)
    return Guess(0.5 * number, number / SQRT_12, number, 2.0 * number / SQRT_12)


@rule
def seller_view_negotiation(
    world: Any, knowledge: Any, seller: Any, mind: Any, deal: Any, seed: Any
) -> NegotiationView:
    """What the seller sees when it is its turn in bargaining."""
    return view_negotiation(world, seller, mind, deal, SELLER, seed, seller_guess(world, knowledge, mind, deal))


@rule
def buyer_view_negotiation(world: Any, buyer: Any, mind: Any, deal: Any, seed: Any) -> NegotiationView:
    """What the buyer sees when it is its turn in bargaining."""
    return view_negotiation(world, buyer, mind, deal, BUYER, seed, buyer_guess(world, buyer, deal))


@rule
def view_negotiation(
    world: Any, party: Any, mind: Any, deal: Any, side: int, seed: Any, guess: Guess
) -> NegotiationView:
    """What one side sees when it is its turn in bargaining; ``party``, ``mind`` and ``guess`` are that side's own.

    Talks break down at the end of a round, that is when the side that did not open it rejects an offer and makes its
    own: only that side's rejection puts gains at risk. An alternative is in the limits already, so nobody has an option
    besides; and a price comes about by acceptance, so that two sealed offers would have the same weight (ASSUMPTION).
    """
    _, seller_toss, buyer_toss, _ = luck(seed, Purpose.ROUND, deal.buyer, deal.rounds)
    elapsed = min(1.0, (deal.rounds - 1.0) / (mind.deadline - 1.0)) if mind.deadline > 1 else 1.0
    opens = (side == BUYER) == world.buyer_opens
    survival = 1.0 - world.breakdown
    return NegotiationView(
        side == SELLER,
        mind.aspiration,
        mind.limit,
        mind.acceptance_limit,
        elapsed,
        deal.rounds,
        party.firmness,
        mind.named,
        mind.heard,
        mind.heard_before,
        seller_toss if side == SELLER else buyer_toss,
        guess.limit,
        guess.doubt,
        guess.seen,
        guess.seen_doubt,
        1.0 if opens else survival,
        survival if opens else 1.0,
        _offers_left(world, mind, deal),
        math.nan,
        math.nan,
        mind.conceded,
        mind.heard_conceding,
        0.5,
    )


@rule
def _offers_left(world: Any, mind: Any, deal: Any) -> float:
    """Offers still to come by one side's own deadline, its next one included; its last one is the last of all."""
    if world.protocol == Protocol.TAKE_IT_OR_LEAVE_IT:
        return 1.0
    return 2.0 * (mind.deadline - deal.rounds) + 1.0
