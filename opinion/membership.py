"""Who is in which group of a map: found among the votes, or given."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opinion.groups import find_groupings, is_grouped
from opinion.identity import NO_GROUP, GroupHistory, numbers_kept, settle_k
from opinion.projection import Projection
from opinion.reliability import expected_positions
from opinion.votes import Votes, places_of

Ints = NDArray[np.int64]


class Members(NamedTuple):
    """Who is in which group, and how k was chosen.

    Attributes
    ----------
    row_of : int array of shape (n_people,)
        Each person's row in the tables of groups; −1 for people in none.
    group_ids : int array of shape (k,)
    silhouette_by_k : {k: float}
    k_in_force : {"k", "preferred_k", "times_preferred"}, or None where groups were given
    """

    row_of: Ints
    group_ids: Ints
    silhouette_by_k: dict[int, float]
    k_in_force: dict[str, Any] | None

    @property
    def k(self) -> int:
        """How many groups there are."""
        return len(self.group_ids)

    @property
    def are_given(self) -> bool:
        """Whether the groups were given, not found."""
        return self.k_in_force is None


def found_members(
    votes: Votes,
    projection: Projection,
    left_out: NDArray[np.bool_],
    *,
    previous: GroupHistory | None,
    lock_k: int | None,
    min_votes: int,
    max_k: int,
    seed: int,
) -> Members:
    """Find the groups; the parameters are those of `opinion.analyze`, `left_out` of shape (n_statements,)."""
    history = previous or GroupHistory()
    before = history.rows(votes.participant_ids)
    chosen = is_grouped(votes.n_votes_by_person, votes.n_statements, min_votes) | (before >= 0)
    expected = expected_positions(votes, projection, left_out, chosen)
    also = [k for k in (lock_k, history.k) if k is not None]
    found = find_groupings(projection.positions[chosen], expected, also=also, max_k=max_k, seed=seed)
    # Hashing the votes is spared where there is no k in force that they could be evidence against.
    in_force = settle_k(found.preferred_k, history, "" if history.k is None else votes.sha256)
    k = min(in_force.k if lock_k is None else lock_k, max(found.labels_by_k))
    row_of = np.full(votes.n_people, NO_GROUP)
    row_of[chosen] = numbers_kept(found.labels_by_k[k], before[chosen], k)
    return Members(row_of, np.arange(k), found.silhouette_by_k, asdict(in_force))


def given_members(votes: Votes, groups: Mapping[int, int]) -> Members:
    """Take the groups as given, {participant id: group number}; people not named are in none.

    Raises ValueError if a person is unknown, or a number is not a whole one of at least 0.
    """
    people = sorted(groups)
    places = places_of(people, votes.participant_ids, "groups")
    numbers = group_numbers([groups[person] for person in people])
    group_ids, rows = np.unique(numbers, return_inverse=True)
    row_of = np.full(votes.n_people, NO_GROUP)
    row_of[places] = rows
    return Members(row_of, group_ids, {}, None)


def group_numbers(numbers: Sequence[int]) -> Ints:
    """Group numbers as an array; ValueError names one that is not a whole number of at least 0."""
    for number in numbers:
        if not isinstance(number, int | np.integer) or isinstance(number, bool) or number < 0:
            raise ValueError(
                f"groups must give each person a whole number of at least 0, got {number!r}; "
                "leave out people who are in no group"
            )
    return np.array(numbers, dtype=np.int64)
