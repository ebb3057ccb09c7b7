"""The pictures of a town: policies, pipeline, prices, and the network of those who talk about sellers."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from experiments.figures.colours import COLOUR_OF_POLICY, PALETTE, STEP_COLOURS
from experiments.limits import SMOOTHED_OVER
from experiments.narrating import amount
from experiments.wording import per_cent, words
from sim.vocabulary import Step
from teaching.drawing import NARROW, WIDTH, line, picture, text, ticks
from teaching.town import Seen

"""The seven steps, from the first to the last, as in the figures of a market."""

LEFT, MARGIN, TOP = 64.0, 14.0, 10.0

MOST_POINTS = 250
"""Days drawn at most; of a longer time every second or third."""


def colour_of(policy: str, place: int) -> str:
    """The colour of a policy, that of the figures; of one's own policy by its place."""
    return COLOUR_OF_POLICY.get(policy, PALETTE[place % len(PALETTE)])


def key(names: Sequence[str], colours: Sequence[str], kind: str = "own") -> str:
    """What the colours mean, as chips with names."""
    return "".join(
        f'<span class="key small"><i class="chip {kind}" style="--own:{colour}"></i>{escape(name)}</span> '
        for name, colour in zip(names, colours, strict=True)
    )


def policies_key(seen: Seen) -> str:
    """The colours of the policies in play."""
    return key([words(name) for name in seen.policies], [colour_of(*each[::-1]) for each in enumerate(seen.policies)])


def steps_key() -> str:
    """The colours of the steps."""
    return key([f"{int(step)} {words(step.name.lower())}" for step in Step], STEP_COLOURS, "as-is")


def policy_shares(seen: Seen) -> str:
    """The share of the sellers with each policy, stacked, from before the first day on."""
    colours = [colour_of(name, place) for place, name in enumerate(seen.policies)]
    height = 230
    parts = _frame(seen, WIDTH, height, [0.0, 0.25, 0.5, 0.75, 1.0], 1.0, lambda value: f"{100 * value:.0f} %")
    parts += _stacked(seen.shares, np.arange(seen.day + 1), seen.days, 1.0, height, colours)
    told = "; ".join(
        f"{words(name)} from {per_cent(float(each[0]), 0)} to {per_cent(float(each[-1]), 0)}"
        for name, each in zip(seen.policies, seen.shares, strict=True)
    )
    return picture(parts, WIDTH, height, f"Share of the sellers with each policy up to day {seen.day}: {told}.")


def pipeline(seen: Seen) -> str:
    """Open talks at each step, stacked, the first step at the bottom."""
    height = 230
    most = float(seen.steps.sum(axis=0).max()) if seen.day else 0.0
    most = most or 1.0
    parts = _frame(seen, WIDTH, height, ticks(0.0, most, 4), most, lambda value: f"{value:g}")
    days = np.arange(1, seen.day + 1)
    parts += _stacked(seen.steps, days, seen.days, most, height, STEP_COLOURS, "as-is")
    last = seen.steps[:, -1] if seen.day else np.zeros(len(Step))
    told = ", ".join(f"{words(step.name.lower())} {int(number)}" for step, number in zip(Step, last, strict=True))
    return picture(parts, WIDTH, height, f"Open talks by step on day {seen.day}: {told}.")


def prices(seen: Seen) -> str:
    """The price signed, over the last days up to each."""
    unit = f"Price signed, {seen.scenario.currency}"
    return _line_of(seen, seen.price, PALETTE[0], unit, lambda value: amount(value) if value else "0")


def wins(seen: Seen) -> str:
    """Of the talks that ended, those won, over the last days up to each."""
    return _line_of(seen, seen.won, PALETTE[1], "Talks won", lambda value: f"{100 * value:.3g} %")


def network(seen: Seen, where: np.ndarray, links: np.ndarray) -> str:
    """Who knows whom; the colour of a person is the policy of the seller that it thinks best of."""
    width, height, edge = 760, 520, 14.0
    low, high = where.min(axis=0), where.max(axis=0)
    spots = edge + (where - low) / np.maximum(high - low, 1e-9) * (np.array([width, height]) - 2 * edge)
    spots = spots.round().astype(int)
    lines = "".join(f"M{x1} {y1}L{x2} {y2}" for (x1, y1), (x2, y2) in zip(*spots[links.T], strict=True))
    parts = [f'<path d="{lines}" class="links"/>', _dots(spots[seen.trusts < 0], "nobody")]
    counts = [("nobody's", int((seen.trusts < 0).sum()))]
    for place, policy in enumerate(seen.policies):
        mine = spots[seen.trusts == place]
        parts.append(_dots(mine, "own", colour_of(policy, place)))
        counts.append((f"that of a seller with {words(policy)}", len(mine)))
    told = "; ".join(f"{name} {number}" for name, number in counts)
    return picture(
        parts, width, height, f"{len(where)} people who know each other, by whose service they praise: {told}."
    )


def _dots(spots: np.ndarray, kind: str, colour: str = "") -> str:
    """Many dots as one path: lines of no length with round ends."""
    if not len(spots):
        return ""
    style = f' style="--own:{colour}"' if colour else ""
    return f'<path d="{"".join(f"M{x} {y}h0" for x, y in spots)}" class="dots {kind}"{style}/>'


def _across(day: float, days: int, width: int) -> float:
    return LEFT + (width - MARGIN - LEFT) * day / days


def _frame(seen: Seen, width: int, height: float, values: Sequence[float], most: float, told) -> list[str]:  # type: ignore[no-untyped-def]  # a function of a number
    """Axes: days across, values up."""
    bottom, right = height - 34.0, width - MARGIN
    parts = []
    for value in values:
        y = bottom - (bottom - TOP) * value / most
        parts += [line(LEFT, y, right, y), text(LEFT - 7, y + 4, told(value), "tick", "end")]
    for day in ticks(0, seen.days, 5):
        parts.append(text(_across(day, seen.days, width), bottom + 17, f"{day:g}", "tick", "middle"))
    parts.append(text(right, height - 3, "day", "tick", "end"))
    return [*parts, line(LEFT, bottom, right, bottom, "axis")]


def _thinned(count: int) -> np.ndarray:
    """The places of the points that are drawn, the last among them."""
    step = max(1, -(-count // MOST_POINTS))
    return np.unique(np.append(np.arange(0, count, step), count - 1)) if count else np.arange(0)


def _stacked(
    layers: np.ndarray,
    days: np.ndarray,
    last: int,
    most: float,
    height: float,
    colours: Sequence[str],
    kind: str = "own",
) -> list[str]:
    bottom = height - 34.0
    if len(days) < 2:
        return []
    kept = _thinned(len(days))
    tops = np.cumsum(layers[:, kept], axis=0)
    floors = np.vstack([np.zeros(len(kept)), tops[:-1]])
    across = [f"{_across(float(day), last, WIDTH):.1f}" for day in days[kept]]

    def edge(heights: np.ndarray) -> list[str]:
        return [f"{x},{bottom - (bottom - TOP) * value / most:.1f}" for x, value in zip(across, heights, strict=True)]

    return [
        f'<polygon points="{" ".join([*edge(top), *edge(floor)[::-1]])}" class="layer {kind}" style="--own:{colour}"/>'
        for top, floor, colour in zip(tops, floors, colours, strict=False)
    ]


def _line_of(seen: Seen, values: np.ndarray, colour: str, name: str, told) -> str:  # type: ignore[no-untyped-def]  # a function of a number
    height = 180
    known = values[np.isfinite(values)]
    most = 1.08 * float(known.max()) if known.size and known.max() > 0 else 1.0
    parts = _frame(seen, NARROW, height, ticks(0.0, most, 4), most, told)
    bottom = height - 34.0
    points, broken = [], True
    for place in _thinned(len(values)):
        value = float(values[place])
        if math.isnan(value):
            broken = True
            continue
        at = f"{_across(place + 1.0, seen.days, NARROW):.1f} {bottom - (bottom - TOP) * value / most:.1f}"
        points.append(f"{'M' if broken else 'L'}{at}")
        broken = False
    parts.append(f'<path d="{"".join(points)}" class="curve own" style="--own:{colour}"/>')
    now = told(float(known[-1])) if known.size else "not known yet"
    return picture(parts, NARROW, height, f"{name}, over {SMOOTHED_OVER} days up to day {seen.day}: {now}.")
