"""Play: a person in the seller's or the buyer's seat of one deal, and the debrief."""

from collections.abc import Callable
from html import escape

from nicegui import run, ui

from agents.views import ChoiceView
from experiments.narrating import amount
from experiments.wording import words
from sim.faults import Fault
from sim.reading import scenario_names
from sim.scenario import Scenario
from sim.vocabulary import Ask, Choice
from teaching.buyers import worth_playing
from teaching.debrief import Debrief, debrief, hidden_now
from teaching.decisions import CHOICES, WrongDecisionError
from teaching.desk import Desk
from teaching.drawing import offers, way
from teaching.game import Game, Position, Seat, bargaining_again, position, said
from teaching.limits import Bucket
from teaching.markets import market, usual_seed
from teaching.pages.look import frame, heading, paragraph, part, spoken, table
from teaching.terminal import told_more

BUYERS = 24

BUTTONS = {
    Choice.ASK_PRICE: ("Ask: “How much does it cost?”", "Listen first"),
    Choice.STAY_AT_NUMBER: ("Stay", "Leave: that is too much"),
    Choice.STAY_WITHOUT_NUMBER: ("Stay", "Leave: no price, no deal"),
    Choice.BARGAIN_AT_ONCE: ("Bargain over it at once", "Go on talking first"),
    Choice.ANOTHER_CONTACT: ("Meet again", "Leave: it is not worth the time"),
    Choice.AGREE: ("Agree in principle", "Leave: I do not want it"),
    Choice.TAKE: ("Take it as it is", "Bargain"),
    Choice.SIGN: ("Sign", "Leave: do not sign"),
}
"""What stands on a buyer's buttons; what they say are the lines of `teaching.decisions.CHOICES`."""


class Table:
    """One person's game on a page.

    ``speak`` says a line where the game is kept elsewhere, and ``over`` is called once the deal has ended; then nothing
    is revealed here.
    """

    def __init__(
        self,
        game: Game,
        speak: Callable[[str], Position] | None = None,
        over: Callable[[], None] | None = None,
    ) -> None:
        self.game, self.speak, self.over = game, speak, over
        self.where: Position | None = None
        self.bucket = Bucket()
        self.busy = False
        self.client = ui.context.client

    def build(self) -> None:
        """Lay the table out."""
        with ui.element("div").classes("wide-left"):
            with ui.element("section").classes("sheet").props('aria-label="The deal"'):
                self.road = ui.html(sanitize=False)
                self.secret = ui.html(sanitize=False)
                self.talk = ui.html(sanitize=False).props("data-talk")
                with ui.element("div").classes("sheet").props('data-decide aria-label="Your decision"'):
                    self.question = ui.html(sanitize=False).props('aria-live="polite" data-question')
                    self.fault = ui.label().classes("fault").props('role="alert" data-fault')
                    self.choices = ui.element("div").style(
                        "display:flex;flex-direction:column;gap:.6rem;align-items:flex-start"
                    )
            with ui.element("section").classes("sheet").props('aria-label="Your own numbers"'):
                part("Your own numbers")
                self.desk = ui.html(sanitize=False)
        self.after = ui.element("div").style("display:flex;flex-direction:column;gap:1rem")
        ui.timer(0.01, self.load, once=True)

    async def load(self) -> None:
        """Show where the game stands."""
        where = await run.io_bound(position, self.game)
        if where is not None:
            self.where = where
            await self._show()

    async def say(self, line: str) -> None:
        """Say a line; what cannot be said is told. Lines that come too fast, or while one is played, are not heard."""
        if self.busy or self.where is None or self.where.over:
            return
        if not self.bucket.lets_through():
            self.fault.set_text("Too fast: say it again.")
            return
        self.busy = True
        try:
            where = await run.io_bound(self._said, line)
            if where is not None:
                self.where = where
                self.fault.set_text("")
                await self._show()
        except (WrongDecisionError, Fault) as error:
            self.fault.set_text(f"That cannot be said: {error}.")
        finally:
            self.busy = False

    def _said(self, line: str) -> Position:
        if self.speak is not None:
            return self.speak(line)
        self.game, where = said(self.game, line)
        return where

    async def _show(self) -> None:
        where = self.where
        if where is None:
            return
        last = where.heard[-1] if where.heard else None
        won = bool(where.row is not None and where.row["won"])
        self.road.set_content(
            f'<div style="--a:var(--mark)">{way(int(last.step) if last else 0, where.over, won, "a")}</div>'
        )
        self.talk.set_content(told(where))
        self.client.run_javascript(
            "document.querySelectorAll('.talk').forEach(each => each.scrollTop = each.scrollHeight)"
        )
        self.question.set_content(f"<h2>{escape(where.question)}</h2>")
        self.desk.set_content(told_desk(where.desk, self.game.seat))
        self.choices.clear()
        with self.choices:
            if not where.over:
                self._offer_choices(where)
        if where.over and self.over is not None:
            self.over()
        elif where.over:
            await self.show_debrief()

    def _button(self, text: str, line: str, quiet: bool = False) -> None:
        ui.button(text, on_click=lambda: self.say(line)).props(f"no-caps {'outline' if quiet else ''}").props(
            f'data-line="{line}"'
        )

    def _offer_choices(self, where: Position) -> None:
        if where.ask == Ask.PRICE:
            self._price_choices(where)
        elif where.ask == Ask.QUESTION:
            with ui.element("div").style("display:flex;flex-direction:column;gap:.4rem;align-items:flex-start"):
                for place, need in enumerate(where.desk.needs):
                    times = f" (asked {need.times} times)" if need.times else ""
                    self._button(f"Ask about: {need.label}{times}", f"ask {place + 1}", quiet=True)
                self._button("I know enough: go on to the proposal", "propose")
        elif isinstance(where.view, ChoiceView):
            self._buyer_choices(where.view)
        else:
            self._move_choices(where)

    def _buyer_choices(self, view: ChoiceView) -> None:
        choice = Choice(view.choice)
        with ui.element("div").style("display:flex;flex-wrap:wrap;gap:.5rem"):
            for place, line in enumerate(CHOICES[choice]):
                self._button(BUTTONS[choice][place], line, quiet=place > 0)

    def _price_choices(self, where: Position) -> None:
        desk = where.desk
        own = desk.solutions[desk.favourite]
        asked = bool(where.view and where.view.asked)  # type: ignore[union-attr]  # a PriceView: it is a price that is asked for
        with ui.element("div").style("display:flex;flex-wrap:wrap;gap:.5rem"):
            self._button(
                "Ask on: “that depends on what you need”" if asked else "Say nothing about price yet", "ask on"
            )
            self._button(f"Name your list's number: {amount(own.number)}", "quote", quiet=True)
            self._button("A menu of all", "menu", quiet=True)
            self._button("A range around it", "range", quiet=True)
            self._button("A number on condition", "conditional", quiet=True)
            self._button("The printed price", "list", quiet=True)
            self._button("Walk away", "walk away", quiet=True)
        with ui.element("div").style("display:flex;flex-wrap:wrap;gap:.5rem;align-items:center"):
            names = {place: each.label for place, each in enumerate(desk.solutions)}
            price = ui.number("A number of your own", min=0, format="%g").props("dense outlined data-price")
            which = ui.select(names, value=desk.favourite, label="for").props("dense outlined").style("min-width:12rem")

            async def quote() -> None:
                await self.say(_quote(price.value, which.value, self.game.scenario))

            ui.button("Name it", on_click=quote).props("no-caps data-quote")

    def _move_choices(self, where: Position) -> None:
        view, desk = where.view, where.desk
        if view is not None and view.their_last == view.their_last:  # type: ignore[union-attr]  # a NegotiationView
            self._button("Accept their offer", "accept")
        with ui.element("div").style("display:flex;flex-wrap:wrap;gap:.5rem;align-items:center"):
            price = ui.number("Your offer", min=0, format="%g").props("dense outlined data-price")
            levels = {}
            for term in desk.terms:
                names = {level.name: f"{level.label} ({_signed(level.worth)})" for level in term.levels}
                levels[term.name] = (
                    ui.select(names, value=term.levels[term.best].name, label=term.label)
                    .props("dense outlined")
                    .style("min-width:12rem")
                )

            async def offer() -> None:
                package = " ".join(f"{name}={each.value}" for name, each in levels.items())
                await self.say(f"offer {_typed(price.value)} {package}")

            ui.button("Offer it", on_click=offer).props("no-caps data-offer")
        if self.game.seat == "buyer":
            self._button("Walk away from the talks", "walk away", quiet=True)

    async def show_debrief(self) -> None:
        """Reveal what was hidden."""
        found = await run.io_bound(debrief, self.game)
        if found is None:
            return
        self.after.clear()
        with self.after:
            show_debrief(found, self.game)
            with ui.element("div").style("display:flex;gap:.5rem;flex-wrap:wrap").classes("noprint"):
                ui.button("Renegotiate with all known", on_click=self._again).props("no-caps data-again")

    async def _again(self) -> None:
        game = await run.io_bound(bargaining_again, self.game)
        if game is None:
            return
        self.game = game
        self.after.clear()
        hidden = await run.io_bound(hidden_now, game)
        lines = "".join(f"<li>{escape(sentence)}</li>" for sentence in hidden or ())
        self.secret.set_content(f'<div class="sheet small"><h2>Now you know</h2><ul>{lines}</ul></div>')
        await self.load()


def _typed(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, int | float) else "nothing"


def _quote(value: object, which: object, scenario: Scenario) -> str:
    names = list(scenario.solutions)
    place = which if isinstance(which, int) and 0 <= which < len(names) else 0
    return f"quote {_typed(value)} {names[place]}"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{amount(value)}" if value else "0"


def told(where: Position) -> str:
    """What was heard so far."""
    parts, before = [], ""
    for each in where.heard:
        if each.heading != before:
            parts.append(f"<h3>{escape(each.heading)}</h3>")
            before = each.heading
        parts += map(spoken, each.sentences)
    return f'<div class="talk" tabindex="0" aria-label="The conversation">{"".join(parts)}</div>'


def told_desk(desk: Desk, seat: Seat) -> str:
    """The player's own numbers as tables."""
    selling = seat == "seller"
    rows = [[need.label, f"{amount(need.worth)} ± {amount(need.doubt)}", str(need.times)] for need in desk.needs]
    parts = [table(["need", " you believe it is worth" if selling else " worth to you", " asked"], rows)]
    if selling:
        titles = ["solution", " your limit", " your list says", " they would pay, you think"]
        rows = [
            [each.label, amount(each.limit), amount(each.number), f"{amount(each.expected)} ± {amount(each.doubt)}"]
            for each in desk.solutions
        ]
        parts.append(f"<p class='small'>You think it {desk.chance:.0%} likely that this buyer can and will buy.</p>")
    else:
        titles = ["solution", " your limit"]
        rows = [[each.label, amount(each.limit)] for each in desk.solutions]
        parts.append(f"<p class='small'>Your best alternative is worth {amount(desk.alternative)} to you.</p>")
    parts.insert(1, table(titles, rows, desk.favourite))
    if desk.on_the_table == desk.on_the_table:
        parts.append(f"<p>On the table: <b>{amount(desk.on_the_table)}</b></p>")
    parts += [f"<p class='small'>{escape(note)}</p>" for note in desk.notes]
    effort = f"{amount(desk.contacts)} contacts so far, {amount(desk.contact_cost)} each."
    deadline = f" You are ready to bargain for {desk.deadline} rounds." if desk.deadline else ""
    return "".join(parts) + f'<p class="small faint">{escape(effort + deadline)}</p>'


def show_debrief(found: Debrief, game: Game) -> None:
    """The debrief: the score first, then what was hidden, then what others earned."""
    with ui.element("section").classes("sheet").props('data-debrief aria-label="Debrief"'):
        part("What came of it")
        ui.html(
            f'<div class="score" data-regret>{escape(amount(found.regret))}</div><div class="faint">your regret, '
            f"{escape(game.scenario.currency)}: how much less than the best with this very buyer</div>",
            sanitize=False,
        )
        for sentence in found.sentences:
            paragraph(sentence)
    with ui.element("div").classes("two"):
        with ui.element("section").classes("sheet"):
            part("What was hidden")
            rows = [
                [need.label, amount(need.worth), amount(need.seen_first), amount(need.seen_last), amount(need.believed)]
                for need in found.needs
            ]
            ui.html(table(["need", " in truth", " buyer saw", " in the end", " seller took"], rows), sanitize=False)
            for fact in found.facts:
                paragraph(fact, "small")
            if found.buyer_limit == found.buyer_limit:
                low, high = sorted((found.seller_limit, found.buyer_limit))
                room = 0.4 * (high - low) or 1.0
                named = (("price", found.price),) if found.price == found.price else ()
                limits = found.seller_limit, found.buyer_limit
                ui.html(
                    f'<div style="--a:var(--mark)">{offers(named, limits, "a", (low - room, high + room))}</div>',
                    sanitize=False,
                )
                zone = found.buyer_limit - found.seller_limit
                verdict = (
                    f"a zone of possible agreement of {amount(zone)}" if zone >= 0 else "no zone of possible agreement"
                )
                paragraph(
                    f"In the end the buyer would have paid {amount(found.buyer_limit)}, and the seller gone down to "
                    f"{amount(found.seller_limit)}: {verdict}."
                )
            more = told_more(found)
            if more:
                paragraph(more)
        with ui.element("section").classes("sheet"):
            part("With this very buyer and this very luck")
            rows = [
                [
                    "you" if each.you else words(each.name),
                    amount(each.money),
                    f"at {amount(each.price)}" if each.won else words(each.reason),
                ]
                for each in found.earned
            ]
            you = next(place for place, each in enumerate(found.earned) if each.you)
            what = " earned" if game.seat == "seller" else " gained"
            ui.html(table(["who", what, "how it ended"], rows, you), sanitize=False)


def page() -> None:
    """Register the page."""

    @ui.page("/play")
    async def show(scenario: str = "auto_repair", seat: str = "seller", turn: str = "0") -> None:
        seat_: Seat = "buyer" if seat == "buyer" else "seller"
        with frame("Play", "/play"):
            heading("Your deal", "Two to four minutes: you decide, the other side is played. Then see what was hidden.")
            try:
                chosen = market(scenario)
            except Fault as fault:
                paragraph(str(fault), "fault")
                chosen = market("auto_repair")
            place = int(turn[:6]) if turn[:6].isascii() and turn[:6].isdecimal() else 0
            _choices(chosen.name, seat_, place)
            waiting = paragraph("Looking for a buyer …", "faint")

            async def begin() -> None:
                buyers = await run.io_bound(worth_playing, chosen, usual_seed(), seat_, BUYERS)
                if not buyers:
                    waiting.set_content("<p>In this scenario nobody leaves this seat anything to decide.</p>")
                    return
                waiting.delete()
                with stage:
                    if place == 0:
                        with ui.element("section").classes("sheet"):
                            paragraph(" ".join(chosen.story.split()))
                    Table(Game(chosen, usual_seed(), buyers[place % len(buyers)], seat_)).build()

            stage = ui.element("div").style("display:flex;flex-direction:column;gap:1rem")
            ui.timer(0.01, begin, once=True)


def _choices(scenario: str, seat: Seat, place: int) -> None:
    with ui.element("div").style("display:flex;flex-wrap:wrap;gap:.6rem;align-items:center").classes("noprint"):
        names = {name: market(name).title for name in scenario_names()}
        which = ui.select(names, value=scenario, label="Scenario").props("dense outlined")
        side = ui.select({"seller": "the seller", "buyer": "the buyer"}, value=seat, label="You are").props(
            "dense outlined"
        )
        ui.button(
            "Next buyer",
            on_click=lambda: ui.navigate.to(f"/play?scenario={which.value}&seat={side.value}&turn={place + 1}"),
        ).props("outline no-caps data-next")
        which.on_value_change(lambda: ui.navigate.to(f"/play?scenario={which.value}&seat={side.value}"))
        side.on_value_change(lambda: ui.navigate.to(f"/play?scenario={which.value}&seat={side.value}"))
