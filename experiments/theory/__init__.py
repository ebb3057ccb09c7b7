"""What theory says, held against what is played: every number observed comes from the engine itself.

A check is a function of the number of deals and the seed that returns rows (``rows.Row``): what theory says, by which
formula, what was observed and how exactly. A new check is a ``Check`` in one of these modules, or in a new one whose
``CHECKS`` are added below.
"""

from experiments.theory import auctions, bargaining, curves, pricing
from experiments.theory.rows import Check, Row, decimals_of
from sim.faults import Fault, hint_at_names

DEALS = 200_000
"""Deals, or games, for each number that has luck in it, if nothing else is said."""

CHECKS: tuple[Check, ...] = (*bargaining.CHECKS, *auctions.CHECKS, *pricing.CHECKS, *curves.CHECKS)

HEADINGS = ("", "theory says", "", "observed", "interval", "")


def checks_named(name: str | None) -> tuple[Check, ...]:
    """The check of that name, or all. Raises Fault for a name that is not known."""
    if name is None:
        return CHECKS
    found = tuple(check for check in CHECKS if check.name == name)
    if not found:
        names = [check.name for check in CHECKS]
        raise Fault(f"--check '{name}' is not a check of theory\n    {hint_at_names(name, names)}")
    return found


def printed(check: Check, rows: list[Row]) -> str:
    """A check as a table: what, formula, target, observed, interval, verdict."""
    lines = [HEADINGS, *map(_cells, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADINGS))]
    left = (0, 1, 5)
    table = [
        "  ".join(cell.ljust(width) if i in left else cell.rjust(width) for i, (cell, width) in aligned).rstrip()
        for aligned in (list(enumerate(zip(line, widths, strict=True))) for line in lines)
    ]
    return "\n".join([f"{check.title} ({check.name})", *(f"  {line}" for line in table), ""])


def _cells(row: Row) -> tuple[str, ...]:
    decimals = decimals_of(row.interval)
    low, high = row.interval
    exact = decimals == 6
    interval = "exact" if exact else f"{low:.{decimals}f} to {high:.{decimals}f}"
    verdict = "holds" if row.holds else "MISSES"
    return (row.what, row.formula, f"{row.target:.{decimals}f}", f"{row.observed:.{decimals}f}", interval, verdict)
