"""Chance that rests on votes alone: an order of people, and random numbers, that no numbering changes."""

import numpy as np
from numpy.typing import NDArray

from opinion.votes import Votes

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Keys = NDArray[np.uint64]

ROUNDS = 2
HALF = np.uint64(24)  # bits of half a key: sums of such halves are exact for up to 2^29 votes
LOW_HALF = np.uint64((1 << 24) - 1)


def order_by_votes(votes: Votes) -> Ints:
    """Put people in an order that stays the same however people and statements are numbered.

    People with equal keys cast the same votes, or votes of the same pattern; among them ids decide.

    Returns
    -------
    int array of shape (n_people,)
        Places in `votes.participant_ids`.
    """
    return np.argsort(_keys(votes)[0], kind="stable")


def numbers_by_votes(votes: Votes) -> tuple[Ints, Ints]:
    """Number people, (n_people,), and statements, (n_statements,), from 0 in such an order."""
    of_person, of_statement = (np.argsort(np.argsort(key, kind="stable")) for key in _keys(votes))
    return of_person, of_statement


def uniform(person: Ints, statement: Ints, salt: int = 0) -> NDArray[np.float64]:
    """A random number from 0 to 1 for each pair of numbers, always the same for the same pair and salt.

    Parameters
    ----------
    person, statement : int arrays that broadcast together, below 2^31
    """
    pair = (person.astype(np.uint64) << np.uint64(32)) + statement.astype(np.uint64)
    return np.asarray((_scrambled(pair + np.uint64(salt << 31)) >> np.uint64(11)) * 2.0**-53, np.float64)


def _keys(votes: Votes) -> tuple[Keys, Keys]:
    """A key for each person and each statement.

    Each statement gets a key from the votes on it, each person one from their votes and the keys of the
    statements, and so once more (the color refinement of Weisfeiler and Leman). Whole-number arithmetic,
    so no rounding.
    """
    person_key = np.zeros(votes.n_people, dtype=np.uint64)
    statement_key = np.zeros(votes.n_statements, dtype=np.uint64)
    for _ in range(ROUNDS):
        statement_key = _summed(votes, votes.statement, votes.person, person_key, votes.n_statements)
        person_key = _summed(votes, votes.person, votes.statement, statement_key, votes.n_people)
    return person_key, statement_key


def _summed(votes: Votes, place: Places, other: Places, key_of_other: Keys, n_places: int) -> Keys:
    """Add up scrambled pairs of the other's key and the vote; addition makes their order indifferent."""
    keys = np.stack([key_of_other * np.uint64(3) + np.uint64(value) for value in range(3)], axis=1)
    pairs = _scrambled(keys).ravel()
    halves = [(half & LOW_HALF).astype(np.float64) for half in (pairs >> np.uint64(40), pairs)]
    sums = [np.zeros(n_places), np.zeros(n_places)]
    for block in votes.blocks():
        pair = other[block].astype(np.int64) * 3 + votes.value[block] + 1
        for total, half in zip(sums, halves, strict=True):
            total += np.bincount(place[block], weights=half[pair], minlength=n_places)
    high, low = (total.astype(np.uint64) for total in sums)
    return _scrambled(np.asarray((high << HALF) + low, np.uint64))


def _scrambled(key: Keys) -> Keys:
    """Spread every bit over all 64 (SplitMix64, Steele, Lea and Flood 2014)."""
    mixed = key + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
