"""Sums over pairs of statements that a single vote changes little: what the map is computed from, kept up."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = NDArray[np.int32]
BYTES_PER_PAIR = 20  # three counts and an entry of the Gram matrix made of them
ROWS_AT_ONCE = 32


class Moments:
    """V′V, V′M and M′M, where V holds the votes (0 if unseen) and M is 1 where a person voted.

    Whole numbers throughout, so that nothing is lost however many votes come and change.

    Attributes
    ----------
    vv, vm, mm : int32 arrays of shape (n_columns, n_columns)
        Per pair of statements, summed over people: vote times vote, vote times seen, seen times seen.

    Parameters
    ----------
    person, column, value : arrays of shape (n_votes,)
    shape : (n_people, n_columns)
    """

    def __init__(
        self, person: Ints, column: NDArray[np.int32], value: NDArray[np.int32], shape: tuple[int, int]
    ) -> None:
        from scipy.sparse import csr_array

        cast = csr_array((value.astype(np.int32), (person, column)), shape=shape)
        seen = csr_array((np.ones(len(value), dtype=np.int32), (person, column)), shape=shape)
        self.vv: Counts = (cast.T @ cast).toarray()
        self.vm: Counts = (cast.T @ seen).toarray()
        self.mm: Counts = (seen.T @ seen).toarray()

    @property
    def n_columns(self) -> int:
        return len(self.mm)

    def grow(self, n_columns: int) -> None:
        """Make room for more statements."""
        more = n_columns - self.n_columns
        self.vv, self.vm, self.mm = (np.pad(part, (0, more)) for part in (self.vv, self.vm, self.mm))

    def add(self, column: int, value: int, columns: NDArray[np.int32], values: NDArray[np.int32]) -> None:
        """Count a new vote of a person whose other votes are given."""
        self.mm[column, columns] += 1
        self.mm[columns, column] += 1
        self.vm[columns, column] += values
        self.mm[column, column] += 1
        self._change_value(column, value, columns, values)
        self.vm[column, column] += value
        self.vv[column, column] += value * value

    def change(
        self, column: int, old: int, new: int, columns: NDArray[np.int32], values: NDArray[np.int32]
    ) -> None:
        """Count a vote with another value than before, given all of the person's votes, this one as 0."""
        self._change_value(column, new - old, columns, values)
        self.vv[column, column] += new * new - old * old

    def gram(self, center: Floats, left_out: NDArray[np.bool_], out: Floats) -> None:
        """Fill `out` with X′X for the mean-imputed, centered votes X, without ever making X.

        Parameters
        ----------
        center : float array of shape (n_statements,)
        left_out : bool array of shape (n_statements,)
        out : float array of shape (n_statements, n_statements)
        """
        size = len(center)
        for start in range(0, size, ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE, size)
            rows = self._gram_rows(slice(start, stop), slice(0, stop), center)
            out[start:stop, :stop] = rows
            out[:start, start:stop] = rows[:, :start].T
        out[left_out] = 0.0
        out[:, left_out] = 0.0

    def update_gram(
        self, changed: list[int], center: Floats, left_out: NDArray[np.bool_], out: Floats
    ) -> Floats:
        """Bring `out` up to date where nobody voted but on the statements `changed`.

        Returns
        -------
        float array of shape (n_changed, n_statements)
            By how much their rows, and so their columns, changed.
        """
        rows = self._gram_rows(np.array(changed, dtype=np.int64), slice(0, len(center)), center)
        rows[:, left_out] = 0.0
        rows[left_out[changed]] = 0.0
        change = rows - out[changed]
        out[changed] = rows
        out[:, changed] = rows.T
        return change

    def _gram_rows(self, rows: slice | Ints, columns: slice, center: Floats) -> Floats:
        across, along = center[columns], center[rows][:, None]
        part = self.mm[rows, columns] * across
        np.subtract(self.vm[columns, rows].T, part, out=part)
        part *= along
        part += self.vm[rows, columns] * across
        np.subtract(self.vv[rows, columns], part, out=part)
        return part

    def _change_value(
        self, column: int, by: int, columns: NDArray[np.int32], values: NDArray[np.int32]
    ) -> None:
        if by == 0:
            return
        self.vm[column, columns] += by
        products = by * values
        self.vv[column, columns] += products
        self.vv[columns, column] += products
