"""Who approves which statements: by own vote, or else by expectation."""

import numpy as np
import pytest

from opinion import Votes
from opinion.approval import complete_votes
from tests.opinion.conversations import planted_arrays, votes_of


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


def test_unseen_statements_are_expected_as_of_people_alike():
    chances = complete_votes(votes_of(camps()), np.zeros(4, dtype=bool)).chances(np.array([24]))[0]
    assert chances[1] > 0.5 > chances[3]


def test_approvals_come_as_often_as_votes_do():
    """Of unseen statements as many are approved as people turn out to agree with, shown to them."""
    person, statement, value, _ = planted_arrays(n_people=400, n_statements=40)
    shown = np.random.default_rng(0).random(len(person)) < 0.5
    votes = Votes.from_arrays(person[shown], statement[shown], value[shown])
    approves = complete_votes(votes, np.zeros(40, dtype=bool)).rows(np.arange(400))
    approved, agreed = approves[person[~shown], statement[~shown]], value[~shown] == 1
    assert approved.mean() == pytest.approx(agreed.mean(), abs=0.02)
    assert (approved == agreed).mean() > 0.6


def test_expectations_of_votes_kept_back_are_believed_as_far_as_they_held():
    person, statement, value, _ = planted_arrays(n_people=400, n_statements=40)
    told = complete_votes(Votes.from_arrays(person, statement, value), np.zeros(40, dtype=bool))
    noise = np.random.default_rng(0).integers(-1, 2, len(value))
    untold = complete_votes(Votes.from_arrays(person, statement, noise), np.zeros(40, dtype=bool))
    assert np.ptp(told.chances(np.arange(400))) > 0.8
    assert np.ptp(untold.chances(np.arange(400))) < 0.5


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
    assert np.concatenate(list(approvals.blocks(np.arange(25)))).tolist() == list(range(25))
