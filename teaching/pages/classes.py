"""Class: students join by a code and play the same buyers; the teacher sees what comes of it, and reveals it in stages.

The console's handlers exist only on pages opened by who has given the password printed at the start.
"""

import secrets
from html import escape

from fastapi.responses import RedirectResponse
from nicegui import app, run, ui

from experiments.narrating import amount
from experiments.wording import words
from sim.faults import Fault
from sim.reading import scenario_names
from teaching.classes import (
    LENGTH_OF_CODE,
    LONGEST_NAME,
    MOST_DEALS,
    MOST_SEATS,
    OUTCOMES,
    PLAYING,
    REVEALED,
    STAGES,
    Class,
    Classes,
    Mode,
    Outcome,
)
from teaching.debrief import debrief
from teaching.drawing import class_outcomes
from teaching.game import Seat
from teaching.limits import Bucket
from teaching.markets import market
from teaching.pages.look import frame, heading, paragraph, part, table
from teaching.pages.play import Table, show_debrief
from teaching.prepared import RULES

REFRESH = 0.5
"""Seconds after which the teacher's page looks again."""

STUDENT_REFRESH = 2.0
LONGEST_PASSWORD = 100
TYPED = ", ".join(f"document.querySelector('[data-{name}]').value" for name in ("code", "name"))
"""What was typed goes with the press of the button: where thirty open the page at once, it may come before the rest."""


class Door:
    """The teacher's door: a password, made anew at every start, and few tries a minute."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._ticket = secrets.token_hex(16)
        self._tries = Bucket(burst=8, per_second=0.2)

    def open(self, said: str) -> bool:
        """Whether this is the password; who gives it stays in until the server ends."""
        if not self._tries.lets_through():
            return False
        right = len(said) <= LONGEST_PASSWORD and secrets.compare_digest(said.encode(), self._password.encode())
        if right:
            app.storage.user["teacher"] = self._ticket
        return right

    def is_open(self) -> bool:
        """Whether this visitor has given the password."""
        return secrets.compare_digest(str(app.storage.user.get("teacher", "")), self._ticket)


def page(classes: Classes, door: Door) -> None:
    """Register the pages of students and of the teacher."""
    joins = Bucket(burst=60, per_second=5)

    @ui.page("/class")
    def join_page() -> None:
        with frame("Class", "/class"):
            heading("Join your class", "Your teacher tells you the code.")
            with ui.element("section").classes("sheet").style("max-width:28rem"):
                code = ui.input("Class code").props(f'outlined maxlength={LENGTH_OF_CODE} autocomplete="off" data-code')
                name = ui.input("Name, if your teacher asks for it").props(
                    f'outlined maxlength={LONGEST_NAME} autocomplete="off" data-name'
                )
                fault = ui.label().classes("fault").props('role="alert" data-fault')

                def join(event) -> None:  # type: ignore[no-untyped-def]
                    if not (isinstance(event.args, list) and all(isinstance(each, str) for each in event.args)):
                        return
                    said, called = (*event.args, "", "")[:2]
                    if not joins.lets_through():
                        fault.set_text("Too many are joining just now: try again in a moment.")
                        return
                    try:
                        known = classes.found(said[:20])
                        seats = dict(app.storage.user.get("seats", {}))
                        if known.code not in seats:
                            seats[known.code] = classes.join(known.code, called[:200])
                            app.storage.user["seats"] = seats
                        ui.navigate.to(f"/class/{known.code}")
                    except Fault as error:
                        fault.set_text(str(error))

                button = ui.button("Join").props("no-caps data-join")
                for element, kind in ((button, "click"), (code, "keydown.enter"), (name, "keydown.enter")):
                    element.on(kind, join, js_handler=f"() => emit([{TYPED}])")
            ui.link("I am the teacher", "/teacher").classes("small")

    @ui.page("/class/{code}")
    def student_page(code: str) -> RedirectResponse | None:
        try:
            known = classes.found(code)
            token = str(app.storage.user.get("seats", {}).get(known.code, ""))
            classes.place(known.code, token)
        except Fault:
            return RedirectResponse("/class")
        with frame(f"Class {known.code}", "/class"):
            Student(classes, known, token).build()
        return None

    @ui.page("/teacher")
    def teacher_page() -> None:
        with frame("Teacher", "/class"):
            if door.is_open():
                _console(classes)
            else:
                _ask_for_password(door)

    @ui.page("/teacher/{code}")
    def class_page(code: str) -> RedirectResponse | None:
        if not door.is_open():
            return RedirectResponse("/teacher")
        try:
            known = classes.found(code)
        except Fault:
            return RedirectResponse("/teacher")
        with frame(f"Class {known.code}", "/class"):
            Wall(classes, known).build()
        return None


class Student:
    """A student's page: the deals one after the other, and what the teacher has revealed."""

    def __init__(self, classes: Classes, known: Class, token: str) -> None:
        self.classes, self.known, self.token = classes, known, token
        self.stage = -1
        self.shown = -1

    def build(self) -> None:
        """Lay the page out."""
        market_ = self.known.market
        heading(
            market_.title, f"Class {self.known.code}. You are the {self.known.seat}. Money is in {market_.currency}."
        )
        self.state = paragraph("", "faint")
        self.stage_area = ui.element("div").style("display:flex;flex-direction:column;gap:1rem")
        self.news = ui.element("div").style("display:flex;flex-direction:column;gap:1rem")
        self._next()
        ui.timer(STUDENT_REFRESH, self._look)

    def _next(self) -> None:
        """Show the deal that the student is in."""
        here = self.classes.place(self.known.code, self.token)
        total = len(self.known.buyers)
        self.stage_area.clear()
        if here.deal >= total:
            self.state.set_content(f"<p class='faint'>All {total} deals are over. Look up at the wall.</p>")
            return
        self.state.set_content(f"<p class='faint'>Deal {here.deal + 1} of {total}.</p>")
        game = self.known.game(here.deal, here.lines)
        with self.stage_area:
            if not here.deal and not here.lines:
                with ui.element("section").classes("sheet"):
                    paragraph(" ".join(self.known.market.story.split()))
            Table(game, self._speak, lambda: self._over(here.deal)).build()

    def _speak(self, line: str):  # type: ignore[no-untyped-def]  # a Position, as Table wants it
        return self.classes.say(self.known.code, self.token, line)

    def _over(self, deal: int) -> None:
        """A deal is over: what the student earned, no more before the teacher reveals it."""
        found = self.classes.ended(self.known.code, self.token, deal)
        if found is None:
            return
        outcome = found[1]
        what = "earned" if self.known.seat == "seller" else "gained"
        with self.stage_area, ui.element("section").classes("sheet").props("data-over"):
            part("The deal is over")
            earned = f"You {what} {amount(outcome.money)} {self.known.market.currency}."
            paragraph(f"{earned} {words(outcome.reason).capitalize()}.")
            if self.known.mode == "guess":
                self._ask_for_guess(deal)
            ui.button("Go on", on_click=self._next).props("no-caps data-next")
        self.shown = -1

    def _ask_for_guess(self, deal: int) -> None:
        names = {name: words(name) for name in RULES.price_policies}
        choice = ui.select(names, label="When does this seller name a price? Which policy was it?").props(
            "outlined data-guess"
        )

        def guess() -> None:
            if choice.value:
                self.classes.guess(self.known.code, self.token, deal, str(choice.value))
                choice.disable()

        choice.on_value_change(guess)

    async def _look(self) -> None:
        """Look whether the teacher has revealed more."""
        try:
            known = self.classes.found(self.known.code)
            here = self.classes.place(known.code, self.token)
        except Fault:
            ui.navigate.to("/class")
            return
        if (known.stage, here.deal) == (self.stage, self.shown):
            return
        self.stage, self.shown = known.stage, here.deal
        self.news.clear()
        if known.stage == PLAYING:
            return
        with self.news:
            _wall(self.classes, known, known.stage == REVEALED)
        if known.stage == REVEALED:
            await self._reveal(known, here.deal)

    async def _reveal(self, known: Class, deals: int) -> None:
        with self.news:
            if known.policy:
                paragraph(f"The seller's policy was {words(known.policy)}.", "answer")
        for deal in range(deals):
            found = self.classes.ended(known.code, self.token, deal)
            told = await run.io_bound(debrief, found[0]) if found else None
            if told is not None and found is not None:
                with self.news, ui.expansion(f"What was hidden in deal {deal + 1}", value=deals == 1).classes("w-full"):
                    show_debrief(told, found[0])


def _wall(classes: Classes, known: Class, revealed: bool) -> None:
    """The outcomes of every deal; hidden numbers are none of them."""
    outcomes = classes.outcomes(known.code)
    for deal in range(len(known.buyers)):
        with ui.element("section").classes("sheet"):
            part(f"Deal {deal + 1}")
            ui.html(_picture(outcomes, deal, known, revealed), sanitize=False)


def _picture(outcomes: list[Outcome], deal: int, known: Class, revealed: bool) -> str:
    of_deal = [each for each in outcomes if each.deal == deal]
    people = [each.money for each in of_deal if not each.agent]
    rules = [(each.agent, each.money) for each in of_deal if each.agent]
    whose = "seller's profit" if known.seat == "seller" else "buyer's gain"
    return class_outcomes(people, rules, revealed, f"{whose}, {known.market.currency}")


def _ask_for_password(door: Door) -> None:
    heading("The teacher's console", "Its password was printed where zopa was started.")
    with ui.element("section").classes("sheet").style("max-width:28rem"):
        password = ui.input("Password", password=True).props(f"outlined maxlength={LONGEST_PASSWORD} data-password")
        fault = ui.label().classes("fault").props('role="alert" data-fault')

        def enter() -> None:
            if door.open(str(password.value or "")):
                ui.navigate.to("/teacher")
            else:
                fault.set_text("That is not the password, or there were too many tries; wait a little.")

        password.on("keydown.enter", enter)
        ui.button("Open", on_click=enter).props("no-caps data-open")


def _console(classes: Classes) -> None:
    """All classes, and the making of a new one."""
    heading("Your classes", "Make a class, tell the code, and open its wall on the projector.")
    with ui.element("section").classes("sheet"):
        part("A new class")
        with ui.element("div").style("display:flex;flex-wrap:wrap;gap:.6rem;align-items:center"):
            names = {name: market(name).title for name in scenario_names()}
            which = ui.select(names, value="auto_repair", label="Scenario").props("dense outlined")
            kinds = {"seller": "they sell", "buyer": "they buy", "guess": "they buy and guess the seller's policy"}
            kind = ui.select(kinds, value="seller", label="Students").props("dense outlined")
            deals = (
                ui.number("Deals", value=3, min=1, max=MOST_DEALS, format="%d")
                .props("dense outlined")
                .style("width:6rem")
            )
            with_names = ui.checkbox("Ask for names", value=False)
            fault = ui.label().classes("fault").props('role="alert"')

            async def make() -> None:
                mode: Mode = "guess" if kind.value == "guess" else "play"
                seat: Seat = "seller" if kind.value == "seller" else "buyer"
                count = int(deals.value) if isinstance(deals.value, int | float) else 0
                try:
                    made = await run.io_bound(classes.make, which.value, seat, mode, count, bool(with_names.value))
                    if made is not None:
                        ui.navigate.to(f"/teacher/{made.code}")
                except Fault as error:
                    fault.set_text(str(error))

            ui.button("Make it", on_click=make).props("no-caps data-make")
    with ui.element("section").classes("sheet"):
        part("Classes so far")
        found = classes.all()
        if not found:
            paragraph("There are none.", "faint")
        for known in found:
            people, done = classes.counts(known.code)
            ui.link(
                f"{known.code}: {known.market.title}, {people} students, {done} deals ended", f"/teacher/{known.code}"
            )
    with ui.element("section").classes("sheet"):
        part("To print")
        ui.link("The teacher's guide", "/print/guide")
        for name in scenario_names():
            ui.link(f"Role sheets: {market(name).title}", f"/print/roles/{name}")


class Wall:
    """The teacher's page of a class: its code, what comes of it, and what is revealed."""

    def __init__(self, classes: Classes, known: Class) -> None:
        self.classes, self.known = classes, known
        self.seen: object = None

    def build(self) -> None:
        """Lay the page out."""
        heading(
            self.known.market.title,
            f"Students open this address, choose Class, and type the code. They are the {self.known.seat}.",
        )
        ui.html(
            f'<div class="score" data-class-code style="letter-spacing:.12em">{self.known.code}</div>', sanitize=False
        )
        self.state = ui.label().props('aria-live="polite" data-counts')
        controls = ui.element("section").classes("sheet noprint").props('aria-label="Controls"')
        with controls, ui.element("div").style("display:flex;flex-wrap:wrap;gap:.5rem;align-items:center"):
            stages = dict(enumerate(STAGES))
            ui.toggle(stages, value=self.known.stage, on_change=self._show).props("no-caps data-stages")
            seats = (
                ui.number("Seats in all", value=12, min=1, max=MOST_SEATS, format="%d")
                .props("dense outlined")
                .style("width:8rem")
            )

            async def fill() -> None:
                count = int(seats.value) if isinstance(seats.value, int | float) else 0
                await run.io_bound(self.classes.fill, self.known.code, count)

            ui.button("Let rules sit in the empty seats", on_click=fill).props("outline no-caps data-fill")
            ui.button("Export CSV", on_click=lambda: self._export(False)).props("outline no-caps data-export")
            if self.known.names:
                ui.button("Export CSV with names", on_click=lambda: self._export(True)).props("outline no-caps")
            ui.button("Delete this class", on_click=self._ask_to_delete).props(
                "flat no-caps color=negative data-delete"
            )
        self.deals = []
        for deal in range(len(self.known.buyers)):
            with ui.element("section").classes("sheet"):
                part(f"Deal {deal + 1}")
                self.deals.append(ui.html(sanitize=False).props("data-wall"))
        self.more = ui.html(sanitize=False)
        ui.timer(REFRESH, self._look)

    def _show(self, event) -> None:  # type: ignore[no-untyped-def]
        if event.value in (PLAYING, OUTCOMES, REVEALED):
            self.classes.show(self.known.code, event.value)

    def _export(self, names: bool) -> None:
        ui.download.content(
            self.classes.exported(self.known.code, names).encode(), f"class-{self.known.code}.csv", "text/csv"
        )

    def _ask_to_delete(self) -> None:
        with ui.dialog() as dialog, ui.card():
            ui.label("Delete this class and all that was done in it, for good?")
            ui.button("Delete it", on_click=self._delete).props("no-caps color=negative data-really")
            ui.button("Keep it", on_click=dialog.close).props("flat no-caps")
        dialog.open()

    def _delete(self) -> None:
        self.classes.delete(self.known.code)
        ui.navigate.to("/teacher")

    def _look(self) -> None:
        try:
            known = self.classes.found(self.known.code)
        except Fault:
            return
        people, done = self.classes.counts(known.code)
        outcomes = self.classes.outcomes(known.code)
        news = known.stage, people, len(outcomes), sum(1 for each in outcomes if each.guess)
        if news == self.seen:
            return
        self.seen = news
        self.state.set_text(f"{people} students, {done} deals ended")
        for deal, shown in enumerate(self.deals):
            shown.set_content(_picture(outcomes, deal, known, known.stage == REVEALED))
        self.more.set_content(_revealed(known, outcomes) if known.stage == REVEALED else "")


def _revealed(known: Class, outcomes: list[Outcome]) -> str:
    """Regret by student, and the guesses."""
    people = [each for each in outcomes if not each.agent]
    numbers = {student: place for place, student in enumerate(dict.fromkeys(each.student for each in people), 1)}
    totals: dict[int, list[float]] = {}
    for each in people:
        totals.setdefault(each.student, []).append(each.regret)
    names = {each.student: each.name for each in people}
    rows = [
        [names[student] or f"student {numbers[student]}", str(len(each)), amount(sum(each) / len(each))]
        for student, each in sorted(totals.items(), key=lambda item: sum(item[1]) / len(item[1]))
    ]
    text = f'<section class="sheet"><h2>Mean regret</h2>{table(["who", " deals", " mean regret"], rows)}</section>'
    if known.policy:
        guesses = [each.guess for each in people if each.guess]
        right = sum(guess == known.policy for guess in guesses)
        said = f"The policy was {words(known.policy)}: {right} of {len(guesses)} guesses were right."
        text += f'<section class="sheet"><p class="answer">{escape(said)}</p></section>'
    return text
