"""What is printed: role sheets of a scenario, one page for each side, and the teacher's guide."""

from nicegui import ui

from experiments.narrating import amount
from sim.reading import scenario_names
from teaching.guide import GUIDE
from teaching.markets import market
from teaching.pages.look import frame, heading, paragraph, part, table


def page() -> None:
    """Register the pages."""

    @ui.page("/print/roles/{name}")
    def roles(name: str) -> None:
        with frame("Role sheets", "/class"):
            if name not in scenario_names():
                heading("No such scenario")
                return
            _print_button()
            _seller(name)
            ui.element("div").classes("pagebreak")
            _buyer(name)

    @ui.page("/print/guide")
    def guide() -> None:
        with frame("Teacher's guide", "/class"):
            _print_button()
            with ui.element("section").classes("sheet"):
                ui.markdown(GUIDE.read_text(encoding="utf-8"), extras=["tables", "fenced-code-blocks"])


def _print_button() -> None:
    ui.button("Print", on_click=lambda: ui.run_javascript("window.print()")).props("outline no-caps").classes("noprint")


def _seller(name: str) -> None:
    scenario = market(name)
    with ui.element("section").classes("sheet"):
        heading("You are the seller", scenario.title)
        paragraph(" ".join(scenario.story.split()))
        part("What buyers may need")
        rows = [[need.label, f"{need.present:.0%}", amount(need.worth.mean)] for need in scenario.needs.values()]
        ui.html(table(["need", " buyers who have it", " worth to them, on average"], rows), sanitize=False)
        part("What you can deliver")
        rows = [
            [each.label, amount(each.base_cost), amount(each.typical_price)] for each in scenario.solutions.values()
        ]
        ui.html(table(["solution", " costs you at least", " usually sold at"], rows), sanitize=False)
        paragraph(
            f"Money is in {scenario.currency}. A contact costs you {amount(scenario.seller.contact_cost)}. "
            f"A number you name {'binds you' if scenario.quotes == 'binding' else 'may be revised'}."
        )
        _terms(name, "cost")
        _space("Your walk-away point, before you begin:")


def _buyer(name: str) -> None:
    scenario = market(name)
    with ui.element("section").classes("sheet"):
        heading("You are the buyer", scenario.title)
        paragraph(" ".join(scenario.story.split()))
        part("What you may need, and what it is worth to you")
        rows = [[need.label, ""] for need in scenario.needs.values()]
        ui.html(table(["need", "worth to you (your teacher fills it in, or you choose)"], rows), sanitize=False)
        part("What is on offer")
        rows = [[each.label, amount(each.typical_price)] for each in scenario.solutions.values()]
        ui.html(table(["solution", " you have heard it costs"], rows), sanitize=False)
        contact = amount(scenario.buyer.contact_cost)
        paragraph(f"Money is in {scenario.currency}. A contact costs you {contact}.")
        part("What you decide")
        paragraph(
            "When to ask what it costs; whether to stay over a number, or over none; which meeting is worth your time; "
            "when to bargain; what to agree to in principle; whether to sign. You may leave at any of them, and walk "
            "away from the talks: then you have your best alternative, and have spent your time. What the seller asks "
            "about your needs you answer honestly."
        )
        _terms(name, "worth")
        _space("Your best alternative, and so the most you would pay:")


def _terms(name: str, what: str) -> None:
    scenario = market(name)
    if not scenario.terms:
        return
    part("What else is agreed on")
    title = " usually costs you more" if what == "cost" else " usually worth more to you"
    rows = [
        [term.label, level.label, amount(level.cost if what == "cost" else level.worth)]
        for term in scenario.terms.values()
        for level in term.levels.values()
    ]
    ui.html(table(["term", "level", title], rows), sanitize=False)


def _space(text: str) -> None:
    paragraph(text)
    ui.element("div").style("border-bottom:1px solid var(--faint);height:2.2rem;max-width:24rem")
