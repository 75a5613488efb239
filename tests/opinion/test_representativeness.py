"""Which statements show what sets a group apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from opinion.representativeness import (
    benjamini_hochberg,
    difference_z,
    representativeness,
    select_representative,
)
from opinion.support import Counts


def counts_of(
    agrees: list[list[int]], disagrees: list[list[int]], passes: list[list[int]] | None = None
) -> Counts:
    empty = np.zeros_like(agrees)
    return Counts(np.array(agrees), np.array(disagrees), empty if passes is None else np.array(passes))


def selected(counts: Counts, skipped: tuple[int, ...] = ()) -> list[list[tuple[int, str]]]:
    n_statements = counts.agrees.shape[1]
    mask = np.isin(np.arange(n_statements), skipped)
    chosen = select_representative(counts, np.arange(n_statements), mask)
    return [[(item["id"], item["side"]) for item in items] for items in chosen]


def test_measures_worked_by_hand():
    measures = representativeness(counts_of([[9], [3]], [[1], [7]]), np.array([True]))
    assert measures.share[0, 0, 0] == pytest.approx(10 / 12)
    assert measures.share_z[0, 0, 0] == pytest.approx(2 * np.sqrt(11) * (10 / 11 - 0.5))
    assert measures.ratio[0, 0, 0] == pytest.approx((10 / 12) / (4 / 12))
    pooled = 14 / 22
    by_hand = (10 / 11 - 4 / 11) / np.sqrt(pooled * (1 - pooled) * (2 / 11))
    assert measures.ratio_z[0, 0, 0] == pytest.approx(by_hand)


def test_where_everyone_chose_the_same_no_group_differs():
    everyone = (np.array([5]), np.array([5]), np.array([4]), np.array([4]))
    assert difference_z(*everyone).tolist() == [0]


def test_each_group_is_shown_by_what_sets_it_apart():
    counts = counts_of([[20, 0, 20], [0, 20, 20]], [[0, 20, 0], [20, 0, 0]])
    assert selected(counts) == [[(0, "agree"), (1, "disagree")], [(1, "agree"), (0, "disagree")]]


def test_agreement_is_listed_before_disagreement():
    counts = counts_of([[9, 1, 30], [1, 9, 1]], [[1, 39, 1], [9, 1, 30]])
    sides = [side for _, side in selected(counts)[0]]
    assert sides == sorted(sides)


def test_at_most_five_are_chosen():
    agrees = [[20] * 9, [0] * 9]
    assert [len(items) for items in selected(counts_of(agrees, agrees[::-1]))] == [5, 5]


def test_moderated_out_statements_are_never_chosen():
    counts = counts_of([[20, 0, 20], [0, 20, 20]], [[0, 20, 0], [20, 0, 0]])
    assert selected(counts, skipped=(0,)) == [[(2, "agree"), (1, "disagree")], [(1, "agree")]]
    assert selected(counts, skipped=(0, 1, 2)) == [[], []]


def test_where_nothing_sets_a_group_apart_its_strongest_agreement_is_shown():
    counts = counts_of([[9, 10], [9, 10]], [[1, 0], [1, 0]])
    assert selected(counts) == [[(1, "agree")], [(1, "agree")]]


def test_where_a_group_agrees_on_nothing_the_nearest_to_a_difference_is_shown():
    counts = counts_of([[0, 0], [1, 1]], [[1, 1], [0, 1]], [[1, 3], [1, 0]])
    assert selected(counts)[0] == [(0, "disagree")]


def test_a_group_without_opinions_is_still_shown_something():
    silent = counts_of([[0, 0], [5, 1]], [[0, 0], [0, 5]])
    assert len(selected(silent)[0]) == 1


def test_a_single_group_has_nobody_to_differ_from():
    assert selected(counts_of([[9]], [[1]])) == [[]]
    assert selected(Counts(*np.zeros((3, 0, 4), dtype=int))) == []


def test_the_leading_statement_is_marked():
    counts = counts_of([[20, 0, 20], [0, 20, 20]], [[0, 20, 0], [20, 0, 0]])
    items = select_representative(counts, np.array([4, 5, 6]), np.zeros(3, dtype=bool))[0]
    assert [(item["id"], item["is_best_agree"]) for item in items] == [(4, True), (5, False)]


def test_significance_adjusted_for_the_number_of_tests_is_that_of_scipy():
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(0).random((2, 3, 5)) ** 3
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p, axis=None).reshape(p.shape))


@given(arrays(np.float64, st.integers(0, 30), elements=st.floats(0, 1)))
def test_adjusted_significance_is_never_stronger(p):
    adjusted = benjamini_hochberg(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()


def test_statements_left_out_do_not_weigh_on_the_others():
    counts = counts_of([[9, 5], [3, 5]], [[1, 5], [7, 5]])
    alone = representativeness(counts, np.array([True, False])).adjusted_p
    assert alone[0, 0, 0] < representativeness(counts, np.array([True, True])).adjusted_p[0, 0, 0]
    assert (alone[:, :, 1] == 1).all()
