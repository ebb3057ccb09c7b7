"""A market to watch in the browser, with Mesa's own SolaraViz.

zopa does not depend on it. Install it beside zopa and start the page:

    uv run --with "mesa[viz]" --with "ipyvuetify<2" solara run examples/market_in_solara.py

(Mesa 3.3's page asks for what ipyvuetify 2 and later no longer have.)

Sliders set the size of the market and how buyers look around; the curves are the policies' shares, the pipeline and the
price. Every press of *reset* plays the market of the seed again: the luck is the project's own.
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mesa.visualization import SolaraViz, make_plot_component

from sim.market.model import Market
from sim.reading import load_scenario

SCENARIO = "market_garages"


class WatchedMarket(Market):
    """A market whose settings are sliders."""

    def __init__(
        self,
        seed: int = 1,
        sellers: int = 20,
        leads_per_day: float = 48.0,
        comparers: float = 0.3,
        asked: int = 3,
        word_of_mouth: float = 0.2,
    ) -> None:
        changes: dict[str, Any] = {
            "market.sellers": sellers,
            "market.leads_per_day": float(leads_per_day),
            "market.asking.comparers": float(comparers),
            "market.asking.sellers": min(asked, sellers),
            "market.reputation.word_of_mouth": float(word_of_mouth),
        }
        super().__init__(load_scenario(SCENARIO, changes), int(seed))
        for policy in sorted(set(self.policy_of.tolist())):
            self.datacollector.model_reporters[self.policy_names[policy]] = _share_of(policy)
            self.datacollector.model_vars[self.policy_names[policy]] = []
        self.datacollector.collect(self)  # the page wants a first day to draw


def _share_of(policy: int) -> Any:
    return lambda market: float((market.policy_of == policy).mean())


def slider(label: str, value: float, low: float, high: float, step: float) -> dict[str, Any]:
    """A slider as SolaraViz wants it described."""
    kind = "SliderInt" if step >= 1 else "SliderFloat"
    return {"type": kind, "label": label, "value": value, "min": low, "max": high, "step": step}


CONTROLS = {
    "seed": {"type": "InputText", "label": "seed", "value": "1"},
    "sellers": slider("garages", 20, 1, 60, 1),
    "leads_per_day": slider("leads a day", 48, 4, 200, 4),
    "comparers": slider("share of buyers who ask several", 0.3, 0.0, 1.0, 0.1),
    "asked": slider("garages that those ask", 3, 1, 8, 1),
    "word_of_mouth": slider("word of mouth", 0.2, 0.0, 1.0, 0.1),
}

page = SolaraViz(
    WatchedMarket(),
    components=[
        make_plot_component(["after_needs_analysis", "on_first_ask"]),
        make_plot_component(["needs_analysis", "presenting", "objections_and_negotiations", "securing"]),
        make_plot_component("price"),
        make_plot_component("hours"),
    ],
    model_params=CONTROLS,
    name=f"zopa: {SCENARIO}",
)
"""What ``solara run`` shows."""
