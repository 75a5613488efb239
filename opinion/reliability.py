"""How far a position is to be believed: where people would probably stand had they answered everything."""

import numpy as np
from numpy.typing import NDArray

from opinion.projection import Projection
from opinion.votes import Votes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def expected_positions(votes: Votes, projection: Projection, left_out: Bools, chosen: Bools) -> Floats:
    """Estimate where people would stand had they answered every statement.

    Each answer moves a person along each axis by some amount. How much the answers of one person scatter,
    beside how much people differ, says after how many answers an axis is to be believed by half. A person
    who gave fewer is held closer to the middle. An axis that rests on one statement scatters widely and
    shrinks for everybody.

    Parameters
    ----------
    votes : Votes
    projection : Projection
    left_out : bool array of shape (n_statements,)
        Statements that do not shape the map.
    chosen : bool array of shape (n_people,)
        The people to place, and to learn from.

    Returns
    -------
    float array of shape (n_chosen, 2)
        In the order of `chosen`; on the map's scale, for people who answered everything.

    Notes
    -----
    Credibility after Bühlmann (1967), one axis at a time: mean · n / (n + σ²/τ²), times the number of
    statements, with σ² the variance of answers within a person and τ² that of people's means.
    """
    n_answers = _n_answers(votes, left_out)
    scale = np.sqrt(votes.n_statements / np.maximum(n_answers + int(left_out.sum()), 1))
    sums = (projection.positions / scale[:, None])[chosen]
    n = np.maximum(n_answers[chosen], 1)[:, None]
    mean = sums / n
    squares = _sum_of_squares(votes, projection, chosen)
    within = _ratio(squares - (n * mean**2).sum(axis=0), n.sum() - len(n))
    between = _ratio((n * mean**2).sum(axis=0) - within * len(n), n.sum())
    believed = np.divide(n * between, n * between + within, out=np.zeros_like(mean), where=between > 0)
    return mean * believed * int((~left_out).sum())


def _n_answers(votes: Votes, left_out: Bools) -> Ints:
    """How many statements that shape the map each person voted on: int array of shape (n_people,)."""
    if not left_out.any():
        return votes.n_votes_by_person
    return np.bincount(votes.person[~left_out[votes.statement]], minlength=votes.n_people)


def _sum_of_squares(votes: Votes, projection: Projection, chosen: Bools) -> Floats:
    """Sum over all answers of the chosen people of how far each moves them, squared: shape (2,)."""
    disagrees, passes, agrees = _counts_of(votes, chosen)
    center = projection.center
    of_statement = agrees * (1 - center) ** 2 + disagrees * (1 + center) ** 2 + passes * center**2
    return projection.components**2 @ of_statement


def _counts_of(votes: Votes, chosen: Bools) -> Ints:
    """Disagrees, passes and agrees of the chosen people, (3, n_statements): all less those of the others."""
    others = np.flatnonzero(np.repeat(~chosen, votes.n_votes_by_person))
    cells = (votes.value[others] + np.int64(1)) * votes.n_statements + votes.statement[others]
    uncounted = np.bincount(cells, minlength=3 * votes.n_statements)
    return votes.counts - uncounted.reshape(3, votes.n_statements)


def _ratio(sums: Floats, n: int) -> Floats:
    return np.maximum(sums, 0.0) / max(n, 1)
