"""The records that a deal in progress is made of, and the one bundle of them that rules are played on.

Records with fixed places: what the world is (WORLD), what the two parties are (BUYER, SELLER), what each has in mind
about this deal (BUYER_MIND, SELLER_MIND), and the course of it (DEAL), of which the fields of the
last event are for telling it and no rule reads them; and what a seller can come to know by
which questions (KNOWLEDGE). A view of one side is built without
the other side's records. Fixed maxima give one layout and one compilation for all scenarios.

Money is in the scenario's currency, effort in contacts; NaN is a number nobody has named, -1 a solution nobody has.
"""

from typing import Any, NamedTuple

import numpy as np

from agents.limits import MOST_CONTACTS, MOST_LEVELS, MOST_MEMBERS, MOST_NEEDS, MOST_SOLUTIONS, MOST_TERMS

MOST_CHOICES = 3
"""Choices of a person in the buyer's seat that one reply of the seller's may lead to; two are in use."""

BELIEFS = 2 * MOST_NEEDS + 2 * MOST_SOLUTIONS
"""Most places in the seller's joint belief; see agents.beliefs."""

WORLD = np.dtype(
    [
        ("needs", "i8"),
        ("solutions", "i8"),
        # true worth of needs: how a buyer's are drawn (sim.population)
        ("presence", "f8", (MOST_NEEDS,)),
        ("family", "i8", (MOST_NEEDS,)),
        ("location", "f8", (MOST_NEEDS,)),
        ("scale", "f8", (MOST_NEEDS,)),
        ("common_root", "f8"),  # square root of the common factor's share
        ("own_root", "f8"),
        ("need_mean", "f8", (MOST_NEEDS,)),
        ("need_variance", "f8", (MOST_NEEDS,)),
        ("mean_worth", "f8"),  # of all needs together
        # solutions
        ("cover", "f8", (MOST_SOLUTIONS, MOST_NEEDS)),
        ("base_cost", "f8", (MOST_SOLUTIONS,)),
        ("need_cost", "f8"),
        ("typical_price", "f8", (MOST_SOLUTIONS,)),
        ("list_price", "f8", (MOST_SOLUTIONS,)),  # NaN where it is priced otherwise
        ("binding", "?"),
        # steps 1 to 3
        ("has_leads", "?"),
        ("in_market", "f8"),
        ("authority", "f8"),
        ("lead_quality", "f8"),
        ("lead_cost", "f8"),
        ("attempts", "i8"),  # 0: buyers come by themselves
        ("attempt_contacts", "f8"),
        ("response", "f8"),
        ("response_to_need", "f8"),
        ("response_out_of_market", "f8"),
        ("has_qualification", "?"),
        ("signal_noise", "f8"),
        ("budget_noise", "f8"),
        ("need_noise", "f8"),  # money
        ("qualification_questions", "i8"),
        # terms besides price: what their levels are usually worth to a buyer and cost a seller, money
        ("terms", "i8"),
        ("levels", "i8", (MOST_TERMS,)),
        ("term_worth", "f8", (MOST_TERMS, MOST_LEVELS)),
        ("term_cost", "f8", (MOST_TERMS, MOST_LEVELS)),
        ("term_worth_spread", "f8", (MOST_TERMS,)),  # standard deviation over buyers of their factors on that
        ("term_cost_spread", "f8", (MOST_TERMS,)),  # over sellers
        ("interest_noise", "f8", (2,)),  # variance of what a question tells the seller, the buyer about those factors
        # the buying group
        ("members_least", "i8"),
        ("members_most", "i8"),
        ("member_spread", "f8"),
        ("decision_rule", "i8"),
        ("veto_share", "f8"),
        ("relay_loss", "f8"),
        ("member_stall", "f8"),
        # what a question brings
        ("questions_per_contact", "i8"),
        ("report_noise", "f8"),  # variance; infinite if buyers say nothing
        ("diagnosis_noise", "f8"),  # variance; infinite if talking cannot reveal worth
        ("cells", "i8"),  # a question tells in which of so many the worth lies; 0: something about it (sim.cells)
        ("common_diagnosis", "?"),  # both sides draw the same conclusion
        ("round_contacts", "f8"),
        ("securing_contacts", "f8"),
        ("contact_hours", "f8"),
        ("protocol", "i8"),
        ("buyer_opens", "?"),
        # the seller's belief about the segment before any question
        ("prior_mean", "f8", (BELIEFS,)),
        ("prior_cov", "f8", (BELIEFS, BELIEFS)),
        ("segment_doubt", "f8", (MOST_NEEDS,)),  # variance of the buyers' beliefs about their own needs
        ("risk_aversion", "f8"),  # the segment's, per money
        ("attrition", "f8", (MOST_CONTACTS,)),  # share gone after contact 1, 2 ... of those who were there
        # objections
        ("objection_doubt", "f8"),
        ("objection_uncovered", "f8"),
        ("objection_price", "f8"),
        ("objection_timing", "f8"),
        ("objection_member", "f8"),
        ("objection_contacts", "f8"),
        ("objection_value_lost", "f8"),
        ("objection_exit", "f8"),
        # signing and later business
        ("later_business", "f8"),
        ("signing_bias", "f8"),
        ("signing_uncertainty_bias", "f8"),
        ("signing_spread", "f8"),
        # strengths of the mechanisms; 0 switches each off
        ("border", "f8"),
        ("requote", "f8"),
        ("anchor_aspiration", "f8"),
        ("anchor_reservation", "f8"),
        ("shock", "f8"),
        ("haggle_now", "f8"),
        ("refusal_exit", "f8"),
        ("openness", "f8"),
        ("hold_up", "f8"),
        ("stall", "f8"),
        ("stall_relief", "f8"),
        ("breakdown", "f8"),
        ("temptation", "f8"),
        ("adaptation", "f8"),
        ("adaptation_seller_share", "f8"),
    ],
    align=True,
)

BUYER = np.dtype(
    [
        # drawn for each buyer
        ("id", "i8"),
        ("worth", "f8", (MOST_NEEDS,)),
        ("perceived", "f8", (MOST_NEEDS,)),  # before any question
        ("rival", "?"),
        ("batna", "f8"),
        ("batna_misjudged", "f8"),  # what it adds to the true one before it prepares, money
        ("batna_believed", "f8"),  # before it prepares
        ("budget", "f8"),
        ("patience", "f8"),
        ("expectation", "f8"),  # factor on typical prices
        ("taker", "?"),
        ("shopper", "?"),
        ("in_market", "?"),
        ("authority", "?"),
        ("term_factor", "f8", (MOST_TERMS,)),  # how much more than usual it cares for each term
        ("members", "i8"),  # in its buying group; the first is the champion
        ("member_weight", "f8", (MOST_MEMBERS, MOST_NEEDS)),  # how much more a member makes of a need
        ("member_veto", "i1", (MOST_MEMBERS,)),  # 1 for who holds a veto
        # the segment's: how those are drawn
        ("awareness", "f8"),
        ("knowledge", "f8"),
        ("rival_present", "f8"),
        ("rival_mean", "f8"),
        ("rival_sd", "f8"),
        ("rival_of_value", "?"),
        ("batna_error", "f8"),  # standard deviation, clarity included
        ("budget_log_median", "f8"),
        ("budget_log_sd", "f8"),
        ("impatient_share", "f8"),
        ("impatient_extra", "f8"),  # mean contacts beyond the first
        ("patient_extra", "f8"),
        ("unlimited_patience", "?"),
        ("expectation_spread", "f8"),
        ("taker_share", "f8"),
        ("shopper_share", "f8"),
        ("shopper_rival", "f8"),
        ("shopper_focus", "f8"),
        ("deadline_least", "i8"),
        ("deadline_extra", "f8"),
        # traits
        ("risk_aversion", "f8"),  # per money
        ("flex", "f8"),
        ("focus", "f8"),
        ("interest_effect", "f8"),
        ("preparation", "f8"),
        ("contact_cost", "f8"),
        ("ambition", "f8"),
        ("slack", "f8"),
        ("adherence", "f8"),
        ("tactic", "i8"),
        ("firmness", "f8"),
    ],
    align=True,
)

SELLER = np.dtype(
    [
        ("id", "i8"),
        ("policy", "i8"),
        ("tactic", "i8"),
        ("firmness", "f8"),
        ("markup", "f8"),
        ("adherence", "f8"),
        ("cost_error", "f8"),  # standard deviation, clarity included
        ("preparation", "f8"),
        ("contact_cost", "f8"),
        ("contact_opportunity", "f8"),
        ("opportunity_cost", "f8"),
        ("strictness", "f8"),
        ("expected_contacts", "f8"),
        ("objection_handling", "f8"),
        ("reframing_skill", "f8"),
        ("min_questions", "i8"),
        ("max_questions", "i8"),
        ("confidence", "f8"),
        ("nerve", "f8"),
        ("range_width", "f8"),
        ("discount", "f8"),
        ("deadline_least", "i8"),
        ("deadline_extra", "f8"),
    ],
    align=True,
)

TALKS = (
    # a side's own side of the talks; prices are what they come to for it at standard terms, money
    ("aspiration", "f8"),
    ("limit", "f8"),
    ("acceptance_limit", "f8"),
    ("deadline", "i8"),
    ("named", "f8"),  # its own last offer
    ("heard", "f8"),  # the other's last offer
    ("heard_before", "f8"),
    ("conceded", "i8"),  # how often its own offer was better for the other side than the one before
    ("heard_conceding", "i8"),  # how often the other's offer was better for it than the one before
    ("term_guess", "f8", (MOST_TERMS,)),  # what it takes the other's factors on the terms for
    ("package", "i8"),  # the terms it thinks best for both (agents.terms)
)

BUYER_MIND = np.dtype(
    [
        ("perceived", "f8", (MOST_NEEDS,)),  # mean of its belief about each need
        ("variance", "f8", (MOST_NEEDS,)),
        ("batna", "f8"),  # what it believes its best alternative is worth, money
        ("shift", "f8"),  # what anchors, raised numbers and objections did to its reservation price
        ("focus", "f8"),  # how readily it asks for the price by now
        ("patience_spent", "f8"),
        *TALKS,
    ],
    align=True,
)

SELLER_MIND = np.dtype(
    [
        ("belief", "f8", (BELIEFS,)),  # means; see agents.beliefs
        ("node", "i8"),  # what it knows by the questions asked; see KNOWLEDGE
        ("misjudged", "f8"),  # its error about cost before it prepares, money
        ("prepared", "?"),
        ("extra_cost", "f8"),  # its error about cost, and what the deal makes it forgo
        ("likely", "f8"),  # probability that the buyer is in the market
        ("decides", "f8"),  # that who speaks for it may sign
        ("able", "f8"),  # how much likelier it can pay than the price list takes for granted
        ("favourite", "i8"),
        ("profit", "f8"),  # expected of the favourite
        ("term_factor", "f8", (MOST_TERMS,)),  # how much more than usual each term costs it
        *TALKS,
    ],
    align=True,
)

DEAL = np.dtype(
    [
        ("buyer", "i8"),
        ("step", "i8"),
        ("stage", "i8"),
        ("events", "i8"),  # how many so far
        ("event", "i8"),
        ("event_step", "i8"),
        ("event_contact", "i8"),
        ("event_round", "i8"),
        ("event_subject", "i8"),  # need, solution or side of the event
        ("event_value", "f8"),
        ("event_other", "f8"),
        ("event_terms", "i8"),
        ("leaving", "i8"),  # the reason for which the buyer leaves next
        ("exit_step", "i8"),
        ("exit_reason", "i8"),
        ("destination", "i8"),
        ("contacts", "f8"),  # the seller's effort
        ("buyer_contacts", "f8"),  # the buyer's
        ("contact", "i8"),  # meetings opened; everything else adds to the efforts only
        ("attempts", "i8"),
        ("qualified", "?"),
        ("objection", "i8"),  # the next one that may come up
        ("objections", "i8"),
        ("questions", "i8"),
        ("questions_here", "i8"),  # in this contact
        ("times", "i8", (MOST_NEEDS,)),
        ("insight", "f8"),  # how many clear questions' worth of interests came to light
        ("asked", "?"),  # the price question is open
        ("asked_first", "?"),
        ("times_asked", "i8"),
        ("refusals", "i8"),
        ("consultations", "i8"),
        ("moment", "i8"),
        ("numbers", "i8"),
        ("first_kind", "i8"),  # of the first number, an agents.views.Kind
        ("trusted", "?"),  # by an early number that can be verified
        ("own_factor", "f8"),  # the first number over what the seller's own pricing said, where a policy set it
        ("haggling", "?"),  # the buyer bargains at once over the number it heard
        ("quote", "f8", (MOST_SOLUTIONS,)),  # number on the table for each solution, as it was judged
        ("quote_high", "f8", (MOST_SOLUTIONS,)),  # its upper end
        ("judged", "f8", (MOST_SOLUTIONS,)),  # the number that the buyer last judged for each
        ("quote_kind", "i8", (MOST_SOLUTIONS,)),  # an agents.views.Kind
        ("quote_ceiling", "f8", (MOST_SOLUTIONS,)),  # believed cost up to which a conditional one holds
        ("first_quote", "f8"),
        ("first_quote_contact", "i8"),
        ("quoted_solution", "i8"),
        ("last_quote", "f8"),
        ("solution", "i8"),
        ("rounds", "i8"),
        ("round_over", "?"),
        ("buyer_turn", "?"),
        ("last_offer", "f8", (2,)),  # of seller, buyer: the price named
        ("offer_terms", "i8", (2,)),  # and the package of terms it goes with
        ("zopa", "f8"),
        ("price", "f8"),
        ("terms", "i8"),  # the package agreed
        # a person in the buyer's seat, and the choices that it is asked for (sim.steps.choices)
        ("person", "?"),
        ("by_rule", "?"),  # what a buyer would do by rule at the choice wanted
        ("wanted", "i1"),  # the Choice that nobody has taken yet
        ("given", "i1"),  # answers that are laid ready for what happens next
        ("used", "i1"),  # and how many of them were used
        ("answers", "i1", (MOST_CHOICES,)),
        ("wanted_after", "i8"),  # events there had been when it was wanted
        # what each solution truly is to this buyer and to its seller at standard terms, money: noted when the deal is
        # over, for its aftermath only (sim.possibilities)
        ("true_worth", "f8", (MOST_SOLUTIONS,)),
        ("true_cost", "f8", (MOST_SOLUTIONS,)),
    ],
    align=True,
)


NODES = 512
EDGES = MOST_NEEDS + 5
"""What can lead on from a node: a question on a need, one of four weights of a number named, qualification."""

KNOWLEDGE = np.dtype(
    [
        ("nodes", "i8"),  # in use
        ("next", "i8", (NODES, EDGES)),  # where an edge leads; 0: not yet
        ("border", "f8", (NODES,)),  # weight of the number on the table
        (
            "trusted",
            "i1",
            (NODES,),
        ),  # 1 after an early number that can be verified (numba knows no arrays of truths here)
        ("covariance", "f8", (NODES, BELIEFS, BELIEFS)),
        ("variance", "f8", (NODES, MOST_SOLUTIONS)),  # of the reservation prices
        ("slope", "f8", (NODES, MOST_SOLUTIONS)),  # of cost on them
        ("doubt", "f8", (NODES, MOST_NEEDS)),  # variance of a buyer of this segment about its own needs
        ("gain", "f8", (NODES, MOST_NEEDS)),  # how far the next diagnosis moves such a buyer
        # what the next answer on a need would bring, for each solution (agents.seller.News)
        ("moved", "f8", (NODES, MOST_SOLUTIONS, MOST_NEEDS)),
        ("dearer", "f8", (NODES, MOST_SOLUTIONS, MOST_NEEDS)),
        ("left", "f8", (NODES, MOST_SOLUTIONS, MOST_NEEDS)),
        ("slope_left", "f8", (NODES, MOST_SOLUTIONS, MOST_NEEDS)),
        # how the last answer moved the means: gains on the surprise of report and diagnosis, and on the buyer's move
        ("report_gains", "f8", (NODES, BELIEFS)),
        ("diagnosis_gains", "f8", (NODES, BELIEFS)),
        ("buyer_gains", "f8", (NODES, BELIEFS)),
        ("report_spread", "f8", (NODES,)),  # variances of those surprises
        ("diagnosis_spread", "f8", (NODES,)),
        ("relief", "f8", (NODES,)),  # fall of the risk discount per squared coverage
    ],
    align=True,
)
"""What can be known after which questions: the part of the seller's beliefs that does not depend on what was heard.

A tree that begins with the segment at node 0 and grows as questions are asked (sim.knowledge). It holds no fact of any
deal, so any deals of a scenario may share one; the batch shares one among the deals of a chunk.
"""


class Setting(NamedTuple):
    """A scenario in the form rules are played on: one-element arrays of records, and the price list.

    ``buyer`` is the template that buyers are drawn into.
    """

    world: np.ndarray
    buyer: np.ndarray
    seller: np.ndarray
    prices: np.ndarray


class Sale(NamedTuple):
    """One deal in progress with all that belongs to it. Luck is keyed by ``seed`` and the buyer's id.

    Each field is one record; ``Any`` because a record's fields are known to numba only.
    """

    world: Any
    prices: Any
    buyer: Any
    seller: Any
    buyer_mind: Any
    seller_mind: Any
    deal: Any
    seed: Any
    knowledge: Any


def blank(kind: np.dtype, count: int = 1) -> np.ndarray:
    """An array of empty records whose fields can also be reached by name, for rules played as plain Python.

    A field must not be called what NumPy's own records have a method for (mean, round, var).
    """
    return np.zeros(count, kind).view(np.recarray)
