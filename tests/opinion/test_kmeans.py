"""K-means on weighted points."""

import numpy as np
import pytest

from opinion.kmeans import base_clusters, kmeans_by_k, settled, weighted_centers, weighted_kmeans


def test_a_heavier_point_draws_the_center():
    points, weights = np.array([[0.0, 0], [1, 0], [10, 0]]), np.array([9, 1, 1])
    _, spread = weighted_kmeans(points, weights, 2, 5, np.random.default_rng(0))
    assert spread.min() == pytest.approx(9 * 0.1**2 + 0.9**2)


def test_groups_settle_from_given_centers():
    points, weights = np.array([[0.0, 0], [1, 0], [10, 0], [11, 0]]), np.ones(4, dtype=int)
    labels, spread = settled(points, weights, np.array([[[0.0, 0], [1, 0]]]))
    assert labels.tolist() == [[0, 0, 1, 1]]
    assert spread == pytest.approx([1.0])


def test_a_center_without_points_stays():
    points, weights = np.array([[0.0, 0], [1, 0]]), np.ones(2, dtype=int)
    labels, _ = settled(points, weights, np.array([[[0.5, 0], [99, 99]]]))
    assert labels.tolist() == [[0, 0]]


def test_centers_are_weighted_means():
    centers, weights = weighted_centers(
        np.array([[0.0, 4], [3, 4], [5, 5]]), np.array([2, 1, 1]), np.array([0, 0, 1])
    )
    assert centers.tolist() == [[1, 4], [5, 5]]
    assert weights.tolist() == [3, 1]


def test_few_points_are_their_own_base_clusters():
    points = np.random.default_rng(0).normal(size=(100, 2))
    assert base_clusters(points, np.ones(100), np.random.default_rng(0)).tolist() == list(range(100))


def test_many_points_are_at_most_a_hundred_base_clusters():
    points = np.random.default_rng(0).normal(size=(400, 2))
    labels = base_clusters(points, np.ones(400), np.random.default_rng(0))
    assert 90 < len(set(labels.tolist())) <= 100


def test_several_numbers_of_groups_sought_at_once_are_found_as_each_alone():
    points, weights = np.random.default_rng(0).normal(size=(80, 2)), np.arange(1, 81)
    together = kmeans_by_k(points, weights, 6, {k: np.random.default_rng(k) for k in (2, 4, 20)})
    for k, (labels, spread) in together.items():
        labels_alone, spread_alone = weighted_kmeans(points, weights, k, 6, np.random.default_rng(k))
        assert (labels == labels_alone).all()
        assert spread == pytest.approx(spread_alone)
