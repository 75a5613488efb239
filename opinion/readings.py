"""Other readings of consensus. Each takes the same votes and groups and gives one number per statement.

The larger the number, the more there is of what all have in common. They differ in what they are careful
about; `docs/readings.md` says when to use which.

All take votes; each person's row, an int array of shape (n_people,) from 0 to k − 1, −1 for people in none;
k, with 0 everybody being one group; and weights, a float array of shape (n_people,), 0 or above, or none. All
give a float array of shape (n_statements,), and raise ValueError for arrays that are not of these people.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opinion import support
from opinion.arguments import rows_of_people, weights_of_people
from opinion.bridging import fit_votes
from opinion.votes import Votes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Reading = Callable[..., Floats]


class WeighedCounts(NamedTuple):
    """Votes per group and statement, each as heavy as its person: float arrays of shape (k, n_statements).

    A cell's weights are scaled so that its votes add up to Kish's effective number of voters,
    (Σw)² / Σw². Equal weights give plain counts. The scale of weights does not matter.
    """

    agrees: Floats
    disagrees: Floats
    passes: Floats

    @property
    def seen(self) -> Floats:
        """Effective number of voters, passes included."""
        return self.agrees + self.disagrees + self.passes


def person_weights(votes: Votes, weights: Mapping[int, float]) -> Floats:
    """Weights by participant id as an array of shape (n_people,).

    Raises
    ------
    ValueError
        If anyone who voted has no weight, or a weight is not a finite number above 0. Weights of people
        who did not vote are ignored.
    """
    missing = [person for person in votes.participant_ids.tolist() if person not in weights]
    if missing:
        raise ValueError(f"weights lack {len(missing)} of the people who voted, such as {missing[0]}")
    array = np.array([weights[person] for person in votes.participant_ids.tolist()], dtype=np.float64)
    wrong = ~(np.isfinite(array) & (array > 0))
    if wrong.any():
        raise ValueError(f"weights must be finite and above 0, got {array[wrong][0]!r}")
    return array


def effective_sample_size(weights: Floats) -> float:
    """Kish's effective sample size (1965), (Σw)² / Σw²: how many equally heavy people would say as much.

    From 1 to n_people for weights of shape (n_people,); 0 where nobody has any weight.
    """
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def weigh_votes(votes: Votes, row_of: Ints, k: int, weights: Floats | None = None) -> WeighedCounts:
    """Count votes by group, each as heavy as its person.

    Parameters
    ----------
    votes : Votes
    row_of : int array of shape (n_people,)
        Each person's group from 0 to k − 1; −1 for people in none, who are not counted.
    k : int
        With 0, everybody is one group.
    weights : float array of shape (n_people,), optional

    Raises
    ------
    ValueError
        If there is not one row and one weight for each person, a row is beyond k, or a weight below 0.
    """
    row_of, k = (rows_of_people(votes, row_of, k), k) if k else (np.zeros(votes.n_people, dtype=np.int64), 1)
    weight = weights_of_people(votes, weights)
    shape = (3, k, votes.n_statements)
    sums, squares = np.zeros(shape).ravel(), np.zeros(shape).ravel()
    for block in votes.blocks():
        person, side = votes.person[block], votes.value[block].astype(np.int64) + 1
        cell = (side * k + row_of[person]) * votes.n_statements + votes.statement[block]
        grouped = row_of[person] >= 0
        cell, heavy = cell[grouped], weight[person[grouped]]
        sums += np.bincount(cell, weights=heavy, minlength=sums.size)
        squares += np.bincount(cell, weights=heavy**2, minlength=sums.size)
    sums, squares = sums.reshape(shape), squares.reshape(shape)
    disagrees, passes, agrees = sums * _scale(sums.sum(axis=0), squares.sum(axis=0))
    return WeighedCounts(agrees, disagrees, passes)


def level(votes: Votes, row_of: Ints, k: int, weights: Floats | None = None) -> Floats:
    """Group-aware consensus per group, GAC^(1/k): between 0 and 1."""
    counts = weigh_votes(votes, row_of, k, weights)
    return _geometric_mean(support.agreement(counts.agrees, counts.seen))


def weakest(votes: Votes, row_of: Ints, k: int, weights: Floats | None = None) -> Floats:
    """Agreement of the group that agrees least: between 0 and 1.

    Says what the worst-off group thinks, however well the others like a statement.
    """
    counts = weigh_votes(votes, row_of, k, weights)
    return support.weakest_agreement(counts.agrees, counts.seen)


def corrected(votes: Votes, row_of: Ints, k: int, weights: Floats | None = None) -> Floats:
    """Level among those who took a side, (A+1)/(A+D+2) per group: between 0 and 1.

    Passing is no longer counted as disagreeing, so that a hard question is not taken for a disputed one.
    Read it beside `passing`: where nearly all pass, few have spoken.
    """
    counts = weigh_votes(votes, row_of, k, weights)
    return _geometric_mean(support.agreement(counts.agrees, counts.agrees + counts.disagrees))


def passing(votes: Votes, row_of: Ints, k: int, weights: Floats | None = None) -> Floats:
    """Share that passed in the group that passed most, (P+1)/(S+2): between 0 and 1. No consensus itself."""
    counts = weigh_votes(votes, row_of, k, weights)
    return support.agreement(counts.passes, counts.seen).max(axis=0)


def lower_bound(votes: Votes, row_of: Ints, k: int, weights: Floats | None = None) -> Floats:
    """Level that the true one exceeds with 95 % probability: between 0 and 1. Few votes make it low."""
    counts = weigh_votes(votes, row_of, k, weights)
    return support.level_lower_bound(counts.agrees, counts.seen)


def bridging(votes: Votes, row_of: Ints, k: int, weights: Floats | None = None) -> Floats:
    """Vote expected from a person of no opinion, on the scale of votes: about −1 to 1.

    Looks at people's opinions one by one, so it does not matter in which group somebody is, only that
    they are in one.
    """
    weight = weights_of_people(votes, weights)
    if k:
        weight = np.where(rows_of_people(votes, row_of, k) >= 0, weight, 0.0)
    return fit_votes(votes, person_weights=weight).scores


READINGS: dict[str, Reading] = {
    "level": level,
    "weakest": weakest,
    "corrected": corrected,
    "lower_bound": lower_bound,
    "bridging": bridging,
}


def _scale(sums: Floats, squares: Floats) -> Floats:
    """What weights are multiplied with so that they add up to Kish's effective number."""
    return np.divide(sums, squares, out=np.zeros_like(sums), where=squares > 0)


def _geometric_mean(agreement: Floats) -> Floats:
    return np.exp(np.log(agreement).mean(axis=0))
