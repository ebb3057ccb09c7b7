"""The fixed maxima of the project: one record layout and one compilation serve every scenario."""

MOST_NEEDS = 12
MOST_SOLUTIONS = 8
MOST_ROUNDS = 100
MOST_CONTACTS = 40
"""Contacts that a seller looks ahead at how buyers drop out; later ones are like the last."""
MOST_ATTEMPTS = 20
"""Attempts to reach a lead."""
MOST_QUESTIONS = 36
"""Questions in a deal."""
MOST_TERMS = 6
"""Terms besides price."""
MOST_LEVELS = 5
"""Levels of a term, the standard one included."""
MOST_MEMBERS = 10
"""People in a buying group."""
