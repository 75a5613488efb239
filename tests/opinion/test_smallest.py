"""Conversations with nothing to tell: everything asked of them has an answer, however many statements."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opinion import LiveOpinion, Votes, analyze
from opinion.audit import audit_groups
from opinion.readings import READINGS
from opinion.slates import METHODS, choose_slate
from opinion.stability import bootstrap
from tests.opinion.conversations import any_votes, votes_from, votes_of

MANY = 250  # statements: more than are decomposed at once


def mixed(n_people: int, n_statements: int) -> list[list[int | None]]:
    return np.random.default_rng(0).integers(-1, 2, (n_people, n_statements)).tolist()


def conversation(kind: str, n: int) -> Votes:
    """A conversation of n statements."""
    if kind == "no votes":
        return Votes.from_arrays([], [], [], all_statement_ids=range(n))
    rows = {
        "one person": mixed(1, n),
        "two people": mixed(2, n),
        "two opposites": [[1] * n, [-1] * n],
        "everyone agrees": [[1] * n] * 20,
        "all passes": [[0] * n] * 20,
        "the same votes many times": mixed(3, n) * 6,
        "a statement nobody saw": [[None, *row] for row in mixed(20, n - 1)] if n > 1 else mixed(20, 1),
        "one vote each": [[1 if place == person % n else None for place in range(n)] for person in range(20)],
    }[kind]
    return votes_of(rows)


KINDS = (
    "no votes", "one person", "two people", "two opposites", "everyone agrees", "all passes",
    "the same votes many times", "a statement nobody saw", "one vote each",
)  # fmt: skip

every_kind = pytest.mark.parametrize("kind", KINDS)
every_size = pytest.mark.parametrize("n", [1, 2, MANY])


@every_kind
@every_size
@pytest.mark.parametrize("wishes", [{}, {"lock_k": 100}, {"max_k": 100}], ids=["free", "locked", "many"])
def test_there_is_a_map_and_it_says_how_sure_it_is(kind, n, wishes):
    votes = conversation(kind, n)
    found = analyze(votes, **wishes, uncertainty=3)
    json.dumps(found.to_dict(), allow_nan=False)
    assert found.k <= votes.n_people
    assert sorted(set(found.group_of.tolist()) - {-1}) == list(range(found.k))


@pytest.mark.parametrize("n", [3, MANY])
@pytest.mark.parametrize("which", ["moderated_out", "metadata"])
def test_with_every_statement_left_out_there_is_a_map_all_the_same(n, which):
    found = analyze(votes_of(mixed(40, n)), **{which: range(n)}, uncertainty=3)
    assert (found.k, found.positions.any()) == (1, False)
    assert {row["rank_low"] for row in found.to_dict()["uncertainty"]["statements"]} == {None}


@every_kind
@every_size
def test_every_reading_has_a_number_for_every_statement(kind, n):
    votes = conversation(kind, n)
    found = analyze(votes, uncertainty=False)
    for name, reading in READINGS.items():
        assert np.isfinite(reading(votes, found.group_of, found.k)).sum() == n, name


@every_kind
@every_size
@pytest.mark.parametrize("method", METHODS)
def test_a_slate_is_as_long_as_it_can_be(kind, n, method):
    votes = conversation(kind, n)
    slate = choose_slate(votes, 4, method=method, group_of=analyze(votes, uncertainty=False).group_of)
    assert len(set(slate.statement_ids)) == min(n, 4)
    assert 0 <= slate.share_agreed <= 1


@every_kind
@every_size
def test_groups_can_be_audited(kind, n):
    votes = conversation(kind, n)
    audit = audit_groups(votes, analyze(votes, uncertainty=False).group_of, n_splits=99)
    assert 0 <= audit.explained <= 1
    assert audit.message


@every_kind
@every_size
def test_the_live_map_is_the_same(kind, n):
    votes = conversation(kind, n)
    live, found = LiveOpinion(votes).refresh(), analyze(votes, groups={}, uncertainty=False)
    assert live.projection.explained_variance == pytest.approx(found.explained_variance, abs=1e-9)
    assert live.gac == pytest.approx(found.gac)
    assert np.isfinite(live.projection.positions).all()


@settings(max_examples=60, deadline=None)
@given(any_votes(), st.integers(1, 4), st.integers(0, 1000), st.sampled_from(sorted(METHODS)))
def test_any_votes_and_any_groups_can_be_asked_everything(cast, k, seed, method):
    votes, draw = votes_from(cast), np.random.default_rng(seed)
    rows, left_out = draw.integers(-1, k, votes.n_people), draw.random(votes.n_statements) < 0.2
    weights = draw.integers(0, 3, votes.n_people).astype(float)
    for name, reading in READINGS.items():
        assert np.isfinite(reading(votes, rows, k, weights)).all(), name
    stability = bootstrap(votes, rows, k, left_out, n_draws=3, seed=seed)
    assert ((stability.levels > 0) & (stability.levels < 1)).all()
    slate = choose_slate(votes, 3, method=method, left_out=left_out, group_of=rows)
    assert len(slate.statement_ids) == min(3, (~left_out).sum())
    assert 0 <= audit_groups(votes, rows, n_splits=99).p_value <= 1
