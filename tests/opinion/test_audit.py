"""Labels that belong to the votes, and labels that do not."""

import numpy as np
import pytest

from opinion import Votes
from opinion.audit import audit_groups
from tests.opinion.conversations import planted_arrays, read_ccai, read_rows, votes_of


def planted() -> tuple[Votes, np.ndarray]:
    person, statement, value, group = planted_arrays(n_people=150)
    return Votes.from_arrays(person, statement, value), group


def rows_of(votes: Votes, groups: dict[int, int]) -> np.ndarray:
    return np.array([groups.get(person, -1) for person in votes.participant_ids.tolist()])


def test_labels_of_the_people_who_voted_fit():
    votes, group = planted()
    audit = audit_groups(votes, group)
    assert audit.fits
    assert audit.p_value == pytest.approx(0.001)
    assert audit.explained > 3 * audit.most_by_chance
    assert "belong to these votes" in audit.message


def test_labels_in_another_order_do_not_fit():
    votes, group = planted()
    audit = audit_groups(votes, np.random.default_rng(1).permutation(group))
    assert not audit.fits
    assert audit.p_value > 0.01
    assert "no better than chance" in audit.message
    assert "same order" in audit.message


def test_labels_of_the_ccai_release_are_found_astray(shared):
    votes = read_ccai(shared).votes
    published = read_rows(shared / "data" / "ccai" / "clean_votes.csv")
    groups = {int(row["participant"]): int(row["group-id"]) for row in published if row["group-id"]}
    audit = audit_groups(votes, rows_of(votes, groups))
    assert audit.n_people == 1002
    assert not audit.fits
    assert audit.p_value > 0.2


def test_labels_of_polis_fit(shared):
    conversation = read_ccai(shared)
    audit = audit_groups(conversation.votes, rows_of(conversation.votes, conversation.groups))
    assert audit.fits
    assert audit.explained > 8 * audit.most_by_chance


def test_the_share_explained_is_the_one_worked_by_hand():
    # Statement 0 is split between the groups; on statement 1 a group voted both ways, the other not at all.
    votes = votes_of([[1, 1], [1, -1], [-1, None], [-1, None]])
    audit = audit_groups(votes, np.array([0, 0, 1, 1]))
    assert audit.explained == pytest.approx(4 / 6)


def test_chance_alone_rarely_passes():
    person, statement, value, _ = planted_arrays(n_people=60, n_statements=12)
    votes = Votes.from_arrays(person, statement, value)
    passed = [
        audit_groups(votes, np.random.default_rng(seed).integers(0, 2, 60), n_splits=199).fits
        for seed in range(60)
    ]
    assert sum(passed) <= 4


def test_the_numbering_of_people_and_statements_changes_nothing():
    person, statement, value, group = planted_arrays(n_people=40, n_statements=9)
    draw = np.random.default_rng(3)
    people, statements = draw.permutation(40) + 7, draw.permutation(9)
    renumbered = Votes.from_arrays(people[person], statements[statement], value)
    labels = dict(zip(people.tolist(), group.tolist(), strict=True))
    first = audit_groups(Votes.from_arrays(person, statement, value), group)
    second = audit_groups(renumbered, rows_of(renumbered, labels))
    assert second.p_value == first.p_value
    assert second.explained == pytest.approx(first.explained)


def test_the_same_seed_gives_the_same_answer_and_leaves_the_input_alone():
    votes, group = planted()
    before = group.copy()
    assert audit_groups(votes, group, seed=5) == audit_groups(votes, group, seed=5)
    assert (group == before).all()


def test_many_votes_are_tested_on_some_of_the_people():
    votes, group = planted()
    audit = audit_groups(votes, group, most_votes=votes.n_votes // 2)
    assert 70 <= audit.n_people <= 80
    assert audit.fits


@pytest.mark.parametrize("rows", [[0, 0, 0, 0], [-1, -1, -1, -1], [0, -1, -1, -1]])
def test_fewer_than_two_groups_cannot_be_tested(rows):
    audit = audit_groups(votes_of([[1], [1], [-1], [0]]), np.array(rows))
    assert not audit.fits
    assert "nothing to test" in audit.message


def test_votes_that_do_not_differ_support_no_groups():
    audit = audit_groups(votes_of([[1], [1], [1], [1]]), np.array([0, 0, 1, 1]))
    assert not audit.fits
    assert audit.p_value == 1


def test_no_votes_cannot_be_tested():
    assert not audit_groups(Votes.from_arrays([], [], []), np.empty(0, dtype=int)).fits


def test_wrong_settings_are_named():
    with pytest.raises(ValueError, match="one group for each of 1 people"):
        audit_groups(votes_of([[1]]), np.array([0, 1]))
    with pytest.raises(ValueError, match="at least 99"):
        audit_groups(votes_of([[1]]), np.array([0]), n_splits=10)
