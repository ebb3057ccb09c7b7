"""The bounds of studies and what is meant where nothing is said; importing them costs nothing."""

DEFAULT_STUDY = "price_timing"
DEFAULT_FOLDER = "results"  # under the current folder

MOST_DEALS = 10**10
MOST_GAMES = 4 * 10**6
LEAST_OF_THEORY = 10_000  # deals: with fewer, luck may hide which of two list prices is the better
MOST_SEED = 2**63 - 1
MOST_ARMS = 12
MOST_WORKERS = 1024
MOST_PLUGINS = 24
LONGEST_LABEL = 24  # characters: labels stand within figures
LONGEST_TITLE = 120
MOST_CELLS = 20_000
MOST_SWEPT = 64  # settings that one sweep varies
MOST_CONSTRAINTS = 24
MOST_REPLICATIONS = 10_000

SMOOTHED_OVER = 10
"""Days over which the prices and win rates of a market are averaged where they are drawn."""
