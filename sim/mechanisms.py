"""Every mechanism between the parties, and what switches it off: where a reviewer looks for a built-in answer.

A mechanism with a strength of its own is off at the neutral values of its settings. An emergent one has no strength:
it follows from the rules, and a setting that takes its ground away kills it. Tests switch each of them off and look for
traces of it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic_core import PydanticUndefined

from sim.scenario import Scenario
from sim.schema_paths import field_at

ASSUMPTION = "ASSUMPTION"


class Mechanism(NamedTuple):
    """One mechanism.

    ``settings`` are dotted paths of a scenario and the values at which the mechanism is off; ``*`` stands for every
    name of a group, and None for a group left out. ``columns`` are the columns of results in which it shows first.
    """

    name: str
    meaning: str
    settings: Mapping[str, Any]
    columns: tuple[str, ...]
    source: str
    emergent: bool = False

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that switch it off."""
        common = f"tests/theory/test_mechanisms.py::test_switched_off_it_leaves_no_trace[{self.name}]"
        return (common, *MORE_TESTS.get(self.name, ()))


def default_of(path: str) -> Any:
    """The default of a setting: None where a scenario must say it, or may leave the group out."""
    default = field_at(Scenario, path).get_default(call_default_factory=True)
    return None if default is PydanticUndefined else default


NULL_WORLDS = "tests/theory/test_null_worlds.py::"
MORE_TESTS: Mapping[str, tuple[str, ...]] = {
    "latent": (NULL_WORLDS + "test_where_nothing_can_be_learnt_the_moment_of_the_price_changes_nothing",),
}

MECHANISMS = (
    Mechanism(
        "latent",
        "a question shows both sides something about a need that neither knew, and moves what the buyer perceives",
        {"conversation.latent": 0.0},
        ("reservation_price", "price"),
        "[RaiffaSchlaifer1961] for its value; its size is an ASSUMPTION",
    ),
    Mechanism(
        "reports",
        "the buyer tells what it perceives, from which the seller learns what it would pay",
        {"conversation.reports": False},
        ("first_quote", "price"),
        ASSUMPTION,
    ),
    Mechanism(
        "awareness",
        "buyers see less of their needs than there is, or more",
        {"buyer.awareness": 1.0},
        ("reservation_price", "won"),
        "[Masover]: the prospect may not know its needs either; the size is an ASSUMPTION",
    ),
    Mechanism(
        "risk_aversion",
        "an uncertain worth is worth less to the buyer, so that every answer raises what it would pay",
        {"buyer.risk_aversion": 0.0},
        ("reservation_price",),
        "[Pratt1964]",
    ),
    Mechanism(
        "anchoring",
        "the first number pulls what an unsure buyer would pay, and what it hopes to pay",
        {"forces.anchor_reservation": 0.0, "forces.anchor_aspiration": 0.0},
        ("reservation_price", "price"),
        "[TverskyKahneman1974]; the bounded form is an ASSUMPTION",
    ),
    Mechanism(
        "border",
        "once a number is on the table answers are less open",
        {"forces.border": 0.0},
        ("price", "questions"),
        "[Masover]; its size is an ASSUMPTION",
    ),
    Mechanism(
        "requote",
        "a number raised for the same scope costs goodwill",
        {"forces.requote": 0.0},
        ("reservation_price", "last_quote"),
        ASSUMPTION,
    ),
    Mechanism(
        "openness",
        "an early number that can be verified wins trust: clearer answers, more later business",
        {"forces.openness": 0.0},
        ("later_profit", "price"),
        "ASSUMPTION, after the claim that early and verifiable openness raises later profit",
    ),
    Mechanism(
        "later_business",
        "a buyer who gained by a deal comes back",
        {"later_business": 0.0},
        ("later_profit", "seller_profit"),
        ASSUMPTION,
    ),
    Mechanism(
        "refusal_exit",
        "a buyer that is refused a price and not content may leave",
        {"forces.refusal_exit": 0.0},
        ("exit_reason",),
        "ASSUMPTION; no field evidence was found",
    ),
    Mechanism(
        "refusal_impatience",
        "a refusal that does not convince uses up a contact of the buyer's patience",
        {"seller.reframing_skill": 1.0},
        ("exit_reason", "contacts"),
        ASSUMPTION,
    ),
    Mechanism(
        "shock",
        "a number beyond its limit may make the buyer leave, whenever it is named",
        {"forces.shock": 0.0},
        ("exit_reason",),
        ASSUMPTION,
    ),
    Mechanism(
        "hold_up",
        "without a binding number the buyer fears to lose its gain to a seller who will know its needs",
        {"forces.hold_up": 0.0},
        ("exit_reason", "contacts"),
        "[AndersonRenault2006]; the form is an ASSUMPTION",
    ),
    Mechanism(
        "stall",
        "a buyer that sees little in it lets the matter lie",
        {"forces.stall": 0.0},
        ("exit_reason",),
        "[SamuelsonZeckhauser1988]; the form is an ASSUMPTION",
    ),
    Mechanism(
        "signing_bias",
        "a thin or uncertain margin is not signed",
        {"signing.bias": 0.0, "signing.uncertainty_bias": 0.0, "signing.spread": 0.0},
        ("won", "exit_reason"),
        "[SamuelsonZeckhauser1988]; the form is an ASSUMPTION",
    ),
    Mechanism(
        "ambition",
        "a buyer that bargains begins below what it would pay",
        {"buyer.ambition": 0.0},
        ("rounds", "price"),
        ASSUMPTION,
    ),
    Mechanism(
        "markup",
        "a seller opens above the price it aims at",
        {"seller.markup": 0.0},
        ("first_quote", "price"),
        ASSUMPTION,
    ),
    Mechanism(
        "breakdown",
        "talks may break down after any round",
        {"forces.breakdown": 0.0},
        ("exit_reason",),
        "[Larsen2021] for failures although a zone of possible agreement exists",
    ),
    Mechanism(
        "adherence_slips",
        "offers beyond a limit tempt a party past its walk-away point",
        {"buyer.adherence": 1.0, "seller.adherence": 1.0},
        ("buyer_violation", "seller_violation"),
        "[Cohen2014]; the form is an ASSUMPTION",
    ),
    Mechanism(
        "unclear_batna",
        "a party misjudges its own walk-away point",
        {"buyer.clarity": 1.0, "seller.clarity": 1.0},
        ("reservation_price", "seller_limit"),
        "[Masover]; its size is an ASSUMPTION",
    ),
    Mechanism(
        "preparation",
        "a party puts effort into seeing its walk-away point clearly",
        {"buyer.preparation": 0.0, "seller.preparation": 0.0},
        ("contacts", "buyer_contacts"),
        "[Masover]; that a contact halves the error is an ASSUMPTION",
    ),
    Mechanism(
        "haggle_now",
        "a buyer that hears a number may want to bargain over it at once",
        {"forces.haggle_now": 0.0},
        ("questions", "contacts"),
        ASSUMPTION,
    ),
    Mechanism(
        "objections",
        "a doubt, an uncovered need, the price or the timing stands between agreement in principle and a deal",
        {
            "objections.doubt": 0.0,
            "objections.uncovered": 0.0,
            "objections.price": 0.0,
            "objections.timing": 0.0,
            "group.objection": 0.0,
        },
        ("objections",),
        "[Rackham1988]; the forms are ASSUMPTIONS",
    ),
    Mechanism(
        "trading_terms",
        "besides the price the sides settle other terms, each giving what costs it little and is worth much",
        {"terms": {}},
        ("terms", "terms_gain", "price"),
        "[RaiffaRichardsonMetcalfe2002]; the levels are ASSUMPTIONS",
    ),
    Mechanism(
        "hidden_interests",
        "how much the other side makes of a term comes to light by questions only",
        {"conversation.interest_noise": 0.0},
        ("terms", "terms_gain"),
        "ASSUMPTION: known beforehand, questions add nothing to what terms bring",
    ),
    Mechanism(
        "group",
        "several people decide, and all or most of them must be for it, or nobody with a veto against",
        {"group": None},
        ("members", "exit_reason", "won"),
        "[Arrow1951] for decision rules; sizes are ASSUMPTIONS",
    ),
    Mechanism(
        "vetoes",
        "somebody else in the buying group may say no",
        {"group.vetoes": 0.0},
        ("exit_reason", "won"),
        ASSUMPTION,
    ),
    Mechanism(
        "relay_loss",
        "what the champion has learnt reaches the others in part",
        {"group.relay_loss": 0.0},
        ("exit_reason", "won"),
        ASSUMPTION,
    ),
    Mechanism(
        "member_stall",
        "another member of the group lets the matter lie",
        {"group.stall": 0.0},
        ("exit_reason",),
        ASSUMPTION,
    ),
    Mechanism(
        "member_objection",
        "another member of the group objects, because it sees less in it than it costs",
        {"group.objection": 0.0},
        ("objections",),
        ASSUMPTION,
    ),
    Mechanism(
        "adaptation",
        "what was not the best solution has to be adapted, at a cost",
        {"forces.adaptation": 0.0},
        ("seller_profit", "buyer_surplus"),
        "[Bajari2014] for its size",
    ),
    Mechanism(
        "impatience",
        "a buyer sits through so many contacts and no more",
        {"buyer.unlimited_patience": True},
        ("exit_reason", "contacts"),
        ASSUMPTION,
    ),
    Mechanism(
        "interest_effect",
        "interest decides how soon a buyer asks for the price",
        {"buyer.interest_effect": 0.0},
        ("asked_first", "times_asked"),
        "ASSUMPTION; why comparisons of recorded calls mislead",
    ),
    Mechanism(
        "shoppers",
        "some buyers only compare prices",
        {"buyer.shoppers": None},
        ("shopper", "asked_first"),
        "[Masover]; their share is an ASSUMPTION",
    ),
    Mechanism(
        "strictness",
        "a seller drops leads and prospects whose profit is not worth the effort",
        {"seller.strictness": 0.0},
        ("exit_reason", "qualified"),
        "[Masover]",
    ),
    Mechanism(
        "time_of_qualification",
        "the signals of qualification take room in a contact that an early number leaves for questions about needs",
        {"qualification.questions": 0},
        ("questions", "contacts"),
        "ASSUMPTION; how much of a contact they take decides who is ahead in some worlds",
    ),
    Mechanism(
        "opportunity_cost",
        "a contact, and a deal signed, make the seller forgo something else",
        {"seller.contact_opportunity": 0.0, "seller.opportunity_cost": 0.0},
        ("seller_limit", "contacts"),
        ASSUMPTION,
    ),
    Mechanism(
        "need_driven_cost",
        "the size of the problem drives what it costs to serve",
        {"need_cost": 0.0},
        ("cost",),
        ASSUMPTION,
    ),
    Mechanism(
        "screening_by_price",
        "an early number sends away buyers who could not or would not buy, before they cost anything",
        {"leads": None, "buyer.authority": 1.0, "buyer.budget": None},
        ("in_market", "authority", "contacts"),
        "follows from unqualified leads",
        emergent=True,
    ),
    Mechanism(
        "saved_discovery_cost",
        "a deal that is priced early takes fewer contacts, which cost something",
        {"seller.contact_cost": 0.0, "seller.contact_opportunity": 0.0, "buyer.contact_cost": 0.0},
        ("contact_costs",),
        "follows from the cost of a contact",
        emergent=True,
    ),
    Mechanism(
        "wasted_contacts",
        "contacts with buyers who do not buy are paid for all the same",
        {"seller.contact_cost": 0.0, "buyer.contact_cost": 0.0},
        ("contact_costs", "seller_profit"),
        "follows from the cost of a contact",
        emergent=True,
    ),
    Mechanism(
        "under_quoting",
        "an early number is the same for buyers who would pay less and more, and who cost less and more",
        {"needs.*.present": 1.0, "needs.*.worth.log_sd": 0.0, "needs.*.worth.sd": 0.0},
        ("first_quote", "reservation_price"),
        "follows from needs that differ between buyers",
        emergent=True,
    ),
    Mechanism(
        "wrong_solution",
        "who knows little of the needs proposes what fits less well",
        {"solutions": "one"},
        ("solution", "best_solution"),
        "follows from several solutions",
        emergent=True,
    ),
    Mechanism(
        "commoditisation",
        "a buyer with a rival offer can take the price and leave the rest",
        {"buyer.rival.present": 0.0, "buyer.shoppers": None},
        ("destination", "batna"),
        "follows from rivals",
        emergent=True,
    ),
)
"""The mechanisms: those with a strength of their own first."""
