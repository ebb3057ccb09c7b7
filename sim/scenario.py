"""A scenario: who sells what to whom, and how the world between them works.

A scenario is a YAML file read into this frozen model. Unknown keys, impossible numbers and wrong names are
refused, all at once, with the place in the file (`sim.reading`).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from agents.limits import MOST_ATTEMPTS, MOST_LEVELS, MOST_MEMBERS, MOST_NEEDS, MOST_SOLUTIONS, MOST_TERMS
from agents.traits import Amount, BuyerTraits, Effort, LogSpread, SellerTraits, Share, Traits
from sim.cells import Unfit, faults_of
from sim.known_names import Unknown, refuse
from sim.market.settings import MarketSettings

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class Worth(Traits):
    """How the worth of a need, where it is present, is spread over buyers."""

    family: Literal["lognormal", "normal", "uniform", "fixed"] = Field(
        "lognormal", description="shape of the distribution; a normal one may be negative, for theory"
    )
    mean: Amount = Field(description="mean worth where the need is present, money")
    log_sd: LogSpread = Field(0.0, description="lognormal: standard deviation of the logarithm of worth")
    sd: Amount = Field(0.0, description="normal, uniform: standard deviation of worth, money")

    @model_validator(mode="after")
    def _spread_belongs_to_the_family(self) -> "Worth":
        if self.family != "lognormal" and self.log_sd:
            raise ValueError(f"log_sd belongs to the lognormal family; this worth is {self.family} (use sd)")
        if self.family in ("lognormal", "fixed") and self.sd:
            raise ValueError(f"sd belongs to the normal and uniform families; this worth is {self.family}")
        if self.family == "lognormal" and self.mean == 0:
            raise ValueError("a lognormal worth has a mean above 0")
        if self.family == "uniform" and self.sd * 3**0.5 > self.mean:
            raise ValueError("a uniform worth this wide would be negative: sd is at most mean / sqrt(3)")
        return self


class Need(Traits):
    """Something the buyer may want to have met."""

    label: str = Field(description="the need in a few plain words, as a seller would say it")
    present: Share = Field(description="probability that a buyer has this need")
    worth: Worth = Field(description="worth to the buyer of having it fully met; see Worth")


class Pricing(Traits):
    """How the seller arrives at the price it aims at for a solution."""

    model: Literal["belief_optimal", "list", "cost_plus", "value_share"] = Field(
        "belief_optimal", description="the pricing model"
    )
    price: Amount | None = Field(None, description="list: the list price, money")
    margin: Amount | None = Field(None, description="cost_plus: margin on the expected cost to serve, a fraction")
    share: Share | None = Field(
        None, description="value_share: the seller's share of what the perceived worth exceeds the cost by"
    )

    @model_validator(mode="after")
    def _number_belongs_to_the_model(self) -> "Pricing":
        wanted = {"list": "price", "cost_plus": "margin", "value_share": "share"}.get(self.model)
        for name in ("price", "margin", "share"):
            given = getattr(self, name) is not None
            if given != (name == wanted):
                raise ValueError(f"pricing model {self.model} {'needs' if not given else 'takes no'} '{name}'")
        return self


class Solution(Traits):
    """Something the seller can deliver."""

    label: str = Field(description="the solution in a few plain words")
    covers: Mapping[Name, Share] = Field(description="share of each need that it meets; 0 where left out")
    base_cost: Amount = Field(description="cost to serve before anything that depends on the needs, money")
    typical_price: Amount = Field(description="what buyers have heard such a thing costs, money")
    pricing: Pricing = Field(Pricing(), description="how its price is found; see Pricing")


Money = Annotated[float, Field(ge=-1e12, le=1e12)]


class Level(Traits):
    """One way in which a term may be agreed."""

    label: str = Field(description="the level in a few plain words that go after 'with': payment by the month")
    worth: Money = Field(0.0, description="what it is usually worth to a buyer beyond the standard level, money")
    cost: Money = Field(0.0, description="what it usually costs a seller beyond the standard level, money")


class Term(Traits):
    """A detail of working together besides price: payment, delivery, support, length of contract."""

    label: str = Field(description="the term in a few plain words, as a question: how it is paid")
    levels: Mapping[Name, Level] = Field(
        min_length=2, max_length=MOST_LEVELS, description="its levels; the first is the standard one; see Level"
    )
    buyers_differ: Amount = Field(
        0.0, description="standard deviation over buyers of their own factor on what its levels are usually worth"
    )
    sellers_differ: Amount = Field(
        0.0, description="standard deviation over deals of the seller's own factor on what its levels usually cost"
    )

    @field_validator("levels")
    @classmethod
    def _the_first_is_standard(cls, value: Mapping[str, Level]) -> Mapping[str, Level]:
        first, standard = next(iter(value.items()))
        if standard.worth or standard.cost:
            raise ValueError(
                f"'{first}' comes first and so is the standard level, which others are measured from: "
                "its worth and cost are 0"
            )
        return value


class Group(Traits):
    """The buying group: several people decide, one of whom, the champion, talks with the seller."""

    least: Annotated[int, Field(ge=1, le=MOST_MEMBERS)] = Field(1, description="fewest people in a group")
    most: Annotated[int, Field(ge=1, le=MOST_MEMBERS)] = Field(
        description="most people in a group; every size between is as likely"
    )
    decision: Literal["unanimity", "majority", "champion"] = Field(
        "champion",
        description="who must be for it: all, more than half, or the champion with nobody who holds a veto against it",
    )
    members_differ: LogSpread = Field(
        0.0, description="log-sd over members of the weight they give each need; the mean weight is 1"
    )
    vetoes: Share = Field(0.0, description="champion: probability that a member other than the champion holds a veto")
    relay_loss: Share = Field(
        0.0, description="part of what the champion learns from the seller that does not reach the others"
    )
    stall: Share = Field(
        0.0, description="times the hazard of stalling: that another member lets the matter lie after a contact"
    )
    objection: Amount = Field(
        0.0, description="hazard of an objection by a member, per relative gap between the price and what it would pay"
    )

    @model_validator(mode="after")
    def _sizes_are_in_order(self) -> "Group":
        if self.least > self.most:
            raise ValueError(f"least is {self.least} and most is {self.most}: the most people are no fewer")
        if self.vetoes and self.decision != "champion":
            raise ValueError(f"vetoes belong to the decision by champion; this group decides by {self.decision}")
        return self


class Leads(Traits):
    """Step 1: whom marketing hands over."""

    in_market: Share = Field(description="share of leads that are in the market: they mean to buy now")
    quality: Share = Field(
        0.0, description="probability that marketing's score tells whether a lead is in the market, rather than chance"
    )
    cost: Amount = Field(0.0, description="what a lead costs the seller, money")


class Prospecting(Traits):
    """Step 2: attempts to reach a lead."""

    attempts: Annotated[int, Field(ge=1, le=MOST_ATTEMPTS)] = Field(description="most attempts to reach a lead")
    attempt_contacts: Share = Field(description="what an attempt takes of the seller, contacts")
    response: Share = Field(description="probability that a lead without perceived surplus responds to an attempt")
    response_to_need: Annotated[float, Field(ge=0, le=100)] = Field(
        0.0, description="added log-odds of responding per unit of perceived surplus over mean worth"
    )
    out_of_market: Share = Field(1.0, description="times that probability: response of leads out of the market")


class Qualification(Traits):
    """Step 3: is the buyer able and likely to buy? One contact, and four noisy signals."""

    signal_noise: Amount = Field(
        description="standard deviation of the error of the signals on timing and authority, each 1 if so and 0 if not"
    )
    budget_noise: Amount = Field(description="standard deviation of the error about the budget, log units")
    need_noise: Amount = Field(
        description="standard deviation of the error about the perceived full worth, a fraction of the mean full worth"
    )
    questions: Annotated[int, Field(ge=0, le=12)] = Field(
        description="room that these signals take in their contact, in questions; needs are asked about in the rest"
    )


class Conversation(Traits):
    """What a contact can bring to light, and what it takes."""

    questions_per_contact: Annotated[int, Field(ge=1, le=12)] = Field(3, description="questions asked in a contact")
    answer_noise: Amount = Field(description="standard deviation of what a question shows about a need's worth, money")
    latent: Share = Field(
        description="how far talking can reveal what neither side knew: multiplies the precision of the diagnosis"
    )
    report_noise: Amount | None = Field(
        None,
        description="standard deviation of the buyer's own report about its perceived worth, money; "
        "as answer_noise when left out",
    )
    reports: bool = Field(True, description="false: buyers say nothing about what they perceive")
    common_diagnosis: bool = Field(
        True, description="true: both sides draw the same conclusion from a question; false: each one of its own"
    )
    cells: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None,
        description="for theory: a question tells exactly in which of so many equal cells of its range the worth of "
        "the only need lies; sim/cells.py says what else a scenario must then be",
    )
    round_contacts: Share = Field(0.0, description="what a round of bargaining takes, contacts")
    securing_contacts: Effort = Field(0.0, description="what it takes both sides to get an agreement signed, contacts")
    contact_hours: Amount = Field(1.0, description="working time of the seller in a contact, hours")
    interest_noise: Amount = Field(
        0.0,
        description="standard deviation of what a question tells each side about the other's factor on a term; "
        "0: interests are known beforehand",
    )


class Objections(Traits):
    """Step 6: what may stand between agreement in principle and negotiation. A strength of 0 switches one off."""

    doubt: Amount = Field(
        0.0, description="hazard of an objection out of doubt, per relative uncertainty of the buyer about its worth"
    )
    uncovered: Amount = Field(
        0.0,
        description="hazard of an objection to what is not covered, per share of the perceived worth left uncovered",
    )
    price: Amount = Field(
        0.0, description="hazard of an objection to the price, per relative gap between it and the price hoped for"
    )
    timing: Amount = Field(
        0.0, description="hazard of an objection to the timing, for a buyer without surplus; falls by `stall_relief`"
    )
    contacts: Share = Field(0.0, description="what an objection takes both sides, contacts")
    value_lost: Share = Field(
        0.0,
        description="what an objection that is not answered takes off the reservation price, a fraction of its cause",
    )
    exit: Share = Field(0.0, description="probability that an objection that is not answered loses the deal")


class Signing(Traits):
    """Step 7: how likely a buyer is to sign what was agreed (status-quo bias)."""

    bias: Annotated[float, Field(ge=-1, le=1)] = Field(
        0.0, description="relative margin at which signing is a toss-up (theta_0)"
    )
    uncertainty_bias: Annotated[float, Field(ge=0, le=5)] = Field(
        0.0, description="margin asked for per unit of relative uncertainty beyond 0.2 (theta_1)"
    )
    spread: Amount = Field(
        0.0, description="spread of the logistic signing curve, in relative margin (tau); 0 signs any gain"
    )


class Forces(Traits):
    """The mechanisms between the parties, each with a strength; 0 switches it off."""

    border: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="share of the precision of answers lost once a number is on the table"
    )
    requote: Amount = Field(0.0, description="fall of the reservation price per unit by which a number is raised")
    anchor_aspiration: Share = Field(0.0, description="pull of the first number on the buyer's aspiration")
    anchor_reservation: Share = Field(
        0.0, description="pull of the first number on the buyer's limit, in units of its own uncertainty"
    )
    shock: Annotated[float, Field(ge=0, le=50)] = Field(
        0.0, description="hazard of leaving per relative gap between a number and the reservation price"
    )
    haggle_now: Share = Field(0.0, description="times price focus: probability of haggling at once over a number")
    refusal_exit: Share = Field(0.0, description="probability of leaving after a refusal that did not convince")
    openness: Annotated[float, Field(ge=0, le=10)] = Field(
        0.0,
        description="trust won by a number that is early and can be verified: added precision of answers, and added "
        "later business, as fractions; off where there is no later business",
    )
    hold_up: Share = Field(
        0.0, description="share of its gain that the buyer fears to lose while no binding number stands"
    )
    stall: Share = Field(0.0, description="probability per contact that a buyer without surplus stalls for good")
    stall_relief: Amount = Field(
        0.0, description="fall of log stall hazard per unit of perceived surplus over mean worth"
    )
    breakdown: Share = Field(
        0.0, description="probability that talks break down after a round; 1 leaves one round, a number and an answer"
    )
    temptation: Share = Field(
        0.05, description="drift of a limit towards an offer beyond it, per offer, at adherence 0"
    )
    adaptation: Share = Field(
        0.0, description="cost of adapting a solution that was not the best, a fraction of its price"
    )
    adaptation_seller_share: Share = Field(0.5, description="part of the adaptation cost that the seller bears")


class Scenario(Traits):
    """One market in which the question of the early price can be asked."""

    schema_version: Literal[1] = Field(alias="schema", description="version of this file's form")
    name: Name = Field(description="the scenario's name: its file's name without the ending")
    title: str = Field(description="one line for tables and figures")
    question: str = Field(description="the question it asks, in words")
    story: str = Field(description="who sells what to whom, in a few sentences")
    currency: str = Field(description="unit of money")
    needs: Mapping[Name, Need] = Field(min_length=1, max_length=MOST_NEEDS, description="what buyers may want")
    common_factor: Share = Field(0.0, description="correlation of worths over needs, on their normal scale")
    solutions: Mapping[Name, Solution] = Field(
        min_length=1, max_length=MOST_SOLUTIONS, description="what the seller can deliver"
    )
    need_cost: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="cost to serve per unit of worth met: the size of the problem drives the cost (gamma)"
    )
    quotes: Literal["binding", "revisable"] = Field("revisable", description="whether a number named may be raised")
    terms: Mapping[Name, Term] = Field({}, max_length=MOST_TERMS, description="what is agreed besides price; see Term")
    group: Group | None = Field(None, description="the buying group; when left out the buyer decides alone; see Group")
    protocol: Literal["alternating_offers", "take_it_or_leave_it"] = Field(
        "alternating_offers", description="how price is negotiated, by its name in sim/negotiation"
    )
    opener: Literal["seller", "buyer"] = Field("seller", description="who makes the first offer in bargaining")
    leads: Leads | None = Field(None, description="step 1; when left out every lead is in the market; see Leads")
    prospecting: Prospecting | None = Field(
        None, description="step 2; when left out buyers come by themselves; see Prospecting"
    )
    qualification: Qualification | None = Field(
        None, description="step 3; when left out nobody is qualified; see Qualification"
    )
    buyer: BuyerTraits = Field(description="the buyers; see BuyerTraits")
    seller: SellerTraits = Field(description="the sellers; see SellerTraits")
    conversation: Conversation = Field(description="what contacts bring to light; see Conversation")
    objections: Objections = Field(Objections(), description="step 6; see Objections")
    signing: Signing = Field(Signing(), description="step 7; see Signing")
    later_business: Amount = Field(
        0.0,
        description="profit from later business with a buyer who gained by a deal, a fraction of this deal's margin",
    )
    forces: Forces = Field(Forces(), description="mechanisms and their strengths; see Forces")
    market: MarketSettings | None = Field(
        None, description="many sellers and buyers; deals played one by one leave it aside; see MarketSettings"
    )

    @field_validator("solutions")
    @classmethod
    def _solutions_cover_known_needs(cls, value: Mapping[str, Solution], info: ValidationInfo) -> Any:
        needs = info.data.get("needs")
        if needs is not None:
            refuse(
                Unknown((name, "covers", need), need, "a need", needs)
                for name, solution in value.items()
                for need in solution.covers
                if need not in needs
            )
        return value

    @model_validator(mode="after")
    def _later_business_is_counted_once(self) -> "Scenario":
        if self.market and self.market.after_sale.repeat and self.later_business:
            raise ValueError(
                "later_business books in advance what after_sale.repeat lets happen in the market: one of them is 0"
            )
        return self

    @model_validator(mode="after")
    def _cells_have_the_world_they_need(self) -> "Scenario":
        if self.conversation.cells is not None:
            details = [_unfit(fault) for fault in faults_of(self)]
            if details:
                raise ValidationError.from_exception_data("cells", details)
        return self


def _unfit(fault: Unfit) -> InitErrorDetails:
    context = {"wanted": fault.wanted}
    return InitErrorDetails(
        type=PydanticCustomError("unfit", "conversation.cells wants {wanted} here", context),
        loc=fault.keys,
        input=fault.got,
    )
