"""The look of all pages: one frame with the way around, light and dark, from a phone to a projector."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import app, ui

PAGES = (
    ("/compare", "Compare"),
    ("/watch", "Watch"),
    ("/play", "Play"),
    ("/map", "Map"),
    ("/lessons", "Lessons"),
    ("/class", "Class"),
)

CSS = """
:root { --ink:#1a1a1a; --faint:#5c5c5c; --rule:#d9d9d9; --paper:#ffffff; --sheet:#f6f5f2; --mark:#0b5cad;
  --good:#1b7837; --bad:#a63603; --zone:#1b783733; --nozone:#a6360326; }
.body--dark { --ink:#ececec; --faint:#ababab; --rule:#3d3d3d; --paper:#161616; --sheet:#202020; --mark:#7cb8f2;
  --good:#7fd18f; --bad:#f0a07a; --zone:#7fd18f33; --nozone:#f0a07a26; }
html { font-size: clamp(15px, 0.55vw + 9px, 24px); }
body { background: var(--sheet); color: var(--ink); font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
.zopa-head { background: var(--paper); border-bottom: 1px solid var(--rule); padding: .5rem 1.25rem; display: flex;
  flex-wrap: wrap; align-items: center; gap: .25rem 1.25rem; }
.zopa-head a { color: var(--faint); text-decoration: none; padding: .25rem .1rem; border-bottom: 2px solid transparent; }
.zopa-head a:hover, .zopa-head a[aria-current] { color: var(--ink); border-color: var(--mark); }
.zopa-head a.brand { font-weight: 700; font-size: 1.2rem; color: var(--ink); letter-spacing: .02em; border: 0; }
main { max-width: 88rem; width: 100%; margin: 0 auto; padding: 1.25rem; display: flex; flex-direction: column; gap: 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; font-weight: 700; margin: 0; }
h2 { font-size: 1.15rem; line-height: 1.3; font-weight: 650; margin: 0; }
p { margin: 0; line-height: 1.5; max-width: 46rem; }
.faint { color: var(--faint); } .small { font-size: .88rem; }
.sheet { background: var(--paper); border: 1px solid var(--rule); border-radius: 10px; padding: 1rem 1.1rem; display: flex;
  flex-direction: column; gap: .7rem; min-width: 0; }
.two { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1rem; }
.side { display: grid; grid-template-columns: minmax(16rem, 22rem) minmax(0, 1fr); gap: 1rem; align-items: start; }
.wide-left { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1rem; align-items: start; }
@media (max-width: 860px) { .two, .side, .wide-left { grid-template-columns: minmax(0, 1fr); }
  main { padding: .75rem; } .results { order: -1; }
  .zopa-picture text { font-size: 19px; } .zopa-picture .tick, .zopa-picture .value { font-size: 17px; } }
.answer { font-size: 1.12rem; line-height: 1.45; font-weight: 550; max-width: 60rem; }
.key { display: inline-flex; align-items: center; gap: .45rem; font-weight: 600; }
.key i { width: .9rem; height: .9rem; border-radius: 3px; display: inline-block; }
.zopa-picture { width: 100%; height: auto; display: block; }
.zopa-picture text { fill: var(--ink); font-size: 13px; } .zopa-picture .tick { fill: var(--faint); font-size: 12px; }
.zopa-picture .head { font-weight: 650; } .zopa-picture .value { font-size: 12px; font-weight: 600; }
.zopa-picture .rule { stroke: var(--rule); } .zopa-picture .axis { stroke: var(--faint); }
.zopa-picture .a { --c: var(--a); } .zopa-picture .b { --c: var(--b); }
.body--dark .zopa-picture .a, .body--dark .chip.a { --c: color-mix(in srgb, var(--a) 68%, white); }
.body--dark .zopa-picture .b, .body--dark .chip.b { --c: color-mix(in srgb, var(--b) 68%, white); }
.zopa-picture .bar { fill: var(--c); } .zopa-picture .area { fill: var(--c); fill-opacity: .22; stroke: var(--c);
  stroke-width: 2; } .zopa-picture .area.b { stroke-dasharray: 7 3; }
.zopa-picture .hollow { fill: var(--paper); stroke: var(--faint); stroke-width: 2; }
.zopa-picture .ring { fill: var(--paper); stroke: var(--c); stroke-width: 5; }
.zopa-picture .doubt { stroke: var(--c); stroke-width: 5; stroke-opacity: .35; stroke-linecap: round; }
.zopa-picture .truth { stroke: var(--ink); stroke-width: 2.5; } .zopa-picture .mark { font-weight: 700; }
.zopa-picture .zone { fill: var(--zone); } .zopa-picture .nozone { fill: var(--nozone); }
.chip { --c: var(--a); display: inline-block; width: .9rem; height: .9rem; border-radius: 3px; background: var(--c); }
.chip.b { --c: var(--b); }
table.plain { border-collapse: collapse; width: 100%; font-size: .95rem; }
table.plain th { text-align: left; font-weight: 600; color: var(--faint); border-bottom: 1px solid var(--rule); }
table.plain th, table.plain td { padding: .3rem .5rem .3rem 0; vertical-align: top; }
table.plain td.n, table.plain th.n { text-align: right; font-variant-numeric: tabular-nums; }
table.plain tr.you td { font-weight: 700; background: var(--sheet); }
.talk { display: flex; flex-direction: column; gap: .4rem; max-height: 34rem; overflow-y: auto; }
.talk h3 { font-size: .85rem; text-transform: none; color: var(--faint); font-weight: 650; margin: .5rem 0 0; line-height: 1.3; }
.talk p { padding: .35rem .65rem; border-radius: 8px; background: var(--sheet); }
.talk p.seller { border-left: 4px solid var(--mark); } .talk p.buyer { border-left: 4px solid var(--faint); }
.talk p.thought { background: none; color: var(--faint); font-style: italic; padding-top: 0; }
.score { font-size: 2.2rem; font-weight: 750; line-height: 1.1; } .fault { color: var(--bad); font-weight: 600; }
.q-btn { text-transform: none; } .q-field__label { color: var(--faint); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); z-index: 99; }
@media print { .zopa-head, .q-btn, .noprint { display: none !important; }
  body, .sheet { background: white; color: black; border-color: #bbb; } .sheet { break-inside: avoid; } main { max-width: none; } .pagebreak { break-before: page; } }
"""


def dress() -> None:
    """Give all pages their look; called once, before the first page."""
    ui.add_css(CSS, shared=True)


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
    with ui.element("main").props('id="content"'):
        yield


def heading(text: str, under: str = "") -> None:
    """A page's heading, and what it is for."""
    with ui.element("div"):
        ui.html(f"<h1>{_safe(text)}</h1>", sanitize=False)
        if under:
            ui.html(f'<p class="faint">{_safe(under)}</p>', sanitize=False)


def part(text: str) -> None:
    """The heading of a part."""
    ui.html(f"<h2>{_safe(text)}</h2>", sanitize=False)


def paragraph(text: str, kind: str = "") -> ui.html:
    """A paragraph of plain text."""
    return ui.html(f'<p class="{kind}">{_safe(text)}</p>', sanitize=False)


def table(titles: list[str], rows: list[list[str]], marked: int = -1) -> str:
    """A table of texts, escaped; all columns but the first are numbers where their title begins with a space."""
    head = "".join(f'<th scope="col" class="{_kind(title)}">{_safe(title.strip())}</th>' for title in titles)
    body = "".join(
        f'<tr class="{"you" if place == marked else ""}">'
        + "".join(f'<td class="{_kind(title)}">{_safe(cell)}</td>' for title, cell in zip(titles, row, strict=True))
        + "</tr>"
        for place, row in enumerate(rows)
    )
    return f'<table class="plain"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _kind(title: str) -> str:
    return "n" if title.startswith(" ") else ""


def _safe(text: str) -> str:
    from html import escape

    return escape(text)
