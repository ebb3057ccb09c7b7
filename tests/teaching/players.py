"""Players for tests: people who say lines, as any would."""

from sim.reading import load_scenario
from sim.vocabulary import Ask
from teaching.buyers import worth_playing
from teaching.game import Game, position, said

SEED = 20240229


def a_game(scenario="auto_repair", seat="seller", place=0, **settings):
    """A game with one of the buyers worth playing."""
    loaded = load_scenario(scenario, settings)
    return Game(loaded, SEED, worth_playing(loaded, SEED, seat, place + 1)[place], seat)


def patient_line(where):
    """What a seller says who asks four questions, quotes its own price and then takes what it can live with."""
    if where.ask == Ask.PRICE:
        return "quote" if where.view.moment >= 4 else "ask on"
    if where.ask == Ask.QUESTION:
        return f"ask {where.view.questions % len(where.desk.needs) + 1}" if where.view.questions < 4 else "propose"
    view = where.view
    good = view.their_last >= view.limit if view.selling else view.their_last <= view.limit
    return "accept" if good else f"offer {max(0.01, 0.5 * (view.limit + view.aspiration)):.6f}"


def played_out(game, line=patient_line):
    """The game played to its end."""
    where = position(game)
    while not where.over:
        game, where = said(game, line(where))
    return game, where
