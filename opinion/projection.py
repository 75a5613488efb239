"""Where people and statements stand on the opinion map: a two-dimensional projection of the votes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from opinion.subspace import leading_of_product
from opinion.votes import Votes, looked_up

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]

N_DENSE = 200  # up to so many statements a full eigendecomposition is quicker than Lanczos
NO_VARIANCE = 1e-12  # an eigenvalue this small beside the total is rounding error


@dataclass(frozen=True, eq=False)
class Projection:
    """The map of one conversation.

    Attributes
    ----------
    center : float array of shape (n_statements,)
        Mean vote on each statement; 0 where nobody voted or the statement is left out.
    components : float array of shape (2, n_statements)
        The two directions along which people differ most, each of length 1, or all 0 where people do
        not differ in a further direction.
    explained_variance, explained_variance_ratio : float arrays of shape (2,)
        Variance of the mean-imputed votes along each component (denominator n_people − 1), and its share.
    positions : float array of shape (n_people, 2)
    statement_positions : float array of shape (n_statements, 2)
    """

    center: Floats
    components: Floats
    explained_variance: Floats
    explained_variance_ratio: Floats
    positions: Floats
    statement_positions: Floats

    @property
    def extremity(self) -> Floats:
        """How far out each statement stands: float array of shape (n_statements,)."""
        return np.hypot(self.statement_positions[:, 0], self.statement_positions[:, 1])


def project(votes: Votes, left_out: NDArray[np.bool_]) -> Projection:
    """Project people and statements on the two leading principal components of the mean-imputed votes.

    Parameters
    ----------
    votes : Votes
    left_out : bool array of shape (n_statements,)
        Statements that must not shape the map (moderated out, metadata): their column is 0 for everybody.

    Returns
    -------
    Projection

    Notes
    -----
    Mean imputation and the scaling of people with few votes are those of Polis (pca.clj).
    """
    center = mean_votes(votes, left_out)
    matrix = centered_matrix(votes, center, left_out)
    components, eigenvalues = leading_components(matrix, votes.counts.sum(axis=0).astype(np.float64))
    components = np.where(left_out, 0.0, components)  # clears rounding error
    n_people, n_statements = matrix.shape
    total = float(matrix.data @ matrix.data)
    return Projection(
        center=center,
        components=components,
        explained_variance=eigenvalues / max(n_people - 1, 1),
        explained_variance_ratio=eigenvalues / total if total > 0 else np.zeros(2),
        positions=person_positions(matrix, components, _n_columns_answered(votes, left_out)),
        statement_positions=np.sqrt(n_statements) * (1 - center)[:, None] * components.T,
    )


def mean_votes(votes: Votes, left_out: NDArray[np.bool_]) -> Floats:
    """Mean vote on each statement: float array of shape (n_statements,), between −1 and 1.

    0 where nobody voted, and where `left_out`, a bool array of shape (n_statements,), says so.
    """
    disagrees, passes, agrees = votes.counts
    return np.where(left_out, 0.0, (agrees - disagrees) / np.maximum(agrees + disagrees + passes, 1))


def centered_matrix(votes: Votes, center: Floats, left_out: NDArray[np.bool_]) -> "csr_array":
    """The mean-imputed, column-centered votes, of shape (n_people, n_statements), stored sparsely.

    An unseen statement is taken at its mean, so after centering it is exactly 0 and needs no storage.

    Parameters
    ----------
    votes : Votes
    center : float array of shape (n_statements,)
        Mean vote on each statement.
    left_out : bool array of shape (n_statements,)
        Statements whose column is 0 for everybody.
    """
    from scipy.sparse import csr_array

    data, kept = np.empty(votes.n_votes), (~left_out).astype(np.float64)
    for block in votes.blocks():
        np.subtract(votes.value[block], looked_up(center, votes.statement[block]), out=data[block])
        if left_out.any():
            data[block] *= looked_up(kept, votes.statement[block])
    indices = votes.statement if votes.n_votes < 2**31 else votes.statement.astype(np.int64)
    return csr_array(
        (data, indices, votes.starts.astype(indices.dtype)), shape=(votes.n_people, votes.n_statements)
    )


def leading_components(matrix: "csr_array", likely: Floats | None = None) -> tuple[Floats, Floats]:
    """The two leading principal directions, (2, n_statements), and their squared singular values, (2,).

    How large their loadings are likely to be, (n_statements,), makes finding them a little shorter.
    """
    total = float(matrix.data @ matrix.data)
    if total <= 0:
        return np.zeros((2, matrix.shape[1])), np.zeros(2)
    return telling_components(*_eigenpairs(matrix, likely), NO_VARIANCE * total)


def telling_components(values: Floats, vectors: Floats, negligible: float) -> tuple[Floats, Floats]:
    """Two components with their sign settled, and their eigenvalues; 0 where these are rounding error.

    Parameters
    ----------
    values : float array of shape (n,), n at most 2
    vectors : float array of shape (n, n_statements)
    negligible : float
        Eigenvalues up to this say nothing.
    """
    components, eigenvalues = np.zeros((2, vectors.shape[1])), np.zeros(2)
    for place, (value, vector) in enumerate(zip(values, vectors, strict=True)):
        if value > negligible:
            components[place], eigenvalues[place] = _signed(vector), value
    return components, eigenvalues


def person_positions(matrix: "csr_array", components: Floats, n_answered: NDArray[np.int64]) -> Floats:
    """Place people on the map, moving those with few votes outwards as far as their silence held them in.

    Parameters
    ----------
    matrix : sparse matrix of shape (n_people, n_statements)
        Mean-imputed, centered votes.
    components : float array of shape (2, n_statements)
    n_answered : int array of shape (n_people,)
        Votes of each person, a left-out statement counting as voted.

    Returns
    -------
    float array of shape (n_people, 2)
    """
    scale = np.sqrt(matrix.shape[1] / np.maximum(n_answered, 1))
    # One axis at a time: scipy multiplies a sparse matrix by two vectors much more slowly than twice by one.
    return scale[:, None] * np.stack([matrix @ component for component in components], axis=1)


def place_person(
    values: Floats, center: Floats, components: Floats, *, n_statements: int, n_left_out: int = 0
) -> Floats:
    """Place one person on a map that is there already, by their present votes; as `person_positions` does.

    Parameters
    ----------
    values : float array of shape (n_votes,)
        The person's votes on statements that shape the map; agree 1, pass 0, disagree −1.
    center : float array of shape (n_votes,)
        Mean vote on each of these statements when the map was made.
    components : float array of shape (2, n_votes)
        Their loadings.
    n_statements : int
        All statements of the map, those left out included.
    n_left_out : int
        How many of them do not shape the map.

    Returns
    -------
    float array of shape (2,)

    Raises
    ------
    ValueError
        If values, center and components are not of the same number of statements.
    """
    if not len(values) == len(center) == components.shape[1]:
        raise ValueError(
            f"values, center and components must be of the same statements, "
            f"got {len(values)}, {len(center)} and {components.shape[1]}"
        )
    scale = np.sqrt(n_statements / max(len(values) + n_left_out, 1))
    return np.asarray(scale * (components @ (values - center)), np.float64)


def _eigenpairs(matrix: "csr_array", likely: Floats | None) -> tuple[Floats, Floats]:
    """Up to two largest eigenvalues of matrix′ · matrix, descending, and their vectors as rows."""
    n_statements = matrix.shape[1]
    if n_statements <= N_DENSE:
        values, vectors = np.linalg.eigh((matrix.T @ matrix).toarray())
    else:
        transposed = matrix.T
        likely = np.ones(n_statements) if likely is None else likely
        return leading_of_product(lambda vector: transposed @ (matrix @ vector), likely)
    return values[::-1][:2], vectors.T[::-1][:2]


def _signed(vector: Floats) -> Floats:
    """Turn a component so that its largest loading is positive; loadings equally large decide together."""
    size = np.abs(vector)
    lead = float(vector[size > size.max() * (1 - 1e-8)].sum())
    if abs(lead) < size.max() / 2:
        lead = float((vector**3).sum())
    return -vector if lead < 0 else vector


def _n_columns_answered(votes: Votes, left_out: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Votes of each person, every left-out statement counting as answered."""
    if not left_out.any():
        return votes.n_votes_by_person
    kept = votes.person[~left_out[votes.statement]]
    return np.bincount(kept, minlength=votes.n_people) + int(left_out.sum())
