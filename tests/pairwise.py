"""Pairwise covers: few cases in which any two choices of any two kinds meet at least once.

Most faults that need a combination need one of two settings; a cover finds them with a small part of all combinations.
Greedy, one case at a time, as in the AETG system of D. M. Cohen and others (1997).
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

Pair = tuple[tuple[str, Hashable], tuple[str, Hashable]]


def pairwise_cover(choices: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Cases, one choice of each kind in each, that cover every pair of choices; the same each time."""
    names = sorted(choices, key=lambda name: -len(choices[name]))
    missing = {
        ((one, a), (other, b)): None
        for one, other in combinations(names, 2)
        for a, b in product(choices[one], choices[other])
    }
    cases = []
    while missing:
        case = _case_from(next(iter(missing)), names, choices, missing)
        for pair in _pairs(case, names):
            missing.pop(pair, None)
        cases.append(case)
    return [{name: case[name] for name in choices} for case in cases]


def _case_from(
    first: Pair, names: Sequence[str], choices: Mapping[str, Sequence[Any]], missing: Mapping[Pair, None]
) -> dict[str, Any]:
    """A case with a pair that is missing, each further choice the one that covers most of what is missing."""
    case = dict(first)
    for name in names:
        if name not in case:
            gains = [sum(pair in missing for pair in _pairs({**case, name: choice}, names)) for choice in choices[name]]
            case[name] = choices[name][gains.index(max(gains))]
    return case


def _pairs(case: Mapping[str, Any], names: Sequence[str]) -> Iterator[Pair]:
    chosen = [(name, case[name]) for name in names if name in case]
    return iter(combinations(chosen, 2))  # type: ignore[arg-type]  # pairs of what was chosen
