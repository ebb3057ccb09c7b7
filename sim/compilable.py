"""Which plug-ins can be compiled, and of the others why not: the batch plays the first, the stepped clock the rest."""

import re
from typing import Any, get_type_hints

import numba
from numba.core.types import Float, Integer
from numba.core.types.misc import Optional

from agents.answers import checked_offer, checked_reply
from agents.catalogue import Catalogue, Entry
from agents.rule import bind, entry, rule
from agents.views import NegotiationView, PriceView, Reply
from sim.own_rules import NEXT_OFFER, REPLY
from sim.own_seats import load

LONGEST_REASON = 160  # characters
NOTHING_SAID = re.compile(r"^(Failed in nopython mode pipeline.*|\s*|During:.*)$")
FIELDS = re.compile(r"\b(PriceView|NegotiationView|Reply|Move)\([^()]*(?:\([^()]*\)[^()]*)*\)")
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
    return _in_short(text)


def _reason_against(plugin: Entry, function: str) -> str:
    """Why one of a plug-in's rules cannot be compiled; nothing if it can."""
    own = rule(load(plugin, function))
    looked_at = checked_reply(own) if function == REPLY else checked_offer(own)
    view = numba.typeof(_any_view(VIEWS[function]))
    bound_to = f"{function} {plugin.name}@{plugin.fingerprint}"
    trial: Any = entry(bind(_trial, plain=own, checked=looked_at), [plugin.path], bound_to)
    try:
        trial.compile((view,))
    except Exception as error:  # numba raises errors of many kinds, some of them not its own
        return _wrong_type(own, view, function) or _about(error, plugin)
    return _type_against(trial.nopython_signatures[0].return_type, function)


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


def _wrong_type(own: Any, view: Any, function: str) -> str:
    """What is wrong with the type of a rule's answers, if the rule compiles by itself."""
    alone: Any = entry(bind(_plain_trial, plain=own))
    try:
        alone.compile((view,))
    except Exception:  # then it is the rule itself that cannot be compiled
        return ""
    return _type_against(alone.nopython_signatures[0].return_type, function)


def _plain_trial(view: Any) -> Any:
    """Call a plug-in; bound to its rule before it is compiled, and never called."""
    return plain(view)


def _type_against(answers: Any, function: str) -> str:
    """What is wrong with the type of compiled answers; nothing if it is a price, or a reply, at every end of a rule."""
    kind = answers.type if isinstance(answers, Optional) else answers
    is_reply = getattr(kind, "instance_class", None) is Reply
    fits = is_reply if function == REPLY else isinstance(kind, Integer | Float)
    wanted = "a Reply" if function == REPLY else "a price"
    if not fits:
        return f"it answers with {_in_short(str(answers))}, not with {wanted}"
    return "" if kind is answers else f"it answers with {wanted} or with None"


def _about(error: Exception, plugin: Entry) -> str:
    """The reason, with the line of the file if numba says it."""
    line = re.search(
        rf'(?:File ".*{re.escape(plugin.path.name)}", line |{re.escape(plugin.path.name)} \()(\d+)', str(error)
    )
    return first_line(error) + (f" (line {line[1]})" if line else "")


def _in_short(text: str) -> str:
    """Text of numba's without colours and without the fields of records, shortened."""
    text = FIELDS.sub(r"\1", COLOURS.sub("", text))
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 2]} …"
