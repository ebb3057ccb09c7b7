"""The steps of the sales process as one sees it, one file each: the only copy of its rules.

A step moves a deal on by one event, or says who must decide. It applies the rules of the parties (``agents``) to their
records and draws the luck they need; who sits in a seat it does not know.
"""
