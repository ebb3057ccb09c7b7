"""Whole deals, all seven steps: the batch, one deal at a time, the same rules in plain Python, and a plain Mesa model.

All play the same deals and are held to the same rows. The *Mesa model* has an agent for every deal, which goes on by an
event whenever it is called, by the rules as plain Python: how the process would be written as an agent-based model
without compiled rules.
"""

from collections.abc import Callable
from typing import Any

import mesa
import numpy as np

from agents.catalogue import catalogue
from benchmarks.measuring import Row, Size, cpu_seconds, in_turn, ratios, row, wall_seconds
from experiments.aggregate import Aggregate
from sim import process, seats
from sim.aftermath import write_outcome
from sim.batch import CHUNK, play_settings
from sim.deal import BUYER_MIND, DEAL, KNOWLEDGE, SELLER_MIND, Sale, Setting, blank
from sim.knowledge import plant
from sim.outcome import OUTCOME
from sim.population import draw_buyer
from sim.reading import load_scenario, scenario_names
from sim.setting import prepare
from sim.stepped import SteppedDeal
from sim.vocabulary import Ask

SCENARIO = "b2b_software"
POLICIES = ("on_first_ask", "after_needs_analysis")
SEED = 1


def arms(name: str = SCENARIO, policies: tuple[str, ...] = POLICIES) -> list[Setting]:
    """The arms of the bundled study, in any scenario."""
    return [prepare(load_scenario(name, {"seller.price_policy": policy})) for policy in policies]


def batch(settings: list[Setting], buyers: int, workers: int = 1) -> np.ndarray:
    """The rows of the batch, shape (arms, buyers)."""
    return np.concatenate(list(_chunks(settings, buyers, workers)), axis=1)


def counted(settings: list[Setting], buyers: int, workers: int = 1) -> Aggregate:
    """Play the batch and count its deals as a study does; rows are let go."""
    aggregate = Aggregate(len(settings))
    for rows in _chunks(settings, buyers, workers):
        aggregate.add(rows)
    return aggregate


def played(settings: list[Setting], buyers: int, workers: int = 1) -> None:
    """Play the batch and let the rows go."""
    for _ in _chunks(settings, buyers, workers):
        pass


def _chunks(settings: list[Setting], buyers: int, workers: int) -> Any:
    return play_settings(settings, SEED, buyers, first=0, workers=workers, chunk=CHUNK, rules=catalogue())


def stepped(settings: list[Setting], buyers: int) -> np.ndarray:
    """The same rows, one deal after the other on the stepped clock."""
    rows = np.zeros((len(settings), buyers), OUTCOME)
    for arm, setting in enumerate(settings):
        for buyer in range(buyers):
            rows[arm, buyer] = SteppedDeal(setting, SEED, buyer).play()[0]
    return rows


def known(setting: Setting) -> Any:
    """What can be known by which questions, to be shared by all deals of an arm, as in the batch."""
    knowledge = blank(KNOWLEDGE)[0]
    plant(setting.world[0], knowledge)
    return knowledge


def sale_of(setting: Setting, buyer: int, knowledge: Any) -> Sale:
    """A deal laid open, on records of its own, with its rules as plain Python."""
    sale = Sale(
        setting.world[0],
        setting.prices[0],
        setting.buyer.copy()[0],
        setting.seller[0],
        blank(BUYER_MIND)[0],
        blank(SELLER_MIND)[0],
        blank(DEAL)[0],
        np.uint64(SEED),
        knowledge,
    )
    draw_buyer(sale.world, sale.buyer, SEED, buyer)
    process.begin(sale)
    return sale


def in_python(settings: list[Setting], buyers: int) -> np.ndarray:
    """The same rows, by the rules as plain Python."""
    rows = np.zeros((len(settings), buyers), OUTCOME).view(np.recarray)
    fill = seats.seats().fill
    with np.errstate(all="ignore"):  # 64-bit words wrap
        for arm, setting in enumerate(settings):
            knowledge = known(setting)
            for buyer in range(buyers):
                sale = sale_of(setting, buyer, knowledge)
                ask = process.advance(sale)
                while ask != Ask.OVER:
                    if ask != Ask.HAPPENED:
                        fill(sale, ask)
                    ask = process.advance(sale)
                write_outcome(sale, rows[arm, buyer])
    return np.asarray(rows).view(OUTCOME)


class DealAgent(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """A deal, which goes on by one event when it is called."""

    def __init__(self, model: Any, sale: Sale, row: Any) -> None:
        super().__init__(model)
        self.sale, self.row = sale, row

    def step(self) -> None:
        """Go on to the next event; at the end write the row and leave the model."""
        ask = process.advance(self.sale)
        if ask == Ask.OVER:
            write_outcome(self.sale, self.row)
            self.remove()
        elif ask != Ask.HAPPENED:
            self.model.fill(self.sale, ask)


class MesaModel(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """As many deals as there are buyers, in each arm."""

    def __init__(self, settings: list[Setting], buyers: int) -> None:
        super().__init__(rng=0)
        self.fill = seats.seats().fill
        self.rows = np.zeros((len(settings), buyers), OUTCOME).view(np.recarray)
        for arm, setting in enumerate(settings):
            knowledge = known(setting)
            for buyer in range(buyers):
                DealAgent(self, sale_of(setting, buyer, knowledge), self.rows[arm, buyer])

    def step(self) -> None:
        """Call every deal once."""
        self.agents.do("step")


def mesa_model(settings: list[Setting], buyers: int) -> np.ndarray:
    """The same rows, by a Mesa model of the process."""
    with np.errstate(all="ignore"):
        model = MesaModel(settings, buyers)
        while len(model.agents) > 0:
            model.step()
    return np.asarray(model.rows).view(OUTCOME)


def same(one: np.ndarray, other: np.ndarray) -> float:
    """The share of rows that are equal in every column, but for the last digits of powers and exponentials."""
    assert one.dtype.names is not None
    alike = np.ones(one.shape, bool)
    for name in one.dtype.names:
        alike &= np.isclose(one[name], other[name], rtol=1e-9, atol=1e-9, equal_nan=True)
    return float(alike.mean())


def measured(size: Size) -> list[Row]:
    """The part *deals*."""
    settings = arms()
    ways: dict[str, tuple[Callable[[list[Setting], int], np.ndarray], int]] = {
        "the batch": (batch, size.of(200_000, 50)),
        "one deal at a time (stepped)": (stepped, size.of(2_000, 4)),
        "plain Python": (in_python, size.of(200, 2)),
        "a plain Mesa model": (mesa_model, size.of(200, 2)),
    }
    rows = []
    for name, (way, buyers) in ways.items():
        share = same(way(settings, buyers), batch(settings, buyers))  # compiles
        rows.append(row("deals", f"{name}: rows that are those of the batch", "share", [share]))
    each = {
        name: lambda way=way, buyers=buyers: cpu_seconds(lambda: way(settings, buyers)) / (2 * buyers)
        for name, (way, buyers) in ways.items()
    }
    seen = in_turn(each, size.repeats)
    for name, seconds in seen.items():
        rows.append(row("deals", f"{name}", "deals per CPU-second", [1.0 / one for one in seconds]))
        if name != "the batch":
            rows.append(row("deals", f"{name}: its time over the batch's", "times", ratios(seconds, seen["the batch"])))
    return rows + _rates(settings, size) + _scenarios(size)


def _rates(settings: list[Setting], size: Size) -> list[Row]:
    """Deals a second with luck and population, rows let go, and counted as a study does; threads, and policies."""
    buyers = size.of(400_000, 50)
    alone, every = settings[:1], arms(policies=tuple(catalogue().price_policies))
    fewer = max(1, buyers // 6)
    played(every, 10)
    counted(settings, 10)
    rates = {
        "2 arms, rows let go": lambda: 2 * buyers / cpu_seconds(lambda: played(settings, buyers)),
        "2 arms, counted": lambda: 2 * buyers / cpu_seconds(lambda: counted(settings, buyers)),
        "1 arm, rows let go": lambda: buyers / cpu_seconds(lambda: played(alone, buyers)),
        f"{len(every)} arms, rows let go": lambda: len(every) * fewer / cpu_seconds(lambda: played(every, fewer)),
    }
    rows = [row("deals", name, "deals per CPU-second", seen) for name, seen in in_turn(rates, size.repeats).items()]
    by_clock = {
        f"2 arms, rows let go, {workers} thread{'s' * (workers > 1)}": lambda workers=workers: (
            2 * buyers / wall_seconds(lambda: played(settings, buyers, workers))
        )
        for workers in (1, 2)
    }
    found = in_turn(by_clock, size.repeats)
    return rows + [row("deals", name, "deals per second", seen) for name, seen in found.items()]


def _scenarios(size: Size) -> list[Row]:
    """The rate in each of the bundled scenarios."""
    buyers = size.of(100_000, 20)
    settings = {name: arms(name) for name in scenario_names()}
    rates = {
        name: lambda two=two: 2 * buyers / cpu_seconds(lambda: played(two, buyers)) for name, two in settings.items()
    }
    found = in_turn(rates, size.repeats)
    return [row("deals", f"2 arms of {name}", "deals per CPU-second", seen) for name, seen in found.items()]
