"""The pages of the classroom, in NiceGUI. A page draws what the rest of the room works out, and decides nothing.

Everything that a page shows of a running game comes from `teaching.game.position`: the other side's records never reach
a page, so that neither its source nor its messages hold them.
"""
