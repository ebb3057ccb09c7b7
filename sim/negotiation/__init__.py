"""Protocols of negotiation, one file each, behind one small interface.

``start(sale)`` sets both sides up; ``next_turn(sale)`` returns the Ask of whose turn it is, or an event;
``answer(sale, side, move)`` applies a move. A protocol knows the parties' limits only as their own records tell them.
"""
