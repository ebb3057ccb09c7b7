"""How a party concedes: one tactic a file, found by the catalogue.

Each file has a rule ``next_offer(view: NegotiationView) -> float``. A tactic serves either side: it moves from the
party's aspiration towards its limit, whichever way that is. It knows only its own side's view and no other tactic.
"""
