"""A small classifier of texts on an ordinary processor: character n-grams, TF-IDF, logistic regression.

Pure functions. scikit-learn is imported inside them, since it takes a second to load.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from training.classifiers.examples import Example

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FloatArray = NDArray[np.float64]

N_FEATURES = 2**18
TEST_SHARE = 0.3
LEAST_GROUPS = 20
FOLDS = 5


class TooFewExamples(ValueError):
    """A classifier cannot be made, or not be judged, from so few examples."""


@dataclass(frozen=True)
class Weights:
    """A fitted classifier: for each n-gram its inverse document frequency and coefficient, and a bias."""

    idf: NDArray[np.float32]
    coefficients: NDArray[np.float32]
    bias: float


def split_by_group(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Part examples into those to learn from and those to judge by, by a digest of their group.

    Returns
    -------
    (training, test), about 70 and 30 in 100; a group falls on the same side in every run and every order.
    """
    is_test = {group: _draw(group) < TEST_SHARE for group in {example.group for example in examples}}
    test = [example for example in examples if is_test[example.group]]
    return [example for example in examples if not is_test[example.group]], test


def check_numbers(training: Sequence[Example], test: Sequence[Example]) -> None:
    """Raise TooFewExamples unless both sides have enough messages to learn from and some to judge by."""
    for name, part, least in (("learn from", training, LEAST_GROUPS), ("judge by", test, 1)):
        for side, wanted in (("restricted", True), ("permitted", False)):
            n = len({example.group for example in part if example.is_restricted == wanted})
            if n < least:
                raise TooFewExamples(
                    f"There are {n} {side} messages to {name}; at least {least} are needed. "
                    "Generate more examples per class."
                )


def fit(examples: Sequence[Example]) -> Weights:
    """Fit the weights to examples; sides count equally, however many examples each has.

    Source: logistic regression with L2 regularization on sublinear TF-IDF of character 2- to 4-grams within
    words, which need no list of words and so serve every language.
    """
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    counts = count_ngrams([example.text for example in examples])
    transformer = TfidfTransformer(sublinear_tf=True).fit(counts)
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000, random_state=0)
    # Only n-grams that occur can get a weight, and small problems are quickest on one thread.
    seen = np.unique(counts.indices)
    with threadpool_limits(1):
        model.fit(transformer.transform(counts)[:, seen], [example.is_restricted for example in examples])
    coefficients = np.zeros(N_FEATURES, dtype=np.float32)
    coefficients[seen] = model.coef_[0]
    return Weights(transformer.idf_.astype(np.float32), coefficients, float(model.intercept_[0]))


def score(weights: Weights, texts: Sequence[str]) -> FloatArray:
    """Probability that each text is restricted; float array of shape (n_texts,), between 0 and 1."""
    from sklearn.preprocessing import normalize

    counts = count_ngrams(texts).astype(np.float64)
    counts.data = (1 + np.log(counts.data)) * weights.idf[counts.indices]
    logits = normalize(counts) @ weights.coefficients + weights.bias
    return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float64)


def count_ngrams(texts: Sequence[str]) -> "csr_matrix":
    """How often each hashed n-gram stands in each text; sparse, of shape (n_texts, N_FEATURES)."""
    from sklearn.feature_extraction.text import HashingVectorizer

    vectorizer = HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), n_features=N_FEATURES, alternate_sign=False, norm=None
    )
    counts: Any = vectorizer.transform(texts)
    return counts.tocsr()


def held_out_scores(examples: Sequence[Example]) -> FloatArray:
    """Score each example by a classifier that saw none of its group (five folds of groups).

    Returns
    -------
    float array of shape (n_examples,), between 0 and 1.
    """
    folds = np.array([int(_draw(f"fold {example.group}") * FOLDS) for example in examples])
    scores = np.zeros(len(examples))
    for fold in np.unique(folds):
        rest = [example for example, own in zip(examples, folds, strict=True) if own != fold]
        inside = [example.text for example, own in zip(examples, folds, strict=True) if own == fold]
        scores[folds == fold] = score(fit(rest), inside)
    return scores


def threshold_at(benign_scores: FloatArray, rate: float) -> float:
    """The lowest threshold at which at most a given share of permitted texts is refused.

    Parameters
    ----------
    benign_scores : float array of shape (n,), between 0 and 1
        Scores of permitted texts. A text is refused if its score is above the threshold.
    rate : float
        Share of permitted texts that may be refused, between 0 and 1.

    Returns
    -------
    float between 0 and 1; 1 refuses nothing.

    Raises
    ------
    ValueError
        If there is no score or the rate is not a share.
    """
    if len(benign_scores) == 0:
        raise ValueError("a threshold needs the scores of at least one permitted text, got none")
    if not 0 <= rate <= 1:
        raise ValueError(f"rate must be between 0 and 1, not {rate}")
    n_allowed = int(np.floor(rate * len(benign_scores)))
    if n_allowed == len(benign_scores):
        return 0.0
    return float(np.sort(benign_scores)[::-1][n_allowed])


def in_the_gap(threshold: float, restricted_scores: FloatArray) -> float:
    """Move a threshold halfway up to the next restricted text: it refuses none less, and permits more.

    Where the two sides are far apart, the lowest threshold would refuse whatever is unlike the permitted
    texts it has seen, such as small talk.

    Parameters
    ----------
    threshold : float between 0 and 1
    restricted_scores : float array of shape (n,), between 0 and 1

    Returns
    -------
    float between 0 and 1, not below `threshold`; the same if no restricted text scores above it.
    """
    above = restricted_scores[restricted_scores > threshold]
    return float((threshold + above.min()) / 2) if len(above) else threshold


def _draw(name: str) -> float:
    """A number from 0 to 1 that follows from the name alone."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
