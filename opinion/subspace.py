"""The two leading eigenpairs of a matrix: of one known by its products, or of one that changed little."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

N_KEPT = 4  # eigenvectors carried on: two are wanted, those next to them make the search short
MAX_BASIS = 60
MAX_STEPS = 500
LEAST_STEPS = 2  # so that a direction that has just become a leading one is not overlooked
ANGLE = 3e-8  # a vector this close to the true one, in radians, is close enough
SMALLEST_GAP = 1e-6  # eigenvalues closer than this part of the largest have no directions of their own


LEAST_VECTORS, MOST_VECTORS = 12, 400
CLOSE = 1e-12  # of the largest eigenvalue: a residual this small leaves nothing to gain
NOTHING_LEFT = 1e-14


class Eigenpairs(NamedTuple):
    """The two largest eigenvalues, their vectors as rows (2, n), and vectors (n, N_KEPT) to begin again."""

    values: Floats
    vectors: Floats
    start: Floats


def leading_eigenpairs(matrix: Floats, start: Floats | None) -> Eigenpairs:
    """Find the two leading eigenpairs of a symmetric positive semidefinite matrix.

    The search space begins with the earlier vectors and grows by what they still miss (a block Krylov method
    with Rayleigh–Ritz projection), until the vectors are within 3·10⁻⁸ radians of the true ones.

    Parameters
    ----------
    matrix : float array of shape (n, n)
        n must be larger than N_KEPT.
    start : float array of shape (n, N_KEPT), optional
        Vectors near the leading ones; without them random ones are taken.
    """
    size = len(matrix)
    draw = np.random.default_rng(0)
    first = draw.standard_normal((size, N_KEPT)) if start is None else start
    # One random vector more, so that every direction takes part.
    basis = np.linalg.qr(np.column_stack([first, draw.standard_normal(size)]))[0]
    images = matrix @ basis
    for step in range(MAX_STEPS):
        values, turns = np.linalg.eigh(basis.T @ images)
        turns = turns[:, ::-1][:, :N_KEPT]
        values = values[::-1][:N_KEPT]
        residuals = images @ turns[:, :2] - (basis @ turns[:, :2]) * values[:2]
        if step >= LEAST_STEPS and _is_close(values, residuals):
            break
        if basis.shape[1] + 2 > min(MAX_BASIS, size):
            basis, images = basis @ turns, images @ turns
        new = np.linalg.qr(residuals)[0]
        new = np.linalg.qr(new - basis @ (basis.T @ new))[0]  # where little is left, some of it is rounding
        basis = np.column_stack([basis, new])
        images = np.column_stack([images, matrix @ new])
    return Eigenpairs(values[:2], (basis @ turns[:, :2]).T, basis @ turns)


def _is_close(values: Floats, residuals: Floats) -> bool:
    """A vector is off by at most its residual over the distance of its eigenvalue to the others."""
    gaps = np.array([values[0] - values[1], min(values[0] - values[1], values[1] - values[2])])
    gaps = np.maximum(gaps, SMALLEST_GAP * values[0])
    return bool((np.linalg.norm(residuals, axis=0) <= ANGLE * gaps).all())


def leading_of_product(product: Callable[[Floats], Floats], size: int) -> tuple[Floats, Floats]:
    """Find the two leading eigenpairs of a symmetric positive semidefinite matrix known only by its products.

    Lanczos' method, each vector made orthogonal to all before it, until nothing is left to gain. The first
    vector is always the same.

    Parameters
    ----------
    product : function from float array (size,) to float array (size,)
    size : int

    Returns
    -------
    values : float array of shape (2,), the larger one first
    vectors : float array of shape (2, size)
    """
    draw = np.random.default_rng(0)
    basis = np.empty((min(size, MOST_VECTORS), size))
    table = np.zeros((len(basis), len(basis)))  # the matrix as the basis sees it; only one triangle is read
    vector = draw.standard_normal(size)
    for place in range(len(basis)):
        known = basis[: place + 1]
        known[place] = vector / np.linalg.norm(vector)
        image = product(known[place])
        table[place, place] = known[place] @ image
        vector = _beyond(known, image)
        length = float(np.linalg.norm(vector))
        is_last = place + 1 == len(basis)
        if is_last or place + 1 >= LEAST_VECTORS:
            values, turns = np.linalg.eigh(table[: place + 1, : place + 1])
            if is_last or length * np.abs(turns[-1, -2:]).max() <= CLOSE * values[-1]:
                break
        if length <= NOTHING_LEFT * table[0, 0]:
            vector, length = _beyond(known, draw.standard_normal(size)), 0.0
        table[place + 1, place] = length
    return values[::-1][:2], turns[:, ::-1][:, :2].T @ known


def _beyond(basis: Floats, vector: Floats) -> Floats:
    """What of the vector lies in no direction of the basis (rows); twice, since once leaves rounding."""
    once = vector - (basis @ vector) @ basis
    twice: Floats = once - (basis @ once) @ basis
    return twice
