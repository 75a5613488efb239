"""An order of people that rests on their votes alone, so that random draws do not depend on ids."""

import numpy as np
from numpy.typing import NDArray

from opinion.votes import Votes

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

ROUNDS = 2
HALF = np.uint64(24)  # bits of half a key: sums of such halves are exact for up to 2^29 votes
LOW_HALF = np.uint64((1 << 24) - 1)


def order_by_votes(votes: Votes) -> Ints:
    """Put people in an order that stays the same however people and statements are numbered.

    Each statement gets a key from the votes on it, each person one from their votes and the keys of the
    statements, and so once more (the color refinement of Weisfeiler and Leman). Whole-number arithmetic,
    so no rounding. People with equal keys cast the same votes, or votes of the same pattern.

    Returns
    -------
    int array of shape (n_people,)
        Places in `votes.participant_ids`.
    """
    person_key = np.zeros(votes.n_people, dtype=np.uint64)
    for _ in range(ROUNDS):
        statement_key = _summed(votes, votes.statement, person_key[votes.person], votes.n_statements)
        person_key = _summed(votes, votes.person, statement_key[votes.statement], votes.n_people)
    return np.argsort(person_key, kind="stable")


def _summed(votes: Votes, place: NDArray[np.int32], key: Keys, n_places: int) -> Keys:
    """Add up scrambled pairs of key and vote by place; addition makes their order indifferent."""
    scrambled = _scrambled(key * np.uint64(3) + (votes.value + 1).astype(np.uint64))
    halves = ((scrambled >> np.uint64(40)), (scrambled & LOW_HALF))
    high, low = (np.bincount(place, weights=half, minlength=n_places).astype(np.uint64) for half in halves)
    return _scrambled((high << HALF) + low)


def _scrambled(key: Keys) -> Keys:
    """Spread every bit over all 64 (SplitMix64, Steele, Lea and Flood 2014)."""
    mixed = key + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
