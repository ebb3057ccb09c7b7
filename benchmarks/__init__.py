"""Measurements of speed, run by hand: ``uv run --extra negmas --extra cluster python -m benchmarks.all``.

Each part measures things side by side in one run, in turn and several times over, so that what else the machine does
falls on all of them alike. Nothing imports this room, and no test asserts a time.
"""
