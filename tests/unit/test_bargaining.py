"""Bargaining: Faratin's curves, offers within limits, acceptance, temptation, and the same rules for both sides."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some
from worlds import played, world

from agents.bargaining import is_at_least, respond, tempted, within_limit
from agents.tactics import boulware, conceder, linear
from agents.views import Move, NegotiationView

NAN = math.nan
money = some.floats(-500, 500)
shares = some.floats(0, 1)


def view(**changes: float) -> NegotiationView:
    """A buyer's view in the middle of talks: it hopes for 60 and would pay 100."""
    usual = NegotiationView(
        selling=False, aspiration=60.0, limit=100.0, acceptance_limit=100.0, elapsed=0.5, round=4, firmness=3.0,
        my_last=70.0, their_last=110.0, their_previous=120.0, luck=0.5,
    )  # fmt: skip
    return usual._replace(**changes)


def mirrored(side: NegotiationView) -> NegotiationView:
    """The same position for the other side: every price becomes its negative."""
    prices = ("aspiration", "limit", "acceptance_limit", "my_last", "their_last", "their_previous")
    return side._replace(selling=not side.selling, **{name: -getattr(side, name) for name in prices})


@some.composite
def views(draw: some.DrawFn) -> NegotiationView:
    aspiration, limit, acceptance = (draw(money) for _ in range(3))
    return view(
        selling=draw(some.booleans()),
        aspiration=aspiration,
        limit=limit,
        acceptance_limit=acceptance,
        elapsed=draw(shares | some.sampled_from([0.0, 1.0])),
        firmness=draw(some.floats(1, 20)),
        their_last=draw(money | some.just(NAN)),
    )


# --- Faratin's curves ---


@pytest.mark.parametrize("firmness", [1.0, 2.0, 5.0])
@pytest.mark.parametrize("elapsed", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_the_tactics_follow_faratins_curves(elapsed: float, firmness: float) -> None:
    """A + (R - A) (t / T) ** (1 / beta): Boulware has beta below 1, the conceder above."""
    for aspiration, limit in ((60.0, 100.0), (140.0, 90.0)):
        here = view(aspiration=aspiration, limit=limit, elapsed=elapsed, firmness=firmness)
        for tactic, beta in ((boulware, 1 / firmness), (conceder, firmness), (linear, 1.0)):
            wanted = aspiration + (limit - aspiration) * elapsed ** (1 / beta)
            assert tactic.next_offer(here) == pytest.approx(wanted)


def test_boulware_holds_firm_where_the_conceder_has_given_most_of_it_away() -> None:
    offers = [tactic.next_offer(view(elapsed=0.25)) for tactic in (boulware, linear, conceder)]
    assert offers == sorted(offers)
    assert offers[0] < 61 < 70 == offers[1] < 85 < offers[2]


# --- offers and acceptance ---


@given(here=views(), wanted=money)
def test_an_offer_never_passes_the_own_limit(here: NegotiationView, wanted: float) -> None:
    offer = respond(here, wanted).price
    assert is_at_least(offer, here.limit, here.selling)
    assert offer in (wanted, here.limit)
    if is_at_least(wanted, here.limit, here.selling):
        assert offer == wanted


@given(here=views(), wanted=money)
def test_nothing_is_accepted_before_an_offer_stands(here: NegotiationView, wanted: float) -> None:
    assert not respond(here._replace(their_last=NAN), wanted).accept


@given(here=views(), wanted=money)
def test_before_its_last_round_a_party_takes_what_beats_its_own_next_offer_and_nothing_else(
    here: NegotiationView, wanted: float
) -> None:
    here = here._replace(elapsed=0.99)
    move = respond(here, wanted)
    assert move.accept == (not math.isnan(here.their_last) and is_at_least(here.their_last, move.price, here.selling))
    if move.accept:
        assert is_at_least(here.their_last, here.limit, here.selling)


@given(here=views(), wanted=money)
def test_in_its_last_round_a_party_takes_what_its_acceptance_limit_allows(here: NegotiationView, wanted: float) -> None:
    here = here._replace(elapsed=1.0)
    allowed = not math.isnan(here.their_last) and is_at_least(here.their_last, here.acceptance_limit, here.selling)
    assert respond(here, wanted).accept == allowed


@given(here=views(), wanted=money)
def test_respond_treats_both_sides_alike(here: NegotiationView, wanted: float) -> None:
    one, other = respond(here, wanted), respond(mirrored(here), -wanted)
    assert other == Move(one.accept, -one.price)


def test_a_seller_finds_more_money_better_and_a_buyer_less() -> None:
    assert is_at_least(10.0, 9.0, True)
    assert not is_at_least(10.0, 9.0, False)
    assert is_at_least(9.0, 9.0, True)
    assert is_at_least(9.0, 9.0, False)
    assert within_limit(8.0, 9.0, True) == 9.0
    assert within_limit(8.0, 9.0, False) == 8.0


# --- temptation ---


@given(limit=money, offer=money, adherence=shares, force=shares, selling=some.booleans())
def test_temptation_drifts_towards_an_offer_beyond_the_limit_and_never_past_it(
    limit: float, offer: float, adherence: float, force: float, selling: bool
) -> None:
    found = tempted(limit, offer, adherence, force, selling)
    if is_at_least(offer, limit, selling):
        assert found == limit
    else:
        assert found == pytest.approx(limit + (1 - adherence) * force * (offer - limit))
        assert min(limit, offer) - 1e-9 <= found <= max(limit, offer) + 1e-9
    assert tempted(-limit, -offer, adherence, force, not selling) == -found


@given(limit=money, offer=money, share=shares, selling=some.booleans())
def test_full_adherence_or_no_temptation_leaves_the_limit_where_it_is(
    limit: float, offer: float, share: float, selling: bool
) -> None:
    assert tempted(limit, offer, 1.0, share, selling) == limit
    assert tempted(limit, offer, share, 0.0, selling) == limit


# --- whole talks ---

TALKS = {"buyer__taker_share": 0.0, "buyer__ambition": 0.4, "seller__markup": 0.4, "buyer__rival__surplus_sd": 5}


@pytest.mark.parametrize("opener", ["seller", "buyer"])
@pytest.mark.parametrize("tactic", ["boulware", "linear", "conceder"])
def test_full_adherence_never_accepts_beyond_a_limit(opener: str, tactic: str) -> None:
    rows = played(
        world(**TALKS, opener=opener, buyer__tactic=tactic, seller__tactic=tactic, forces__temptation=1.0,
              signing__spread=0.5, signing__bias=-1.0), deals=3000
    )[0]  # fmt: skip
    won = rows[rows["won"]]
    assert won.size > 500
    assert not won["buyer_violation"].any()
    assert not won["seller_violation"].any()
    assert (won["rounds"] > 1).mean() > 0.5


def test_weak_adherence_signs_beyond_the_limit_more_often_the_weaker_it_is() -> None:
    """Signing is made easy, so that what was accepted shows; the shares rise from none."""
    shares_beyond = []
    for adherence in (1.0, 0.5, 0.0):
        rows = played(
            world(**TALKS, buyer__adherence=adherence, seller__adherence=adherence, forces__temptation=0.3,
                  signing__spread=0.5, signing__bias=-1.0), deals=4000
        )[0]  # fmt: skip
        shares_beyond.append((rows["buyer_violation"] | rows["seller_violation"])[rows["won"]].mean())
    assert shares_beyond[0] == 0
    assert 0 < shares_beyond[1] < shares_beyond[2]


def test_breakdown_at_every_round_makes_the_first_number_take_it_or_leave_it() -> None:
    rows = played(world(**TALKS, forces__breakdown=1.0), deals=1000)[0]
    assert rows["rounds"].max() == 1


def test_longer_deadlines_bring_more_agreement() -> None:
    least = {"buyer__deadline__extra": 0, "seller__deadline__extra": 0}
    alike = {"buyer__deadline__least": 8, "seller__deadline__least": 8}
    unlike = {"buyer__deadline__least": 2, "seller__deadline__least": 20}
    both = [played(world(**TALKS, **least, **deadlines), deals=2000)[0] for deadlines in (alike, unlike)]
    assert both[0]["won"].mean() > both[1]["won"].mean()
