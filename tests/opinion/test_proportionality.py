"""Whether a slate gives every large enough group what it can claim."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from opinion.approval import complete_votes
from opinion.proportionality import Proportionality, check_proportionality
from tests.opinion.conversations import votes_of

ANSWERS = json.loads((Path(__file__).parent / "abcvoting_answers.json").read_text())


def checked(approves: np.ndarray, slate: list[int]) -> Proportionality:
    """Everybody has voted on everything, so that no model is asked."""
    votes = votes_of(np.where(approves, 1, -1).tolist())
    approvals = complete_votes(votes, np.zeros(votes.n_statements, dtype=bool))
    return check_proportionality(approvals, np.array(slate), np.arange(votes.n_people))


def matrix_of(approvals: list[list[int]], n_candidates: int) -> np.ndarray:
    return np.array([[c in approved for c in range(n_candidates)] for approved in approvals])


def joint_claim(approves: np.ndarray, slate: list[int]) -> float:
    """PJR+ as defined, over every set of people: the largest group with an unmet claim."""
    n_people, n = len(approves), len(slate)
    outside = [c for c in range(approves.shape[1]) if c not in slate]
    best = 0.0
    for size in range(1, n_people + 1):
        for group in combinations(range(n_people), size):
            shared = approves[list(group)][:, outside].all(axis=0).any()
            together = approves[list(group)][:, slate].any(axis=0).sum()
            if shared and together < n:
                best = max(best, size * n / n_people / (together + 1))
    return best if best >= 1 else 0.0


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_verdicts_are_those_of_abcvoting(answer):
    approves = matrix_of(answer["approvals"], answer["n_candidates"])
    given = answer["checked"]
    satisfied = checked(approves, given["slate"]).satisfied
    assert satisfied["jr"] == given["jr"]
    assert satisfied["ejr_plus"] == given["ejr_plus"]


@pytest.mark.parametrize("seed", range(40))
def test_the_joint_claim_is_the_largest_over_all_sets_of_people(seed):
    draw = np.random.default_rng(seed)
    approves = draw.random((9, 6)) < draw.choice([0.25, 0.4, 0.6])
    slate = sorted(draw.choice(6, 3, replace=False).tolist())
    assert checked(approves, slate).pjr_plus == pytest.approx(joint_claim(approves, slate))


@pytest.mark.parametrize("seed", range(20))
def test_each_standard_is_stricter_than_the_one_before(seed):
    draw = np.random.default_rng(seed)
    approves = draw.random((40, 9)) < 0.3
    found = checked(approves, draw.choice(9, 4, replace=False).tolist())
    assert found.jr <= found.pjr_plus <= found.ejr_plus


def test_a_group_left_with_nothing_has_a_claim():
    approves = np.array([[1, 1, 0]] * 6 + [[0, 0, 1]] * 6, dtype=bool)
    found = checked(approves, [0, 1])
    assert found == Proportionality(jr=1.0, pjr_plus=1.0, ejr_plus=1.0)
    assert not any(found.satisfied.values())


def test_a_group_can_be_given_less_than_its_share():
    # Eight of twelve want 0, 1 and 2; a slate of three owes them two.
    approves = np.array([[1, 1, 1, 0, 0]] * 8 + [[0, 0, 0, 1, 1]] * 4, dtype=bool)
    found = checked(approves, [0, 3, 4])
    assert found.jr == 0
    assert found.pjr_plus == found.ejr_plus == pytest.approx(1.0)


def test_together_a_group_may_have_what_no_one_of_it_has():
    # Six share candidate 4, each content with one of 0–3 only: enough for PJR+, not for EJR+.
    shared = np.zeros((6, 5), dtype=bool)
    shared[:, 4] = True
    shared[np.arange(6), [0, 1, 2, 3, 0, 1]] = True
    found = checked(shared, [0, 1, 2, 3])
    assert found.pjr_plus == 0
    assert found.ejr_plus == pytest.approx(2.0)


def test_a_slate_of_everything_leaves_no_claim():
    assert all(checked(np.ones((3, 2), dtype=bool), [0, 1]).satisfied.values())
    assert all(checked(np.ones((3, 2), dtype=bool), []).satisfied.values())
