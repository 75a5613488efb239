"""Each person's votes while they come in: rows that grow in place, ready for sums over everybody."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from opinion.votes import Votes, looked_up

Ints = NDArray[np.int64]

EMPTY = 0
LEAST_ROOM = 3


def ballot_code(column: int, value: int) -> int:
    """One number for a vote, from 1 on: 3 · column + value + 2. An empty place is 0."""
    return 3 * column + value + 2


def decoded(codes: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The statement's column and the value of each vote."""
    column, shifted = np.divmod(codes - 1, 3)
    return column, shifted - 1


class Ballots:
    """The votes of each person, one row of places each, some of them still empty.

    A row that is full moves to the end with more room; the places it leaves are emptied.
    """

    def __init__(self, lengths: Ints, codes: NDArray[np.int32]) -> None:
        room = lengths + np.maximum(lengths // 16, LEAST_ROOM)
        self._row_starts = np.zeros(2 * len(room) + 16, dtype=np.int32)
        self._n_rows = len(room)
        self._row_starts[1 : self._n_rows + 1] = np.cumsum(room)
        self._row_of = np.resize(np.arange(len(room), dtype=np.int32), 2 * len(room) + 16)
        self._lengths = np.resize(lengths.astype(np.int32), 2 * len(room) + 16)
        self.n_people, self.n_votes = len(room), len(codes)
        self._codes = np.full(self._end + self._end // 2 + 1024, EMPTY, dtype=np.int32)
        first = np.repeat(self._row_starts[: self._n_rows], lengths)
        within = np.arange(len(codes)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        self._codes[first + within] = codes
        self._ones = np.ones(len(self._codes), dtype=np.int64)

    @classmethod
    def from_votes(cls, votes: Votes) -> Self:
        return cls(votes.n_votes_by_person, 3 * votes.statement + votes.value + np.int32(2))

    @property
    def lengths(self) -> NDArray[np.int32]:
        """How many votes each person cast: int array of shape (n_people,)."""
        return self._lengths[: self.n_people]

    def row(self, person: int) -> NDArray[np.int32]:
        """The codes of one person's votes: a view of shape (n_votes_of_the_person,)."""
        start = self._row_starts[self._row_of[person]]
        return self._codes[start : start + self._lengths[person]]

    def add_person(self) -> int:
        """Make an empty row; return the new person's number."""
        if self.n_people == len(self._lengths):
            self._lengths = np.resize(self._lengths, 2 * self.n_people)
            self._row_of = np.resize(self._row_of, 2 * self.n_people)
        person, self.n_people = self.n_people, self.n_people + 1
        self._lengths[person] = 0
        self._row_of[person] = self._new_row(LEAST_ROOM)
        return person

    def append(self, person: int, code: int) -> None:
        length, row = self._lengths[person], self._row_of[person]
        if self._row_starts[row] + length == self._row_starts[row + 1]:
            self._move(person)
            row = self._row_of[person]
        self._codes[self._row_starts[row] + length] = code
        self._lengths[person] += 1
        self.n_votes += 1

    def replace(self, person: int, place: int, code: int) -> None:
        self._codes[self._row_starts[self._row_of[person]] + place] = code

    def sums(self, table: Ints) -> Ints:
        """Add up, per person, what each vote stands for: int array of shape (n_people,).

        Parameters
        ----------
        table : int array of shape (n_codes,)
            What a vote with this code counts; 0 for the empty place.
        """
        from scipy.sparse import csr_array

        starts = self._row_starts[: self._n_rows + 1]
        places = csr_array(
            (self._ones[: self._end], self._codes[: self._end], starts), shape=(self._n_rows, len(table))
        )
        by_row: Ints = places @ table
        return looked_up(by_row, self._row_of[: self.n_people])

    def arrays(self) -> tuple[Ints, NDArray[np.int32], NDArray[np.int32]]:
        """Person, column and value of all votes."""
        person_of_row = np.zeros(self._n_rows, dtype=np.int64)
        person_of_row[self._row_of[: self.n_people]] = np.arange(self.n_people)
        person = np.repeat(person_of_row, np.diff(self._row_starts[: self._n_rows + 1]))
        cast = np.flatnonzero(self._codes[: self._end])
        return person[cast], *decoded(self._codes[cast])

    def wasted(self) -> bool:
        """Whether more places are empty than is worth keeping."""
        return self._end > 2 * self.n_votes + (2 * LEAST_ROOM) * self.n_people + 1024

    def packed(self) -> "Ballots":
        """The same votes without the places that moved rows left behind."""
        person, column, value = self.arrays()
        order = np.argsort(person, kind="stable")
        codes = (3 * column + value + 2)[order].astype(np.int32)
        return Ballots(np.bincount(person, minlength=self.n_people), codes)

    @property
    def _end(self) -> int:
        return int(self._row_starts[self._n_rows])

    def _move(self, person: int) -> None:
        codes = self.row(person).copy()
        self.row(person)[:] = EMPTY
        row = self._new_row(len(codes) + max(len(codes), LEAST_ROOM))
        self._row_of[person] = row
        start = self._row_starts[row]
        self._codes[start : start + len(codes)] = codes

    def _new_row(self, room: int) -> int:
        if self._n_rows + 1 >= len(self._row_starts):
            self._row_starts = np.resize(self._row_starts, 2 * len(self._row_starts))
        start = self._end
        if start + room > len(self._codes):
            more = np.zeros(len(self._codes) + room, dtype=np.int32)
            self._codes = np.concatenate([self._codes, more])
            self._ones = np.ones(len(self._codes), dtype=np.int64)
        self._n_rows += 1
        self._row_starts[self._n_rows] = start + room
        return self._n_rows - 1
