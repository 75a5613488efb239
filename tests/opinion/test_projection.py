"""The map: people who vote alike stand near each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opinion import Votes
from opinion.projection import centered_matrix, mean_votes, place_person, project
from tests.opinion.conversations import any_votes, planted_arrays, votes_from, votes_of

AGREE, DISAGREE = 1, -1


def nothing_left_out(votes: Votes) -> np.ndarray:
    return np.zeros(votes.n_statements, dtype=bool)


def dense_answer(votes: Votes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean-imputed, centered votes, their singular values and right singular vectors, the plain way."""
    table = np.full((votes.n_people, votes.n_statements), np.nan)
    table[votes.person, votes.statement] = votes.value
    centered = np.nan_to_num(table - np.nanmean(table, axis=0))
    _, sizes, directions = np.linalg.svd(centered)
    return centered, sizes, directions


def test_an_unseen_statement_counts_as_its_mean():
    votes = votes_of([[1, 1], [-1, None], [None, 1]])
    center = mean_votes(votes, nothing_left_out(votes))
    assert center.tolist() == [0, 1]
    assert centered_matrix(votes, center, nothing_left_out(votes)).toarray().tolist() == [
        [1, 0],
        [-1, 0],
        [0, 0],
    ]


def test_one_statement_worked_by_hand():
    projection = project(votes_of([[1], [-1], [1]]), np.array([False]))
    assert projection.center == pytest.approx([1 / 3])
    assert projection.components.tolist() == [[1], [0]]
    assert projection.positions[:, 0] == pytest.approx([2 / 3, -4 / 3, 2 / 3])
    assert projection.statement_positions[0] == pytest.approx([2 / 3, 0])
    assert projection.explained_variance == pytest.approx([4 / 3, 0])


def test_few_votes_are_scaled_by_how_few_they_are():
    votes = votes_of([[1, 1, 1, 1], [-1, -1, -1, -1], [1, None, None, None]])
    projection = project(votes, nothing_left_out(votes))
    loading = projection.components[0, 0]
    expected = np.sqrt(4 / 1) * (1 - projection.center[0]) * loading
    assert projection.positions[2, 0] == pytest.approx(expected)


def test_a_left_out_statement_shapes_nothing_but_counts_as_answered():
    votes = votes_of([[1, 1], [-1, -1], [1, -1]])
    projection = project(votes, np.array([False, True]))
    assert projection.center[1] == 0
    assert projection.components[:, 1].tolist() == [0, 0]
    assert projection.extremity[1] == 0
    assert projection.positions[0, 0] == pytest.approx(np.sqrt(2 / 2) * 2 / 3)


@pytest.mark.parametrize("n_statements", [30, 230], ids=["full decomposition", "Lanczos"])
def test_components_are_those_of_a_full_decomposition(n_statements):
    person, statement, value, _ = planted_arrays(n_statements=n_statements)
    votes = Votes.from_arrays(person, statement, value)
    projection = project(votes, nothing_left_out(votes))
    centered, sizes, directions = dense_answer(votes)
    assert np.abs((projection.components * directions[:2]).sum(axis=1)) == pytest.approx([1, 1], abs=1e-9)
    assert projection.explained_variance == pytest.approx(sizes[:2] ** 2 / (votes.n_people - 1))
    assert projection.explained_variance_ratio == pytest.approx(sizes[:2] ** 2 / (centered**2).sum())


def test_the_largest_loading_points_to_the_positive_side():
    person, statement, value, _ = planted_arrays()
    votes = Votes.from_arrays(person, statement, value)
    for component in project(votes, nothing_left_out(votes)).components:
        assert component[np.abs(component).argmax()] > 0


@settings(deadline=None)
@given(any_votes())
def test_any_votes_have_a_finite_map(cast):
    votes = votes_from(cast)
    projection = project(votes, nothing_left_out(votes))
    assert np.isfinite(projection.positions).all()
    lengths = np.linalg.norm(projection.components, axis=1)
    assert all(length == pytest.approx(1) or length == 0 for length in lengths)


@pytest.mark.parametrize("n_statements", [8, 230])
def test_people_who_all_agree_stand_in_one_place(n_statements):
    votes = votes_of([[AGREE] * n_statements] * 5)
    projection = project(votes, nothing_left_out(votes))
    assert not projection.components.any()
    assert not projection.positions.any()


@pytest.mark.parametrize("n_statements", [8, 230])
def test_two_camps_need_only_one_direction(n_statements):
    votes = votes_of([[AGREE] * n_statements] * 4 + [[DISAGREE] * n_statements] * 3)
    projection = project(votes, nothing_left_out(votes))
    assert projection.explained_variance_ratio == pytest.approx([1, 0])
    assert not projection.components[1].any()
    assert len(set(projection.positions[:, 0].round(9))) == 2


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_disagreement_is_agreement_mirrored(seed):
    person, statement, value, _ = planted_arrays(seed)
    votes, mirrored = (
        Votes.from_arrays(person, statement, value),
        Votes.from_arrays(person, statement, -value),
    )
    there, here = project(mirrored, nothing_left_out(votes)), project(votes, nothing_left_out(votes))
    assert np.abs(there.positions) == pytest.approx(np.abs(here.positions), abs=1e-9)


@given(cast=any_votes())
def test_a_person_is_placed_by_their_votes_where_the_map_has_them(cast):
    votes = votes_from(cast)
    left_out = np.arange(votes.n_statements) % 3 == 2
    found = project(votes, left_out)
    for person in range(votes.n_people):
        own = votes.person == person
        kept = own & ~left_out[votes.statement]
        statements = votes.statement[kept]
        placed = place_person(
            votes.value[kept].astype(float),
            found.center[statements],
            found.components[:, statements],
            n_statements=votes.n_statements,
            n_left_out=int(left_out.sum()),
        )
        np.testing.assert_allclose(placed, found.positions[person], atol=1e-9)


def test_placing_a_person_needs_the_statements_of_their_votes():
    with pytest.raises(ValueError, match="got 2, 3 and 3"):
        place_person(np.zeros(2), np.zeros(3), np.zeros((2, 3)), n_statements=3)
