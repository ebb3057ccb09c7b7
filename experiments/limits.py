"""The bounds of studies and what is meant where nothing is said; importing them costs nothing."""

DEFAULT_STUDY = "price_timing"
DEFAULT_FOLDER = "results"  # under the current folder

MOST_DEALS = 10**10
MOST_GAMES = 4 * 10**6
MOST_SEED = 2**63 - 1
MOST_ARMS = 12
MOST_WORKERS = 1024
MOST_PLUGINS = 24
LONGEST_LABEL = 24  # characters: labels stand within figures
LONGEST_TITLE = 120
MOST_REPLICATIONS = 10_000
