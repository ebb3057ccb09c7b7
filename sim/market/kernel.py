"""The compiled part of a market: leads arrive, sellers work, talks end. One entry, so that it compiles once."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from agents.catalogue import Catalogue
from agents.competition import choice_weight, experience_of, worth_of_an_hour
from agents.rule import bind, chain, entry, rule
from agents.work_rules import WORK_RULES
from agents.work_view import WorkView
from sim.aftermath import write_outcome
from sim.fate import Purpose, luck
from sim.knowledge import plant
from sim.market.books import NOBODY, Books
from sim.market.rivalry import (
    best_held,
    carry_over,
    compete,
    note_what_is_known,
    sale_of,
    take_place,
)
from sim.market.sittings import can_be_set_aside, is_over, waits_to_bargain
from sim.population import draw_buyer
from sim.process import advance, begin
from sim.seats import Seats, fill_seat, seats
from sim.sides import chance
from sim.steps.contact import leave
from sim.vocabulary import Ask, Destination, Reason

PLANT, ARRIVE, DAWN, WORK = range(4)
"""What the market can be told to do."""

TALK_BITS = 40
"""The luck of a lead's first talk is keyed by the lead's own number; of the next ones, by one beyond all of those."""

Urgency = Callable[[WorkView], float]


def kernel_for(rules: Catalogue, work_rule: Urgency | None = None) -> Callable[..., int]:
    """The compiled market that plays the rules of a catalogue, and a work rule of one's own if one is given."""
    return _kernel(seats(rules), rules.plugins, rules.numbering, work_rule)


@lru_cache(maxsize=8)
def _kernel(seated: Seats, plugins: tuple[Any, ...], numbering: str, work_rule: Urgency | None) -> Callable[..., int]:
    import importlib

    if work_rule is None:
        own = [importlib.import_module(f"agents.work_rules.{name}").urgency for name in WORK_RULES]
    else:
        own = [rule(work_rule)]
    sit = rule(bind(_sit, meet=rule(bind(_meet, fill_seat=seated.fill))))
    forward = rule(bind(_bring_forward, urgency_by_number=chain(own)))
    work = rule(bind(_work, _sit=sit, _bring_forward=forward))
    bound = f"{numbering} | {' '.join(WORK_RULES)}" if work_rule is None else ""
    return entry(bind(_act, work=work), plugins, bound)


def urgency_by_number(code: int, view: WorkView) -> float:
    """The urgency by work rule number ``code``; bound to a chain of work rules before it is used."""
    raise LookupError("no work rules are bound")


def meet(sale: Any) -> None:
    """Work on a deal up to the end of a meeting; bound to the seats of a catalogue before it is used."""
    raise LookupError("no catalogue is bound")


def work(books: Books, seller: int, day: int) -> None:
    """Let a seller work its hours; bound before it is used."""
    raise LookupError("no catalogue is bound")


def _act(books: Books, action: int, subject: int, day: int) -> int:
    """Do one thing in the market; returns how many talks have ended so far."""
    if action == PLANT:
        plant(books.world[0], books.knowledge[0])
    elif action == ARRIVE:
        arrive(books, subject, day)
    elif action == DAWN:
        dawn(books, day)
    else:
        work(books, subject, day)
    return books.count[0]


# --- leads ---


@rule
def arrive(books: Books, place: int, day: int) -> None:
    """A lead comes: who it is, how many sellers it asks, and its first talks. Its place has its number already."""
    lead, buyer, rules = books.leads[place], books.buyers[place], books.rules[0]
    who, compares, _, _ = luck(books.seed, Purpose.VISIT, lead.id, 0)
    if lead.person == NOBODY:
        lead.person = int(who * rules.people)
    draw_buyer(books.world[0], buyer, books.seed, lead.id)
    if not rules.batna_given:
        buyer.rival = False
        buyer.batna = 0.0
        buyer.batna_misjudged = 0.0
        buyer.batna_believed = 0.0
    lead.rival = buyer.rival
    lead.batna = buyer.batna
    for k in range(books.world[0].needs):
        lead.perceived[k] = buyer.perceived[k]
        lead.variance[k] = (1.0 - buyer.knowledge) * books.world[0].need_variance[k]
    lead.open = True
    lead.arrived = day
    lead.asks = rules.asked if compares < rules.comparers else 1
    lead.begun = 0
    lead.going = 0
    lead.bought = NOBODY
    first = 1 if rules.in_turn else lead.asks
    for _ in range(first):
        _begin_talk(books, place, day, day)


@rule
def _begin_talk(books: Books, place: int, day: int, ready: int) -> None:
    """The lead asks another seller."""
    lead, rules = books.leads[place], books.rules[0]
    seller = _choose_seller(books, place)
    turn = lead.begun
    talk = place * rules.width + turn
    at = books.talks[talk]
    at.open = True
    at.lead = place
    at.turn = turn
    at.key = lead.id + (turn << TALK_BITS)
    at.seller = seller
    at.policy = books.sellers[seller].policy
    at.opened = day
    at.ready = ready
    at.touched = day
    at.held = False
    at.released = False
    lead.asked[turn] = seller
    lead.begun += 1
    lead.going += 1
    books.selling[seller].talks += 1
    sale = sale_of(books, talk)
    sale.buyer.id = at.key
    begin(sale)
    at.own_batna = sale.buyer_mind.batna
    if turn > 0 and rules.carried > 0.0:
        for k in range(sale.world.needs):
            mind = sale.buyer_mind
            mind.perceived[k] += rules.carried * (lead.perceived[k] - mind.perceived[k])
            mind.variance[k] += rules.carried * (lead.variance[k] - mind.variance[k])


@rule
def _choose_seller(books: Books, place: int) -> int:
    """Whom a lead asks next: the one it was sent to, else by trust among those that it has not asked."""
    lead, rules = books.leads[place], books.rules[0]
    if lead.begun == 0 and lead.known != NOBODY:
        return lead.known
    toss, _, _, _ = luck(books.seed, Purpose.VISIT, lead.id, 1 + lead.begun)
    total = 0.0
    for seller in range(rules.sellers):
        if not _was_asked(lead, seller):
            total += choice_weight(books.opinions[lead.person, seller], rules.trust)
    chosen, sum_so_far = NOBODY, 0.0
    for seller in range(rules.sellers):
        if not _was_asked(lead, seller):
            sum_so_far += choice_weight(books.opinions[lead.person, seller], rules.trust)
            chosen = seller
            if toss * total < sum_so_far:
                return chosen
    return chosen


@rule
def _was_asked(lead: Any, seller: int) -> bool:
    asked = False
    for turn in range(lead.begun):
        asked = asked or lead.asked[turn] == seller
    return asked


@rule
def dawn(books: Books, day: int) -> None:
    """A day begins: who has waited too long is gone, and who has heard enough offers turns to the best."""
    rules = books.rules[0]
    for place in range(books.leads.size):
        if books.leads[place].open:
            for talk in range(place * rules.width, (place + 1) * rules.width):
                at = books.talks[talk]
                if at.open and not at.held and day - at.touched > rules.patience_days:
                    take_place(books, talk)
                    leave(sale_of(books, talk), Reason.LEFT_WAITING)
                    _close(books, talk, day)
            look_around(books, place, day)


@rule
def look_around(books: Books, place: int, day: int) -> None:
    """What a buyer does after something has happened: ask the next seller, turn to the best offer, or be gone."""
    lead, rules = books.leads[place], books.rules[0]
    if lead.bought == NOBODY and lead.begun < lead.asks and rules.in_turn:
        last = place * rules.width + lead.begun - 1
        if not books.talks[last].open or books.deals[last].numbers > 0:
            _begin_talk(books, place, day, day + 1)
    if lead.going == 0:
        lead.open = False
    elif lead.asks > 1 and _has_heard_enough(books, place, day):
        compete(books, place)
        best = best_held(books, place)
        books.talks[best].held = False
        books.talks[best].released = True


@rule
def _has_heard_enough(books: Books, place: int, day: int) -> bool:
    """Whether a buyer with offers on hold turns to one: nothing is to come, or it has waited long enough."""
    lead, rules = books.leads[place], books.rules[0]
    pending, held, since = lead.begun < lead.asks, False, day
    for talk in range(place * rules.width, (place + 1) * rules.width):
        at = books.talks[talk]
        if at.open:
            if at.released:
                return False
            if at.held:
                held = True
                since = min(since, at.held_since)
            else:
                pending = True
    return held and (not pending or day - since >= rules.wait_days)


# --- sellers ---


def _work(books: Books, seller: int, day: int) -> None:
    """A seller works its hours: first what it owes, then on its open deals in the order of their urgency."""
    rules, own = books.rules[0], books.selling[seller]
    left = rules.hours
    paid = min(own.owed, left)
    own.owed -= paid
    own.worked = paid
    left -= paid
    own.short = False
    count = _ready(books, seller, day)
    limited = not math.isinf(rules.hours)
    for done in range(count):
        if left <= 0.0:
            own.short = True
            break
        if limited:
            _bring_forward(books, done, count, day)
        talk = books.order[done]
        at = books.talks[talk]
        if at.open and at.seller == seller and at.ready <= day:
            spent = _sit(books, talk, day)
            own.begun_total += spent
            paid = min(spent, left)
            own.owed += spent - paid
            own.worked += paid
            left -= paid
    own.worked_total += own.worked
    _take_stock(books, seller, left)


@rule
def _ready(books: Books, seller: int, day: int) -> int:
    """Note the talks that a seller may work on today; returns how many there are."""
    count = 0
    for talk in range(books.talks.size):
        at = books.talks[talk]
        if at.open and at.seller == seller and at.ready <= day and not at.held:
            books.order[count] = talk
            count += 1
    return count


def _bring_forward(books: Books, done: int, count: int, day: int) -> None:
    """Put the most urgent of the talks not yet done first; of equals, that of the earlier lead."""
    best, most = done, -math.inf
    for i in range(done, count):
        talk = books.order[i]
        at, deal, mind = books.talks[talk], books.deals[talk], books.seller_minds[talk]
        view = WorkView(
            deal.step,
            day - at.opened,
            day - at.touched,
            deal.contacts,
            mind.profit,
            chance(mind),
            deal.numbers > 0,
        )
        urgency = urgency_by_number(books.rules[0].work_rule, view)
        if urgency > most or (urgency == most and at.key < books.talks[books.order[best]].key):
            best, most = i, urgency
    books.order[done], books.order[best] = books.order[best], books.order[done]


def _sit(books: Books, talk: int, day: int) -> float:
    """Work on a talk up to the end of a meeting; returns the hours it takes."""
    at, sale = books.talks[talk], sale_of(books, talk)
    lead = books.leads[at.lead]
    take_place(books, talk)
    compares = lead.asks > 1
    if compares:
        note_what_is_known(books, talk)
    before, believed = sale.deal.contacts, sale.buyer_mind.batna
    meet(sale)
    if compares:
        carry_over(books, talk)
    if sale.buyer_mind.batna != believed:
        at.own_batna = sale.buyer_mind.batna  # it has looked into its alternatives
    at.touched = day
    at.ready = day + books.rules[0].pace
    hours = (sale.deal.contacts - before) * sale.world.contact_hours
    if is_over(sale.deal):
        if sale.deal.exit_reason == Reason.SIGNED:
            hours += books.rules[0].delivery_hours
        _close(books, talk, day)
    elif compares and waits_to_bargain(sale.deal) and not at.released:
        at.held = True
        at.held_since = day
    look_around(books, at.lead, day)
    return hours


def _meet(sale: Any) -> None:
    """Advance a deal until what comes next is another meeting, every seat filled by rule."""
    going = True
    while going:
        ask = advance(sale)
        if ask == Ask.OVER:
            going = False
        else:
            if ask != Ask.HAPPENED:
                fill_seat(sale, ask)
            going = not can_be_set_aside(sale)


@rule
def _take_stock(books: Books, seller: int, idle: float) -> None:
    """At the end of a day a seller reckons anew what an hour is worth to it."""
    rules, own = books.rules[0], books.selling[seller]
    weight = 1.0 - math.exp(-1.0 / rules.opportunity_days)
    own.running_profit += weight * (own.profit - own.profit_before - own.running_profit)
    own.running_hours += weight * (own.worked - own.running_hours)
    own.profit_before = own.profit
    own.hour_worth = rules.opportunity * worth_of_an_hour(own.running_profit, own.running_hours, idle)
    books.sellers[seller].contact_opportunity = (
        rules.contact_opportunity + own.hour_worth * books.world[0].contact_hours
    )
    books.sellers[seller].opportunity_cost = rules.opportunity_cost + own.hour_worth * rules.delivery_hours


# --- ends ---


@rule
def _close(books: Books, talk: int, day: int) -> None:
    """A talk is over; where the buyer has bought, so are its other ones."""
    at, rules = books.talks[talk], books.rules[0]
    _write(books, talk, day)
    if books.deals[talk].exit_reason != Reason.SIGNED:
        return
    place = at.lead
    books.leads[place].bought = at.seller
    won = books.rows[books.count[0] - 1]
    gained = max(books.leads[place].batna, won.created - won.claimed + won.batna)
    for other in range(place * rules.width, (place + 1) * rules.width):
        if books.talks[other].open:
            sale = sale_of(books, other)
            sale.buyer.id = books.talks[other].key
            sale.buyer.rival = True
            sale.buyer.batna = gained
            leave(sale, Reason.BOUGHT_ELSEWHERE)
            sale.deal.destination = Destination.COMPETITOR
            _write(books, other, day)


@rule
def _write(books: Books, talk: int, day: int) -> None:
    """Write the outcome of a talk, and clear its place."""
    at, number = books.talks[talk], books.count[0]
    lead, own = books.leads[at.lead], books.selling[at.seller]
    sale, row, ended = sale_of(books, talk), books.rows[number], books.ended[number]
    write_outcome(sale, row)
    row.deal = lead.id
    row.days = day - at.opened
    ended.day_opened = at.opened
    ended.day_closed = day
    ended.turn = at.turn
    ended.asks = lead.asks
    ended.policy = at.policy
    ended.person = lead.person
    ended.origin = lead.origin
    ended.complaint_cost = 0.0
    ended.experience = experience_of(row.created - row.claimed, row.price) if row.won else math.nan
    own.profit += row.seller_profit
    own.ended += 1
    if row.won:
        own.won += 1
    books.count[0] = number + 1
    at.open = False
    lead.going -= 1
