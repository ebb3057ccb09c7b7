"""What records of calls seem to show: who heard the price when, and who bought. No treatment was given to anybody.

In the study ``interest_asks`` the moment of the price causes nothing, to the last bit, and still the records show that
late prices win: interest causes both. Figures on the timing of price talk from recorded calls are of this kind.
"""

import numpy as np

from experiments.validation.findings import MORE, Finding, found, slope


def naive_effect(rows: np.ndarray) -> float:
    """Slope of deals won on the contact in which the price was first named, over deals in which one was."""
    named = rows["first_quote_contact"] > 0
    return slope(rows["first_quote_contact"][named].astype(float), rows["won"][named].astype(float))


def in_records(rows: np.ndarray) -> Finding:
    """The naive effect of one contact later, with its interval, in the rows of one arm."""
    return found("deals won per contact later, as recorded", MORE, naive_effect, rows)


def caused(rows: np.ndarray) -> Finding:
    """What naming it late causes, from the same buyers in both arms (2, deals), early and late."""
    return found("deals won, late less early, as caused", MORE, _difference, rows)


def _difference(rows: np.ndarray) -> float:
    return float(rows["won"][1].mean() - rows["won"][0].mean())
