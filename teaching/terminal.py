"""A game in the terminal: what is heard is printed, lines are read, and the debrief follows.

Lines may come from a person or from a file; what cannot be said is told, and the next line is read.
"""

import textwrap
from collections.abc import Callable, Iterable, Iterator

from experiments.narrating import amount
from sim.faults import Fault
from sim.scenario import Scenario
from teaching.buyers import worth_playing
from teaching.debrief import Debrief, debrief, hidden_now
from teaching.decisions import WrongDecisionError
from teaching.desk import Desk
from teaching.game import Game, Position, Seat, position, said

WIDTH = 100
HELP = "desk: your own numbers"

Say = Callable[[str], None]


def play(
    scenario: Scenario, seed: int, buyer: int | None, seat: Seat, lines: Iterable[str], say: Say, known: bool = False
) -> None:
    """Play one deal: ``lines`` are what the player says, ``say`` prints. ``known``: what is hidden is told at once.

    Raises Fault where the lines end before the deal does, or where no buyer is worth playing.
    """
    game = Game(scenario, seed, _buyer(scenario, seed, seat) if buyer is None else buyer, seat)
    say(f"{scenario.title}: you are the {seat}. Buyer {game.buyer}, seed {seed}. Money is in {scenario.currency}.")
    where = position(game)
    if known:
        say("\n".join(_wrapped(hidden_now(game))))
    told = _tell(where, 0, say)
    given = iter(lines)
    while not where.over:
        say(f"\n{where.question}\n  ({where.hint})")
        line = _next(given, say, where)
        try:
            game, where = said(game, line)
        except WrongDecisionError as error:
            say(f"  That cannot be said: {error}.")
            continue
        told = _tell(where, told, say)
    say("")
    for text in told_debrief(debrief(game), scenario.currency):
        say(text)


def told_debrief(found: Debrief, currency: str) -> Iterator[str]:
    """The debrief in lines."""
    yield "What came of it"
    yield from _wrapped(found.sentences)
    yield ""
    yield f"What was hidden ({currency})"
    yield f"  {'':<52}  in truth  seen at first  in the end  seller took"
    for need in found.needs:
        numbers = (need.worth, need.seen_first, need.seen_last, need.believed)
        cells = "".join(f"{amount(number):>12}" for number in numbers)
        yield f"  {textwrap.shorten(need.label, 50, placeholder='…'):<50}{cells}"
    yield from _wrapped(found.facts)
    if found.buyer_limit == found.buyer_limit:
        zone = found.buyer_limit - found.seller_limit
        verdict = f"a zone of possible agreement of {amount(zone)}" if zone >= 0 else "no zone of possible agreement"
        yield from _wrapped(
            [
                f"In the end the buyer would have paid {amount(found.buyer_limit)}, and the seller gone down to "
                f"{amount(found.seller_limit)}: {verdict}."
            ]
        )
    if found.more is not None:
        yield from _wrapped([told_more(found)])
    yield ""
    yield "What others earned with this very buyer and this very luck"
    for each in found.earned:
        price = f"at {amount(each.price)}" if each.won else each.reason.replace("_", " ")
        yield f"  {'> ' if each.you else '  '}{each.name.replace('_', ' '):<28}{amount(each.money):>10}  {price}"


def told_more(found: Debrief) -> str:
    """What one more question would have told, in a sentence; empty where none could have been asked."""
    more = found.more
    if more is None:
        return ""
    parts = []
    if more.report == more.report:
        parts.append(f"the buyer puts it at about {amount(more.report)}")
    if more.diagnosis == more.diagnosis:
        parts.append(f"looking into it together points to {amount(more.diagnosis)}")
    heard = " and ".join(parts) or "nothing"
    return (
        f"One more question, about {more.need}, would have told: {heard}. You would have taken it for "
        f"{amount(more.believed_after)} and not for {amount(more.believed_before)}; in truth it is worth "
        f"{amount(more.worth)}."
    )


def told_desk(desk: Desk) -> Iterator[str]:
    """The player's own numbers, in lines."""
    yield f"  {'need':<52}{'worth':>10}{'give or take':>14}{'asked':>7}"
    for need in desk.needs:
        label = textwrap.shorten(need.label, 50, placeholder="…")
        yield f"  {label:<52}{amount(need.worth):>10}{amount(need.doubt):>14}{need.times:>7}"
    selling = desk.alternative != desk.alternative
    yield f"  {'solution':<52}{'your limit':>12}{'your price list' if selling else '':>17}".rstrip()
    for place, solution in enumerate(desk.solutions):
        mark = "*" if place == desk.favourite else " "
        number = amount(solution.number) if solution.number == solution.number else ""
        label = textwrap.shorten(solution.label, 50, placeholder="…")
        yield f" {mark}{label:<52}{amount(solution.limit):>12}{number:>17}".rstrip()
    if not selling:
        yield f"  Your best alternative is worth {amount(desk.alternative)} to you."
    yield from _wrapped(desk.notes)
    for term in desk.terms:
        levels = "; ".join(f"{level.name} {amount(level.worth)}" for level in term.levels)
        yield f"  {term.name}: {levels} (best for both, you think: {term.levels[term.best].name})"


def _buyer(scenario: Scenario, seed: int, seat: Seat) -> int:
    found = worth_playing(scenario, seed, seat, 1)
    if not found:
        raise Fault(f"{scenario.name}: nobody among the first buyers leaves a {seat} anything to decide; say --buyer N")
    return found[0]


def _next(lines: Iterator[str], say: Say, where: Position) -> str:
    """The next line that is not a request to the terminal."""
    for line in lines:
        word = line.strip().lower()
        if word in ("help", "?"):
            say(f"  {where.hint}\n  {HELP}")
        elif word == "desk":
            for text in told_desk(where.desk):
                say(text)
        elif word:
            return line
    raise Fault("the input ended before the deal was over; the deal is not played to its end")


def _tell(where: Position, told: int, say: Say) -> int:
    """Print what is new; returns how much has been told."""
    before = where.heard[told - 1].heading if told else ""
    for each in where.heard[told:]:
        if each.heading != before:
            say(f"\n{each.heading}")
            before = each.heading
        say("\n".join(_wrapped(each.sentences)))
    return len(where.heard)


def _wrapped(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")]
