"""Which card is worth showing next."""

import numpy as np
import pytest

from opinion.routing import priorities
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
