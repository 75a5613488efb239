"""Leading directions of a matrix that is known only by its products."""

import numpy as np
import pytest

from opinion.subspace import leading_of_product


def rotated(eigenvalues: list[float]) -> np.ndarray:
    """A symmetric matrix with these eigenvalues, in directions of its own."""
    size = len(eigenvalues)
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((size, size)))[0]
    return (turn * np.array(eigenvalues)) @ turn.T


@pytest.mark.parametrize(
    "eigenvalues",
    [
        np.geomspace(1e-3, 1e4, 250).tolist(),
        [0.0] * 247 + [1.0, 2.0, 3.0],
        [1.0] * 248 + [1.001, 1.002],
        [0.0] * 3 + [5.0],
    ],
    ids=["spread widely", "almost all nothing", "almost all alike", "smaller than the search begins with"],
)
def test_the_two_leading_directions_are_those_of_a_full_decomposition(eigenvalues):
    matrix = rotated(eigenvalues)
    values, vectors = leading_of_product(lambda vector: matrix @ vector, matrix.diagonal())
    assert values == pytest.approx(sorted(eigenvalues)[::-1][:2], abs=1e-9)
    assert matrix @ vectors.T == pytest.approx(vectors.T * values, abs=1e-6)
    assert vectors @ vectors.T == pytest.approx(np.eye(2), abs=1e-9)


def test_one_eigenvalue_for_all_directions_gives_two_of_them():
    values, vectors = leading_of_product(lambda vector: 4 * vector, np.ones(300))
    assert values == pytest.approx([4, 4])
    assert vectors @ vectors.T == pytest.approx(np.eye(2), abs=1e-9)
