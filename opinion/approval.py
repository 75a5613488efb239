"""Who approves which statements: by their own vote where there is one, otherwise by what a model expects.

Counting own votes alone would reward statements for having been shown. So a statement somebody has not seen
counts as approved where the factor model expects a vote of a kind that, among the votes cast, is more often
an agreement than not.
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

CUTS = np.linspace(-1, 1, 401)  # expected votes that may set approval apart
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
    cut : float
        The least expected vote that counts as approval.
    """

    votes: Votes
    model: VoteModel
    candidates: Ints
    cut: float

    def rows(self, people: Ints) -> Bools:
        """Whether each of these people approves each candidate: shape (n_people, n_candidates), dense."""
        approves = self.model.predicted(people, self.candidates) >= self.cut
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
        return Approvals(votes=self.votes, model=self.model, candidates=statements, cut=self.cut)

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
    return Approvals(
        votes=votes, model=model, candidates=np.flatnonzero(~left_out), cut=best_cut(votes, model)
    )


def best_cut(votes: Votes, model: VoteModel) -> float:
    """The expected vote that best sets agreements apart from other votes, among the votes cast.

    The middle one where several do equally well; ½, halfway between a pass and an agreement, without votes.
    """
    if not votes.n_votes:
        return 0.5
    agreed, others = np.zeros(len(CUTS) + 1), np.zeros(len(CUTS) + 1)
    for block in votes.blocks():
        person, statement = votes.person[block], votes.statement[block]
        match = np.einsum("ij,ij->i", model.person_factors[person], model.statement_factors[statement])
        place = np.searchsorted(CUTS, match + model.person_intercepts[person] + model.scores[statement])
        agrees = votes.value[block] == AGREE
        agreed += np.bincount(place[agrees], minlength=len(agreed))
        others += np.bincount(place[~agrees], minlength=len(others))
    n_right = others.cumsum()[:-1] + agreed[::-1].cumsum()[::-1][1:]
    return float(CUTS[n_right == n_right.max()].mean())
