"""From a scenario to the setting that rules are played on: records of numbers, beliefs of the segment, price list."""

import hashlib
import math
from collections import OrderedDict
from contextlib import suppress

import numpy as np

from agents.catalogue import Catalogue, catalogue
from agents.group import DecisionRule
from agents.limits import MOST_CONTACTS
from agents.traits import BuyerTraits, SellerTraits
from sim.deal import BUYER, SELLER, WORLD, Setting, blank
from sim.moments import own_variance, worth_covariance, worth_mean
from sim.population import Family
from sim.price_lists import tabulate
from sim.scenario import Conversation, Group, Need, Scenario
from sim.segment import Segment, simulate_segment
from sim.vocabulary import Protocol

INFINITY = math.inf
NOT_IN_PRICES = ("policy", "tactic")
"""What a seller decides by, and what its price list does not depend on."""


def prepare(scenario: Scenario, rules: Catalogue | None = None) -> Setting:
    """The setting of a scenario, its policy and tactics numbered by the catalogue (the project's own by default)."""
    numbers = rules or catalogue()
    world = _world(scenario)
    buyer = _buyer(scenario.buyer, numbers, world)
    seller = _seller(scenario.seller, numbers)
    world["risk_aversion"] = buyer["risk_aversion"]
    world["segment_doubt"] = (1.0 - buyer["knowledge"]) * world["need_variance"]
    segment = simulate_segment(world, buyer)
    _believe(world, buyer, segment)
    world["attrition"] = _attrition(world, segment)
    return Setting(world, buyer, seller, _prices(scenario, world, buyer, seller, segment))


MOST_KEPT = 16
_kept: OrderedDict[bytes, np.ndarray] = OrderedDict()
"""The price lists worked out last, by everything they depend on: arms mostly share one, and it takes the longest."""


def _prices(
    scenario: Scenario, world: np.ndarray, buyer: np.ndarray, seller: np.ndarray, segment: Segment
) -> np.ndarray:
    """The price list of a scenario, taken from those kept where it depends on nothing that is new."""
    alike = seller.copy()
    for name in NOT_IN_PRICES:
        alike[name] = 0
    models = repr([solution.pricing for solution in scenario.solutions.values()]).encode()
    parts = (models, world.tobytes(), buyer.tobytes(), alike.tobytes())
    key = hashlib.sha256(b"|".join(parts)).digest()
    if (found := _kept.get(key)) is not None:
        return found.copy().view(np.recarray)
    prices = tabulate(scenario, world, buyer, seller, segment)
    _kept[key] = prices.copy()
    while len(_kept) > MOST_KEPT:
        with suppress(KeyError):  # another thread took it out
            _kept.popitem(last=False)
    return prices


def _world(scenario: Scenario) -> np.ndarray:
    world = blank(WORLD)
    needs = list(scenario.needs.values())
    _fill_needs(world, needs, scenario.common_factor)
    _fill_solutions(world, scenario)
    _fill_first_steps(world, scenario)
    _fill_conversation(world, scenario.conversation, scenario.seller.discovery_skill)
    _fill_terms(world, scenario)
    _fill_group(world, scenario.group or Group(most=1))
    world["protocol"] = Protocol[scenario.protocol.upper()]
    world["later_business"] = scenario.later_business
    for name, value in scenario.objections:
        world[f"objection_{name}"] = value
    world["buyer_opens"] = scenario.opener == "buyer"
    world["signing_bias"] = scenario.signing.bias
    world["signing_uncertainty_bias"] = scenario.signing.uncertainty_bias
    world["signing_spread"] = scenario.signing.spread
    for name, strength in scenario.forces:
        world[name] = strength
    if scenario.later_business == 0.0:
        world["openness"] = 0.0  # trust that never pays back would be clearer answers for nothing
    return world


def _fill_first_steps(world: np.ndarray, scenario: Scenario) -> None:
    leads, prospecting, qualification = scenario.leads, scenario.prospecting, scenario.qualification
    world["has_leads"] = leads is not None
    world["in_market"] = leads.in_market if leads else 1.0
    world["lead_quality"] = leads.quality if leads else 0.0
    world["lead_cost"] = leads.cost if leads else 0.0
    if prospecting:
        for name in ("attempts", "attempt_contacts", "response", "response_to_need"):
            world[name] = getattr(prospecting, name)
        world["response_out_of_market"] = prospecting.out_of_market
    world["authority"] = scenario.buyer.authority
    world["has_qualification"] = qualification is not None
    if qualification:
        world["qualification_questions"] = qualification.questions
        for name in ("signal_noise", "budget_noise"):
            world[name] = getattr(qualification, name)
        world["need_noise"] = qualification.need_noise * world["mean_worth"]


def _fill_needs(world: np.ndarray, needs: list[Need], common_factor: float) -> None:
    count = len(needs)
    mean = worth_mean(needs)
    world["needs"] = count
    world["presence"][0, :count] = [need.present for need in needs]
    world["family"][0, :count] = [Family[need.worth.family.upper()] for need in needs]
    for k, need in enumerate(needs):
        worth = need.worth
        if worth.family == "lognormal":
            world["location"][0, k] = math.log(worth.mean) - 0.5 * worth.log_sd**2
            world["scale"][0, k] = worth.log_sd
        else:
            world["location"][0, k] = worth.mean
            world["scale"][0, k] = math.sqrt(own_variance(worth))
    world["common_root"] = math.sqrt(common_factor)
    world["own_root"] = math.sqrt(1.0 - common_factor)
    world["need_mean"][0, :count] = mean
    covariance = worth_covariance(needs, common_factor)
    world["need_variance"][0, :count] = np.maximum(0.0, np.diag(covariance))
    world["mean_worth"] = mean.sum()
    world["prior_mean"][0, :count] = mean
    world["prior_cov"][0, :count, :count] = covariance


def _fill_solutions(world: np.ndarray, scenario: Scenario) -> None:
    names = list(scenario.needs)
    world["solutions"] = len(scenario.solutions)
    world["need_cost"] = scenario.need_cost
    world["binding"] = scenario.quotes == "binding"
    for s, solution in enumerate(scenario.solutions.values()):
        for need, covered in solution.covers.items():
            world["cover"][0, s, names.index(need)] = covered
        world["base_cost"][0, s] = solution.base_cost
        world["typical_price"][0, s] = solution.typical_price
        world["list_price"][0, s] = math.nan if solution.pricing.price is None else solution.pricing.price


def _fill_conversation(world: np.ndarray, talk: Conversation, skill: float) -> None:
    world["questions_per_contact"] = talk.questions_per_contact
    world["cells"] = talk.cells or 0
    world["common_diagnosis"] = talk.common_diagnosis
    world["round_contacts"] = talk.round_contacts
    world["securing_contacts"] = talk.securing_contacts
    world["contact_hours"] = talk.contact_hours
    report_noise = talk.answer_noise if talk.report_noise is None else talk.report_noise
    world["report_noise"] = report_noise**2 / skill if talk.reports and skill > 0 else INFINITY
    latent = talk.latent * skill
    world["diagnosis_noise"] = talk.answer_noise**2 / latent if latent > 0 else INFINITY


def _fill_terms(world: np.ndarray, scenario: Scenario) -> None:
    world["terms"] = len(scenario.terms)
    for j, term in enumerate(scenario.terms.values()):
        world["levels"][0, j] = len(term.levels)
        for number, level in enumerate(term.levels.values()):
            world["term_worth"][0, j, number] = level.worth
            world["term_cost"][0, j, number] = level.cost
        world["term_worth_spread"][0, j] = term.buyers_differ
        world["term_cost_spread"][0, j] = term.sellers_differ
    noise, skill = scenario.conversation.interest_noise**2, scenario.seller.discovery_skill
    world["interest_noise"][0] = noise / skill if skill > 0 else INFINITY, noise


def _fill_group(world: np.ndarray, group: Group) -> None:
    world["members_least"], world["members_most"] = group.least, group.most
    world["decision_rule"] = DecisionRule[group.decision.upper()]
    world["member_spread"] = group.members_differ
    world["veto_share"] = group.vetoes
    world["relay_loss"] = group.relay_loss
    world["member_stall"] = group.stall
    world["objection_member"] = group.objection


def _buyer(traits: BuyerTraits, numbers: Catalogue, world: np.ndarray) -> np.ndarray:
    buyer = blank(BUYER)
    mean_worth = float(world["mean_worth"][0])
    buyer["awareness"] = traits.awareness
    buyer["knowledge"] = traits.self_knowledge
    buyer["rival_present"] = traits.rival.present
    buyer["rival_mean"] = traits.rival.surplus_mean
    buyer["rival_sd"] = traits.rival.surplus_sd
    buyer["rival_of_value"] = traits.rival.basis == "of_value"
    buyer["batna_error"] = (1.0 - traits.clarity) * traits.clarity_error
    budget = traits.budget
    buyer["budget_log_median"] = math.log(budget.median) if budget else INFINITY
    buyer["budget_log_sd"] = budget.log_sd if budget else 0.0
    buyer["flex"] = budget.flex if budget else 0.0
    patience = traits.patience
    buyer["impatient_share"] = patience.impatient_share
    buyer["impatient_extra"] = patience.impatient - 1.0
    buyer["patient_extra"] = patience.patient - 1.0
    buyer["deadline_least"] = traits.deadline.least
    buyer["deadline_extra"] = traits.deadline.extra
    buyer["risk_aversion"] = traits.risk_aversion / mean_worth if mean_worth > 0 else 0.0
    buyer["focus"] = traits.price_focus
    buyer["tactic"] = list(numbers.tactics).index(traits.tactic)
    shoppers = traits.shoppers
    buyer["shopper_share"] = shoppers.share if shoppers else 0.0
    buyer["shopper_focus"] = shoppers.price_focus if shoppers else traits.price_focus
    buyer["shopper_rival"] = shoppers.rival_present if shoppers else traits.rival.present
    same = ("unlimited_patience", "expectation_spread", "taker_share", "interest_effect", "contact_cost")
    for name in (*same, "preparation", "ambition", "slack", "adherence", "firmness"):
        buyer[name] = getattr(traits, name)
    return buyer


def _seller(traits: SellerTraits, numbers: Catalogue) -> np.ndarray:
    seller = blank(SELLER)
    seller["policy"] = list(numbers.price_policies).index(traits.price_policy)
    seller["tactic"] = list(numbers.tactics).index(traits.tactic)
    seller["cost_error"] = (1.0 - traits.clarity) * traits.clarity_error
    seller["deadline_least"] = traits.deadline.least
    seller["deadline_extra"] = traits.deadline.extra
    same = ("firmness", "markup", "adherence", "contact_cost", "opportunity_cost", "reframing_skill", "preparation")
    more = (
        "contact_opportunity",
        "strictness",
        "expected_contacts",
        "objection_handling",
        "nerve",
        "range_width",
        "discount",
    )
    for name in (*same, *more, "min_questions", "max_questions", "confidence"):
        seller[name] = getattr(traits, name)
    return seller


def _attrition(world: np.ndarray, segment: Segment) -> np.ndarray:
    """Share of the simulated buyers gone after each contact, of those who were there: patience and stalls.

    A stall is taken at what a buyer without any surplus would do, which is the seller's safe guess.
    """
    patience = segment.buyers["patience"]
    contacts = np.arange(1, MOST_CONTACTS + 1)
    there = np.array([(patience >= contact).sum() for contact in contacts])
    gone = np.array([(patience == contact).sum() for contact in contacts])
    impatient = np.divide(gone, there, out=np.zeros(MOST_CONTACTS), where=there > 0)
    return 1.0 - (1.0 - impatient) * (1.0 - float(world["stall"][0]))


def _believe(world: np.ndarray, buyer: np.ndarray, segment: Segment) -> None:
    """Fill in the seller's joint belief about the segment: perception, reservation prices and costs (agents.beliefs).

    The reservation price is linear in the beliefs about needs but for the BATNA, which enters by its regression on the
    full worth in the simulated segment.
    """
    needs, solutions = int(world["needs"][0]), int(world["solutions"][0])
    worth = world["prior_cov"][0, :needs, :needs].copy()
    mean = world["prior_mean"][0, :needs].copy()
    awareness, knowledge = float(buyer["awareness"][0]), float(buyer["knowledge"][0])
    own_noise = awareness**2 * knowledge * (1.0 - knowledge) * np.diag(worth)
    cover = world["cover"][0, :solutions, :needs]
    # every belief is a linear map of (w, the buyer's own noise, the rest of its BATNA)
    size = 2 * needs + 2 * solutions
    on_worth = np.zeros((size, needs))
    on_noise = np.zeros((size, needs))
    on_batna = np.zeros(size)
    places = slice(needs, 2 * needs), slice(2 * needs, 2 * needs + solutions), slice(2 * needs + solutions, size)
    perceived, limits, costs = places
    on_worth[:needs] = np.eye(needs)
    on_worth[perceived] = awareness * knowledge * np.eye(needs)
    on_worth[limits] = awareness * knowledge * cover - segment.batna_slope
    on_worth[costs] = world["need_cost"][0] * cover
    on_noise[perceived] = np.eye(needs)
    on_noise[limits] = cover
    on_batna[limits] = -1.0
    covariance = on_worth @ worth @ on_worth.T + on_noise @ np.diag(own_noise) @ on_noise.T
    covariance += segment.batna_variance * np.outer(on_batna, on_batna)
    own_variance_left = (1.0 - knowledge) * np.diag(worth)
    risk = 0.5 * buyer["risk_aversion"][0] * cover**2 @ own_variance_left
    full = np.zeros(size)
    full[:needs] = mean
    full[perceived] = awareness * mean
    full[limits] = awareness * cover @ mean - risk - segment.batna_mean
    full[costs] = world["base_cost"][0, :solutions] + world["need_cost"][0] * cover @ mean
    world["prior_mean"][0, :size] = full
    world["prior_cov"][0, :size, :size] = 0.5 * (covariance + covariance.T)
