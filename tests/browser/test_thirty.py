"""Thirty students in one class: nothing that they do is lost, and the teacher sees what comes of it.

Three of them and the teacher sit at real browsers, the others speak over the socket as a page does. How soon it stands
on the wall is printed, not tested: docs/teaching.md has what was measured where nothing else ran.
"""

import asyncio
import sqlite3
import statistics
from concurrent.futures import ThreadPoolExecutor

from pupils import play_together
from test_class import join, make_class, play_to_the_end, teacher_of  # noqa: F401  # a fixture

STUDENTS, AT_BROWSERS, DEALS = 30, 3, 1
NOTED = """
() => {
  window.noted = [];
  const counts = document.querySelector('[data-counts]');
  const note = () => window.noted.push([Date.now() / 1000, Number(counts.innerText.match(/(\\d+) deals/)?.[1] ?? 0)]);
  new MutationObserver(note).observe(counts, {childList: true, subtree: true, characterData: true});
}
"""


def test_thirty_students_lose_nothing_and_are_on_the_wall(visitor, teacher_of, server, capsys):  # noqa: F811
    teacher = visitor()
    wall = teacher_of(teacher)
    wall.get_by_label("Deals").fill(str(DEALS))
    code = make_class(wall)
    wall.evaluate(NOTED)
    others = STUDENTS - AT_BROWSERS
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(lambda: asyncio.run(play_together(server.address, code, others, DEALS)))
        for _ in range(AT_BROWSERS):
            guest = visitor()
            play_to_the_end(join(guest, code), "[data-over]")
        pupils = playing.result(300)
    wall.wait_for_selector(f"text={STUDENTS} students, {STUDENTS * DEALS} deals ended")
    wall.wait_for_function(
        "count => document.querySelectorAll('[data-wall] circle').length === count", arg=STUDENTS * DEALS
    )

    base = sqlite3.connect(f"file:{server.folder / 'data' / 'classes.sqlite'}?mode=ro", uri=True)
    kept = base.execute("select student, said from line order by student, deal, place").fetchall()
    of_student = {}
    for student, said in kept:
        of_student.setdefault(student, []).append(" ".join(said.split()[:2]) if said.startswith("offer") else said)
    assert len(of_student) == STUDENTS
    remaining = sorted(map(tuple, of_student.values()))
    for pupil in pupils:
        remaining.remove(tuple(pupil.said))  # not there: something was lost, or out of order
    assert len(remaining) == AT_BROWSERS

    noted = wall.evaluate("window.noted")
    ends = sorted(end for pupil in pupils for end in pupil.ends)
    late = [
        next(when for when, count in noted if count >= place and when >= end - 5) - end
        for place, end in enumerate(ends, 1)
    ]
    waits = [wait for pupil in pupils for wait in pupil.waits]
    with capsys.disabled():
        print(f"\n{len(waits)} lines, answered after {_told(waits)}; on the wall after the end of a deal {_told(late)}")


def _told(seconds):
    return f"{statistics.median(seconds):.2f} s (median), {max(seconds):.2f} s (worst)"
