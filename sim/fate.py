"""Luck: a pure function of (seed, purpose) and (buyer, position, member). Nothing else in the project makes luck.

Philox 4x64-10 [Salmon2011], a counter-based generator: key (seed, purpose), counter (buyer, position, member, 0).
One call gives four independent uniforms on (0, 1). Since the arm is never in the key, all arms meet the same buyer
with the same luck; since a position counts within its purpose, nothing that happens elsewhere in a deal shifts it.
The purposes' numbers are fixed and never reused.
"""

from enum import IntEnum
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from agents.rule import rule


class Purpose(IntEnum):
    """What luck is for, and what its position counts."""

    NEED = 1  # position: need
    BUYER = 2  # position: block of traits
    QUESTION = 3  # position: need x 64 + repetition
    CONTACT = 4  # position: contact
    REFUSAL = 5  # position: refusal
    NUMBER = 6  # position: number named
    ROUND = 7  # position: round of bargaining
    DEADLINE = 8
    SIGNING = 9
    POLICY = 10  # position: consultation
    SELLER = 11
    LEAD = 12  # position: 0 what it is, 1 marketing's score of it
    ATTEMPT = 13  # position: attempt
    QUALIFICATION = 14
    OBJECTION = 15  # position: Objection
    GAME_VALUES = 16
    GAME_OFFER = 17  # position: offers made before
    TERM = 18  # position: term
    MEMBER = 19  # position: member x 16 + a quarter of the need's number, or + 15 for what the member is
    MEMBER_CONTACT = 20  # position: contact x 16 + member
    MEMBER_VOTE = 21  # position: member
    ARRIVAL = 22  # of leads in a market; the day stands in the buyer's place
    VISIT = 23  # position: 0 who the lead is, 1 + talk: whom it asks
    TURN = 24  # of sellers in a market: the day in the buyer's place; position: seller
    AFTER_SALE = 25
    LEARNING = 26  # the seller in the buyer's place; position: review
    NETWORK = 27
    REPLICATION = 28  # the replication in the buyer's place


FIRST_MULTIPLIER = np.uint64(0xD2E7470EE14C6C93)
SECOND_MULTIPLIER = np.uint64(0xCA5A826395121157)
FIRST_WEYL = np.uint64(0x9E3779B97F4A7C15)
SECOND_WEYL = np.uint64(0xBB67AE8584CAA73B)
NOUGHT = np.uint64(0)
TWELVE = np.uint64(12)
STEP = 2.0**-52
"""A uniform is the middle of one of 2**52 steps: with one bit more the last would round to 1."""

Word = Any
"""A 64-bit unsigned number: np.uint64, compiled or not."""

Uniforms = tuple[float, float, float, float]


def multiply(a: Word, b: Word) -> tuple[Word, Word]:
    """The 128-bit product of two 64-bit numbers, as (high, low)."""
    product = int(a) * int(b)
    return np.uint64(product >> 64), np.uint64(product & 0xFFFFFFFFFFFFFFFF)


def add(a: Word, b: Word) -> Word:
    """The sum of two 64-bit numbers, without what passes 64 bits."""
    return np.uint64((int(a) + int(b)) & 0xFFFFFFFFFFFFFFFF)


@overload(add)
def _use_compiled_add(a, b):  # type: ignore[no-untyped-def]  # numba calls it with its own types
    return lambda a, b: a + b


@intrinsic
def _multiply_compiled(_typing, _a, _b):  # type: ignore[no-untyped-def]  # numba calls it with its own types
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        wide, word = ir.IntType(128), ir.IntType(64)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), word)
        return context.make_tuple(builder, signature.return_type, (high, builder.trunc(product, word)))

    return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), generate


@overload(multiply)
def _use_compiled_multiply(a, b):  # type: ignore[no-untyped-def]  # numba calls it with its own types
    return lambda a, b: _multiply_compiled(a, b)


@rule
def philox(key: tuple[Word, Word], counter: tuple[Word, Word, Word, Word]) -> tuple[Word, Word, Word, Word]:
    """Philox 4x64-10 of a key and a counter, all 64-bit unsigned; four 64-bit words [Salmon2011]."""
    first_key, second_key = key
    a, b, c, d = counter
    for _ in range(10):
        high_a, low_a = multiply(FIRST_MULTIPLIER, a)
        high_c, low_c = multiply(SECOND_MULTIPLIER, c)
        a, b, c, d = high_c ^ b ^ first_key, low_c, high_a ^ d ^ second_key, low_a
        first_key = add(first_key, FIRST_WEYL)
        second_key = add(second_key, SECOND_WEYL)
    return a, b, c, d


def seed_of_replication(seed: int, number: int) -> int:
    """The seed of a replication: its luck has nothing in common with that of other replications or of ``seed``."""
    key = (np.uint64(seed), np.uint64(Purpose.REPLICATION))
    with np.errstate(over="ignore"):
        word, _, _, _ = philox(key, (np.uint64(number), NOUGHT, NOUGHT, NOUGHT))
    return int(word)


@rule
def luck(seed: Word, purpose: int, buyer: int, position: int) -> Uniforms:
    """Four uniforms on (0, 1) for this purpose, buyer and position under this seed."""
    key = (np.uint64(seed), np.uint64(purpose))
    a, b, c, d = philox(key, (np.uint64(buyer), np.uint64(position), NOUGHT, NOUGHT))
    return _uniform(a), _uniform(b), _uniform(c), _uniform(d)


@rule
def _uniform(word: Word) -> float:
    """A 64-bit word as a number strictly between 0 and 1."""
    return ((word >> TWELVE) + 0.5) * STEP
