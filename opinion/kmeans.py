"""K-means on weighted points of the plane, from many starts at once."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Labels = NDArray[np.uint8]

MAX_BASE_CLUSTERS = 100
MAX_STEPS = 100
BASE_STEPS = 12  # base clusters are only a means; more steps move few people between them
FEW_GROUPS = 16
POINTS_AT_ONCE = 512
NO_LABEL = np.uint8(255)


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
    return settled(points, weights, _spread_starts(points, weights, n_starts, {k: rng})[k])


def kmeans_by_k(
    points: Floats, weights: Ints, n_starts: int, draws: Mapping[int, np.random.Generator]
) -> dict[int, tuple[Ints, Floats]]:
    """The same for several k, each with random numbers of its own; few groups are sought all at once."""
    starts = _spread_starts(points, weights, n_starts, draws)
    few, widest = [k for k in starts if k <= FEW_GROUPS], max(min(k, FEW_GROUPS) for k in starts)
    found = {k: settled(points, weights, starts[k]) for k in starts if k not in few}
    if few:
        # A center that is no number is nearest to nothing.
        padded = [np.pad(starts[k], ((0, 0), (0, widest - k), (0, 0)), constant_values=np.nan) for k in few]
        labels, inertia = settled(points, weights, np.concatenate(padded))
        found |= dict(
            zip(few, zip(np.split(labels, len(few)), np.split(inertia, len(few)), strict=True), strict=True)
        )
    return found


def settled(
    points: Floats, weights: Ints, centers: Floats, max_steps: int = MAX_STEPS
) -> tuple[Ints, Floats]:
    """Run k-means from given centers until no point changes its center (Lloyd 1982).

    Parameters
    ----------
    points : float array of shape (n_points, 2)
    weights : int array of shape (n_points,)
    centers : float array of shape (n_starts, k, 2)
    max_steps : int

    Returns
    -------
    labels : int array of shape (n_starts, n_points)
    inertia : float array of shape (n_starts,)
        Weighted sum of squared distances to the own center.
    """
    homogeneous = np.stack([points[:, 0], points[:, 1], np.ones(len(points))])
    pulls, centers = homogeneous * weights.astype(np.float64), centers.transpose(2, 1, 0)
    ends, labels = np.empty_like(centers), np.empty((centers.shape[2], len(points)), dtype=np.uint8)
    moving, before = np.arange(len(labels)), np.full(labels.shape, NO_LABEL)
    for _ in range(max_steps):
        nearest = _nearest(homogeneous, centers)
        is_moving = (nearest != before).any(axis=1)
        if not is_moving.all():
            still = ~is_moving
            labels[moving[still]], ends[:, :, moving[still]] = nearest[still], centers[:, :, still]
            moving, nearest, centers = moving[is_moving], nearest[is_moving], centers[:, :, is_moving]
            if not moving.size:
                break
        before, centers = nearest, _moved(centers, pulls, nearest)
    if moving.size:
        labels[moving], ends[:, :, moving] = before, centers
    return labels.astype(np.int64), _spreads(points, weights, ends, labels)


def weight_by_label(labels: Ints, weights: Ints, k: int) -> Ints:
    """Weight of each label in each row of labels, (n_rows, n_points): shape (n_rows, k)."""
    return np.rint(_is_own(labels, k) @ weights.astype(np.float64)).astype(np.int64).T


def _spread_starts(
    points: Floats, weights: Ints, n_starts: int, draws: Mapping[int, np.random.Generator]
) -> dict[int, Floats]:
    """First centers for each k, (n_starts, k, 2), each drawn the likelier the further from those before it.

    All k are worked on together, the largest first, so that those still going stay together.
    """
    ks = sorted(draws, reverse=True)
    drawn = {k: draws[k].random((k, n_starts)) for k in ks}
    chosen = np.empty((len(ks) * n_starts, ks[0]), dtype=np.int64)
    across, along = np.ascontiguousarray(points.T)
    nearest = np.full((len(chosen), len(points)), np.inf)
    for place in range(ks[0]):
        going = [k for k in ks if k > place]
        rows = slice(len(going) * n_starts)
        if place:
            last = chosen[rows, place - 1, None]
            apart = (across - across[last]) ** 2 + (along - along[last]) ** 2
            nearest = np.minimum(nearest[rows], apart)
        steps = np.cumsum(weights * nearest if place else np.full(nearest.shape, 1.0) * weights, axis=1)
        draw = np.concatenate([drawn[k][place] for k in going])
        chosen[rows, place] = np.minimum(
            (steps <= (draw * steps[:, -1])[:, None]).sum(axis=1), len(points) - 1
        )
    return {k: points[chosen[row * n_starts : (row + 1) * n_starts, :k]] for row, k in enumerate(ks)}


def _nearest(homogeneous: Floats, centers: Floats) -> Labels:
    """The nearest of k centers, (2, k, n_starts), to each point: labels (n_starts, n_points).

    A point is given as a column (x, y, 1), so that one product tells its squared distances, less what is the
    same for all centers.
    """
    across, along = centers
    planes = np.stack([-2 * across, -2 * along, across**2 + along**2])
    _, k, n_starts = planes.shape
    if k > FEW_GROUPS:
        return np.stack([_nearest_of_many(homogeneous, planes[:, :, start]) for start in range(n_starts)])
    squares = (planes.reshape(3, -1).T @ homogeneous).reshape(k, n_starts, -1)
    labels, number = np.zeros((2, n_starts, squares.shape[2]), dtype=np.uint8)
    least, is_nearer = squares[0], number.view(bool)
    for group in range(1, k):
        np.less(squares[group], least, out=is_nearer)
        np.multiply(number, np.uint8(group), out=number)
        np.maximum(labels, number, out=labels)
        if group < k - 1:
            np.minimum(least, squares[group], out=least)
    return labels


def _nearest_of_many(homogeneous: Floats, planes: Floats) -> Labels:
    """The same for one start of many centers, some points at a time, so that they stay in the cache."""
    rows, columns = np.ascontiguousarray(homogeneous.T), np.ascontiguousarray(planes)
    parts = [rows[start : start + POINTS_AT_ONCE] for start in range(0, len(rows), POINTS_AT_ONCE)]
    return np.concatenate([(part @ columns).argmin(axis=1) for part in parts]).astype(np.uint8)


def _moved(centers: Floats, pulls: Floats, labels: Labels) -> Floats:
    """Each center moved to the weighted mean of its points; one without points stays.

    `pulls`, of shape (3, n_points), holds weighted x, weighted y and weight.
    """
    _, k, n_starts = centers.shape
    if k > FEW_GROUPS:
        sums = np.array([[np.bincount(row, pull, k) for row in labels.astype(np.int64)] for pull in pulls])
        sums = sums.transpose(0, 2, 1)
    else:
        sums = (pulls @ _is_own(labels, k).reshape(k * n_starts, -1).T).reshape(3, k, n_starts)
    return np.divide(sums[:2], sums[2], out=centers.copy(), where=sums[2] > 0)


def _is_own(labels: Labels | Ints, k: int) -> Floats:
    """1 where a point has the label, else 0: shape (k, n_starts, n_points)."""
    return (labels == np.arange(k, dtype=labels.dtype)[:, None, None]).astype(np.float64)


def _spreads(points: Floats, weights: Ints, centers: Floats, labels: Labels) -> Floats:
    """Weighted sum of squared distances to the own center: shape (n_starts,)."""
    place = labels.T.astype(np.int64)
    across, along = (
        axis - np.take_along_axis(center, place, axis=0).T
        for axis, center in zip(points.T, centers, strict=True)
    )
    spreads: Floats = (across**2 + along**2) @ weights
    return spreads
