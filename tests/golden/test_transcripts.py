"""Told deals, kept to read: one for every price policy and every tactic, and two policies side by side.

Rewrite them after a change that changes answers, read what changed, and say so in the changelog:

    uv run pytest tests/golden --rewrite
"""

from pathlib import Path

import pytest

from agents.catalogue import price_policies, tactics
from experiments.telling import tell
from sim.reading import load_scenario, scenario_names

HERE = Path(__file__).parent / "transcripts"
SEED = 1
POLICY_DEALS = (("b2b_software", 607), ("auto_repair", 1462))
TACTIC_DEAL = ("b2b_software", 2476)
SCENARIO_DEALS = {
    "commodity": 950,
    "used_car": 2991,
    "solar_home": 1355,
    "consulting": 1041,
    "market_garages": 14,
    "market_software": 943,
}
"""A deal of each of the other scenarios, under the policy that the scenario names."""


def compare(name: str, told: str, rewrite: bool) -> None:
    """Hold a told deal against the one kept; a missing one fails."""
    path = HERE / f"{name}.txt"
    if rewrite:
        path.write_text(told, encoding="utf-8")
    assert path.is_file(), f"no transcript {path.name} is kept: write it with --rewrite, and read it"
    assert told == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("scenario", "buyer"), POLICY_DEALS)
@pytest.mark.parametrize("policy", list(price_policies()))
def test_a_policy_tells_its_deal_as_it_did(policy: str, scenario: str, buyer: int, rewrite: bool) -> None:
    compare(f"policy_{policy}_{scenario}", tell(load_scenario(scenario), policy, buyer, SEED), rewrite)


@pytest.mark.parametrize("tactic", list(tactics()))
def test_a_tactic_tells_its_bargain_as_it_did(tactic: str, rewrite: bool) -> None:
    scenario, buyer = TACTIC_DEAL
    both = {"seller.tactic": tactic, "buyer.tactic": tactic}
    compare(f"tactic_{tactic}", tell(load_scenario(scenario, both), "after_needs_analysis", buyer, SEED), rewrite)


@pytest.mark.parametrize("scenario", SCENARIO_DEALS)
def test_a_scenario_tells_its_deal_as_it_did(scenario: str, rewrite: bool) -> None:
    loaded = load_scenario(scenario)
    told = tell(loaded, loaded.seller.price_policy, SCENARIO_DEALS[scenario], SEED)
    compare(f"scenario_{scenario}", told, rewrite)


def test_every_scenario_has_a_told_deal() -> None:
    assert {*SCENARIO_DEALS, *(name for name, _ in POLICY_DEALS)} == set(scenario_names())


def test_two_policies_are_told_side_by_side_as_they_were(rewrite: bool) -> None:
    told = tell(load_scenario("b2b_software"), "on_first_ask", 607, SEED, versus="after_needs_analysis")
    compare("side_by_side", told, rewrite)


def test_policies_that_never_part_are_told_once(rewrite: bool) -> None:
    told = tell(load_scenario("b2b_software"), "on_first_ask", 607, SEED, versus="on_first_ask")
    assert "never part" in told
    assert told.count("In truth") == 1


def test_no_transcript_is_kept_of_what_does_not_exist() -> None:
    known = {f"tactic_{name}" for name in tactics()} | {"side_by_side"}
    known |= {f"scenario_{name}" for name in SCENARIO_DEALS}
    known |= {f"policy_{name}_{scenario}" for name in price_policies() for scenario, _ in POLICY_DEALS}
    assert {path.stem for path in HERE.glob("*.txt")} == known


def test_a_told_deal_has_no_line_too_long_to_read() -> None:
    for path in HERE.glob("*.txt"):
        longest = max(map(len, path.read_text(encoding="utf-8").splitlines()))
        assert longest <= 110, path.name
