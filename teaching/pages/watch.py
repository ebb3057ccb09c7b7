"""Watch: one buyer under two policies, step by step; what nobody says aloud is shown when it is asked for."""

from html import escape

from nicegui import run, ui

from experiments.narrating import amount
from experiments.wording import words
from sim.faults import Fault
from sim.reading import scenario_names
from teaching.drawing import beliefs, colours_of, offers, way
from teaching.markets import changes_in, market, usual_seed
from teaching.pages.compare import known_policy
from teaching.pages.look import frame, heading, paragraph, part
from teaching.prepared import RULES
from teaching.watching import Watched, range_of_prices, range_of_worth, watch

PACE = 1.6
"""Seconds between events while it plays."""

MOST_BUYER = 10**9


class Screen:
    """Two deals side by side at the same event."""

    def __init__(self, scenario: str, policies: tuple[str, str], buyer: int, changes: dict[str, float]) -> None:
        self.scenario, self.policies, self.buyer, self.changes = scenario, policies, buyer, changes
        self.deals: tuple[Watched, ...] = ()
        self.at = 0
        self.revealed = False

    def build(self) -> None:
        """Lay the page out."""
        with ui.element("section").classes("sheet noprint").props('aria-label="Controls"'):
            with ui.element("div").style("display:flex;flex-wrap:wrap;gap:.6rem;align-items:center"):
                names = {name: market(name).title for name in scenario_names()}
                policies = {name: words(name) for name in RULES.price_policies}
                ui.select(names, value=self.scenario, label="Scenario", on_change=self._choose("scenario")).props(
                    "dense outlined"
                )
                for place in (0, 1):
                    ui.select(
                        policies,
                        value=self.policies[place],
                        label=("One seller", "The other")[place],
                        on_change=self._choose(place),
                    ).props("dense outlined")
                ui.number(
                    "Buyer", value=self.buyer, min=0, max=MOST_BUYER, format="%d", on_change=self._choose("buyer")
                ).props("dense outlined").style("width:7rem")
            with ui.element("div").style("display:flex;flex-wrap:wrap;gap:.5rem;align-items:center"):
                ui.button("Back", on_click=lambda: self._go(-1)).props("outline no-caps data-back")
                ui.button("Step", on_click=lambda: self._go(1)).props("no-caps data-step")
                self.play = ui.switch("Play", value=False)
                ui.switch("Show what nobody says", on_change=self._reveal).props("data-reveal")
                self.where = ui.label().props('aria-live="polite"').classes("faint small")
            self.slider = ui.slider(min=0, max=1, step=1, value=0).props('aria-label="Event"')
            self.slider.on("update:model-value", self._jump, throttle=0.05)
        with ui.element("div").classes("two"):
            self.columns = [ui.element("section").classes("sheet") for _ in range(2)]
        self.parts = []
        for column in self.columns:
            with column:
                title = ui.html(sanitize=False)
                road = ui.html(sanitize=False).props("data-way")
                part("The conversation")
                talk = ui.html(sanitize=False).props("data-talk")
                part("Numbers and offers")
                prices = ui.html(sanitize=False)
                part("What the needs are worth: what the seller believes (●), what the buyer sees (○)")
                needs = ui.html(sanitize=False)
                truth = ui.html(sanitize=False)
                self.parts.append((title, road, talk, prices, needs, truth))
        ui.timer(PACE, self._tick)
        ui.timer(0.01, self.load, once=True)

    def _choose(self, what: str | int):  # type: ignore[no-untyped-def]  # a handler of NiceGUI's own kind
        async def chosen(event) -> None:  # type: ignore[no-untyped-def]
            if what == "buyer":
                if isinstance(event.value, int | float) and 0 <= event.value <= MOST_BUYER:
                    self.buyer = int(event.value)
            elif what == "scenario":
                self.scenario, self.changes = event.value, {}
            else:
                chosen = list(self.policies)
                chosen[int(what)] = event.value
                self.policies = chosen[0], chosen[1]
            await self.load()

        return chosen

    async def load(self) -> None:
        """Play both deals and begin at the first event."""
        scenario = market(self.scenario, self.changes)
        found = []
        for policy in self.policies:
            deal = await run.io_bound(watch, scenario, policy, usual_seed(), self.buyer)
            if deal is None:
                return  # the server is going down
            found.append(deal)
        self.deals = tuple(found)
        self.at = 0
        self.slider.props(f"max={self._last}")
        self._show()

    @property
    def _last(self) -> int:
        return max(len(deal.frames) for deal in self.deals) - 1

    def _go(self, by: int) -> None:
        if self.deals:
            self.at = min(max(self.at + by, 0), self._last)
            self._show()

    def _jump(self, event) -> None:  # type: ignore[no-untyped-def]
        if isinstance(event.args, int | float) and self.deals:
            self.at = min(max(int(event.args), 0), self._last)
            self._show()

    def _tick(self) -> None:
        if self.play.value and self.deals:
            self._go(1)
            if self.at == self._last:
                self.play.set_value(False)

    def _reveal(self, event) -> None:  # type: ignore[no-untyped-def]
        self.revealed = bool(event.value)
        if self.deals:
            self._show()

    def _show(self) -> None:
        self.slider.set_value(self.at)
        self.where.set_text(f"Event {self.at + 1} of {self._last + 1}")
        bounds, most = range_of_prices(self.deals), range_of_worth(self.deals)
        colours = colours_of(self.policies)
        for place, (deal, parts) in enumerate(zip(self.deals, self.parts, strict=True)):
            kind = "ab"[place]
            at = min(self.at, len(deal.frames) - 1)
            seen = deal.frames[: at + 1]
            last = seen[-1]
            over = at == len(deal.frames) - 1
            title, road, talk, prices, needs, truth = parts
            self.columns[place].style(f"--{kind}:{colours[place]}")
            title.set_content(f'<h2><i class="chip {kind}"></i> {escape(words(deal.policy))}</h2>')
            road.set_content(way(int(last.step), over, deal.won, kind))
            talk.set_content(_talk(deal, at, self.revealed))
            prices.set_content(offers(last.named, last.limits if self.revealed else None, kind, bounds))
            worth = deal.worth if self.revealed else None
            needs.set_content(beliefs(deal.labels, last.believed, last.doubt, last.seen, worth, most, kind))
            truth.set_content(_truth(deal) if over and self.revealed else "")


def _talk(deal: Watched, at: int, revealed: bool) -> str:
    """The conversation so far, the newest first, so that it is in sight."""
    parts: list[str] = []
    before = ""
    for frame_ in reversed(deal.frames[: at + 1]):
        if frame_.heading != before:
            parts.append(f"<h3>{escape(frame_.heading)}</h3>")
            before = frame_.heading
        for sentence in frame_.aloud:
            who = "buyer" if sentence.startswith("Buyer") else "seller" if sentence.startswith("Seller") else ""
            parts.append(f'<p class="{who}">{escape(sentence)}</p>')
        if revealed:
            parts += [f'<p class="thought small">{escape(sentence)}</p>' for sentence in frame_.thought]
    return f'<div class="talk" tabindex="0" aria-label="The conversation, the newest first">{"".join(parts)}</div>'


def _truth(deal: Watched) -> str:
    row = deal.row
    earned, gained, most = (amount(float(row[name])) for name in ("seller_profit", "buyer_surplus", "first_best"))
    return f"<p><b>In truth:</b> the seller earns {earned}, the buyer gains {gained}; there was {most} to gain.</p>"


def page() -> None:
    """Register the page."""

    @ui.page("/watch")
    def show(
        scenario: str = "b2b_software", first: str = "", second: str = "", set: str = "", buyer: str = "206"
    ) -> None:
        with frame("Watch", "/watch"):
            heading("One buyer, two sellers", "The same buyer with the same luck, told twice. Step through it.")
            try:
                changes = changes_in(set)
                market(scenario, changes)
            except Fault as fault:
                paragraph(str(fault), "fault")
                scenario, changes = "b2b_software", {}
            number = int(buyer) if buyer.isascii() and buyer.isdecimal() and int(buyer[:12]) <= MOST_BUYER else 0
            policies = known_policy(first, "on_first_ask"), known_policy(second, "after_needs_analysis")
            Screen(scenario, policies, number, changes).build()
