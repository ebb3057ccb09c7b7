"""Seats of a deal for negotiators from elsewhere, named on the command line: ``negmas:AspirationNegotiator``.

NegMAS is an optional extra with a licence of its own (AGPL). Nothing here imports it before a seat asks for it, and
only ``sim.negmas_seat`` and ``sim.negmas_tactic`` know it.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.faults import Fault, Place, Problem, hint_at_names, nearest
from sim.stepped import Seat, SteppedDeal
from sim.vocabulary import Ask

if TYPE_CHECKING:
    from negmas.sao import SAONegotiator

NEGMAS = "negmas:"
SEATS = {"--seller-seat": Ask.SELLER_MOVE, "--buyer-seat": Ask.BUYER_MOVE}
"""The options that seat somebody, and what is asked of whoever sits there."""

MOST_TOLD = 120  # characters of an error that is not ours


class Foreigner(NamedTuple):
    """A negotiator from elsewhere: its name as it was given, its class, and what the scenario calls its terms."""

    name: str
    kind: Any

    def seat(self, deal: SteppedDeal, ask: Ask, terms: tuple[str, ...]) -> Seat:
        """A seat for it in a deal that has not begun. The seat raises Fault for an answer that cannot be played."""
        from sim.negmas_seat import NegmasSeat

        return NegmasSeat(self.name, self.kind, terms, lambda: deal.terms(ask))


def seated(given: Mapping[str, str | None]) -> dict[Ask, Foreigner]:
    """Who sits where, from the options given; what is left out is not in it. Raises Fault with all that is wrong."""
    found: dict[Ask, Foreigner] = {}
    problems = []
    for option, name in given.items():
        if name is None:
            continue
        try:
            found[SEATS[option]] = _found(option, name)
        except _UnfitError as unfit:
            problems.append(unfit.problem)
    if problems:
        raise Fault.of(problems)
    return found


def negotiators() -> dict[str, str]:
    """The names of NegMAS's own negotiators that can take a seat, with a line on each. Raises Fault without NegMAS."""
    if find_spec("negmas") is None:
        raise Fault("\n    ".join(("NegMAS is not installed", HOW_TO_INSTALL)))
    from sim.negmas_seat import known, names_an_offer

    kinds = {name: kind for name, kind in known().items() if names_an_offer(kind)}
    return {f"{NEGMAS}{name}": (kind.__doc__ or "").strip().partition("\n")[0] for name, kind in kinds.items()}


def as_negotiator(tactic: str, **settings: Any) -> "SAONegotiator":
    """One of the catalogue's tactics as a NegMAS negotiator; see ``sim.negmas_tactic``. Needs the extra ``negmas``."""
    from sim.negmas_tactic import TacticNegotiator

    return TacticNegotiator(tactic, **settings)


HOW_TO_INSTALL = "it is an extra of its own: 'uv run --extra negmas zopa …' installs it and runs the command"


class _UnfitError(Exception):
    """A name that nobody can be seated by."""

    def __init__(self, option: str, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.problem = Problem(Place(option), (), text, hint)


def _found(option: str, given: str) -> Foreigner:
    """The negotiator of that name. Raises _UnfitError."""
    if not given.startswith(NEGMAS):
        side = option.removeprefix("--").removesuffix("-seat")
        hint = f"a tactic of zopa's own is a setting: --set {side}.tactic=boulware"
        raise _UnfitError(option, f"'{given}' is nobody who can sit there; {NEGMAS}NAME would be right", hint)
    if find_spec("negmas") is None:
        raise _UnfitError(option, f"{given}: NegMAS is not installed", HOW_TO_INSTALL)
    kind = _kind(option, given.removeprefix(NEGMAS))
    refusal = _refusal(kind)
    if refusal is not None:
        raise _UnfitError(option, f"{given} cannot be built without arguments: {told(refusal)}")
    return Foreigner(given, kind)


def _kind(option: str, name: str) -> Any:
    """The class of one of NegMAS's own negotiators, or of one's own as ``module.Class``. Raises _UnfitError."""
    from sim.negmas_seat import imported, is_a_negotiator, known

    kinds = known()
    if name in kinds:
        return kinds[name]
    if "." not in name:
        hint = hint_at_names(name, kinds)
        raise _UnfitError(option, f"'{name}' is not a negotiator of NegMAS", hint)
    try:
        kind = imported(name)
    except (Exception, SystemExit) as error:
        near = nearest(name.rpartition(".")[2], kinds)
        hint = f"did you mean '{NEGMAS}{near}'?" if near else ""
        raise _UnfitError(option, f"'{name}' cannot be imported: {told(error)}", hint) from None
    if not is_a_negotiator(kind):
        raise _UnfitError(option, f"'{name}' is not a class of negotiators for NegMAS's alternating offers")
    return kind


def _refusal(kind: Any) -> BaseException | None:
    """The error with which a class refuses to be built without arguments, if it does."""
    from sim.negmas_seat import contained

    try:
        with contained(0.0):
            kind()
    except (Exception, SystemExit) as error:
        return error
    return None


def told(error: BaseException) -> str:
    """An error that is not ours, in one line."""
    said = str(error).partition("\n")[0][:MOST_TOLD]
    return f"{type(error).__name__}{f': {said}' if said else ''}"
