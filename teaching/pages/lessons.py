"""Lessons: predict, run, explain; a student's answers are kept for this browser."""

from nicegui import app, ui

from sim.faults import Fault
from teaching.lessons import Lesson, lesson, lessons
from teaching.pages.compare import Bench
from teaching.pages.look import frame, heading, paragraph, part


def page() -> None:
    """Register the pages."""

    @ui.page("/lessons")
    def all_lessons() -> None:
        with frame("Lessons", "/lessons"):
            heading("Lessons", "One idea each. Say first what you expect; then run it; then read why.")
            answers = _answers()
            grid = "display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem"
            with ui.element("div").style(grid):
                for each in lessons():
                    with ui.element("section").classes("sheet"):
                        part(each.title)
                        paragraph(f"{each.minutes} minutes", "faint small")
                        if each.name in answers:
                            paragraph(f"You predicted: {answers[each.name]}.", "small")
                        ui.link("Open the lesson", f"/lessons/{each.name}")

    @ui.page("/lessons/{name}")
    def one_lesson(name: str) -> None:
        with frame("Lesson", "/lessons"):
            try:
                found = lesson(name)
            except Fault as fault:
                heading("No such lesson")
                paragraph(str(fault), "fault")
                return
            Desk(found).build()


def _answers() -> dict[str, str]:
    return dict(app.storage.user.get("predictions", {}))


class Desk:
    """A student at a lesson: the parts appear one after the other."""

    def __init__(self, lesson_: Lesson) -> None:
        self.lesson = lesson_

    def build(self) -> None:
        """Lay the page out."""
        heading(self.lesson.title, f"{self.lesson.minutes} minutes. Predict, run, explain.")
        with ui.element("section").classes("sheet"):
            part("1 Predict")
            ui.markdown(self.lesson.predict)
            chosen = _answers().get(self.lesson.name)
            value = chosen if chosen in self.lesson.choices else None
            self.choice = ui.radio(list(self.lesson.choices), value=value).props("data-choices")
            self.button = ui.button("Run it", on_click=self._run).props("no-caps data-run")
            self.button.bind_enabled_from(self.choice, "value", backward=lambda value: value is not None)
        self.rest = ui.element("div").style("display:flex;flex-direction:column;gap:1rem")

    def _run(self) -> None:
        if self.choice.value not in self.lesson.choices:
            return
        app.storage.user["predictions"] = {**_answers(), self.lesson.name: self.choice.value}
        self.rest.clear()
        with self.rest:
            with ui.element("section").classes("sheet"):
                part("2 Run")
                ui.markdown(self.lesson.run)
            Bench(
                self.lesson.scenario,
                self.lesson.first,
                self.lesson.second,
                dict(self.lesson.set),
                self.lesson.sliders,
                sides=self.lesson.sides,
            ).build()
            ui.button("Explain", on_click=self._explain).props("no-caps data-explain")
            self.why = ui.element("section").classes("sheet")
            self.why.set_visibility(False)

    def _explain(self) -> None:
        self.why.clear()
        self.why.set_visibility(True)
        with self.why:
            part("3 Explain")
            paragraph(f"You predicted: {self.choice.value}.", "answer")
            ui.markdown(self.lesson.explain)
            if self.lesson.market:
                ui.link(
                    "Why, then, do so many name one price early? Let vendors compete in a market",
                    f"/market?scenario={self.lesson.market}",
                )
            same = (self.lesson.first_set, self.lesson.second_set) == ({}, {})
            if same and self.lesson.first != self.lesson.second:
                query = f"scenario={self.lesson.scenario}&first={self.lesson.first}&second={self.lesson.second}"
                ui.link("Go on in the sandbox", f"/compare?{query}")
            else:
                ui.link("Go on in the sandbox", f"/compare?scenario={self.lesson.scenario}")
