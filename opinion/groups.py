"""Opinion groups: who is grouped, into how many groups, and which."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_VOTES = 7
LEAST_GROUPED = 15
MAX_BASE_CLUSTERS = 100
MAX_K = 5
N_TRIES = 5
N_STARTS = 10
MAX_STEPS = 100
FINE_STEP = 1e-7  # positions closer than this part of the map's width are the same position
COARSE_STEP = 1 / 400
N_FINE = 20_000  # above so many people, positions on a grid of the coarse step are enough to find groups


class Grouping(NamedTuple):
    """Groups found: `labels` of shape (n_points,), numbered from 0, largest group first."""

    labels: Ints
    k: int
    silhouette_by_k: dict[int, float]


class _Tried(NamedTuple):
    labels: Ints  # (n_cells,)
    spread: float
    silhouette: float


def is_grouped(n_votes_by_person: Ints, n_statements: int, min_votes: int = MIN_VOTES) -> NDArray[np.bool_]:
    """Say who voted enough to be grouped.

    Parameters
    ----------
    n_votes_by_person : int array of shape (n_people,)
    n_statements : int
    min_votes : int
        Votes needed; all statements if there are fewer.

    Returns
    -------
    bool array of shape (n_people,)
        Where fewer than 15 people voted enough, the most active people, at least 15 if there are so
        many. People with equally many votes enter together, so that no id decides.
    """
    enough = n_votes_by_person >= max(1, min(min_votes, n_statements))
    if enough.sum() >= LEAST_GROUPED or enough.all():
        return enough
    place = min(LEAST_GROUPED, len(n_votes_by_person)) - 1
    return enough | (n_votes_by_person >= np.sort(n_votes_by_person)[::-1][place])


def find_groups(
    positions: Floats, *, lock_k: int | None = None, max_k: int = MAX_K, seed: int = 0
) -> Grouping:
    """Group people by where they stand on the map.

    People are gathered into at most 100 base clusters; the base clusters into k groups by weighted
    k-means with many starts. The k with the best silhouette is taken unless `lock_k` sets it. Where there
    are more positions than base clusters, all this is done from several seeds: the silhouette is their
    mean, and the groups are those that hold together best.

    Parameters
    ----------
    positions : float array of shape (n_people, 2)
    lock_k : int, optional
        The number of groups wanted; fewer are found where there are fewer positions.
    max_k : int
        The largest number of groups considered.
    seed : int
    """
    if len(positions) == 0:
        return Grouping(np.empty(0, dtype=np.int64), 0, {})
    cells, cell_of, n_by_cell = _cells(positions)
    n_tries = N_TRIES if len(cells) > MAX_BASE_CLUSTERS else 1
    tries = [_tried_groupings(cells, n_by_cell, lock_k, max_k, [seed, number]) for number in range(n_tries)]
    silhouette_by_k = {k: float(np.mean([t[k].silhouette for t in tries])) for k in sorted(tries[0]) if k > 1}
    k = _chosen_k(silhouette_by_k, lock_k, len(cells))
    labels = min((t[k] for t in tries), key=lambda tried: tried.spread).labels[cell_of]
    return Grouping(_largest_first(labels, positions), k, silhouette_by_k)


def numbers_kept(labels: Ints, before: Ints, k: int) -> Ints:
    """Renumber groups so that as many people as possible keep the group number they had.

    Parameters
    ----------
    labels : int array of shape (n_people,), from 0 to k − 1
    before : int array of shape (n_people,)
        Each person's earlier group number; −1 where there is none.
    k : int

    Returns
    -------
    int array of shape (n_people,), from 0 to k − 1
        The same groups; unchanged where nobody had a number.
    """
    known = (before >= 0) & (before < k)
    if not known.any():
        return labels
    from scipy.optimize import linear_sum_assignment

    shared = np.bincount(labels[known] * k + before[known], minlength=k * k).reshape(k, k)
    _, number = linear_sum_assignment(shared, maximize=True)
    renumbered: Ints = number[labels]
    return renumbered


def base_clusters(points: Floats, weights: Ints, rng: np.random.Generator) -> Ints:
    """Gather points into at most 100 clusters: int labels of shape (n_points,)."""
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
    """Run k-means from many starts at once.

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
    centers = _spread_starts(points, weights, k, n_starts, rng)
    labels = np.full((n_starts, len(points)), -1)
    for _ in range(MAX_STEPS):
        squares = _squared_distances(points, centers)
        nearest = squares.argmin(axis=2)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        centers = _moved(centers, points, weights, labels)
    return labels, (squares.min(axis=2) * weights).sum(axis=1)


def mean_silhouette(distances: Floats, labels: Ints, k: int) -> Floats:
    """How much closer each point is to its own group than to the next one, on average.

    Parameters
    ----------
    distances : float array of shape (n_points, n_points)
    labels : int array of shape (n_starts, n_points), from 0 to k − 1

    Returns
    -------
    float array of shape (n_starts,), between −1 and 1
        A point alone in its group counts 0.
    """
    own = labels[:, :, None] == np.arange(k)
    size = own.sum(axis=1)[:, None, :]
    sums = distances @ own.astype(np.float64)
    inside = np.take_along_axis(sums, labels[:, :, None], axis=2)[:, :, 0]
    own_size = np.take_along_axis(np.broadcast_to(size, sums.shape), labels[:, :, None], axis=2)[:, :, 0]
    within = inside / np.maximum(own_size - 1, 1)
    means = np.where(own | (size == 0), np.inf, sums / np.maximum(size, 1))
    beside = means.min(axis=2)
    larger = np.maximum(within, beside)
    valid = (own_size > 1) & (larger > 0) & np.isfinite(beside)
    score = np.divide(beside - within, larger, out=np.zeros_like(within), where=valid)
    return score.mean(axis=1)


def _cells(positions: Floats) -> tuple[Floats, Ints, Ints]:
    """Merge equal positions: their whole-number coordinates, each person's cell, and people per cell.

    Cells come in order of their coordinates, so that neither ids nor rounding decide what follows.
    """
    width = float(np.abs(positions).max())
    step = width * (FINE_STEP if len(positions) <= N_FINE else COARSE_STEP) or 1.0
    grid = np.rint(positions / step).astype(np.int64)
    low, high = grid.min(axis=0), grid.max(axis=0)
    packed = (grid[:, 0] - low[0]) * (high[1] - low[1] + 1) + grid[:, 1] - low[1]
    _, first, cell_of, n_by_cell = np.unique(
        packed, return_index=True, return_inverse=True, return_counts=True
    )
    return grid[first].astype(np.float64), cell_of, n_by_cell


def _tried_groupings(
    cells: Floats, n_by_cell: Ints, lock_k: int | None, max_k: int, seed: list[int]
) -> dict[int, _Tried]:
    """Group the cells from one seed, for each number of groups that may be chosen."""
    base_of = base_clusters(cells, n_by_cell, np.random.default_rng(seed))
    centers, weights = weighted_centers(cells, n_by_cell, base_of)
    distances = np.sqrt(_squared_distances(centers, centers[None])[0])
    most = min(max_k, 2 + len(centers) // 12, len(centers))
    wanted = set() if lock_k is None else {min(lock_k, len(centers))}
    tried = {1: _Tried(np.zeros(len(cells), dtype=np.int64), 0.0, 0.0)}
    for k in sorted({*range(2, most + 1), *wanted} - {1}):
        labels, inertia = weighted_kmeans(centers, weights, k, N_STARTS, np.random.default_rng([*seed, k]))
        best = labels[inertia.argmin()][base_of]
        silhouette = float(mean_silhouette(distances, labels, k).mean())
        tried[k] = _Tried(best, _spread(cells, n_by_cell, best), silhouette)
    return tried


def _chosen_k(silhouette_by_k: dict[int, float], lock_k: int | None, n_cells: int) -> int:
    if lock_k is not None:
        return min(lock_k, n_cells)
    return max(silhouette_by_k, key=lambda k: (silhouette_by_k[k], -k), default=1)


def _spread(points: Floats, weights: Ints, label_of: Ints) -> float:
    """Weighted sum of squared distances of points to the center of their group."""
    centers, _ = weighted_centers(points, weights, label_of)
    return float((weights * ((points - centers[label_of]) ** 2).sum(axis=1)).sum())


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


def _largest_first(labels: Ints, positions: Floats) -> Ints:
    """Number groups by size, the largest 0; groups equally large by their center, from left to right."""
    present, labels = np.unique(labels, return_inverse=True)
    size = np.bincount(labels)
    across = np.bincount(labels, weights=positions[:, 0]) / size
    along = np.bincount(labels, weights=positions[:, 1]) / size
    number = np.empty(len(present), dtype=np.int64)
    number[np.lexsort((along.round(9), across.round(9), -size))] = np.arange(len(present))
    return number[labels]
