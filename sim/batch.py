"""Clock one, the batch: millions of independent deals, compiled, on threads.

Each thread keeps one scratch deal and plays a chunk of buyers under every arm, so that memory does not grow with the
number of deals; what can be known by which questions it keeps for its next chunk of the same arms. Luck belongs to the
deal: chunks, threads and further deals change nothing.

Arms that differ in nothing but the price policy are one deal until a policy is first consulted. So far it is played
once; every arm goes on from a copy.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from agents.catalogue import Catalogue, catalogue
from agents.rule import bind, entry, rule
from sim.aftermath import write_outcome
from sim.deal import BUYER_MIND, DEAL, KNOWLEDGE, SELLER_MIND, Sale, Setting, blank
from sim.knowledge import SPARE, plant
from sim.outcome import OUTCOME
from sim.population import draw_buyer
from sim.process import advance, begin
from sim.scenario import Scenario
from sim.seats import Seats, fill_seat, seats
from sim.setting import prepare
from sim.vocabulary import Ask

CHUNK = 4096
"""Deals in a chunk, and in the fixed cells that aggregates are reduced over."""


_scratches = threading.local()
"""What each thread played its last chunk on, and on which stage."""


class Stage(NamedTuple):
    """Arms made ready to be played: worked out once, used for any of their deals.

    ``arms`` has the settings of all, each field an array with a record per arm. ``same_buyers`` says that all draw the
    very same buyers, ``same_but_policy`` that there are several, which differ in nothing but the price policy.
    """

    arms: Setting
    rules: Catalogue
    same_buyers: bool
    same_but_policy: bool


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
    return play_on_stage(staged(settings, rules), seed, deals, first=first, workers=workers, chunk=chunk)


def staged(settings: Sequence[Setting], rules: Catalogue) -> Stage:
    """Make arms ready to be played together."""
    arms = _stack(settings)
    return Stage(arms, rules, _same_buyers(arms), len(settings) > 1 and _differ_in_policy_only(arms))


def play_on_stage(
    stage: Stage, seed: int, deals: int, *, first: int, workers: int, chunk: int = CHUNK
) -> Iterator[np.ndarray]:
    """The same, from arms that are ready."""
    kernel, arms, same = kernel_for(stage.rules), stage.arms, (stage.same_buyers, stage.same_but_policy)

    def play_chunk(start: int, end: int) -> np.ndarray:
        rows = np.empty((len(arms.world), end - start), OUTCOME)
        known: tuple[Stage, tuple[np.ndarray, ...]] | None = getattr(_scratches, "last", None)
        _scratches.last = None  # what a chunk fails on is not used again
        scratch = known[1] if known is not None and known[0] is stage else _scratch(arms, *same)
        try:
            told = (np.uint64(seed), start, *same, rows, _words(rows))
            kernel(arms.world, arms.prices, arms.seller, *scratch, *map(_words, scratch[1:4]), *told)
        except Exception as error:
            if not stage.rules.plugins:
                raise
            raise RuleFailedError(int(scratch[3]["buyer"][0]), error) from error
        _scratches.last = (stage, scratch)
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
    return _alike(arms.world) and _alike(arms.buyer)


def _differ_in_policy_only(arms: Setting) -> bool:
    """Whether all arms are the same but for the price policy, so that they are one deal until it is consulted."""
    return _same_buyers(arms) and _alike(arms.prices) and _alike(arms.seller, but=("policy",))


def _alike(records: np.ndarray, but: tuple[str, ...] = ()) -> bool:
    """Whether all records hold the same, to the last bit, in all fields but those named. Padding is not compared."""
    assert records.dtype.names is not None
    fields = [records[name] for name in records.dtype.names if name not in but]
    return all(record.tobytes() == field[0].tobytes() for field in fields for record in field)


def _scratch(arms: Setting, same_buyers: bool, same_but_policy: bool) -> tuple[np.ndarray, ...]:
    """What one thread plays on, chunk after chunk: buyers, minds, deal and what can be known; see ``_play_deals``."""
    apart, copies = 1 if same_buyers else len(arms.world), 2 if same_but_policy else 1
    minds = (blank(BUYER_MIND, copies), blank(SELLER_MIND, copies))
    return arms.buyer.copy(), *minds, blank(DEAL, copies), blank(KNOWLEDGE, apart)


def _words(rows: np.ndarray) -> np.ndarray:
    """The memory of records as 64-bit words, a further axis: so the kernel blanks a row, and copies a deal."""
    return np.asarray(rows).view(np.uint64).reshape(*rows.shape, -1)


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
    seat = {"fill_seat": seated.fill}
    first, then = rule(bind(_play_to_the_policy, **seat)), rule(bind(_play_on, **seat))
    return entry(bind(_play_deals, play_to_the_policy=first, play_on=then), plugins, numbering)


def _play_to_the_policy(sale: Sale) -> int:
    """Play a deal until its price policy is first consulted, or to its end; returns the Ask it is at."""
    begin(sale)
    ask = advance(sale)
    while ask != Ask.OVER and ask != Ask.PRICE:
        if ask != Ask.HAPPENED:
            fill_seat(sale, ask)
        ask = advance(sale)
    return ask


def _play_on(sale: Sale, ask: int) -> None:
    """Play a deal from an Ask on to its end, every seat filled by rule."""
    while ask != Ask.OVER:
        if ask != Ask.HAPPENED:
            fill_seat(sale, ask)
        ask = advance(sale)


def play_to_the_policy(sale: Sale) -> int:
    """The first part of a deal; bound to the seats of a catalogue before it is used."""
    raise LookupError("no catalogue is bound")


def play_on(sale: Sale, ask: int) -> None:
    """The rest of it; bound to the seats of a catalogue before it is used."""
    raise LookupError("no catalogue is bound")


@rule
def _copy(source: np.ndarray, target: np.ndarray) -> None:
    """Copy words; numba would copy a record byte by byte."""
    for word in range(source.size):
        target[word] = source[word]


@rule
def _copy_deal(buyer: np.ndarray, seller: np.ndarray, deal: np.ndarray, source: int, target: int) -> None:
    """Copy minds and deal, given as words, from one place to the other."""
    _copy(buyer[source], buyer[target])
    _copy(seller[source], seller[target])
    _copy(deal[source], deal[target])


def _play_deals(
    world: Any,
    prices: Any,
    seller: Any,
    buyer: Any,
    buyer_mind: Any,
    seller_mind: Any,
    deal: Any,
    knowledge: Any,
    buyer_words: np.ndarray,
    seller_words: np.ndarray,
    deal_words: np.ndarray,
    seed: Any,
    start: int,
    same_buyers: bool,
    same_but_policy: bool,
    rows: np.ndarray,
    words: np.ndarray,
) -> None:
    """Play the deals of a chunk into ``rows`` (arms, deals), whose memory ``words`` is.

    World, prices, seller and buyer have a record per arm, and so has knowledge unless all arms have the same buyers.
    Of records that are alike the first arm's are used: what all use stays near the processor.
    Minds and deal, whose memory comes as words too, have the one record that is played on. Where arms are the same but
    for the policy there is a second: how the deal stood when the policy was first consulted, from where every arm goes
    on. A deal whose knowledge has run out of places by then is played anew in each arm, since others may work the last
    place out anew.
    """
    for arm in range(knowledge.size):
        if knowledge[arm].nodes == 0:
            plant(world[arm], knowledge[arm])
    for i in range(rows.shape[1]):
        ask, node = 0, 0
        for arm in range(rows.shape[0]):
            drawn, known = 0 if same_buyers else arm, 0 if same_but_policy else arm
            sale = Sale(
                world[known],
                prices[known],
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
            goes_on = same_but_policy and arm > 0 and node != SPARE
            if goes_on and ask == Ask.OVER:
                _copy(words[0, i], words[arm, i])
                continue
            if goes_on:
                _copy_deal(buyer_words, seller_words, deal_words, 1, 0)
            else:
                ask = play_to_the_policy(sale)
                node = sale.seller_mind.node
            if same_but_policy and not goes_on and ask != Ask.OVER:
                _copy_deal(buyer_words, seller_words, deal_words, 0, 1)
            play_on(sale, ask)
            for word in range(words.shape[2]):
                words[arm, i, word] = 0
            write_outcome(sale, rows[arm, i])
