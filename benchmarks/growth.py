"""How time and memory grow: with deals, threads, needs, people, terms and rounds.

Each point is a process of its own, so that its peak memory is its own. Seconds are those of the processor that playing
takes, after rules are read from the cache and price lists are worked out; deals are counted and let go, as in a study.
Exponents are those of the fitted power of size, 1 being growth in proportion, 0 none.
"""

from typing import Any, NamedTuple

from benchmarks.measuring import Row, Size, exponent, process, row

PLAY = (
    "import sys, json, time; from benchmarks.growth import grown; from benchmarks.deals import counted; "
    "two, buyers, workers = grown(json.loads(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]); counted(two, 10); "
    "wall, cpu = time.perf_counter(), time.process_time(); counted(two, buyers, workers); "
    "print(time.process_time() - cpu, time.perf_counter() - wall)"
)


class Point(NamedTuple):
    """What one process showed: seconds of the processor and of the clock for playing, and peak memory in MB."""

    cpu: float
    wall: float
    peak: float


NEED: dict[str, Any] = {"label": "a need", "present": 0.6, "worth": {"mean": 30, "log_sd": 0.8}}
TERM: dict[str, Any] = {
    "label": "a term", "buyers_differ": 0.6, "sellers_differ": 0.4,
    "levels": {
        "usual": {"label": "as usual"}, "more": {"label": "more", "worth": 4, "cost": 3},
        "less": {"label": "less", "worth": -3, "cost": -4},
    },
}  # fmt: skip


def grown(asked: dict[str, int]) -> Any:
    """The two arms of a scenario with so many needs, people, terms and rounds."""
    from sim.scenario import Scenario
    from sim.setting import prepare

    needs = [f"need_{k}" for k in range(asked.get("needs", 6))]
    deadline = {"least": asked.get("rounds", 10), "extra": 0}
    settings: dict[str, Any] = {
        "schema": 1, "name": "growing", "title": "Growing", "question": "When?", "story": "Growing.",
        "currency": "money", "needs": dict.fromkeys(needs, NEED), "common_factor": 0.4,
        "solutions": {
            "small": {"label": "small", "covers": dict.fromkeys(needs[:3], 0.8), "base_cost": 10, "typical_price": 30},
            "large": {"label": "large", "covers": dict.fromkeys(needs, 1.0), "base_cost": 30, "typical_price": 60},
        },
        "terms": {f"term_{j}": TERM for j in range(asked.get("terms", 0))},
        "group": {
            "least": asked.get("people", 1), "most": asked.get("people", 1), "decision": "champion",
            "members_differ": 0.3, "vetoes": 0.1, "relay_loss": 0.3, "stall": 0.05, "objection": 0.2,
        },
        "buyer": {
            "budget": {"median": 110, "log_sd": 0.4, "flex": 0.5}, "taker_share": 0.0, "tactic": "boulware",
            "rival": {"present": 0.4, "surplus_mean": 0.2, "surplus_sd": 0.1, "basis": "of_value"},
            "price_focus": 0.35, "patience": {"impatient_share": 0.4, "impatient": 4, "patient": 10},
            "deadline": deadline,
        },
        "seller": {"tactic": "boulware", "deadline": deadline},
        "conversation": {"answer_noise": 15, "report_noise": 15, "latent": 0.6, "questions_per_contact": 3},
    }  # fmt: skip
    arms = []
    for policy in ("on_first_ask", "after_needs_analysis"):
        seller = {**settings["seller"], "price_policy": policy}
        arms.append(prepare(Scenario.model_validate({**settings, "seller": seller})))
    return arms


def point(asked: dict[str, int], buyers: int, workers: int = 1) -> Point:
    """Play so many buyers in a process of its own."""
    import json

    ran = process(PLAY, json.dumps(asked), str(buyers), str(workers))
    cpu, wall = map(float, ran.said.split())
    return Point(cpu, wall, ran.peak)


AXES = {
    "needs": (1, 2, 4, 8, 12),
    "people": (1, 2, 5, 10),
    "terms": (0, 2, 4, 6),
    "rounds": (10, 20, 50, 100),
}


def measured(size: Size) -> list[Row]:
    """The part *growth*."""
    point({}, 10)
    rows = []
    deals = [size.of(10**power, 20) for power in (4, 5, 6, 7, *([8] if size.large else []))]
    for workers in (1, 2):
        points = [point({}, each // 2, workers) for each in deals]
        name = f"{workers} thread{'s' * (workers > 1)}"
        for each, found in zip(deals, points, strict=True):
            rows.append(row("growth", f"{each:,} deals, {name}: time", "seconds", [found.wall]))
            rows.append(row("growth", f"{each:,} deals, {name}: peak memory", "MB", [found.peak]))
        many, cost = deals[1:], [found.wall for found in points[1:]]
        rows.append(row("growth", f"deals, {name}: time", "exponent", [exponent(many, cost)]))
        rows.append(row("growth", f"deals, {name}: memory", "exponent", [exponent(many, [p.peak for p in points[1:]])]))
    buyers = size.of(50_000, 10)
    for axis, values in AXES.items():
        seen: dict[int, list[Point]] = {value: [] for value in values}
        for _ in range(min(size.repeats, 3)):
            for value in values:
                seen[value].append(point({axis: value}, buyers))
        for value, found_at in seen.items():
            micro = [1e6 * found.cpu / (2 * buyers) for found in found_at]
            rows.append(row("growth", f"{axis} {value}: a deal", "microseconds", micro))
        sizes = [value for value in values if value > 0]
        costs = [min(found.cpu for found in seen[value]) for value in sizes]
        rows.append(row("growth", f"{axis}: time", "exponent", [exponent(sizes, costs)]))
        peaks = [min(found.peak for found in seen[value]) for value in sizes]
        rows.append(row("growth", f"{axis}: memory", "exponent", [exponent(sizes, peaks)]))
    return rows
