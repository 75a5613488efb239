"""What everybody's votes add up to while votes come in and what a vote counts for changes a little."""

import numpy as np
from numpy.typing import NDArray

from opinion.ballots import Ballots

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

UNIT = 2.0**-35  # what vote counts are rounded to: 3·10⁻¹¹
HALF = 1 << 31  # two sums nearer to 0 than this fit in one number of 64 bits


class KeptSums:
    """For each person, sums over their votes of what a vote with its code counts for.

    Whole numbers throughout, so that nothing is lost however often they are brought up to date.

    Parameters
    ----------
    n_sums : int
        How many things a vote counts for.
    """

    def __init__(self, n_sums: int) -> None:
        self._table = np.zeros((n_sums, 1), dtype=np.int64)  # (n_sums, n_codes)
        self._sums = np.zeros((n_sums, 0), dtype=np.int64)  # (n_sums, n_people)
        self._noted: list[tuple[int, int, int]] = []

    def note(self, person: int, before: int, after: int) -> None:
        """Take note that a person's vote changed from one code to another; code 0 is no vote."""
        self._noted.append((person, before, after))

    def brought_to(self, table: Floats, ballots: Ballots) -> Floats:
        """The sums where a vote counts by this table.

        Everybody's votes are gone through once if the table changed little, and once per sum if much.

        Parameters
        ----------
        table : float array of shape (n_sums, n_codes)
            What a vote with this code counts for, between −2 and 2; 0 for code 0.
        ballots : Ballots
            All votes, those noted among them.

        Returns
        -------
        float array of shape (n_sums, n_people)
        """
        known = np.rint(table / UNIT).astype(np.int64)
        self._table, self._sums = _wide(self._table, known.shape[1]), _wide(self._sums, ballots.n_people)
        self._count_notes()
        change = known - self._table
        changed = np.flatnonzero(change.any(axis=1))
        if len(changed) == 2 and _most(change[changed]) < HALF:
            self._sums[changed] += _unpacked(ballots.sums((change[changed[0]] << 32) + change[changed[1]]))
        else:
            for row in changed:
                self._sums[row] += ballots.sums(change[row])
        self._table = known
        return np.asarray(self._sums * UNIT, np.float64)

    def _count_notes(self) -> None:
        people, before, after = np.array(self._noted, dtype=np.int64).reshape(-1, 3).T
        for kept, by_code in zip(self._sums, self._table, strict=True):
            np.add.at(kept, people, by_code[after] - by_code[before])
        self._noted.clear()


def _wide(rows: Ints, n_columns: int) -> Ints:
    missing = n_columns - rows.shape[1]
    return np.pad(rows, ((0, 0), (0, missing))) if missing else rows


def _most(change: Ints) -> int:
    """As much as one person's sum can change: a person has one vote on each statement, of three codes."""
    by_statement = np.abs(change[:, 1:]).reshape(len(change), -1, 3).max(axis=2)
    return int(by_statement.sum(axis=1).max(initial=0))


def _unpacked(sums: Ints) -> Ints:
    """Two sums from one: the high and the low half of each number, (2, n)."""
    low = sums.astype(np.int32)
    return np.stack([(sums - low) >> 32, low])
