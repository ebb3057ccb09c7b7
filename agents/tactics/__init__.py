"""How a party concedes: one tactic a file, found by the catalogue.

Each file has a rule ``next_offer(view: NegotiationView) -> float``. A tactic serves either side: it stays between the
party's aspiration and its limit, whichever way that is. It knows only its own side's view and no other tactic.

``LOOKS_AT`` declares the fields of the view that it goes by, besides its side, its aspiration and its limit. Tests
check it, and hold a tactic that goes by time alone to what such tactics promise: to concede, and to be at the limit at
the deadline.
"""
