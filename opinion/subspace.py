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
LEAST_APART = 0.05  # of the largest eigenvalue: a diagonal nearer to an eigenvalue would say too much
LEAST_TURN = 1e-6
LEAST_VECTORS, MOST_VECTORS = 12, 400
CLOSE = 1e-12  # of the largest eigenvalue: a residual this small leaves nothing to gain
NOTHING_LEFT = 1e-14


class Start(NamedTuple):
    """Where a search begins: vectors near the leading ones, one at random, and what the matrix makes of them.

    Float arrays of shape (N_KEPT + 1, n).
    """

    vectors: Floats
    images: Floats

    def after(self, changed: list[int], change: Floats) -> "Start":
        """The same vectors, and their images once rows and columns `changed` of the matrix grew by `change`.

        Parameters
        ----------
        changed : list of n_changed ints
        change : float array of shape (n_changed, n)
        """
        images = self.images + self.vectors[:, changed] @ change
        images[:, changed] = self.images[:, changed] + self.vectors @ change.T
        return self._replace(images=images)


class Eigenpairs(NamedTuple):
    """The two largest eigenvalues, their vectors as rows (2, n), and where to begin again."""

    values: Floats
    vectors: Floats
    start: Start


def leading_eigenpairs(matrix: Floats, start: Start | None = None) -> Eigenpairs:
    """Find the two leading eigenpairs of a symmetric positive semidefinite matrix.

    The search space begins with the earlier vectors and grows by what they still miss, divided by how far
    the matrix's diagonal is from the eigenvalue (Davidson's method), until the vectors are within 3·10⁻⁸
    radians of the true ones.

    Parameters
    ----------
    matrix : float array of shape (n, n)
        n must be larger than N_KEPT + 1.
    start : Start, optional
        Without one, random vectors are taken.
    """
    basis, images = _begun(matrix, start or random_start(matrix))
    at_random = basis[-1:], images[-1:]  # so that every direction takes part
    diagonal = matrix.diagonal()
    for step in range(MAX_STEPS):
        values, turns = np.linalg.eigh(basis @ images.T)
        values, turns = values[::-1][:N_KEPT], turns.T[::-1][:N_KEPT]
        residuals = turns[:2] @ images - values[:2, None] * (turns[:2] @ basis)
        missing = _is_far(values, residuals)
        if step < LEAST_STEPS:
            missing[:] = True
        if not missing.any():
            break
        if len(basis) + 2 > min(MAX_BASIS, len(matrix)):
            basis, images = turns @ basis, turns @ images
        apart = values[:2, None] - diagonal
        wanted = residuals / np.maximum(apart, LEAST_APART * values[0])
        new = _orthonormal_to(basis, wanted[missing])
        basis = np.concatenate([basis, new])
        images = np.concatenate([images, _images(matrix, new)])
    kept, kept_images = turns @ basis, turns @ images
    start = Start(*map(np.concatenate, ((kept, at_random[0]), (kept_images, at_random[1]))))
    return Eigenpairs(values[:2], kept[:2], start)


def random_start(matrix: Floats) -> Start:
    """Where to begin without earlier vectors; always the same."""
    return started(matrix, np.random.default_rng(0).standard_normal((N_KEPT + 1, len(matrix))))


def started(matrix: Floats, vectors: Floats) -> Start:
    """Where to begin with these vectors, (N_KEPT + 1, up to n), of a matrix that is new."""
    vectors = np.pad(vectors, ((0, 0), (0, len(matrix) - vectors.shape[1])))
    return Start(vectors, vectors @ matrix)


def _begun(matrix: Floats, start: Start) -> tuple[Floats, Floats]:
    """The start's directions made orthonormal, and their images: float arrays of shape (N_KEPT + 1, n)."""
    basis, turns = np.linalg.qr(start.vectors.T)
    sizes = np.abs(turns.diagonal())
    if sizes.min() <= LEAST_TURN * sizes.max():  # some directions are others over again
        return basis.T, basis.T @ matrix
    return basis.T, np.linalg.solve(turns.T, start.images)


def _orthonormal_to(basis: Floats, vectors: Floats) -> Floats:
    """What of the vectors lies in no direction of the basis; twice, as the little left is partly rounding."""
    for _ in range(2):
        vectors = np.linalg.qr((vectors - (vectors @ basis.T) @ basis).T)[0].T
    return vectors


def _images(matrix: Floats, vectors: Floats) -> Floats:
    """What a symmetric matrix, half of which is read, makes of vectors: float array (n_vectors, n)."""
    from scipy.linalg.blas import dsymv

    return np.stack([dsymv(1.0, matrix.T, vector) for vector in vectors])


def _is_far(values: Floats, residuals: Floats) -> NDArray[np.bool_]:
    """A vector is off by at most its residual over the distance of its eigenvalue to the others."""
    gaps = np.array([values[0] - values[1], min(values[0] - values[1], values[1] - values[2])])
    gaps = np.maximum(gaps, SMALLEST_GAP * values[0])
    return np.asarray(np.linalg.norm(residuals, axis=1) > ANGLE * gaps)


def leading_of_product(product: Callable[[Floats], Floats], likely: Floats) -> tuple[Floats, Floats]:
    """Find the two leading eigenpairs of a symmetric positive semidefinite matrix known only by its products.

    Lanczos' method, each vector made orthogonal to all before it, until nothing is left to gain. The first
    vector is always the same for the same `likely`.

    Parameters
    ----------
    product : function from float array (size,) to float array (size,)
    likely : float array of shape (size,)
        How large each place of the vectors is likely to be, such as the matrix's diagonal; not all 0.

    Returns
    -------
    values : float array of shape (2,), the larger one first
    vectors : float array of shape (2, size)
    """
    draw, size = np.random.default_rng(0), len(likely)
    basis = np.empty((min(size, MOST_VECTORS), size))
    table = np.zeros((len(basis), len(basis)))  # the matrix as the basis sees it; only one triangle is read
    vector = draw.standard_normal(size) * likely
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
