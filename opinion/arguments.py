"""What is handed in by place, an entry per person or statement: refused where it cannot be of the votes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opinion.votes import Votes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def rows_of_people(votes: Votes, row_of: ArrayLike, k: int | None = None) -> Ints:
    """Each person's group from 0 to k − 1, −1 for people in none: int array of shape (n_people,).

    Raises ValueError if there is not one for each person, or a group is beyond these. Without k any number
    from 0 on may be a group.
    """
    rows = np.asarray(row_of)
    if rows.shape != (votes.n_people,):
        raise ValueError(f"row_of must hold one group for each of {votes.n_people} people, got {rows.size}")
    if rows.size and rows.dtype.kind not in "iu":
        raise ValueError(f"row_of must be whole numbers, got {rows.dtype}")
    if rows.size and rows.min() < -1:
        raise ValueError(f"row_of must be -1 or above, got {rows.min()}")
    if rows.size and k is not None and rows.max() >= k:
        raise ValueError(
            f"row_of must be below {k} where there are {k} groups, got {rows.max()}; "
            "groups numbered otherwise need their rows, which a map has as row_of"
        )
    return rows.astype(np.int64, copy=False)


def marks_of_statements(votes: Votes, marked: ArrayLike | None, name: str = "left_out") -> Bools:
    """Whether each statement is marked, none where nothing is given: bool array of shape (n_statements,).

    Raises ValueError if there is not one True or False for each statement.
    """
    if marked is None:
        return np.zeros(votes.n_statements, dtype=bool)
    marks = np.asarray(marked)
    if marks.shape != (votes.n_statements,) or marks.dtype != bool:
        raise ValueError(
            f"{name} must be True or False for each of {votes.n_statements} statements, "
            f"got {marks.dtype} of shape {marks.shape}"
        )
    return marks


def weights_of_people(votes: Votes, weights: ArrayLike | None) -> Floats:
    """How heavy each person is, all 1 where nothing is given: float array of shape (n_people,), 0 or above.

    Raises ValueError if there is not one for each person, or one is negative, infinite or no number.
    """
    if weights is None:
        return np.ones(votes.n_people)
    heavy = np.asarray(weights, dtype=np.float64)
    if heavy.shape != (votes.n_people,):
        raise ValueError(f"weights must hold one for each of {votes.n_people} people, got {heavy.size}")
    wrong = ~(np.isfinite(heavy) & (heavy >= 0))
    if wrong.any():
        raise ValueError(f"weights must be finite and not below 0, got {heavy[wrong][0]}")
    return heavy
