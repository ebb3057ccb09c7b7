"""Buying groups: how the votes of several people become one decision.

One of them, the champion, talks with the seller; the others decide with it. Source: [Arrow1951] for what a decision
rule is; that vetoes are held independently is an ASSUMPTION.
"""

from enum import IntEnum

from agents.rule import rule


class DecisionRule(IntEnum):
    """How a buying group decides."""

    UNANIMITY = 0  # all must be for it
    MAJORITY = 1  # more than half must be
    CHAMPION = 2  # the champion decides, unless somebody who holds a veto is against it


@rule
def passes(decision_rule: int, members: int, champion: bool, votes: int, vetoes: int) -> bool:
    """Whether a group is for it.

    ``votes`` counts those for it, the champion included; ``vetoes`` those against it who hold a veto.
    """
    if decision_rule == DecisionRule.UNANIMITY:
        return votes == members
    if decision_rule == DecisionRule.MAJORITY:
        return 2 * votes > members
    return champion and vetoes == 0


@rule
def probability_of_passing(decision_rule: int, members: int, each: float, veto: float) -> float:
    """Probability that a group is for it when each of its members is, independently, with probability ``each``.

    ``veto`` is the probability that a member other than the champion holds a veto.
    """
    if members <= 1:
        return each
    if decision_rule == DecisionRule.UNANIMITY:
        return float(each**members)
    if decision_rule == DecisionRule.MAJORITY:
        return _more_than_half(members, each)
    return float(each * (1.0 - veto * (1.0 - each)) ** (members - 1))


@rule
def _more_than_half(members: int, each: float) -> float:
    """Probability that more than half of ``members`` independent votes are for it."""
    total = 0.0
    ways = 1.0
    for votes in range(members + 1):
        if 2 * votes > members:
            total += ways * each**votes * (1.0 - each) ** (members - votes)
        ways *= (members - votes) / (votes + 1.0)
    return total


@rule
def relayed(told: float, at_first: float, loss: float) -> float:
    """What reaches a member of what the champion has learnt: its own first view, moved by what was not lost.

    ``told`` is the champion's view now, ``at_first`` the one it began with; the same for means and variances.
    """
    if loss == 0.0:
        return told
    return at_first + (1.0 - loss) * (told - at_first)
