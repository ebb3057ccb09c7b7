"""Telling a deal: who says what, what each side believes, which offers are made, why it ends, what it was worth.

A told deal is a list of *passages*, one for each event, in plain words. Two policies with the same buyer are told side
by side from the first event at which they part.
"""

import textwrap
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from agents.catalogue import Catalogue, catalogue
from experiments.narrating import Narrator, amount
from sim.foreign import Foreigner
from sim.outcome import DESTINATIONS
from sim.own_seats import NOBODY, stepped_arm
from sim.scenario import Scenario
from sim.stepped import Happening
from sim.vocabulary import Ask, Step

WIDTH = 100
GAP = 4

STEPS = {
    Step.LEADS: "Leads",
    Step.PROSPECTING: "Prospecting",
    Step.QUALIFICATION: "Qualification",
    Step.NEEDS_ANALYSIS: "Needs analysis",
    Step.PRESENTING: "Presenting the solution",
    Step.OBJECTIONS_AND_NEGOTIATIONS: "Objections and negotiation",
    Step.SECURING: "Securing the deal",
}

DECISIONS = {
    "unanimity": "all of whom must be for it",
    "majority": "more than half of whom must be for it",
    "champion": "and the one who talks with the seller has the say, unless somebody with a veto is against it",
}


class Passage(NamedTuple):
    """One event told: the event itself, the step and contact it belongs to, and the sentences."""

    happening: Happening
    heading: str
    sentences: tuple[str, ...]


def tell(
    scenario: Scenario,
    policy: str,
    buyer: int,
    seed: int,
    versus: str | None = None,
    rules: Catalogue | None = None,
    foreigners: Mapping[Ask, Foreigner] = NOBODY,
) -> str:
    """The transcript of the deal with one buyer under a price policy, or under two, side by side.

    ``buyer`` and ``seed`` name the very deal that the batch plays. ``rules`` are the policies and tactics there are,
    the project's own if left out; ``foreigners`` take the seats in bargaining. Raises KeyError for a policy that does
    not exist, Fault for a plug-in or somebody from elsewhere who fails.
    """
    known = rules or catalogue()
    first = Teller(scenario, policy, buyer, seed, known, foreigners)
    if versus is None:
        body = first.told()
    else:
        body = _side_by_side(first, Teller(scenario, versus, buyer, seed, known, foreigners))
    return "\n".join((*first.introduction(versus), "", *body)).rstrip() + "\n"


class Teller:
    """Plays one deal and puts it into words."""

    def __init__(
        self,
        scenario: Scenario,
        policy: str,
        buyer: int,
        seed: int,
        rules: Catalogue,
        foreigners: Mapping[Ask, Foreigner] = NOBODY,
    ) -> None:
        seller = scenario.seller.model_copy(update={"price_policy": policy})
        self.scenario = scenario.model_copy(update={"seller": seller})
        self.policy, self.number, self.seed = policy, buyer, seed
        self.needs = list(scenario.needs.values())
        self.foreigners = foreigners
        self.deal = stepped_arm(self.scenario, rules).deal(seed, buyer, foreigners)
        self.narrator = Narrator(scenario, self.deal)
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
            *wrapped(f"Money is in {self.scenario.currency}.{self._seated()}", WIDTH),
            "",
            *wrapped(
                f"What nobody knows: the buyer's true needs are {real}. It has {other}.{self._intentions()}", WIDTH
            ),
        ]

    def _intentions(self) -> str:
        """What else the seller would like to know about a buyer that is not as it seems."""
        buyer = self.deal.buyer[0]
        return "".join(
            (
                self._group(int(buyer["members"])),
                self._interests(),
                "" if buyer["in_market"] else " It does not mean to buy now.",
                "" if buyer["authority"] else " Whoever speaks for it may not sign.",
                " It only compares prices." if buyer["shopper"] else "",
            )
        )

    def _group(self, members: int) -> str:
        group = self.scenario.group
        return f" {members} people decide, {DECISIONS[group.decision]}." if group and members > 1 else ""

    def _interests(self) -> str:
        """How much more or less than usual the buyer makes of the terms besides price."""
        factors = self.deal.buyer[0]["term_factor"]
        usual = [
            f"{term.label} {amount(float(factors[j]))}"
            for j, term in enumerate(self.scenario.terms.values())
            if term.buyers_differ
        ]
        return f" How much it cares, 1 being usual: {'; '.join(usual)}." if usual else ""

    def _seated(self) -> str:
        """Who from elsewhere bargains for whom."""
        sides = {Ask.SELLER_MOVE: "seller", Ask.BUYER_MOVE: "buyer"}
        return "".join(f" {each.name} bargains for the {sides[ask]}." for ask, each in self.foreigners.items())

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
        terms = ""
        if self.scenario.terms:
            gain, most_of_terms = amount(row["terms_gain"]), amount(row["terms_best"])
            terms = f"The terms agreed on bring both together {gain} more than the standard ones, of {most_of_terms}. "
        best = "the best solution" if row["best_solution"] == row["solution"] else "not the best solution"
        return (
            f"In truth: what was sold is worth {amount(row['value'])} to the buyer and costs {amount(row['cost'])} to "
            f"serve; it is {best}. {terms}The seller earns {amount(row['seller_profit'])}, the buyer gains "
            f"{amount(row['buyer_surplus'])} over its best alternative ({amount(row['batna'])}); {spent}. "
            f"There was {most} to gain."
        )

    # --- event by event ---

    def _passages(self) -> Iterator[Passage]:
        for happening in self.deal.happenings():
            yield Passage(happening, self._heading(happening), tuple(self.narrator.sentences(happening)))

    def _heading(self, happening: Happening) -> str:
        step = Step(happening.step)
        return f"Step {int(step)}, {STEPS[step]}"


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
