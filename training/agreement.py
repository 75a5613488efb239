"""How far two raters agree beyond chance, and how much a judge likes a place: numbers with intervals. Pure.

A rater is a judge, an order of the options, or a person. Several pairs share a prompt and tend to be rated
alike, so every interval draws prompts anew, not pairs.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
Statistic = Callable[[FloatArray], FloatArray]

N_DRAWS = 2000
# Fewer prompts than this say too little about how prompts differ: an interval would look surer than it is.
LEAST_PROMPTS = 10
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Agreement:
    """Two raters over the pairs that both decided; `None` where it cannot be said."""

    n: int
    n_prompts: int
    share: float | None
    kappa: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class MeanEffect:
    """A mean with its 95 % interval."""

    n: int
    n_prompts: int
    mean: float | None
    low: float | None
    high: float | None


def kappa_of(counts: ArrayLike) -> FloatArray:
    """Cohen's kappa of two raters who put the same things into the same two boxes (Cohen 1960).

    Parameters
    ----------
    counts : array of shape (..., 4)
        How often both said no, only the second said yes, only the first said yes, both said yes.

    Returns
    -------
    float array of shape (...)
        (p_o − p_e) / (1 − p_e), at most 1; NaN where nothing was counted or both only ever said the same one
        thing, so that nothing is left for chance to explain.
    """
    table = np.asarray(counts, dtype=np.float64)
    total = table.sum(axis=-1)
    safe = np.where(total > 0, total, 1)
    first_yes = (table[..., 2] + table[..., 3]) / safe
    second_yes = (table[..., 1] + table[..., 3]) / safe
    observed = (table[..., 0] + table[..., 3]) / safe
    expected = first_yes * second_yes + (1 - first_yes) * (1 - second_yes)
    is_defined = (total > 0) & (1 - expected > 1e-12)
    kappa = np.full(table.shape[:-1], np.nan)
    return np.divide(observed - expected, 1 - expected, out=kappa, where=is_defined)


def agreement_of(ratings: Iterable[tuple[str, bool, bool]]) -> Agreement:
    """Agreement over (prompt, what the first rater said, what the second said), in any order."""
    by_prompt: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for prompt, first, second in ratings:
        by_prompt[prompt][2 * first + second] += 1
    tallies = np.array(list(by_prompt.values()), dtype=np.float64).reshape(-1, 4)
    counts = tallies.sum(axis=0)
    n = int(counts.sum())
    low, high = bootstrap_by_prompt(tallies, kappa_of)
    return Agreement(
        n=n,
        n_prompts=len(tallies),
        share=float(counts[0] + counts[3]) / n if n else None,
        kappa=known(kappa_of(counts)),
        low=low,
        high=high,
    )


def bootstrap_by_prompt(
    tallies: FloatArray, statistic: Statistic, *, n_draws: int = N_DRAWS, random_state: int = 0
) -> tuple[float | None, float | None]:
    """Bound a statistic of summed tallies by drawing prompts anew (percentile bootstrap, Efron 1979; 95 %).

    Parameters
    ----------
    tallies : float array of shape (n_prompts, n_tallies)
        Prompts with equal rows are drawn together, so many prompts cost no more than few.
    statistic : takes sums of shape (n_draws, n_tallies), gives (n_draws,), NaN where undefined

    Returns
    -------
    (low, high), both None with fewer than ten prompts or where no draw defines the statistic.
    """
    if len(tallies) < LEAST_PROMPTS:
        return None, None
    rows, counts = np.unique(tallies, axis=0, return_counts=True)
    random = np.random.default_rng(random_state)
    drawn = random.multinomial(len(tallies), counts / len(tallies), size=n_draws)
    values = statistic(drawn @ rows)
    values = values[~np.isnan(values)]
    if not len(values):
        return None, None
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def mean_effect(values: Sequence[float], prompts: Sequence[str]) -> MeanEffect:
    """A mean over pairs with an interval that takes pairs of one prompt as one draw.

    The variance is that of a ratio of sums over prompts (Cochran 1977, Sampling Techniques, §6.4):
    m/(m − 1) · Σ (sum_i − mean·n_i)² / n², with m prompts; none with fewer than ten.
    """
    if len(values) != len(prompts):
        raise ValueError(f"{len(values)} values need as many prompts, not {len(prompts)}")
    sums, counts = sums_by_prompt(values, prompts)
    n, m = len(values), len(sums)
    if not n:
        return MeanEffect(0, 0, None, None, None)
    mean = float(sums.sum() / n)
    if m < LEAST_PROMPTS:
        return MeanEffect(n, m, mean, None, None)
    half = Z_95 * sqrt(m / (m - 1) * float(((sums - mean * counts) ** 2).sum())) / n
    return MeanEffect(n, m, mean, mean - half, mean + half)


def sums_by_prompt(values: Sequence[float], prompts: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """The sum and the number of values under each prompt: two arrays of shape (n_prompts,)."""
    if not prompts:
        return np.zeros(0), np.zeros(0)
    _, index = np.unique(np.asarray(prompts, dtype=str), return_inverse=True)
    sums = np.bincount(index, weights=np.asarray(values, dtype=np.float64))
    return sums.astype(np.float64), np.bincount(index).astype(np.float64)


def known(value: FloatArray) -> float | None:
    return None if np.isnan(value) else float(value)
