"""All pages together."""

from pathlib import Path

from teaching.classes import Classes
from teaching.pages import classes, compare, home, lessons, look, map, market, play, printed, watch


def register(folder: Path, password: str) -> None:
    """Register every page; classes keep their data in ``folder``, and ``password`` opens the teacher's console."""
    look.dress()
    for each in (home, compare, watch, play, map, market, lessons, printed):
        each.page()
    classes.page(Classes(folder / "classes.sqlite"), classes.Door(password))
