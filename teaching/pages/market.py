"""Market: many sellers and buyers, day by day; which policies spread, and for whom that is good."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Any
from urllib.parse import urlencode

from nicegui import background_tasks, run, ui

from sim.faults import Fault
from teaching.limits import Bucket
from teaching.markets import Trait, market
from teaching.pages.look import frame, heading, paragraph, part, table, trait_slider
from teaching.told_town import answer, as_rows, where_it_stands
from teaching.town import KNOBS, MOST_SEED, RULES_OF_LEARNING, SELLERS, Asked, Seen, Town, as_it_is, asked_in, towns
from teaching.town_pictures import network, pipeline, policies_key, policy_shares, prices, steps_key, wins

TICK = 0.4
"""Seconds from one picture to the next while the market plays."""

SLICE = 0.25
"""Seconds after which a market makes room for those of other visitors."""

SPEEDS = {5: "5 days a second", 20: "20 days a second", 100: "100 days a second"}
TICKS_TO_NETWORK = 4
"""The network is drawn anew less often than the rest: it is the largest picture."""

player = ThreadPoolExecutor(1, thread_name_prefix="market")
"""Plays the markets of all visitors, one after the other, beside the pages."""


class Square:
    """One visitor's market."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.town: Town | None = None
        self.one_at_a_time = asyncio.Lock()
        self.asks = 0
        self.spots: tuple[Any, Any] | None = None
        self.ticks = 0
        self.client = ui.context.client
        self.bucket = Bucket()

    def build(self) -> None:
        """Lay the page out."""
        with ui.element("div").classes("side"):
            with ui.element("section").classes("sheet").props('aria-label="Settings"'):
                self.settings = ui.element("div").style("display:flex;flex-direction:column;gap:.6rem")
                self.fault = ui.label().classes("fault").props('role="alert" data-fault')
                with ui.element("div").style("display:flex;gap:.5rem;flex-wrap:wrap"):
                    ui.button("As the scenario has it", on_click=self._reset).props("flat dense no-caps")
                    ui.button("Copy link", on_click=self._copy).props("flat dense no-caps")
            with (
                ui.element("section")
                .classes("results")
                .style("display:flex;flex-direction:column;gap:1rem;min-width:0")
            ):
                self._build_controls()
                self._build_pictures()
        self._fill_settings()
        self.client.on_delete(self._leave)
        ui.timer(TICK, self._tick)
        ui.timer(0.01, self._begin, once=True)

    def _build_controls(self) -> None:
        with ui.element("div").classes("sheet noprint").props('aria-label="Controls" role="group"'):
            with ui.element("div").style("display:flex;flex-wrap:wrap;gap:.5rem;align-items:center"):
                self.playing = ui.switch("Play", value=False, on_change=self._stopped).props("data-play")
                ui.button("A day", on_click=lambda: self._go(1)).props("no-caps data-day")
                ui.button("To the end", on_click=lambda: self._go(None)).props("outline no-caps data-end")
                ui.button("From the beginning", on_click=self._begin).props("outline no-caps data-begin")
                self.speed = ui.select(SPEEDS, value=20, label="Speed").props("dense outlined")
            self.where = ui.label().props("data-where").style("font-weight:650")
            self.answer = ui.html(sanitize=False).props('aria-live="polite" data-answer')

    def _build_pictures(self) -> None:
        def sheet(title: str, name: str, under: str = "") -> tuple[ui.html, ui.html]:
            with ui.element("div").classes("sheet"):
                part(title)
                if under:
                    paragraph(under, "small faint")
                colours = ui.html(sanitize=False).classes("keys")
                return colours, ui.html(sanitize=False).props(f"data-{name}")

        self.policies, self.shares = sheet(
            "How sellers answer “how much does it cost?”: share of each policy", "shares"
        )
        with ui.element("div").classes("two"):
            self.price = sheet("What is paid", "prices", "Average price of the deals signed in the last 10 days.")[1]
            self.won = sheet("How many talks are won", "wins", "Of the talks that ended in the last 10 days.")[1]
        self.steps, self.pipeline = sheet("The pipeline: open talks by step", "pipeline")
        people = "Dots are people; lines say who talks with whom. Colour: the policy of the seller thought best of."
        self.trusted, self.network = sheet("Word of mouth", "network", people)
        with (
            ui.element("div").classes("sheet"),
            ui.expansion("The pictures in numbers").props("dense").classes("w-full"),
        ):
            self.numbers = ui.html(sanitize=False).props("data-numbers").style("overflow-x:auto")
        with ui.element("div").classes("sheet"):
            part("The same history in the terminal")
            self.command = ui.html(sanitize=False).props("data-command")
            paragraph(
                "One history is one luck. With --replications 20 the command plays twenty, and says how sure it is.",
                "small faint",
            )

    def _fill_settings(self) -> None:
        self.settings.clear()
        names = {name: market(name).title for name in towns()}
        rules = {rule: rule for rule in RULES_OF_LEARNING}
        with self.settings:
            ui.select(names, value=self.asked.scenario, label="Market", on_change=self._another).props("dense outlined")
            for knob in KNOBS:
                self._slider(knob, float(getattr(self.asked, knob.path)))
            ui.select(
                rules, value=self.asked.learning, label="How sellers learn", on_change=self._choose("learning")
            ).props("dense outlined data-learning")
            ui.number(
                "Which luck", value=self.asked.seed, min=0, max=MOST_SEED, format="%d", on_change=self._choose("seed")
            ).props("dense outlined data-seed debounce=500").style("max-width:9rem")

    def _slider(self, knob: Trait, value: float) -> None:
        with ui.element("div"):
            slider, said = trait_slider(knob, value)
            slider.props(f'data-knob="{knob.path}"')

            async def let_go(event: Any) -> None:
                number = event.args
                if isinstance(number, int | float) and knob.low <= number <= knob.high:
                    await self._ask_for(**{knob.path: int(number) if knob is SELLERS else round(float(number), 6)})

            def moved(event: Any) -> None:
                if isinstance(event.args, int | float):
                    said.set_text(f"{event.args:g}")

            slider.on("update:model-value", moved, throttle=0.1)
            slider.on("change", let_go)

    def _choose(self, name: str) -> Any:
        async def chosen(event: Any) -> None:
            value = event.value
            if value is None:
                return
            if name == "seed":
                if not (isinstance(value, int | float) and 0 <= value <= MOST_SEED):
                    return
                value = int(value)
            await self._ask_for(**{name: value})

        return chosen

    async def _another(self, event: Any) -> None:
        if event.value is None:
            return  # no choice, which a page does not offer
        self.asked = as_it_is(event.value, self.asked.seed)
        self._fill_settings()
        await self._begin()

    async def _reset(self) -> None:
        self.asked = as_it_is(self.asked.scenario)
        self._fill_settings()
        await self._begin()

    async def _ask_for(self, **changes: object) -> None:
        self.asked = self.asked._replace(**changes)  # type: ignore[arg-type]  # looked at where the town is made
        await self._begin()

    def _copy(self) -> None:
        ui.run_javascript("navigator.clipboard && navigator.clipboard.writeText(location.href)")
        ui.notify("The address of this page holds the setting.")

    async def _begin(self) -> None:
        """Lay the town out that is asked for now; what was asked for meanwhile and is no more is left out."""
        if not self.bucket.lets_through():
            self.fault.set_text("Too fast: try again in a moment.")
            return
        self.asks += 1
        mine = self.asks
        async with self.one_at_a_time:
            if mine != self.asks:
                return
            try:
                self.town, self.spots = None, None  # the old one makes room first
                self.town = town = await _beside(Town, self.asked)
                self.fault.set_text("")
                await self._show(town, whole=True)
            except Fault as fault:
                self.fault.set_text(str(fault))
                return
        background_tasks.create(self._find_spots(town))

    async def _find_spots(self, town: Town) -> None:
        """Find where people stand in the picture of the network, which takes a second, and draw it."""
        self.spots = await run.io_bound(town.places)
        async with self.one_at_a_time:
            if town is self.town:
                with self.client:
                    await self._show(town, whole=not self.playing.value)

    async def _tick(self) -> None:
        if self.playing.value and not self.one_at_a_time.locked():
            await self._go(max(1, round(TICK * int(self.speed.value))))

    async def _stopped(self, event: Any) -> None:
        """Say what it has come to, once it is stopped."""
        if event.value:
            return
        async with self.one_at_a_time:
            if self.town is not None:
                await self._show(self.town, whole=True)

    async def _go(self, days: int | None) -> None:
        """Play so many days, or all that are left; until another town is asked for."""
        if not self.bucket.lets_through():
            return
        async with self.one_at_a_time:
            town, asks = self.town, self.asks
            if town is None:
                return
            goal = town.days if days is None else min(town.day + days, town.days)
            await _beside(town.play_on, goal - town.day, SLICE)
            while days is None and town.day < goal and asks == self.asks:
                await self._show(town)
                await _beside(town.play_on, goal - town.day, SLICE)
            if town.over:
                self.playing.set_value(False)
            await self._show(town, whole=not self.playing.value)

    async def _show(self, town: Town, whole: bool = False) -> None:
        """Draw what there is; ``whole``: the network, the numbers and the answer too."""
        seen = await _beside(town.seen)
        self.where.set_text(where_it_stands(seen))
        for colours in (self.policies, self.trusted):
            colours.set_content(policies_key(seen))
        self.steps.set_content(steps_key())
        self.shares.set_content(policy_shares(seen))
        self.price.set_content(prices(seen))
        self.won.set_content(wins(seen))
        self.pipeline.set_content(pipeline(seen))
        self.ticks += 1
        if self.spots is not None and (whole or self.ticks % TICKS_TO_NETWORK == 0):
            self.network.set_content(network(seen, *self.spots))
        if whole:
            await self._tell(town, seen)
        else:
            self.answer.set_content("")

    async def _tell(self, town: Town, seen: Seen) -> None:
        self.numbers.set_content(table(*as_rows(seen)))
        self.command.set_content(f"<code>{escape(town.asked.command)}</code>")
        ui.navigate.history.replace(f"/market?{urlencode(town.asked.as_query())}")
        if not seen.day:
            self.answer.set_content("<p class='faint'>Nothing was played yet: press Play, or go a day.</p>")
            return
        measures = await _beside(town.measured)
        first, *more = answer(seen, measures)
        told = "".join(f"<p>{escape(sentence)}</p>" for sentence in more)
        self.answer.set_content(f'<p class="answer">{escape(first)}</p>{told}')

    def _leave(self) -> None:
        self.town = None


async def _beside(work: Any, *given: Any) -> Any:
    """Do something with a market in the thread that plays them."""
    return await asyncio.get_running_loop().run_in_executor(player, work, *given)


def page() -> None:
    """Register the page."""

    @ui.page("/market")
    def show(
        scenario: str = "", sellers: str = "", leads: str = "", comparers: str = "", learning: str = "", seed: str = ""
    ) -> None:
        with frame("Market", "/market"):
            heading(
                "What does a market settle on?",
                "Sellers compete for the same buyers, day by day, and take up what earns more. Which policy spreads, "
                "and whom does it serve?",
            )
            query = {
                "scenario": scenario,
                "sellers": sellers,
                "leads": leads,
                "comparers": comparers,
                "learning": learning,
                "seed": seed,
            }
            try:
                asked = asked_in(query)
            except Fault as fault:
                paragraph(str(fault), "fault")
                asked = as_it_is(towns()[0])
            Square(asked).build()
