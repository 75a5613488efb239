"""Other readings of consensus, from the same votes and groups."""

import numpy as np
import pytest

from opinion import Votes, analyze
from opinion.readings import (
    READINGS,
    bridging,
    corrected,
    effective_sample_size,
    level,
    lower_bound,
    passing,
    person_weights,
    weakest,
    weigh_votes,
)
from tests.opinion.conversations import planted_arrays, votes_of

every_reading = pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)


def planted() -> tuple[Votes, np.ndarray]:
    person, statement, value, group = planted_arrays()
    return Votes.from_arrays(person, statement, value), group


def test_without_weights_they_are_those_of_the_map():
    votes, group = planted()
    found = analyze(votes, groups=dict(enumerate(group.tolist())))
    assert level(votes, group, 3) == pytest.approx(found.gac_level)
    assert weakest(votes, group, 3) == pytest.approx(found.weakest_agreement)
    assert lower_bound(votes, group, 3) == pytest.approx(found.gac_lower)


def test_passing_is_not_taken_for_disagreeing():
    votes = votes_of([[1, 1]] * 4 + [[0, -1]] * 4)
    rows = np.zeros(8, dtype=int)
    hard, disputed = corrected(votes, rows, 1)
    assert (hard, disputed) == pytest.approx((5 / 6, 5 / 10))
    assert level(votes, rows, 1) == pytest.approx([0.5, 0.5])
    assert passing(votes, rows, 1) == pytest.approx([0.5, 0.1])


def test_the_weakest_group_decides_the_weakest_reading():
    votes = votes_of([[1]] * 8 + [[-1]] * 8)
    assert weakest(votes, np.repeat([0, 1], 8), 2) == pytest.approx([0.1])


def test_bridging_ranks_what_all_like_above_what_most_like():
    votes = votes_of([[1, 1, -1]] * 30 + [[1, -1, 1]] * 12)
    liked_by_all, by_most, by_few = bridging(votes, np.zeros(42, dtype=int), 1)
    assert liked_by_all > by_most > by_few


def test_people_in_no_group_have_no_say():
    votes, group = planted()
    some = np.where(np.arange(90) < 60, group, -1)
    only = Votes.from_arrays(*(part[planted_arrays()[0] < 60] for part in planted_arrays()[:3]))
    for reading in (level, weakest, corrected, lower_bound):
        assert reading(votes, some, 3) == pytest.approx(reading(only, group[:60], 3))


@every_reading
def test_equal_weights_change_nothing(reading):
    votes, group = planted()
    assert reading(votes, group, 3, np.full(90, 7.0)) == pytest.approx(reading(votes, group, 3))


@every_reading
def test_weights_change_the_answer_but_not_their_scale(reading):
    votes, group = planted()
    weights = np.linspace(0.2, 5, 90)
    weighted = reading(votes, group, 3, weights)
    assert weighted == pytest.approx(reading(votes, group, 3, 1000 * weights))
    assert np.abs(weighted - reading(votes, group, 3)).max() > 0.01


@every_reading
def test_the_numbering_of_people_and_statements_changes_nothing(reading):
    person, statement, value, group = planted_arrays()
    draw = np.random.default_rng(1)
    people, statements = draw.permutation(90), draw.permutation(30)
    renumbered = Votes.from_arrays(people[person], statements[statement], value)
    weights = np.linspace(1, 2, 90)
    back = np.argsort(people)
    first = reading(Votes.from_arrays(person, statement, value), group, 3, weights)
    second = reading(renumbered, group[back], 3, weights[back])
    assert second[statements] == pytest.approx(first, abs=1e-6)


@every_reading
def test_inputs_are_unchanged(reading):
    votes, group = planted()
    weights = np.linspace(1, 2, 90)
    rows, heavy = group.copy(), weights.copy()
    reading(votes, rows, 3, heavy)
    assert (rows == group).all()
    assert (heavy == weights).all()


@every_reading
@pytest.mark.parametrize("rows", [[[1]], [[1, None], [-1, None]], [[0, 0], [0, 0]]])
def test_the_smallest_conversations_have_an_answer(reading, rows):
    votes = votes_of(rows)
    found = reading(votes, np.zeros(votes.n_people, dtype=int), 1)
    assert np.isfinite(found).all()


@every_reading
def test_no_votes_have_an_answer_for_every_statement(reading):
    votes = Votes.from_arrays([], [], [], all_statement_ids=[1, 2])
    assert len(reading(votes, np.empty(0, dtype=int), 0)) == 2


def test_weighted_votes_add_up_to_the_effective_number_of_voters():
    votes = votes_of([[1], [1], [-1], [0]])
    counts = weigh_votes(votes, np.zeros(4, dtype=int), 1, np.array([3.0, 1.0, 1.0, 1.0]))
    assert counts.seen.tolist() == [[36 / 12]]
    assert counts.agrees.tolist() == [[4 * 6 / 12]]


def test_unequal_weights_are_worth_fewer_people():
    assert effective_sample_size(np.ones(50)) == pytest.approx(50)
    assert effective_sample_size(np.array([3.0, 1.0])) == pytest.approx(1.6)
    assert effective_sample_size(np.empty(0)) == effective_sample_size(np.zeros(3)) == 0


def test_unequal_weights_widen_the_lower_bound():
    votes = votes_of([[1]] * 40)
    rows, weights = np.zeros(40, dtype=int), np.r_[np.full(4, 50.0), np.ones(36)]
    assert lower_bound(votes, rows, 1, weights) < lower_bound(votes, rows, 1) - 0.2


def test_weights_are_given_by_participant_id():
    votes = Votes.from_arrays([9, 4], [1, 1], [1, -1])
    assert person_weights(votes, {9: 2.0, 4: 1.0, 77: 5.0}).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf")])
def test_a_wrong_weight_is_named(wrong):
    with pytest.raises(ValueError, match="finite and above 0"):
        person_weights(Votes.from_arrays([9, 4], [1, 1], [1, -1]), {9: 1.0, 4: wrong})


def test_a_missing_weight_is_named():
    with pytest.raises(ValueError, match="such as 4"):
        person_weights(Votes.from_arrays([9, 4], [1, 1], [1, -1]), {9: 1.0})
