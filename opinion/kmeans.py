"""K-means on weighted points of the plane, from many starts at once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_BASE_CLUSTERS = 100
MAX_STEPS = 100
BASE_STEPS = 12  # base clusters are only a means; more steps move few people between them
FEW_GROUPS = 16


def base_clusters(points: Floats, weights: Ints, rng: np.random.Generator) -> Ints:
    """Gather points into at most 100 clusters: int labels of shape (n_points,), from 0 without gaps."""
    if len(points) <= MAX_BASE_CLUSTERS:
        return np.arange(len(points))
    starts = points[rng.choice(len(points), MAX_BASE_CLUSTERS, replace=False, p=weights / weights.sum())]
    labels, _ = settled(points, weights, starts[None], BASE_STEPS)
    present: Ints = np.unique(labels[0], return_inverse=True)[1]
    return present


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
    centers = centers.copy()
    homogeneous = np.column_stack([points, np.ones(len(points))])
    pulls = np.tile([weights, weights * points[:, 0], weights * points[:, 1]], len(centers))
    labels = np.full((len(centers), len(points)), -1)
    moving = np.arange(len(centers))
    for _ in range(max_steps):
        nearest = _nearest(homogeneous, centers[moving])
        still = (nearest != labels[moving]).any(axis=1)
        moving, nearest = moving[still], nearest[still]
        if not moving.size:
            break
        labels[moving] = nearest
        centers[moving] = _moved(centers[moving], pulls, nearest)
    apart = points - np.take_along_axis(centers, labels[:, :, None], axis=1)
    return labels, (apart**2).sum(axis=2) @ weights


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


def _nearest(homogeneous: Floats, centers: Floats) -> Ints:
    """The nearest of k centers, (n_starts, k, 2), to each point: labels (n_starts, n_points).

    A point is given as (x, y, 1), so that one product tells its squared distances, less what is the same for
    all centers.
    """
    k = centers.shape[1]
    planes = np.concatenate([-2 * centers, (centers**2).sum(axis=2, keepdims=True)], axis=2)
    if k > FEW_GROUPS:
        return (homogeneous @ planes.transpose(0, 2, 1)).argmin(axis=2)
    squares = planes @ homogeneous.T
    labels, least = np.zeros(squares[:, 0].shape, dtype=np.int64), squares[:, 0].copy()
    for group in range(1, k):
        labels[squares[:, group] < least] = group
        np.minimum(least, squares[:, group], out=least)
    return labels


def _moved(centers: Floats, pulls: Floats, labels: Ints) -> Floats:
    """Each center moved to the weighted mean of its points; one without points stays.

    `pulls`, of shape (3, at least n_starts · n_points), holds weight, weighted x and weighted y of all points
    once per start.
    """
    n_starts, k, _ = centers.shape
    place = (labels + k * np.arange(n_starts)[:, None]).ravel()
    sums = [np.bincount(place, weights=pull[: len(place)], minlength=n_starts * k) for pull in pulls]
    weight, moved = sums[0][:, None], centers.reshape(-1, 2).copy()
    np.divide(np.stack(sums[1:], axis=1), weight, out=moved, where=weight > 0)
    return moved.reshape(centers.shape)
