"""A class: the same buyers for everyone, every line kept as it is said, and what came of them.

All is in one SQLite file. A line is written before its answer is shown, so that a restart in the middle of a class
loses nothing; a game is taken up again from its lines. The seed of a class is drawn and stays in the file: nobody can
look a buyer up on another page. Names are off unless a class asks for them, and are exported only when that is asked
for.
"""

import csv
import io
import json
import secrets
import sqlite3
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from sim.faults import Fault
from sim.outcome import REASONS
from sim.reading import scenario_names
from sim.scenario import Scenario
from teaching.buyers import worth_playing
from teaching.debrief import best_of, others_earned, regret
from teaching.decisions import WrongDecisionError
from teaching.game import Game, Position, Seat, said
from teaching.markets import market
from teaching.prepared import RULES, with_policy

Mode = Literal["play", "guess"]

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH_OF_CODE = 5
MOST_CLASSES = 200
MOST_SEATS = 300
MOST_DEALS = 12
LONGEST_NAME = 40

PLAYING, OUTCOMES, REVEALED = 0, 1, 2
STAGES = ("playing", "outcomes on the wall", "all revealed")

TABLES = """
create table if not exists class (
    code text primary key, scenario text not null, seed text not null, seat text not null, mode text not null,
    policy text not null, buyers text not null, names integer not null, stage integer not null, made real not null);
create table if not exists student (
    number integer primary key, class text not null references class (code) on delete cascade,
    token text not null unique, name text not null, agent text not null);
create table if not exists line (
    student integer not null references student (number) on delete cascade, deal integer not null,
    place integer not null, said text not null, primary key (student, deal, place));
create table if not exists outcome (
    student integer not null references student (number) on delete cascade, deal integer not null, won integer not null,
    price real, money real not null, regret real not null, reason text not null, guess text not null,
    primary key (student, deal));
"""


def new_seed() -> int:
    """The seed of a new class. The system draws it: nobody can guess it, and no two classes meet the same buyers."""
    return secrets.randbelow(2**62)


class Class(NamedTuple):
    """A class as its teacher made it; ``stage`` is what has been revealed so far."""

    code: str
    scenario: str
    seed: int
    seat: Seat
    mode: Mode
    policy: str  # of the seller that students meet as buyers
    buyers: tuple[int, ...]
    names: bool
    stage: int

    @property
    def market(self) -> Scenario:
        """The scenario that is played, with the seller that students meet."""
        return with_policy(market(self.scenario), self.policy) if self.policy else market(self.scenario)

    def game(self, deal: int, lines: tuple[str, ...] = ()) -> Game:
        """The game of one of its deals."""
        return Game(self.market, self.seed, self.buyers[deal], self.seat, lines)


class Outcome(NamedTuple):
    """What came of one deal of one student, money."""

    student: int
    name: str
    agent: str
    deal: int
    won: bool
    price: float | None
    money: float
    regret: float
    reason: str
    guess: str


class Place(NamedTuple):
    """Where a student is: in which deal, and the lines said in it; ``deal`` is past the last when all are over."""

    student: int
    deal: int
    lines: tuple[str, ...]


class Classes:
    """The classes in a file. Safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.RLock()
        self._of_student: dict[str, threading.Lock] = defaultdict(threading.Lock)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
            self._base.executescript(f"pragma journal_mode = wal; pragma foreign_keys = on; {TABLES}")
        except (OSError, sqlite3.Error) as error:
            raise Fault(f"{file} cannot be used for classes: {error}") from None

    # --- the teacher ---

    def make(self, scenario: str, seat: Seat, mode: Mode, deals: int, names: bool = False, policy: str = "") -> Class:
        """A new class. Raises Fault for what no class can be made of."""
        if scenario not in scenario_names():
            raise Fault(f"there is no scenario named '{scenario[:60]}'")
        if not 1 <= deals <= MOST_DEALS:
            raise Fault(f"a class of {deals} deals; from 1 to {MOST_DEALS} would be right")
        if len(self.all()) >= MOST_CLASSES:
            raise Fault(f"there are {MOST_CLASSES} classes; delete one first")
        hidden = (policy or secrets.choice(list(RULES.price_policies))) if mode == "guess" else ""
        side: Seat = "buyer" if mode == "guess" else seat
        seed = new_seed()
        played = with_policy(market(scenario), hidden) if hidden else market(scenario)
        buyers = worth_playing(played, seed, side, deals)
        if not buyers:
            raise Fault(f"in {scenario} nobody leaves a {side} anything to decide; choose another scenario")
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(LENGTH_OF_CODE))
        values = (code, scenario, str(seed), side, mode, hidden, json.dumps(buyers), int(names), PLAYING, time.time())
        self._do("insert into class values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return self.found(code)

    def all(self) -> list[Class]:
        """All classes, the newest first."""
        return [_class(row) for row in self._rows("select * from class order by made desc")]

    def found(self, code: str) -> Class:
        """The class with that code. Raises Fault where there is none."""
        for row in self._rows("select * from class where code = ?", (code.strip().upper()[:LENGTH_OF_CODE],)):
            return _class(row)
        raise Fault("there is no class with that code")

    def show(self, code: str, stage: int) -> None:
        """Reveal, or hide again."""
        if 0 <= stage < len(STAGES):
            self._do("update class set stage = ? where code = ?", (stage, code))

    def delete(self, code: str) -> None:
        """Delete a class with all that was said and done in it, for good."""
        self._do("delete from class where code = ?", (code,))
        self._do("vacuum")

    def fill(self, code: str, seats: int) -> int:
        """Let rules sit in the empty seats, so that ``seats`` are taken; returns how many sat down."""
        known = self.found(code)
        taken = self._rows("select count(*) from student where class = ?", (code,))[0][0]
        empty = max(0, min(seats, MOST_SEATS) - taken)
        if not empty:
            return 0
        earned = [list(others_earned(known.game(deal))) for deal in range(len(known.buyers))]
        best = [best_of(known.game(deal)) for deal in range(len(known.buyers))]
        for seat in range(empty):
            rule = seat % len(earned[0])
            student = self._seated(code, "", earned[0][rule].name)[0]
            for deal, of_deal in enumerate(earned):
                one = of_deal[rule]
                price = None if one.price != one.price else one.price
                done = (student, deal, int(one.won), price, one.money, best[deal] - one.money, one.reason, "")
                self._do("insert into outcome values (?, ?, ?, ?, ?, ?, ?, ?)", done)
        return int(empty)

    def outcomes(self, code: str) -> list[Outcome]:
        """What came of all deals of a class so far."""
        rows = self._rows(
            "select s.number, s.name, s.agent, o.deal, o.won, o.price, o.money, o.regret, o.reason, o.guess "
            "from outcome o join student s on s.number = o.student where s.class = ? order by s.number, o.deal",
            (code,),
        )
        return [Outcome._make((*row[:4], bool(row[4]), *row[5:])) for row in rows]

    def counts(self, code: str) -> tuple[int, int]:
        """Students in the class who are people, and deals that they have ended."""
        people = self._rows("select count(*) from student where class = ? and agent = ''", (code,))[0][0]
        done = self._rows(
            "select count(*) from outcome o join student s on s.number = o.student where s.class = ? and s.agent = ''",
            (code,),
        )[0][0]
        return int(people), int(done)

    def exported(self, code: str, names: bool = False) -> str:
        """The outcomes as comma-separated values; students by number, their names only where asked for."""
        known = self.found(code)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        titles = ["class", "student", "name", "rule", "deal", "won", "price", "money", "regret", "reason", "guess"]
        keep = [title for title in titles if title != "name" or names]
        writer.writerow(keep)
        numbers: dict[int, int] = {}
        for each in self.outcomes(code):
            number = numbers.setdefault(each.student, len(numbers) + 1)
            price = "" if each.price is None else f"{each.price:.2f}"
            row = {
                "class": known.code,
                "student": number,
                "name": _harmless(each.name),
                "rule": each.agent,
                "deal": each.deal + 1,
                "won": int(each.won),
                "price": price,
                "money": f"{each.money:.2f}",
                "regret": f"{each.regret:.2f}",
                "reason": each.reason,
                "guess": each.guess,
            }
            writer.writerow([row[title] for title in keep])
        return text.getvalue()

    # --- the student ---

    def join(self, code: str, name: str = "") -> str:
        """Take a seat; returns the token that its student shows from now on. Raises Fault."""
        known = self.found(code)
        if self._rows("select count(*) from student where class = ?", (known.code,))[0][0] >= MOST_SEATS:
            raise Fault("all seats of this class are taken")
        shown = "".join(letter for letter in name if letter.isprintable()).strip()[:LONGEST_NAME]
        return self._seated(known.code, shown if known.names else "", "")[1]

    def place(self, code: str, token: str) -> Place:
        """Where a student is. Raises Fault for a token that is nobody's in this class."""
        rows = self._rows("select number from student where token = ? and class = ?", (token, code))
        if not rows:
            raise Fault("this seat is not in this class; join it again")
        student = int(rows[0][0])
        ended = int(self._rows("select count(*) from outcome where student = ?", (student,))[0][0])
        lines = self._rows("select said from line where student = ? and deal = ? order by place", (student, ended))
        return Place(student, ended, tuple(row[0] for row in lines))

    def say(self, code: str, token: str, line: str) -> Position:
        """Say a line in the student's deal; it is written before it counts. Raises Fault, WrongDecisionError."""
        with self._of_student[token]:
            known, here = self.found(code), self.place(code, token)
            if here.deal >= len(known.buyers):
                raise WrongDecisionError("all deals of this class are over")
            game, where = said(known.game(here.deal, here.lines), line)
            done = self._done(here, game, where) if where.row is not None else None
            with self._lock:
                self._do("begin")
                try:
                    self._do("insert into line values (?, ?, ?, ?)", (here.student, here.deal, len(here.lines), line))
                    if done is not None:
                        self._do("insert into outcome values (?, ?, ?, ?, ?, ?, ?, ?)", done)
                    self._do("commit")
                except BaseException:
                    self._do("rollback")
                    raise
            return where

    def ended(self, code: str, token: str, deal: int) -> tuple[Game, Outcome] | None:
        """A deal that a student has ended, and what came of it; None where it has not."""
        here = self.place(code, token)
        if not 0 <= deal < here.deal:
            return None
        rows = self._rows("select said from line where student = ? and deal = ? order by place", (here.student, deal))
        game = self.found(code).game(deal, tuple(row[0] for row in rows))
        (outcome,) = (one for one in self.outcomes(code) if (one.student, one.deal) == (here.student, deal))
        return game, outcome

    def guess(self, code: str, token: str, deal: int, policy: str) -> None:
        """Name the policy that the seller of a deal played; once."""
        here = self.place(code, token)
        if policy in RULES.price_policies and 0 <= deal < here.deal:
            self._do(
                "update outcome set guess = ? where student = ? and deal = ? and guess = ''",
                (policy, here.student, deal),
            )

    def _done(self, here: Place, game: Game, where: Position) -> tuple[Any, ...]:
        row = where.row
        assert row is not None
        money = float(row["seller_profit" if game.seat == "seller" else "buyer_surplus"])
        price = None if np.isnan(row["price"]) else float(row["price"])
        return (
            here.student, here.deal, int(row["won"]), price, money, regret(game, row), REASONS[row["exit_reason"]], "",
        )  # fmt: skip

    def _seated(self, code: str, name: str, agent: str) -> tuple[int, str]:
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._do("insert into student (class, token, name, agent) values (?, ?, ?, ?)", (code, token, name, agent))
            return int(self._rows("select last_insert_rowid()")[0][0]), token

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._base.execute(sql, values).fetchall()

    def _do(self, sql: str, values: tuple[Any, ...] = ()) -> None:
        with self._lock:
            self._base.execute(sql, values)


def _class(row: tuple[Any, ...]) -> Class:
    code, scenario, seed, seat, mode, policy, buyers, names, stage, _ = row
    return Class(code, scenario, int(seed), seat, mode, policy, tuple(json.loads(buyers)), bool(names), stage)


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
