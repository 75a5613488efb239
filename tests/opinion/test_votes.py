"""Votes are checked once, at the door, and never change afterwards."""

from hashlib import sha256
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opinion import Votes, analyze
from tests.opinion.conversations import any_votes, votes_from


def test_votes_are_sorted_by_person_and_statement():
    votes = Votes.from_arrays([9, 2, 9], [5, 7, 1], [1, 0, -1])
    assert votes.participant_ids.tolist() == [2, 9]
    assert votes.statement_ids.tolist() == [1, 5, 7]
    assert list(zip(votes.person, votes.statement, votes.value, strict=True)) == [
        (0, 2, 0),
        (1, 0, -1),
        (1, 1, 1),
    ]


def test_statements_nobody_saw_can_be_added():
    votes = Votes.from_arrays([1], [10], [1], all_statement_ids=[30, 10, 20])
    assert votes.statement_ids.tolist() == [10, 20, 30]
    assert votes.n_statements == 3
    assert votes.n_votes == 1


def test_no_votes_at_all_are_votes_too():
    votes = Votes.from_arrays([], [], [])
    assert (votes.n_people, votes.n_statements, votes.n_votes) == (0, 0, 0)


@pytest.mark.parametrize("ids", [[3, 1, 2], [10**15, -5, 40], [2**62, -(2**62), 0]])
def test_ids_may_be_any_whole_numbers(ids):
    votes = Votes.from_arrays(ids, [1, 1, 1], [1, 0, -1])
    assert votes.participant_ids.tolist() == sorted(ids)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (([1, 2], [1], [1, 1]), "equally long.*got 2, 1 and 2"),
        (([1], [1], [2]), r"must be 1 \(agree\), 0 \(pass\) or -1 \(disagree\), got .*2"),
        (([1], [1], [float("nan")]), "got .*nan"),
        (([1], [1], ["agree"]), "got .*agree"),
        (([1.5], [1], [1]), "person_ids must be whole numbers, got float64 such as .*1.5"),
        (([1], ["a"], [1]), "statement_ids must be whole numbers"),
        (([[1]], [1], [1]), "person_ids must be a flat list of ids, got 2 dimension"),
        (([1], [1], [[1]]), "values must be a flat list of votes, got 2 dimension"),
        (([2**63], [1], [1]), "must fit in 64 bits"),
        (([4, 4], [6, 6], [1, -1]), "participant 4 has more than one vote on statement 6"),
    ],
)
def test_what_is_not_a_vote_is_refused_by_name(arrays, message):
    with pytest.raises(ValueError, match=message):
        Votes.from_arrays(*arrays)


def test_votes_cannot_be_changed_afterwards():
    votes = Votes.from_arrays([1], [1], [1])
    with pytest.raises(ValueError, match="read-only"):
        votes.value[0] = -1


def test_the_arrays_given_stay_as_they_were():
    persons, statements, values = np.array([2, 1]), np.array([1, 1]), np.array([-1, 1])
    Votes.from_arrays(persons, statements, values)
    assert persons.tolist() == [2, 1]
    assert values.tolist() == [-1, 1]
    persons[0] = 7


def test_the_digest_can_be_recomputed_by_anyone():
    votes = Votes.from_arrays([8, 3], [20, 10], [-1, 1], all_statement_ids=[30])
    numbers = np.array([3, 2, 10, 20, 30, 3, 8, 10, 20], dtype="<i8").tobytes()
    assert votes.sha256 == sha256(numbers + np.array([1, -1], dtype=np.int8).tobytes()).hexdigest()


@given(any_votes(), st.randoms())
def test_order_of_votes_never_matters(cast, random):
    shuffled = list(cast.items())
    random.shuffle(shuffled)
    assert votes_from(dict(shuffled)).sha256 == votes_from(cast).sha256


@given(any_votes().filter(bool))
def test_one_changed_vote_changes_the_digest(cast):
    pair, value = next(iter(cast.items()))
    assert votes_from(cast | {pair: (value + 2) % 3 - 1}).sha256 != votes_from(cast).sha256


@given(any_votes().filter(bool))
def test_small_and_large_integers_give_the_same_votes(cast):
    persons, statements = np.array(list(cast)).T
    values = np.array(list(cast.values()))
    small = Votes.from_arrays(persons.astype(np.int32), statements.astype(np.int32), values.astype(np.int8))
    assert small.sha256 == Votes.from_arrays(persons, statements, values).sha256


def test_ids_may_lie_far_apart():
    votes = Votes.from_arrays([2**40, -5, 2**40], [7, 2**50, 2**50], [1, 0, -1], all_statement_ids=[-(2**60)])
    assert votes.participant_ids.tolist() == [-5, 2**40]
    assert votes.statement_ids.tolist() == [-(2**60), 7, 2**50]
    assert votes.statement.tolist() == [2, 1, 2]
    assert votes.value.tolist() == [0, 1, -1]


@settings(deadline=None, max_examples=25)
@given(any_votes().filter(bool))
def test_votes_in_many_blocks_are_the_same_votes(cast):
    whole = votes_from(cast)
    with mock.patch("opinion.votes.BLOCK", 3):
        in_blocks = votes_from(cast)
        assert in_blocks.sha256 == whole.sha256
        ours, theirs = (analyze(votes, uncertainty=False) for votes in (in_blocks, whole))
        assert ours.gac.tolist() == theirs.gac.tolist()


def test_a_second_vote_is_refused_across_the_end_of_a_block():
    with (
        mock.patch("opinion.votes.BLOCK", 2),
        pytest.raises(ValueError, match=r"participant 1 .* statement 6"),
    ):
        Votes.from_arrays([1, 1, 1], [5, 6, 6], [1, 1, -1])


def test_it_is_known_where_the_votes_of_a_person_start():
    votes = Votes.from_arrays([4, 2, 4], [0, 0, 1], [1, 1, 1])
    assert votes.starts.tolist() == [0, 1, 3]
    assert Votes.from_arrays([], [], []).starts.tolist() == [0]


def test_totals_are_the_sums_over_any_rows_of_people():
    votes = Votes.from_arrays([3, 3, 8, 9, 9], [1, 2, 1, 1, 2], [1, 0, -1, 1, 1])
    assert votes.counts.tolist() == [[1, 0], [0, 1], [2, 1]]
    by_row = votes.counts_by(np.array([0, 1, 1]), 2)
    assert by_row[1].tolist() == [[1, 0], [0, 0], [1, 1]]
    assert (by_row.sum(axis=0) == votes.counts).all()
