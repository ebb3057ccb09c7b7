"""What theory says, held against what is played: every number observed comes from the engine itself.

A check is a function of the number of deals and the seed that returns rows (``rows.Row``): what theory says, by which
formula, what was observed and how exactly. A new check is a ``Check`` in one of these modules, or in a new one whose
``CHECKS`` are added below.
"""

from typing import Any

from experiments.theory import auctions, bargaining, curves, frontiers, pricing
from experiments.theory.rows import LEVEL, Check, Row, decimals_of
from sim.faults import Fault, hint_at_names

DEALS = 200_000
"""Deals, or games, for each number that has luck in it, if nothing else is said."""

Results = list[tuple[Check, list[Row]]]
"""Checks with the rows that they brought."""

CHECKS: tuple[Check, ...] = (*bargaining.CHECKS, *auctions.CHECKS, *pricing.CHECKS, *curves.CHECKS, *frontiers.CHECKS)

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
    decimals = decimals_of(row)
    low, high = row.interval
    interval = "exact" if row.is_exact else f"{low:.{decimals}f} to {high:.{decimals}f}"
    verdict = "holds" if row.holds else "MISSES"
    return (row.what, row.formula, f"{row.target:.{decimals}f}", f"{row.observed:.{decimals}f}", interval, verdict)


def all_hold(results: Results) -> bool:
    """Whether every number holds."""
    return all(row.holds for _, rows in results for row in rows)


def verdict(results: Results) -> str:
    """How many numbers hold, and how often luck alone would make one miss."""
    rows = [row for _, some in results for row in some]
    missed = sum(not row.holds for row in rows)
    lines = [f"{missed} of {len(rows)} numbers miss." if missed else f"All {len(rows)} numbers hold."]
    lucky = sum(not row.is_exact for row in rows)
    if lucky:
        seldom = f"1 run in {1.0 / (lucky * (1.0 - LEVEL)):,.0f}"
        lines.append(
            f"Intervals are of {100.0 * LEVEL:g} %: luck alone makes one of the {lucky} miss in at most {seldom}."
        )
    return "\n".join(lines)


def as_plain(results: Results, deals: int, seed: int) -> dict[str, Any]:
    """Everything in plain values, for JSON."""
    checks = [
        {"name": check.name, "title": check.title, "rows": [_plain(row) for row in rows]} for check, rows in results
    ]
    return {"level": LEVEL, "deals": deals, "seed": seed, "holds": all_hold(results), "checks": checks}


def _plain(row: Row) -> dict[str, Any]:
    numbers = {"target": row.target, "observed": row.observed, "low": row.interval.low, "high": row.interval.high}
    return {"what": row.what, "formula": row.formula, **numbers, "exact": row.is_exact, "holds": row.holds}
