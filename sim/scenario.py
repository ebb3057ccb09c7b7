"""A scenario: who sells what to whom, and how the world between them works.

A scenario is a YAML file read into this frozen model. Unknown keys, impossible numbers and wrong names are
refused, all at once, with the place in the file (`sim.reading`).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from agents.limits import MOST_NEEDS, MOST_SOLUTIONS
from agents.traits import Amount, BuyerTraits, LogSpread, SellerTraits, Share, Traits
from sim.known_names import Unknown, refuse

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
    round_contacts: Share = Field(0.0, description="what a round of bargaining takes, contacts")
    contact_hours: Amount = Field(1.0, description="working time of the seller in a contact, hours")


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
    opener: Literal["seller", "buyer"] = Field("seller", description="who makes the first offer in bargaining")
    buyer: BuyerTraits = Field(description="the buyers; see BuyerTraits")
    seller: SellerTraits = Field(description="the sellers; see SellerTraits")
    conversation: Conversation = Field(description="what contacts bring to light; see Conversation")
    signing: Signing = Field(Signing(), description="step 7; see Signing")
    forces: Forces = Field(Forces(), description="mechanisms and their strengths; see Forces")

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
