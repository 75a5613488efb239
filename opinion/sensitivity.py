"""What a map owes to choices that could have been otherwise: k, the seed, and how silence is filled in."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypedDict

import numpy as np
from numpy.typing import NDArray

from opinion.arguments import marks_of_statements, rows_of_people
from opinion.groups import find_groupings, find_groups
from opinion.projection import N_DENSE, NO_VARIANCE, centered_matrix, project, telling_components
from opinion.reliability import expected_positions
from opinion.stability import adjusted_rand_index
from opinion.subspace import leading_of_product
from opinion.support import consensus_level, count_votes, group_aware_consensus
from opinion.threads import in_one_thread
from opinion.votes import Votes

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

N_OTHER_SEEDS = 4
DIGITS = 12  # levels equal to so many digits are tied


class Variant(TypedDict):
    """The same votes with one choice made otherwise, beside the map as it is.

    `choice` is k, seed or imputation, and `value` what was chosen instead; `group_agreement` the adjusted
    Rand index with the map's groups (None where either has fewer than two); `top_kept` the share of the
    map's top statements by level that stay in the top, those tied with the last of it included;
    `level_change` the largest change of any level.
    """

    choice: str
    value: int | str
    group_agreement: float | None
    top_kept: float
    level_change: float


@in_one_thread
def sensitivity(
    votes: Votes,
    row_of: Ints,
    k: int,
    left_out: Bools,
    *,
    max_k: int = 5,
    top_n: int = 10,
    seed: int = 0,
) -> list[Variant]:
    """Find the groups again under other choices and compare.

    Imputations: *unscaled*, an unseen statement at its mean, but people with few votes left near the
    middle; *pass*, an unseen statement taken for a pass.

    Parameters
    ----------
    votes : Votes
    row_of : int array of shape (n_people,)
        The map's groups from 0 to k − 1; −1 for people in none, who stay in none.
    left_out : bool array of shape (n_statements,)
    max_k : int
        Every k from 2 to this is tried, as far as there are so many different positions.
    top_n : int
        How many statements the top has.

    Raises
    ------
    ValueError
        If there is not one row for each person, from −1 to k − 1, or one mark for each statement.
    """
    row_of, left_out = rows_of_people(votes, row_of, k), marks_of_statements(votes, left_out)
    if k < 1:
        return []
    grouped = row_of >= 0
    levels = _levels(votes, row_of, k)
    top = min(top_n, int((~left_out).sum()))
    return [
        _compared(choice, value, votes, row_of, found, levels, left_out, top)
        for choice, value, found in _alternatives(votes, grouped, k, left_out, max_k, seed)
    ]


def _alternatives(
    votes: Votes, grouped: Bools, k: int, left_out: Bools, max_k: int, seed: int
) -> Iterator[tuple[str, int | str, Ints]]:
    """Each other choice and everybody's group under it, (n_people,)."""
    projection = project(votes, left_out)
    expected = expected_positions(votes, projection, left_out, grouped)
    others = [other for other in range(2, max_k + 1) if other != k]
    found = find_groupings(projection.positions[grouped], expected, also=others, max_k=2, seed=seed)
    for other in others:
        if other in found.labels_by_k:
            yield "k", other, _placed(found.labels_by_k[other], grouped)
    for other in range(seed + 1, seed + 1 + N_OTHER_SEEDS):
        yield "seed", other, _grouped(projection.positions, grouped, k, other, expected)
    centered = centered_matrix(votes, projection.center, left_out)
    yield "imputation", "unscaled", _grouped(centered @ projection.components.T, grouped, k, seed)
    yield "imputation", "pass", _grouped(_positions_with_passes(votes, left_out), grouped, k, seed)


def _grouped(positions: Floats, grouped: Bools, k: int, seed: int, expected: Floats | None = None) -> Ints:
    found = find_groups(positions[grouped], expected, lock_k=k, max_k=2, seed=seed)
    return _placed(found.labels, grouped)


def _placed(labels: Ints, grouped: Bools) -> Ints:
    """Everybody's group, (n_people,), from the groups of those in one; −1 for the others."""
    rows = np.full(len(grouped), -1)
    rows[grouped] = labels
    return rows


def _positions_with_passes(votes: Votes, left_out: Bools) -> Floats:
    """Positions, (n_people, 2), if an unseen statement is taken for a pass: principal components of votes."""
    cast = centered_matrix(votes, np.zeros(votes.n_statements), left_out)
    mean = cast.sum(axis=0) / max(votes.n_people, 1)
    components = _components_around(cast, mean)
    return cast @ components.T - components @ mean


def _components_around(matrix: "csr_array", mean: Floats) -> Floats:
    """Two leading principal directions, (2, n_statements), of a sparse matrix around its column means.

    The centered matrix would be dense; its Gram matrix is matrix′·matrix − n·mean·mean′. Where this is no
    more than rounding error beside its parts, people do not differ, and the directions are 0.
    """
    n_people, n_statements = matrix.shape
    if n_statements <= N_DENSE:
        every, directions = np.linalg.eigh((matrix.T @ matrix).toarray() - n_people * np.outer(mean, mean))
        values, vectors = every[::-1][:2], directions.T[::-1][:2]
    else:

        def product(vector: Floats) -> Floats:
            return matrix.T @ (matrix @ vector) - n_people * mean * (mean @ vector)

        values, vectors = leading_of_product(product, np.ones(n_statements))
    return telling_components(values, vectors, NO_VARIANCE * float(matrix.data @ matrix.data))[0]


def _compared(
    choice: str,
    value: int | str,
    votes: Votes,
    row_of: Ints,
    found: Ints,
    levels: Floats,
    left_out: Bools,
    top: int,
) -> Variant:
    other_levels = _levels(votes, found, int(found.max()) + 1)
    agreement = adjusted_rand_index(_cross_table(row_of, found))
    change = np.abs(other_levels - levels)[~left_out]
    in_top = _is_in_top(levels, left_out, top)
    kept = _is_in_top(other_levels, left_out, top)[in_top]
    return Variant(
        choice=choice,
        value=value,
        group_agreement=None if np.isnan(agreement) else agreement,
        top_kept=float(kept.mean()) if top else 1.0,
        level_change=float(change.max(initial=0.0)),
    )


def _levels(votes: Votes, row_of: Ints, k: int) -> Floats:
    by_group, _ = count_votes(votes, row_of, k)
    return consensus_level(group_aware_consensus(by_group.agrees, by_group.seen), k)


def _is_in_top(levels: Floats, left_out: Bools, n: int) -> Bools:
    """The n statements of the highest level, and those as high as the last of them: (n_statements,)."""
    ranked = np.where(left_out, 0.0, levels.round(DIGITS))  # a level is above 0
    return ranked >= np.sort(ranked)[::-1][n - 1] if n else np.zeros(len(levels), dtype=bool)


def _cross_table(first: Ints, second: Ints) -> Ints:
    both = (first >= 0) & (second >= 0)
    width = int(second.max(initial=0)) + 1
    height = int(first.max(initial=0)) + 1
    cell = first[both] * width + second[both]
    return np.bincount(cell, minlength=height * width).reshape(height, width)
