"""What people agree with beyond their opinions."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from opinion import Votes, analyze
from opinion.bridging import VoteModel, fit_votes
from tests.opinion.conversations import any_votes, planted_arrays, read_ccai, votes_from, votes_of

RIDGES = {"intercept_ridge": 3.0, "factor_ridge": 1.0}


def two_camps() -> Votes:
    """Camps of 30 and 10. Statement 0 is liked by all, 1 by the large camp, 2 by the small one."""
    rows = [[1, 1, -1, v] for v in (1, -1, 1)] * 10 + [[1, -1, 1, v] for v in (1, -1)] * 5
    return votes_of(rows)


def loss_of(votes: Votes, model: VoteModel, weights: np.ndarray | None = None) -> float:
    """The loss as its definition says, with every vote looked up."""
    weight = np.ones(votes.n_people) if weights is None else weights / weights.mean()
    everybody, everything = np.arange(votes.n_people), np.arange(votes.n_statements)
    error = votes.value - model.predicted(everybody, everything)[votes.person, votes.statement]
    of_people = 3 * model.person_intercepts**2 + (model.person_factors**2).sum(axis=1)
    of_statements = 3 * model.statement_intercepts**2 + (model.statement_factors**2).sum(axis=1)
    return float(weight[votes.person] @ error**2 + weight @ of_people + of_statements.sum())


def test_what_both_camps_like_stands_above_what_the_larger_camp_likes():
    scores = fit_votes(two_camps(), **RIDGES).scores
    assert scores.argmax() == 0
    assert scores[0] > scores[1] + 0.3


def test_the_factor_tells_the_camps_apart():
    model = fit_votes(two_camps(), **RIDGES)
    sides = np.sign(model.person_factors[:, 0])
    assert set(sides[:30]) != set(sides[30:])
    assert len(set(sides[:30])) == len(set(sides[30:])) == 1


@pytest.mark.parametrize("n_factors", [1, 2])
def test_the_loss_is_the_sum_it_claims_to_be(n_factors):
    votes = Votes.from_arrays(*planted_arrays()[:3])
    model = fit_votes(votes, n_factors=n_factors, **RIDGES)
    assert model.converged
    assert model.loss == pytest.approx(loss_of(votes, model), rel=1e-6)


def test_no_small_step_lowers_the_loss():
    votes = Votes.from_arrays(*planted_arrays()[:3])
    model = fit_votes(votes, **RIDGES)
    draw = np.random.default_rng(0)
    for _ in range(20):
        moved = VoteModel(
            mean=model.mean + 1e-3 * draw.normal(),
            person_intercepts=model.person_intercepts + 1e-3 * draw.normal(size=90),
            statement_intercepts=model.statement_intercepts + 1e-3 * draw.normal(size=30),
            person_factors=model.person_factors + 1e-3 * draw.normal(size=(90, 1)),
            statement_factors=model.statement_factors + 1e-3 * draw.normal(size=(30, 1)),
            loss=0.0, n_sweeps=0, converged=True,
        )  # fmt: skip
        assert loss_of(votes, moved) > model.loss


def test_other_starts_end_no_lower(monkeypatch):
    from opinion import bridging

    votes = Votes.from_arrays(*planted_arrays()[:3])
    model = fit_votes(votes, **RIDGES)
    for seed in range(5):
        factors = np.random.default_rng(seed).normal(size=(30, 1))
        start = bridging._Side(np.zeros(30), factors)
        monkeypatch.setattr(bridging, "_start", lambda votes, n_factors, start=start: start)
        assert fit_votes(votes, **RIDGES).loss > model.loss * (1 - 1e-6)


def test_more_rounds_never_raise_the_loss():
    votes = Votes.from_arrays(*planted_arrays()[:3])
    losses = [fit_votes(votes, **RIDGES, max_sweeps=n).loss for n in range(1, 12)]
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(losses))


def test_rounds_end_where_they_are_told_to():
    model = fit_votes(Votes.from_arrays(*planted_arrays()[:3]), max_sweeps=2)
    assert (model.n_sweeps, model.converged) == (2, False)


def test_votes_of_people_twice_as_heavy_count_twice():
    person, statement, value, _ = planted_arrays(n_people=30, n_statements=12)
    votes = Votes.from_arrays(person, statement, value)
    weights = np.where(np.arange(30) < 10, 2.0, 1.0)
    twice = person < 10
    doubled = Votes.from_arrays(
        np.concatenate([person, person[twice] + 100]),
        np.concatenate([statement, statement[twice]]),
        np.concatenate([value, value[twice]]),
    )
    weighted = fit_votes(votes, person_weights=weights, **RIDGES)
    assert weighted.loss == pytest.approx(loss_of(votes, weighted, weights), rel=1e-6)
    plain = fit_votes(doubled, **RIDGES)
    assert np.corrcoef(weighted.scores, plain.scores)[0, 1] > 0.999


def test_the_scale_of_weights_does_not_matter():
    votes = two_camps()
    weights = np.linspace(1, 3, votes.n_people)
    first, second = (fit_votes(votes, person_weights=w).scores for w in (weights, 1000 * weights))
    assert first == pytest.approx(second)


def test_the_numbering_of_people_and_statements_changes_nothing():
    person, statement, value, _ = planted_arrays()
    draw = np.random.default_rng(1)
    people, statements = draw.permutation(90), draw.permutation(30)
    first = fit_votes(Votes.from_arrays(person, statement, value))
    second = fit_votes(Votes.from_arrays(people[person], statements[statement], value))
    assert second.scores[statements] == pytest.approx(first.scores, abs=1e-6)
    assert second.person_factors[people] == pytest.approx(first.person_factors, abs=1e-3)


def test_two_factors_stand_at_right_angles_the_larger_first():
    factors = fit_votes(Votes.from_arrays(*planted_arrays()[:3]), n_factors=2).statement_factors
    lengths = (factors**2).sum(axis=0)
    assert factors[:, 0] @ factors[:, 1] == pytest.approx(0, abs=1e-9)
    assert lengths[0] >= lengths[1]


def test_ccai_converges_and_mostly_agrees_with_group_aware_consensus(shared):
    from scipy.stats import spearmanr

    votes = read_ccai(shared).votes
    model = fit_votes(votes)
    assert model.converged
    assert spearmanr(model.scores, analyze(votes, lock_k=2).gac_level).statistic > 0.85


@settings(deadline=None, max_examples=30)
@given(any_votes())
def test_any_votes_have_finite_scores(cast):
    model = fit_votes(votes_from(cast), n_factors=2, max_sweeps=20)
    assert np.isfinite(model.scores).all()
    assert np.isfinite(model.loss)


def test_a_statement_nobody_saw_scores_the_mean():
    votes = votes_of([[1, None], [1, None]])
    model = fit_votes(votes)
    assert model.statement_intercepts[1] == 0
    assert model.scores[1] == pytest.approx(model.mean)


def test_no_votes_have_no_opinion():
    model = fit_votes(Votes.from_arrays([], [], [], all_statement_ids=[3, 4]))
    assert model.scores.tolist() == [0, 0]
    assert model.converged


def test_wrong_settings_are_named():
    with pytest.raises(ValueError, match="n_factors must be 1 or 2"):
        fit_votes(two_camps(), n_factors=3)
    with pytest.raises(ValueError, match="ridges must be above 0"):
        fit_votes(two_camps(), factor_ridge=0)
