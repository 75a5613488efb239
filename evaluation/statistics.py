"""How sure a measured number is: distances, intervals, paired differences and corrected p-values.

A measure is a formula over tallies. Every item (a question, a statement) contributes one row of tallies, such
as (answered, correct); the tallies are summed, and the formula turns the sums into the measure. Drawing items
anew means weighting rows, so one matrix product gives thousands of redrawn measures at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
Formula = Callable[[FloatArray], FloatArray]

Z_95 = 1.959963984540054
N_DRAWS = 4000
MAX_EXACT_CLUSTERS = 12


@dataclass(frozen=True)
class PairedDifference:
    """What changed from A to B over the items both answered; `None` where it cannot be said."""

    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    n_items: int


def js_distance(p: ArrayLike, q: ArrayLike) -> FloatArray:
    """Measure how far apart two answer distributions are: the Jensen–Shannon distance, base 2.

    Parameters
    ----------
    p, q : arrays of shape (..., n_options)
        Weights of the options, not negative, not all zero; shapes broadcast.

    Returns
    -------
    float array of shape (...)
        Square root of the divergence in bits: 0 for equal distributions, 1 where no option is shared.
    """
    p_share, q_share = _shares(p), _shares(q)
    middle = (p_share + q_share) / 2
    divergence = (_relative_entropy(p_share, middle) + _relative_entropy(q_share, middle)) / 2
    return np.sqrt(np.clip(divergence, 0.0, 1.0))


def _shares(weights: ArrayLike) -> FloatArray:
    array = np.asarray(weights, dtype=np.float64)
    if array.ndim == 0 or not np.isfinite(array).all() or (array < 0).any():
        raise ValueError("A distribution needs finite weights of at least 0 along its last axis.")
    total = array.sum(axis=-1, keepdims=True)
    if (total == 0).any():
        raise ValueError("A distribution needs at least one weight above 0; this one is all zero.")
    return array / total


def _relative_entropy(p: FloatArray, q: FloatArray) -> FloatArray:
    ratio = np.divide(p, q, out=np.ones(np.broadcast_shapes(p.shape, q.shape)), where=p > 0)
    return (p * np.log2(ratio)).sum(axis=-1)


def wilson_interval(successes: float, n: float, z: float = Z_95) -> tuple[float, float]:
    """Bound a rate by Wilson's score interval, 95 % unless another z is given.

    It stays within 0 and 1 and says something even where every answer was alike. `n` need not be whole: an
    effective number of independent items is welcome.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"Wilson's interval needs 0 <= successes <= n and n > 0, not {successes} of {n}.")
    rate = successes / n
    middle = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def effective_n(successes: ArrayLike, trials: ArrayLike, clusters: Sequence[str]) -> float:
    """Count the independent answers that clustered answers are worth: n divided by the design effect.

    Parameters
    ----------
    successes, trials : arrays of shape (n_items,)
        Tallies of each item.
    clusters : sequence of length n_items
        Which items share a template, and so tend to be answered alike.

    Returns
    -------
    float
        At most the sum of `trials`, at least the number of clusters that have any.
    """
    sums = sum_by_cluster(np.column_stack([successes, trials]).astype(float), clusters)
    hits, counts = sums[sums[:, 1] > 0].T
    n, n_clusters = counts.sum(), len(counts)
    rate = hits.sum() / n if n else 0.0
    if n_clusters < 2 or rate in (0.0, 1.0):
        return float(n)
    variance = n_clusters / (n_clusters - 1) * ((hits - rate * counts) ** 2).sum() / n**2
    design_effect = max(1.0, variance / (rate * (1 - rate) / n))
    return float(max(n / design_effect, min(n_clusters, n)))


def sum_by_cluster(tallies: FloatArray, clusters: Sequence[str]) -> FloatArray:
    """Sum rows of one cluster; clusters in sorted order, so the order of items does not matter.

    Parameters
    ----------
    tallies : float array of shape (n_items, n_tallies)
    clusters : sequence of length n_items

    Returns
    -------
    float array of shape (n_clusters, n_tallies)
    """
    if len(tallies) != len(clusters):
        raise ValueError(f"{len(tallies)} items need as many clusters, not {len(clusters)}.")
    names, index = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    sums = np.zeros((len(names), tallies.shape[1]))
    np.add.at(sums, index, tallies)
    return sums


def bootstrap_interval(
    tallies: FloatArray, formula: Formula, *, n_draws: int = N_DRAWS, random_state: int = 0
) -> tuple[float, float] | None:
    """Bound a measure by drawing clusters anew with replacement (percentile interval, 95 %).

    Parameters
    ----------
    tallies : float array of shape (n_clusters, n_tallies)
    formula : takes sums of shape (n_draws, n_tallies), gives (n_draws,), NaN where undefined

    Returns
    -------
    (low, high), or None with fewer than two clusters or a measure that no draw defines.
    """
    if len(tallies) < 2:
        return None
    return _percentiles(formula(_redrawn_sums(tallies, n_draws, random_state)))


def bootstrap_mean_interval(
    values: ArrayLike, *, n_draws: int = N_DRAWS, random_state: int = 0
) -> tuple[float, float] | None:
    """Bound the mean of independent values by the percentile bootstrap, 95 %; None with fewer than two."""
    column = np.asarray(values, dtype=np.float64)
    tallies = np.column_stack([column, np.ones_like(column)])
    return bootstrap_interval(tallies, ratio, n_draws=n_draws, random_state=random_state)


def ratio(sums: FloatArray) -> FloatArray:
    """Divide the first tally by the second, NaN where the second is zero; shape (..., 2) to (...)."""
    return np.divide(sums[..., 0], sums[..., 1], out=np.full(sums.shape[:-1], np.nan), where=sums[..., 1] > 0)


def paired_difference(
    a: FloatArray, b: FloatArray, clusters: Sequence[str], formula: Formula, *, random_state: int = 0
) -> PairedDifference:
    """Compare two variants on the same items: difference B − A, its interval and p-value.

    The interval draws clusters anew, each with both variants' answers. The p-value asks how often a
    difference as large would arise if the two were interchangeable: within each cluster the two variants'
    answers are exchanged or not, in every possible way (up to 12 clusters) or in many random ways.

    Parameters
    ----------
    a, b : float arrays of shape (n_items, n_tallies)
        Tallies of the same items in the same order.
    clusters : sequence of length n_items
    formula : takes sums of shape (..., n_tallies), gives (...)
    """
    if a.shape != b.shape:
        raise ValueError(f"Paired tallies need one shape, not {a.shape} and {b.shape}.")
    sums_a, sums_b = sum_by_cluster(a, clusters), sum_by_cluster(b, clusters)
    value_a, value_b = _value(formula, sums_a), _value(formula, sums_b)
    if value_a is None or value_b is None:
        return PairedDifference(value_a, value_b, None, None, None, None, len(a))
    low, high = _difference_interval(sums_a, sums_b, formula, random_state) or (None, None)
    p_value = _exchange_p_value(sums_a, sums_b, formula, random_state)
    return PairedDifference(value_a, value_b, value_b - value_a, low, high, p_value, len(a))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values for having made several tests, by Holm's step-down method; None stays None."""
    known = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    running = 0.0
    for rank, (p, index) in enumerate(known):
        running = max(running, min(1.0, p * (len(known) - rank)))
        adjusted[index] = running
    return adjusted


def _value(formula: Formula, sums_by_cluster: FloatArray) -> float | None:
    value = float(formula(sums_by_cluster.sum(axis=0)[None, :])[0])
    return None if np.isnan(value) else value


def _redrawn_sums(tallies: FloatArray, n_draws: int, random_state: int) -> FloatArray:
    """Sum the tallies of clusters drawn with replacement, once per draw: shape (n_draws, n_tallies)."""
    drawn = _draw_counts(len(tallies), n_draws, random_state)
    return np.concatenate([part @ tallies for part in np.array_split(drawn, _n_parts(n_draws))])


@lru_cache(maxsize=8)
def _draw_counts(n_clusters: int, n_draws: int, random_state: int) -> NDArray[np.uint8]:
    """How often each draw holds each cluster, shape (n_draws, n_clusters); the same for every measure."""
    random = np.random.default_rng(random_state)
    shares = np.full(n_clusters, 1 / n_clusters)
    drawn = random.multinomial(n_clusters, shares, size=n_draws).clip(max=255).astype(np.uint8)
    drawn.flags.writeable = False
    return drawn


@lru_cache(maxsize=8)
def _draw_swaps(n_clusters: int, random_state: int) -> NDArray[np.uint8]:
    """Which clusters are exchanged, shape (n_draws, n_clusters): every way, or random ones of many."""
    if n_clusters <= MAX_EXACT_CLUSTERS:
        ways: NDArray[np.int64] = np.arange(2**n_clusters)[:, None] >> np.arange(n_clusters) & 1
        return ways.astype(np.uint8)
    random = np.random.default_rng(random_state)
    return random.integers(0, 2, size=(N_DRAWS, n_clusters), dtype=np.uint8)


def _n_parts(n_draws: int) -> int:
    """Split draws so that no matrix of draws by clusters grows large."""
    return max(1, n_draws // 500)


def _percentiles(draws: FloatArray) -> tuple[float, float] | None:
    known = draws[~np.isnan(draws)]
    if len(known) == 0:
        return None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def _difference_interval(
    sums_a: FloatArray, sums_b: FloatArray, formula: Formula, random_state: int
) -> tuple[float, float] | None:
    if len(sums_a) < 2:
        return None
    both = _redrawn_sums(np.hstack([sums_a, sums_b]), N_DRAWS, random_state)
    drawn_a, drawn_b = np.hsplit(both, 2)
    return _percentiles(formula(drawn_b) - formula(drawn_a))


def _exchange_p_value(sums_a: FloatArray, sums_b: FloatArray, formula: Formula, random_state: int) -> float:
    swaps = _draw_swaps(len(sums_a), random_state)
    change, total_a, total_b = sums_b - sums_a, sums_a.sum(axis=0), sums_b.sum(axis=0)
    moved = np.concatenate([part @ change for part in np.array_split(swaps, _n_parts(len(swaps)))])
    differences = formula(total_b - moved) - formula(total_a + moved)
    differences = differences[~np.isnan(differences)]
    observed = float((formula(total_b[None, :]) - formula(total_a[None, :]))[0])
    extreme = int((np.abs(differences) >= abs(observed) - 1e-12).sum())
    if len(sums_a) <= MAX_EXACT_CLUSTERS:
        return extreme / len(differences)
    return (extreme + 1) / (len(differences) + 1)
