"""Who a group is from one analysis to the next: its number follows its people, and k does not jump."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

N_TO_CHANGE = 4  # analyses of new votes in a row that must prefer another k
NO_GROUP = -1


@dataclass(frozen=True)
class GroupHistory:
    """What an analysis passes on to the next one of the same conversation.

    Attributes
    ----------
    votes_sha256 : str
        The votes it looked at. Looking at the same votes again is no further evidence.
    group_of : {participant id: group number}
    k : int or None
        The number of groups in force where none is locked; None before the first free choice.
    preferred_k : int or None
        Another k that the last analyses preferred, if so.
    times_preferred : int
        How many of them in a row, each of other votes.
    """

    votes_sha256: str = ""
    group_of: Mapping[int, int] = field(default_factory=dict)
    k: int | None = None
    preferred_k: int | None = None
    times_preferred: int = 0

    def __post_init__(self) -> None:
        for person, group in self.group_of.items():
            if not _is_whole(person) or not _is_whole(group) or group < 0:
                raise ValueError(
                    f"group_of must give whole participant ids whole group numbers of at least 0, "
                    f"got {person!r}: {group!r}"
                )

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote, after a way through JSON too."""
        return cls(
            votes_sha256=str(told["votes_sha256"]),
            group_of={int(person): int(group) for person, group in told["group_of"].items()},
            k=told["k"],
            preferred_k=told["preferred_k"],
            times_preferred=int(told["times_preferred"]),
        )

    def to_dict(self) -> dict[str, Any]:
        """The whole history as JSON-safe values."""
        return {
            "votes_sha256": self.votes_sha256,
            "group_of": {str(person): group for person, group in self.group_of.items()},
            "k": self.k,
            "preferred_k": self.preferred_k,
            "times_preferred": self.times_preferred,
        }

    def rows(self, participant_ids: Ints) -> Ints:
        """Each person's earlier group number, −1 where there is none: shape (n_people,)."""
        if not self.group_of:
            return np.full(len(participant_ids), NO_GROUP)
        return np.array([self.group_of.get(person, NO_GROUP) for person in participant_ids.tolist()], int)


@dataclass(frozen=True)
class KInForce:
    """The number of groups in force, and how near another one is to replacing it."""

    k: int
    preferred_k: int | None = None
    times_preferred: int = 0


def settle_k(preferred: int, previous: GroupHistory | None, votes_sha256: str) -> KInForce:
    """Decide how many groups there are, so that a close call does not change them back and forth.

    Parameters
    ----------
    preferred : int
        The k with the best silhouette now.
    previous : GroupHistory, optional
        Without one, or without a k in force, the preferred k is taken at once.
    votes_sha256 : str
        The votes looked at now; where they are those of `previous`, nothing is counted.
    """
    if previous is None or previous.k is None:
        return KInForce(preferred)
    if votes_sha256 == previous.votes_sha256:
        return KInForce(previous.k, previous.preferred_k, previous.times_preferred)
    if preferred == previous.k:
        return KInForce(previous.k)
    times = previous.times_preferred + 1 if preferred == previous.preferred_k else 1
    return KInForce(preferred) if times >= N_TO_CHANGE else KInForce(previous.k, preferred, times)


def numbers_kept(labels: Ints, before: Ints, k: int) -> Ints:
    """Renumber groups so that as many people as possible keep the group number they had.

    Parameters
    ----------
    labels : int array of shape (n_people,), from 0 to k − 1
    before : int array of shape (n_people,)
        Each person's earlier group number; −1 where there is none.
    k : int

    Returns
    -------
    int array of shape (n_people,), from 0 to k − 1
        The same groups; unchanged where nobody had a number.
    """
    known = (before >= 0) & (before < k)
    if not known.any():
        return labels
    from scipy.optimize import linear_sum_assignment

    shared = np.bincount(labels[known] * k + before[known], minlength=k * k).reshape(k, k)
    _, number = linear_sum_assignment(shared, maximize=True)
    renumbered: Ints = number[labels]
    return renumbered


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
