"""Records of calls show that late prices win in a world in which the moment of the price causes nothing."""

import numpy as np
import pytest
from worlds import COMPARED, columns_that_differ

from experiments.study import changed, load_study, scenarios_of
from experiments.validation.findings import Verdict
from experiments.validation.records import caused, in_records
from sim.batch import play

DEALS = 20_000


def rows_with(**changes: object) -> np.ndarray:
    settings = {name.replace("__", "."): value for name, value in changes.items()}
    scenarios = scenarios_of(changed(load_study("interest_asks"), settings))
    return np.concatenate(list(play(scenarios, 1, DEALS)), axis=1)


def test_records_show_that_late_wins_where_nothing_is_caused() -> None:
    rows = rows_with()
    assert columns_that_differ(rows[0], rows[1], COMPARED) == []
    assert rows[0]["won"].sum() > 500
    assert (rows[0]["first_quote_contact"] != rows[1]["first_quote_contact"]).mean() > 0.1
    assert in_records(rows[0]).verdict == Verdict.HIT
    assert caused(rows).observed == 0


@pytest.mark.parametrize(("interest", "verdict"), [(0.0, Verdict.UNDECIDED), (6.0, Verdict.WRONG_SIGN)])
def test_what_records_show_follows_from_who_asks_when(interest: float, verdict: Verdict) -> None:
    rows = rows_with(buyer__interest_effect=interest)
    assert columns_that_differ(rows[0], rows[1], COMPARED) == []
    assert in_records(rows[0]).verdict == verdict


def test_something_to_learn_makes_the_moment_matter() -> None:
    rows = rows_with(conversation__latent=0.6)
    assert "won" in columns_that_differ(rows[0], rows[1], COMPARED)
