"""How much a further vote on each statement is worth: which card to show next."""

from random import Random

import numpy as np
from numpy.typing import NDArray

from opinion.support import Counts, agreement

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

METADATA_PRIORITY = 49.0
# Every group should see every statement so often before anything else counts.
LEAST_SEEN = 8
# Nineteen cards in twenty are one of the ten most needed; one in twenty is any.
N_BEST = 10
SHARE_ANY = 0.05


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


def memberships(choices: Ints, by_group: Counts, sizes: Ints) -> Floats:
    """Estimate how likely a person belongs to each group from the votes they cast so far.

    Bayes' rule with the groups' sizes before and, for every vote, the share of the group that voted the
    same, (n+1)/(S+3); votes count as independent.

    Parameters
    ----------
    choices : int array of shape (n_voted,)
        The person's choices: 1, 0 or −1.
    by_group : Counts of shape (k, n_voted)
        The groups' votes on the same statements.
    sizes : int array of shape (k,)

    Returns
    -------
    float array of shape (k,), sum 1
    """
    same = np.where(choices > 0, by_group.agrees, np.where(choices < 0, by_group.disagrees, by_group.passes))
    log_odds = np.log((same + 1) / (by_group.seen + 3)).sum(axis=1) + np.log(sizes + 1)
    weights = np.exp(log_odds - log_odds.max())
    return weights / weights.sum()


def consensus_doubt(by_group: Counts) -> Floats:
    """Say how much of the doubt about group-aware consensus hangs on each group's next vote.

    Group-aware consensus is the product over groups of p = (A+1)/(S+2); of its uncertainty, p(1 − p) times
    the product of p² of all other groups falls to each.

    Parameters
    ----------
    by_group : Counts of shape (k, n_statements)

    Returns
    -------
    float array of shape (k, n_statements), above 0, at most 1/4
    """
    agreeing = agreement(by_group.agrees, by_group.seen)
    squares = agreeing**2
    return agreeing * (1 - agreeing) * (squares.prod(axis=0) / squares)


def vote_needs(doubt: Floats, n_seen: Floats, least_seen: int = LEAST_SEEN) -> Floats:
    """Say how much a further vote of each group on each statement is worth.

    A group that has seen a statement fewer than `least_seen` times counts first, the more the fewer saw it.
    Beyond that, a vote is worth the uncertainty it takes from group-aware consensus, doubt/(S+3)², below
    1/36. A person's need is the mean over the groups, weighted by how likely the person belongs to each.

    Parameters
    ----------
    doubt : float array of shape (k, n_statements)
        By `consensus_doubt`.
    n_seen : float array of shape (k, n_statements)
        How often each group saw each statement, with people whose group is not known yet by share.
    least_seen : int

    Returns
    -------
    float array of shape (k, n_statements)
    """
    return np.maximum(least_seen - n_seen, 0.0) + doubt / (n_seen + 3) ** 2


def draw_card(
    needs: Floats, membership: Floats, is_taken: NDArray[np.bool_], random: Random
) -> tuple[int, float]:
    """Draw a person's next card: one of those they are needed for most, or now and then any.

    Draws by the chances of `card_chances`, of which it calculates one only.

    Parameters
    ----------
    needs : float array of shape (k, n_statements), not negative
    membership : float array of shape (k,), sum 1
        How likely the person belongs to each group.
    is_taken : bool array of shape (n_statements,)
        What may not come: not all statements.
    random : Random

    Returns
    -------
    the place of the statement drawn, and the probability with which it was
    """
    mean = membership @ needs
    mean[is_taken] = -1.0
    n_free = len(mean) - int(np.count_nonzero(is_taken))
    n_best = min(N_BEST, n_free)
    least = np.partition(mean, -n_best)[-n_best]
    best = (mean >= least).nonzero()[0]
    values = mean[best]
    above, tied = best[values > least], best[values == least]
    at = random.randrange(n_best)
    if random.random() < SHARE_ANY:
        place = random.choice((~is_taken).nonzero()[0])
    else:
        place = above[at] if at < len(above) else random.choice(tied)
    of_best = float(mean[place] > least) or float(mean[place] == least) * (n_best - len(above)) / len(tied)
    return int(place), (1 - SHARE_ANY) * of_best / n_best + SHARE_ANY / n_free


def card_chances(needs: Floats, n_best: int = N_BEST, share_any: float = SHARE_ANY) -> Floats:
    """Turn a person's needs into the chance of each statement to be the next card.

    The `n_best` statements of highest need share 1 − `share_any` evenly; all statements share the rest, so
    that none has no chance. Statements of equal need have equal chances.

    Parameters
    ----------
    needs : float array of shape (n_statements,), at least one
    n_best : int
    share_any : float between 0 and 1

    Returns
    -------
    float array of shape (n_statements,), sum 1
    """
    n_statements = len(needs)
    n_best = min(n_best, n_statements)
    threshold = np.partition(needs, n_statements - n_best)[n_statements - n_best]
    is_above, is_tied = needs > threshold, needs == threshold
    places_left = n_best - is_above.sum()
    best = (is_above + is_tied * (places_left / is_tied.sum())) / n_best
    return (1 - share_any) * best + share_any / n_statements
