"""The answer of a market study as a person reads it: what each arm settles on, and which policies spread where."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from experiments import wording
from experiments.answer_of_sweep import MOST_CELLS_SHOWN
from experiments.estimates import Difference, Level
from experiments.market_measures import PER_HOUR, SHARE, measure, share_begun
from experiments.market_reading import policies_in, told_policies
from experiments.result import Result
from experiments.statistics import Interval

AS_IT_IS = "as it is"
CLEAR = 1e-9
"""What an interval must be off a number to be beyond it."""

FEWEST_THAT_AGREE = 6
"""Replications that all say the very same have an interval without width; of fewer a sign test would say nothing."""

VERDICTS = {"more": "it spreads", "fewer": "it loses", "undecided": "undecided"}

Row = Mapping[str, Any]


def answer_of_market(result: Result) -> Iterator[RenderableType]:
    """The parts of the answer between its title and where it is saved."""
    levels = result.table("levels").to_pylist()
    yield Text()
    yield _table_of_cells(result, levels, MOST_CELLS_SHOWN) if result.plan.is_swept else _table_of_measures(result)
    if result.plan.is_swept and len(result.plan.cells) > MOST_CELLS_SHOWN:
        yield Text(f"… and {len(result.plan.cells) - MOST_CELLS_SHOWN:,} cells more, in summary.csv", style="dim")
    yield Text()
    yield from map(Text, sentences_of_market(result))


def tables_and_sentences(result: Result) -> tuple[list[str], list[list[str]], list[str]]:
    """The table of the answer as words, its columns first, and its sentences; of a sweep with all its cells."""
    levels = result.table("levels").to_pylist()
    swept = result.plan.is_swept
    table = _table_of_cells(result, levels, len(result.plan.cells)) if swept else _table_of_measures(result)
    lines = zip(*(list(map(str, column.cells)) for column in table.columns), strict=True)
    return (
        [str(column.header) for column in table.columns],
        [list(line) for line in lines],
        [*sentences_of_market(result)],
    )


def sentences_of_market(result: Result) -> Iterator[str]:
    """Which policies spread in which arm, and how many more sellers they have there than in the baseline."""
    levels, changes = (result.table(name).to_pylist() for name in ("levels", "differences"))
    for policy in told_policies(result.plan, [row["quantity"] for row in levels]):
        name = f"{SHARE}{policy}"
        for arm in result.plan.arms:
            yield _settled(result, [row for row in levels if (row["arm"], row["quantity"]) == (arm, name)])
        for arm in result.plan.arms:
            rows = [row for row in changes if (row["arm"], row["quantity"]) == (arm, name)]
            if rows:
                yield _moved(result, rows)


def _table_of_measures(result: Result) -> Table:
    """Every measure of every arm with its interval, and its differences from the baseline."""
    study, plan = result.plan.study, result.plan
    others = [arm for arm in plan.arms if arm != study.baseline]
    changes = [f"{study.label(arm)} {wording.MINUS} {study.label(study.baseline)}" for arm in others]
    table = _empty_table([*map(study.label, plan.arms), *changes])
    levels = {(row.arm, row.quantity): row for row in result.levels}
    differences = {(row.arm, row.quantity): row for row in result.differences}
    for name in dict.fromkeys(row.quantity for row in result.levels):
        cells = [_level(levels.get((arm, name))) for arm in plan.arms]
        table.add_row(_label(name), *cells, *(_difference(differences.get((arm, name))) for arm in others))
    return table


def _table_of_cells(result: Result, levels: Sequence[Row], most: int) -> Table:
    """For each cell and arm the share of sellers that policies end with, and what an hour under them earns."""
    plan = result.plan
    names = [f"{SHARE}{policy}" for policy in told_policies(result.plan, [row["quantity"] for row in levels])]
    names += [f"{PER_HOUR}{policy}" for policy in policies_in(result.plan, [row["quantity"] for row in levels], SHARE)]
    table = _empty_table(["", "n", *map(_short_label, names)])
    rows = {(row["cell"], row["arm"], row["quantity"]): _row(Level, row) for row in levels}
    played = {cell["cell"]: str(cell["replications"]) for cell in result.cells}
    for cell in plan.cells[:most]:
        for place, arm in enumerate(plan.arms):
            settings = (wording.set_in(cell.settings) or AS_IT_IS) if place == 0 else ""
            told = [_level(rows.get((cell.number, arm, name))) for name in names]
            table.add_row(settings, plan.study.label(arm), played[cell.number], *told)
    return table


def _settled(result: Result, rows: Sequence[Row]) -> str:
    """Whether a policy ends with more sellers of an arm than it began with, or fewer; of a sweep in how many cells."""
    policy, arm = rows[0]["quantity"].removeprefix(SHARE), rows[0]["arm"]
    place = result.plan.arms.index(arm)
    begun = {cell.number: share_begun(cell.scenarios[place], policy) for cell in result.plan.cells}
    sides = [_side(row, begun[row["cell"]]) for row in rows]
    told = f"{wording.words(policy)}, {result.plan.study.label(arm)}"
    if result.plan.is_swept:
        return f"{told}: more sellers at the end than at the beginning {_counted(sides)}."
    (row,) = rows
    ends = (
        f"began with {wording.per_cent(begun[row['cell']], 0)} of the sellers and ends with {_level(_row(Level, row))}"
    )
    return f"{told}: {ends}: {VERDICTS[sides[0]]}."


def _moved(result: Result, rows: Sequence[Row]) -> str:
    """Whether an arm gives a policy more sellers than the baseline, or fewer; of a sweep in how many cells."""
    policy, label = rows[0]["quantity"].removeprefix(SHARE), result.plan.study.label
    told = f"{wording.words(policy)}, {label(rows[0]['arm'])} against {label(rows[0]['versus'])}"
    if result.plan.is_swept:
        return f"{told}: more sellers at the end {_counted([_side(row, 0.0) for row in rows])}."
    return f"{told}: {_difference(_row(Difference, rows[0]))} of the sellers at the end."


def _counted(sides: Sequence[str]) -> str:
    counts = Counter(sides)
    return f"in {counts['more']} of {len(sides)} cells, fewer in {counts['fewer']}, undecided in {counts['undecided']}"


def _side(row: Row, mark: float) -> str:
    """Where an interval lies: beyond a mark, below it, or around it."""
    if row["low"] is None or row["high"] is None:
        return "undecided"
    if row["low"] == row["high"] and row["n"] < FEWEST_THAT_AGREE:
        return "undecided"
    if row["low"] > mark + CLEAR:
        return "more"
    return "fewer" if row["high"] < mark - CLEAR else "undecided"


def _label(name: str) -> str:
    policy = name.partition(":")[2]
    return f"{wording.words(policy)}: {measure(name).meaning}" if policy else measure(name).meaning


def _short_label(name: str) -> str:
    policy = wording.words(name.partition(":")[2])
    return policy if name.startswith(SHARE) else f"{policy}, an hour"


def _level(row: Level | None) -> str:
    if row is None:
        return ""
    interval = Interval(row.low, row.high)
    decimals = wording.decimals_for(row.value, interval, row.unit)
    return f"{wording.level(row.value, row.unit, decimals)} ({wording.limits(row.value, interval, row.unit)})"


def _difference(row: Difference | None) -> str:
    if row is None:
        return ""
    interval = Interval(row.low, row.high)
    return f"{wording.difference(row.value, row.unit, interval)} ({wording.limits(row.value, interval, row.unit)})"


def _row(kind: Any, row: Row) -> Any:
    """A row of a table read back, NaN for a number that does not exist."""
    return kind(**{name: float("nan") if row[name] is None else row[name] for name in kind._fields})


def _empty_table(titles: Sequence[str]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", overflow="fold")
    for title in titles:
        table.add_column(title, justify="right" if title else "left")
    return table
