"""Slates: what three rules choose, beside abcvoting's answers, and how well people are represented."""

import json
from pathlib import Path

import numpy as np
import pytest

from opinion import Votes
from opinion.slates import METHODS, choose_slate, equal_shares, phragmen, proportional_approval
from tests.opinion.conversations import planted_arrays, read_ccai, votes_of

ANSWERS = json.loads((Path(__file__).parent / "abcvoting_answers.json").read_text())

every_profile = pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
every_method = pytest.mark.parametrize("method", METHODS)


def approves_of(answer: dict) -> np.ndarray:
    approves = np.zeros((len(answer["approvals"]), answer["n_candidates"]), dtype=bool)
    for row, approved in zip(approves, answer["approvals"], strict=True):
        row[approved] = True
    return approves


def thiele_score(approves: np.ndarray, slate: np.ndarray) -> float:
    return sum(1 / np.arange(1, n + 1) @ np.ones(n) for n in approves[:, slate].sum(axis=1))


def planted() -> Votes:
    return Votes.from_arrays(*planted_arrays()[:3])


@every_profile
def test_equal_shares_are_those_of_abcvoting(answer):
    assert sorted(equal_shares(approves_of(answer), answer["n"])) == answer["slates"]["equal_shares"]


@every_profile
def test_phragmens_rule_is_that_of_abcvoting(answer):
    assert sorted(phragmen(approves_of(answer), answer["n"])) == answer["slates"]["phragmen"]


@every_profile
def test_the_greedy_start_is_that_of_abcvoting(answer):
    greedy = proportional_approval(approves_of(answer), answer["n"], exchanges=False)
    assert sorted(greedy) == answer["slates"]["greedy"]


def test_exchanges_reach_the_best_score_almost_always():
    shares = []
    for answer in ANSWERS:
        approves = approves_of(answer)
        slate = proportional_approval(approves, answer["n"])
        shares.append(thiele_score(approves, slate) / answer["best_thiele_score"])
    assert min(shares) > 0.97
    assert np.mean(np.array(shares) > 1 - 1e-9) > 0.9


@every_method
def test_two_camps_get_their_shares(method):
    # Statements 0–3 are liked by two thirds, 4–7 by one third: a slate of three holds one of the latter.
    votes = votes_of([[1] * 4 + [-1] * 4] * 8 + [[-1] * 4 + [1] * 4] * 4)
    slate = choose_slate(votes, 3, method=method)
    assert sum(statement >= 4 for statement in slate.statement_ids) == 1
    assert slate.share_represented == slate.share_agreed == 1
    assert all(slate.proportionality.satisfied.values())


@every_method
def test_a_slate_of_ccai_gives_nearly_everybody_something(shared, method):
    votes = read_ccai(shared).votes
    slate = choose_slate(votes, 10, method=method)
    assert len(set(slate.statement_ids)) == 10
    assert slate.share_represented > 0.97
    assert all(slate.proportionality.satisfied.values())


@every_method
def test_a_statement_shown_to_few_can_still_be_chosen(method):
    # Everybody saw statement 0 and 36 of 60 agreed; 20 saw statement 1 and all of them agreed.
    rows = [[1, None]] * 24 + [[1, 1]] * 12 + [[-1, 1]] * 8 + [[-1, None]] * 16
    assert choose_slate(votes_of(rows), 1, method=method).statement_ids == [1]


@every_method
def test_a_statement_hardly_anybody_saw_is_not_taken_for_liked(method):
    # Both people who saw statement 1 agreed, which is little to go by beside 54 of 60.
    rows = [[1, None, -1]] * 52 + [[1, 1, -1]] * 2 + [[-1, None, -1]] * 6
    assert choose_slate(votes_of(rows), 1, method=method).statement_ids == [0]


@every_method
def test_statements_left_out_are_never_chosen(method):
    votes = planted()
    left_out = votes.statement_ids < 20
    assert min(choose_slate(votes, 5, method=method, left_out=left_out).statement_ids) >= 20


@every_method
def test_the_numbering_of_people_changes_nothing(method):
    person, statement, value, _ = planted_arrays()
    people = np.random.default_rng(1).permutation(90) + 5
    first = choose_slate(Votes.from_arrays(person, statement, value), 6, method=method)
    second = choose_slate(Votes.from_arrays(people[person], statement, value), 6, method=method)
    assert second.statement_ids == first.statement_ids
    assert second.share_represented == first.share_represented


def test_some_of_many_people_choose_and_all_are_counted():
    votes = planted()
    slate = choose_slate(votes, 4, most_cells=40 * votes.n_statements)
    assert (slate.n_people_drawn, slate.n_people) == (40, 90)
    again = choose_slate(votes, 4, most_cells=40 * votes.n_statements)
    assert again.statement_ids == slate.statement_ids
    assert slate.share_represented > 0.9


def test_shares_are_counted_by_group():
    votes = votes_of([[1, -1]] * 6 + [[-1, 1]] * 3 + [[-1, -1]])
    slate = choose_slate(votes, 1, group_of=np.array([0] * 6 + [4] * 3 + [-1]))
    assert slate.statement_ids == [0]
    assert slate.share_by_group == {0: 1.0, 4: 0.0}
    assert slate.share_represented == pytest.approx(0.6)


def test_shares_do_not_hang_on_the_size_of_a_block(monkeypatch):
    votes = planted()
    whole = choose_slate(votes, 4)
    monkeypatch.setattr("opinion.approval.BLOCK_CELLS", 100)
    parts = choose_slate(votes, 4)
    assert parts.share_represented == whole.share_represented
    assert parts.proportionality == whole.proportionality


@every_method
def test_a_slate_is_no_longer_than_there_are_candidates(method):
    votes = votes_of([[1, 1, -1], [-1, 1, 1]])
    assert sorted(choose_slate(votes, 10, method=method).statement_ids) == [0, 1, 2]


@every_method
@pytest.mark.parametrize("rows", [[[1]], [[-1, -1]], [[0, 0], [0, 0]], [[None, 1], [None, 1]]])
def test_the_smallest_conversations_have_a_slate(method, rows):
    slate = choose_slate(votes_of(rows), 1, method=method)
    assert len(slate.statement_ids) == 1


@every_method
def test_no_votes_and_no_candidates_have_a_slate_too(method):
    no_votes = Votes.from_arrays([], [], [], all_statement_ids=[4, 7])
    assert choose_slate(no_votes, 1, method=method).statement_ids == [4]
    nothing = choose_slate(votes_of([[1]]), 1, method=method, left_out=np.array([True]))
    assert nothing.statement_ids == []
    assert nothing.share_represented == 0


def test_wrong_settings_are_named():
    with pytest.raises(ValueError, match="one of equal_shares, phragmen, proportional_approval"):
        choose_slate(planted(), 3, method="approval")
    for n in (0, 61):
        with pytest.raises(ValueError, match="from 1 to 60"):
            choose_slate(planted(), n)
