"""Terms besides price: logrolling follows from knowing interests, and discovery helps through nothing else."""

from typing import Any

import numpy as np
from worlds import columns_that_differ, played, world

from sim.scenario import Scenario

DEALS = 20_000
TERMS: dict[str, Any] = {
    "payment": {
        "label": "when it is paid",
        "levels": {
            "at_once": {"label": "at once"},
            "in_a_month": {"label": "in a month", "worth": 4, "cost": 3},
            "in_a_year": {"label": "in a year", "worth": 7, "cost": 8},
        },
        "buyers_differ": 1.0,
        "sellers_differ": 0.5,
    },
    "support": {
        "label": "who helps",
        "levels": {
            "by_mail": {"label": "by mail"},
            "by_phone": {"label": "by phone", "worth": 6, "cost": 5},
        },
        "buyers_differ": 1.0,
        "sellers_differ": 1.0,
    },
}


def with_terms(questions: int = 6, noise: float = 1.0, **changes: Any) -> Scenario:
    return world(
        **{
            "terms": TERMS,
            "conversation__interest_noise": noise,
            "seller__min_questions": questions,
            "seller__max_questions": questions,
            "seller__price_policy": "with_proposal",
            **changes,
        }
    )


def brought(rows: np.ndarray) -> float:
    """What the terms of signed deals brought both together, of what they could have brought."""
    won = rows["won"]
    return float(rows["terms_gain"][won].sum() / rows["terms_best"][won].sum())


def test_questions_raise_what_terms_bring_where_interests_are_unknown() -> None:
    few, some, many = (brought(played(with_terms(questions), deals=DEALS)[0]) for questions in (1, 3, 6))
    assert few < some < many
    assert many < 1


def test_questions_bring_nothing_through_terms_where_interests_are_known_beforehand() -> None:
    for questions in (1, 6):
        won = played(with_terms(questions, noise=0.0), deals=DEALS)[0]
        signed = won["won"]
        np.testing.assert_allclose(won["terms_gain"][signed], won["terms_best"][signed], rtol=1e-12, atol=1e-12)


def test_questions_bring_nothing_through_terms_where_nobody_differs() -> None:
    alike = {name: {**term, "buyers_differ": 0.0, "sellers_differ": 0.0} for name, term in TERMS.items()}
    for questions in (1, 6):
        rows = played(with_terms(questions, terms=alike), deals=2_000)[0]
        assert set(rows["terms"][rows["won"]]) == {11}


def test_terms_that_matter_to_nobody_change_nothing() -> None:
    idle = {"payment": {"label": "when it is paid", "levels": {"at_once": {"label": "a"}, "later": {"label": "b"}}}}
    differ = columns_that_differ(*played(with_terms(terms=idle), with_terms(terms={}), deals=2_000))
    assert not differ


def test_logrolling_gives_each_side_what_it_cares_for_more() -> None:
    """Longer payment goes to buyers who value it more than others do, and is refused by sellers whom it costs more."""
    rows = played(with_terms(noise=0.2), deals=DEALS)[0]
    won = rows[rows["won"]]
    later = won["terms"] % 10 > 0
    assert 0.2 < later.mean() < 0.8
    assert won["terms_best"][~later].mean() < won["terms_best"][later].mean()


def test_a_deal_is_on_the_frontier_where_interests_are_known_and_only_one_solution_fits() -> None:
    rows = played(with_terms(noise=0.0), deals=DEALS)[0]
    right = rows["won"] & (rows["solution"] == rows["best_solution"]) & (rows["first_best"] > 0)
    assert right.sum() > 1_000
    scale = 1 + np.abs(rows["price"][right])
    assert np.all(rows["pareto_distance"][right] <= 1e-9 * scale)
    gained = rows["created"][right] >= rows["claimed"][right]
    assert np.all((rows["utilitarian_distance"][right] <= 1e-9 * scale) == gained)
