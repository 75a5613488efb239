"""What becomes of groups and levels under other choices."""

import numpy as np
import pytest

from opinion import Votes, analyze
from opinion.sensitivity import Variant, sensitivity
from tests.opinion.conversations import planted_arrays, votes_of


def variants_of(votes: Votes, lock_k: int | None = None, left_out: tuple[int, ...] = ()) -> list[Variant]:
    found = analyze(votes, lock_k=lock_k, moderated_out=left_out)
    return sensitivity(votes, found.group_of, found.k, np.isin(votes.statement_ids, left_out))


def planted(**shape: int) -> Votes:
    return Votes.from_arrays(*planted_arrays(**shape)[:3])


def test_every_choice_is_made_otherwise():
    variants = variants_of(planted(n_people=120))
    assert [(v["choice"], v["value"]) for v in variants] == [
        ("k", 2), ("k", 4), ("k", 5), ("seed", 1), ("seed", 2), ("seed", 3), ("seed", 4),
        ("imputation", "unscaled"), ("imputation", "pass"),
    ]  # fmt: skip


def test_planted_groups_hang_on_k_but_not_on_seed_or_imputation():
    variants = variants_of(planted(n_people=120, n_statements=60))
    other_k = [v for v in variants if v["choice"] == "k"]
    assert all(v["group_agreement"] > 0.9 for v in variants if v["choice"] != "k")
    assert all(v["group_agreement"] < 0.9 for v in other_k)
    assert max(v["level_change"] for v in other_k) > 0.05


def test_more_groups_than_positions_are_not_tried():
    variants = variants_of(votes_of([[1, -1]] * 4 + [[-1, 1]] * 4))
    assert [v["value"] for v in variants if v["choice"] == "k"] == []
    assert all(v["level_change"] == 0 for v in variants)


@pytest.mark.parametrize("n_statements", [40, 260])
def test_taking_silence_for_a_pass_is_a_principal_component_analysis_of_the_votes(n_statements):
    from opinion.sensitivity import _positions_with_passes

    votes = planted(n_statements=n_statements)
    dense = np.zeros((votes.n_people, n_statements))
    dense[votes.person, votes.statement] = votes.value
    left, sizes, _ = np.linalg.svd(dense - dense.mean(axis=0), full_matrices=False)
    expected = np.abs(left[:, :2] * sizes[:2])
    found = _positions_with_passes(votes, np.zeros(n_statements, dtype=bool))
    assert np.abs(found) == pytest.approx(expected, abs=1e-6)


def test_statements_left_out_are_never_in_the_top():
    votes = votes_of([[1, 1, -1]] * 5 + [[1, -1, 1]] * 5)
    assert all(v["top_kept"] == 1 for v in variants_of(votes, left_out=(0,)))


def test_statements_as_high_as_the_last_of_the_top_are_in_it():
    """Otherwise the smaller id would decide which of them may be lost."""
    from opinion.sensitivity import _is_in_top

    levels, left_out = np.array([0.5, 0.9, 0.5, 0.99, 0.2]), np.arange(5) == 3
    assert _is_in_top(levels, left_out, 2).tolist() == [True, True, True, False, False]
    assert not _is_in_top(levels, left_out, 0).any()


def test_one_group_agrees_with_nothing():
    variants = variants_of(votes_of([[1, 0], [1, 0]]))
    assert {v["group_agreement"] for v in variants} == {None}


def test_no_votes_have_no_variants():
    assert variants_of(Votes.from_arrays([], [], [])) == []
