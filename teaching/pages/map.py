"""Map: two traits, played live; a cell opens in Compare."""

from html import escape
from urllib.parse import urlencode

from nicegui import run, ui

from experiments.narrating import amount
from experiments.wording import MINUS, words
from sim.faults import Fault
from sim.reading import scenario_names
from teaching.drawing import colours_of
from teaching.mapping import ROUNDS, SIDE, Cell, cells, values_of
from teaching.markets import TRAITS, Trait, market, told_changes, trait, usual_seed
from teaching.pages.compare import known_policy
from teaching.pages.look import frame, heading
from teaching.prepared import RULES

COMPLETE = "complete"
"""What stands for a further cell where there is none."""

ROOM = 64
"""Width and height of a cell, pixels of the picture."""

LEFT, WIDTH, HEIGHT = 90, 90 + SIDE * ROOM, SIDE * ROOM + 48
"""Of the picture, pixels: where its cells begin, and its size."""


class Atlas:
    """One visitor's map.

    The picture is drawn anew with every cell. The links lie above it and stay where they are: a press on one is not
    lost, nor is the keyboard's place, while cells come in.
    """

    def __init__(self, scenario: str, first: str, second: str, across: Trait, up: Trait) -> None:
        self.scenario, self.first, self.second, self.across, self.up = scenario, first, second, across, up
        self.drawing = 0
        self.links: dict[tuple[int, int], ui.element] = {}

    def build(self) -> None:
        """Lay the page out."""
        names = {name: market(name).title for name in scenario_names()}
        policies = {name: words(name) for name in RULES.price_policies}
        traits = {each.path: each.label for each in TRAITS}
        with ui.element("div").classes("side"):
            with ui.element("section").classes("sheet").props('aria-label="Settings"'):
                for name, options, value, label in (
                    ("scenario", names, self.scenario, "Scenario"),
                    ("first", policies, self.first, "One seller"),
                    ("second", policies, self.second, "The other"),
                    ("across", traits, self.across.path, "From left to right"),
                    ("up", traits, self.up.path, "From below up"),
                ):
                    chosen = ui.select(options, value=value, label=label).props("dense outlined")
                    chosen.on_value_change(self._choose(name))
                ui.button("Draw the map", on_click=self.draw).props("no-caps data-draw")
                self.progress = ui.linear_progress(0.0, show_value=False).props('aria-label="Progress"')
                self.said = ui.label().classes("small faint").props('aria-live="polite" data-said')
            with ui.element("section").classes("sheet results"):
                self.key = ui.html(sanitize=False).props('data-key aria-live="polite"')
                with ui.element("div").classes("atlas").props("data-map"):
                    self.picture = ui.html(sanitize=False)
                    self.layer = ui.element("div")
                self.legend = ui.html(sanitize=False)
        ui.timer(0.01, self.draw, once=True)

    def _choose(self, name: str):  # type: ignore[no-untyped-def]  # a handler of NiceGUI's own kind
        def chosen(event) -> None:  # type: ignore[no-untyped-def]
            if event.value is None:
                return  # no choice, which a page does not offer
            setattr(self, name, trait(event.value) if name in ("across", "up") else event.value)

        return chosen

    async def draw(self) -> None:
        """Play the map cell by cell, and draw what there is; a newer map ends an older one."""
        if self.across == self.up:
            self.said.set_text("Choose two different traits.")
            return
        self.drawing += 1
        mine = self.drawing
        across, up = self.across, self.up
        found: dict[tuple[int, int], Cell] = {}
        todo = cells(self.scenario, self.first, self.second, across, up, usual_seed())
        self.key.set_content("")
        self.legend.set_content(self._told_by_colours())
        self.layer.clear()
        self.links.clear()
        for number, deals in enumerate(ROUNDS, 1):
            planned = sum(cell.is_undecided for cell in found.values()) if found else SIDE * SIDE
            for done in range(1, planned + 1):
                try:
                    cell = await run.io_bound(next, todo, COMPLETE)
                except Fault as fault:
                    self.said.set_text(str(fault))
                    return
                if mine != self.drawing or cell is None:
                    return  # there is a newer map, or the server is going down
                if isinstance(cell, str):
                    break
                found[cell.column, cell.row] = cell
                self.progress.set_value(done / planned)
                self.said.set_text(
                    f"Round {number} of {len(ROUNDS)}: {done} of {planned} cells, {deals:,} buyers in each."
                )
                self.picture.set_content(self._drawn(list(found.values()), across, up))
                self._link(cell, across, up)
            self.key.set_content(self._told(list(found.values()), number == len(ROUNDS)))
        self.progress.set_value(1.0)
        self.said.set_text("The map is complete.")

    def _told(self, found: list[Cell], is_last: bool) -> str:
        first, second = (sum(cell.better == side for cell in found) for side in (0, 1))
        one, other = words(self.first), words(self.second)
        left = sum(cell.is_undecided for cell in found)
        same = len(found) - first - second - left
        text = f"{one} earns more in {first} of {len(found)} cells, {other} in {second}"
        if same:
            text += f"; in {same} both earn the same"
        if left and is_last:
            text += f"; in {left} even {ROUNDS[-1]:,} buyers do not tell"
        elif left:
            text += f"; {left} are played with more buyers"
        return f'<p class="answer">{escape(text)}.</p>'

    def _drawn(self, found: list[Cell], across: Trait, up: Trait) -> str:
        colours = colours_of((self.first, self.second))
        left, size = LEFT, SIDE * ROOM
        most = max((abs(cell.difference) for cell in found), default=0.0) or 1.0
        parts = []
        for cell in found:
            x, y = left + ROOM * cell.column, ROOM * (SIDE - 1 - cell.row)
            kind = "ab"[cell.better] if cell.better >= 0 else "even"
            depth = 0.25 + 0.75 * min(1.0, abs(cell.difference) / most) if cell.better >= 0 else 1.0
            parts.append(
                f'<rect x="{x}" y="{y}" width="{ROOM - 2}" height="{ROOM - 2}" rx="4" class="bar {kind}" '
                f'fill-opacity="{depth:.2f}"/><text x="{x + ROOM / 2 - 1}" y="{y + ROOM / 2 + 4}" '
                f'text-anchor="middle" class="value tight">{_number(cell)}</text>'
            )
        for place, value in enumerate(values_of(across)):
            x = left + ROOM * place + ROOM // 2
            parts.append(f'<text x="{x}" y="{size + 18}" text-anchor="middle">{value:g}</text>')
        for place, value in enumerate(values_of(up)):
            middle = ROOM * (SIDE - 0.5 - place) + 4
            parts.append(f'<text x="{left - 10}" y="{middle}" text-anchor="end">{value:g}</text>')
        middle = ROOM * SIDE / 2
        parts.append(
            f'<text x="{left + middle}" y="{size + 40}" text-anchor="middle" class="head">{escape(across.label)}</text>'
        )
        parts.append(
            f'<text x="20" y="{middle}" text-anchor="middle" class="head" transform="rotate(-90 20 {middle})">'
            f"{escape(up.label)}</text>"
        )
        style = f"--a:{colours[0]};--b:{colours[1]}"
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="The map" class="zopa-picture map" '
            f'style="{style}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
        )

    def _link(self, cell: Cell, across: Trait, up: Trait) -> None:
        """Lay a link over a cell, or tell it what is known of the cell now."""
        place = cell.column, cell.row
        if place not in self.links:
            x, y = LEFT + ROOM * cell.column, ROOM * (SIDE - 1 - cell.row)
            box = {"left": x / WIDTH, "top": y / HEIGHT, "width": (ROOM - 2) / WIDTH, "height": (ROOM - 2) / HEIGHT}
            with self.layer:
                self.links[place] = ui.element("a").style("".join(f"{k}:{100 * v:.3f}%;" for k, v in box.items()))
        query = urlencode(
            {
                "scenario": self.scenario,
                "first": self.first,
                "second": self.second,
                "set": told_changes({across.path: cell.values[0], up.path: cell.values[1]}),
            }
        )
        label = f"{across.label} {cell.values[0]:g}, {up.label} {cell.values[1]:g}: {_number(cell)}"
        link = self.links[place]
        link.props.update({"href": f"/compare?{query}", "aria-label": label, "title": label})
        link.update()

    def _told_by_colours(self) -> str:
        colours = colours_of((self.first, self.second))
        return (
            f'<div class="small" style="--a:{colours[0]};--b:{colours[1]}">'
            f'<span class="key"><i class="chip a"></i>{escape(words(self.first))} earns more</span> '
            f'<span class="key"><i class="chip b"></i>{escape(words(self.second))} earns more</span> '
            f'<span class="key"><i class="chip even"></i>no difference is known</span> Numbers: how much more '
            f"{escape(words(self.second))} earns per buyer, {escape(market(self.scenario).currency)}. "
            "A cell opens in Compare.</div>"
        )


def _number(cell: Cell) -> str:
    return amount(cell.difference).replace("-", MINUS)


def page() -> None:
    """Register the page."""

    @ui.page("/map")
    def show(scenario: str = "b2b_software", first: str = "", second: str = "", across: str = "", up: str = "") -> None:
        with frame("Map", "/map"):
            heading("Where is it right to name a price early?", "Choose two traits; every cell is played for you.")
            known = {each.path: each for each in TRAITS}
            Atlas(
                scenario if scenario in scenario_names() else "b2b_software",
                known_policy(first, "on_first_ask"),
                known_policy(second, "after_needs_analysis"),
                known.get(across, TRAITS[0]),
                known.get(up, TRAITS[1]),
            ).build()
