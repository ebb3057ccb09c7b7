"""What a scenario says of its market: how many sellers and leads, and how strong what lies between deals is.

Every strength may be zero. A scenario without ``market:`` is one seller's, deal by deal.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from agents.limits import MOST_ASKED, MOST_DAYS, MOST_LEADS_A_DAY, MOST_PEOPLE, MOST_SELLERS
from agents.traits import Amount, PolicyName, Share, Traits
from agents.work_rules import WORK_RULES
from sim.known_names import Unknown, refuse

Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]
Strength = Annotated[float, Field(ge=0, le=100)]


class Season(Traits):
    """How the number of leads swings over the year."""

    swing: Share = Field(0.0, description="amplitude of the swing, a fraction of the mean number of leads")
    peak: Annotated[int, Field(ge=0, le=MOST_DAYS)] = Field(0, description="a day on which most leads come, days")
    period: Days = Field(250, description="days from one peak to the next; 250 working days are a year")


class Asking(Traits):
    """How buyers look around."""

    comparers: Share = Field(0.0, description="share of buyers who ask several sellers; the others ask one")
    sellers: Annotated[int, Field(ge=1, le=MOST_ASKED)] = Field(3, description="how many sellers a comparer asks")
    manner: Literal["at_once", "in_turn"] = Field(
        "at_once", description="in_turn: the next is asked when the last has named a number, or is out of it"
    )
    patience_days: Days | None = Field(
        None, description="days that a buyer waits for a seller who has no time before it leaves; for ever if left out"
    )
    wait_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] = Field(
        20, description="days that a comparer waits to hear all offers once it agrees with one in principle"
    )
    rival_offers: Share = Field(
        1.0, description="part of its gain by a rival's standing offer that counts as the buyer's BATNA"
    )
    undercutting: Annotated[int, Field(ge=0, le=1000)] = Field(
        0, description="rounds in which sellers may improve on the best offer that a comparer has"
    )
    undercut_step: Annotated[float, Field(gt=0, le=1)] = Field(
        0.02, description="by how much they go below what would match it, a fraction of that"
    )
    carried: Share = Field(
        0.0, description="part of what a buyer learns about its needs in one talk that it knows in its other ones"
    )


class Reputation(Traits):
    """What people think of sellers, and tell each other."""

    trust: Strength = Field(
        0.0, description="log-odds of asking a seller per unit of opinion, which lies between -1 and 1"
    )
    experience: Share = Field(0.0, description="how far a purchase moves the buyer's own opinion of the seller")
    word_of_mouth: Share = Field(0.0, description="how far it moves the opinion of each acquaintance")
    topology: Literal["small_world", "scale_free", "random", "ring", "complete"] = Field(
        "small_world", description="shape of the network of acquaintances"
    )
    people: Annotated[int, Field(ge=2, le=MOST_PEOPLE)] = Field(500, description="people in it")
    acquaintances: Annotated[int, Field(ge=1, le=100)] = Field(
        6, description="mean number of acquaintances (twice the links of a newcomer where scale_free)"
    )
    rewired: Share = Field(0.1, description="small_world: share of links that lead anywhere")

    @model_validator(mode="after")
    def _nobody_knows_more_people_than_there_are(self) -> "Reputation":
        if self.acquaintances >= self.people:
            raise ValueError(f"acquaintances is {self.acquaintances}, of {self.people} people: fewer would be right")
        return self


class AfterSale(Traits):
    """What follows a sale."""

    referral: Share = Field(0.0, description="probability that a content buyer sends an acquaintance to its seller")
    repeat: Share = Field(0.0, description="probability that a content buyer comes back to its seller")
    repeat_days: Days = Field(
        60, description="days after which it does, and after which a referral comes at the latest"
    )
    complaint: Share = Field(0.0, description="probability that a buyer who lost by the deal complains")
    complaint_cost: Share = Field(0.0, description="what a complaint costs the seller, a fraction of the price")


class Learning(Traits):
    """How sellers change their price policy."""

    rule: Literal["none", "imitation", "bandit", "replicator"] = Field(
        "none", description="how policies spread: none, imitation, bandit or replicator"
    )
    review_days: Days = Field(20, description="days between two reviews")
    rate: Share = Field(0.5, description="imitation, replicator: probability that a seller reviews its policy at all")
    sharpness: Strength = Field(1.0, description="how strongly earnings matter: per unit of the sellers' mean earnings")
    mutation: Share = Field(0.0, description="probability that it tries any policy instead")


class MarketSettings(Traits):
    """A market of many sellers and buyers."""

    sellers: Annotated[int, Field(ge=1, le=MOST_SELLERS)] = Field(1, description="number of sellers")
    days: Days = Field(250, description="days played")
    leads_per_day: Annotated[float, Field(gt=0, le=MOST_LEADS_A_DAY)] = Field(
        description="mean number of leads a day, for all sellers together"
    )
    season: Season = Field(Season(), description="how that swings; see Season")
    hours_per_day: Amount | None = Field(
        None, description="working time of a seller, hours a day; no limit if left out"
    )
    pace: Days = Field(1, description="days from one meeting of a deal to the next at the earliest")
    delivery_hours: Amount = Field(0.0, description="working time that serving a signed deal takes, hours")
    work_rule: str = Field("oldest_first", description="which open deal a seller works on, by its name in work_rules")
    policies: Mapping[PolicyName, Amount] = Field(
        {}, description="price policies of the sellers at the beginning, with weights; the seller's own if left out"
    )
    batna: Literal["given", "market"] = Field(
        "market", description="given: buyers also have the BATNA of the scenario; market: nothing but other offers"
    )
    opportunity: Share = Field(
        1.0,
        description="part of its running profit per hour that a seller without idle hours counts as an hour's worth",
    )
    opportunity_days: Days = Field(20, description="over how many days that profit is averaged")
    asking: Asking = Field(Asking(), description="how buyers look around; see Asking")
    reputation: Reputation = Field(Reputation(), description="what people think of sellers; see Reputation")
    after_sale: AfterSale = Field(AfterSale(), description="what follows a sale; see AfterSale")
    learning: Learning = Field(Learning(), description="how policies spread; see Learning")

    @field_validator("work_rule")
    @classmethod
    def _the_work_rule_is_known(cls, value: str) -> str:
        refuse([] if value in WORK_RULES else [Unknown((), value, "a work rule", WORK_RULES)])
        return value

    @field_validator("policies")
    @classmethod
    def _some_policy_has_a_weight(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        if value and not any(value.values()):
            raise ValueError("no policy has a weight above 0")
        return value

    @model_validator(mode="after")
    def _hours_are_no_fewer_than_none(self) -> "MarketSettings":
        if self.hours_per_day == 0:
            raise ValueError("hours_per_day is 0: nobody could sell; leave it out for no limit")
        if self.asking.comparers and self.asking.sellers > self.sellers:
            raise ValueError(f"comparers ask {self.asking.sellers} sellers, and there are {self.sellers}")
        return self
