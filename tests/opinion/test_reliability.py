"""Where people would probably stand had they answered everything."""

import numpy as np
import pytest

from opinion import Votes
from opinion.projection import project
from opinion.reliability import expected_positions
from tests.opinion.conversations import planted_arrays, votes_of


def placed(votes: Votes, left_out: list[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Positions on the map, and those expected, of everybody."""
    is_left_out = np.isin(votes.statement_ids, left_out or [])
    projection = project(votes, is_left_out)
    everybody = np.ones(votes.n_people, dtype=bool)
    return projection.positions, expected_positions(votes, projection, is_left_out, everybody)


def test_agrees_with_the_formula_written_out():
    person, statement, value, _ = planted_arrays()
    votes = Votes.from_arrays(person, statement, value)
    projection = project(votes, np.zeros(30, dtype=bool))
    moves = (votes.value - projection.center[votes.statement]) * projection.components[0][votes.statement]
    of_person = [moves[votes.person == i] for i in range(votes.n_people)]
    n = np.array([len(part) for part in of_person])
    mean = np.array([part.mean() for part in of_person])
    within = sum(((part - part.mean()) ** 2).sum() for part in of_person) / (n - 1).sum()
    between = ((n * mean**2).sum() - within * len(n)) / n.sum()
    assert placed(votes)[1][:, 0] == pytest.approx(30 * mean * n / (n + within / between))


def test_who_answered_little_is_held_closer_to_the_middle():
    """Both agreed with all they saw, one of them with a single statement; others waver."""
    wavering = [[1 if (i + j) % 4 else -1 for j in range(12)] for i in range(20)]
    votes = votes_of([[1] * 12, [1, *[None] * 11], *wavering, *[[-x for x in row] for row in wavering]])
    _, expected = placed(votes)
    assert abs(expected[1, 0]) < 0.5 * abs(expected[0, 0])


def test_an_axis_of_one_statement_is_not_believed():
    """Ten statements speak together for the first axis; one alone makes the second."""
    draw = np.random.default_rng(0)
    side = np.where(np.arange(60) % 2, 1, -1)
    votes = votes_of(np.column_stack([*[side] * 10, draw.permutation(side)]).tolist())
    on_map, expected = placed(votes)
    shrunk = expected.std(axis=0) / on_map.std(axis=0)
    assert shrunk[1] < 0.5 * shrunk[0]


def test_statements_left_out_change_nothing():
    person, statement, value, _ = planted_arrays()
    votes = Votes.from_arrays(person, statement, value)
    kept = statement < 25
    fewer = Votes.from_arrays(person[kept], statement[kept], value[kept])
    assert placed(votes, list(range(25, 30)))[1] == pytest.approx(placed(fewer)[1], abs=1e-9)


def test_nobody_is_placed_where_nobody_differs():
    assert not placed(votes_of([[1] * 8] * 20))[1].any()


def test_one_vote_each_says_nothing_of_a_person():
    on_map, expected = placed(votes_of([[1], [-1], [1]]))
    assert np.isfinite(expected).all()
    assert on_map.shape == expected.shape
