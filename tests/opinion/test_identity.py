"""Groups keep their number, and their number of groups, from one analysis to the next."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion.identity import GroupHistory, KInForce, numbers_kept, settle_k


def after(preferences: list[int], start: GroupHistory) -> list[int]:
    """The k in force after each analysis, every one of other votes."""
    history, in_force = start, []
    for number, preferred in enumerate(preferences):
        settled = settle_k(preferred, history, str(number))
        history = GroupHistory(str(number), {}, settled.k, settled.preferred_k, settled.times_preferred)
        in_force.append(settled.k)
    return in_force


def test_the_first_analysis_takes_what_it_prefers():
    assert settle_k(3, None, "a") == settle_k(3, GroupHistory(), "a") == KInForce(3)


def test_another_k_is_taken_the_fourth_time_in_a_row():
    assert after([3, 3, 3, 3, 3], GroupHistory(k=2)) == [2, 2, 2, 3, 3]


def test_an_analysis_that_prefers_the_old_k_starts_the_count_again():
    assert after([3, 3, 3, 2, 3, 3, 3, 3], GroupHistory(k=2)) == [2] * 7 + [3]


def test_a_third_k_starts_a_count_of_its_own():
    assert after([3, 3, 3, 4, 4, 4, 4], GroupHistory(k=2)) == [2] * 6 + [4]


def test_the_same_votes_are_no_further_evidence():
    history = GroupHistory("a", {}, 2, 3, 3)
    assert settle_k(3, history, "a") == KInForce(2, 3, 3)


@given(st.lists(st.integers(2, 3), max_size=30))
def test_no_k_holds_less_than_four_analyses_once_it_replaced_another(preferences):
    in_force = after(preferences, GroupHistory(k=2))
    changes = [i for i in range(1, len(in_force)) if in_force[i] != in_force[i - 1]]
    assert all(later - earlier >= 4 for earlier, later in pairwise(changes))


def test_a_history_survives_json():
    history = GroupHistory("ab", {7: 1, 12: 0}, 2, 3, 1)
    assert GroupHistory.from_dict(json.loads(json.dumps(history.to_dict()))) == history


@pytest.mark.parametrize("group_of", [{"7": 0}, {7: -1}, {7: "A"}, {7: True}])
def test_a_history_that_makes_no_sense_is_refused(group_of):
    with pytest.raises(ValueError, match="whole group numbers of at least 0, got"):
        GroupHistory(group_of=group_of)


def test_people_are_known_by_their_id_and_not_by_their_place():
    history = GroupHistory(group_of={30: 1, 10: 0, 99: 2})
    assert history.rows(np.array([10, 20, 30])).tolist() == [0, -1, 1]


def test_group_numbers_follow_their_people():
    now, before = np.array([0, 0, 0, 1, 1, 2]), np.array([2, 2, 1, 0, -1, 1])
    assert numbers_kept(now, before, 3).tolist() == [2, 2, 2, 0, 0, 1]


def test_a_number_beyond_the_groups_is_given_up():
    assert numbers_kept(np.array([0, 0, 1]), np.array([4, 1, 0]), 2).tolist() == [1, 1, 0]


def test_new_groups_keep_the_numbers_they_are_given():
    assert numbers_kept(np.array([1, 0, 1]), np.array([-1, -1, -1]), 2).tolist() == [1, 0, 1]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 3)), min_size=1, max_size=40))
def test_renumbering_splits_and_joins_no_group(pairs):
    labels, before = np.array(pairs).T
    kept = numbers_kept(labels, before, 4)
    assert len(set(zip(labels.tolist(), kept.tolist(), strict=True))) == len(set(labels.tolist()))
    assert len(set(kept.tolist())) == len(set(labels.tolist()))
