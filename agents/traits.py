"""What the parties are like: the traits a scenario gives to its buyers and sellers.

Every trait states its meaning and its unit, and its range is checked. *Money* is the scenario's currency;
*contacts* are calls or meetings. A trait describes a person, never the answer: which price policy does better
is for the simulation to find out.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from agents.catalogue import Catalogue, catalogue
from agents.limits import MOST_QUESTIONS

MOST_MONEY = 1e12


def _among(what: str, names: Callable[[Catalogue], Iterable[str]]) -> AfterValidator:
    """Refuse a name that the catalogue does not have; ``what`` says in words what it should name.

    The catalogue is the context of validation, and the project's own where there is none.
    """

    def check(name: str, info: ValidationInfo) -> str:
        known = tuple(names(info.context or catalogue()))
        if name not in known:
            context = {"name": name, "what": what, "known": known}
            raise PydanticCustomError("unknown_name", "'{name}' is not {what}", context)
        return name

    return AfterValidator(check)


def _countable(amount: float) -> float:
    """Refuse amounts whose squares would leave no digit for anything else."""
    if amount > MOST_MONEY:
        raise ValueError(f"{amount:g} is more than can be reckoned with; at most {MOST_MONEY:g} would be right")
    return amount


PolicyName = Annotated[str, _among("a price policy", lambda rules: rules.price_policies)]
TacticName = Annotated[str, _among("a tactic", lambda rules: rules.tactics)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0), AfterValidator(_countable)]
LogSpread = Annotated[float, Field(ge=0, le=5)]
Effort = Annotated[float, Field(ge=0, le=20)]


class Traits(BaseModel):
    """A frozen group of settings that refuses unknown names and numbers that are not finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Rival(Traits):
    """What the buyer could do instead of buying here or doing nothing."""

    present: Share = Field(description="probability that the buyer has a rival offer at hand")
    surplus_mean: Amount = Field(description="mean worth of that offer to the buyer, net of its price, in `basis`")
    surplus_sd: Amount = Field(0.0, description="standard deviation of that worth over buyers, in `basis`")
    basis: Literal["of_value", "money"] = Field(
        "of_value", description="unit of the two above: a fraction of the buyer's full worth, or money"
    )


class Budget(Traits):
    """What the buyer may spend, log-normal over buyers."""

    median: Annotated[float, Field(gt=0, le=1e12)] = Field(description="median budget, money")
    log_sd: LogSpread = Field(0.0, description="standard deviation of the logarithm of the budget")
    flex: Share = Field(0.0, description="share of the perceived worth beyond the budget that can be added to it")


class Patience(Traits):
    """How many contacts a buyer sits through before it gives up: 1 + Poisson around the mean of its kind."""

    impatient_share: Share = Field(0.0, description="share of buyers of the impatient kind")
    impatient: Annotated[float, Field(ge=1, le=1000)] = Field(
        2.0, description="mean patience of the impatient, contacts"
    )
    patient: Annotated[float, Field(ge=1, le=1000)] = Field(7.0, description="mean patience of the others, contacts")


class Deadline(Traits):
    """How many rounds a party is ready to bargain, its own secret: least + Poisson(extra)."""

    least: Annotated[int, Field(ge=2, le=100)] = Field(2, description="smallest number of rounds")
    extra: Annotated[float, Field(ge=0, le=60)] = Field(6.0, description="mean number of rounds beyond it")


class Shoppers(Traits):
    """Buyers who compare prices and want nothing but a number; drawn independently of everything else."""

    share: Share = Field(description="probability that a buyer is a price shopper")
    price_focus: Share = Field(1.0, description="its probability per contact of asking for the price")
    rival_present: Share = Field(1.0, description="probability that it has a rival offer at hand")


class BuyerTraits(Traits):
    """How the buyers of a scenario perceive, decide and bargain."""

    awareness: Annotated[float, Field(ge=0, le=3)] = Field(
        1.0, description="perceived over true worth on average: 1 is calibrated, less is latent need, more is illusion"
    )
    self_knowledge: Share = Field(
        1.0, description="share of the variance of a need's worth that the buyer knows itself (lambda)"
    )
    risk_aversion: Amount = Field(
        0.0, description="absolute risk aversion times the mean full worth of the segment, dimensionless"
    )
    budget: Budget | None = Field(None, description="what the buyer may spend; none when left out")
    rival: Rival = Field(Rival(present=0, surplus_mean=0), description="the buyer's best alternative")
    authority: Share = Field(1.0, description="probability that who speaks for the buyer may also sign")
    clarity: Share = Field(1.0, description="how clearly the buyer sees its own BATNA: 1 is exactly")
    clarity_error: Amount = Field(
        0.0, description="standard deviation of its error about its BATNA at clarity 0, money"
    )
    preparation: Effort = Field(
        0.0,
        description="effort put into seeing its BATNA clearly before negotiating, contacts; each halves the error left",
    )
    adherence: Share = Field(1.0, description="how firmly it keeps to its walk-away point: 1 is never beyond")
    price_focus: Share = Field(0.0, description="probability per contact of asking for the price while none is named")
    interest_effect: Annotated[float, Field(ge=-100, le=100)] = Field(
        0.0, description="added log-odds of asking per unit of perceived surplus over mean worth (psi)"
    )
    shoppers: Shoppers | None = Field(None, description="buyers who only compare prices; none when left out")
    patience: Patience = Field(Patience(), description="contacts it sits through; see Patience")
    unlimited_patience: bool = Field(False, description="true: the buyer never loses patience")
    contact_cost: Amount = Field(0.0, description="what a contact costs the buyer, money")
    expectation_spread: LogSpread = Field(
        0.0, description="log-sd over buyers of the price they expect, around the solution's typical price"
    )
    taker_share: Share = Field(0.0, description="share that takes any number within its limit instead of haggling")
    ambition: Share = Field(0.0, description="aspiration in bargaining: this fraction below the reservation price")
    slack: Share = Field(
        0.0, description="how far the price talked about may exceed the reservation price at the agreement in principle"
    )
    tactic: TacticName = Field("linear", description="concession tactic, by its name in agents/tactics")
    firmness: Annotated[float, Field(ge=1, le=20)] = Field(
        3.0, description="exponent of time of the concession tactics; 1 is a straight line"
    )
    deadline: Deadline = Field(Deadline(), description="rounds of bargaining; see Deadline")


class SellerTraits(Traits):
    """How the sellers of a scenario ask, price, reframe and bargain."""

    price_policy: PolicyName = Field(
        "after_needs_analysis", description="when and how it answers 'how much?', by its name in agents/price_policies"
    )
    tactic: TacticName = Field("linear", description="concession tactic, by its name in agents/tactics")
    firmness: Annotated[float, Field(ge=1, le=20)] = Field(
        3.0, description="exponent of time of the concession tactics; 1 is a straight line"
    )
    deadline: Deadline = Field(Deadline(), description="rounds of bargaining; see Deadline")
    markup: Annotated[float, Field(ge=0, le=5)] = Field(
        0.0, description="opening mark-up over the price aimed at, a fraction of it; list prices carry none"
    )
    adherence: Share = Field(1.0, description="how firmly it keeps to its walk-away point: 1 is never beyond")
    clarity: Share = Field(1.0, description="how clearly it sees its own cost to serve: 1 is exactly as it believes")
    clarity_error: Amount = Field(0.0, description="standard deviation of its error about cost at clarity 0, money")
    preparation: Effort = Field(
        0.0,
        description="effort put into seeing its cost clearly before negotiating, contacts; each halves the error left",
    )
    contact_cost: Amount = Field(0.0, description="what a contact costs the seller, money")
    contact_opportunity: Amount = Field(
        0.0, description="what a contact could earn elsewhere: weighed in decisions, booked nowhere, money"
    )
    opportunity_cost: Amount = Field(0.0, description="what signing this deal makes it forgo, money")
    strictness: Annotated[float, Field(ge=0, le=100)] = Field(
        0.0,
        description="how far the profit expected must exceed the effort expected for a lead or prospect to be pursued: "
        "1 is break-even, 0 pursues everyone",
    )
    expected_contacts: Effort = Field(
        2.0,
        description="contacts it expects a deal to take up to the proposal, when it decides on pursuit",
    )
    discovery_skill: Annotated[float, Field(ge=0, le=10)] = Field(
        1.0, description="multiplies the precision of the answers it gets; 0 learns nothing"
    )
    reframing_skill: Share = Field(
        1.0, description="probability that a buyer who asks for the price is content to talk about needs first"
    )
    objection_handling: Share = Field(1.0, description="probability that it answers an objection to satisfaction")
    min_questions: Annotated[int, Field(ge=0, le=MOST_QUESTIONS)] = Field(
        0, description="questions it asks by its script, whatever they are worth"
    )
    max_questions: Annotated[int, Field(ge=0, le=MOST_QUESTIONS)] = Field(
        18, description="most questions it asks in a deal"
    )
    confidence: Amount = Field(
        0.25, description="relative uncertainty about the reservation price below which `when_confident` names a price"
    )
    nerve: Share = Field(
        0.25, description="risk of losing the buyer by the next contact above which `before_they_leave` names a price"
    )
    range_width: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.25, description="half the width of a range, a fraction of its middle"
    )
    discount: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.15, description="what `unqualified_discount` takes off its price at once, a fraction of it"
    )
