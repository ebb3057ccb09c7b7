"""Playing the arms of a study, each on the clock that can play its rules.

Arms whose plug-ins all compile, and those without any, are played by the batch; the others by the stepped clock, one
deal after the other, with their plug-ins in Python. Both play the same deals, so that rows do not depend on the clock.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from agents.catalogue import Catalogue
from sim import batch
from sim.batch import CHUNK, RuleFailedError, Stage
from sim.compilable import first_line, reasons_against
from sim.faults import Fault
from sim.outcome import OUTCOME
from sim.own_seats import SteppedArm, names_played, stepped_arm
from sim.scenario import Scenario
from sim.setting import prepare

GoOn = Callable[[int], bool]
"""Told how many deals are done; says whether to go on."""


def always(done: int) -> bool:
    """Go on, however many deals are done."""
    return True


class Company(NamedTuple):
    """Who plays in a study: the rules that compile, those that play in Python, and of the latter the reasons, by name.

    ``rules`` has all of them.
    """

    rules: Catalogue
    compiled: Catalogue
    in_python: Mapping[str, str]

    def plays_in_python(self, scenario: Scenario) -> bool:
        """Whether a scenario needs the stepped clock."""
        return not names_played(scenario).isdisjoint(self.in_python)


def company(scenarios: Sequence[Scenario], rules: Catalogue, in_python: Collection[str] = ()) -> Company:
    """Sort the plug-ins that the scenarios name by whether they compile; ``in_python`` are not even tried.

    Raises Fault for a plug-in that cannot be loaded.
    """
    named = {name for scenario in scenarios for name in names_played(scenario)}
    used = rules.without(rules.own_rules.keys() - named)
    reasons = dict.fromkeys(in_python, "it was asked for") | reasons_against(used.without(in_python))
    return Company(used, used.without(reasons), reasons)


class Table(NamedTuple):
    """The arms of a study, seated: what playing any of their deals needs, worked out once.

    ``stage`` has the arms that are played compiled, those at the places ``compiled``; ``in_python`` has the others.
    """

    scenarios: tuple[Scenario, ...]
    who: Company
    stage: Stage | None
    compiled: tuple[int, ...]
    in_python: Mapping[int, SteppedArm]


def seated(scenarios: Sequence[Scenario], who: Company) -> Table:
    """Prepare the arms, each for the clock that can play it. Raises Fault for a plug-in that cannot be loaded."""
    in_python = [place for place, scenario in enumerate(scenarios) if who.plays_in_python(scenario)]
    compiled = tuple(place for place in range(len(scenarios)) if place not in in_python)
    settings = [prepare(scenarios[place], who.compiled) for place in compiled]
    return Table(
        tuple(scenarios),
        who,
        batch.staged(settings, who.compiled) if settings else None,
        compiled,
        {place: stepped_arm(scenarios[place], who.rules) for place in in_python},
    )


def play(
    scenarios: Sequence[Scenario], seed: int, deals: int, who: Company, *, workers: int = 1, go_on: GoOn = always
) -> Iterator[np.ndarray]:
    """Play buyers 0 .. ``deals`` - 1 under every scenario, one per arm: the same buyers, the same luck.

    As ``play_at``, from scenarios that are not prepared yet.
    """
    return play_at(seated(scenarios, who), seed, 0, deals, workers=workers, go_on=go_on)


def play_at(
    table: Table, seed: int, first: int, deals: int, *, workers: int = 1, go_on: GoOn = always
) -> Iterator[np.ndarray]:
    """Play buyers ``first`` .. ``first + deals - 1`` in every arm of a table.

    Yields arrays of type OUTCOME and shape (arms, n) in the order of deals, as the batch does. ``workers`` are threads
    of the batch. ``go_on`` is told after each deal on the stepped clock, which is slow, how many are done, and ends the
    play where it says so: the last array then has the deals done. Raises Fault for a plug-in that fails or answers what
    cannot be played.
    """
    places = list(table.compiled)
    blocks = _compiled(table, table.stage, seed, first, deals, workers) if table.stage else None
    if blocks is not None and not table.in_python:
        yield from blocks
        return
    for start in range(0, deals, CHUNK):
        rows = np.zeros((len(table.scenarios), min(CHUNK, deals - start)), OUTCOME)
        if blocks is not None:
            rows[places] = next(blocks)
        done = rows.shape[1]
        if table.in_python:
            done = _step(table.in_python, rows, seed, first + start, start, go_on)
        yield rows[:, :done]
        if done < rows.shape[1]:
            return


def _step(arms: Mapping[int, SteppedArm], rows: np.ndarray, seed: int, first: int, before: int, go_on: GoOn) -> int:
    """Fill in the rows of the arms on the stepped clock, deal by deal; returns how many deals were played."""
    for place in range(rows.shape[1]):
        for arm, stepped in arms.items():
            rows[arm, place] = stepped.deal(seed, first + place).play()[0]
        if not go_on(before + place + 1):
            return place + 1
    return rows.shape[1]


def _compiled(table: Table, stage: Stage, seed: int, first: int, deals: int, workers: int) -> Iterator[np.ndarray]:
    """What the batch plays; where a plug-in fails, the deal is played again in Python to tell what went wrong."""
    who = table.who
    try:
        yield from batch.play_on_stage(stage, seed, deals, first=first, workers=workers)
    except RuleFailedError as failed:
        for place in table.compiled:
            stepped_arm(table.scenarios[place], who.rules).deal(seed, failed.buyer).play()
        files = ", ".join(map(str, who.compiled.plugins))
        raise Fault(
            f"{files}  failed when compiled, but not in Python: {first_line(failed)}\n"
            f"    in the deal with buyer {failed.buyer}, seed {seed}"
        ) from None
