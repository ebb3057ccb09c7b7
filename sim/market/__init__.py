"""Clock two, the market: many sellers, many buyers and a calendar, as a Mesa model.

It plays the very rules of the single deal and adds what lies between deals: who asks whom, who finds time for what,
what a rival's offer is worth, what people say of a seller, and which policies spread. It draws no plots and knows no
command line. Only ``model`` and ``parties`` know Mesa, only ``network`` knows networkx.
"""
