"""How fast deals are played, and where the time goes. Run by hand on a quiet machine:

    uv run python benchmarks/deals.py

Prints a table: deals per second of the kernel alone and of a whole run, with one thread and with two; the share of the
time that goes into random numbers and their normal quantiles; peak memory against the number of deals; and what it
takes to start, with an empty and with a full cache of compiled code. Every figure is the median of repeats, with the
smallest and the largest.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

from agents.catalogue import catalogue  # noqa: E402  # the checkout comes first on the path
from agents.formulas import normal_quantile  # noqa: E402
from agents.rule import entry  # noqa: E402
from sim import process, seats  # noqa: E402
from sim.batch import CHUNK, play_settings  # noqa: E402
from sim.deal import BUYER_MIND, DEAL, KNOWLEDGE, SELLER_MIND, Sale, Setting, blank  # noqa: E402
from sim.fate import luck  # noqa: E402
from sim.knowledge import plant  # noqa: E402
from sim.population import draw_buyer  # noqa: E402
from sim.reading import load_scenario  # noqa: E402
from sim.setting import prepare  # noqa: E402
from sim.vocabulary import Ask  # noqa: E402

SCENARIO = "b2b_software"
POLICIES = ("on_first_ask", "after_needs_analysis")
BUYERS = 200_000
REPEATS = 5
COUNTED = 60


def arms() -> list[Setting]:
    """The two arms of the bundled study."""
    return [prepare(load_scenario(SCENARIO, {"seller.price_policy": policy})) for policy in POLICIES]


def spread(measure: Callable[[], float]) -> str:
    """Median, smallest and largest of repeated measurements."""
    seen = [measure() for _ in range(REPEATS)]
    return f"{statistics.median(seen):>12,.3g}   ({min(seen):,.3g} to {max(seen):,.3g})"


def deals_per_second(settings: list[Setting], workers: int) -> float:
    """Deals of the kernel alone, luck and population included; rows are dropped."""
    start = time.perf_counter()
    for _ in play_settings(settings, 1, BUYERS, first=0, workers=workers, chunk=CHUNK, rules=catalogue()):
        pass
    return len(settings) * BUYERS / (time.perf_counter() - start)


@entry
def draw(calls: int, quantiles: int) -> float:
    """Nothing but luck: as many calls, and as many normal quantiles, as so many deals make."""
    total = 0.0
    for i in range(calls):
        a, b, c, d = luck(np.uint64(1), 3, i, i)
        total += a + b + c + d
    for i in range(quantiles):
        total += normal_quantile((i % 9973 + 0.5) / 9973.0)
    return total


def luck_per_deal(settings: list[Setting]) -> tuple[float, float]:
    """Calls of luck and of the normal quantile in a deal, counted while rules run as plain Python."""
    counts = {"luck": 0, "normal_quantile": 0}
    patched: list[tuple[ModuleType, str, Any]] = []
    for module in [module for name, module in sys.modules.items() if name.startswith("sim.")]:
        for name in counts:
            if hasattr(module, name):
                patched.append((module, name, getattr(module, name)))
                setattr(module, name, _counting(getattr(module, name), name, counts))
    try:
        for number in range(COUNTED):
            buyer = settings[0].buyer.copy()[0]  # drawn once for both arms, as the batch does
            draw_buyer(settings[0].world[0], buyer, np.uint64(1), number)
            for setting in settings:
                _play_plainly(setting, buyer)
    finally:
        for module, name, original in patched:
            setattr(module, name, original)
    deals = len(settings) * COUNTED
    return counts["luck"] / deals, counts["normal_quantile"] / deals


def _counting(function: Callable[..., Any], name: str, counts: dict[str, int]) -> Callable[..., Any]:
    def counted(*arguments: Any) -> Any:
        counts[name] += 1
        return function(*arguments)

    return counted


def _play_plainly(setting: Setting, buyer: Any) -> None:
    sale = Sale(
        setting.world[0],
        setting.prices[0],
        buyer,
        setting.seller[0],
        blank(BUYER_MIND)[0],
        blank(SELLER_MIND)[0],
        blank(DEAL)[0],
        np.uint64(1),
        blank(KNOWLEDGE)[0],
    )
    plant(sale.world, sale.knowledge)
    process.begin(sale)
    fill = seats.seats().fill
    ask = process.advance(sale)
    while ask != Ask.OVER:
        if ask != Ask.HAPPENED:
            fill(sale, ask)
        ask = process.advance(sale)


def seconds_of_a_run(deals: int, cache: Path, out: Path) -> tuple[float, float]:
    """Wall time of ``zopa run`` from process start to figures, and the process's peak memory in MB."""
    code = "import resource, sys; from experiments.command_line import main\n"
    code += "try: main()\nfinally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, file=sys.stderr)"
    command = [sys.executable, "-c", code, "run", "--deals", str(deals), "--out", str(out), "--json"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(HOUSE)}
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return time.perf_counter() - start, float(done.stderr.split()[-1])


def main() -> None:
    """Measure everything and print it."""
    settings = arms()
    list(play_settings(settings, 1, 10, first=0, workers=1, chunk=CHUNK, rules=catalogue()))
    print(f"{SCENARIO}, {' against '.join(POLICIES)}, {os.cpu_count()} processors, {REPEATS} repeats\n")
    one = spread(lambda: deals_per_second(settings, 1))
    print(f"deals per second, kernel, 1 thread    {one}")
    print(f"deals per second, kernel, 2 threads   {spread(lambda: deals_per_second(settings, 2))}")
    calls, quantiles = luck_per_deal(settings)
    draw(1, 1)
    start = time.perf_counter()
    draw(int(calls * 400_000), int(quantiles * 400_000))
    spent = (time.perf_counter() - start) / 400_000
    whole = 1.0 / statistics.median(deals_per_second(settings, 1) for _ in range(3))
    print(f"calls of luck in a deal               {calls:>12.1f}   and {quantiles:.1f} normal quantiles")
    print(f"share of the time spent on luck       {spent / whole:>12.0%}   of {whole * 1e6:.2f} microseconds a deal")
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        cold, _ = seconds_of_a_run(1000, cache, Path(folder) / "cold")
        print(f"zopa run, cold, 2 x 1,000 deals       {cold:>12.1f} s")
        for deals in (1_000, 100_000, 1_000_000, 4_000_000):
            out = Path(folder) / f"warm{deals}"
            seconds, memory = seconds_of_a_run(deals, cache, out)
            line = json.dumps({"seconds": round(seconds, 2), "peak MB": round(memory)})
            print(f"zopa run, warm, 2 x {deals:>9,} deals   {line}   {2 * deals / seconds:,.0f} deals per second")
    print(
        f"peak memory of this process           {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>12.0f} MB"
    )


if __name__ == "__main__":
    main()
