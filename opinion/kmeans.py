"""K-means on weighted points of the plane, from many starts at once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_BASE_CLUSTERS = 100
MAX_STEPS = 100


def base_clusters(points: Floats, weights: Ints, rng: np.random.Generator) -> Ints:
    """Gather points into at most 100 clusters: int labels of shape (n_points,), from 0 without gaps."""
    if len(points) <= MAX_BASE_CLUSTERS:
        return np.arange(len(points))
    from sklearn.cluster import KMeans

    starts = points[rng.choice(len(points), MAX_BASE_CLUSTERS, replace=False, p=weights / weights.sum())]
    means = KMeans(MAX_BASE_CLUSTERS, init=starts, n_init=1).fit(points, sample_weight=weights)
    labels: Ints = np.unique(means.labels_, return_inverse=True)[1]
    return labels


def weighted_centers(points: Floats, weights: Ints, label_of: Ints) -> tuple[Floats, Ints]:
    """Center, shape (n_labels, 2), and weight, shape (n_labels,), of each cluster of weighted points."""
    weight = np.bincount(label_of, weights=weights)
    sums = [np.bincount(label_of, weights=weights * points[:, axis]) for axis in (0, 1)]
    return np.stack(sums, axis=1) / weight[:, None], weight.astype(np.int64)


def weighted_kmeans(
    points: Floats, weights: Ints, k: int, n_starts: int, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Run k-means from many starts, each next first center drawn the likelier the further out it lies.

    Parameters
    ----------
    points : float array of shape (n_points, 2)
    weights : int array of shape (n_points,)
    k, n_starts : int

    Returns
    -------
    labels : int array of shape (n_starts, n_points)
    inertia : float array of shape (n_starts,)
        Weighted sum of squared distances to the own center.
    """
    return settled(points, weights, _spread_starts(points, weights, k, n_starts, rng))


def settled(
    points: Floats, weights: Ints, centers: Floats, max_steps: int = MAX_STEPS
) -> tuple[Ints, Floats]:
    """Run k-means from the given centers, shape (n_starts, k, 2), to its end; the same returned."""
    labels = np.full((len(centers), len(points)), -1)
    for _ in range(max_steps):
        squares = _squared_distances(points, centers)
        nearest = squares.argmin(axis=2)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        centers = _moved(centers, points, weights, labels)
    return labels, (squares.min(axis=2) * weights).sum(axis=1)


def _spread_starts(points: Floats, weights: Ints, k: int, n_starts: int, rng: np.random.Generator) -> Floats:
    """First centers, (n_starts, k, 2): each next one drawn the likelier the further from those before."""
    chosen = np.empty((n_starts, k), dtype=np.int64)
    draws = rng.random((k, n_starts))
    chances = np.broadcast_to(weights.astype(np.float64), (n_starts, len(points)))
    nearest = np.full((n_starts, len(points)), np.inf)
    for place in range(k):
        steps = np.cumsum(chances, axis=1)
        drawn = (steps <= draws[place][:, None] * steps[:, -1:]).sum(axis=1)
        chosen[:, place] = np.minimum(drawn, len(points) - 1)
        new = points[chosen[:, place]]
        nearest = np.minimum(nearest, ((points - new[:, None]) ** 2).sum(axis=2))
        chances = weights * nearest
    return points[chosen]


def _squared_distances(points: Floats, centers: Floats) -> Floats:
    """Squared distances, (n_starts, n_points, k), from points (n_points, 2) to centers (n_starts, k, 2)."""
    across = points[:, 0][:, None] - centers[:, None, :, 0]
    along = points[:, 1][:, None] - centers[:, None, :, 1]
    return across**2 + along**2


def _moved(centers: Floats, points: Floats, weights: Ints, labels: Ints) -> Floats:
    """Each center moved to the weighted mean of its points; one without points stays."""
    n_starts, k, _ = centers.shape
    place = (labels + k * np.arange(n_starts)[:, None]).ravel()
    totals = [
        np.bincount(place, weights=np.tile(part, n_starts), minlength=n_starts * k)
        for part in (weights, weights * points[:, 0], weights * points[:, 1])
    ]
    weight, sums = totals[0], np.stack(totals[1:], axis=1)
    means = np.divide(sums, weight[:, None], out=centers.reshape(-1, 2).copy(), where=weight[:, None] > 0)
    return means.reshape(centers.shape)
