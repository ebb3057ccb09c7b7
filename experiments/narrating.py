"""The events of a deal in plain words: who says what, and in brackets what each side believes or would accept."""

import math
from collections.abc import Iterator

from agents.terms import levels_of
from sim.scenario import Scenario
from sim.sides import buyer_limit, seller_limit
from sim.stepped import Happening, SteppedDeal
from sim.vocabulary import Event, Objection, Reason

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
    Reason.NOT_PASSED: "whoever spoke for the buyer is for it, but those who decide with it are not",
    Reason.BOUGHT_ELSEWHERE: "the buyer has bought from another seller",
    Reason.BUYER_WALKED_AWAY: "the buyer walks away from the talks",
    Reason.LEFT_WAITING: "the seller had no time, and the buyer would not wait any longer",
}

OBJECTIONS = {
    Objection.DOUBT: "I am not sure that it is worth that much to us.",
    Objection.UNCOVERED: "It leaves out something that we need.",
    Objection.PRICE: "That is more than we had in mind.",
    Objection.TIMING: "Why should we do this now?",
    Objection.MEMBER: "One of us does not see that much in it.",
}

CONTENT = "The buyer is content with that."
NOT_CONTENT = "The buyer is not content, and its patience is one contact shorter."


class Narrator:
    """Puts the events of one deal into words, as they happen: the deal's records are those of the moment."""

    def __init__(self, scenario: Scenario, deal: SteppedDeal) -> None:
        self.needs = list(scenario.needs.values())
        self.solutions = list(scenario.solutions.values())
        self.terms = list(scenario.terms.values())
        self.deal = deal
        self.proposed: dict[int, int] = {}

    def sentences(self, happening: Happening) -> Iterator[str]:
        """What is told of an event that has just happened."""
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
            yield CONTENT
        else:
            yield NOT_CONTENT

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
        yield f'Buyer: "{amount(happening.value)}{self._terms(happening.terms)}? I take it." No negotiation.'

    def _offered(self, happening: Happening) -> Iterator[str]:
        side = "Buyer" if happening.subject else "Seller"
        terms = ", on the same terms" if self._repeats(happening) else self._terms(happening.terms)
        said = f"{amount(happening.value)}{terms}"
        yield f'{side}, round {happening.round}: "{said}." (Its limit is {amount(happening.other)}.)'

    def _accepted(self, happening: Happening) -> Iterator[str]:
        side = "Buyer" if happening.subject else "Seller"
        said = f"{amount(happening.value)}{', on those terms' if happening.terms else ''}"
        yield f'{side}: "Agreed, at {said}." (Its limit was {amount(happening.other)}.)'

    def _repeats(self, happening: Happening) -> bool:
        """Whether a side proposes other than the standard terms, and has just done so before; kept for the next."""
        before, self.proposed[happening.subject] = self.proposed.get(happening.subject, 0), happening.terms
        return bool(happening.terms) and happening.terms == before

    def _terms(self, package: int) -> str:
        """The levels of a package that are not the standard ones, in words."""
        chosen = zip(self.terms, levels_of(len(self.terms), package), strict=True)
        labels = [list(term.levels.values())[level].label for term, level in chosen if level]
        return f", with {listed(labels)}" if labels else ""

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


def listed(labels: list[str]) -> str:
    """Some things in a row, as one says them."""
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def amount(value: float) -> str:
    """Money as one says it: three significant digits, no cents where they do not matter."""
    size = abs(value)
    text = f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    return "0" if float(text) == 0 else text
