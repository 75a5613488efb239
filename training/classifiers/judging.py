"""How a classifier does on examples it has not seen: ROC, refusals of permitted texts, recall per class."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.classifiers.examples import Example
from training.classifiers.fitting import FloatArray

MAX_POINTS = 120
CONFIDENCE = 0.95


def judge(examples: Sequence[Example], scores: FloatArray, threshold: float) -> dict[str, Any]:
    """All figures of a classifier at its threshold, in plain types.

    Parameters
    ----------
    examples : sequence of n examples the classifier was not fitted to, of both sides
    scores : float array of shape (n,), between 0 and 1
    threshold : float; a text is refused if its score is above it

    Returns
    -------
    dict with `auc`, `roc` (points of false and true positive rate), `benign_refusals` and `recall` (share
    with Wilson interval and count), and both by class and by form.
    """
    refused = scores > threshold
    restricted = np.array([example.is_restricted for example in examples])
    return {
        "n": len(examples),
        "auc": area(restricted, scores),
        "roc": curve(restricted, scores),
        "benign_refusals": share(refused[~restricted]),
        "recall": share(refused[restricted]),
        "by_class": shares_by(examples, refused, lambda example: example.class_key),
        "by_form": shares_by(examples, refused, lambda example: f"{example.form}-{side_of(example)}"),
    }


def share(refused: Any) -> dict[str, Any]:
    """How many of some texts are refused, with Wilson's interval; no value where there is no text."""
    from scipy.stats import binomtest

    n, k = len(refused), int(np.sum(refused))
    if n == 0:
        return {"value": None, "low": None, "high": None, "k": 0, "n": 0}
    interval = binomtest(k, n).proportion_ci(CONFIDENCE, method="wilson")
    return {"value": k / n, "low": float(interval.low), "high": float(interval.high), "k": k, "n": n}


def shares_by(
    examples: Sequence[Example], refused: Any, name_of: Callable[[Example], str]
) -> dict[str, dict[str, Any]]:
    """The share refused within each class or form, by its name."""
    names = np.array([name_of(example) for example in examples])
    return {str(name): share(refused[names == name]) for name in np.unique(names)}


def side_of(example: Example) -> str:
    return "restricted" if example.is_restricted else "permitted"


def area(restricted: Any, scores: FloatArray) -> float | None:
    """Probability that a restricted text scores above a permitted one (area under the ROC curve)."""
    from sklearn.metrics import roc_auc_score

    if restricted.all() or not restricted.any():
        return None
    return float(roc_auc_score(restricted, scores))


def curve(restricted: Any, scores: FloatArray) -> list[list[float]]:
    """Points [share of permitted refused, share of restricted refused], from refusing none to all."""
    from sklearn.metrics import roc_curve

    if restricted.all() or not restricted.any():
        return []
    false_rates, true_rates, _ = roc_curve(restricted, scores)
    chosen = np.unique(np.linspace(0, len(false_rates) - 1, MAX_POINTS).round().astype(int))
    return [[round(float(false_rates[i]), 4), round(float(true_rates[i]), 4)] for i in chosen]
