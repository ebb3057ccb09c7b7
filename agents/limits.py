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
MOST_SELLERS = 1000
"""Sellers in a market."""
MOST_ASKED = 8
"""Sellers that one buyer asks."""
MOST_DAYS = 100_000
MOST_LEADS_A_DAY = 10_000
MOST_PEOPLE = 20_000
"""People in a network of acquaintances."""
