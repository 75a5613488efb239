"""Who approves which statements: by their own vote where there is one, otherwise by what a model expects.

Counting own votes alone would reward statements for having been shown. So a statement somebody has not seen
counts as approved where the factor model expects them to agree rather than to pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opinion.bridging import VoteModel, fit_votes
from opinion.drawing import order_by_votes
from opinion.votes import AGREE, Votes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EXPECTED_TO_AGREE = 0.5  # halfway between a pass and an agreement
N_FACTORS = 2
INTERCEPT_RIDGE = 10.0
FACTOR_RIDGE = 5.0
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
    """

    votes: Votes
    model: VoteModel
    candidates: Ints

    def rows(self, people: Ints) -> Bools:
        """Whether each of these people approves each candidate: shape (n_people, n_candidates), dense."""
        approves = self.model.predicted(people, self.candidates) >= EXPECTED_TO_AGREE
        row, vote = self._votes_of(people)
        column = self._column_of()[self.votes.statement[vote]]
        known = column >= 0
        approves[row[known], column[known]] = self.votes.value[vote[known]] == AGREE
        return approves

    def agreed(self, people: Ints) -> Bools:
        """As `rows`, but own votes only."""
        row, vote = self._votes_of(people)
        column = self._column_of()[self.votes.statement[vote]]
        known = (column >= 0) & (self.votes.value[vote] == AGREE)
        agrees = np.zeros((len(people), len(self.candidates)), dtype=bool)
        agrees[row[known], column[known]] = True
        return agrees

    def blocks(self) -> Iterator[Ints]:
        """All people, so many at a time that their approvals stay small."""
        size = max(BLOCK_CELLS // max(len(self.candidates), 1), 1)
        for start in range(0, self.votes.n_people, size):
            yield np.arange(start, min(start + size, self.votes.n_people))

    def some_people(self, n: int, seed: int) -> Ints:
        """At most n people drawn at random, ascending; nobody's id matters."""
        if self.votes.n_people <= n:
            return np.arange(self.votes.n_people)
        drawn = np.random.default_rng(seed).choice(self.votes.n_people, n, replace=False)
        return np.sort(order_by_votes(self.votes)[drawn])

    def only(self, statements: Ints) -> "Approvals":
        """The same people's approvals of these statements (places, ascending)."""
        return Approvals(votes=self.votes, model=self.model, candidates=statements)

    def _votes_of(self, people: Ints) -> tuple[Ints, Ints]:
        """Every vote of these people: the row of its person among them, and its place among all votes."""
        n_votes = self.votes.n_votes_by_person[people]
        row = np.repeat(np.arange(len(people)), n_votes)
        first_row = np.cumsum(n_votes) - n_votes
        return row, np.arange(len(row)) + (self.votes.starts[people] - first_row)[row]

    def _column_of(self) -> Ints:
        column_of = np.full(self.votes.n_statements, -1)
        column_of[self.candidates] = np.arange(len(self.candidates))
        return column_of


def complete_votes(votes: Votes, left_out: Bools) -> Approvals:
    """Fit the model that completes the votes.

    Two factors, as some conversations need them, with a ridge that holds the second back where it is not
    needed; chosen by votes held out from four public conversations (docs/readings.md).

    Parameters
    ----------
    votes : Votes
    left_out : bool array of shape (n_statements,)
        Statements that are no candidates; their votes help to know the people all the same.
    """
    model = fit_votes(votes, n_factors=N_FACTORS, intercept_ridge=INTERCEPT_RIDGE, factor_ridge=FACTOR_RIDGE)
    return Approvals(votes=votes, model=model, candidates=np.flatnonzero(~left_out))
