"""Another distribution also ships a package named ``agents``; zopa says so instead of running on it."""

import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent.parent


def run_in(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run Python code with ``folder`` first on its path and the checkout after it."""
    path = f"import sys; sys.path[:0] = [{str(folder)!r}, {str(HOUSE)!r}]\n"
    return subprocess.run([sys.executable, "-c", path + code], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("room", ["sim", "experiments"])
def test_a_foreign_package_named_agents_is_named_with_what_to_do(tmp_path: Path, room: str) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "__init__.py").write_text("class Agent: ...\n")
    done = run_in(tmp_path, f"import {room}")
    assert done.returncode == 1
    assert "zopa found another package named 'agents'" in done.stderr
    assert str(tmp_path / "agents") in done.stderr
    assert "uv run zopa" in done.stderr


@pytest.mark.parametrize("room", ["sim", "experiments"])
def test_the_own_agents_are_accepted_from_any_folder(tmp_path: Path, room: str) -> None:
    assert run_in(tmp_path, f"import {room}").returncode == 0
