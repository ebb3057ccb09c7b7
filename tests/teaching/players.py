"""Players for tests: people who say lines, as any would."""

from sim.reading import load_scenario
from sim.vocabulary import Ask, Choice
from teaching.buyers import worth_playing
from teaching.decisions import CHOICES
from teaching.game import Game, position, said

SEED = 20240229


def a_game(scenario="auto_repair", seat="seller", place=0, **settings):
    """A game with one of the buyers worth playing."""
    loaded = load_scenario(scenario, settings)
    return Game(loaded, SEED, worth_playing(loaded, SEED, seat, place + 1)[place], seat)


PATIENT = {choice: does for choice, (does, _) in CHOICES.items()} | {
    Choice.BARGAIN_AT_ONCE: "go on",
    Choice.TAKE: "bargain",
}
"""What a buyer says who asks, stays, hears everything, bargains and signs."""


def patient_line(where):
    """What a seller says who asks four questions, quotes its own price and then takes what it can live with.

    A buyer stays to the end, and takes what it can live with.
    """
    if where.ask == Ask.BUYER_CHOICE:
        return PATIENT[where.view.choice]
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
