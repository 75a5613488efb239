"""What a bootstrap over people says about groups, levels and ranks."""

import numpy as np
import pytest

from opinion import Votes, analyze
from opinion.projection import project
from opinion.stability import Stability, adjusted_rand_index, bootstrap, level_interval
from tests.opinion.conversations import planted_arrays, read_ccai, votes_of


def everything(votes: Votes) -> np.ndarray:
    return np.zeros(votes.n_statements, dtype=bool)


def planted_bootstrap(n_draws: int = 40, seed: int = 0, **shape: int) -> tuple[Votes, Stability]:
    person, statement, value, group = planted_arrays(**shape)
    votes = Votes.from_arrays(person, statement, value)
    return votes, bootstrap(votes, group, 3, everything(votes), n_draws=n_draws, seed=seed)


def noisy_votes() -> Votes:
    draw = np.random.default_rng(0)
    person, statement = np.nonzero(draw.random((90, 20)) < 0.5)
    return Votes.from_arrays(person, statement, draw.integers(-1, 2, len(person)))


def test_planted_groups_are_found_again_in_every_draw():
    _, stability = planted_bootstrap()
    assert np.median(stability.group_agreement) > 0.9
    assert stability.method_agreement > 0.9
    assert (stability.persistence > 0.9).all()


def test_groups_of_noise_are_not_found_again():
    votes = noisy_votes()
    found = analyze(votes, lock_k=3)
    stability = bootstrap(votes, found.group_of, found.k, everything(votes), n_draws=40)
    assert np.median(stability.group_agreement) < 0.5
    assert (stability.persistence < 0.75).all()


def test_groups_of_ccai_are_stable(shared):
    conversation = read_ccai(shared)
    votes = conversation.votes
    rows = np.array([conversation.groups[person] for person in votes.participant_ids.tolist()])
    stability = bootstrap(votes, rows, 2, everything(votes), n_draws=25)
    assert np.median(stability.group_agreement) > 0.85


def copies_of(votes: Votes, times: np.ndarray) -> Votes:
    """Everybody as many times as drawn, each time a person of their own; copies stand together."""
    vote = np.repeat(np.arange(votes.n_votes), times[votes.person])
    first = np.cumsum(times) - times
    copy = np.concatenate([np.arange(n) for n in times[votes.person]])
    person = first[votes.person[vote]] + copy
    return Votes.from_arrays(
        person, votes.statement_ids[votes.statement[vote]], votes.value[vote],
        all_statement_ids=votes.statement_ids,
    )  # fmt: skip


def test_a_draw_makes_the_map_of_the_people_drawn():
    """Means, axes and positions are those of a conversation in which each came as often as drawn."""
    from opinion.stability import _base, _positions

    person, statement, value, group = planted_arrays()
    votes = Votes.from_arrays(person, statement, value)
    times, left_out = np.random.default_rng(5).poisson(1, 90), votes.statement_ids == 4
    drawn = _positions(_base(votes, group, 3, left_out, False), times)
    anew = project(copies_of(votes, times), left_out).positions
    assert np.repeat(drawn, times, axis=0) == pytest.approx(anew, abs=1e-6)
    unlike = project(votes, left_out).positions
    assert np.abs(drawn - unlike).max() > 0.1


def test_a_draw_counts_the_votes_of_the_people_drawn():
    from opinion.stability import _base, _levels

    person, statement, value, group = planted_arrays()
    votes = Votes.from_arrays(person, statement, value)
    times = np.random.default_rng(5).poisson(1, 90)
    levels, fewest = _levels(_base(votes, group, 3, everything(votes), True), times, group)
    groups = dict(enumerate(np.repeat(group, times).tolist()))
    anew = analyze(copies_of(votes, times), groups=groups, uncertainty=False)
    assert levels == pytest.approx(anew.gac_level)
    assert fewest.tolist() == (anew.agrees + anew.disagrees + anew.passes).min(axis=0).tolist()


def test_given_groups_are_kept_for_levels_but_tested_all_the_same():
    person, statement, value, _ = planted_arrays()
    votes = Votes.from_arrays(person, statement, value)
    shuffled = np.random.default_rng(0).integers(0, 3, votes.n_people)
    stability = bootstrap(votes, shuffled, 3, everything(votes), n_draws=20, groups_kept=True)
    found = bootstrap(votes, shuffled, 3, everything(votes), n_draws=20)
    assert np.median(stability.group_agreement) < 0.1
    assert stability.levels.mean() != pytest.approx(found.levels.mean(), abs=0.01)


def test_ranks_start_at_one_and_equal_levels_share_a_rank():
    stability = stability_with([[0.9, 0.5, 0.9, 0.2]])
    assert stability.ranks().tolist() == [[1, 3, 1, 4]]


def test_statements_left_out_have_no_rank():
    stability = stability_with([[0.9, 0.5, 0.9, 0.2]], is_ranked=[False, True, True, True])
    assert stability.ranks().tolist() == [[0, 2, 1, 3]]
    assert stability.chance_in_top(2).tolist() == [0, 1, 1, 0]
    assert stability.chance_of_passing(0.5).tolist() == [0, 1, 1, 0]


def test_chances_are_shares_of_draws():
    stability = stability_with([[0.9, 0.5], [0.4, 0.5], [0.8, 0.5], [0.6, 0.7]])
    assert stability.chance_in_top(1).tolist() == [0.5, 0.5]
    assert stability.chance_of_passing(0.6).tolist() == [0.75, 0.25]
    assert stability.chance_of_passing(0.6, min_votes_per_group=6).tolist() == [0, 0]


def test_the_interval_of_a_rank_leaves_out_one_draw_in_twenty_on_either_side():
    """Statement 0 is first but for some draws of forty, where it is last and the others move up."""
    two, four = (
        stability_with([[0.9, 0.5, 0.2]] * (40 - n) + [[0.1, 0.5, 0.2]] * n).rank_interval() for n in (2, 4)
    )
    assert (two.low.tolist(), two.high.tolist()) == ([1, 2, 3], [1, 2, 3])
    assert (four.low.tolist(), four.high.tolist()) == ([1, 1, 2], [3, 2, 3])


def test_a_top_of_all_statements_is_certain():
    votes, stability = planted_bootstrap()
    assert (stability.chance_in_top(votes.n_statements) == 1).all()


def test_intervals_hold_the_level_of_the_map():
    person, statement, value, group = planted_arrays(n_people=240)
    votes = Votes.from_arrays(person, statement, value)
    found = analyze(votes, groups=dict(enumerate(group.tolist())))
    interval = bootstrap(votes, group, 3, everything(votes), n_draws=80).level_interval()
    assert ((interval.low <= found.gac_level) & (found.gac_level <= interval.high)).mean() > 0.9


def test_more_people_make_narrower_intervals():
    narrow, wide = (
        (lambda interval: (interval.high - interval.low).mean())(stability.level_interval())
        for _, stability in (planted_bootstrap(n_people=600), planted_bootstrap(n_people=60))
    )
    assert narrow < wide / 2


def test_the_same_seed_gives_the_same_draws_and_another_seed_others():
    (_, first), (_, again), (_, other) = (planted_bootstrap(seed=seed) for seed in (3, 3, 4))
    assert (first.levels == again.levels).all()
    assert (first.levels != other.levels).any()


def test_a_draw_does_not_depend_on_how_many_there_are():
    (_, few), (_, many) = (planted_bootstrap(n_draws=n) for n in (5, 12))
    assert (many.levels[:5] == few.levels).all()


def test_results_do_not_depend_on_the_number_of_threads():
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        _, one = planted_bootstrap()
    with threadpool_limits(2):
        _, two = planted_bootstrap()
    assert one.levels == pytest.approx(two.levels, abs=1e-9)
    assert one.group_agreement == pytest.approx(two.group_agreement)


def test_the_numbering_of_people_and_statements_changes_nothing():
    person, statement, value, group = planted_arrays()
    draw = np.random.default_rng(1)
    people, statements = draw.permutation(90) + 100, draw.permutation(30)
    renumbered = Votes.from_arrays(people[person], statements[statement], value)
    order = np.argsort(people)
    first = planted_bootstrap()[1]
    second = bootstrap(renumbered, group[order], 3, everything(renumbered), n_draws=40)
    assert second.levels[:, statements] == pytest.approx(first.levels, abs=1e-6)
    assert second.group_agreement == pytest.approx(first.group_agreement)


def test_inputs_are_unchanged():
    person, statement, value, group = planted_arrays()
    votes, before = Votes.from_arrays(person, statement, value), group.copy()
    left_out = everything(votes)
    bootstrap(votes, group, 3, left_out, n_draws=3)
    assert (group == before).all()
    assert not left_out.any()


@pytest.mark.parametrize("rows", [[[1]], [[1, -1]], [[1], [1]], [[None, 1], [0, None]], [[0, 0, 0]]])
def test_the_smallest_conversations_have_an_answer(rows):
    votes = votes_of(rows)
    found = analyze(votes)
    stability = bootstrap(votes, found.group_of, found.k, everything(votes), n_draws=10)
    assert stability.levels.shape == (10, votes.n_statements)
    assert ((stability.levels > 0) & (stability.levels < 1)).all()


def test_no_votes_leave_every_level_at_one_half():
    votes = Votes.from_arrays([], [], [], all_statement_ids=[1, 2])
    stability = bootstrap(votes, np.empty(0, dtype=int), 0, everything(votes), n_draws=4)
    assert (stability.levels == 0.5).all()
    assert np.isnan(stability.group_agreement).all()


def test_a_statement_nobody_saw_is_at_one_half_in_every_draw():
    votes = votes_of([[1, None], [1, None], [-1, None]])
    stability = bootstrap(votes, np.zeros(3, dtype=int), 1, everything(votes), n_draws=4)
    assert (stability.levels[:, 1] == 0.5).all()
    assert (stability.fewest_votes[:, 1] == 0).all()


def test_a_group_of_which_nobody_is_drawn_does_not_count():
    votes = votes_of([[1]] * 8 + [[-1]])
    rows = np.array([0] * 8 + [1])
    stability = bootstrap(votes, rows, 2, everything(votes), n_draws=30, groups_kept=True)
    assert stability.levels.max() == pytest.approx(10 / 11)


def test_more_people_than_are_clustered_at_once_get_the_nearest_center(monkeypatch):
    monkeypatch.setattr("opinion.stability.MOST_CLUSTERED", 60)
    _, stability = planted_bootstrap(n_people=300)
    assert np.median(stability.group_agreement) > 0.9


def test_the_rand_index_is_that_of_scikit_learn():
    from sklearn.metrics import adjusted_rand_score

    draw = np.random.default_rng(0)
    for _ in range(20):
        first, second = draw.integers(0, 4, 50), draw.integers(0, 3, 50)
        table = np.bincount(first * 3 + second, minlength=12).reshape(4, 3)
        assert adjusted_rand_index(table) == pytest.approx(adjusted_rand_score(first, second))


def test_the_rand_index_needs_two_groups_on_both_sides():
    assert np.isnan(adjusted_rand_index(np.array([[4, 3], [0, 0]])))
    assert adjusted_rand_index(np.array([[4, 0], [0, 3]])) == 1


@pytest.mark.parametrize(("k", "n_seen"), [(1, 20), (2, 5), (2, 60), (3, 30), (5, 12)])
def test_the_interval_of_the_level_holds_the_true_one_nine_times_in_ten(k, n_seen):
    draw = np.random.default_rng(0)
    chances = draw.random((k, 20_000))
    seen = np.full(chances.shape, n_seen)
    low, high = level_interval(draw.binomial(seen, chances), seen)
    true_level = np.exp(np.log(chances).mean(axis=0))
    assert ((low <= true_level) & (true_level <= high)).mean() == pytest.approx(0.9, abs=0.012)


def test_the_interval_of_the_level_is_near_the_simulated_one():
    draw = np.random.default_rng(1)
    seen = draw.integers(0, 80, (3, 30))
    agrees = draw.binomial(seen, draw.random((3, 30)))
    chances = draw.beta(agrees + 1, seen - agrees + 1, size=(50_000, 3, 30))
    simulated = np.quantile(np.exp(np.log(chances).mean(axis=1)), [0.05, 0.95], axis=0)
    assert np.array(level_interval(agrees, seen)) == pytest.approx(simulated, abs=0.012)


def stability_with(levels: list[list[float]], is_ranked: list[bool] | None = None) -> Stability:
    shape = np.shape(levels)
    return Stability(
        n_draws=shape[0],
        groups_kept=False,
        group_agreement=np.ones(shape[0]),
        method_agreement=1.0,
        persistence=np.ones(1),
        levels=np.array(levels, np.float32),
        fewest_votes=np.full(shape, 5, np.int32),
        is_ranked=np.array(is_ranked or [True] * shape[1]),
    )
