"""The answer of a sweep as a person reads it: a line for each cell, and how often which arm is better."""

from collections import Counter
from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from experiments import wording
from experiments.aggregate import EVERYBODY, PRIMARY
from experiments.measures import HEADLINE
from experiments.result import Result
from experiments.statistics import Interval

MOST_CELLS_SHOWN = 24
WHO = {PRIMARY: "those who asked at the first contact", EVERYBODY: "all prospects"}


def answer_of_sweep(result: Result) -> Iterator[RenderableType]:
    """The parts of the answer between its title and where it is saved."""
    others = [arm for arm in result.plan.arms if arm != result.plan.study.baseline]
    cells = {row["cell"]: row for row in result.cells}
    rows = [row for row in result.table("differences").to_pylist() if row["quantity"] == HEADLINE]
    for arm in others:
        chosen = [row for row in rows if row["arm"] == arm and row["population"] == _population(cells[row["cell"]])]
        yield Text()
        yield _table(result, arm, cells, chosen[:MOST_CELLS_SHOWN])
        if len(chosen) > MOST_CELLS_SHOWN:
            yield Text(f"… and {len(chosen) - MOST_CELLS_SHOWN:,} cells more, in summary.csv", style="dim")
        yield Text(_counted(result, arm, chosen), style="bold")


def table_and_count(result: Result, arm: str) -> tuple[list[str], list[list[str]], str]:
    """The table of all cells as words, its columns first, and in how many of them which arm is better."""
    cells = {row["cell"]: row for row in result.cells}
    rows = [
        row
        for row in result.table("differences").to_pylist()
        if (row["quantity"], row["arm"]) == (HEADLINE, arm) and row["population"] == _population(cells[row["cell"]])
    ]
    table = _table(result, arm, cells, rows)
    columns = [str(column.header) for column in table.columns]
    lines = zip(*(list(map(str, column.cells)) for column in table.columns), strict=True)
    return columns, [list(line) for line in lines], _counted(result, arm, rows)


def _population(cell: dict[str, object]) -> str:
    return PRIMARY if cell["asked_first"] else EVERYBODY


def _table(result: Result, arm: str, cells: dict[int, dict[str, object]], rows: list[dict[str, object]]) -> Table:
    study = result.plan.study
    paths = list(dict.fromkeys(path for cell in result.plan.cells for path in cell.settings))
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    names = ["cell", *(path.rpartition(".")[2] for path in paths), "n"]
    pair = f"profit: {study.label(arm)} {wording.MINUS} {study.label(study.baseline)}"
    for name in [*names, pair, f"{wording.confidence(study.level)} interval"]:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in rows:
        cell = cells[int(str(row["cell"]))]
        values = [wording.value_of(cell[path]) for path in paths]
        value, low, high = (
            float("nan") if row[name] is None else float(str(row[name])) for name in ("value", "low", "high")
        )
        interval = Interval(low, high)
        said = f"{study.label(str(row['better']))} better" if row["better"] else str(row["verdict"])
        numbers = wording.difference(value, "money", interval), wording.limits(value, interval, "money")
        table.add_row(str(row["cell"]), *values, f"{int(str(row['n'])):,}", *numbers, said)
    return table


def _counted(result: Result, arm: str, rows: list[dict[str, object]]) -> str:
    """In how many cells which arm is better."""
    study = result.plan.study
    verdicts = Counter(str(row["better"]) or str(row["verdict"]) for row in rows)
    told = [
        f"{study.label(name)} is better in {verdicts.pop(name)}" for name in (study.baseline, arm) if verdicts.get(name)
    ]
    told += [f"{count} {verdict}" for verdict, count in sorted(verdicts.items())]
    return f"Profit per prospect, in {len(rows):,} cells: {', '.join(told)}."
