"""The classroom: play a deal, watch one, compare policies, in the terminal and in the browser.

This room may use `experiments`, `sim` and `agents`; nothing imports it but the command line, when a command needs it.
It has no rule of behaviour: what the other side does is played by the stepped clock, and what many deals come to by the
batch. The game is plain data and functions (`teaching.game`) without any page in it, so that the terminal, the pages
and the tests share it; only `teaching.pages` knows NiceGUI. What a player may not know stays in the server: pages get
what is heard and the player's own numbers, never the records of the deal.
"""
