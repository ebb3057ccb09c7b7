"""Telling a deal: who says what, what each side believes, which offers are made, why it ends, what it was worth.

A told deal is a list of *passages*, one for each event, in plain words. Two policies with the same buyer are told side
by side from the first event at which they part.
"""

import math
import textwrap
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.outcome import DESTINATIONS
from sim.scenario import Scenario
from sim.setting import prepare
from sim.sides import buyer_limit, seller_limit
from sim.stepped import Happening, SteppedDeal
from sim.vocabulary import Event, Objection, Reason, Step

WIDTH = 100
GAP = 4

ENDINGS = {
    Reason.SIGNED: "the deal is signed",
    Reason.PRICE_TOO_HIGH: "the number was more than the buyer would pay",
    Reason.GIVEN_NO_PRICE: "the buyer wanted a price and got none",
    Reason.OUT_OF_PATIENCE: "the buyer has sat through as many contacts as it had patience for",
    Reason.STALLED: "the buyer lets the matter lie",
    Reason.NOT_WORTH_A_CONTACT: "the buyer sees too little in it to spend another contact",
    Reason.NO_AGREEMENT_IN_PRINCIPLE: "the buyer does not want what is proposed at that price",
    Reason.SELLER_WITHDREW: "the seller expects no profit worth its time",
    Reason.QUOTE_WITHDRAWN: "the seller takes its number back: it would sell below its limit",
    Reason.IMPASSE: "a deadline has passed without agreement",
    Reason.BREAKDOWN: "the talks break down",
    Reason.NOT_SIGNED: "when it comes to signing, the buyer stays with what it has",
    Reason.LEAD_DROPPED: "the seller thinks the lead not worth an attempt",
    Reason.NO_RESPONSE: "nobody ever answers",
    Reason.DISQUALIFIED: "the seller thinks it not worth its time",
    Reason.SELLER_WALKED_AWAY: "the seller leaves a buyer who wants nothing but a price",
    Reason.NOT_BUYING_NOW: "the buyer was only looking and does not mean to buy now",
    Reason.OBJECTION: "what the buyer objected to was not answered",
    Reason.NO_AUTHORITY: "whoever agreed may not sign",
}

STEPS = {
    Step.LEADS: "Leads",
    Step.PROSPECTING: "Prospecting",
    Step.QUALIFICATION: "Qualification",
    Step.NEEDS_ANALYSIS: "Needs analysis",
    Step.PRESENTING: "Presenting the solution",
    Step.OBJECTIONS_AND_NEGOTIATIONS: "Objections and negotiation",
    Step.SECURING: "Securing the deal",
}


OBJECTIONS = {
    Objection.DOUBT: "I am not sure that it is worth that much to us.",
    Objection.UNCOVERED: "It leaves out something that we need.",
    Objection.PRICE: "That is more than we had in mind.",
    Objection.TIMING: "Why should we do this now?",
}


class Passage(NamedTuple):
    """One event told: the event itself, the step and contact it belongs to, and the sentences."""

    happening: Happening
    heading: str
    sentences: tuple[str, ...]


def tell(scenario: Scenario, policy: str, buyer: int, seed: int, versus: str | None = None) -> str:
    """The transcript of the deal with one buyer under a price policy, or under two, side by side.

    ``buyer`` and ``seed`` name the very deal that the batch plays. Raises ValueError for a policy that does not exist.
    """
    first = Teller(scenario, policy, buyer, seed)
    if versus is None:
        body = first.told()
    else:
        body = _side_by_side(first, Teller(scenario, versus, buyer, seed))
    return "\n".join((*first.introduction(versus), "", *body)).rstrip() + "\n"


class Teller:
    """Plays one deal and puts it into words."""

    def __init__(self, scenario: Scenario, policy: str, buyer: int, seed: int) -> None:
        seller = scenario.seller.model_copy(update={"price_policy": policy})
        self.scenario = scenario.model_copy(update={"seller": seller})
        self.policy, self.number, self.seed = policy, buyer, seed
        self.needs = list(scenario.needs.values())
        self.solutions = list(scenario.solutions.values())
        self.deal = SteppedDeal(prepare(self.scenario), seed, buyer)
        self.passages = list(self._passages())

    # --- the whole ---

    def introduction(self, versus: str | None) -> list[str]:
        """Title, unit of money, and who the buyer is, which nobody in the deal knows in full."""
        policies = self.policy if versus is None else f"{self.policy} and {versus}"
        buyer = self.deal.buyer[0]
        worths = [(float(buyer["worth"][k]), need.label) for k, need in enumerate(self.needs)]
        real = "; ".join(f"{label} ({amount(worth)})" for worth, label in worths if worth > 0) or "nothing at all"
        other = f"a rival's offer that is worth {amount(buyer['batna'])} to it" if buyer["rival"] else "no other offer"
        return [
            f"{self.scenario.title}: buyer {self.number}, seed {self.seed}, {policies}.",
            f"Money is in {self.scenario.currency}.",
            "",
            *wrapped(f"What nobody knows: the buyer's true needs are {real}. It has {other}.", WIDTH),
        ]

    def told(self) -> list[str]:
        """The deal from beginning to end, and what it was worth in truth."""
        return [*_with_headings(self.passages, WIDTH), "", *wrapped(self.truth(), WIDTH)]

    def truth(self) -> str:
        """The last paragraph: what the deal was worth, whoever knew it."""
        row = self.deal.row[0]
        most = amount(row["first_best"])
        spent = f"{amount(row['contacts'])} contacts cost both together {amount(row['contact_costs'])}"
        if not row["won"]:
            where = DESTINATIONS[row["destination"]]
            went = "goes to the competitor" if where == "competitor" else "leaves things as they are"
            missed = f"There was {most} to gain." if row["first_best"] > 0 else "There was nothing to gain."
            return f"In truth: the buyer {went}; {spent}. {missed}"
        best = "the best solution" if row["best_solution"] == row["solution"] else "not the best solution"
        return (
            f"In truth: what was sold is worth {amount(row['value'])} to the buyer and costs {amount(row['cost'])} to "
            f"serve; it is {best}. The seller earns {amount(row['seller_profit'])}, the buyer gains "
            f"{amount(row['buyer_surplus'])} over its best alternative ({amount(row['batna'])}); {spent}. "
            f"There was {most} to gain."
        )

    # --- event by event ---

    def _passages(self) -> Iterator[Passage]:
        for happening in self.deal.happenings():
            yield Passage(happening, self._heading(happening), tuple(self._sentences(happening)))

    def _heading(self, happening: Happening) -> str:
        step = Step(happening.step)
        return f"Step {int(step)}, {STEPS[step]}"

    def _sentences(self, happening: Happening) -> Iterator[str]:
        words = {
            Event.CONTACT_OPENED: self._contact,
            Event.PRICE_ASKED: self._asked,
            Event.DECLINED: self._declined,
            Event.NUMBER_NAMED: self._number,
            Event.ANSWERED: self._answer,
            Event.NEEDS_KNOWN: self._needs_known,
            Event.HAGGLES: self._haggles,
            Event.PRESENTED: self._presented,
            Event.AGREED_IN_PRINCIPLE: self._agreed,
            Event.TAKEN: self._taken,
            Event.OFFERED: self._offered,
            Event.ACCEPTED: self._accepted,
            Event.SIGNED: self._signed,
            Event.LEFT: self._left,
            Event.LEAD_RECEIVED: self._lead,
            Event.ATTEMPTED: self._attempted,
            Event.QUALIFIED: self._qualified,
            Event.RANGE_NAMED: self._range,
            Event.MENU_NAMED: self._menu,
            Event.CONDITION_NAMED: self._condition,
            Event.LIST_PRICE_NAMED: self._list_price,
            Event.OBJECTED: self._objected,
            Event.PREPARED: self._prepared,
        }
        yield from words[happening.event](happening)

    def _contact(self, happening: Happening) -> Iterator[str]:
        yield f"Contact {happening.contact}."

    def _asked(self, happening: Happening) -> Iterator[str]:
        again = "Once more: how" if happening.subject > 1 else "Let's save some time. How"
        yield f'Buyer: "{again} much does it cost?"'

    def _declined(self, happening: Happening) -> Iterator[str]:
        yield 'Seller: "That depends on what you need. Let us first find that out."'
        if happening.subject:
            yield "The buyer is content with that."
        else:
            yield "The buyer is not content, and its patience is one contact shorter."

    def _lead(self, happening: Happening) -> Iterator[str]:
        score = "hot" if happening.subject else "cold"
        yield f"Marketing hands over a lead that it calls {score}."
        yield f"(The seller thinks it in the market with a probability of {happening.value:.0%}.)"

    def _attempted(self, happening: Happening) -> Iterator[str]:
        outcome = "the buyer responds" if happening.value else "no response"
        yield f"Attempt {happening.subject}: {outcome}."

    def _qualified(self, happening: Happening) -> Iterator[str]:
        yield "Seller asks what it is about, who decides, by when, and with what budget."
        verdict = "goes on" if happening.subject else "does not go on"
        yield (
            f"(It hopes to earn {amount(happening.other)}, weighs that by {happening.value:.2f} for how able and "
            f"likely to buy this one is, and {verdict}.)"
        )

    def _number(self, happening: Happening) -> Iterator[str]:
        yield f'Seller: "For {self._what(happening)}: {amount(happening.value)}."'
        yield from self._judged(happening)

    def _list_price(self, happening: Happening) -> Iterator[str]:
        yield f'Seller: "Our list says {amount(happening.value)} for {self._what(happening)}, to everyone."'
        yield from self._judged(happening)

    def _condition(self, happening: Happening) -> Iterator[str]:
        ceiling = float(self.deal.deal[0]["quote_ceiling"][happening.subject])
        price = amount(happening.value)
        yield f'Seller: "If it is the usual thing, {self._what(happening)} is {price}; if it is more, we talk again."'
        yield f"(The number holds while the seller believes that it costs no more than {amount(ceiling)}.)"
        yield from self._judged(happening)

    def _range(self, happening: Happening) -> Iterator[str]:
        low, high = amount(happening.value), amount(happening.other)
        yield f'Seller: "For {self._what(happening)}: somewhere between {low} and {high}."'

    def _menu(self, happening: Happening) -> Iterator[str]:
        prices = self.deal.deal[0]["quote"]
        tiers = "; ".join(f"{each.label}: {amount(prices[s])}" for s, each in enumerate(self.solutions))
        yield f'Seller: "We have {tiers}."'
        yield f'Buyer: "Then it would be {self._what(happening)}."'
        yield from self._judged(happening)

    def _what(self, happening: Happening) -> str:
        return self.solutions[happening.subject].label

    def _judged(self, happening: Happening) -> Iterator[str]:
        gap = "within" if happening.value <= happening.other else "beyond"
        yield f"(The buyer would pay {amount(happening.other)} at most: {gap} its limit.)"
        profit = float(self.deal.seller_mind["profit"][0])
        limit = seller_limit(self.deal.world[0], self.deal.seller_mind[0], happening.subject)
        yield f"(The seller would not go below {amount(limit)}, and expects to earn {amount(profit)}.)"

    def _answer(self, happening: Happening) -> Iterator[str]:
        k = happening.subject
        yield f"Seller asks about: {self.needs[k].label}."
        parts = []
        if not math.isnan(happening.other):
            parts.append(f"The buyer puts it at about {amount(happening.other)}")
        if not math.isnan(happening.value):
            parts.append(f"looking into it together points to {amount(happening.value)}")
        if parts:
            text = "; ".join(parts)
            yield f"{text[0].upper()}{text[1:]}."
        mind, count = self.deal.seller_mind[0], len(self.needs)
        doubt = math.sqrt(max(0.0, float(self.deal.covariance[k, k])))
        buyer = self.deal.buyer_mind[0]
        yield (
            f"(The seller now believes {amount(mind['belief'][k])} give or take {amount(doubt)}, and that the buyer "
            f"sees {amount(mind['belief'][count + k])}; the buyer sees {amount(buyer['perceived'][k])}.)"
        )

    def _needs_known(self, happening: Happening) -> Iterator[str]:
        count = happening.subject
        yield f"The seller has asked {count} question{'' if count == 1 else 's'} and knows enough."

    def _objected(self, happening: Happening) -> Iterator[str]:
        yield f'Buyer: "{OBJECTIONS[Objection(happening.subject)]}"'
        yield "The seller has an answer." if happening.other else "The seller has no answer that satisfies."

    def _prepared(self, happening: Happening) -> Iterator[str]:
        if happening.subject:
            yield "The buyer looks into what else it could do."
            yield f"(It now puts its best alternative at {amount(happening.other)}.)"
        else:
            yield "The seller looks into what this would cost it."

    def _haggles(self, happening: Happening) -> Iterator[str]:
        yield "The buyer wants to talk about that price at once."

    def _presented(self, happening: Happening) -> Iterator[str]:
        yield f"The seller proposes {self.solutions[happening.subject].label}."
        yield f"(It expects to earn {amount(happening.value)}.)"

    def _agreed(self, happening: Happening) -> Iterator[str]:
        yield "Both agree in principle: they want to do this, details aside."

    def _taken(self, happening: Happening) -> Iterator[str]:
        yield f'Buyer: "{amount(happening.value)}? I take it." No negotiation.'

    def _offered(self, happening: Happening) -> Iterator[str]:
        side = "Buyer" if happening.subject else "Seller"
        yield f'{side}, round {happening.round}: "{amount(happening.value)}." (Its limit is {amount(happening.other)}.)'

    def _accepted(self, happening: Happening) -> Iterator[str]:
        side = "Buyer" if happening.subject else "Seller"
        yield f'{side}: "Agreed, at {amount(happening.value)}." (Its limit was {amount(happening.other)}.)'

    def _signed(self, happening: Happening) -> Iterator[str]:
        yield f"Signed at {amount(happening.value)} (which it was with a probability of {happening.other:.0%})."

    def _left(self, happening: Happening) -> Iterator[str]:
        yield f"It ends here: {ENDINGS[Reason(happening.subject)]}."
        deal, mind = self.deal.deal[0], self.deal.buyer_mind[0]
        if deal["solution"] >= 0:
            limit = buyer_limit(self.deal.world[0], self.deal.buyer[0], mind, int(deal["solution"]))
            lowest = seller_limit(self.deal.world[0], self.deal.seller_mind[0], int(deal["solution"]))
            zone = limit - lowest
            verdict = (
                f"a zone of possible agreement of {amount(zone)}" if zone >= 0 else "no zone of possible agreement"
            )
            yield f"(The buyer would have paid {amount(limit)}, the seller gone down to {amount(lowest)}: {verdict}.)"


def amount(value: float) -> str:
    """Money as one says it: three significant digits, no cents where they do not matter."""
    size = abs(value)
    text = f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    return "0" if float(text) == 0 else text


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """A paragraph in lines of at most ``width`` characters."""
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent) or [""]


def _with_headings(passages: list[Passage], width: int, before: str = "") -> list[str]:
    """Passages as lines, with a heading where a step begins."""
    lines: list[str] = []
    for passage in passages:
        if passage.heading != before:
            lines += ["", passage.heading] if lines else [passage.heading]
            before = passage.heading
        for sentence in passage.sentences:
            lines += wrapped(sentence, width, "    " if sentence.startswith("(") else "  ")
    return lines


def _side_by_side(left: Teller, right: Teller) -> list[str]:
    """What both deals share, told once; from the first event at which they part, each in its own column."""
    shared = _events_in_common(left.passages, right.passages)
    together = left.passages[:shared]
    lines = _with_headings(together, WIDTH)
    before = together[-1].heading if together else ""
    if shared == len(left.passages) == len(right.passages):
        return [*lines, "", "The two policies never part with this buyer.", "", *wrapped(left.truth(), WIDTH)]
    half = (WIDTH - GAP) // 2
    columns = [_column(teller, shared, half, before) for teller in (left, right)]
    marker = f">>> Event {shared + 1}: here the two part."
    return [*lines, "", marker, "", *_columns(columns, half)]


def _column(teller: Teller, shared: int, width: int, before: str) -> list[str]:
    """What happened under one policy once the two had parted, and what it was worth."""
    passages = _with_headings(teller.passages[shared:], width, before)
    return [teller.policy, "-" * len(teller.policy), *passages, "", *wrapped(teller.truth(), width)]


def _events_in_common(left: list[Passage], right: list[Passage]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one.sentences != other.sentences or not _same(one.happening, other.happening):
            break
        count += 1
    return count


def _same(one: Happening, other: Happening) -> bool:
    """Whether two events are the same, NaN counting as equal to itself."""
    return bool(np.array_equal(np.array(one, float), np.array(other, float), equal_nan=True))


def _columns(columns: list[list[str]], width: int) -> list[str]:
    height = max(map(len, columns))
    filled = [column + [""] * (height - len(column)) for column in columns]
    return [(" " * GAP).join(cell.ljust(width) for cell in row).rstrip() for row in zip(*filled, strict=True)]
