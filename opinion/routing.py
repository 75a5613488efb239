"""How much a further vote on each statement is worth: which card to show next."""

import numpy as np
from numpy.typing import NDArray

from opinion.support import Counts, agreement

Floats = NDArray[np.float64]

METADATA_PRIORITY = 49.0


def priorities(counts: Counts, extremity: Floats, is_metadata: NDArray[np.bool_]) -> Floats:
    """Polis's priority: new, agreeable, dividing and seldom passed statements come first.

    ((1 − p)·(E + 1)·a·(1 + 8·2^(−S/5)))² with p = (P+1)/(S+2) and a = (A+1)/(S+2).

    Parameters
    ----------
    counts : Counts of shape (k, n_statements)
        The groups' votes; those of people in no group do not count.
    extremity : float array of shape (n_statements,)
    is_metadata : bool array of shape (n_statements,)
        Statements about the voter, not the question; their priority is 49.

    Returns
    -------
    float array of shape (n_statements,), above 0
    """
    seen = counts.seen.sum(axis=0)
    passing = agreement(counts.passes.sum(axis=0), seen)
    agreeing = agreement(counts.agrees.sum(axis=0), seen)
    novelty = 1 + 8 * np.exp2(-seen / 5)
    return np.where(
        is_metadata, METADATA_PRIORITY, ((1 - passing) * (extremity + 1) * agreeing * novelty) ** 2
    )
