"""``zopa market`` from the outside, and the example that shows a market in a browser."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from markets import example
from typer.testing import CliRunner

from experiments.command_line import app

SMALL = ["--set", "market.days=20", "--set", "market.leads_per_day=10", "--set", "market.sellers=4"]


def zopa(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_market_is_played_told_and_written_and_found_again(tmp_path: Path) -> None:
    told = zopa("market", "market_garages", "--replications", 2, "--workers", 1, "--out", tmp_path, *SMALL)
    assert told.exit_code == 0, told.output
    assert "market_garages: 2 replications, money in euros" in told.output
    assert "seller profit per hour of work" in told.output
    (folder,) = tmp_path.iterdir()
    assert {"summary.json", "summary.csv", "manifest.json", "days.parquet", "sellers.parquet"} <= {
        path.name for path in folder.iterdir()
    }
    names = {"policy_shares", "price_and_wins", "pipeline", "profit_by_policy", "network"}
    assert {path.name for path in (folder / "figures").iterdir()} == {
        f"{name}.{ending}" for name in names for ending in ("png", "svg", "csv")
    }
    assert pq.read_table(folder / "days.parquet").num_rows == 40
    again = zopa("market", "market_garages", "--replications", 2, "--workers", 1, "--out", tmp_path, "--json", *SMALL)
    summary = json.loads(again.stdout)
    assert summary == json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert list(tmp_path.iterdir()) == [folder]


def test_two_markets_are_compared_in_processes_and_these_change_nothing(tmp_path: Path) -> None:
    versus = ["--versus", "market.asking.undercutting=5", "--replications", 2, "--json"]
    found = []
    for workers in (1, 2):
        told = zopa("market", "market_garages", *versus, "--workers", workers, "--out", tmp_path / str(workers), *SMALL)
        assert told.exit_code == 0, told.output
        found.append(json.loads(told.stdout)["measures"])
    assert found[0] == found[1]
    assert {row["arm"] for row in found[0]} == {"as_it_is", "versus", "difference"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["auto_repair"], "says nothing of a market"),
        (["market_garages", "--set", "market.sellers=2"], "comparers ask 3 sellers, and there are 2"),
        (["market_garages", "--set", "market.learning.rule=imitaton"], "did you mean 'imitation'"),
        (["market_garages", "--set", "market.policies.on_frist_ask=1"], "on_frist_ask"),
        (["market_garages", "--versus", "market.seller=3"], "did you mean"),
    ],
)
def test_a_fault_is_told_without_a_traceback(arguments: list[str], said: str, tmp_path: Path) -> None:
    told = zopa("market", *arguments, "--out", tmp_path)
    assert told.exit_code == 2
    assert said in told.output
    assert "Traceback" not in told.output
    assert list(tmp_path.iterdir()) == []


def test_the_example_makes_a_market_with_sliders(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Mesa's page is given; the page itself needs libraries that the project does without."""
    given: dict[str, Any] = {}
    page = ModuleType("mesa.visualization")
    page.SolaraViz = lambda model, **options: given.update(options, model=model)  # type: ignore[attr-defined]
    page.make_plot_component = lambda names: names  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mesa.visualization", page)
    page_of_mesa = example("market_in_solara")
    values = {name: control["value"] for name, control in given["model_params"].items()}
    market = page_of_mesa.WatchedMarket(**values)
    market.step()
    shown = [name for names in given["components"] for name in ([names] if isinstance(names, str) else names)]
    days = market.datacollector.get_model_vars_dataframe()
    assert set(shown) <= set(days.columns)
    assert days["after_needs_analysis"].iloc[-1] == 0.5
