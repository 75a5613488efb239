"""Who approves which statements: by their own vote where there is one, else by chance as a model expects.

Counting own votes alone would reward statements for having been shown. Taking every expectation for certain
would reward them for not having been shown, because only people who saw a statement are known to reject it.
So approval of an unseen statement is drawn at random with the probability that held for votes kept from the
model. The draw belongs to the person and the statement: it is the same whenever it is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opinion.bridging import VoteModel, fit_votes
from opinion.drawing import numbers_by_votes, order_by_votes, uniform
from opinion.votes import AGREE, Votes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

N_FACTORS = 2
INTERCEPT_RIDGE = 10.0
FACTOR_RIDGE = 5.0
SHARE_KEPT_BACK = 0.1
KEPT_BACK, APPROVAL = 1, 2  # salts: two draws about one pair have nothing to do with each other
USUAL_LOGISTIC = np.array([-1.0, 4.0])  # where hardly any votes could be kept back
NEWTON_STEPS = 25
BLOCK_CELLS = 1 << 22


@dataclass(frozen=True, eq=False, kw_only=True)
class Approvals:
    """Approvals of all people for the candidates, worked out when asked for, a part of the people at a time.

    Attributes
    ----------
    votes : Votes
    model : VoteModel
    candidates : int array of shape (n_candidates,)
        Places of statements in `votes.statement_ids`, ascending.
    logistic : float array of shape (2,)
        The probability of agreeing is 1 / (1 + exp(−(a + b · expected vote))).
    person_number, statement_number : int arrays of shape (n_people,) and (n_statements,)
        What random draws are made from; no numbering changes them.
    """

    votes: Votes
    model: VoteModel
    candidates: Ints
    logistic: Floats
    person_number: Ints
    statement_number: Ints

    def chances(self, people: Ints) -> Floats:
        """How probably each of these people agrees with each candidate: (n_people, n_candidates), dense."""
        return _probability(self.logistic, self.model.predicted(people, self.candidates))

    def rows(self, people: Ints) -> Bools:
        """Whether each of these people approves each candidate: shape (n_people, n_candidates), dense."""
        number = self.statement_number[self.candidates]
        drawn = uniform(self.person_number[people][:, None], number[None, :], APPROVAL)
        approves = drawn < self.chances(people)
        row, column, value = self._cast_by(people)
        approves[row, column] = value == AGREE
        return approves

    def agreed(self, people: Ints) -> Bools:
        """As `rows`, but own votes only."""
        row, column, value = self._cast_by(people)
        agrees = np.zeros((len(people), len(self.candidates)), dtype=bool)
        agrees[row, column] = value == AGREE
        return agrees

    def blocks(self, people: Ints) -> Iterator[Ints]:
        """These people, so many at a time that their approvals stay small."""
        size = max(BLOCK_CELLS // max(len(self.candidates), 1), 1)
        for start in range(0, len(people), size):
            yield people[start : start + size]

    def some_people(self, n: int, seed: int) -> Ints:
        """At most n people drawn at random, ascending; nobody's id matters."""
        if self.votes.n_people <= n:
            return np.arange(self.votes.n_people)
        drawn = np.random.default_rng(seed).choice(self.votes.n_people, n, replace=False)
        return np.sort(order_by_votes(self.votes)[drawn])

    def only(self, statements: Ints) -> "Approvals":
        """The same people's approvals of these statements (places, ascending)."""
        return Approvals(**{**self.__dict__, "candidates": statements})

    def _cast_by(self, people: Ints) -> tuple[Ints, Ints, NDArray[np.int8]]:
        """Every vote of these people on a candidate: the rows and columns of its cell, and its value."""
        n_votes = self.votes.n_votes_by_person[people]
        row = np.repeat(np.arange(len(people)), n_votes)
        vote = np.arange(len(row)) + (self.votes.starts[people] - np.cumsum(n_votes) + n_votes)[row]
        column_of = np.full(self.votes.n_statements, -1)
        column_of[self.candidates] = np.arange(len(self.candidates))
        column = column_of[self.votes.statement[vote]]
        known = column >= 0
        return row[known], column[known], self.votes.value[vote[known]]


def complete_votes(votes: Votes, left_out: Bools) -> Approvals:
    """Fit the model that completes the votes, and learn from votes kept back how far to believe it.

    Two factors, as some conversations need them, with a ridge that holds the second back where it is not
    needed; chosen by votes held out from four public conversations (docs/readings.md). The model is fitted
    twice: without a tenth of the votes, to compare these with what it expects; then with all.

    Parameters
    ----------
    votes : Votes
    left_out : bool array of shape (n_statements,)
        Statements that are no candidates; their votes help to know the people all the same.
    """
    person_number, statement_number = numbers_by_votes(votes)
    draws = uniform(person_number[votes.person], statement_number[votes.statement], KEPT_BACK)
    return Approvals(
        votes=votes,
        model=_fit(votes),
        candidates=np.flatnonzero(~left_out),
        logistic=_logistic(votes, draws < SHARE_KEPT_BACK),
        person_number=person_number,
        statement_number=statement_number,
    )


def _fit(votes: Votes) -> VoteModel:
    return fit_votes(votes, n_factors=N_FACTORS, intercept_ridge=INTERCEPT_RIDGE, factor_ridge=FACTOR_RIDGE)


def _logistic(votes: Votes, kept_back: Bools) -> Floats:
    """Intercept and slope of agreeing over the expected vote, from votes that the model did not see."""
    person, statement, value = votes.person, votes.statement, votes.value
    seen = ~kept_back
    model = _fit(
        Votes(votes.participant_ids, votes.statement_ids, person[seen], statement[seen], value[seen])
    )
    expected = model.expected(person[kept_back], statement[kept_back])
    agrees = value[kept_back] == AGREE
    design = np.column_stack([np.ones(len(expected)), expected])
    logistic = USUAL_LOGISTIC
    for _ in range(NEWTON_STEPS):
        chance = _probability(logistic, expected)
        slope = design.T @ (agrees - chance) - (logistic - USUAL_LOGISTIC)
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + np.eye(2)
        logistic = logistic + np.linalg.solve(curvature, slope)
    return logistic


def _probability(logistic: Floats, expected: Floats) -> Floats:
    from scipy.special import expit

    chance: Floats = expit(logistic[0] + logistic[1] * expected)
    return chance
