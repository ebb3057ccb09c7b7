"""Rules of work, a file each: which of its open deals a seller turns to when its hours are short.

Each has a rule ``urgency(view)``: the deal with the largest comes first. There is nothing to register by hand.
"""

from pathlib import Path

WORK_RULES = tuple(sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py")))
"""The names of the rules; a rule's number is its place."""
