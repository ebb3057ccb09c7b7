"""After the deal: what was hidden, what one more question would have told, and what others earned with this buyer.

The score is regret, not profit: how much less than the best simulated policy with this very buyer and this very luck. A
table of profits would measure luck. A buyer is held against what its rules would do, against each tactic of bargaining
with all else by rule, against staying to the end, and against leaving at the first chance.
"""

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from agents.views import ChoiceView
from experiments.narrating import ENDINGS, amount
from sim.batch import play_settings
from sim.deal import Setting
from sim.outcome import DESTINATIONS, REASONS
from sim.sides import buyer_limit, seller_limit
from sim.stepped import WALK_AWAY, Seat, SteppedDeal
from sim.vocabulary import Ask, Choice, Event, Reason
from teaching.game import Game, Position, WaitingError, deal_of, position
from teaching.prepared import RULES, prepared, with_buyer_tactic, with_policy

BY_RULE, STAYING, LEAVING = "the_rules_of_this_buyer", "staying_to_the_end", "leaving_at_the_first_chance"
"""Whom a buyer is compared with besides those who bargain by a tactic."""


class HiddenNeed(NamedTuple):
    """A need in truth, money: its worth, what the buyer saw in it at first and in the end, and what the seller took."""

    label: str
    worth: float
    seen_first: float
    seen_last: float
    believed: float


class Earned(NamedTuple):
    """What a rule earned in the player's seat with this very buyer, money, and how the deal ended."""

    name: str
    money: float
    won: bool
    price: float
    reason: str
    you: bool = False


class MoreTold(NamedTuple):
    """What one more question would have told, money; NaN for what is not told."""

    need: str
    worth: float
    believed_before: float
    believed_after: float
    report: float
    diagnosis: float


class Debrief(NamedTuple):
    """All that is revealed once a deal is over, money."""

    needs: tuple[HiddenNeed, ...]
    facts: tuple[str, ...]
    buyer_limit: float  # when the deal ended, for what was proposed; NaN if nothing was
    seller_limit: float
    price: float
    more: MoreTold | None
    left: float  # value left on the table: by the deal signed, or by signing none
    earned: tuple[Earned, ...]  # the best first, the player among them
    own: float
    best: float
    regret: float
    sentences: tuple[str, ...]


def debrief(game: Game) -> Debrief:
    """The debrief of a game that is over. Raises ValueError for one that is not."""
    where = position(game)
    if where.row is None:
        raise ValueError("the deal is not over: there is nothing to reveal yet")
    row = where.row
    deal = _to_the_end(game)
    own = float(row[_money(game)])
    others = list(compared_with(game))
    you = _earned(game, "you", row, you=True)
    earned = tuple(sorted([*others, you], key=lambda each: (-each.money, not each.you)))
    best = earned[0].money
    left = float(row["pareto_distance"]) if row["won"] else float(row["first_best"])
    more = _one_more_question(game) if game.seat == "seller" else None
    needs = _needs(game, deal)
    sentences = tuple(_sentences(game, row, best - own, left, earned))
    facts = tuple(_facts(game, deal))
    limits = float(row["reservation_price"]), float(row["seller_limit"])
    return Debrief(needs, facts, *limits, float(row["price"]), more, left, earned, own, best, best - own, sentences)


def regret(game: Game, row: np.void) -> float:
    """How much less the player got than the best rule with this very buyer, or 0 if it did best, money."""
    own = float(row[_money(game)])
    return max(0.0, best_of(game) - own)


def best_of(game: Game) -> float:
    """The most that anybody whom the player is compared with earned with this very buyer, money."""
    return max(each.money for each in compared_with(game))


def hidden_now(game: Game) -> tuple[str, ...]:
    """What is hidden while a deal is played, in sentences: for a second game with all known."""
    deal = deal_of(game, iter(game.decisions))
    with suppress(WaitingError):
        deal.play()
    world, buyer = deal.world[0], deal.buyer[0]
    worths = [
        f"{need.label} {amount(float(buyer['worth'][k]))}"
        for k, need in enumerate(game.scenario.needs.values())
        if buyer["worth"][k] > 0
    ]
    limits = "; ".join(
        f"{solution.label}: the buyer would pay {amount(float(buyer_limit(world, buyer, deal.buyer_mind[0], s)))}, "
        f"the seller go down to {amount(float(seller_limit(world, deal.seller_mind[0], s)))}"
        for s, solution in enumerate(game.scenario.solutions.values())
    )
    needs = f"The true needs: {'; '.join(worths) or 'nothing at all'}."
    return (needs, *_facts(game, deal), f"As things stand, {limits}.")


def _money(game: Game) -> str:
    return "seller_profit" if game.seat == "seller" else "buyer_surplus"


def others_earned(game: Game) -> Iterator[Earned]:
    """What each rule earned in the player's seat: a seller's price policies; a buyer's tactics, all else by rule.

    A tactic bargains, also for a buyer who by rule takes the number on the table.
    """
    if game.seat == "seller":
        names = list(RULES.price_policies)
        arms = [prepared(with_policy(game.scenario, name)) for name in names]
        for name, row in zip(names, _rows(game, arms), strict=True):
            yield _earned(game, name, row)
    else:
        for name in RULES.tactics:
            row = _bought(replace(game, scenario=with_buyer_tactic(game.scenario, name)), _bargains)
            yield _earned(game, name, row)


def compared_with(game: Game) -> Iterator[Earned]:
    """What those earned whom the player is compared with: each rule; and of a buyer three more."""
    yield from others_earned(game)
    if game.seat == "buyer":
        yield _earned(game, BY_RULE, _bought(game, lambda _view: None))
        yield _earned(game, STAYING, _bought(game, _stays))
        yield _earned(game, LEAVING, _bought(game, lambda _view: False, lambda _view: WALK_AWAY))


def _bargains(view: ChoiceView) -> bool | None:
    return False if view.choice == Choice.TAKE else None


def _stays(view: ChoiceView) -> bool | None:
    return None if view.choice in (Choice.ASK_PRICE, Choice.BARGAIN_AT_ONCE, Choice.TAKE) else True


def _bought(game: Game, chooses: Seat, moves: Seat | None = None) -> np.void:
    """The row of this very deal with others in the buyer's seat."""
    deal = SteppedDeal(prepared(game.scenario), game.seed, game.buyer, {Ask.BUYER_CHOICE: chooses}, RULES)
    if moves is not None:
        deal.take_seat(Ask.BUYER_MOVE, moves)
    row: np.void = deal.play()[0]
    return row


def _rows(game: Game, arms: list[Setting]) -> np.ndarray:
    """The rows of this very deal in each arm, all of it by rule."""
    (rows,) = play_settings(arms, game.seed, 1, first=game.buyer, workers=1, chunk=1, rules=RULES)
    return rows[:, 0]


def _earned(game: Game, name: str, row: np.void, you: bool = False) -> Earned:
    reason = REASONS[row["exit_reason"]]
    return Earned(name, float(row[_money(game)]), bool(row["won"]), float(row["price"]), reason, you)


def _to_the_end(game: Game) -> SteppedDeal:
    """The deal played to its end, with its records, which nobody saw."""
    deal = deal_of(game, iter(game.decisions))
    deal.play()
    return deal


def _needs(game: Game, deal: SteppedDeal) -> tuple[HiddenNeed, ...]:
    buyer, mind, seller = deal.buyer[0], deal.buyer_mind[0], deal.seller_mind[0]
    return tuple(
        HiddenNeed(
            need.label,
            float(buyer["worth"][k]),
            float(buyer["perceived"][k]),
            float(mind["perceived"][k]),
            float(seller["belief"][k]),
        )
        for k, need in enumerate(game.scenario.needs.values())
    )


def _facts(game: Game, deal: SteppedDeal) -> Iterator[str]:
    """What else was so, and was not said."""
    buyer = deal.buyer[0]
    batna, seen = float(buyer["batna"]), float(deal.buyer_mind["batna"][0])
    other = f"a competitor's offer worth {amount(batna)} to it" if buyer["rival"] else "no other offer"
    yield f"The buyer had {other}{'' if math.isclose(batna, seen) else f', and put its alternative at {amount(seen)}'}."
    if np.isfinite(buyer["budget"]):
        yield f"Its budget was {amount(float(buyer['budget']))}."
    yield "It meant to buy now." if buyer["in_market"] else "It did not mean to buy now."
    if not buyer["authority"]:
        yield "Whoever spoke for it could not sign."
    if buyer["shopper"]:
        yield "It only compared prices."
    if not np.isinf(buyer["patience"]):
        who = "It" if game.seat == "seller" else "Left to its rules, it"
        yield f"{who} would have sat through {int(buyer['patience'])} contacts."
    if buyer["members"] > 1:
        yield f"{int(buyer['members'])} people decided."


def _sentences(game: Game, row: np.void, regretted: float, left: float, earned: tuple[Earned, ...]) -> Iterator[str]:
    """The debrief in a few sentences, the most important first."""
    unit = game.scenario.currency
    others = [each for each in earned if not each.you]
    best = others[0]
    gained = float(row[_money(game)])
    what = "earned" if game.seat == "seller" else "gained"
    if row["won"]:
        yield f"You {what} {amount(gained)} {unit}: the deal was signed at {amount(float(row['price']))}."
    else:
        went = {"competitor": "bought elsewhere", "no_decision": "left things as they are"}
        ended = went.get(DESTINATIONS[row["destination"]], "is gone")
        who = "the buyer" if game.seat == "seller" else "you"
        yield f"You {what} {amount(gained)} {unit}: there was no deal, and {who} {ended}."
    if regretted > 0:
        yield (
            f"With this very buyer and this very luck, {best.name.replace('_', ' ')} {what} {amount(best.money)}: your "
            f"regret is {amount(regretted)}."
        )
    else:
        yield "With this very buyer no simulated rule did better: your regret is 0."
    if game.seat == "buyer":
        yield _by_rule(game)
    if left > 0:
        yield (
            f"Value left on the table: {amount(left)}. So much more could one side have had with the other as well off."
        )
    else:
        yield "Nothing was left on the table."


def _by_rule(game: Game) -> str:
    """What this buyer would have done with nobody in its seat, in a sentence."""
    row = _bought(game, lambda _view: None)
    asked = int(row["times_asked"])
    price = f"asked for the price {asked} time{'' if asked == 1 else 's'}" if asked else "asked for no price"
    time = f"put in {amount(float(row['buyer_contacts']))} contacts' worth of time"
    ended = f"signed at {amount(float(row['price']))}" if row["won"] else ENDINGS[Reason(row["exit_reason"])]
    gained = amount(float(row["buyer_surplus"]))
    return f"Left to its rules, this buyer would have {price}, {time}, and gained {gained}: {ended}."


def _one_more_question(game: Game) -> MoreTold | None:
    """What one more question would have told where the player last could have asked and did not; None if nowhere.

    It is asked about what the seller is most in doubt about.
    """
    for count in range(len(game.decisions) - 1, -1, -1):
        before = replace(game, decisions=game.decisions[:count])
        where = position(before)
        if where.ask in (Ask.PRICE, Ask.QUESTION) and not _asked(game.decisions[count]):
            told = _told(before, where)
            if told is not None:
                return told
    return None


def _asked(line: str) -> bool:
    return line.lower().split()[:1] == ["ask"]


def _told(game: Game, where: Position) -> MoreTold | None:
    """What the next question would tell from here, asking on where a price is asked for first; None if none comes."""
    for _ in range(4):
        if where.ask != Ask.PRICE:
            break
        game = replace(game, decisions=(*game.decisions, "ask on"))
        where = position(game)
    if where.ask != Ask.QUESTION:
        return None
    k = max(range(len(where.desk.needs)), key=lambda each: where.desk.needs[each].doubt)
    after = replace(game, decisions=(*game.decisions, f"ask {k + 1}"))
    return _answered(after, k, where)


def _answered(game: Game, k: int, before: Position) -> MoreTold | None:
    deal = deal_of(game, iter(game.decisions))
    report = diagnosis = math.nan
    with suppress(WaitingError):
        for happening in deal.happenings():
            if happening.event == Event.ANSWERED and happening.subject == k:
                diagnosis, report = happening.value, happening.other
    worth = float(deal.buyer["worth"][0, k])
    label = before.desk.needs[k].label
    after = float(deal.seller_mind["belief"][0, k])
    return MoreTold(label, worth, before.desk.needs[k].worth, after, report, diagnosis)
