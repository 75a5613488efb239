"""The votes of a conversation as three parallel arrays: person, statement, value."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]

AGREE, PASS, DISAGREE = 1, 0, -1
BLOCK = 1 << 16  # votes handled at once, so that working space stays in the processor's cache


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
        persons = _as_ids("person_ids", person_ids)
        statements = _as_ids("statement_ids", statement_ids)
        choices = _choices(values)
        if not len(persons) == len(statements) == len(choices):
            raise ValueError(
                "person_ids, statement_ids and values must be equally long (one entry per vote), "
                f"got {len(persons)}, {len(statements)} and {len(choices)}"
            )
        shown = _whole_numbers("all_statement_ids", [] if all_statement_ids is None else all_statement_ids)
        people, known = _numbering(persons), _numbering(statements, shown)
        sorted_votes = _sorted_votes(persons, statements, choices, people, known)
        votes = cls(people.ids, known.ids, *sorted_votes)
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
    def starts(self) -> Ints:
        """Where each person's votes start, and the number of votes: int array of shape (n_people + 1,)."""
        people = np.arange(self.n_people + 1, dtype=self.person.dtype)
        return np.searchsorted(self.person, people)

    @cached_property
    def n_votes_by_person(self) -> Ints:
        """How many votes each person cast: int array of shape (n_people,)."""
        return np.diff(self.starts)

    @cached_property
    def counts(self) -> Ints:
        """How many disagreed, passed and agreed, all together: int array of shape (3, n_statements)."""
        return self.counts_by(None, 1)[0]

    def counts_by(self, row_of_person: Ints | None, n_rows: int) -> Ints:
        """The same for each row of people: (n_people,) rows from 0 on give (n_rows, 3, n_statements)."""
        n_cells = n_rows * 3 * self.n_statements
        table = np.zeros(n_cells, dtype=np.int64)
        first_cell = None if row_of_person is None else row_of_person * 3 * self.n_statements
        for block in self.blocks():
            cells = (self.value[block] + np.int64(1)) * self.n_statements
            cells += self.statement[block]
            if first_cell is not None:
                cells += looked_up(first_cell, self.person[block])
            table += np.bincount(cells, minlength=n_cells)
        return table.reshape(n_rows, 3, self.n_statements)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the votes, so that anyone can tell whether two results rest on the same votes.

        Over these bytes, all little-endian: number of statements and of votes (int64 each), statement ids
        (int64), then per vote in order of person id and statement id all person ids (int64), all statement
        ids (int64), all values (int8).
        """
        digest = hashlib.sha256(np.array([self.n_statements, self.n_votes], dtype="<i8").tobytes())
        digest.update(self.statement_ids.astype("<i8").tobytes())
        for ids, places in ((self.participant_ids, self.person), (self.statement_ids, self.statement)):
            little_endian = ids.astype("<i8")
            for block in self.blocks():
                digest.update(looked_up(little_endian, places[block]).data)
        digest.update(self.value.data)
        return digest.hexdigest()

    def blocks(self) -> Iterator[slice]:
        """Parts of the votes small enough to be worked on without much memory."""
        return (slice(start, start + BLOCK) for start in range(0, self.n_votes, BLOCK))

    def _refuse_duplicates(self) -> None:
        for block in self.blocks():
            # One more than the block, for a pair that lies across its end.
            rows = slice(block.start, block.stop + 1)
            person, statement = self.person[rows], self.statement[rows]
            same = (statement[1:] == statement[:-1]) & (person[1:] == person[:-1])
            if same.any():
                first = int(np.argmax(same))
                raise ValueError(
                    f"participant {self.participant_ids[person[first]]} has more than one vote on statement "
                    f"{self.statement_ids[statement[first]]}; give only the latest vote of each pair"
                )


def looked_up(table: NDArray[Any], places: NDArray[Any]) -> NDArray[Any]:
    """`table[places]` for places that are known to exist, in a third of the time where they have 32 bits."""
    return table.take(places.astype(np.intp, copy=False), mode="clip")


def places_of(wanted: ArrayLike, known: Ints, name: str) -> Ints:
    """Where each wanted id stands in the ascending `known` ids; ValueError names those that do not."""
    ids = np.unique(_whole_numbers(name, wanted))
    missing = ids[~np.isin(ids, known)]
    if missing.size:
        shown = ", ".join(map(str, missing[:5])) + (" …" if missing.size > 5 else "")
        raise ValueError(f"{name} names ids that are not among these votes: {shown}")
    return np.searchsorted(known, ids)


class _Numbering(NamedTuple):
    """The distinct ids, ascending, and how to find the place of an id among them."""

    ids: Ints
    low: int
    place_of: NDArray[np.int32] | None  # by id − low; None where ids lie too far apart

    @property
    def n_bits(self) -> int:
        """How many bits a place takes."""
        return len(self.ids).bit_length()

    def places(self, ids: Ints) -> NDArray[np.int32] | Ints:
        if self.place_of is None:
            return np.searchsorted(self.ids, ids)
        above = ids - self.low
        return above if len(self.place_of) == len(self.ids) else looked_up(self.place_of, above)


def _whole_numbers(name: str, given: ArrayLike) -> Ints:
    return _as_ids(name, given).astype(np.int64)


def _as_ids(name: str, given: ArrayLike) -> Ints:
    """Whole numbers as they are given if they are small integers already, so that nothing is copied."""
    array = np.asarray(list(given) if isinstance(given, set | frozenset) else given)
    if array.ndim != 1:
        raise ValueError(f"{name} must be a flat list of ids, got {array.ndim} dimension(s)")
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers, got {array.dtype} such as {array.flat[0]!r}")
    if array.size and array.dtype.kind == "u" and int(array.max()) > np.iinfo(np.int64).max:
        raise ValueError(f"{name} must fit in 64 bits, got {array.max()}")
    return array if array.dtype == np.int32 else array.astype(np.int64, copy=False)


def _choices(values: ArrayLike) -> NDArray[np.int8]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"values must be a flat list of votes, got {array.ndim} dimension(s)")
    if array.dtype == np.int8 and array.size and array.min() >= DISAGREE and array.max() <= AGREE:
        return array
    wrong = ~np.isin(array, (AGREE, PASS, DISAGREE))
    if wrong.any():
        raise ValueError(f"values must be 1 (agree), 0 (pass) or -1 (disagree), got {array[wrong][0]!r}")
    return array.astype(np.int8)


def _numbering(ids: Ints, more: Ints | None = None) -> _Numbering:
    """Number the distinct ids (linear time for dense ids)."""
    given = [part for part in (ids, more) if part is not None and part.size]
    if not given:
        return _Numbering(np.empty(0, dtype=np.int64), 0, None)
    low, high = min(int(part.min()) for part in given), max(int(part.max()) for part in given)
    n_given = sum(part.size for part in given)
    if high - low > min(4 * n_given + 1024, 2**31 - 2):
        return _Numbering(np.unique(np.concatenate(given).astype(np.int64)), low, None)
    present = np.zeros(high - low + 1, dtype=bool)
    for part in given:
        for start in range(0, part.size, BLOCK):
            present[part[start : start + BLOCK].astype(np.int64) - low] = True
            if len(present) <= BLOCK and present.all():
                break
    return _Numbering(np.flatnonzero(present) + low, low, np.cumsum(present, dtype=np.int32) - 1)


def _sorted_votes(
    persons: Ints, statements: Ints, choices: NDArray[np.int8], people: _Numbering, known: _Numbering
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    """Sort by person, then statement. One sort of packed numbers is far quicker than sorting by index.

    A packed vote has the place of its person in the high bits, then that of its statement, then its value.
    """
    n_bits = people.n_bits + known.n_bits + 2
    kind: Any = np.uint32 if n_bits <= 32 else np.uint64
    packed = np.empty(len(choices), dtype=kind)
    blocks = [slice(start, start + BLOCK) for start in range(0, len(choices), BLOCK)]
    for block in blocks:
        pairs = people.places(persons[block]).astype(kind) << kind(known.n_bits)
        pairs |= known.places(statements[block]).astype(kind)
        packed[block] = pairs << kind(2) | (choices[block] + 1).astype(kind)
    packed.sort()
    person, statement = np.empty(len(packed), dtype=np.int32), np.empty(len(packed), dtype=np.int32)
    value = np.empty(len(packed), dtype=np.int8)
    for block in blocks:
        pairs = packed[block] >> kind(2)
        person[block] = pairs >> kind(known.n_bits)
        statement[block] = pairs & kind((1 << known.n_bits) - 1)
        value[block] = (packed[block] & kind(3)).astype(np.int8) - 1
    return person, statement, value
