"""Which card is worth showing next."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion.routing import (
    card_chances,
    consensus_doubt,
    draw_card,
    memberships,
    priorities,
    vote_needs,
)
from opinion.support import Counts


def counts_of(agrees: int, disagrees: int, passes: int) -> Counts:
    return Counts(*(np.array([[n]]) for n in (agrees, disagrees, passes)))


def priority(counts: Counts, extremity: float = 0.0, *, is_metadata: bool = False) -> float:
    return priorities(counts, np.array([extremity]), np.array([is_metadata]))[0]


def test_priority_worked_by_hand():
    passing, agreeing = 2 / 12, 7 / 12
    by_hand = ((1 - passing) * (1.5 + 1) * agreeing * (1 + 8 * 2 ** (-10 / 5))) ** 2
    assert priority(counts_of(6, 3, 1), 1.5) == pytest.approx(by_hand)


def test_a_new_statement_comes_before_one_often_seen():
    assert priority(counts_of(0, 0, 0)) > priority(counts_of(50, 50, 0))


def test_a_dividing_statement_comes_before_a_dull_one():
    assert priority(counts_of(5, 5, 0), 2.0) > priority(counts_of(5, 5, 0), 0.1)


def test_a_statement_often_passed_waits():
    assert priority(counts_of(5, 1, 9)) < priority(counts_of(5, 10, 0))


def test_statements_about_the_voter_have_their_own_priority():
    assert priority(counts_of(3, 2, 1), is_metadata=True) == 49


def test_votes_of_all_groups_count_together():
    split = Counts(*(np.array([[n], [n]]) for n in (3, 2, 1)))
    assert priority(split) == pytest.approx(priority(counts_of(6, 4, 2)))


def counts_by_group(agrees: list[list[int]], seen: int = 10) -> Counts:
    array = np.array(agrees)
    return Counts(array, seen - array, np.zeros_like(array))


def test_votes_tell_the_group():
    by_group = counts_by_group([[10, 10, 0], [0, 0, 10]])
    sizes = np.array([30, 10])
    assert memberships(np.array([1, 1, -1]), by_group, sizes)[0] > 0.99
    assert memberships(np.array([-1, -1, 1]), by_group, sizes)[1] > 0.99


def test_without_votes_the_larger_group_is_likelier():
    nothing = Counts(*(np.zeros((2, 0), dtype=int) for _ in range(3)))
    assert memberships(np.array([], dtype=int), nothing, np.array([29, 9])) == pytest.approx([0.75, 0.25])


def test_a_group_that_has_seen_a_statement_too_seldom_comes_before_all_else():
    by_group = counts_by_group([[5, 10]])
    needs = vote_needs(consensus_doubt(by_group), np.array([[20.0, 3.0]]), least_seen=4)
    assert needs[0, 1] > 1 > 1 / 36 > needs[0, 0] > 0


def test_an_uncertain_statement_is_worth_more_than_a_settled_one():
    by_group = counts_by_group([[5, 10], [10, 10]])
    needs = vote_needs(consensus_doubt(by_group), by_group.seen.astype(float), least_seen=4)
    assert needs[0, 0] > needs[0, 1]


def test_a_vote_is_worth_little_where_another_group_is_against():
    by_group = counts_by_group([[5, 5], [10, 0]])
    needs = vote_needs(consensus_doubt(by_group), by_group.seen.astype(float), least_seen=4)
    assert needs[0, 0] > 50 * needs[0, 1]


def test_needs_leave_their_arguments_alone():
    by_group = counts_by_group([[5, 10]])
    n_seen = by_group.seen.astype(float)
    vote_needs(consensus_doubt(by_group), n_seen)
    assert n_seen.tolist() == [[10, 10]]


def test_chances_worked_by_hand():
    assert card_chances(np.array([3.0, 1.0, 2.0, 2.0]), n_best=2, share_any=0.2) == pytest.approx(
        [0.45, 0.05, 0.25, 0.25]
    )


@pytest.mark.parametrize("n_statements", [1, 5, 10, 11, 400])
def test_every_statement_has_a_chance_and_together_they_are_certain(n_statements):
    chances = card_chances(np.random.default_rng(0).random(n_statements))
    assert chances.sum() == pytest.approx(1)
    assert chances.min() > 0


@given(
    needs=st.integers(1, 3).flatmap(
        lambda k: st.lists(st.lists(st.integers(0, 4), min_size=k, max_size=k), min_size=1, max_size=40)
    ),
    is_taken=st.lists(st.booleans(), min_size=40, max_size=40),
    weights=st.lists(st.integers(0, 5), min_size=3, max_size=3),
    seed=st.integers(0, 1_000),
)
def test_the_chance_of_a_drawn_card_is_the_one_among_all(needs, is_taken, weights, seed):
    needs = np.array(needs, dtype=float).T
    is_taken = np.array(is_taken[: needs.shape[1]])
    is_taken[-1] = False
    weights = np.array(weights[: len(needs)], dtype=float) + 1e-3
    membership, free = weights / weights.sum(), (~is_taken).nonzero()[0]
    place, chance = draw_card(needs, membership, is_taken, Random(seed))
    expected = card_chances((membership @ needs)[free])
    assert chance == pytest.approx(expected[free.tolist().index(place)])


@pytest.mark.parametrize("n_levels", [1, 4, 1_000])
def test_cards_are_drawn_as_often_as_their_chance_says(n_levels):
    random, draw = Random(1), np.random.default_rng(1)
    needs = draw.integers(0, n_levels, (2, 60)).astype(float)
    is_taken, membership = draw.random(60) < 0.4, np.array([0.7, 0.3])
    n, free = 20_000, (~is_taken).nonzero()[0]
    places = [draw_card(needs, membership, is_taken, random)[0] for _ in range(n)]
    drawn = np.bincount(places, minlength=60)
    expected = card_chances((membership @ needs)[free])
    assert not drawn[is_taken].any()
    assert np.abs(drawn[free] - n * expected).max() < 5 * np.sqrt(n * expected.max())


def test_drawing_leaves_its_arguments_alone():
    needs, is_taken = np.ones((1, 3)), np.array([True, False, False])
    draw_card(needs, np.ones(1), is_taken, Random(0))
    assert needs.tolist() == [[1, 1, 1]]
    assert is_taken.tolist() == [True, False, False]
