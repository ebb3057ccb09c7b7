"""Who the parties are and how they decide.

This room knows the two sides of a sale: what they want, what they believe, and how they choose. It knows
no clock, no file of results, no plot and no generator of luck: every rule is a pure function of what its
own side may see, and luck, where a rule needs it, is one of the arguments.
"""

PROJECT = "zopa"
"""Marks this package as zopa's own; another distribution also ships a package named ``agents``."""
