"""Who approves which statements: by own vote, or else by expectation."""

import numpy as np
import pytest

from opinion import Votes
from opinion.approval import best_cut, complete_votes
from opinion.bridging import fit_votes
from tests.opinion.conversations import votes_of


def camps() -> list[list[int | None]]:
    """Two camps, and somebody of the first who saw only half of the statements."""
    return [[1, 1, -1, -1]] * 12 + [[-1, -1, 1, 1]] * 12 + [[1, None, -1, None]]


def test_own_votes_count_as_they_are():
    votes = votes_of(camps())
    approvals = complete_votes(votes, np.zeros(4, dtype=bool))
    seen = np.array([[v is not None for v in row] for row in camps()])
    agreed = np.array([[v == 1 for v in row] for row in camps()])
    assert (approvals.rows(np.arange(25))[seen] == agreed[seen]).all()
    assert (approvals.agreed(np.arange(25)) == agreed).all()


def test_unseen_statements_are_approved_as_by_people_alike():
    approvals = complete_votes(votes_of(camps()), np.zeros(4, dtype=bool))
    assert approvals.rows(np.array([24])).tolist() == [[True, True, False, False]]


def test_statements_left_out_are_no_candidates():
    approvals = complete_votes(votes_of(camps()), np.array([False, True, False, False]))
    assert approvals.candidates.tolist() == [0, 2, 3]
    assert approvals.rows(np.array([0])).tolist() == [[True, False, False]]


def test_people_may_be_asked_for_in_any_part():
    approvals = complete_votes(votes_of(camps()), np.zeros(4, dtype=bool))
    some = np.array([3, 14, 24])
    assert (approvals.rows(some) == approvals.rows(np.arange(25))[some]).all()
    assert (approvals.only(np.array([1, 3])).rows(some) == approvals.rows(some)[:, [1, 3]]).all()


@pytest.mark.parametrize("n", [5, 24, 25, 100])
def test_people_are_drawn_once_and_in_order(n):
    people = complete_votes(votes_of(camps()), np.zeros(4, dtype=bool)).some_people(n, seed=0)
    assert len(people) == min(n, 25)
    assert (np.diff(people) > 0).all()


def test_blocks_hold_everybody_once(monkeypatch):
    monkeypatch.setattr("opinion.approval.BLOCK_CELLS", 30)
    approvals = complete_votes(votes_of(camps()), np.zeros(4, dtype=bool))
    assert np.concatenate(list(approvals.blocks())).tolist() == list(range(25))


def test_the_cut_tells_agreements_from_other_votes():
    votes = votes_of(camps())
    model = fit_votes(votes)
    expected = model.predicted(np.arange(25), np.arange(4))[votes.person, votes.statement]
    cut = best_cut(votes, model)
    assert ((expected >= cut) == (votes.value == 1)).all()
    assert abs(cut) < 0.5


def test_without_votes_the_cut_lies_between_a_pass_and_an_agreement():
    votes = Votes.from_arrays([], [], [], all_statement_ids=[1])
    assert best_cut(votes, fit_votes(votes)) == 0.5
