"""The words that results and transcripts use for where and why a deal ended.

The numbers are the compiled form; tables and files carry the words. A number is never given another meaning.
"""

from enum import IntEnum


class Step(IntEnum):
    """The seven steps of the sales process, by their place in it."""

    LEADS = 1
    PROSPECTING = 2
    QUALIFICATION = 3
    NEEDS_ANALYSIS = 4
    PRESENTING = 5
    OBJECTIONS_AND_NEGOTIATIONS = 6
    SECURING = 7


class Reason(IntEnum):
    """Why a deal ended."""

    OPEN = 0  # not ended
    SIGNED = 1
    PRICE_TOO_HIGH = 2  # the buyer left over a number
    GIVEN_NO_PRICE = 3  # the buyer left because it was given no number
    OUT_OF_PATIENCE = 4
    STALLED = 5  # no decision came, though nothing was refused
    NOT_WORTH_A_CONTACT = 6  # the buyer saw too little in it to spend another contact
    NO_AGREEMENT_IN_PRINCIPLE = 7  # the buyer did not want what was presented
    SELLER_WITHDREW = 8  # the seller saw no profit in going on
    QUOTE_WITHDRAWN = 9  # the seller would have sold below its limit at its own number
    IMPASSE = 10  # a party's deadline for bargaining passed
    BREAKDOWN = 11  # the talks broke down
    NOT_SIGNED = 12  # agreed, but the buyer did not sign
    LEAD_DROPPED = 13  # the seller thought the lead not worth an attempt
    NO_RESPONSE = 14  # the lead did not respond to any attempt
    DISQUALIFIED = 15  # the seller thought the buyer not able or not likely enough to be worth its time
    SELLER_WALKED_AWAY = 16  # the seller left a buyer who insisted on a price
    NOT_BUYING_NOW = 17  # the buyer was not in the market
    OBJECTION = 18  # an objection was not answered
    NO_AUTHORITY = 19  # who spoke for the buyer could not sign
    NOT_PASSED = 20  # who spoke for the buyer was for it, its group was not
    BOUGHT_ELSEWHERE = 21  # in a market: the buyer bought from another seller
    LEFT_WAITING = 22  # in a market: the seller had no time for it
    BUYER_WALKED_AWAY = 23  # a person in the buyer's seat left the talks


class Destination(IntEnum):
    """What the buyer did in the end."""

    OPEN = 0
    SELLER = 1
    COMPETITOR = 2
    NO_DECISION = 3


class Ask(IntEnum):
    """What ``advance`` returns: who must decide what, or that something happened."""

    HAPPENED = 0  # an event took place; advance again
    PRICE = 1  # the seller is consulted about naming a price
    QUESTION = 2  # the seller may ask about a need, or end needs analysis
    SELLER_MOVE = 3  # the seller's turn in bargaining
    BUYER_MOVE = 4
    OVER = 5
    BUYER_CHOICE = 6  # a person in the buyer's seat decides what is else decided by rule; see Choice


class Choice(IntEnum):
    """What a person in the buyer's seat may choose besides its moves in bargaining; yes or no (sim.steps.choices)."""

    NONE = 0
    ASK_PRICE = 1  # at the beginning of a contact, while no number is named: ask what it costs?
    STAY_AT_NUMBER = 2  # a number of any kind was named: stay?
    STAY_WITHOUT_NUMBER = 3  # it asked, and was given none: stay?
    BARGAIN_AT_ONCE = 4  # a number that it asked for is on the table: bargain over it now, before anything else?
    ANOTHER_CONTACT = 5  # the seller would like to meet again: give it the time?
    AGREE = 6  # in principle, to what was presented?
    TAKE = 7  # the number on the table as it is, without bargaining?
    SIGN = 8  # what was agreed?


class Event(IntEnum):
    """What happened last in a deal; subject and values are in the deal's event fields."""

    STARTED = 0
    CONTACT_OPENED = 1  # subject: its number
    PRICE_ASKED = 2
    DECLINED = 3  # subject: 1 if the buyer was content
    NUMBER_NAMED = 4  # subject: solution; value: the number; other: the buyer's limit for it
    ANSWERED = 5  # subject: need; value: the diagnosis, other: the buyer's report; NaN for none
    NEEDS_KNOWN = 6
    HAGGLES = 7  # the buyer wants to bargain at once
    PRESENTED = 8  # subject: solution; value: profit the seller expects
    AGREED_IN_PRINCIPLE = 9
    TAKEN = 10  # the number on the table is taken; value: it
    OFFERED = 11  # subject: 0 seller, 1 buyer; value: the offer; other: that side's limit
    ACCEPTED = 12  # subject: who accepts; value: the price; other: its limit
    SIGNED = 13  # value: the price
    LEFT = 14  # subject: the reason
    LEAD_RECEIVED = 15  # subject: 1 if marketing's score is hot; value: probability that it is in the market
    ATTEMPTED = 16  # subject: number of the attempt; value: 1 if the lead responded
    QUALIFIED = 17  # subject: 1 if pursued; value: the seller's factor on what it expects; other: that expectation
    RANGE_NAMED = 18  # subject: solution; value: its lower end, other: its upper end
    MENU_NAMED = 19  # subject: the tier that suits the buyer best; value: its number; other: the buyer's limit for it
    CONDITION_NAMED = 20  # as NUMBER_NAMED
    LIST_PRICE_NAMED = 21  # as NUMBER_NAMED
    OBJECTED = 22  # subject: an Objection; value: what it is about, money; other: 1 if it was answered
    PREPARED = 23  # subject: 0 seller, 1 buyer; value: contacts spent; other: what it now believes its limit hangs on


class Protocol(IntEnum):
    """How price is negotiated inside a sale."""

    ALTERNATING_OFFERS = 0
    TAKE_IT_OR_LEAVE_IT = 1


class Objection(IntEnum):
    """What a buyer may object to once both agree in principle, in the order in which it comes up."""

    DOUBT = 0  # it is not sure what the solution is worth to it
    UNCOVERED = 1  # a need that it sees is not covered
    PRICE = 2  # the price is more than it hoped for
    TIMING = 3  # why now?
    MEMBER = 4  # a member of the group sees less in it
