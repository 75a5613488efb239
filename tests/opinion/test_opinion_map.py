"""The one entry: votes in, the whole map out."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opinion import GroupHistory, OpinionMap, Votes, analyze
from tests.opinion.conversations import any_votes, planted_arrays, votes_from, votes_of


def planted_votes(seed: int = 0, **shape: int) -> Votes:
    person, statement, value, _ = planted_arrays(seed, **shape)
    return Votes.from_arrays(person, statement, value)


def as_json(opinion_map: OpinionMap) -> str:
    return json.dumps(opinion_map.to_dict(), allow_nan=False)


def test_planted_groups_are_found():
    found = analyze(planted_votes(n_people=300, n_statements=60))
    assert found.k == 3
    assert [len(set(found.group_of[start::3].tolist())) for start in range(3)] == [1, 1, 1]


def test_group_sizes_and_counts_add_up():
    found = analyze(planted_votes())
    assert [group.size for group in found.groups] == np.bincount(found.group_of).tolist()
    assert (found.agrees.sum(axis=0) == found.total_agrees).all()
    assert found.n_votes_by_participant.sum() == found.n_votes


def test_the_number_of_groups_can_be_locked():
    assert analyze(planted_votes(), lock_k=4).k == 4


def test_given_groups_are_taken_as_they_are():
    found = analyze(votes_of([[1, -1], [1, 1], [-1, 1]]), groups={0: 5, 2: 3})
    assert found.group_of.tolist() == [5, -1, 3]
    assert [(group.id, group.size) for group in found.groups] == [(3, 1), (5, 1)]
    assert found.agrees.tolist() == [[0, 1], [1, 0]]
    assert found.total_agrees.tolist() == [2, 2]
    assert list(found.representative) == [3, 5]
    assert found.silhouette_by_k == {}


def test_the_rows_of_a_map_are_those_of_its_tables():
    """Groups may have any numbers; rows are what the other readings take."""
    from opinion.readings import weakest

    votes = planted_votes()
    found = analyze(votes, groups={person: 3 + 4 * (person % 2) for person in range(60)}, uncertainty=False)
    assert found.row_of.tolist() == [person % 2 for person in range(60)] + [-1] * 30
    assert weakest(votes, found.row_of, found.k) == pytest.approx(found.weakest_agreement)
    assert analyze(Votes.from_arrays([], [], [])).row_of.tolist() == []


def test_people_in_no_group_do_not_weigh_on_consensus():
    votes = votes_of([[1], [1], [-1]])
    assert analyze(votes, groups={0: 0, 1: 1}).gac == pytest.approx([(2 / 3) ** 2])


def test_groups_keep_their_numbers_from_one_map_to_the_next():
    votes = planted_votes()
    first = analyze(votes)
    swapped = GroupHistory(
        group_of={person: 2 - group for person, group in enumerate(first.group_of.tolist())}
    )
    second = analyze(votes, previous=swapped)
    assert (second.group_of == 2 - first.group_of).all()
    assert (second.agrees == first.agrees[::-1]).all()


def test_people_once_grouped_stay_grouped():
    person, statement, value, _ = planted_arrays()
    few = Votes.from_arrays([*person, 500], [*statement, 0], [*value, 1])
    assert analyze(few).group_of[-1] == -1
    assert analyze(few, previous=GroupHistory(group_of={500: 1, 77_777: 0})).group_of[-1] >= 0


def test_another_k_has_to_be_preferred_by_four_analyses_of_other_votes():
    """The conversation had two groups; now its votes speak for three."""
    history, in_force = GroupHistory(k=2), []
    for seed in range(4):
        found = analyze(planted_votes(seed), previous=history, uncertainty=False)
        history = found.history
        in_force.append(found.k)
    assert in_force == [2, 2, 2, 3]


def test_analyzing_the_same_votes_again_changes_nothing():
    votes = planted_votes()
    history = GroupHistory("earlier", k=2, preferred_k=3, times_preferred=2)
    answers = set()
    for _ in range(5):
        found = analyze(votes, previous=history, uncertainty=False)
        history = found.history
        answers.add(as_json(found))
    assert (len(answers), found.k, history.times_preferred) == (1, 2, 3)


def test_a_locked_k_does_not_touch_the_k_in_force():
    found = analyze(planted_votes(), lock_k=5, previous=GroupHistory("earlier", k=3))
    assert (found.k, found.history.k, len(set(found.history.group_of.values()))) == (5, 3, 5)


def test_given_groups_leave_no_k_in_force():
    found = analyze(votes_of([[1, -1], [1, 1], [-1, 1]]), groups={0: 5, 2: 3})
    assert (found.history.k, found.history.group_of) == (None, {0: 5, 2: 3})


def test_moderated_out_statements_shape_nothing_but_are_counted():
    votes = planted_votes()
    found = analyze(votes, moderated_out=[3], metadata={4})
    chosen = {item["id"] for items in found.representative.values() for item in items}
    chosen |= {item["id"] for items in found.majority.values() for item in items}
    assert not chosen & {3, 4}
    assert found.components[:, [3, 4]].tolist() == [[0, 0], [0, 0]]
    assert found.total_agrees[3] > 0
    assert found.priority[4] == 49
    assert found.parameters["moderated_out"] == [3]


def test_the_json_has_the_published_form():
    found = analyze(votes_of([[1, 0], [1, None], [-1, 1]]), groups={0: 0, 1: 0})
    told = found.to_dict(conversation="ai", texts={0: "AI should be kind."})
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert (told["schema"], told["conversation"], told["k"]) == (1, "ai", 1)
    assert told["groups"] == [{"id": 0, "size": 2}]
    assert told["participants"][2]["group"] is None
    assert set(told["participants"][0]) == {"id", "group", "x", "y", "n_votes"}
    first, second = told["statements"]
    assert (first["text"], second["text"]) == ("AI should be kind.", None)
    assert first["counts"] == {"agree": 2, "disagree": 1, "pass": 0}
    assert first["by_group"] == [{"group": 0, "agree": 2, "disagree": 0, "pass": 0}]
    assert {"gac", "gac_level", "gac_lower", "extremity", "priority"} <= set(first)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.randoms(use_true_random=False))
def test_order_of_votes_never_changes_the_map(seed, random):
    person, statement, value, _ = planted_arrays(seed)
    order = list(range(len(person)))
    random.shuffle(order)
    shuffled = Votes.from_arrays(person[order], statement[order], value[order])
    assert as_json(analyze(shuffled, uncertainty=3)) == as_json(
        analyze(Votes.from_arrays(person, statement, value), uncertainty=3)
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_the_same_seed_gives_the_same_map(seed):
    votes = planted_votes(seed)
    assert as_json(analyze(votes, seed=seed, uncertainty=5)) == as_json(
        analyze(votes, seed=seed, uncertainty=5)
    )


def test_the_same_map_comes_from_any_number_of_threads():
    from threadpoolctl import threadpool_limits

    votes = planted_votes(n_people=400, n_statements=250)
    answers = set()
    for n_threads in (1, 2):
        with threadpool_limits(n_threads):
            answers.add(as_json(analyze(votes, uncertainty=20)))
    assert len(answers) == 1


def test_the_votes_stay_as_they_were():
    votes = planted_votes()
    before = (votes.person.tobytes(), votes.statement.tobytes(), votes.value.tobytes())
    analyze(votes)
    assert (votes.person.tobytes(), votes.statement.tobytes(), votes.value.tobytes()) == before


@settings(max_examples=60, deadline=None)
@given(any_votes(), st.sampled_from([None, 1, 2, 3, 10]))
def test_any_votes_have_a_map(cast, lock_k):
    votes = votes_from(cast)
    found = analyze(votes, lock_k=lock_k, moderated_out=votes.statement_ids[:1], uncertainty=2)
    json.loads(as_json(found))
    assert found.k <= max(votes.n_people, 0)
    assert sum(group.size for group in found.groups) == (found.group_of >= 0).sum()
    assert all(group.size > 0 for group in found.groups)


def test_no_votes_are_an_empty_map():
    found = analyze(Votes.from_arrays([], [], [], all_statement_ids=[1, 2]))
    assert (found.k, found.groups, found.representative) == (0, [], {})
    assert found.gac_level.tolist() == [0.5, 0.5]
    assert found.gac_lower == pytest.approx([0.05, 0.05])
    assert found.majority == {"agree": [], "disagree": []}


def test_one_participant_is_one_group_in_the_middle():
    found = analyze(votes_of([[1, -1, 0]]))
    assert (found.k, found.group_of.tolist()) == (1, [0])
    assert found.positions.tolist() == [[0, 0]]
    assert found.representative == {0: []}


def test_one_statement_divides_those_who_answer_it():
    found = analyze(votes_of([[1]] * 10 + [[-1]] * 10))
    assert found.k == 2
    assert found.gac == pytest.approx([11 / 12 * 1 / 12])


def test_a_statement_nobody_saw_is_undecided():
    found = analyze(votes_of([[1, None]] * 10 + [[-1, None]] * 10))
    assert (found.center[1], found.extremity[1]) == (0, 0)
    assert found.gac_level[1] == pytest.approx(0.5)


def test_people_who_all_vote_the_same_are_one_group():
    found = analyze(votes_of([[1] * 8] * 20))
    assert found.k == 1
    assert found.gac_level == pytest.approx([21 / 22] * 8)


def test_people_who_only_pass_are_one_group_of_the_uncertain():
    found = analyze(votes_of([[0] * 8] * 20))
    assert found.k == 1
    assert len(found.uncertain) == 8
    assert found.majority == {"agree": [], "disagree": []}


def test_with_every_statement_moderated_out_nobody_is_told_apart():
    found = analyze(planted_votes(), moderated_out=range(30))
    assert found.k == 1
    assert not found.positions.any()
    assert found.representative == {0: []}


def test_two_people_cannot_be_three_groups():
    found = analyze(votes_of([[1, -1], [-1, 1]]), lock_k=3)
    assert (found.k, found.parameters["lock_k"]) == (2, 3)


@pytest.mark.parametrize(
    ("settings_given", "message"),
    [
        ({"lock_k": 0}, "lock_k must be a whole number from 1 to 100, got 0"),
        ({"lock_k": 101}, "lock_k must be .* got 101"),
        ({"lock_k": 2.5}, "lock_k must be a whole number .* got 2.5"),
        ({"lock_k": True}, "lock_k must be .* got True"),
        ({"max_k": 1}, "max_k must be a whole number from 2"),
        ({"min_votes": 0}, "min_votes must be a whole number from 1"),
        ({"seed": -1}, "seed must be .* got -1"),
        ({"groups": {0: 0}, "lock_k": 2}, "groups or lock_k, not both"),
        ({"groups": {0: 0}, "previous": GroupHistory()}, "groups or previous, not both"),
        ({"previous": GroupHistory().to_dict()}, "previous must be the history of a map, got dict"),
        ({"groups": {99: 0, 0: 1}}, "groups names ids that are not among these votes: 99"),
        ({"groups": {0: -1}}, "whole number of at least 0, got -1"),
        ({"groups": {0: "A"}}, "whole number of at least 0, got 'A'"),
        ({"moderated_out": [2, 70]}, "moderated_out names ids that are not among these votes: 70"),
        ({"metadata": ["first"]}, "metadata must be whole numbers"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(settings_given, message):
    with pytest.raises(ValueError, match=message):
        analyze(votes_of([[1, 1, 1], [-1, 1, 1]]), **settings_given)


def test_bare_arrays_are_refused():
    with pytest.raises(ValueError, match=r"Votes.from_arrays, got list"):
        analyze([[1, 2, 1]])


def test_importing_the_mathematics_loads_no_heavy_library():
    code = "import opinion, sys; print({'sklearn', 'scipy', 'django'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_small_conversations_say_how_sure_they_are():
    found = analyze(planted_votes())
    assert found.parameters["n_draws"] == found.uncertainty.stability.n_draws == 200
    assert found.to_dict()["uncertainty"]["group_agreement"]["median"] > 0.8


def test_uncertainty_can_be_left_out_and_changes_nothing_else():
    with_it, without = (analyze(planted_votes(), uncertainty=wish).to_dict() for wish in (4, False))
    assert with_it.pop("uncertainty")["n_draws"] == 4
    assert "uncertainty" not in without
    assert with_it.pop("parameters")["n_draws"] == 4
    assert without.pop("parameters")["n_draws"] == 0
    assert with_it == without


def test_given_groups_are_kept_in_every_draw():
    groups = {person: person % 2 for person in range(90)}
    assert analyze(planted_votes(), groups=groups, uncertainty=3).uncertainty.stability.groups_kept


def test_votes_are_hashed_when_the_hash_is_asked_for():
    votes = planted_votes()
    found = analyze(votes, uncertainty=False)
    assert "sha256" not in vars(votes)
    person, statement, value, _ = planted_arrays()
    assert found.votes_sha256 == Votes.from_arrays(person, statement, value).sha256 == vars(votes)["sha256"]
