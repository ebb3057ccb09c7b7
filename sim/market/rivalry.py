"""Rivals: what a buyer's other offers are worth to it, and how sellers go after an offer that is better than theirs."""

import math
from typing import Any

from agents.competition import improved_offer
from agents.rule import part_of_a_rule, rule
from agents.views import Kind
from sim.deal import Sale
from sim.market.books import Books
from sim.possibilities import true_worth
from sim.sides import buyer_certain, price_expected, seller_limit
from sim.steps.contact import take_effort
from sim.steps.numbers import is_exact, name_number


@part_of_a_rule
def sale_of(books: Books, talk: int) -> Sale:
    """A talk as the deal that rules are played on."""
    at = books.talks[talk]
    return Sale(
        books.world[0],
        books.prices[0],
        books.buyers[at.lead],
        books.sellers[at.seller],
        books.buyer_minds[talk],
        books.seller_minds[talk],
        books.deals[talk],
        books.seed,
        books.knowledge[0],
    )


@rule
def take_place(books: Books, talk: int) -> None:
    """Let buyer and seller be who they are in this talk: its luck, its policy, and the alternatives of the moment."""
    at = books.talks[talk]
    lead, buyer = books.leads[at.lead], books.buyers[at.lead]
    buyer.id = at.key
    books.sellers[at.seller].policy = at.policy
    if lead.asks > 1:
        believed, true = best_elsewhere(books, talk)
        strength = books.rules[0].rival_offers
        books.buyer_minds[talk].batna = max(at.own_batna, strength * believed)
        buyer.rival = lead.rival or strength * true > 0.0
        buyer.batna = max(lead.batna, strength * true)


@rule
def best_elsewhere(books: Books, talk: int) -> tuple[float, float]:
    """What the best number on a rival's table would gain the buyer, money: as it believes, and in truth; at least 0."""
    believed, true = 0.0, 0.0
    lead = books.talks[talk].lead
    width = books.rules[0].width
    for other in range(lead * width, (lead + 1) * width):
        if other != talk and books.talks[other].open:
            sale = sale_of(books, other)
            for s in range(sale.world.solutions):
                number = sale.deal.quote[s]
                if not math.isnan(number):
                    gain = worth_of_offer(sale, s) - number
                    if gain > believed:
                        believed, true = gain, max(0.0, true_worth(sale, s) - number)
    return believed, true


@rule
def worth_of_offer(sale: Sale, solution: int) -> float:
    """What a solution of this seller is worth to the buyer by what it knows in this talk, money."""
    return buyer_certain(sale.world, sale.buyer, sale.buyer_mind, solution) + sale.buyer_mind.shift


@rule
def gain_by(sale: Sale) -> float:
    """What the buyer expects to gain by what is proposed, money."""
    s = sale.deal.solution
    return worth_of_offer(sale, s) - price_expected(sale.world, sale.buyer, sale.deal, s)


@rule
def best_held(books: Books, lead: int) -> int:
    """The talk on hold by which the buyer expects to gain most; -1 if none is."""
    best, most = -1, -math.inf
    width = books.rules[0].width
    for talk in range(lead * width, (lead + 1) * width):
        if books.talks[talk].open and books.talks[talk].held:
            gain = gain_by(sale_of(books, talk))
            if gain > most:
                best, most = talk, gain
    return best


@rule
def compete(books: Books, lead: int) -> None:
    """The buyer tells those who wait what its best offer is; they may improve on it, round after round."""
    rules = books.rules[0]
    for _ in range(rules.undercutting):
        best = best_held(books, lead)
        if best < 0:
            return
        most = gain_by(sale_of(books, best))
        improved = False
        for talk in range(lead * rules.width, (lead + 1) * rules.width):
            at = books.talks[talk]
            if talk != best and at.open and at.held and _improves(books, talk, most):
                improved = True
        if not improved:
            return


@rule
def _improves(books: Books, talk: int, most: float) -> bool:
    """Whether a seller lowers its number to beat an offer that gains the buyer ``most``; a list price it keeps."""
    sale, rules = sale_of(books, talk), books.rules[0]
    deal, s = sale.deal, sale.deal.solution
    if deal.first_kind == Kind.LIST or not is_exact(sale, s):
        return False
    number = deal.quote[s]
    matching = number - (most - gain_by(sale))
    limit = seller_limit(sale.world, sale.seller_mind, s)
    offer = improved_offer(number, matching, limit, rules.undercut_step)
    if offer >= number:
        return False
    sale.buyer.id = books.talks[talk].key
    name_number(sale, Kind.QUOTE.value, s, offer, offer, math.inf)
    take_effort(deal, sale.world.round_contacts)
    books.selling[books.talks[talk].seller].owed += sale.world.round_contacts * sale.world.contact_hours
    books.selling[books.talks[talk].seller].begun_total += sale.world.round_contacts * sale.world.contact_hours
    return True


@rule
def note_what_is_known(books: Books, talk: int) -> None:
    """Note what the buyer knows in a talk before it meets the seller again."""
    mind: Any = books.buyer_minds[talk]
    for k in range(books.world[0].needs):
        books.before[0, k] = mind.perceived[k]
        books.before[1, k] = mind.variance[k]


@rule
def carry_over(books: Books, talk: int) -> None:
    """What the buyer learnt in a sitting it knows in its other talks too, as far as it carries over."""
    lead = books.talks[talk].lead
    rules, mind = books.rules[0], books.buyer_minds[talk]
    for k in range(books.world[0].needs):
        learnt = mind.perceived[k] - books.before[0, k]
        left = mind.variance[k] / books.before[1, k] if books.before[1, k] > 0.0 else 1.0
        if learnt != 0.0 or left != 1.0:
            books.leads[lead].perceived[k] += learnt
            books.leads[lead].variance[k] *= left
            for other in range(lead * rules.width, (lead + 1) * rules.width):
                if other != talk and books.talks[other].open:
                    books.buyer_minds[other].perceived[k] += rules.carried * learnt
                    books.buyer_minds[other].variance[k] *= 1.0 - rules.carried * (1.0 - left)
