"""Opinion groups: who is grouped, into how many groups, and which."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opinion.kmeans import (
    base_clusters,
    kmeans_by_k,
    settled,
    weight_by_label,
    weighted_centers,
    weighted_kmeans,
)
from opinion.votes import looked_up

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_VOTES = 7
LEAST_GROUPED = 15
MAX_K = 5
N_STARTS = 30
MIN_SHARE = 0.05  # of the people grouped; one group against sinks a statement, so it must be more than a few
MIN_SIZE = 2
NEARLY_BEST = 1.01  # groupings whose spread is within so much of the least are equally good
WORTH_SETTLING = 1.05
MAX_SETTLED, MAX_SETTLING_STEPS = 4, 30
MAX_ROUNDS = 4
ROWS_AT_ONCE = 64
MAX_COMPARED = 512  # people among whom the silhouette is taken
FINE_STEP = 1e-7  # positions closer than this part of the map's width are the same position
COARSE_STEP = 1 / 30  # of the mean distance from the middle
N_FINE = 2_000  # above so many people, positions on a grid of the coarse step are enough to find groups


class Grouping(NamedTuple):
    """Groups found: `labels` of shape (n_points,), numbered from 0, largest group first."""

    labels: Ints
    k: int
    silhouette_by_k: dict[int, float]


class Groupings(NamedTuple):
    """The best grouping for each number of groups.

    Attributes
    ----------
    labels_by_k : {k: int array of shape (n_points,)}
        Numbered from 0, largest group first.
    silhouette_by_k : {k: float}
        Only those k whose groups are all large enough.
    preferred_k : int
        The k with the best silhouette; 1 where there is none, 0 without people.
    """

    labels_by_k: Mapping[int, Ints]
    silhouette_by_k: dict[int, float]
    preferred_k: int

    def of(self, k: int) -> Grouping:
        """The grouping into k groups."""
        return Grouping(self.labels_by_k[k], k, self.silhouette_by_k)


class _Crowd(NamedTuple):
    """People gathered into cells, equal positions together, in an order that no numbering changes."""

    cells: Floats  # (n_cells, 2)
    n_by_cell: Ints  # (n_cells,)
    cell_of: Ints  # (n_people,)
    compared: Ints  # (n_compared,) the cells of the people among whom the silhouette is taken
    distances: Floats  # (n_compared, n_compared)


class _Bases(NamedTuple):
    """Base clusters of a crowd."""

    centers: Floats  # (n_bases, 2)
    sizes: Ints  # (n_bases,) people
    base_of: Ints  # (n_cells,)


class _Candidate(NamedTuple):
    labels: Ints  # (n_cells,)
    silhouette: float
    smallest: int  # people in the smallest group


class _LabelsByK(Mapping[int, Ints]):
    """Each person's group for each k, worked out when asked for: of most k nobody asks."""

    def __init__(self, best: dict[int, _Candidate], crowd: _Crowd, positions: Floats) -> None:
        self._best, self._crowd, self._positions = best, crowd, positions

    def __getitem__(self, k: int) -> Ints:
        return _largest_first(self._best[k].labels, self._crowd, self._positions)

    def __iter__(self) -> Iterator[int]:
        return iter(self._best)

    def __len__(self) -> int:
        return len(self._best)


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
    positions: Floats,
    expected: Floats | None = None,
    *,
    lock_k: int | None = None,
    max_k: int = MAX_K,
    seed: int = 0,
) -> Grouping:
    """Group people by where they stand, into `lock_k` groups or as many as hold together best.

    The parameters are those of `find_groupings`; with `lock_k` fewer groups are found where there are
    fewer positions.
    """
    found = find_groupings(
        positions, expected, also=() if lock_k is None else (lock_k,), max_k=max_k, seed=seed
    )
    if lock_k is None or not len(positions):
        return found.of(found.preferred_k)
    return found.of(min(lock_k, max(found.labels_by_k)))


def find_groupings(
    positions: Floats,
    expected: Floats | None = None,
    *,
    also: Iterable[int] = (),
    max_k: int = MAX_K,
    seed: int = 0,
) -> Groupings:
    """Find the best groups for each number of groups, and the number that suits best.

    Groups are drawn on the map by k-means: people gathered into at most 100 base clusters, these into k
    groups from many starts, the best few then settled on the people themselves. Of groupings with nearly
    the least spread, and of the numbers of groups, the one with the best silhouette wins. It is taken
    where people would probably stand had they answered everything, since on the map itself few answers
    look like structure. A group must hold 5 % of the people and more than one.

    Parameters
    ----------
    positions : float array of shape (n_people, 2)
    expected : float array of shape (n_people, 2), optional
        Where the silhouette is taken; the positions themselves if not given.
    also : ints
        Numbers of groups wanted in any case, even with groups of a few people.
    max_k : int
        The largest number of groups considered.
    seed : int

    Notes
    -----
    Base clusters first and then groups: Polis (clusters.clj). First centers far apart: k-means++ (Arthur and
    Vassilvitskii 2007). Silhouette: Rousseeuw (1987).
    """
    if len(positions) == 0:
        return Groupings({0: np.empty(0, dtype=np.int64)}, {}, 0)
    crowd = _crowd(positions, positions if expected is None else expected)
    n_cells, least = len(crowd.cells), _least_size(crowd)
    base_of = base_clusters(crowd.cells, crowd.n_by_cell, np.random.default_rng(seed))
    most = min(max_k, 2 + (int(base_of.max()) + 1) // 12, n_cells)
    wanted = {min(k, n_cells) for k in also}
    best = {1: _Candidate(np.zeros(n_cells, dtype=np.int64), 0.0, len(positions))}
    found = _best_groupings(crowd, base_of, sorted({*range(2, most + 1), *wanted} - {1}), seed)
    best |= {k: one for k, one in found.items() if one.smallest >= least or k in wanted}
    scores = {k: one.silhouette for k, one in best.items() if k > 1 and one.smallest >= least}
    return Groupings(
        _LabelsByK(best, crowd, positions),
        scores,
        max(scores, key=lambda k: (round(scores[k], 9), -k), default=1),
    )


def mean_silhouette(distances: Floats, labels: Ints, k: int) -> Floats:
    """How much closer each point is to its own group than to the next one, on average.

    Parameters
    ----------
    distances : float array of shape (n_points, n_points)
    labels : int array of shape (n_starts, n_points), from 0 to k − 1

    Returns
    -------
    float array of shape (n_starts,), between −1 and 1
        A point alone in its group counts 0 (Rousseeuw 1987).
    """
    own = labels == np.arange(k)[:, None, None]  # (k, n_starts, n_points)
    size = np.count_nonzero(own, axis=2)
    sums = (own.reshape(-1, labels.shape[1]).astype(np.float64) @ distances).reshape(own.shape)
    own_size = size[labels, np.arange(len(labels))[:, None]]
    within = (sums * own).sum(axis=0) / np.maximum(own_size - 1, 1)
    sums /= np.maximum(size, 1)[:, :, None]
    beside = np.where(own | (size == 0)[:, :, None], np.inf, sums).min(axis=0)
    larger = np.maximum(within, beside)
    valid = (own_size > 1) & (larger > 0) & np.isfinite(beside)
    score = np.divide(beside - within, larger, out=np.zeros_like(within), where=valid)
    return score.mean(axis=1)


def _crowd(positions: Floats, expected: Floats) -> _Crowd:
    """Gather people into cells, and pick evenly those among whom the silhouette is taken."""
    cells, cell_of, n_by_cell = _cells(positions)
    compared = _compared(cell_of, n_by_cell, expected)
    return _Crowd(cells, n_by_cell, cell_of, cell_of[compared], _distances(expected[compared]))


def _compared(cell_of: Ints, n_by_cell: Ints, expected: Floats) -> Ints:
    """People evenly picked in order of their cell, then of their expected position: shape (n_compared,)."""
    n_compared = min(len(cell_of), MAX_COMPARED)
    place = np.arange(n_compared) * len(cell_of) // n_compared
    cell = np.searchsorted(np.cumsum(n_by_cell), place, side="right")
    # Only people of cells in which somebody is picked need to be put in order.
    is_met = np.bincount(cell, minlength=len(n_by_cell)) > 0
    people = np.flatnonzero(is_met[cell_of])
    order = people[np.lexsort((expected[people, 1], expected[people, 0], cell_of[people]))]
    passed_over = np.cumsum(np.where(is_met, 0, n_by_cell))
    return order[place - passed_over[cell]]


def _distances(points: Floats) -> Floats:
    """How far each point is from each other: float array of shape (n_points, n_points).

    Row blocks small enough for the cache, each distance taken once and mirrored.
    """
    across, along = np.ascontiguousarray(points.T)
    distances = np.empty((len(points), len(points)))
    for start in range(0, len(points), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        block = np.subtract.outer(across[rows], across[start:]) ** 2
        block += np.subtract.outer(along[rows], along[start:]) ** 2
        distances[rows, start:] = np.sqrt(block, out=block)
        distances[start:, rows] = block.T
    return distances


def _cells(positions: Floats) -> tuple[Floats, Ints, Ints]:
    """Merge equal positions: their whole-number coordinates, each person's cell, and people per cell.

    Cells come in order of their coordinates, so that neither ids nor rounding decide what follows.
    """
    sizes = np.abs(positions).sum(axis=1)
    is_fine = len(positions) <= N_FINE
    # Sorted before they are summed, so that the order of people does not matter even to rounding.
    step = (sizes.max() * FINE_STEP if is_fine else np.sort(sizes).mean() * COARSE_STEP) or 1.0
    grid = np.rint(positions / step).astype(np.int64)
    low, (_, height) = grid.min(axis=0), grid.max(axis=0) - grid.min(axis=0) + 1
    places, cell_of, n_by_cell = _counted((grid[:, 0] - low[0]) * height + grid[:, 1] - low[1])
    cells = np.stack([places // height + low[0], places % height + low[1]], axis=1)
    return cells.astype(np.float64), cell_of, n_by_cell


def _counted(numbers: Ints) -> tuple[Ints, Ints, Ints]:
    """The distinct numbers from 0 on, ascending, each one's place among them, and how often each occurs."""
    if numbers.max() > 4 * len(numbers):
        distinct, place, n_times = np.unique(numbers, return_inverse=True, return_counts=True)
        return distinct, place, n_times
    n_times = np.bincount(numbers)
    distinct = np.flatnonzero(n_times)
    return distinct, looked_up(np.cumsum(n_times > 0) - 1, numbers), n_times[distinct]


def _best_groupings(crowd: _Crowd, base_of: Ints, ks: list[int], seed: int) -> dict[int, _Candidate]:
    """The best grouping for each k."""
    bases = _Bases(*weighted_centers(crowd.cells, crowd.n_by_cell, base_of), base_of)
    draws = {k: np.random.default_rng([seed, k]) for k in ks}
    coarse = kmeans_by_k(bases.centers, bases.sizes, N_STARTS, draws) if ks else {}
    return {k: _best_grouping(crowd, bases, k, coarse[k], draws[k]) for k in ks}


def _best_grouping(
    crowd: _Crowd, bases: _Bases, k: int, coarse: tuple[Ints, Floats], draw: np.random.Generator
) -> _Candidate:
    """Group with groups that are large enough, setting aside in a next round those in the way of it.

    People set aside pull no center and are not compared; they join the group they are nearest to.
    """
    weights, pull, least = crowd.n_by_cell, bases.sizes, _least_size(crowd)
    first = found = _round(crowd, weights, _starts(crowd, bases, pull, k, coarse))
    for _ in range(MAX_ROUNDS - 1):
        size = weight_by_label(found.labels[None], crowd.n_by_cell, k)[0]
        weights = np.where(size[found.labels] < least, 0, weights)
        pull = np.bincount(bases.base_of, weights=weights).astype(np.int64)
        if found.smallest >= least or np.count_nonzero(pull) < k:
            break
        coarse = weighted_kmeans(bases.centers, pull, k, N_STARTS, draw)
        found = _round(crowd, weights, _starts(crowd, bases, pull, k, coarse))
    return found if found.smallest >= least else first


def _round(crowd: _Crowd, weights: Ints, starts: Floats) -> _Candidate:
    """Of groupings with large enough groups, if any, the best silhouette among nearly the least spreads."""
    k = starts.shape[1]
    labels, spread = settled(crowd.cells, weights, starts, MAX_SETTLING_STEPS)
    smallest = weight_by_label(labels, crowd.n_by_cell, k).min(axis=1)
    able = smallest >= min(_least_size(crowd), smallest.max())
    near = np.flatnonzero(able & (spread <= spread[able].min() * NEARLY_BEST))
    silhouette = _silhouettes(crowd, weights, labels[near], k)
    best = np.lexsort((spread[near], -silhouette.round(9)))[0]
    return _Candidate(labels[near[best]], float(silhouette[best]), int(smallest[near[best]]))


def _silhouettes(crowd: _Crowd, weights: Ints, labels: Ints, k: int) -> Floats:
    """Silhouette of each row of labels, (n_rows, n_cells), among those people who are not set aside."""
    kept = np.flatnonzero(weights[crowd.compared] > 0)
    distances = crowd.distances if len(kept) == len(crowd.compared) else crowd.distances[np.ix_(kept, kept)]
    return mean_silhouette(distances, labels[:, crowd.compared[kept]], k)


def _starts(crowd: _Crowd, bases: _Bases, pull: Ints, k: int, coarse: tuple[Ints, Floats]) -> Floats:
    """Centers, (n_starts, k, 2), of the best few groupings of the base clusters, no two alike."""
    labels, spread = coarse
    smallest = weight_by_label(labels, bases.sizes, k).min(axis=1)
    able = smallest >= min(_least_size(crowd), smallest.max())
    excess = (spread / max(spread[able].min(), 1e-300)).round(4)
    able &= excess <= WORTH_SETTLING
    _, first = np.unique(excess[able], return_index=True)
    chosen = np.flatnonzero(able)[first][:MAX_SETTLED]
    return _centers(bases.centers, pull, labels[chosen], k)


def _least_size(crowd: _Crowd) -> float:
    return max(MIN_SIZE, MIN_SHARE * len(crowd.cell_of))


def _centers(points: Floats, weights: Ints, labels: Ints, k: int) -> Floats:
    """Centers of k groups for each row of labels, (n_rows, k, 2); of one without weight the first point."""
    cell = (labels + k * np.arange(len(labels))[:, None]).ravel()
    columns = (weights * points[:, 0], weights * points[:, 1], weights)
    *sums, weight = (
        np.bincount(cell, np.resize(column, cell.shape), k * len(labels)).reshape(-1, k) for column in columns
    )
    centers = np.broadcast_to(points[0], (len(labels), k, 2)).copy()
    return np.divide(np.stack(sums, axis=2), weight[:, :, None], out=centers, where=weight[:, :, None] > 0)


def _largest_first(labels: Ints, crowd: _Crowd, positions: Floats) -> Ints:
    """Each person's group, numbered by size, the largest 0; equally large ones by their center."""
    present, labels = np.unique(labels, return_inverse=True)
    size = weight_by_label(labels[None], crowd.n_by_cell, len(present))[0]
    center = np.zeros((2, len(present)))
    if len(np.unique(size)) < len(size):
        center = np.array([np.bincount(labels[crowd.cell_of], weights=axis) / size for axis in positions.T])
    number = np.empty(len(present), dtype=np.int64)
    number[np.lexsort((center[1].round(9), center[0].round(9), -size))] = np.arange(len(present))
    return looked_up(number[labels], crowd.cell_of)
