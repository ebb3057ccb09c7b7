"""Clock one, the batch: millions of independent deals, compiled, on threads.

Each thread keeps one scratch deal and plays a chunk of buyers under every arm, so that memory does not grow with the
number of deals. Luck belongs to the deal: chunks, threads and further deals change nothing.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from agents.catalogue import Catalogue, catalogue
from agents.rule import bind, entry, rule
from sim.aftermath import write_outcome
from sim.deal import BUYER_MIND, DEAL, KNOWLEDGE, SELLER_MIND, Sale, Setting, blank
from sim.knowledge import plant
from sim.outcome import OUTCOME
from sim.population import draw_buyer
from sim.process import advance, begin
from sim.scenario import Scenario
from sim.seats import Seats, fill_seat, seats
from sim.setting import prepare
from sim.vocabulary import Ask

CHUNK = 4096
"""Deals in a chunk, and in the fixed cells that aggregates are reduced over."""


class RuleFailedError(RuntimeError):
    """A plug-in raised an error in compiled code, which cannot say where; ``buyer`` is whose deal it was."""

    def __init__(self, buyer: int, error: Exception) -> None:
        super().__init__(str(error))
        self.buyer = buyer


def play(
    scenarios: Sequence[Scenario],
    seed: int,
    deals: int,
    *,
    first: int = 0,
    workers: int = 1,
    chunk: int = CHUNK,
    rules: Catalogue | None = None,
) -> Iterator[np.ndarray]:
    """Play buyers ``first`` .. ``first + deals - 1`` under every scenario, one per arm: the same buyers, the same luck.

    Yields arrays of type OUTCOME and shape (arms, n) in the order of deals, n being ``chunk`` but for the last one.
    ``workers`` are threads. Raises ValueError for a seed outside 0 .. 2**64 - 1 or a count below 1, and
    RuleFailedError where a plug-in fails.
    """
    for name, value, least in (("deals", deals, 1), ("first", first, 0), ("workers", workers, 1), ("chunk", chunk, 1)):
        if value < least:
            raise ValueError(f"{name} is {value}; at least {least} would be right")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed is {seed}; a whole number from 0 to 2**64 - 1 would be right")
    chosen = rules or catalogue()
    settings = [prepare(scenario, chosen) for scenario in scenarios]
    return play_settings(settings, seed, deals, first=first, workers=workers, chunk=chunk, rules=chosen)


def play_settings(
    settings: Sequence[Setting], seed: int, deals: int, *, first: int, workers: int, chunk: int, rules: Catalogue
) -> Iterator[np.ndarray]:
    """The same, from settings already prepared."""
    kernel = kernel_for(rules)
    arms = _stack(settings)

    def play_chunk(start: int, end: int) -> np.ndarray:
        rows = np.zeros((len(settings), end - start), OUTCOME)
        scratch = (blank(BUYER_MIND), blank(SELLER_MIND), blank(DEAL), blank(KNOWLEDGE, len(settings)))
        sides = (arms.world, arms.prices, arms.buyer.copy(), arms.seller)
        try:
            kernel(*sides, *scratch, np.uint64(seed), start, _same_buyers(arms), rows)
        except Exception as error:
            if not rules.plugins:
                raise
            raise RuleFailedError(int(scratch[2]["buyer"][0]), error) from error
        return rows

    edges = [*range(first, first + deals, chunk), first + deals]
    if workers == 1:
        for start, end in pairwise(edges):
            yield play_chunk(start, end)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from _in_order(pool, play_chunk, pairwise(edges), window=2 * workers)


def _stack(settings: Sequence[Setting]) -> Setting:
    """The settings of all arms as one, each field an array with a record per arm."""
    return Setting(*(np.concatenate(field).view(np.recarray) for field in zip(*settings, strict=True)))


def _same_buyers(arms: Setting) -> bool:
    """Whether all arms draw the very same buyers, so that each needs to be drawn once only."""
    fields = (arms.world, arms.buyer)
    return all(record.tobytes() == field[0].tobytes() for field in fields for record in field)


def _in_order(
    pool: ThreadPoolExecutor, play_chunk: Callable[[int, int], np.ndarray], spans: Any, window: int
) -> Iterator[np.ndarray]:
    """Results in order of submission, with at most ``window`` of them in memory."""
    waiting: deque[Future[np.ndarray]] = deque()
    try:
        for span in spans:
            waiting.append(pool.submit(play_chunk, *span))
            if len(waiting) >= window:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def kernel_for(rules: Catalogue) -> Callable[..., None]:
    """The compiled kernel that plays the policies and tactics of a catalogue."""
    return _kernel(seats(rules), rules.plugins, rules.numbering)


@lru_cache(maxsize=8)
def _kernel(seated: Seats, plugins: tuple[Any, ...], numbering: str) -> Callable[..., None]:
    play_one = rule(bind(_play_deal, fill_seat=seated.fill))
    return entry(bind(_play_deals, play_deal=play_one), plugins, numbering)


def _play_deal(sale: Sale) -> None:
    """Play one deal from its beginning to its end, every seat filled by rule."""
    begin(sale)
    ask = advance(sale)
    while ask != Ask.OVER:
        if ask != Ask.HAPPENED:
            fill_seat(sale, ask)
        ask = advance(sale)


def play_deal(sale: Sale) -> None:
    """Play one deal; bound to the seats of a catalogue before it is used."""
    raise LookupError("no catalogue is bound")


def _play_deals(
    world: Any,
    prices: Any,
    buyer: Any,
    seller: Any,
    buyer_mind: Any,
    seller_mind: Any,
    deal: Any,
    knowledge: Any,
    seed: Any,
    start: int,
    same_buyers: bool,
    rows: np.ndarray,
) -> None:
    """Play the deals of a chunk into ``rows`` (arms, deals); world, prices, buyer and seller have a record per arm."""
    for arm in range(rows.shape[0]):
        plant(world[arm], knowledge[arm])
    for i in range(rows.shape[1]):
        for arm in range(rows.shape[0]):
            drawn = 0 if same_buyers else arm
            sale = Sale(
                world[arm],
                prices[arm],
                buyer[drawn],
                seller[arm],
                buyer_mind[0],
                seller_mind[0],
                deal[0],
                seed,
                knowledge[drawn],
            )
            if arm == drawn:
                draw_buyer(sale.world, sale.buyer, seed, start + i)
            play_deal(sale)
            write_outcome(sale, rows[arm, i])
