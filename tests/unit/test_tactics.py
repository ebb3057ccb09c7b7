"""What each tactic names, against what its source says, worked out by hand."""

import math
from typing import Any

import pytest

from agents.bargaining import is_concession, within_room
from agents.tactics import (
    linear_equilibrium,
    minimal_concession,
    split_the_difference,
    subgame_perfect,
    tit_for_tat,
    zero_intelligence,
)
from agents.views import NegotiationView

NAN = math.nan
UNIFORM = {"their_limit": 0.5, "their_doubt": 1 / math.sqrt(12), "seen_limit": 0.5, "seen_doubt": 1 / math.sqrt(12)}
"""Both limits uniform on (0, 1)."""


def view(selling: bool = True, aspiration: float = 100.0, limit: float = 60.0, **more: Any) -> NegotiationView:
    return NegotiationView(selling, aspiration, limit, limit, 0.5, 3, 3.0, NAN, NAN, NAN, 0.5)._replace(**more)


def test_tit_for_tat_concedes_as_much_as_the_other_side_did_last() -> None:
    assert tit_for_tat.next_offer(view(my_last=90.0, their_last=57.0, their_previous=50.0)) == 83.0
    buying = view(selling=False, aspiration=40.0, limit=90.0, my_last=50.0, their_last=80.0, their_previous=92.0)
    assert tit_for_tat.next_offer(buying) == 62.0


def test_tit_for_tat_holds_still_until_it_has_seen_a_concession() -> None:
    assert tit_for_tat.next_offer(view()) == 100.0
    assert tit_for_tat.next_offer(view(my_last=95.0, their_last=50.0)) == 95.0
    assert tit_for_tat.next_offer(view(my_last=95.0, their_last=50.0, their_previous=55.0)) == 95.0


def test_split_the_difference_names_the_middle_of_the_two_last_offers() -> None:
    assert split_the_difference.next_offer(view()) == 100.0
    assert split_the_difference.next_offer(view(their_last=70.0)) == 85.0
    assert split_the_difference.next_offer(view(my_last=90.0, their_last=70.0)) == 80.0
    assert split_the_difference.next_offer(view(my_last=70.0, their_last=20.0)) == 60.0, "never beyond its limit"


def test_minimal_concession_takes_a_step_only_if_the_other_side_has_taken_as_many() -> None:
    play = minimal_concession.next_offer
    assert play(view()) == 100.0
    assert play(view(my_last=100.0)) == 100.0, "the other side has offered nothing yet"
    assert play(view(my_last=100.0, their_last=20.0)) == 96.0
    assert play(view(my_last=96.0, their_last=20.0, my_concessions=1)) == 96.0
    assert play(view(my_last=96.0, their_last=25.0, my_concessions=1, their_concessions=1)) == 92.0
    assert play(view(my_last=60.0, their_last=25.0, my_concessions=30, their_concessions=30)) == 60.0


def test_zero_intelligence_names_any_price_between_aspiration_and_limit_alike() -> None:
    assert [zero_intelligence.next_offer(view(luck=u)) for u in (0.25, 0.5, 0.75)] == [90.0, 80.0, 70.0]


@pytest.mark.parametrize("limit", [0.0, 0.2, 0.7])
def test_linear_equilibrium_names_two_thirds_of_a_sellers_limit_and_a_quarter(limit: float) -> None:
    seller = view(aspiration=1.0, limit=limit, **UNIFORM)
    assert linear_equilibrium.next_offer(seller) == pytest.approx(2 / 3 * limit + 1 / 4)
    buyer = view(selling=False, aspiration=0.0, limit=1.0 - limit, **UNIFORM)
    assert linear_equilibrium.next_offer(buyer) == pytest.approx(2 / 3 * (1.0 - limit) + 1 / 12)


@pytest.mark.parametrize("k", [0.0, 0.3, 0.5, 1.0])
def test_linear_equilibrium_follows_the_weight_of_the_bid_in_the_price(k: float) -> None:
    seller = view(aspiration=1.0, limit=0.1, split=1.0 - k, **UNIFORM)
    assert linear_equilibrium.next_offer(seller) == pytest.approx(0.1 / (2 - k) + (1 - k) / 2)
    buyer = view(selling=False, aspiration=0.0, limit=0.9, split=k, **UNIFORM)
    assert linear_equilibrium.next_offer(buyer) == pytest.approx(0.9 / (1 + k) + k * (1 - k) / (2 * (1 + k)))


@pytest.mark.parametrize("k", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("limit", [0.05, 0.3, 0.5])
def test_linear_equilibrium_is_a_best_reply_to_itself(k: float, limit: float) -> None:
    """Also where the two sides' limits are spread differently: a seller's on (0, 1/2), a buyer's on (0, 1.4)."""
    of_buyer, of_seller = (0.7, 1.4 / math.sqrt(12)), (0.25, 0.5 / math.sqrt(12))
    seller = view(
        aspiration=2.0, limit=limit, split=1.0 - k,
        their_limit=of_buyer[0], their_doubt=of_buyer[1], seen_limit=of_seller[0], seen_doubt=of_seller[1],
    )  # fmt: skip
    values = [1.4 * (i + 0.5) / 4000 for i in range(4000)]
    buyer = view(
        selling=False, aspiration=-1.0, split=k,
        their_limit=of_seller[0], their_doubt=of_seller[1], seen_limit=of_buyer[0], seen_doubt=of_buyer[1],
    )  # fmt: skip
    bids = [linear_equilibrium.next_offer(buyer._replace(limit=value)) for value in values]

    def gain(ask: float) -> float:
        return sum(k * bid + (1.0 - k) * ask - limit for bid in bids if bid >= ask) / len(bids)

    own = linear_equilibrium.next_offer(seller)
    best = max((own + step for step in (-0.1, -0.05, -0.02, 0.0, 0.02, 0.05, 0.1)), key=gain)
    assert best == own


SHARED: dict[str, Any] = {"aspiration": 1.0, "limit": 0.0, "their_limit": 1.0}


@pytest.mark.parametrize(("mine", "theirs"), [(0.9, 0.8), (0.5, 0.5), (0.99, 0.2), (0.0, 0.7)])
def test_without_a_last_offer_subgame_perfect_names_rubinsteins_share(mine: float, theirs: float) -> None:
    share = subgame_perfect.next_offer(view(**SHARED, my_patience=mine, their_patience=theirs))
    assert share == pytest.approx((1 - theirs) / (1 - mine * theirs))


def test_with_a_last_offer_subgame_perfect_reasons_backwards_from_it() -> None:
    patient: dict[str, Any] = {**SHARED, "my_patience": 0.9, "their_patience": 0.8}
    shares = [subgame_perfect.next_offer(view(**patient, offers_left=n)) for n in (1.0, 2.0, 3.0)]
    assert shares == pytest.approx([1.0, 1 - 0.8, 1 - 0.8 * (1 - 0.9)])
    assert subgame_perfect.next_offer(view(**patient, offers_left=200.0)) == pytest.approx(0.2 / 0.28)


def test_an_option_counts_only_where_it_is_more_than_going_on_would_bring() -> None:
    patient: dict[str, Any] = {**SHARED, "my_patience": 0.9, "their_patience": 0.8}
    rubinstein = 0.2 / 0.28
    small, large = 1.0 - 0.2, 1.0 - 0.4  # prices that leave the other side 0.2 and 0.4, against 0.286 without
    assert subgame_perfect.next_offer(view(**patient, their_option=small)) == pytest.approx(rubinstein)
    assert subgame_perfect.next_offer(view(**patient, their_option=large)) == pytest.approx(0.6)
    assert subgame_perfect.next_offer(view(**patient, their_option=large, offers_left=200.0)) == pytest.approx(0.6)
    mine = subgame_perfect.next_offer(view(**patient, my_option=0.9))
    assert mine == pytest.approx(1 - 0.8 * (1 - 0.9)), "a good option of one's own makes the other side concede"
    assert mine == pytest.approx(subgame_perfect.next_offer(view(**patient, my_option=0.9, offers_left=201.0)))


def test_subgame_perfect_names_its_limit_where_it_sees_nothing_to_share() -> None:
    assert subgame_perfect.next_offer(view(limit=60.0, their_limit=50.0)) == 60.0
    assert subgame_perfect.next_offer(view(limit=60.0, their_limit=NAN)) == 60.0


def test_a_concession_is_a_price_better_for_the_other_side_than_the_one_before() -> None:
    assert is_concession(90.0, 80.0, True)
    assert is_concession(80.0, 90.0, False)
    assert not is_concession(90.0, 90.0, True)
    assert not is_concession(80.0, 90.0, True)
    assert not is_concession(NAN, 90.0, False)


@pytest.mark.parametrize(("price", "brought_to"), [(120.0, 100.0), (80.0, 80.0), (10.0, 60.0)])
def test_a_price_outside_the_own_room_is_brought_to_its_nearer_end(price: float, brought_to: float) -> None:
    assert within_room(view(), price) == brought_to
