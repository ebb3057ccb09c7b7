"""Luck is NumPy's Philox bit for bit, lies strictly within (0, 1), and belongs to seed, purpose, buyer and position."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from agents.rule import entry
from sim.fate import Purpose, _uniform, luck, multiply, philox

LARGEST = 2**64 - 1
FIXED_PURPOSES = {
    "NEED": 1,
    "BUYER": 2,
    "QUESTION": 3,
    "CONTACT": 4,
    "REFUSAL": 5,
    "NUMBER": 6,
    "ROUND": 7,
    "DEADLINE": 8,
    "SIGNING": 9,
    "POLICY": 10,
    "SELLER": 11,
    "LEAD": 12,
    "ATTEMPT": 13,
    "QUALIFICATION": 14,
    "OBJECTION": 15,
    "GAME_VALUES": 16,
    "GAME_OFFER": 17,
    "TERM": 18,
    "MEMBER": 19,
    "MEMBER_CONTACT": 20,
    "MEMBER_VOTE": 21,
    "ARRIVAL": 22,
    "VISIT": 23,
    "TURN": 24,
    "AFTER_SALE": 25,
    "LEARNING": 26,
    "NETWORK": 27,
    "REPLICATION": 28,
}
words = some.integers(0, LARGEST)


@entry
def _philox_compiled(words: np.ndarray) -> tuple[int, int, int, int]:
    return philox((words[0], words[1]), (words[2], words[3], words[4], words[5]))


@entry
def _fill(uniforms: np.ndarray, seed: int, purpose: int, first_buyer: int, first_position: int) -> None:
    for i in range(uniforms.shape[0]):
        for j in range(uniforms.shape[1]):
            found = luck(seed, purpose, first_buyer + i, first_position + j)
            for k in range(4):
                uniforms[i, j, k] = found[k]


@entry
def _uniform_compiled(word: int) -> float:
    return _uniform(word)


def uniforms(
    seed: int = 0, purpose: int = 1, buyers: int = 500, positions: int = 8, *, buyer: int = 0, position: int = 0
) -> np.ndarray:
    """Luck of the shape (buyers, positions, 4)."""
    found = np.empty((buyers, positions, 4))
    _fill(found, np.uint64(seed), purpose, buyer, position)
    return found


def plain(function: Any, *arguments: Any) -> Any:
    """Run a rule's plain text on 64-bit words, whose sums wrap as they should."""
    with np.errstate(over="ignore"):
        return function(*arguments)


def numpys_block(key: tuple[int, int], counter: tuple[int, int, int, int]) -> list[int]:
    """The block of NumPy's Philox at a counter; NumPy counts on before it makes its first block."""
    as_one = sum(word << (64 * place) for place, word in enumerate(counter))
    before = (as_one - 1) % 2**256
    generator = np.random.Philox(
        key=np.array(key, np.uint64), counter=np.array([(before >> (64 * i)) & LARGEST for i in range(4)], np.uint64)
    )
    return [int(word) for word in generator.random_raw(4)]


def our_blocks(key: tuple[int, int], counter: tuple[int, int, int, int]) -> list[list[int]]:
    """The compiled and the plain block at a counter."""
    all_words = np.array([*key, *counter], np.uint64)
    compiled = _philox_compiled(all_words)
    as_text = plain(philox, tuple(all_words[:2]), tuple(all_words[2:]))
    return [[int(word) for word in block] for block in (compiled, as_text)]


@given(key=some.tuples(words, words), counter=some.tuples(words, words, words, words))
@settings(deadline=None, max_examples=200)
def test_philox_equals_numpys_bit_for_bit_for_any_key_and_counter(
    key: tuple[int, int], counter: tuple[int, int, int, int]
) -> None:
    wanted = numpys_block(key, counter)
    assert our_blocks(key, counter) == [wanted, wanted]


@pytest.mark.parametrize("first", [0, 1, 2**32, 2**63, LARGEST])
@pytest.mark.parametrize("second", [0, 11, LARGEST])
@pytest.mark.parametrize("counter", [(0, 0, 0, 0), (1, 0, 0, 0), (LARGEST, 0, 0, 0), (LARGEST,) * 4])
def test_philox_equals_numpys_at_the_edges(first: int, second: int, counter: tuple[int, int, int, int]) -> None:
    wanted = numpys_block((first, second), counter)
    assert our_blocks((first, second), counter) == [wanted, wanted]


@given(a=words, b=words)
def test_multiplying_keeps_all_128_bits(a: int, b: int) -> None:
    high, low = multiply(np.uint64(a), np.uint64(b))
    assert (int(high) << 64) + int(low) == a * b


@given(seed=words, buyer=some.integers(0, 2**62), position=some.integers(0, 2**31))
@settings(deadline=None, max_examples=50)
def test_luck_is_the_philox_block_of_its_key_as_numbers_below_one(seed: int, buyer: int, position: int) -> None:
    block = numpys_block((seed, int(Purpose.ROUND)), (buyer, position, 0, 0))
    compiled = uniforms(seed, Purpose.ROUND, 1, 1, buyer=buyer, position=position)[0, 0]
    as_text = plain(luck, seed, Purpose.ROUND, buyer, position)
    assert compiled.tolist() == list(as_text)
    np.testing.assert_allclose(compiled, np.array(block, float) / 2.0**64, rtol=0, atol=2.0**-52)


@pytest.mark.parametrize("uniform", [_uniform, _uniform_compiled])
@pytest.mark.parametrize("word", [0, 1, 2**11 - 1, 2**63, LARGEST - 2**11, LARGEST - 2**12, LARGEST])
def test_a_uniform_lies_strictly_between_nought_and_one_whatever_the_word(uniform: Any, word: int) -> None:
    assert 0.0 < uniform(np.uint64(word)) < 1.0


def test_uniforms_have_the_mean_spread_and_shape_of_uniforms() -> None:
    drawn = uniforms(seed=3, buyers=4000, positions=10).reshape(-1)
    error = 5.0 / np.sqrt(drawn.size)
    assert abs(drawn.mean() - 1 / 2) < error * np.sqrt(1 / 12)
    assert abs((drawn**2).mean() - 1 / 3) < error * np.sqrt(4 / 45)
    assert abs(drawn.var() - 1 / 12) < error * np.sqrt(1 / 180)
    counts = np.histogram(drawn, bins=64, range=(0, 1))[0]
    chi_square = ((counts - drawn.size / 64) ** 2).sum() / (drawn.size / 64)
    assert abs(chi_square - 63) < 5 * np.sqrt(2 * 63)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_neighbouring_buyers_positions_and_places_in_a_block_are_uncorrelated(axis: int) -> None:
    drawn = np.moveaxis(uniforms(seed=5, buyers=3000, positions=8), axis, 0)
    one, other = drawn[:-1].reshape(-1), drawn[1:].reshape(-1)
    assert abs(np.corrcoef(one, other)[0, 1]) < 5.0 / np.sqrt(one.size)


def test_purposes_are_uncorrelated_and_never_the_same() -> None:
    drawn = np.array([uniforms(purpose=purpose, buyers=2000, positions=2).reshape(-1) for purpose in Purpose])
    correlations = np.corrcoef(drawn)[np.triu_indices(len(drawn), 1)]
    assert np.abs(correlations).max() < 5.0 / np.sqrt(drawn.shape[1])
    assert all(not np.intersect1d(drawn[i], drawn[i + 1]).size for i in range(len(drawn) - 1))


def test_no_two_buyers_positions_or_places_share_their_luck() -> None:
    drawn = uniforms(buyers=400, positions=100)
    assert np.unique(drawn).size == drawn.size


@pytest.mark.parametrize(("seed", "other"), [(0, 1), (0, 2**63), (LARGEST - 1, LARGEST), (1, LARGEST)])
def test_seeds_differ_nought_included(seed: int, other: int) -> None:
    one, two = uniforms(seed), uniforms(other)
    assert not np.any(one == two)
    assert abs(np.corrcoef(one.reshape(-1), two.reshape(-1))[0, 1]) < 5.0 / np.sqrt(one.size)


def test_luck_depends_on_nothing_but_its_key() -> None:
    whole = uniforms(seed=7, buyers=50, positions=20)
    part = uniforms(seed=7, buyers=5, positions=3, buyer=40, position=11)
    np.testing.assert_array_equal(part, whole[40:45, 11:14])


def test_the_numbers_of_purposes_are_fixed() -> None:
    numbers = {name: int(purpose) for name, purpose in Purpose.__members__.items()}
    assert len(set(numbers.values())) == len(numbers), "two purposes share their luck"
    kept = {name: numbers.get(name) for name in FIXED_PURPOSES}
    assert kept == FIXED_PURPOSES, "a purpose's number is never changed nor reused"
    assert set(numbers) == set(FIXED_PURPOSES), "add the new purpose, with its number, to FIXED_PURPOSES"
