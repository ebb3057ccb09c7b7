"""When and how a seller answers "how much does it cost?": one policy a file, found by the catalogue.

Each file has a rule ``reply(view: PriceView) -> Reply``. A policy knows only the seller's view and no other policy.
"""
