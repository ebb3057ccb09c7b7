"""Compare: two policies with the same buyers, redrawn while a slider moves."""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import islice
from urllib.parse import urlencode

from nicegui import run, ui

from experiments.wording import words
from sim.faults import Fault
from sim.reading import scenario_names
from teaching.ahead import Ahead
from teaching.comparing import DEALS, Comparison, Sides, compare, compare_ahead, sides_of
from teaching.drawing import colours_of, distributions, funnel
from teaching.markets import TRAITS, Trait, market, told_changes, usual_seed, value_of
from teaching.pages.look import asked_market, frame, heading, part, table, trait_slider
from teaching.prepared import RULES

NEAR = 2
"""Stops of the sliders in sight that are played before anybody asks; of the slider that was touched, all of them."""

AT_ONCE = 6
"""Sliders in sight; the others are opened by who wants them."""

ahead: Ahead[Sides] = Ahead(lambda sides: compare_ahead(sides, usual_seed()))
"""Plays what a slider may be moved to next."""

QUANTITIES = (
    ("won", "deals won", 100.0, "%"),
    ("profit_per_prospect", "profit per buyer", 1.0, ""),
    ("surplus_per_prospect", "buyer's gain per buyer", 1.0, ""),
    ("contacts_per_prospect", "contacts per buyer", 1.0, ""),
)


def known_policy(name: str, otherwise: str) -> str:
    """A price policy's name, or another where there is none of that name."""
    return name if name in RULES.price_policies else otherwise


class Bench:
    """Sliders and pictures of one visitor; used by the page and by lessons."""

    def __init__(
        self,
        scenario: str,
        first: str,
        second: str,
        changes: dict[str, float],
        shown: Sequence[str] = (),
        address: str = "",
        sides: Callable[[dict[str, float]], Sides] | None = None,
    ) -> None:
        self.scenario, self.first, self.second, self.changes = scenario, first, second, dict(changes)
        self.shown, self.address, self.sides = tuple(shown), address, sides
        self.wanted = self.drawn = 0
        self.busy = False
        self.found: Comparison | None = None

    def build(self) -> None:
        """Lay the page out."""
        with ui.element("div").classes("side"):
            with ui.element("section").classes("sheet").props('aria-label="Settings"'):
                if not self.shown:
                    self._choices()
                self.sliders = ui.element("div").style("display:flex;flex-direction:column;gap:.35rem")
            with (
                ui.element("section")
                .classes("results")
                .style("display:flex;flex-direction:column;gap:1rem;min-width:0")
            ):
                with ui.element("div").classes("sheet"):
                    self.answer = ui.html(sanitize=False).props('aria-live="polite" data-answer')
                    self.numbers = ui.html(sanitize=False).props("data-numbers")
                with ui.element("div").classes("sheet"):
                    part("What the seller earns")
                    self.picture = ui.html(sanitize=False).props("data-picture")
                with ui.element("div").classes("sheet"):
                    part("Where deals end: how many buyers enter each step")
                    self.funnel = ui.html(sanitize=False)
                if not self.shown:
                    with ui.element("div").classes("sheet"):
                        part("Look inside")
                        self.inside = ui.element("div").style("display:flex;flex-wrap:wrap;gap:.5rem 1rem")
        self._fill_sliders()
        ui.context.client.on_delete(lambda: ahead.leave(self))
        ui.timer(0.01, self.redraw, once=True)

    def _choices(self) -> None:
        policies = {name: words(name) for name in RULES.price_policies}
        names = {name: market(name).title for name in scenario_names()}
        ui.select(names, value=self.scenario, label="Scenario", on_change=self._choose("scenario")).props(
            "dense outlined"
        )
        ui.select(policies, value=self.first, label="One seller", on_change=self._choose("first")).props(
            "dense outlined"
        )
        ui.select(policies, value=self.second, label="The other", on_change=self._choose("second")).props(
            "dense outlined"
        )
        with ui.element("div").style("display:flex;gap:.5rem;flex-wrap:wrap"):
            ui.button("As the scenario has it", on_click=self._reset).props("flat dense no-caps")
            ui.button("Copy link", on_click=self._copy).props("flat dense no-caps")

    def _choose(self, name: str):  # type: ignore[no-untyped-def]  # a handler of NiceGUI's own kind
        async def chosen(event) -> None:  # type: ignore[no-untyped-def]
            if event.value is None:
                return  # no choice, which a page does not offer
            setattr(self, name, event.value)
            if name == "scenario":
                self.changes = {}
                self._fill_sliders()
            await self.redraw()

        return chosen

    async def _reset(self) -> None:
        self.changes = {}
        self._fill_sliders()
        await self.redraw()

    def _copy(self) -> None:
        ui.run_javascript("navigator.clipboard && navigator.clipboard.writeText(location.href)")
        ui.notify("The address of this page holds the setting.")

    def _fill_sliders(self) -> None:
        self.sliders.clear()
        base = market(self.scenario, self.changes)
        chosen = [trait for trait in TRAITS if not self.shown or trait.path in self.shown]
        with self.sliders:
            for trait in chosen[:AT_ONCE]:
                self._slider(trait, value_of(base, trait.path))
            if chosen[AT_ONCE:]:
                with ui.expansion("More sliders").props("dense").classes("w-full"):
                    for trait in chosen[AT_ONCE:]:
                        self._slider(trait, value_of(base, trait.path))

    def _slider(self, trait: Trait, value: float) -> None:
        with ui.element("div"):
            slider, said = trait_slider(trait, value)
            slider.props(f'data-trait="{trait.path}"')

            async def moved(event) -> None:  # type: ignore[no-untyped-def]
                number = event.args
                if number == self.changes.get(trait.path):
                    return
                if isinstance(number, int | float) and trait.low <= number <= trait.high:
                    self.changes[trait.path] = float(number)
                    said.set_text(f"{number:g}")
                    await self.redraw(trait)

            async def touched() -> None:
                self._play_ahead(trait)

            slider.on("update:model-value", moved, throttle=0.04)
            slider.on("mouseenter", touched, throttle=1.0)
            slider.on("focusin", touched, throttle=1.0)

    async def redraw(self, moved: Trait | None = None) -> None:
        """Draw what is wanted now; what was wanted meanwhile and is no more is left out."""
        self.wanted += 1
        if self.busy:
            return
        self.busy = True
        try:
            while self.drawn != self.wanted:
                self.drawn = self.wanted
                found = await run.io_bound(compare, self._sides(self.changes), usual_seed())
                if found is not None:
                    self._show(found)
        except Fault as fault:
            self.answer.set_content(f'<p class="fault">{escape(str(fault))}</p>')
        finally:
            self.busy = False
        self._play_ahead(moved)

    def _play_ahead(self, moved: Trait | None) -> None:
        """Play the stops of the slider, the nearest first, then those next to where the others in sight stand.

        What is kept serves every visitor; what a visitor has moved on from is left out.
        """
        ahead.follow(self, self._likely(moved, dict(self.changes)))

    def _likely(self, moved: Trait | None, changes: dict[str, float]) -> Iterator[Sides]:
        """What is likely to be asked for next, the likeliest first."""
        if moved is not None:
            yield from self._next_stops(moved, changes)
        in_sight = [each for each in TRAITS if not self.shown or each.path in self.shown][:AT_ONCE]
        for each in in_sight:
            yield from islice(self._next_stops(each, changes), NEAR)

    def _next_stops(self, trait: Trait, changes: dict[str, float]) -> Iterator[Sides]:
        """The two sellers at the other stops of a slider, the nearest first."""
        here = changes.get(trait.path, value_of(market(self.scenario, changes), trait.path))
        stops = sorted(trait.stops(), key=lambda stop: abs(stop - here))[1:]
        return (self._sides({**changes, trait.path: stop}) for stop in stops)

    def _sides(self, changes: dict[str, float]) -> Sides:
        """The two sellers compared."""
        if self.sides is not None:
            return self.sides(changes)
        return sides_of(market(self.scenario, changes), self.first, self.second)

    def _show(self, found: Comparison) -> None:
        self.found = found
        colours = colours_of(found.policies)
        keys = "".join(
            f'<span class="key"><i class="chip {kind}" style="--{kind}:{colour}"></i>{escape(label)}</span> '
            for kind, label, colour in zip("ab", found.labels, colours, strict=True)
        )
        more = "".join(f'<p class="small faint">{escape(sentence)}</p>' for sentence in found.further)
        self.answer.set_content(f'<div>{keys}</div><p class="answer">{escape(found.answer)}</p>{more}')
        self.numbers.set_content(_numbers(found))
        self.picture.set_content(distributions(found))
        self.funnel.set_content(funnel(found))
        if not self.shown:
            self._link_typical(found)
        if self.address:
            ui.navigate.history.replace(f"{self.address}?{self.query()}")

    def query(self) -> str:
        """The setting as the query of an address."""
        given = {
            "scenario": self.scenario,
            "first": self.first,
            "second": self.second,
            "set": told_changes(self.changes),
        }
        return urlencode({name: value for name, value in given.items() if value})

    def _link_typical(self, found: Comparison) -> None:
        self.inside.clear()
        first, second = map(words, (self.first, self.second))
        with self.inside:
            for buyer, text in (
                (found.typical.first_lost_second_won, f"A typical deal that {first} lost and {second} won"),
                (found.typical.first_won_second_lost, f"A typical deal that {first} won and {second} lost"),
            ):
                if buyer >= 0:
                    ui.link(text, f"/watch?{self.query()}&buyer={buyer}")
                else:
                    ui.label(f"{text}: there is none").classes("faint")


def _numbers(found: Comparison) -> str:
    titles = ["", *(f" {label}" for label in found.labels)]
    rows = []
    for name, label, scale, unit in QUANTITIES:
        cells = [f"{scale * found.level(place, name):,.2f}{f' {unit}' if unit else ''}" for place in (0, 1)]
        rows.append([label, *cells])
    return table(titles, rows)


def page() -> None:
    """Register the page."""

    @ui.page("/compare")
    def show(scenario: str = "b2b_software", first: str = "", second: str = "", set: str = "") -> None:
        with frame("Compare", "/compare"):
            heading(
                "When a buyer asks “how much does it cost?”",
                f"Two sellers meet the same {DEALS:,} buyers with the same luck. Move a slider: who does better?",
            )
            scenario, changes = asked_market(scenario, set)
            bench = Bench(
                scenario,
                known_policy(first, "on_first_ask"),
                known_policy(second, "after_needs_analysis"),
                changes,
                address="/compare",
            )
            bench.build()
