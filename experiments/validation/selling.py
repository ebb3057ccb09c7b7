"""Facts about the way to an offer: the funnel, discovery, what an early price does, and who asks."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.validation.bargaining import discount
from experiments.validation.field import EARLY, LATE, ONE_ISSUE, Field, is_opportunity, is_proposed
from experiments.validation.findings import (
    LESS,
    MORE,
    NOT_MORE,
    Fact,
    Finding,
    Target,
    correlation,
    found,
    mean,
    not_measured,
    share,
    slope,
)
from sim.vocabulary import Destination, Step

QUESTIONS = (0, 3, 6, 9, 12, 15, 18, 24)
"""Questions of a script."""
SKILLS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
"""Discovery skills and, beside them, shares of objections answered, of the sellers compared (ASSUMPTION)."""
ANSWERED = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
LEADS_OF_A_SELLER = 500
"""Leads that a seller's result is taken over: about a year's (ASSUMPTION)."""
REPAIR = "auto_repair"


def _late_fits(field: Field) -> list[Finding]:
    rows = field.early_and_late

    def fit(row: np.ndarray) -> np.ndarray:
        return np.asarray(row["solution"] == row["best_solution"], float)

    def better(both: np.ndarray) -> float:
        early, late = both
        kept = early["asked_first"] & late["asked_first"]
        return mean(fit(late)[kept & late["won"]]) - mean(fit(early)[kept & early["won"]])

    def mediated(both: np.ndarray) -> float:
        kept = both["asked_first"].all(axis=0) & both["won"].all(axis=0)
        early, late = both[:, kept]
        asked = float((late["questions"] - early["questions"]).mean()) if kept.any() else np.nan
        pooled = np.concatenate([early, late])
        arm = np.repeat([0.0, 1.0], kept.sum())
        given = np.stack([arm, pooled["contacts"]], axis=1)
        return asked * slope(pooled["questions"].astype(float), fit(pooled), given)

    return [
        found("right solution, of deals won, late less early", MORE, better, rows),
        found("of that by the questions asked, contacts held constant", MORE, mediated, rows, "deals won in both arms"),
    ]


def _sellers(field: Field) -> list[Finding]:
    arms = [{**LATE, "seller.discovery_skill": skill} for skill in SKILLS]
    known = [{**LATE, "seller.objection_handling": answered} for answered in ANSWERED]
    return [
        found("standardised slope of a seller's profit on its skill in discovery", Target(0.2, 0.35),
              lambda rows: _standardised_slope(rows, SKILLS), field.arms(*arms)),
        found("the same on its answers to objections", Target(0.2, 0.35),
              lambda rows: _standardised_slope(rows, ANSWERED), field.arms(*known)),
    ]  # fmt: skip


def _standardised_slope(rows: np.ndarray, levels: tuple[float, ...]) -> float:
    """Correlation of level and profit over sellers, each with so many leads of its own."""
    sellers = rows.shape[1] // LEADS_OF_A_SELLER
    if sellers < 3:
        return np.nan
    profit = rows["seller_profit"][:, : sellers * LEADS_OF_A_SELLER].reshape(len(levels), sellers, -1).mean(axis=2)
    return correlation(np.repeat(levels, sellers), profit.ravel())


def _interior(field: Field) -> list[Finding]:
    scripts = [{**LATE, "seller.min_questions": n, "seller.max_questions": n} for n in QUESTIONS]
    rows = field.arms(*scripts)

    def per_hour(arms: np.ndarray) -> np.ndarray:
        return np.asarray(arms["seller_profit"].sum(axis=1) / arms["hours"].sum(axis=1))

    best = int(per_hour(rows).argmax())
    note = f"best of {', '.join(map(str, QUESTIONS))}: {QUESTIONS[best]} questions"
    won = rows["won"].sum(axis=1) / np.maximum(1, is_opportunity(rows).sum(axis=1))
    wins = ", ".join(f"{share_:.0%} at {n}" for n, share_ in zip(QUESTIONS, won, strict=True))
    return [
        found("profit per hour, the best script less no questions", MORE,
              lambda arms: per_hour(arms)[best] - per_hour(arms)[0], rows, note),
        found("the same less the longest script", MORE,
              lambda arms: per_hour(arms)[best] - per_hour(arms)[-1], rows, f"won of opportunities: {wins}"),
    ]  # fmt: skip


def _sensing(field: Field) -> list[Finding]:
    near, far = ({**LATE, **ONE_ISSUE, "conversation.report_noise": noise} for noise in (5.0, 60.0))
    rows = field.arms(near, far)
    return [found("discount where reports are precise, less where they are not", LESS,
                  lambda both: discount(both[0]) - discount(both[1]), rows)]  # fmt: skip


def _shown_early(field: Field) -> list[Finding]:
    shown = {"qualification": None, "buyer.price_focus": 1.0, "seller.reframing_skill": 1.0, "forces.refusal_exit": 0.0}
    last = {"seller.price_policy": "with_proposal"}
    rows = field.arms({**shown, **EARLY}, {**shown, **last})
    formed = {**shown, "buyer.self_knowledge": 1.0, "buyer.awareness": 1.0}
    known = field.arms({**formed, **EARLY}, {**formed, **last})

    def fewer(both: np.ndarray) -> float:
        early, late = both["won"].sum(axis=1)
        return float(early / late) - 1.0 if late else np.nan

    def step(both: np.ndarray) -> float:
        met = (both["exit_step"] >= Step.QUALIFICATION).all(axis=0)
        lost = met & ~both["won"].any(axis=0)
        return mean((both["exit_step"][0].astype(float) - both["exit_step"][1])[lost])

    return [
        found("purchases when the price is shown first, relative", Target(-0.20, -0.05), fewer, rows,
              "everyone is shown it: at the first contact, else with the proposal; nobody is qualified"),
        found("step at which the others leave, early less late", LESS, step, rows),
        found("the loss, less that where buyers know their own worth", LESS,
              lambda four: fewer(four[:2]) - fewer(four[2:]), np.concatenate([rows, known])),
    ]  # fmt: skip


def _openness(field: Field) -> list[Finding]:
    policies = ({"seller.price_policy": "list_price", "buyer.price_focus": focus} for focus in (1.0, 0.0))
    early, late = ({**policy, "buyer.shoppers": None} for policy in policies)
    rows = field.arms(*({**arm, "forces.openness": trust} for arm in (early, late) for trust in (0.0, 0.3)))

    def later(arms: np.ndarray) -> float:
        return float((arms["later_profit"][1] - arms["later_profit"][0]).mean())

    note = "by a strength of its own: the sign was put in, the size was not"
    return [
        found("later profit per prospect, openness 0.3 less 0, price shown first", MORE,
              lambda arms: later(arms[:2]), rows, note),
        found("that effect, less the one where it is shown after the questions", MORE,
              lambda arms: later(arms[:2]) - later(arms[2:]), rows),
    ]  # fmt: skip


def adapted(rows: np.ndarray) -> np.ndarray:
    """Deals won with another than the best solution, which has to be adapted."""
    return np.asarray(rows["won"] & (rows["solution"] != rows["best_solution"]))


def cost_of_adapting(rows: np.ndarray, rate: float) -> float:
    """What adapting costs, relative to the price, over the deals that need it."""
    need = adapted(rows)
    return float((rate * rows["price"][need]).sum() / rows["price"][need].sum()) if need.any() else np.nan


def _quotes_go_wrong(field: Field) -> list[Finding]:
    rate = _setting(field, "forces.adaptation")
    repair = field.elsewhere(REPAIR)
    blind = {"seller.min_questions": 0, "seller.max_questions": 0}
    cars = repair.arms({**EARLY, **blind}, deals=min(field.deals, 40_000))[0]

    def overrun(rows: np.ndarray) -> float:
        return mean((rows["cost"] / rows["seller_limit"] - 1.0)[rows["won"]])

    def overrunning(rows: np.ndarray) -> float:
        return share(rows["cost"] > rows["seller_limit"], rows["won"])

    return [
        found("adapting, of the price, where it is needed", Target(0.075, 0.14),
              lambda rows: cost_of_adapting(rows, rate), field.rows, "a setting: forces.adaptation"),
        found("jobs that cost more than reckoned, quoted without a look", Target(0.6, 0.8), overrunning, cars, REPAIR),
        found("by how much on average", Target(0.3, 0.4), overrun, cars, REPAIR),
    ]  # fmt: skip


def _setting(field: Field, path: str) -> Any:
    from sim.reading import load_scenario

    value: Any = load_scenario(field.scenario, field.settings)
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _competition(field: Field) -> list[Finding]:
    repair = field.elsewhere(REPAIR)
    rivals: Mapping[str, Any] = {"buyer.rival.present": 1.0}
    alone: Mapping[str, Any] = {"buyer.rival.present": 0.0, "buyer.shoppers": None}
    free, liable = ({"forces.adaptation_seller_share": part} for part in (0.0, 1.0))
    rows = repair.arms(
        {**LATE, **alone, **free}, {**LATE, **rivals, **free}, {**LATE, **alone, **liable}, {**LATE, **rivals, **liable}
    )

    def price(two: np.ndarray) -> float:
        won = two["won"].all(axis=0) & (two["solution"][0] == two["solution"][1])
        return mean(two["price"][1][won] / two["price"][0][won]) - 1.0

    def fit(two: np.ndarray) -> float:
        right = two["solution"] == two["best_solution"]
        both = np.asarray(two["won"].all(axis=0))
        return share(right[1], both) - share(right[0], both)

    return [
        found("price with rivals, relative", LESS, lambda all_: price(all_[:2]), rows, f"{REPAIR}, deals won in both"),
        found("the right repair with rivals less without, no liability", NOT_MORE, lambda all_: fit(all_[:2]), rows),
        found("the right repair, liability less none, with rivals", MORE,
              lambda all_: fit(all_[[1, 3]]), rows, "liability: the garage bears what adapting costs"),
    ]  # fmt: skip


def _callers(field: Field) -> list[Finding]:
    why = "sellers see nothing of what a buyer knows about prices"
    return [not_measured("quote to callers who seem to know little, relative", Target(0.05, 0.11), why)]


def wins_of_opportunities(rows: np.ndarray) -> float:
    """Won / opportunities."""
    return share(rows["won"], is_opportunity(rows))


def wins_of_proposals(rows: np.ndarray) -> float:
    """Won / opportunities proposed or quoted."""
    return share(rows["won"], is_proposed(rows))


def undecided(rows: np.ndarray) -> float:
    """Opportunities that ended without a decision / opportunities."""
    return share(rows["destination"] == Destination.NO_DECISION, is_opportunity(rows))


def leads_to_customers(rows: np.ndarray) -> float:
    """Won / leads."""
    return float(rows["won"].mean())


def responded(rows: np.ndarray) -> float:
    """Responded / leads."""
    return float((rows["exit_step"] >= Step.QUALIFICATION).mean())


def qualified(rows: np.ndarray) -> float:
    """Opportunities / responded."""
    return share(is_opportunity(rows), rows["exit_step"] >= Step.QUALIFICATION)


def _win_rates(field: Field) -> list[Finding]:
    early, late = field.early_and_late
    by_arm = f"early {wins_of_proposals(early):.0%}, late {wins_of_proposals(late):.0%}"
    return [
        found("won, of opportunities", Target(0.15, 0.30), wins_of_opportunities, field.rows),
        found("won, of opportunities proposed or quoted", Target(0.40, 0.50), wins_of_proposals, field.rows, by_arm),
    ]


def _no_decision(field: Field) -> list[Finding]:
    return [found("no decision, of opportunities", Target(0.38, 0.60), undecided, field.rows)]


def _leads(field: Field) -> list[Finding]:
    return [
        found("customers, of leads", Target(0.01, 0.05), leads_to_customers, field.rows),
        found("responded, of leads", Target(0.25, 0.55, rough=True), responded, field.rows),
        found("opportunities, of responses", Target(0.25, 0.55, rough=True), qualified, field.rows),
        found("won, of opportunities", Target(0.15, 0.45, rough=True), wins_of_opportunities, field.rows),
    ]


GROUPS = {1: 0.81, 2: 0.55, 3: 0.60, 6: 0.31}
"""Share that intends to buy by people in the group [Schmidt2015]; the last is about, for six and more."""


def _groups(field: Field) -> list[Finding]:
    rows = field.arms(*({**LATE, "group.least": size, "group.most": size} for size in GROUPS))

    def relative(arms: np.ndarray, i: int) -> float:
        bought = [wins_of_opportunities(arm) for arm in arms[[0, i]]]
        return bought[1] / bought[0]

    findings = []
    for i, (size, buys) in enumerate(GROUPS.items()):
        if size > 1:
            target = Target(buys / GROUPS[1] - 0.1, buys / GROUPS[1] + 0.1, rough=True)
            what = f"won, of opportunities: {size} people to one"
            findings.append(found(what, target, lambda arms, i=i: relative(arms, i), rows))  # type: ignore[misc]
    return findings


def _cycles(field: Field) -> list[Finding]:
    def skewed(rows: np.ndarray) -> float:
        spent = rows["contacts"][is_opportunity(rows)]
        return float(((spent - spent.mean()) ** 3).mean() / spent.std() ** 3)

    def longer(rows: np.ndarray) -> float:
        return correlation(rows["contacts"][rows["won"]], rows["value"][rows["won"]])

    why = "deals are played without a calendar"
    return [
        found("skewness of contacts per opportunity", MORE, skewed, field.rows, "contacts stand in for days"),
        found("r of contacts and worth, deals won", MORE, longer, field.rows),
        not_measured("closed within a month", Target(0.1, 0.25, rough=True), why),
        not_measured("open for more than six", Target(0.35, 0.55, rough=True), why),
    ]


def _fewer_objections(field: Field) -> list[Finding]:
    dull, keen = ({**LATE, "seller.discovery_skill": skill} for skill in (0.25, 2.0))
    rows = field.arms(dull, keen)

    def fewer(both: np.ndarray) -> float:
        heard = both["exit_step"] >= Step.OBJECTIONS_AND_NEGOTIATIONS
        return mean(both["objections"][1][heard[1]].astype(float)) - mean(both["objections"][0][heard[0]].astype(float))

    return [found("objections per deal at step 6, skilled less unskilled", LESS, fewer, rows)]


FACTS = (
    Fact(4, "late_fits", "Late first offers give deals that fit the needs better, through what is learnt", "S", "F",
         ("Sinaceur2013",), _late_fits),
    Fact(13, "sellers", "Sellers who adapt and know more sell more", "S", "T",
         ("Verbeke2011",), _sellers),
    Fact(14, "interior_discovery", "Asking pays up to a point, and not beyond", "S", "T",
         ("Homburg2011", "Gong2017"), _interior),
    Fact(15, "sensing", "Who senses how much the price matters gives less discount", "S", "T",
         ("Alavi2016",), _sensing),
    Fact(16, "shown_early", "A price shown early loses buyers who have no worth in mind yet, and sooner", "S", "T",
         ("Blake2021",), _shown_early),
    Fact(17, "openness", "Openness that is early and can be verified is repaid later; late openness is not", "S", "F",
         ("Atefi2020", "Mohan2020"), _openness),
    Fact(18, "quotes_go_wrong", "Quotes for what is not specified go wrong", "S", "C",
         ("Bajari2014", "MolokkenJorgensen2003"), _quotes_go_wrong),
    Fact(19, "competition", "Diagnosis under competition: lower prices, no better fit without liability", "S", "F",
         ("Dulleck2011",), _competition),
    Fact(20, "callers", "Callers who seem to know little are quoted more", "S", "T",
         ("Busse2017",), _callers),
    Fact(21, "win_rates", "What sellers win, of opportunities and of proposals", "V", "C",
         ("RainGroup2016",), _win_rates),
    Fact(22, "no_decision", "Many opportunities end in no decision", "V", "C",
         ("DixonMcKenna2022",), _no_decision),
    Fact(23, "leads", "Few leads become customers", "V", "C",
         ("MarketingSherpa2012",), _leads),
    Fact(24, "groups", "More people, fewer purchases", "V", "T",
         ("Schmidt2015",), _groups),
    Fact(25, "cycles", "Sales take long, some very long, and longer for more", "V", "T",
         ("MarketingSherpa2012",), _cycles),
    Fact(27, "fewer_objections", "Better discovery, fewer objections", "V", "T",
         ("Rackham1988",), _fewer_objections),
)  # fmt: skip
