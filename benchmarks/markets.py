"""The market: agent steps a second, beside Mesa's own way of calling agents, and rules as plain Python."""

from benchmarks.market import Measured, measure
from benchmarks.measuring import Row, Size, row


def measured(size: Size) -> list[Row]:
    """The part *market*."""
    seen: list[Measured] = [measure(days=size.of(250, 5)) for _ in range(min(size.repeats, 3))]
    return [
        row("market", "agent steps of the market", "per second", [m.agent_steps / m.market_seconds for m in seen]),
        row("market", "agent steps of Mesa alone", "per second", [m.agent_steps / m.plain_mesa_seconds for m in seen]),
        row("market", "Mesa alone over the market", "times", [m.plain_mesa_seconds / m.market_seconds for m in seen]),
        row("market", "rules in plain Python over compiled", "times", [m.times_slower_in_python for m in seen]),
    ]
