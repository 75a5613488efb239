"""How groups voted on statements: counts, estimated agreement, and consensus of all groups."""

from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from opinion.votes import Votes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.int64] | NDArray[np.float64]  # counts, or sums of weights

Z_SIGNIFICANT = 1.2816  # one-sided, 90 %
LOWER_QUANTILE = 0.05
ROUNDING = 1e-15
MAX_MAJORITY = 5
UNCERTAIN_SHARE = 0.3


class Counts(NamedTuple):
    """Votes per group and statement: int arrays of shape (k, n_statements)."""

    agrees: Ints
    disagrees: Ints
    passes: Ints

    @property
    def seen(self) -> Ints:
        """How many voted at all, passes included."""
        return self.agrees + self.disagrees + self.passes


class MajorityStatement(TypedDict):
    """A statement most people agree with, or most disagree with."""

    id: int
    side: str
    n_side: int
    n_seen: int
    share: float
    share_z: float
    score: float


class UncertainStatement(TypedDict):
    """A statement many people passed on."""

    id: int
    n_passes: int
    n_seen: int
    share: float
    score: float


def count_votes(votes: Votes, row_of_person: Ints, k: int) -> tuple[Counts, Counts]:
    """Count agrees, disagrees and passes.

    Parameters
    ----------
    votes : Votes
    row_of_person : int array of shape (n_people,)
        Each person's group from 0 to k − 1; −1 for people in no group.

    Returns
    -------
    by_group : Counts of shape (k, n_statements)
    total : Counts of shape (1, n_statements), all people together
    """
    table = votes.counts_by(np.where(row_of_person < 0, k, row_of_person), k + 1)
    disagrees, passes, agrees = table.transpose(1, 0, 2)
    total = Counts(*(part.sum(axis=0, keepdims=True) for part in (agrees, disagrees, passes)))
    return Counts(agrees[:k], disagrees[:k], passes[:k]), total


def agreement(agrees: Numbers, seen: Numbers) -> Floats:
    """Estimate how likely a participant is to agree with each statement.

    Parameters
    ----------
    agrees, seen : int arrays of shape (n_groups, n_statements)
        How many agreed, and how many voted at all (passes included).

    Returns
    -------
    float array of shape (n_groups, n_statements)
        Posterior mean under a uniform prior, between 0 and 1; 0.5 where nobody voted.
    """
    return (agrees + 1) / (seen + 2)


def group_aware_consensus(agrees: Numbers, seen: Numbers) -> Floats:
    """Consensus of all groups: the product of their agreement, so that one group against sinks it.

    Parameters
    ----------
    agrees, seen : int arrays of shape (n_groups, n_statements)

    Returns
    -------
    float array of shape (n_statements,), between 0 and 1

    Notes
    -----
    Polis's group-informed consensus (Small et al. 2021).
    """
    return agreement(agrees, seen).prod(axis=0)


def consensus_level(consensus: Floats, k: int) -> Floats:
    """Consensus per group, GAC^(1/k): comparable between different numbers of groups.

    Parameters
    ----------
    consensus : float array of shape (n_statements,), above 0 and below 1
    k : int, at least 1

    Returns
    -------
    float array of shape (n_statements,), above 0 and below 1
    """
    return consensus ** (1 / k)


def weakest_agreement(agrees: Numbers, seen: Numbers) -> Floats:
    """The agreement of the group that agrees least.

    Parameters
    ----------
    agrees, seen : int arrays of shape (n_groups, n_statements)

    Returns
    -------
    float array of shape (n_statements,), above 0 and below 1
    """
    return agreement(agrees, seen).min(axis=0)


def level_lower_bound(agrees: Numbers, seen: Numbers, quantile: float = LOWER_QUANTILE) -> Floats:
    """A level of consensus that the true one exceeds with probability 1 − quantile.

    Each group's chance of agreeing has the posterior Beta(A + 1, S − A + 1), independent of the other
    groups'. The first two moments of the geometric mean of these chances are exact; the bound is the
    quantile of the beta distribution that has them (exact for one group).

    Parameters
    ----------
    agrees, seen : int arrays of shape (n_groups, n_statements)

    Returns
    -------
    float array of shape (n_statements,), between 0 and 1
    """
    from scipy.special import betaincinv, poch

    k = len(agrees)
    first = (poch(agrees + 1, 1 / k) / poch(seen + 2, 1 / k)).prod(axis=0)
    second = (poch(agrees + 1, 2 / k) / poch(seen + 2, 2 / k)).prod(axis=0)
    # Beyond some 10⁸ votes a group the variance is smaller than rounding leaves of the difference.
    variance = np.maximum(second - first**2, ROUNDING * first**2)
    concentration = first * (1 - first) / variance - 1
    bound: Floats = betaincinv(first * concentration, (1 - first) * concentration, quantile)
    return bound


def share_z(successes: Ints, seen: Ints) -> Floats:
    """Test statistic that more than half choose a side: 2·sqrt(S+1)·((A+1)/(S+1) − ½), as Polis has it.

    Parameters
    ----------
    successes, seen : int arrays of one shape
        How many chose the side, and how many voted at all.

    Returns
    -------
    float array of the same shape
        Standard normal, nearly, where half of very many choose the side; 1 where nobody voted.
    """
    return 2 * np.sqrt(seen + 1) * ((successes + 1) / (seen + 1) - 0.5)


def majority(
    total: Counts, statement_ids: Ints, skipped: NDArray[np.bool_]
) -> dict[str, list[MajorityStatement]]:
    """The statements that most people clearly agree with, and those that most clearly disagree with.

    Parameters
    ----------
    total : Counts of shape (1, n_statements), all people together
    statement_ids : int array of shape (n_statements,)
    skipped : bool array of shape (n_statements,)
        Statements that cannot be chosen.
    """
    sides = {"agree": total.agrees[0], "disagree": total.disagrees[0]}
    seen = total.seen[0]
    return {side: _majority_side(side, chose, seen, statement_ids, skipped) for side, chose in sides.items()}


def uncertain(total: Counts, statement_ids: Ints, skipped: NDArray[np.bool_]) -> list[UncertainStatement]:
    """The statements that more than 3 in 10 voters passed on, the most telling first.

    Parameters
    ----------
    total : Counts of shape (1, n_statements), all people together
    statement_ids : int array of shape (n_statements,)
    skipped : bool array of shape (n_statements,)
        Statements that cannot be chosen.
    """
    passes, seen = total.passes[0], total.seen[0]
    share = passes / np.maximum(seen, 1)
    score = share**2 * passes
    chosen = np.flatnonzero((share > UNCERTAIN_SHARE) & ~skipped)
    return [
        UncertainStatement(
            id=int(statement_ids[place]),
            n_passes=int(passes[place]),
            n_seen=int(seen[place]),
            share=float(share[place]),
            score=float(score[place]),
        )
        for place in chosen[np.argsort(-score[chosen], kind="stable")]
    ]


def _majority_side(
    side: str, chose: Ints, seen: Ints, statement_ids: Ints, skipped: NDArray[np.bool_]
) -> list[MajorityStatement]:
    share, z = agreement(chose, seen), share_z(chose, seen)
    score = share * z
    candidates = np.flatnonzero((share > 0.5) & (z > Z_SIGNIFICANT) & ~skipped)
    best = candidates[np.argsort(-score[candidates], kind="stable")][:MAX_MAJORITY]
    return [
        MajorityStatement(
            id=int(statement_ids[place]),
            side=side,
            n_side=int(chose[place]),
            n_seen=int(seen[place]),
            share=float(share[place]),
            share_z=float(z[place]),
            score=float(score[place]),
        )
        for place in best
    ]
