"""How groups voted, and what all of them agree on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from opinion.support import (
    Counts,
    agreement,
    consensus_level,
    count_votes,
    group_aware_consensus,
    level_lower_bound,
    majority,
    share_z,
    uncertain,
    weakest_agreement,
)
from tests.opinion.conversations import any_votes, votes_from, votes_of


def counts_of(agrees: list[int], disagrees: list[int], passes: list[int]) -> Counts:
    return Counts(np.array([agrees]), np.array([disagrees]), np.array([passes]))


def test_votes_are_counted_by_group():
    votes = votes_of([[1, 0], [1, -1], [-1, None], [1, 1]])
    by_group, total = count_votes(votes, np.array([0, 0, 1, -1]), 2)
    assert by_group.agrees.tolist() == [[2, 0], [0, 0]]
    assert by_group.disagrees.tolist() == [[0, 1], [1, 0]]
    assert by_group.passes.tolist() == [[0, 1], [0, 0]]
    assert total.agrees.tolist() == [[3, 1]]
    assert total.seen.tolist() == [[4, 3]]


@given(any_votes())
def test_every_vote_is_counted_once(cast):
    votes = votes_from(cast)
    by_group, total = count_votes(votes, np.arange(votes.n_people) % 3, 3)
    assert total.seen.sum() == votes.n_votes
    assert (by_group.agrees.sum(axis=0) == total.agrees[0]).all()


def test_agreement_starts_at_one_half():
    assert agreement(np.array([[0, 8, 0]]), np.array([[0, 8, 8]])).tolist() == [[0.5, 0.9, 0.1]]


def test_one_group_against_sinks_consensus():
    agrees, seen = np.array([[8, 8], [0, 8]]), np.array([[8, 8], [8, 8]])
    divided, shared = group_aware_consensus(agrees, seen)
    assert divided == pytest.approx(0.9 * 0.1)
    assert shared == pytest.approx(0.9 * 0.9)


def test_the_level_does_not_shrink_with_the_number_of_groups():
    for k in (1, 2, 5):
        agrees = np.full((k, 1), 8)
        assert consensus_level(group_aware_consensus(agrees, agrees), k) == pytest.approx([0.9])


def test_the_weakest_group_is_the_one_that_agrees_least():
    agrees, seen = np.array([[8, 3], [0, 8]]), np.array([[8, 8], [8, 8]])
    assert weakest_agreement(agrees, seen).tolist() == [0.1, 0.4]


def test_the_lower_bound_of_one_group_is_its_beta_quantile():
    from scipy.stats import beta

    agrees, seen = np.array([[0, 3, 40]]), np.array([[0, 10, 41]])
    expected = beta.ppf(0.05, agrees[0] + 1, seen[0] - agrees[0] + 1)
    assert level_lower_bound(agrees, seen) == pytest.approx(expected)


@pytest.mark.parametrize("n_seen", [0, 4, 12, 60])
@pytest.mark.parametrize("k", [2, 3, 5])
def test_the_lower_bound_is_near_the_simulated_one(k, n_seen):
    draw = np.random.default_rng(0)
    seen = np.full((k, 6), n_seen)
    agrees = draw.integers(n_seen // 2, n_seen + 1, size=(k, 6))
    chances = draw.beta(agrees + 1, seen - agrees + 1, size=(100_000, k, 6))
    simulated = np.quantile(np.exp(np.log(chances).mean(axis=1)), 0.05, axis=0)
    assert level_lower_bound(agrees, seen) == pytest.approx(simulated, abs=0.01)


@pytest.mark.parametrize("n_seen", [10_000, 10_000_000, 100_000_000_000])
def test_the_lower_bound_closes_in_on_the_level_as_votes_come_in(n_seen):
    seen = np.full((5, 3), n_seen)
    agrees = np.broadcast_to([n_seen // 2, n_seen * 9 // 10, n_seen], (5, 3))
    level = consensus_level(group_aware_consensus(agrees, seen), 5)
    assert level_lower_bound(agrees, seen) == pytest.approx(level, abs=0.01)


@settings(deadline=None)
@given(st.integers(1, 5).flatmap(lambda k: arrays(np.int64, (2, k, 4), elements=st.integers(0, 2000))))
def test_consensus_measures_keep_their_order(drawn):
    agrees, seen = drawn.min(axis=0), drawn.max(axis=0)
    k = len(agrees)
    gac = group_aware_consensus(agrees, seen)
    level = consensus_level(gac, k)
    assert ((gac > 0) & (gac <= level + 1e-12) & (level < 1)).all()
    assert (weakest_agreement(agrees, seen) <= level + 1e-12).all()
    assert (level_lower_bound(agrees, seen) < level).all()


def test_a_share_is_tested_against_one_half():
    assert share_z(np.array([8]), np.array([8])) == pytest.approx([2 * 3 * 0.5])
    assert share_z(np.array([0]), np.array([0])) == pytest.approx([1.0])


def test_the_majority_is_clear_and_ordered():
    total = counts_of([20, 9, 1, 3], [0, 0, 18, 3], [0, 1, 1, 4])
    sides = majority(total, np.array([10, 20, 30, 40]), np.zeros(4, dtype=bool))
    assert [item["id"] for item in sides["agree"]] == [10, 20]
    assert [item["id"] for item in sides["disagree"]] == [30]
    first = sides["agree"][0]
    assert (first["n_side"], first["n_seen"], first["side"]) == (20, 20, "agree")
    assert first["score"] == pytest.approx(21 / 22 * np.sqrt(21))


def test_the_majority_is_at_most_five_and_leaves_out_what_was_moderated():
    total = counts_of([30, 29, 28, 27, 26, 25, 24], [0] * 7, [0] * 7)
    skipped = np.array([True] + [False] * 6)
    agreed = majority(total, np.arange(7), skipped)["agree"]
    assert [item["id"] for item in agreed] == [1, 2, 3, 4, 5]


def test_a_statement_nobody_saw_is_no_majority():
    sides = majority(counts_of([0], [0], [0]), np.array([1]), np.array([False]))
    assert sides == {"agree": [], "disagree": []}


def test_uncertain_statements_are_those_many_passed_on():
    total = counts_of([2, 7, 0, 0, 5], [0, 0, 0, 0, 0], [8, 3, 2, 0, 5])
    items = uncertain(total, np.arange(5), np.zeros(5, dtype=bool))
    assert [item["id"] for item in items] == [0, 2, 4]
    assert items[0]["score"] == pytest.approx(0.8**2 * 8)
