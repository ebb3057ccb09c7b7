"""Learning is conditioning of a normal distribution, and in a normal world the seller's beliefs are calibrated."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from worlds import world

from agents.beliefs import (
    buyer_gain,
    certainty_equivalent,
    hear,
    know_more,
    know_that_the_buyer_moves,
    know_that_the_buyer_moves_unseen,
    perceived_variance,
    perceived_worth,
)
from agents.catalogue import catalogue
from agents.seller import STOP
from agents.views import Reply, quote, wait
from sim.setting import prepare
from sim.sides import buyer_limit
from sim.stepped import QuestionView, SteppedDeal
from sim.vocabulary import Ask

MOST = 6
numbers = some.floats(-20, 20)


class Belief(NamedTuple):
    mean: np.ndarray
    cov: np.ndarray


@some.composite
def beliefs(draw: some.DrawFn, size: int | None = None) -> Belief:
    """A mean and a positive semidefinite covariance, often of less than full rank."""
    n = size or draw(some.integers(1, MOST))
    rank = draw(some.integers(0, n))
    root = draw(arrays(float, (n, rank), elements=some.floats(-5, 5, width=32)))
    return Belief(draw(arrays(float, n, elements=numbers)), root @ root.T)


def copied(belief: Belief) -> Belief:
    return Belief(belief.mean.copy(), belief.cov.copy())


def conditioned(belief: Belief, place: int, observed: float, noise: float) -> Belief:
    """The normal distribution given one noisy observation, by the textbook's formula."""
    pick = np.zeros((1, belief.mean.size))
    pick[0, place] = 1.0
    spread = pick @ belief.cov @ pick.T + noise
    gain = belief.cov @ pick.T @ np.linalg.inv(spread)
    mean = belief.mean + (gain @ (observed - pick @ belief.mean)).ravel()
    return Belief(mean, belief.cov - gain @ pick @ belief.cov)


def same(found: Belief, wanted: Belief) -> None:
    scale = 1.0 + np.abs(wanted.cov).max(initial=0.0)
    np.testing.assert_allclose(found.mean, wanted.mean, rtol=1e-9, atol=1e-9 * scale)
    np.testing.assert_allclose(found.cov, wanted.cov, rtol=1e-9, atol=1e-9 * scale)


def learn(mean: np.ndarray, cov: np.ndarray, size: int, place: int, observed: float, noise: float) -> None:
    """Learn in place from one noisy observation: both halves of the rule."""
    gains = np.zeros(mean.size)
    know_more(cov, size, place, noise, gains)
    hear(mean, size, gains, observed - mean[place])


# --- learn ---


@given(belief=beliefs(), place=some.integers(0, MOST - 1), observed=numbers, noise=some.floats(0.01, 100))
def test_learning_conditions_the_normal_distribution(belief: Belief, place: int, observed: float, noise: float) -> None:
    place %= belief.mean.size
    found = copied(belief)
    learn(found.mean, found.cov, found.mean.size, place, observed, noise)
    same(found, conditioned(belief, place, observed, noise))


@given(belief=beliefs(), place=some.integers(0, MOST - 1), noise=some.just(0.0) | some.floats(1e-6, 100))
def test_learning_keeps_the_covariance_symmetric_and_never_adds_to_it(belief: Belief, place: int, noise: float) -> None:
    place %= belief.mean.size
    found = copied(belief)
    learn(found.mean, found.cov, found.mean.size, place, 3.0, noise)
    scale = 1.0 + np.abs(belief.cov).max()
    np.testing.assert_allclose(found.cov, found.cov.T, atol=1e-9 * scale)
    assert np.linalg.eigvalsh(belief.cov - found.cov).min() > -1e-8 * scale


@given(belief=beliefs(size=4), places=some.permutations(range(4)), noise=some.floats(0.5, 50))
def test_the_order_of_observations_does_not_matter(belief: Belief, places: list[int], noise: float) -> None:
    observed = [4.0, -1.0, 0.5, 9.0]
    one, other = copied(belief), copied(belief)
    for place in range(4):
        learn(one.mean, one.cov, 4, place, observed[place], noise)
    for place in places:
        learn(other.mean, other.cov, 4, place, observed[place], noise)
    same(one, other)


def test_an_exact_observation_settles_its_place_for_good() -> None:
    root = np.array([[3.0, 1.0], [0.5, 2.0], [1.0, 1.0]])
    belief = Belief(np.array([1.0, 2.0, 3.0]), root @ root.T)
    learn(belief.mean, belief.cov, 3, 1, 7.5, 0.0)
    assert belief.mean[1] == pytest.approx(7.5)
    assert np.all(belief.cov[1] == 0)
    np.testing.assert_allclose(belief.cov[:, 1], 0, atol=1e-12)
    settled = copied(belief)
    learn(belief.mean, belief.cov, 3, 1, 100.0, 0.0)
    same(belief, settled)


def test_nothing_moves_where_nothing_is_uncertain() -> None:
    for noise in (0.0, 4.0):
        belief = Belief(np.array([1.0, 2.0]), np.zeros((2, 2)))
        learn(belief.mean, belief.cov, 2, 0, 50.0, noise)
        assert belief.mean.tolist() == [1.0, 2.0]
        assert not belief.cov.any()


def test_places_beyond_the_size_are_left_alone() -> None:
    belief = Belief(np.ones(4), np.full((4, 4), 2.0) + np.eye(4))
    learn(belief.mean, belief.cov, 2, 0, 9.0, 1.0)
    assert belief.mean[2:].tolist() == [1.0, 1.0]
    np.testing.assert_array_equal(belief.cov[2:], (np.full((4, 4), 2.0) + np.eye(4))[2:])


# --- the buyer moves, and the seller knows it ---

NEEDS, SOLUTIONS = 2, 3
SIZE = 2 * NEEDS + 2 * SOLUTIONS
COVER = np.array([[1.0, 0.0], [0.5, 1.0], [0.0, 0.8]])
gains = some.floats(0, 1)


def move(need: int, gain: float, source: int | None) -> np.ndarray:
    """The linear map of a belief when mb of ``need`` keeps 1 - gain of itself and takes gain of ``source``."""
    step = np.zeros(SIZE)
    step[NEEDS + need] = -gain
    if source is not None:
        step[source] = gain
    matrix = np.eye(SIZE)
    matrix[NEEDS + need] += step
    for s in range(SOLUTIONS):
        matrix[2 * NEEDS + s] += COVER[s, need] * step
    return matrix


def constant(need: int, by: float) -> np.ndarray:
    """What is added to the means: to mb of ``need``, and by coverage to the reservation prices."""
    added = np.zeros(SIZE)
    added[NEEDS + need] = by
    for s in range(SOLUTIONS):
        added[2 * NEEDS + s] = COVER[s, need] * by
    return added


@given(belief=beliefs(size=SIZE), need=some.integers(0, NEEDS - 1), gain=gains, diagnosis=numbers)
def test_a_diagnosis_both_saw_moves_the_belief_about_the_buyer_as_linear_algebra_says(
    belief: Belief, need: int, gain: float, diagnosis: float
) -> None:
    found, moved = copied(belief), np.full(SIZE, 99.0)
    know_that_the_buyer_moves(found.cov, NEEDS, SOLUTIONS, need, gain, COVER, moved)
    hear(found.mean, SIZE, moved, diagnosis - found.mean[NEEDS + need])
    matrix = move(need, gain, None)
    mean = matrix @ belief.mean + constant(need, gain * diagnosis)
    same(found, Belief(mean, matrix @ belief.cov @ matrix.T))


@given(
    belief=beliefs(size=SIZE),
    need=some.integers(0, NEEDS - 1),
    gain=gains,
    noise=some.floats(0, 50),
)
def test_a_conclusion_the_buyer_draws_alone_moves_the_belief_as_linear_algebra_says(
    belief: Belief, need: int, gain: float, noise: float
) -> None:
    found, moved = copied(belief), np.full(SIZE, 99.0)
    know_that_the_buyer_moves_unseen(found.cov, NEEDS, SOLUTIONS, need, gain, noise, COVER, moved)
    hear(found.mean, SIZE, moved, found.mean[need] - found.mean[NEEDS + need])
    matrix = move(need, gain, need)
    error = constant(need, gain)
    covariance = matrix @ belief.cov @ matrix.T + noise * np.outer(error, error)
    same(found, Belief(matrix @ belief.mean, covariance))


@given(belief=beliefs(size=SIZE))
def test_a_buyer_who_is_not_moved_moves_no_belief(belief: Belief) -> None:
    one, other, gains_now = copied(belief), copied(belief), np.full(SIZE, 99.0)
    know_that_the_buyer_moves(one.cov, NEEDS, SOLUTIONS, 1, 0.0, COVER, gains_now)
    assert not gains_now.any()
    know_that_the_buyer_moves_unseen(other.cov, NEEDS, SOLUTIONS, 1, 0.0, 25.0, COVER, gains_now)
    assert not gains_now.any()
    for found in (one, other):
        np.testing.assert_array_equal(found.cov, belief.cov)


# --- the buyer's own beliefs ---


@given(variance=some.floats(0, 1e4), noise=some.floats(0, 1e4))
def test_the_buyers_gain_is_that_of_normal_learning(variance: float, noise: float) -> None:
    gain = buyer_gain(variance, noise)
    assert 0.0 <= gain <= 1.0
    if variance + noise > 0:
        assert gain == pytest.approx(variance / (variance + noise))


def test_a_buyer_sure_of_itself_is_not_moved_and_one_who_hears_the_truth_moves_all_the_way() -> None:
    assert buyer_gain(0.0, 0.0) == 0.0
    assert buyer_gain(0.0, 5.0) == 0.0
    assert buyer_gain(5.0, 0.0) == 1.0
    assert buyer_gain(5.0, np.inf) == 0.0


@given(worths=arrays(float, NEEDS, elements=numbers), solution=some.integers(0, SOLUTIONS - 1))
def test_a_solutions_worth_and_variance_are_sums_over_what_it_covers(worths: np.ndarray, solution: int) -> None:
    assert perceived_worth(COVER, solution, NEEDS, worths) == pytest.approx(COVER[solution] @ worths)
    variances = worths**2
    assert perceived_variance(COVER, solution, NEEDS, variances) == pytest.approx(COVER[solution] ** 2 @ variances)


@given(worth=numbers, variance=some.floats(0, 400), aversion=some.floats(0, 2))
def test_the_certainty_equivalent_is_the_mean_less_half_the_risk_weighed_variance(
    worth: float, variance: float, aversion: float
) -> None:
    assert certainty_equivalent(worth, variance, aversion) == pytest.approx(worth - aversion * variance / 2)
    assert certainty_equivalent(worth, variance, 0.0) == worth
    assert certainty_equivalent(worth, 0.0, aversion) == worth


# --- calibration, through the real engine ---

DEALS = 1000
RULES = catalogue()


def interview(questions: list[int], seen: Callable[[SteppedDeal], None], deal: list[SteppedDeal]) -> Any:
    """A seat that asks fixed needs and lets the minds be seen when it stops."""

    def ask(view: QuestionView) -> int:
        if view.questions < len(questions):
            return questions[view.questions]
        seen(deal[0])
        return STOP

    return ask


def silent(view: Any) -> Reply:
    return wait()


def standardised(questions: list[int], reply: Callable[[Any], Reply] = silent, **changes: Any) -> np.ndarray:
    """(truth - mean) / sd of every uncertain place of the seller's belief, after the questions; (deals, places)."""
    setting = prepare(world(conversation__questions_per_contact=12, seller__max_questions=36, **changes))
    needs, solutions = 3, 2
    size = 2 * needs + 2 * solutions
    found = []

    def note(deal: SteppedDeal) -> None:
        own, mind = deal.world[0], deal.seller_mind[0]
        buyer, perceived = deal.buyer[0], deal.buyer_mind["perceived"][0][:needs]
        worth = buyer.worth[:needs]
        limits = [buyer_limit(own, buyer, deal.buyer_mind[0], s) for s in range(solutions)]
        costs = own.base_cost[:solutions] + own.need_cost * own.cover[:solutions, :needs] @ worth
        truth = np.concatenate([worth, perceived, limits, costs])
        deviation = np.sqrt(np.diag(deal.covariance))
        assert np.all(deviation > 0), "every place is to stay uncertain in this test"
        found.append((truth - mind.belief[:size]) / deviation)

    for buyer in range(DEALS):
        seat: list[SteppedDeal] = []
        deal = SteppedDeal(setting, 5, buyer, {Ask.QUESTION: interview(questions, note, seat), Ask.PRICE: reply}, RULES)
        seat.append(deal)
        next(() for _ in deal.happenings() if len(found) > buyer)
    assert len(found) == DEALS, "every deal is to come to the end of its questions"
    return np.array(found)


WORLDS: dict[str, dict[str, Any]] = {
    "common diagnosis": {},
    "own diagnosis": {"conversation__common_diagnosis": False},
    "risk aversion": {"buyer__risk_aversion": 2.0},
    "own diagnosis and risk": {"conversation__common_diagnosis": False, "buyer__risk_aversion": 2.0},
    "common factor": {"common_factor": 0.5},
    "no reports": {"conversation__reports": False, "common_factor": 0.3},
    "nothing latent": {"conversation__latent": 0.0},
    "little self-knowledge": {"buyer__self_knowledge": 0.1, "conversation__report_noise": 3.0},
    "unaware": {"buyer__awareness": 0.7},
}


@pytest.mark.parametrize(
    ("name", "border"),
    [*((name, 0.0) for name in WORLDS), *((name, 0.6) for name in ("common diagnosis", "own diagnosis and risk"))],
)
def test_the_sellers_beliefs_are_calibrated_after_questions(name: str, border: float) -> None:
    """With border, a number stands on the table while the questions are answered."""
    reply = (lambda view: quote()) if border else (lambda view: wait())
    z = standardised([0, 1, 0, 2], reply, need_cost=0.3, forces__border=border, **WORLDS[name])
    error = 1 / np.sqrt(DEALS)
    np.testing.assert_array_less(np.abs(z.mean(axis=0)), 5 * error)
    np.testing.assert_array_less(np.abs(z.var(axis=0) - 1), 5 * np.sqrt(2) * error)


def test_a_number_on_the_table_leaves_the_seller_less_sure_by_the_border() -> None:
    def doubt(border: float) -> np.ndarray:
        noted: list[np.ndarray] = []
        seat: list[SteppedDeal] = []
        note = interview([0, 1, 2], lambda deal: noted.append(np.diag(deal.covariance)[:3].copy()), seat)
        setting = prepare(world(conversation__questions_per_contact=12, forces__border=border))
        seat.append(SteppedDeal(setting, 5, 3, {Ask.QUESTION: note, Ask.PRICE: lambda view: quote()}, RULES))
        seat[0].play()
        return noted[0]

    open_, half = doubt(0.0), doubt(0.5)
    assert np.all(half > open_)
    # half the precision of every answer: the buyer's report (64) and, of that on w, the diagnosis (128)
    tau = np.array([225.0, 144.0, 100.0])
    for border, found in ((0.0, open_), (0.5, half)):
        report = np.array([[0.5, 0.5], [0.5, 1.0]])[None] * tau[:, None, None]
        for k in range(3):
            cov, noise = report[k][::-1, ::-1].copy(), (64 / (1 - border), 128 / (1 - border))
            mean = np.zeros(2)
            learn(mean, cov, 2, 1, 0.0, noise[0])
            learn(mean, cov, 2, 0, 0.0, noise[1])
            assert found[k] == pytest.approx(cov[0, 0])


def minds_of(deal: SteppedDeal) -> list[np.ndarray]:
    return [deal.seller_mind["belief"].copy(), deal.covariance, deal.buyer_mind["perceived"].copy()]


@settings(max_examples=10, deadline=None)
@given(order=some.permutations([0, 1, 2, 0]))
def test_the_order_of_questions_changes_neither_what_they_reveal_nor_what_is_believed(order: list[int]) -> None:
    setting = prepare(world(conversation__questions_per_contact=12, common_factor=0.3))
    minds = []
    for questions in ([0, 0, 1, 2], order):
        seat: list[SteppedDeal] = []
        note = interview(questions, lambda deal: minds.append(minds_of(deal)), seat)
        seat.append(SteppedDeal(setting, 5, 7, {Ask.QUESTION: note, Ask.PRICE: lambda view: wait()}, RULES))
        seat[0].play()
    for one, other in zip(*minds, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-8)
