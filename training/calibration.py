"""Whether labels mean what they say: of pairs labeled 0.8, do people choose 8 in 10 the same way? Pure.

Labels are oriented to the answer the label prefers, so they lie between 0.5 and 1, and an outcome is 1 where
a person chose that answer. Recalibration keeps one half where it is and never turns a preference round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

N_BINS = 5
# Labels of exactly 0 or 1 have no logit; they count as this close to it.
LEAST_P = 1e-4
MAX_SLOPE = 20.0


@dataclass(frozen=True)
class Bin:
    """The pairs with labels between two bounds: how many, their mean label, and the share people chose."""

    low: float
    high: float
    n: int
    label: float | None
    share: float | None

    @property
    def gap(self) -> float:
        """How far the share is from the label; 0 where there is neither."""
        return 0.0 if self.label is None or self.share is None else abs(self.label - self.share)


@dataclass(frozen=True)
class BrierParts:
    """Murphy's parts of the Brier score: reliability − resolution + uncertainty, and what bins leave out."""

    reliability: float
    resolution: float
    uncertainty: float
    within: float


def check_labels(labels: ArrayLike, outcomes: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Both as float arrays of one shape, labels within 0 and 1, outcomes 0 or 1."""
    p, y = np.asarray(labels, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if p.ndim != 1 or p.shape != y.shape:
        raise ValueError(f"labels and outcomes must be lists of one length, not {p.shape} and {y.shape}")
    if not len(p):
        raise ValueError("at least one label is needed")
    if (p < 0).any() or (p > 1).any() or np.isnan(p).any():
        raise ValueError("labels must be probabilities between 0 and 1")
    if not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("outcomes must be 0 or 1")
    return p, y


def brier_score(labels: ArrayLike, outcomes: ArrayLike) -> float:
    """Mean squared difference of label and outcome (Brier 1950): 0 is best; always saying 0.5 gives 0.25."""
    p, y = check_labels(labels, outcomes)
    return float(((p - y) ** 2).mean())


def accuracy(labels: ArrayLike, outcomes: ArrayLike) -> float:
    """The share of pairs where the person chose what the label prefers; a label of one half counts half."""
    p, y = check_labels(labels, outcomes)
    return float(np.where(p == 0.5, 0.5, (p > 0.5) == (y == 1)).mean())


def reliability_bins(
    labels: ArrayLike, outcomes: ArrayLike, *, n_bins: int = N_BINS, low: float = 0.5, high: float = 1.0
) -> list[Bin]:
    """Bins of equal width from `low` to `high`; each holds labels above its lower bound, the first `low` too.

    Labels outside the bounds are counted in the nearest bin.
    """
    p, y = check_labels(labels, outcomes)
    edges = np.linspace(low, high, n_bins + 1)
    place = np.clip(np.searchsorted(edges, p, side="left") - 1, 0, n_bins - 1)
    return [
        fill_bin(float(edges[number]), float(edges[number + 1]), p[place == number], y[place == number])
        for number in range(n_bins)
    ]


def fill_bin(low: float, high: float, labels: FloatArray, outcomes: FloatArray) -> Bin:
    if not len(labels):
        return Bin(low, high, 0, None, None)
    return Bin(low, high, len(labels), float(labels.mean()), float(outcomes.mean()))


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """The mean distance between label and share, over bins by size (Naeini et al. 2015; Guo et al. 2017).

    0 is best. With few pairs in a bin it is above 0 by chance alone, so read it with its count.
    """
    n = sum(bin.n for bin in bins)
    if not n:
        raise ValueError("at least one label is needed")
    return sum(bin.n * bin.gap for bin in bins) / n


def brier_parts(
    labels: ArrayLike, outcomes: ArrayLike, *, n_bins: int = N_BINS, low: float = 0.5, high: float = 1.0
) -> BrierParts:
    """Split the Brier score (Murphy 1973; Stephenson et al. 2008 for the part within bins).

    reliability − resolution + uncertainty + within = Brier score, exactly.
    """
    p, y = check_labels(labels, outcomes)
    bins = [bin for bin in reliability_bins(p, y, n_bins=n_bins, low=low, high=high) if bin.n]
    sizes, means, shares = np.array([(bin.n, bin.label, bin.share) for bin in bins], dtype=np.float64).T
    base = float(y.mean())
    reliability = float((sizes * (means - shares) ** 2).sum() / len(p))
    resolution = float((sizes * (shares - base) ** 2).sum() / len(p))
    uncertainty = base * (1 - base)
    within = brier_score(p, y) - (reliability - resolution + uncertainty)
    return BrierParts(reliability, resolution, uncertainty, within)


def wilson_interval(n_chosen: float, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Bound a share by Wilson's score interval (1927), 95 %; it says something even where all chose alike."""
    if n <= 0 or not 0 <= n_chosen <= n:
        raise ValueError(f"an interval needs 0 <= n_chosen <= n and n > 0, not {n_chosen} of {n}")
    share = n_chosen / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * float(np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def fit_temperature(labels: ArrayLike, outcomes: ArrayLike) -> float:
    """The slope a that makes sigmoid(a · logit(label)) most likely given the outcomes.

    This is Platt's scaling without its constant, that is temperature scaling with T = 1/a (Guo et al. 2017):
    exchanging both answers of a pair exchanges the labels, and one half stays one half. Between 0 (labels say
    nothing) and 20, found by bisection of the likelihood's slope, which falls steadily.
    """
    p, y = check_labels(labels, outcomes)
    x = logit(p)

    def slope(a: float) -> float:
        return float((x * (y - sigmoid(a * x))).sum())

    low, high = 0.0, MAX_SLOPE
    if slope(low) <= 0:
        return low
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return (low + high) / 2


def fit_isotonic(labels: ArrayLike, outcomes: ArrayLike) -> tuple[list[float], list[float]]:
    """The rising step curve nearest to the outcomes, by pooling adjacent violators (Ayer et al. 1955).

    Fitted on the pairs and on the same pairs with their answers exchanged, so that it is symmetric about one
    half. Returns the labels at the knots and the calibrated labels there, both rising.
    """
    p, y = check_labels(labels, outcomes)
    x, values, weights = mean_by_label(np.concatenate([p, 1 - p]), np.concatenate([y, 1 - y]))
    blocks: list[list[float]] = []
    for value, weight in zip(values, weights, strict=True):
        blocks.append([float(value), float(weight), 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            later = blocks.pop()
            earlier = blocks[-1]
            together = earlier[1] + later[1]
            mean = (earlier[0] * earlier[1] + later[0] * later[1]) / together
            blocks[-1] = [mean, together, earlier[2] + later[2]]
    fitted = np.repeat([block[0] for block in blocks], [int(block[2]) for block in blocks])
    return [float(value) for value in x], [float(value) for value in fitted]


def mean_by_label(labels: FloatArray, outcomes: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Each different label in rising order, its mean outcome, and how often it comes."""
    x, index, counts = np.unique(labels.round(12), return_inverse=True, return_counts=True)
    return x, np.bincount(index, weights=outcomes) / counts, counts.astype(float)


def recalibrate(labels: ArrayLike, calibration: Mapping[str, Any]) -> FloatArray:
    """Apply a stored calibration to labels of shape (n,); the result has the same shape.

    A calibration is `{"method": "temperature", "slope": a}`, or `{"method": "isotonic", "x": […], "y": […]}`
    with the knots of a step curve, between which labels lie on straight lines.
    """
    p = np.asarray(labels, dtype=np.float64)
    if calibration["method"] == "temperature":
        return sigmoid(calibration["slope"] * logit(p))
    if calibration["method"] == "isotonic":
        return np.interp(p, calibration["x"], calibration["y"])
    raise ValueError(f"a calibration is by temperature or isotonic, not by {calibration['method']!r}")


def logit(p: FloatArray) -> FloatArray:
    kept = np.clip(p, LEAST_P, 1 - LEAST_P)
    return np.log(kept / (1 - kept))


def sigmoid(x: FloatArray) -> FloatArray:
    return 1 / (1 + np.exp(-x))
