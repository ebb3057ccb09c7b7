"""Pictures as SVG text: no library of charts, so that nothing is loaded and a picture is there once it is sent.

Colours are CSS variables (``--a``, ``--b`` of the two policies, ``--ink``, ``--faint``, ``--rule`` of the page), so
that one picture serves light and dark. Every picture has its content in words as its label. All text is escaped.
"""

import math
from collections.abc import Sequence
from html import escape

from experiments.figures.colours import COLOUR_OF_POLICY, PALETTE
from experiments.narrating import amount
from experiments.telling import STEPS
from experiments.wording import words
from sim.vocabulary import Step
from teaching.comparing import Comparison

WIDTH, HEIGHT = 760, 300
NARROW = WIDTH // 2
"""Width of a picture that stands beside another."""


def colours_of(policies: Sequence[str]) -> list[str]:
    """The colour of each policy: its own in the whole project; a second one of the same is told apart."""
    found: list[str] = []
    for policy in policies:
        colour = COLOUR_OF_POLICY.get(policy, PALETTE[2])
        found.append(colour if colour not in found else PALETTE[3])
    return found


def picture(content: Sequence[str], width: int, height: int, label: str, colours: Sequence[str] = ()) -> str:
    """An SVG picture with its content in words; ``colours`` are those of the two policies."""
    variables = "".join(f"--{name}:{colour};" for name, colour in zip("ab", colours, strict=False))
    kind = "zopa-picture narrow" if width <= NARROW else "zopa-picture"
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}" class="{kind}" '
        f'style="{variables}" xmlns="http://www.w3.org/2000/svg">{"".join(content)}</svg>'
    )


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    """A piece of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(content)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str = "rule") -> str:
    """A straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def box(x: float, y: float, width: float, height: float, kind: str) -> str:
    """A rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{max(0.0, height):.1f}" class="{kind}"/>'
    )


def dot(x: float, y: float, radius: float, kind: str) -> str:
    """A filled circle."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="{kind}"/>'


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers between two."""
    if not high > low:
        return [low]
    raw = (high - low) / most
    unit = 10 ** math.floor(math.log10(raw))
    step = next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= raw)
    first = math.ceil(low / step)
    return [place * step for place in range(first, math.floor(high / step) + 1)]


def distributions(found: Comparison) -> str:
    """Both distributions of what the seller earns: the deals lost at the left, the deals won as outlines."""
    histogram = found.histogram
    left, right, top, bottom = 170.0, WIDTH - 12.0, 30.0, HEIGHT - 44.0
    low, high = float(histogram.edges[0]), float(histogram.edges[-1])
    most = float(histogram.shares.max()) or 1.0

    def across(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    def up(share: float) -> float:
        return bottom - (bottom - top) * share / most

    parts = [text(left, 16, "deals won, by what the seller earns", "head"), text(8, 16, "no deal", "head")]
    for value in ticks(low, high):
        parts += [
            line(across(value), top, across(value), bottom),
            text(across(value), bottom + 18, f"{value:g}", "tick", "middle"),
        ]
    parts.append(line(left, bottom, right, bottom, "axis"))
    unit = f"seller's profit, {found.currency}"
    parts.append(text((left + right) / 2, HEIGHT - 6, unit, "tick", "middle"))
    for arm, kind in enumerate("ab"):
        points = []
        for place, share in enumerate(histogram.shares[arm]):
            height = up(float(share))
            points += [
                f"{across(float(histogram.edges[place])):.1f},{height:.1f}",
                f"{across(float(histogram.edges[place + 1])):.1f},{height:.1f}",
            ]
        outline = f"{left:.1f},{bottom:.1f} {' '.join(points)} {right:.1f},{bottom:.1f}"
        parts.append(f'<polygon points="{outline}" class="area {kind}"/>')
        lost = float(histogram.lost[arm])
        x = 14 + 62 * arm
        height = (bottom - top) * lost
        parts += [
            box(x, bottom - height, 46, height, f"bar {kind}"),
            text(x + 23, bottom - height - 5, f"{lost:.0%}", "value", "middle"),
        ]
    parts.append(line(8, bottom, 132, bottom, "axis"))
    names = found.labels
    label = (
        f"Distribution of the seller's profit. {names[0]}: {histogram.lost[0]:.1%} of deals lost; {names[1]}: "
        f"{histogram.lost[1]:.1%} of deals lost."
    )
    return picture(parts, WIDTH, HEIGHT, label, colours_of(found.policies))


def funnel(found: Comparison) -> str:
    """How many buyers enter each step, under both policies."""
    funnels = found.funnel
    if not funnels[0]:
        return picture([text(10, 20, "No deals.")], WIDTH, 40, "No deals.")
    count = max(found.buyers, 1)
    row, left, right = 40.0, 210.0, WIDTH - 70.0
    parts, told = [], []
    rows = [
        (words(step.step).replace("objections and negotiations", "negotiation"), step.entered, other.entered)
        for step, other in zip(*funnels, strict=True)
    ]
    rows.append(("signed", funnels[0][-1].went_on, funnels[1][-1].went_on))
    for place, (name, *entered) in enumerate(rows):
        y = 8 + place * row
        parts.append(text(left - 10, y + 20, name, "label", "end"))
        for arm, (kind, number) in enumerate(zip("ab", entered, strict=True)):
            width = (right - left) * number / count
            parts += [
                box(left, y + 15 * arm, width, 13, f"bar {kind}"),
                text(left + width + 6, y + 15 * arm + 11, f"{number / count:.1%}", "value tight"),
            ]
        told.append(f"{name} {entered[0] / count:.1%} and {entered[1] / count:.1%}")
    label = f"Buyers who enter each step, {' and '.join(found.labels)}: {'; '.join(told)}."
    return picture(parts, WIDTH, int(12 + row * len(rows)), label, colours_of(found.policies))


def way(at: int, ended: bool, won: bool, kind: str) -> str:
    """The seven steps with the deal on one of them."""
    width, gap = 760, 760 / 7
    parts = [line(gap / 2, 26, width - gap / 2, 26, "axis")]
    for step in Step:
        x = gap * (int(step) - 0.5)
        reached = int(step) <= at
        parts.append(dot(x, 26, 9, f"bar {kind}" if reached else "hollow"))
        name = (
            STEPS[step]
            .replace("Presenting the solution", "Presenting")
            .replace("Objections and negotiation", "Negotiation")
        )
        name = name.replace("Securing the deal", "Securing")
        parts.append(text(x, 56, f"{int(step)} {name}", "value" if int(step) == at else "tick aside", "middle"))
    if at:
        x = gap * (at - 0.5)
        mark = "✓" if won else "✕"
        parts.append(f'<circle cx="{x:.1f}" cy="26" r="14" class="ring {kind}"/>')
        if ended:
            parts.append(text(x, 31, mark, "mark", "middle"))
    said = "won" if won else "lost"
    label = (
        f"The deal is in step {at} of 7, {STEPS[Step(at)]}{f', and {said}' if ended else ''}." if at else "Not begun."
    )
    return picture(parts, width, 64, label)


def beliefs(
    labels: Sequence[str],
    believed: Sequence[float],
    doubt: Sequence[float],
    seen: Sequence[float],
    worth: Sequence[float] | None,
    most: float,
    kind: str,
) -> str:
    """What the seller believes of each need with its doubt, what the buyer sees in it, and the truth if revealed."""
    row, left, right = 42.0, 14.0, 746.0
    low = -0.25 * most

    def across(value: float) -> float:
        return left + (right - left) * (min(max(value, low), most) - low) / (most - low)

    parts, told = [], []
    for k, name in enumerate(labels):
        y = 16 + k * row
        parts += [
            text(left, y, name, "label"),
            line(left, y + 13, right, y + 13),
            line(across(0), y + 7, across(0), y + 19, "axis"),
        ]
        parts.append(
            f'<line x1="{across(believed[k] - doubt[k]):.1f}" x2="{across(believed[k] + doubt[k]):.1f}" '
            f'y1="{y + 13:.1f}" y2="{y + 13:.1f}" class="doubt {kind}"/>'
        )
        parts += [dot(across(believed[k]), y + 13, 5, f"bar {kind}"), dot(across(seen[k]), y + 13, 4, "hollow")]
        said = f"{name}: seller {amount(believed[k])} give or take {amount(doubt[k])}, buyer {amount(seen[k])}"
        if worth is not None:
            parts.append(line(across(worth[k]), y + 4, across(worth[k]), y + 22, "truth"))
            said += f", in truth {amount(worth[k])}"
        told.append(said)
    return picture(parts, 760, int(12 + row * len(labels)), f"What the needs are worth. {'; '.join(told)}.")


def offers(
    named: Sequence[tuple[str, float]], limits: tuple[float, float] | None, kind: str, bounds: tuple[float, float]
) -> str:
    """Numbers and offers in their order on one line of prices; the limits and the zone between them if revealed."""
    left, right, row = 90.0, 740.0, 20.0
    low, high = bounds
    if not high > low:
        low, high = low - 1, low + 1

    def across(value: float) -> float:
        return left + (right - left) * (min(max(value, low), high) - low) / (high - low)

    height = 40 + row * max(len(named), 1)
    parts, told = [], []
    if limits is not None and not any(map(math.isnan, limits)):
        seller, buyer = limits
        zone = "zone" if buyer >= seller else "nozone"
        x1, x2 = sorted((across(seller), across(buyer)))
        parts.append(box(x1, 4, x2 - x1, height - 26, zone))
        parts += [
            line(across(seller), 4, across(seller), height - 22, "truth"),
            line(across(buyer), 4, across(buyer), height - 22, "truth"),
        ]
        told.append(f"the seller's limit is {amount(seller)}, the buyer's {amount(buyer)}")
    for value in ticks(low, high):
        parts.append(text(across(value), height - 4, f"{value:g}", "tick", "middle"))
    parts.append(line(left, height - 20, right, height - 20, "axis"))
    for place, (who, price) in enumerate(named):
        y = 16 + place * row
        parts += [text(8, y + 4, who, "tick"), dot(across(price), y, 5, f"bar {kind}" if who != "buyer" else "hollow")]
        parts.append(text(across(price) + 9, y + 4, amount(price), "value"))
        told.append(f"{who} {amount(price)}")
    return picture(parts, 760, int(height), f"Numbers named: {'; '.join(told) or 'none yet'}.")


def class_outcomes(people: Sequence[float], rules: Sequence[tuple[str, float]], revealed: bool, unit: str) -> str:
    """The outcomes of one deal as stacked dots, a filled one for each person and a hollow one for each rule.

    Where all is revealed the best and the worst rule are named.
    """
    if not people and not rules:
        return picture([text(10, 24, "Nobody has ended this deal yet.", "tick")], WIDTH, 40, "Nobody has ended it yet.")
    values = [*people, *(money for _, money in rules)]
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 1.0
    low, high = low - room, high + room
    bins, left, right, size = 50, 14.0, WIDTH - 14.0, 6.0
    stacks = [0] * bins

    def across(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    dots: list[tuple[float, int, str]] = []
    for value, kind in (*((money, "bar a") for money in people), *((money, "hollow") for _, money in rules)):
        place = min(bins - 1, int(bins * (value - low) / (high - low)))
        dots.append((across(low + (place + 0.5) * (high - low) / bins), stacks[place], kind))
        stacks[place] += 1
    step = min(2 * size + 1, 150 / max(stacks))
    base = 34 + step * max(stacks)
    parts = [dot(x, base - 8 - step * height, min(size, step * 0.48 + 1), kind) for x, height, kind in dots]
    parts += [
        line(left, base, right, base, "axis"),
        *(text(across(v), base + 18, f"{v:g}", "tick", "middle") for v in ticks(low, high)),
    ]
    told = f"{len(people)} people"
    if people:
        told += f", from {amount(min(people))} to {amount(max(people))}"
    if revealed and rules:
        best = max(rules, key=lambda rule: rule[1])
        anchor = "end" if across(best[1]) > WIDTH / 2 else "start"
        parts.append(text(across(best[1]), 16, f"best rule: {words(best[0])} {amount(best[1])}", "value", anchor))
        told += f"; best rule {words(best[0])} {amount(best[1])}"
    parts.append(text(right, base + 34, unit, "tick", "end"))
    return picture(parts, WIDTH, int(base + 42), f"Outcomes of the class: {told}.", ("var(--mark)", ""))
