"""Which plug-ins can be compiled, and of the others why not: the batch plays the first, the stepped clock the rest."""

import re
from typing import Any, get_type_hints

import numba
from numba.core import types

from agents.answers import checked_offer, checked_reply
from agents.catalogue import Catalogue, Entry
from agents.rule import bind, entry, rule
from agents.views import NegotiationView, PriceView, Reply
from sim.own_rules import NEXT_OFFER, REPLY
from sim.own_seats import load

LONGEST_REASON = 160  # characters
NOTHING_SAID = re.compile(r"^(Failed in nopython mode pipeline.*|\s*|During:.*)$")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
VIEWS: dict[str, Any] = {REPLY: PriceView, NEXT_OFFER: NegotiationView}


def reasons_against(rules: Catalogue) -> dict[str, str]:
    """Why each plug-in that cannot be compiled cannot be, by its name. Raises Fault for one that cannot be loaded."""
    reasons: dict[str, str] = {}
    for function, entries in ((REPLY, rules.price_policies), (NEXT_OFFER, rules.tactics)):
        for each in entries.values():
            reason = _reason_against(each, function) if each.is_plugin else ""
            if reason:
                reasons.setdefault(each.name, reason)
    return reasons


def first_line(error: BaseException) -> str:
    """The first line of an error that says anything, without colours, shortened."""
    lines = COLOURS.sub("", str(error)).splitlines()
    told = [line.strip() for line in lines if not NOTHING_SAID.match(line)] or [type(error).__name__]
    text = told[0]
    if text.endswith(":") and len(told) > 1:  # "… found for signature:", and then the signature
        text = f"{text} {told[1].removeprefix('>>>').strip()}"
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 2]} …"


def _reason_against(plugin: Entry, function: str) -> str:
    """Why one of a plug-in's rules cannot be compiled; nothing if it can."""
    own = rule(load(plugin, function))
    looked_at = checked_reply(own) if function == REPLY else checked_offer(own)
    bound_to = f"{function} {plugin.name}@{plugin.fingerprint}"
    trial: Any = entry(bind(_trial, plain=own, checked=looked_at), [plugin.path], bound_to)
    try:
        trial.compile((numba.typeof(_any_view(VIEWS[function])),))
    except Exception as error:  # numba raises errors of many kinds, some of them not its own
        return _about(error, plugin)
    answers = trial.nopython_signatures[0].return_type
    return "" if _fits(answers, function) else f"it answers with {_short(answers)}"


def _trial(view: Any) -> Any:
    """Call a plug-in both ways; bound to its rules before it is compiled, and never called."""
    checked(view)
    return plain(view)


def plain(view: Any) -> Any:
    """A plug-in's rule; bound before it is compiled."""
    raise LookupError("no plug-in is bound")


def checked(view: Any) -> Any:
    """A plug-in's rule with its answer looked at; bound before it is compiled."""
    raise LookupError("no plug-in is bound")


def _any_view(kind: Any) -> Any:
    """A view of this kind with any numbers: what is compiled depends on their types only."""
    return kind(*(make(1) for make in get_type_hints(kind).values()))


def _fits(answers: Any, function: str) -> bool:
    """Whether compiled code answers with a price or a reply at every end of the rule."""
    if function == NEXT_OFFER:
        return isinstance(answers, types.Integer | types.Float)
    return getattr(answers, "instance_class", None) is Reply


def _about(error: Exception, plugin: Entry) -> str:
    """The reason, with the line of the file if numba says it."""
    line = re.search(
        rf'(?:File ".*{re.escape(plugin.path.name)}", line |{re.escape(plugin.path.name)} \()(\d+)', str(error)
    )
    return first_line(error) + (f" (line {line[1]})" if line else "")


def _short(kind: Any) -> str:
    text = str(kind)
    return text if len(text) <= 60 else f"{text[:58]} …"
