"""One of zopa's tactics as a NegMAS negotiator. Imports NegMAS, the extra ``negmas``; an adapter, nothing copied.

There the tactic bargains over utility as it does here over money, as a seller does: it hopes for the most that its
utility function has to give and goes down to the reserved value. What it wants becomes the outcome with the least
utility that is not less. Who accepts what, and when time is up, is as in a sale (``agents.bargaining``).
"""

import importlib
import math
from types import ModuleType
from typing import Any

import numpy as np
from negmas.preferences import PresortingInverseUtilityFunction
from negmas.sao import ResponseType, SAONegotiator, SAOResponse

from agents.bargaining import LAST_BITS, is_concession, respond
from agents.catalogue import tactics
from agents.views import NegotiationView
from sim.fate import Purpose, luck
from sim.faults import hint_at_names

BELIEFS = {"their_limit", "their_doubt", "seen_limit", "seen_doubt"}
"""What a party of a sale believes, and nobody in NegMAS tells a negotiator."""


class TacticNegotiator(SAONegotiator):  # type: ignore[misc]  # NegMAS ships no types
    """A negotiator that concedes by a tactic of zopa's own.

    ``tactic`` is a name in ``agents/tactics``, ``firmness`` the exponent of time of those that have one, ``seed`` and
    ``number`` are the key of its luck. Everything else goes to NegMAS, such as ``name`` and ``ufun``. Raises ValueError
    for a tactic that does not exist, or that goes by beliefs about the other side.
    """

    def __init__(self, tactic: str, *, firmness: float = 3.0, seed: int = 0, number: int = 0, **settings: Any) -> None:
        super().__init__(**settings)
        self._next_offer = _tactic(tactic).next_offer
        self._firmness, self._key = firmness, (np.uint64(seed), number)
        self._inverse: Any = None
        self._mine = self._theirs = self._theirs_before = math.nan
        self._conceded = self._heard_conceding = 0

    def on_preferences_changed(self, changes: Any) -> None:
        """Sort the outcomes by the new utility before the next offer."""
        self._inverse = None
        super().on_preferences_changed(changes)

    def __call__(self, state: Any, dest: str | None = None) -> SAOResponse:
        """Accept the standing offer, or name an outcome."""
        if self._inverse is None:
            self._inverse = PresortingInverseUtilityFunction(self.ufun, rational_only=True)
            self._inverse.init()
        if state.current_offer is not None:
            self._hear(float(self.ufun(state.current_offer)))
        view = self._view(state)
        move = respond(view, self._next_offer(view))
        if move.accept:
            return SAOResponse(ResponseType.ACCEPT_OFFER, state.current_offer)
        return SAOResponse(ResponseType.REJECT_OFFER, self._named(move.price, view))

    def propose(self, state: Any, dest: str | None = None) -> Any:
        """The outcome that it would name now."""
        return self(state, dest).outcome

    def _hear(self, utility: float) -> None:
        self._heard_conceding += is_concession(-self._theirs, -utility, True)
        self._theirs_before, self._theirs = self._theirs, utility

    def _named(self, wanted: float, view: NegotiationView) -> Any:
        """The outcome with the least utility that is at least what is wanted, or the best there is."""
        rounding = LAST_BITS * abs(view.aspiration - view.limit)
        outcome = self._inverse.worst_in((wanted - rounding, view.aspiration + rounding), False)
        outcome = self._inverse.best() if outcome is None else outcome
        self._conceded += is_concession(self._mine, wanted, True)
        self._mine = wanted
        return outcome

    def _view(self, state: Any) -> NegotiationView:
        """What it sees, in utility; its deadline is the mechanism's, in rounds if that has any."""
        best, limit = float(self.ufun.max()), float(self.ufun.reserved_value)
        rounds = self.nmi.n_steps
        if rounds is None:
            elapsed, left = min(1.0, state.relative_time), math.inf
        else:
            elapsed = min(1.0, state.step / (rounds - 1.0)) if rounds > 1 else 1.0
            left = 2.0 * (rounds - state.step) - 1.0
        seed, number = self._key
        toss, _, _, _ = luck(seed, Purpose.GAME_OFFER, number, state.step)
        return NegotiationView(
            selling=True,
            aspiration=best,
            limit=max(limit, float(self.ufun.min())),
            acceptance_limit=max(limit, float(self.ufun.min())),
            elapsed=elapsed,
            round=state.step + 1,
            firmness=self._firmness,
            my_last=self._mine,
            their_last=self._theirs,
            their_previous=self._theirs_before,
            luck=toss,
            offers_left=left,
            my_concessions=self._conceded,
            their_concessions=self._heard_conceding,
        )


def _tactic(name: str) -> ModuleType:
    """The file of a tactic that can bargain without beliefs about the other side. Raises ValueError."""
    known = tactics()
    if name not in known:
        raise ValueError(f"'{name}' is not a tactic\n    {hint_at_names(name, known)}")
    module = importlib.import_module(f"agents.tactics.{name}")
    if BELIEFS & set(module.LOOKS_AT):
        raise ValueError(f"'{name}' goes by beliefs about the other side, of which NegMAS tells a negotiator nothing")
    return module
