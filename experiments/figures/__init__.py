"""The figures of a study: each is drawn by one function from a table to axes, and saved with its data.

Only this folder of the room knows matplotlib. Every figure has n, the interval and its level in its
caption, direct labels instead of a legend, and tells nothing by colour alone.
"""
