"""All pages together."""

from pathlib import Path

from teaching.pages import compare, home, look, play, watch


def register(folder: Path, password: str) -> None:
    """Register every page; classes keep their data in ``folder``, and ``password`` opens the teacher's console."""
    look.dress()
    for each in (home, compare, watch, play):
        each.page()
