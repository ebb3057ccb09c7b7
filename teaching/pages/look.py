"""The look of all pages: one frame with the way around, light and dark, from a phone to a projector."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

from nicegui import app, ui

from sim.faults import Fault
from teaching.markets import Trait, changes_in, market

PAGES = (
    ("/compare", "Compare"),
    ("/watch", "Watch"),
    ("/play", "Play"),
    ("/map", "Map"),
    ("/market", "Market"),
    ("/lessons", "Lessons"),
    ("/class", "Class"),
)

STYLE = Path(__file__).with_name("look.css")


def dress() -> None:
    """Give all pages their look; called once, before the first page."""
    ui.add_css(STYLE.read_text(encoding="utf-8"), shared=True)


@contextmanager
def frame(title: str, here: str) -> Iterator[None]:
    """The frame of a page: the way around above, and the page's own content."""
    ui.page_title(f"{title} · zopa")
    ui.query(".nicegui-content").style("padding:0;gap:0;align-items:stretch")
    dark = ui.dark_mode(app.storage.user.get("dark"))
    ui.link("Skip to the content", "#content").classes("skip")
    with ui.element("header").classes("zopa-head"):
        ui.link("zopa", "/").classes("brand")
        with (
            ui.element("nav").props('aria-label="Pages"').style("display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;flex:1")
        ):
            for path, name in PAGES:
                link = ui.link(name, path)
                if path == here:
                    link.props('aria-current="page"')

        def turn() -> None:
            dark.value = not dark.value
            app.storage.user["dark"] = dark.value

        ui.button("Light or dark", on_click=turn).props("flat dense no-caps").classes("small")
    with ui.element("div").classes("page").props('id="content" tabindex="-1"'):
        yield


def heading(text: str, under: str = "") -> None:
    """A page's heading, and what it is for."""
    with ui.element("div"):
        ui.html(f"<h1>{escape(text)}</h1>", sanitize=False)
        if under:
            ui.html(f'<p class="faint">{escape(under)}</p>', sanitize=False)


def part(text: str) -> None:
    """The heading of a part."""
    ui.html(f"<h2>{escape(text)}</h2>", sanitize=False)


def paragraph(text: str, kind: str = "") -> ui.html:
    """A paragraph of plain text."""
    return ui.html(f'<p class="{kind}">{escape(text)}</p>', sanitize=False)


def table(titles: list[str], rows: list[list[str]], marked: int = -1) -> str:
    """A table of texts, escaped; all columns but the first are numbers where their title begins with a space."""
    head = "".join(f'<th scope="col" class="{_kind(title)}">{escape(title.strip())}</th>' for title in titles)
    body = "".join(
        f'<tr class="{"you" if place == marked else ""}">'
        + "".join(f'<td class="{_kind(title)}">{escape(cell)}</td>' for title, cell in zip(titles, row, strict=True))
        + "</tr>"
        for place, row in enumerate(rows)
    )
    return f'<table class="plain"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def trait_slider(trait: Trait, value: float) -> tuple[ui.slider, ui.label]:
    """A slider with what it moves above it; the slider, and the label that says its value."""
    with ui.element("div").style("display:flex;justify-content:space-between;gap:.5rem").classes("small"):
        ui.label(trait.label)
        said = ui.label(f"{value:g}").style("font-weight:650;font-variant-numeric:tabular-nums")
    slider = ui.slider(min=trait.low, max=trait.high, step=trait.step, value=value)
    slider.props(f'aria-label="{escape(trait.label)}" dense')
    return slider, said


def asked_market(scenario: str, changes: str) -> tuple[str, dict[str, float]]:
    """The scenario and its changes as an address asks for them; what makes no sense is told, and is another one."""
    try:
        found = changes_in(changes)
        market(scenario, found)
        return scenario, found
    except Fault as fault:
        paragraph(str(fault), "fault")
        return "b2b_software", {}


def spoken(sentence: str) -> str:
    """A sentence of a conversation, marked as the buyer's, the seller's, or nobody's."""
    who = "buyer" if sentence.startswith("Buyer") else "seller" if sentence.startswith("Seller") else ""
    return f'<p class="{who}">{escape(sentence)}</p>'


def _kind(title: str) -> str:
    return "n" if title.startswith(" ") else ""
