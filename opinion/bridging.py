"""Bridging: what people agree with beyond what their opinions would make them agree with.

A vote is explained by four parts, r = μ + i_u + i_n + f_u·f_n: how agreeable votes are at all, how agreeable
the person is, how agreeable the statement is, and how well person and statement match. What only one camp
likes is explained by the match, so that a high i_n is left for what both camps like.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opinion.arguments import weights_of_people
from opinion.projection import centered_matrix, leading_components, mean_votes
from opinion.threads import in_one_thread
from opinion.votes import Votes

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]

INTERCEPT_RIDGE = 10.0
FACTOR_RIDGE = 2.0
MAX_SWEEPS = 500
TOLERANCE = 1e-9  # a sweep that lowers the loss by a smaller part of it is the last


@dataclass(frozen=True, eq=False, kw_only=True)
class VoteModel:
    """A fitted model of votes.

    Attributes
    ----------
    mean : float
        μ.
    person_intercepts : float array of shape (n_people,)
    statement_intercepts : float array of shape (n_statements,)
        i_n; 0 for a statement nobody saw.
    person_factors : float array of shape (n_people, n_factors)
    statement_factors : float array of shape (n_statements, n_factors)
        Each factor's largest entry by size is positive.
    loss : float
        Sum of squared errors and penalties.
    n_sweeps : int
        Rounds of alternating least squares.
    converged : bool
        Whether the last round changed the loss by less than a billionth of it.
    """

    mean: float
    person_intercepts: Floats
    statement_intercepts: Floats
    person_factors: Floats
    statement_factors: Floats
    loss: float
    n_sweeps: int
    converged: bool

    @property
    def scores(self) -> Floats:
        """Vote expected from a person of no opinion, μ + i_n: shape (n_statements,), about −1 to 1."""
        return self.mean + self.statement_intercepts

    def expected(self, person: NDArray[np.integer[Any]], statement: NDArray[np.integer[Any]]) -> Floats:
        """Expected vote of each pair of a person and a statement (places): shape (n_pairs,)."""
        match = np.einsum("ij,ij->i", self.person_factors[person], self.statement_factors[statement])
        return match + self.person_intercepts[person] + self.scores[statement]

    def predicted(self, people: NDArray[np.int64] | slice, statements: NDArray[np.int64] | slice) -> Floats:
        """Expected votes of these people on these statements: shape (n_people, n_statements), dense."""
        match = self.person_factors[people] @ self.statement_factors[statements].T
        return match + self.person_intercepts[people][:, None] + self.scores[statements]


@in_one_thread
def fit_votes(
    votes: Votes,
    *,
    n_factors: int = 1,
    intercept_ridge: float = INTERCEPT_RIDGE,
    factor_ridge: float = FACTOR_RIDGE,
    person_weights: Floats | None = None,
    max_sweeps: int = MAX_SWEEPS,
) -> VoteModel:
    """Fit the model by alternating least squares to the votes that were cast.

    Starts from the principal components of the votes, so that there is no seed and no chance. Each round
    solves all people's parts exactly given the statements', and the reverse. Memory and time grow with
    the votes, and with the people and statements times the square of n_factors.

    Parameters
    ----------
    votes : Votes
    n_factors : int
        1 or 2 directions of opinion.
    intercept_ridge, factor_ridge : float, above 0
        Penalties on the squares of intercepts and factors, in units of one vote's squared error. The
        intercepts' is the larger, so that what either could explain is taken for a matter of opinion.
    person_weights : float array of shape (n_people,), optional
        How much each person's votes count, 0 or above; only their proportions matter.

    Returns
    -------
    VoteModel
        All 0 where no vote has any weight.

    Raises
    ------
    ValueError
        If n_factors is neither 1 nor 2, a ridge is not above 0, or there is not one weight of 0 or above for
        each person.

    Notes
    -----
    The model is that of Community Notes (Wojcik et al. 2022).
    """
    if n_factors not in (1, 2):
        raise ValueError(f"n_factors must be 1 or 2, got {n_factors!r}")
    if not (intercept_ridge > 0 and factor_ridge > 0):
        raise ValueError(f"ridges must be above 0, got {intercept_ridge!r} and {factor_ridge!r}")
    weights = weights_of_people(votes, person_weights)
    if weights @ votes.n_votes_by_person == 0:
        return _empty(votes, n_factors)
    problem = _problem(
        votes, None if person_weights is None else weights, [intercept_ridge] + [factor_ridge] * n_factors
    )
    return _alternated(problem, _start(votes, n_factors), max_sweeps)


class _Side(NamedTuple):
    """Intercept and factors of people or statements: (n,) and (n, n_factors)."""

    intercepts: Floats
    factors: Floats

    @property
    def with_one(self) -> Floats:
        """1 and the factors: what the other side's intercept and factors are multiplied with."""
        return np.column_stack([np.ones(len(self.factors)), self.factors])


class _Problem(NamedTuple):
    """Votes as sparse matrices of shape (n_people, n_statements), people's side unweighted."""

    cast: "csr_array"  # 1 for each vote
    value: "csr_array"
    cast_by_statement: "csr_array"  # transposed, each vote as heavy as its person
    value_by_statement: "csr_array"
    weight: Floats  # (n_people,) 1 on average
    is_seen: Floats  # (n_statements,) 1 where anybody voted
    n_votes: Floats  # (n_people,)
    sums: Floats  # (n_people,) sum of each person's votes
    total: Floats  # Σ weight·votes, Σ weight·value, Σ weight·value²
    ridge: Floats  # (1 + n_factors,)


def _problem(votes: Votes, person_weights: Floats | None, ridge: list[float]) -> _Problem:
    from scipy.sparse import csr_array

    nothing = np.zeros(votes.n_statements, dtype=bool)
    value = centered_matrix(votes, np.zeros(votes.n_statements), nothing)
    cast = csr_array((np.ones(votes.n_votes), value.indices, value.indptr), shape=value.shape)
    sums = np.bincount(votes.person, weights=votes.value, minlength=votes.n_people).astype(np.float64)
    n_votes = votes.n_votes_by_person.astype(np.float64)
    squares = np.bincount(votes.person, weights=value.data**2, minlength=votes.n_people)
    heavy, heavy_value, weight = cast, value, np.ones(votes.n_people)
    if person_weights is not None:
        weight = person_weights / person_weights.mean()
        heavy, heavy_value = (_row_scaled(matrix, weight, votes) for matrix in (cast, value))
    return _Problem(
        cast=cast,
        value=value,
        cast_by_statement=heavy.T,
        value_by_statement=heavy_value.T,
        weight=weight,
        is_seen=(np.bincount(votes.statement, minlength=votes.n_statements) > 0).astype(np.float64),
        n_votes=n_votes,
        sums=sums,
        total=np.array([weight @ n_votes, weight @ sums, weight @ squares]),
        ridge=np.array(ridge),
    )


def _row_scaled(matrix: "csr_array", weight: Floats, votes: Votes) -> "csr_array":
    scaled = matrix.copy()
    scaled.data *= weight[votes.person]
    return scaled


def _start(votes: Votes, n_factors: int) -> _Side:
    """Statements' factors from the leading components of the votes, none agreeable."""
    nothing = np.zeros(votes.n_statements, dtype=bool)
    components, _ = leading_components(centered_matrix(votes, mean_votes(votes, nothing), nothing))
    return _Side(np.zeros(votes.n_statements), np.sqrt(votes.n_statements) * components[:n_factors].T)


def _alternated(problem: _Problem, statements: _Side, max_sweeps: int) -> VoteModel:
    mean = float(problem.total[1] / problem.total[0])
    people: _Side | None = None
    loss, converged, sweep = np.inf, False, 0
    while not converged and sweep < max_sweeps:
        sweep += 1
        if people is not None:
            statements, mean = _shifted(problem, people, statements, mean)
        people = _equations(problem.cast, problem.value, statements, mean).solved(problem.ridge)
        equations = _equations(problem.cast_by_statement, problem.value_by_statement, people, mean)
        statements = equations.solved(problem.ridge)
        step = equations.mean_error(statements) / problem.total[0]
        new_loss = _loss(problem, people, statements, equations, mean) - problem.total[0] * step**2
        converged = bool(loss - new_loss <= TOLERANCE * new_loss)
        mean, loss = mean + step, new_loss
    assert people is not None
    return _model(mean, people, statements, loss, sweep, converged)


def _shifted(problem: _Problem, people: _Side, statements: _Side, mean: float) -> tuple[_Side, float]:
    """Move what the parts can hand each other without changing any expected vote to where it costs least.

    The votes have no say in these directions, so rounds alone would crawl along them: f_u·f_n is
    f_u·(f_n − c) with f_u·c more in i_u, and the reverse; a constant may stand in intercepts or the mean;
    f_u·s goes with f_n / s. People are solved for next, so only the statements and the mean are returned.
    """
    heavy, seen = problem.weight, problem.is_seen
    (i_u, f_u), (i_n, f_n) = people, statements
    move = _cheapest_move(problem.ridge, f_n, seen, i_u, f_u, heavy)
    i_u, f_n = i_u + f_u @ move, f_n - np.outer(seen, move)
    move = _cheapest_move(problem.ridge, f_u, heavy, i_n, f_n, seen)
    i_n, f_u = i_n + f_n @ move, f_u - move
    surplus = i_n @ seen / seen.sum()
    of_people, of_statements = heavy @ f_u**2, seen @ f_n**2
    stretch = np.divide(of_people, of_statements, out=np.ones(len(of_people)), where=of_statements > 0)
    return _Side(i_n - surplus * seen, f_n * stretch**0.25), mean + surplus + heavy @ i_u / heavy.sum()


def _cheapest_move(
    ridge: Floats, moved: Floats, weight: Floats, intercepts: Floats, factors: Floats, other_weight: Floats
) -> Floats:
    """The c of least Σ weight·ridge·(moved − c)² + Σ other_weight·ridge·(intercepts + factors·c)²."""
    heavy = ridge[0] * other_weight[:, None] * factors
    squares = heavy.T @ factors + np.diag(ridge[1:] * weight.sum())
    products = ridge[1:] * (weight @ moved) - heavy.T @ intercepts
    return np.asarray(np.linalg.solve(squares, products), np.float64)


class _Equations(NamedTuple):
    """Least squares for one side given the other: squares (n, 1 + f, 1 + f) and products (n, 1 + f)."""

    squares: Floats
    products: Floats

    def solved(self, ridge: Floats) -> _Side:
        solution = np.linalg.solve(self.squares + np.diag(ridge), self.products[:, :, None])[:, :, 0]
        return _Side(np.asarray(solution[:, 0], np.float64), np.asarray(solution[:, 1:], np.float64))

    def mean_error(self, side: _Side) -> float:
        """Sum of the errors that remain."""
        fitted = (self.squares[:, 0, :] * np.column_stack(side)).sum()
        return float(self.products[:, 0].sum() - fitted)


def _equations(cast: "csr_array", value: "csr_array", other: _Side, mean: float) -> _Equations:
    design = other.with_one
    n_parts = design.shape[1]
    pairs = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    squares = (cast @ pairs).reshape(-1, n_parts, n_parts)
    return _Equations(squares, value @ design - cast @ (design * (mean + other.intercepts)[:, None]))


def _loss(problem: _Problem, people: _Side, statements: _Side, equations: _Equations, mean: float) -> float:
    """Squared errors and penalties, where `statements` solve `equations`."""
    given = mean + people.intercepts
    errors = problem.total[2] - 2 * (problem.weight * problem.sums) @ given
    errors += (problem.weight * problem.n_votes) @ given**2
    explained = (np.column_stack(statements) * equations.products).sum()
    penalty = problem.weight @ (np.column_stack(people) ** 2 @ problem.ridge)
    return float(errors - explained + penalty)


def _model(
    mean: float, people: _Side, statements: _Side, loss: float, n_sweeps: int, converged: bool
) -> VoteModel:
    """Turn the factors so that they are one set of many equal ones: orthogonal, by size, sign fixed."""
    turn = _turn(statements.factors)
    return VoteModel(
        mean=mean,
        person_intercepts=people.intercepts,
        statement_intercepts=statements.intercepts,
        person_factors=people.factors @ turn,
        statement_factors=statements.factors @ turn,
        loss=loss,
        n_sweeps=n_sweeps,
        converged=converged,
    )


def _turn(statement_factors: Floats) -> Floats:
    """The rotation to the principal axes of the statements' factors, their largest entries positive."""
    _, axes = np.linalg.eigh(statement_factors.T @ statement_factors)
    axes = axes[:, ::-1]
    turned = statement_factors @ axes
    largest = turned[np.abs(turned).argmax(axis=0), np.arange(turned.shape[1])]
    return axes * np.where(largest < 0, -1.0, 1.0)


def _empty(votes: Votes, n_factors: int) -> VoteModel:
    return VoteModel(
        mean=0.0,
        person_intercepts=np.zeros(votes.n_people),
        statement_intercepts=np.zeros(votes.n_statements),
        person_factors=np.zeros((votes.n_people, n_factors)),
        statement_factors=np.zeros((votes.n_statements, n_factors)),
        loss=0.0,
        n_sweeps=0,
        converged=True,
    )
