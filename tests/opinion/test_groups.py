"""Who is grouped, into how many groups, and under which number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opinion.groups import find_groupings, find_groups, is_grouped, mean_silhouette


def three_heaps(seed: int = 0, n_each: int = 40) -> np.ndarray:
    draw = np.random.default_rng(seed)
    middles = np.array([[0, 0], [10, 0], [0, 10]])
    return np.concatenate([middle + draw.normal(size=(n_each, 2)) for middle in middles])


def test_seven_votes_are_enough():
    enough = is_grouped(np.array([7] * 15 + [6, 8]), n_statements=50)
    assert enough.tolist() == [True] * 15 + [False, True]


def test_all_statements_are_enough_where_there_are_fewer_than_seven():
    assert is_grouped(np.array([3] * 20 + [2]), n_statements=3).tolist() == [True] * 20 + [False]


def test_the_most_active_fifteen_are_grouped_where_too_few_voted_enough():
    n_votes = np.array([9, 8] + list(range(6, 0, -1)) + [0] + [5] * 8 + [1, 1])
    enough = is_grouped(n_votes, n_statements=50)
    assert enough.sum() == 15
    assert n_votes[enough].min() == 2


def test_people_as_active_as_each_other_are_grouped_together():
    assert is_grouped(np.array([3] * 40), n_statements=50).all()


def test_a_handful_of_people_are_all_grouped():
    assert is_grouped(np.array([1, 2, 1]), n_statements=50).all()


def test_three_heaps_are_three_groups():
    found = find_groups(three_heaps())
    assert found.k == 3
    assert [len(set(found.labels[start : start + 40].tolist())) for start in (0, 40, 80)] == [1, 1, 1]
    assert found.silhouette_by_k[3] == max(found.silhouette_by_k.values())


def test_a_locked_k_is_kept():
    assert find_groups(three_heaps(), lock_k=2).k == 2
    assert set(find_groups(three_heaps(), lock_k=7).labels.tolist()) == set(range(7))


def test_one_locked_group_is_everyone():
    assert find_groups(three_heaps(), lock_k=1).labels.tolist() == [0] * 120


def test_there_are_never_more_groups_than_places():
    positions = np.array([[0.0, 0.0]] * 5 + [[1.0, 0.0]] * 2)
    found = find_groups(positions, lock_k=4)
    assert found.k == 2
    assert found.labels.tolist() == [0] * 5 + [1] * 2


def test_a_person_far_out_is_no_group():
    positions = np.concatenate([three_heaps()[:40], three_heaps()[40:80], [[400.0, 400.0]]])
    found = find_groups(positions)
    assert (found.k, np.bincount(found.labels).min()) == (2, 40)


def test_a_locked_k_makes_a_person_far_out_no_group_either():
    positions = np.concatenate([three_heaps(), [[400.0, 400.0]]])
    assert np.bincount(find_groups(positions, lock_k=3).labels).tolist() == [41, 40, 40]


def test_a_few_people_far_out_are_no_group():
    positions = np.concatenate([three_heaps(), [[400.0, 400.0], [410.0, 400.0], [-900.0, 0.0]]])
    assert find_groups(positions).k == 3


def test_where_no_two_groups_are_large_enough_there_is_one():
    positions = np.array([[0.0, 0.0]] * 50 + [[1.0, 0.0]])
    found = find_groups(positions)
    assert (found.k, found.silhouette_by_k) == (1, {})


def test_the_number_of_groups_is_judged_where_people_would_stand():
    """The two upper heaps differ on the map, but not in what these people would probably answer."""
    positions = three_heaps()
    expected = np.where(np.arange(120)[:, None] < 80, positions * [0.01, 1], positions)
    assert (find_groups(positions).k, find_groups(positions, expected).k) == (3, 2)


def test_a_wanted_number_of_groups_is_found_beside_the_preferred_one():
    found = find_groupings(three_heaps(), also=[8])
    assert (found.preferred_k, set(found.labels_by_k)) == (3, {1, 2, 3, 4, 5, 8})
    assert found.of(8).k == 8


def test_nobody_makes_no_groups():
    assert find_groups(np.empty((0, 2))).k == 0


def test_people_in_one_place_are_one_group():
    found = find_groups(np.zeros((30, 2)))
    assert (found.k, found.labels.tolist()) == (1, [0] * 30)


def test_the_largest_group_comes_first():
    positions = np.concatenate([three_heaps()[:40], three_heaps()[40:50], three_heaps()[80:105]])
    assert np.bincount(find_groups(positions, lock_k=3).labels).tolist() == [40, 25, 10]


def test_large_crowds_are_grouped_on_a_grid():
    positions = three_heaps(n_each=7_000)
    found = find_groups(positions)
    assert found.k == 3
    assert np.bincount(found.labels).min() > 6_900


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_order_of_people_never_matters(seed, random):
    positions = three_heaps(seed)
    order = list(range(len(positions)))
    random.shuffle(order)
    assert find_groups(positions[order]).labels.tolist() == find_groups(positions).labels[order].tolist()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_the_width_of_the_map_never_matters(seed):
    positions = three_heaps(seed)
    assert (find_groups(positions * 1000).labels == find_groups(positions).labels).all()


def test_silhouette_worked_by_hand():
    places = np.array([0.0, 1.0, 4.0])
    distances = np.abs(places[:, None] - places)
    by_hand = ((4 - 1) / 4 + (3 - 1) / 3 + 0) / 3
    assert mean_silhouette(distances, np.array([[0, 0, 1]]), 2) == pytest.approx([by_hand])


def test_silhouette_is_that_of_scikit_learn():
    from sklearn.metrics import silhouette_score

    points = three_heaps(n_each=20)
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    labels = np.random.default_rng(0).integers(0, 4, size=(2, 60))
    expected = [silhouette_score(points, row) for row in labels]
    assert mean_silhouette(distances, labels, 4) == pytest.approx(expected)


def test_order_never_matters_where_only_some_people_are_compared():
    positions = three_heaps(n_each=700)
    expected = positions + np.random.default_rng(1).normal(size=positions.shape)
    order = np.random.default_rng(2).permutation(len(positions))
    known, shuffled = find_groups(positions, expected), find_groups(positions[order], expected[order])
    assert shuffled.labels.tolist() == known.labels[order].tolist()
    assert shuffled.silhouette_by_k == known.silhouette_by_k
