"""The first page: what there is."""

from nicegui import ui

from teaching.pages.look import frame, heading, paragraph, part

THERE_IS = (
    (
        "/compare",
        "Compare",
        "Two ways to answer “how much does it cost?”, the same 20,000 buyers. Move a slider, see who does better.",
    ),
    ("/watch", "Watch", "One buyer, two sellers, step by step: what is said, what each side believes, where they end."),
    (
        "/play",
        "Play",
        "Take the seller's or the buyer's seat. Then see what was hidden, and what others earned with this buyer.",
    ),
    ("/map", "Map", "Choose two traits and see where naming a price early does better, and where asking first does."),
    (
        "/market",
        "Market",
        "Many sellers and buyers, day by day: which way of answering spreads, and for whom that is good.",
    ),
    ("/lessons", "Lessons", "Predict, run, explain: one idea in five minutes each."),
    ("/class", "Class", "The same buyers for a whole class, and what came of them on the wall."),
)


def page() -> None:
    """Register the page."""

    @ui.page("/")
    def show() -> None:
        with frame("zopa", "/"):
            heading(
                "When should a seller name a price?",
                "A simulator of selling and negotiating, for classes and for the curious.",
            )
            with ui.element("div").style(
                "display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem"
            ):
                for path, name, text in THERE_IS:
                    with ui.element("section").classes("sheet"):
                        part(name)
                        paragraph(text)
                        ui.link(f"Open {name.lower()}", path)
