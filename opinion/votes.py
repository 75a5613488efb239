"""The votes of a conversation as three parallel arrays: person, statement, value."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]

AGREE, PASS, DISAGREE = 1, 0, -1


@dataclass(frozen=True, eq=False)
class Votes:
    """Who voted what, sorted by person and then by statement. Make one with `Votes.from_arrays`.

    Attributes
    ----------
    participant_ids : int array of shape (n_people,)
        Everyone who voted, ascending.
    statement_ids : int array of shape (n_statements,)
        Every statement, seen or not, ascending.
    person, statement : int32 arrays of shape (n_votes,)
        Per vote, the place of its person in `participant_ids` and of its statement in `statement_ids`.
    value : int8 array of shape (n_votes,)
        Agree 1, pass 0, disagree −1.
    """

    participant_ids: Ints
    statement_ids: Ints
    person: NDArray[np.int32]
    statement: NDArray[np.int32]
    value: NDArray[np.int8]

    def __post_init__(self) -> None:
        for array in (self.participant_ids, self.statement_ids, self.person, self.statement, self.value):
            array.setflags(write=False)

    @classmethod
    def from_arrays(
        cls,
        person_ids: ArrayLike,
        statement_ids: ArrayLike,
        values: ArrayLike,
        *,
        all_statement_ids: ArrayLike | None = None,
    ) -> Self:
        """Check and sort votes given in any order.

        Parameters
        ----------
        person_ids, statement_ids : whole numbers, one per vote
        values : 1 (agree), 0 (pass) or −1 (disagree), one per vote
        all_statement_ids : whole numbers, optional
            The statements of the conversation, to include those nobody saw.

        Raises
        ------
        ValueError
            If the lengths differ, an id is no whole number, a value is none of the three, or a person
            has two votes on one statement.
        """
        persons = _whole_numbers("person_ids", person_ids)
        statements = _whole_numbers("statement_ids", statement_ids)
        choices = _choices(values)
        if not len(persons) == len(statements) == len(choices):
            raise ValueError(
                "person_ids, statement_ids and values must be equally long (one entry per vote), "
                f"got {len(persons)}, {len(statements)} and {len(choices)}"
            )
        shown = _whole_numbers("all_statement_ids", [] if all_statement_ids is None else all_statement_ids)
        participant_ids, person_place = _places(persons)
        known_ids, place = _places(np.concatenate([statements, shown]))
        person, statement, value = _sorted_votes(
            person_place, place[: len(statements)], choices, len(known_ids)
        )
        votes = cls(participant_ids, known_ids, person, statement, value)
        votes._refuse_duplicates()
        return votes

    @property
    def n_people(self) -> int:
        """How many people voted at least once."""
        return len(self.participant_ids)

    @property
    def n_statements(self) -> int:
        """How many statements there are, seen or not."""
        return len(self.statement_ids)

    @property
    def n_votes(self) -> int:
        """How many votes there are."""
        return len(self.value)

    @cached_property
    def n_votes_by_person(self) -> Ints:
        """How many votes each person cast: int array of shape (n_people,)."""
        return np.bincount(self.person, minlength=self.n_people)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the votes, so that anyone can tell whether two results rest on the same votes.

        Over these bytes, all little-endian: number of statements and of votes (int64 each), statement ids
        (int64), then per vote in order of person id and statement id all person ids (int64), all statement
        ids (int64), all values (int8).
        """
        digest = hashlib.sha256(np.array([self.n_statements, self.n_votes], dtype="<i8").tobytes())
        digest.update(self.statement_ids.astype("<i8").tobytes())
        digest.update(self.participant_ids.astype("<i8")[self.person].tobytes())
        digest.update(self.statement_ids.astype("<i8")[self.statement].tobytes())
        digest.update(self.value.tobytes())
        return digest.hexdigest()

    def _refuse_duplicates(self) -> None:
        same = (self.person[1:] == self.person[:-1]) & (self.statement[1:] == self.statement[:-1])
        if same.any():
            first = int(np.argmax(same))
            raise ValueError(
                f"participant {self.participant_ids[self.person[first]]} has more than one vote on statement "
                f"{self.statement_ids[self.statement[first]]}; give only the latest vote of each pair"
            )


def places_of(wanted: ArrayLike, known: Ints, name: str) -> Ints:
    """Where each wanted id stands in the ascending `known` ids; ValueError names those that do not."""
    ids = np.unique(_whole_numbers(name, wanted))
    missing = ids[~np.isin(ids, known)]
    if missing.size:
        shown = ", ".join(map(str, missing[:5])) + (" …" if missing.size > 5 else "")
        raise ValueError(f"{name} names ids that are not among these votes: {shown}")
    return np.searchsorted(known, ids)


def _whole_numbers(name: str, given: ArrayLike) -> Ints:
    array = np.asarray(list(given) if isinstance(given, set | frozenset) else given)
    if array.ndim != 1:
        raise ValueError(f"{name} must be a flat list of ids, got {array.ndim} dimension(s)")
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers, got {array.dtype} such as {array.flat[0]!r}")
    if array.size and int(array.max()) > np.iinfo(np.int64).max:
        raise ValueError(f"{name} must fit in 64 bits, got {array.max()}")
    return array.astype(np.int64)


def _choices(values: ArrayLike) -> NDArray[np.int8]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"values must be a flat list of votes, got {array.ndim} dimension(s)")
    wrong = ~np.isin(array, (AGREE, PASS, DISAGREE))
    if wrong.any():
        raise ValueError(f"values must be 1 (agree), 0 (pass) or -1 (disagree), got {array[wrong][0]!r}")
    return array.astype(np.int8)


def _places(ids: Ints) -> tuple[Ints, Ints]:
    """The distinct ids, ascending, and the place of each entry among them (linear time for dense ids)."""
    if ids.size == 0 or int(ids.max()) - int(ids.min()) > 4 * ids.size + 1024:
        distinct, place = np.unique(ids, return_inverse=True)
        return distinct, place
    low = ids.min()
    present = np.zeros(ids.max() - low + 1, dtype=bool)
    present[ids - low] = True
    return np.flatnonzero(present) + low, (np.cumsum(present) - 1)[ids - low]


def _sorted_votes(
    person: Ints, statement: Ints, value: NDArray[np.int8], n_statements: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    """Sort by person, then statement. One sort of packed numbers is far quicker than sorting by index."""
    packed = (person * max(n_statements, 1) + statement) * 3 + (value + 1)
    packed.sort()
    pair, shifted = np.divmod(packed, 3)
    person, statement = np.divmod(pair, max(n_statements, 1))
    return person.astype(np.int32), statement.astype(np.int32), (shifted - 1).astype(np.int8)
