"""Luck for the parts of a market that are not compiled: the same function, called from Python without its cost."""

from agents.rule import entry
from sim.fate import Uniforms, Word, luck


@entry
def drawn(seed: Word, purpose: int, subject: int, position: int) -> Uniforms:
    """Four uniforms on (0, 1), as sim.fate.luck gives them; ``seed`` is a word of 64 bits."""
    return luck(seed, purpose, subject, position)
