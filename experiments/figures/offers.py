"""The trajectory of offers in one deal, between both sides' limits: the zone of possible agreement."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from experiments.figures.colours import PALETTE
from experiments.figures.style import FAINT, INK, RULE, say_nothing_to_draw
from experiments.narrating import amount
from experiments.offers import Offer

SELLER, BUYER = PALETTE[1], PALETTE[0]
ZONE = "#e6f2ec"


def draw_offers(axes: Axes, offers: Sequence[Offer]) -> None:
    """Draw the prices named, in their order, with both limits as they were then.

    Squares are the seller's prices, circles the buyer's, a star an agreement, a larger star the signature. Where the
    buyer's limit is above the seller's there is a zone of possible agreement, shaded; where there is none, hatched.
    """
    if not offers:
        say_nothing_to_draw(axes, "no price was named")
        return
    at = np.arange(len(offers), dtype=float)
    price, highest, lowest = (np.array([getattr(offer, name) for offer in offers])
                              for name in ("price", "buyer_limit", "seller_limit"))  # fmt: skip
    across, high, low = _widened(at), _held(highest), _held(lowest)
    axes.fill_between(across, low, high, where=high >= low, color=ZONE, linewidth=0, step="post")
    axes.fill_between(across, low, high, where=high < low, facecolor="none", edgecolor=FAINT, hatch="////", linewidth=0,
                      step="post")  # fmt: skip
    for limit, colour, dash, text in ((high, BUYER, (0, (5, 1.6)), "the buyer's limit"),
                                      (low, SELLER, (0, (1.2, 1.2)), "the seller's limit")):  # fmt: skip
        axes.step(across, limit, where="post", color=colour, linestyle=dash, linewidth=1.6)
        axes.annotate(text, (1.0, limit[-1]), (6, 0), xycoords=axes.get_yaxis_transform(), color=colour, fontsize=9.5,
                      textcoords="offset points",
                      va="bottom" if (limit is high) == (high[-1] >= low[-1]) else "top")  # fmt: skip
    axes.plot(at, price, color=FAINT, linewidth=0.8, zorder=2)
    for place, offer in zip(at, offers, strict=True):
        _draw_offer(axes, place, offer)
    values = np.concatenate([price, highest, lowest])
    margin = 0.14 * float(np.ptp(values)) or 1.0
    axes.set(xlim=(across[0], across[-1]), ylim=(values.min() - margin, values.max() + margin))
    axes.set_xticks(at, [_moment(offer) for offer in offers], fontsize=8.5, rotation=0 if len(offers) < 9 else 60)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)


def _widened(at: np.ndarray) -> np.ndarray:
    """The borders between moments, half a step to either side."""
    return np.concatenate([at - 0.5, [at[-1] + 0.5]])


def _held(limit: np.ndarray) -> np.ndarray:
    """A limit at the borders: it holds from the one before its moment on."""
    return np.concatenate([limit, limit[-1:]])


def _draw_offer(axes: Axes, place: float, offer: Offer) -> None:
    is_agreed = offer.kind in ("accepted", "taken", "signed")
    colour = {"seller": SELLER, "buyer": BUYER, "both": INK}[offer.side]
    marker = "*" if is_agreed else {"seller": "s", "buyer": "o"}.get(offer.side, "*")
    size = 15 if offer.side == "both" else 11 if is_agreed else 7
    axes.plot(place, offer.price, marker, color=colour, markersize=size, zorder=3)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.7}
    axes.annotate(amount(offer.price), (place, offer.price), (0, 9), textcoords="offset points", ha="center",
                  color=colour, fontsize=9, zorder=4, bbox=box)  # fmt: skip


def _moment(offer: Offer) -> str:
    """What happened, by whom and when."""
    who = "" if offer.side == "both" else f"{offer.side}'s " if offer.kind in ("offer", "quote") else f"{offer.side}: "
    when = f"round {offer.round}" if offer.round and offer.kind == "offer" else f"contact {offer.contact}"
    return f"{who}{offer.kind}\n{when}"
