"""Analyzing a conversation stores what the mathematics finds, once."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.db import connection

from analysis.documents import canonical_sha256
from analysis.models import Analysis, CurrentAnalysis, StatementResult
from analysis.services import (
    CannotAnalyze,
    NoCountedStatements,
    NoPublishedGroups,
    NoVotes,
    analysis_to_dict,
    find_analysis,
    run_analysis,
)
from opinion import Votes, analyze
from opinion.projection import place_person
from tests.factories import (
    make_conversation,
    make_divided_conversation,
    make_participant,
    make_statement,
    make_vote,
)
from voting.models import GroupCounts, Statement
from voting.votes import load_votes

pytestmark = pytest.mark.django_db


def test_stored_rows_say_what_the_mathematics_said():
    conversation = make_divided_conversation()
    analysis = run_analysis(conversation=conversation)
    counted = load_votes(conversation)
    votes = Votes.from_arrays(
        counted.persons, counted.statements, counted.choices, all_statement_ids=counted.statement_numbers
    )
    texts = dict(conversation.statements.values_list("number", "text"))
    expected = analyze(votes).to_dict(conversation=conversation.slug, texts=texts)
    assert analysis_to_dict(Analysis.objects.get(pk=analysis.pk)) == expected


def test_anyone_can_recompute_the_hash():
    analysis = run_analysis(conversation=make_divided_conversation())
    stored = Analysis.objects.get(pk=analysis.pk)
    assert canonical_sha256(analysis_to_dict(stored)) == stored.result_sha256


def test_two_planted_groups_are_found():
    analysis = run_analysis(conversation=make_divided_conversation(n_people=20))
    assert [group.size for group in analysis.groups.all()] == [10, 10]


def test_asking_again_gives_the_same_analysis():
    conversation = make_divided_conversation()
    first = run_analysis(conversation=conversation)
    assert run_analysis(conversation=conversation) == first
    assert conversation.analyses.count() == 1


def test_the_analysis_asked_for_last_is_the_current_one():
    conversation = make_divided_conversation()
    two, three = (run_analysis(conversation=conversation, lock_k=k) for k in (2, 3))
    assert find_analysis(conversation) == three
    assert run_analysis(conversation=conversation, lock_k=2) == two
    assert find_analysis(conversation) == two
    assert find_analysis(conversation, number=three.number) == three


def test_a_new_vote_makes_a_new_analysis_and_leaves_the_old_one_alone():
    conversation = make_divided_conversation()
    first = run_analysis(conversation=conversation)
    make_vote(make_participant(conversation), conversation.statements.first())
    second = run_analysis(conversation=conversation)
    assert (first.number, second.number) == (1, 2)
    assert canonical_sha256(analysis_to_dict(first)) == first.result_sha256


def test_another_code_version_makes_a_new_analysis(monkeypatch):
    conversation = make_divided_conversation()
    run_analysis(conversation=conversation)
    monkeypatch.setattr("analysis.services.CODE_VERSION", "9.9")
    assert run_analysis(conversation=conversation).number == 2


def test_a_rejected_statement_is_left_out():
    conversation = make_divided_conversation()
    rejected = conversation.statements.last()
    Statement.objects.filter(pk=rejected.pk).update(status=Statement.Status.REJECTED)
    analysis = run_analysis(conversation=conversation)
    assert not analysis.results.filter(statement=rejected).exists()
    assert analysis.n_votes == conversation.votes.exclude(statement=rejected).count()


@pytest.mark.parametrize(("is_strict", "n_statements"), [(True, 8), (False, 9)])
def test_a_pending_statement_counts_only_without_strict_moderation(is_strict, n_statements):
    conversation = make_divided_conversation(is_strictly_moderated=is_strict)
    make_statement(conversation, status=Statement.Status.PENDING)
    assert run_analysis(conversation=conversation).n_statements == n_statements


def test_a_metadata_statement_forms_no_groups_and_is_asked_early():
    conversation = make_divided_conversation()
    about_me = make_statement(conversation, "I live in the city.", is_metadata=True)
    analysis = run_analysis(conversation=conversation)
    assert analysis.parameters["metadata"] == [about_me.number]
    about_me.refresh_from_db()
    assert about_me.priority == 49


def test_every_statement_learns_its_priority():
    conversation = make_divided_conversation()
    analysis = run_analysis(conversation=conversation)
    for result in analysis.results.select_related("statement"):
        assert result.statement.priority == result.priority


def test_a_statement_nobody_saw_has_a_result_without_votes():
    conversation = make_divided_conversation()
    unseen = make_statement(conversation, "Nobody has read this yet.")
    result = run_analysis(conversation=conversation).results.get(statement=unseen)
    assert (result.n_agree, result.n_disagree, result.n_pass) == (0, 0, 0)
    assert np.isclose(result.gac_level, 0.5)


def test_one_participant_is_enough():
    conversation = make_conversation()
    make_vote(make_participant(conversation), make_statement(conversation))
    analysis = run_analysis(conversation=conversation)
    assert analysis.n_participants == 1
    assert canonical_sha256(analysis_to_dict(analysis)) == analysis.result_sha256


def test_the_wording_voted_on_is_kept():
    conversation = make_divided_conversation()
    analysis = run_analysis(conversation=conversation)
    conversation.statements.update(text="Reworded since.")
    assert canonical_sha256(analysis_to_dict(analysis)) == analysis.result_sha256


def test_no_votes_is_said_clearly():
    conversation = make_conversation()
    make_statement(conversation)
    with pytest.raises(NoVotes, match="no votes yet"):
        run_analysis(conversation=conversation)


def test_no_counted_statement_is_said_clearly():
    conversation = make_conversation()
    make_statement(conversation, status=Statement.Status.REJECTED)
    with pytest.raises(NoCountedStatements, match="no statement to analyze"):
        run_analysis(conversation=conversation)


def test_votes_on_rejected_statements_alone_are_no_votes():
    conversation = make_conversation()
    make_statement(conversation)
    make_vote(make_participant(conversation), make_statement(conversation, status=Statement.Status.REJECTED))
    with pytest.raises(NoVotes):
        run_analysis(conversation=conversation)


def test_an_impossible_number_of_groups_is_said_clearly():
    with pytest.raises(CannotAnalyze, match="lock_k"):
        run_analysis(conversation=make_divided_conversation(), lock_k=0)


def test_published_groups_are_taken_as_they_are():
    conversation = make_divided_conversation(n_people=12)
    conversation.participants.filter(number__lt=3).update(published_group=0)
    conversation.participants.filter(number__gte=3).update(published_group=1)
    make_participant(conversation, published_group=1)  # who never voted
    analysis = run_analysis(conversation=conversation, use_published_groups=True)
    assert [group.size for group in analysis.groups.all()] == [3, 9]


def test_published_groups_that_are_not_there_are_said_clearly():
    with pytest.raises(NoPublishedGroups, match="not imported"):
        run_analysis(conversation=make_divided_conversation(), use_published_groups=True)


def test_deleting_an_analysis_falls_back_to_the_newest_left():
    conversation = make_divided_conversation()
    first = run_analysis(conversation=conversation)
    run_analysis(conversation=conversation, lock_k=3).delete()
    assert not CurrentAnalysis.objects.filter(conversation=conversation).exists()
    assert find_analysis(conversation) == first


@pytest.mark.django_db
def test_routing_learns_how_the_groups_of_the_latest_analysis_voted():
    conversation = make_divided_conversation(n_people=16, n_statements=8)
    run_analysis(conversation=conversation, lock_k=2)
    known = GroupCounts.objects.get(conversation=conversation)
    assert known.sizes == [8, 8]
    assert known.counts["0"] == [[8, 0, 0], [8, 0, 0]]
    assert sorted(known.counts["7"]) == [[0, 8, 0], [8, 0, 0]]


@pytest.mark.django_db(transaction=True)
def test_simultaneous_analyses_get_different_numbers():
    conversation = make_divided_conversation()

    def run(k: int) -> int:
        try:
            return run_analysis(conversation=conversation, lock_k=k).number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(run, (2, 3, 4, 5)))
    assert sorted(numbers) == [1, 2, 3, 4]


def test_a_stored_analysis_places_people_again_where_they_stood():
    conversation = make_divided_conversation()
    analysis = run_analysis(conversation=conversation, lock_k=2)
    for position in analysis.positions.select_related("participant"):
        votes = dict(position.participant.votes.values_list("statement_id", "choice"))
        rows = [(votes[row.statement_id], row) for row in analysis.results.all() if row.statement_id in votes]
        placed = place_person(
            np.array([choice for choice, _ in rows], float),
            np.array([row.center for _, row in rows]),
            np.array([(row.loading_x, row.loading_y) for _, row in rows]).T,
            n_statements=analysis.n_statements,
        )
        np.testing.assert_allclose(placed, (position.x, position.y), atol=1e-9)


def test_an_analysis_without_loadings_is_made_again():
    conversation = make_divided_conversation()
    old = run_analysis(conversation=conversation, lock_k=2)
    rows = list(old.results.all())
    old.results.all().delete()
    for row in rows:
        row.center = row.loading_x = row.loading_y = None
    StatementResult.objects.bulk_create(rows)
    new = run_analysis(conversation=conversation, lock_k=2)
    assert (new.number, new.result_sha256) == (old.number + 1, old.result_sha256)
    assert run_analysis(conversation=conversation, lock_k=2) == new
