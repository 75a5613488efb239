"""Deciding on statements: what each decision does, what it refuses, and the log of all of them."""

import pytest

from tests.factories import make_conversation, make_facilitator, make_participant, make_statement, make_vote
from voting.casting import VotingClosed, cast_vote
from voting.models import Decision, GroupCounts, Statement
from voting.moderation import (
    ModerationRefused,
    correct_wording,
    merge_statements,
    moderate_statements,
    set_language,
    split_statement,
    unmerge_statement,
)
from voting.own_data import delete_participant
from voting.services import StatementRefused
from voting.votes import load_votes

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation():
    return make_conversation()


@pytest.fixture
def moderator():
    return make_facilitator("mo")


def merged_pair(conversation, **fields) -> tuple[Statement, Statement]:
    """A statement merged into another."""
    target = make_statement(conversation, "The AI should be honest.", number=0)
    twin = make_statement(conversation, "AI must be honest.", number=1, **fields)
    merge_statements(conversation=conversation, numbers=[1], into=0)
    twin.refresh_from_db()
    return target, twin


def test_rejecting_keeps_the_reason_and_accepting_clears_it(conversation):
    statement = make_statement(conversation, number=0, status="pending")
    moderate_statements(conversation=conversation, numbers=[0], decision="rejected", reason="Off  topic")
    statement.refresh_from_db()
    assert (statement.status, statement.rejection_reason) == ("rejected", "Off topic")
    moderate_statements(conversation=conversation, numbers=[0], decision="accepted")
    statement.refresh_from_db()
    assert (statement.status, statement.rejection_reason) == ("accepted", "")


def test_every_decision_is_logged_once_with_who_made_it(conversation, moderator):
    make_statement(conversation, number=0, status="pending")
    for _ in range(2):
        moderate_statements(conversation=conversation, numbers=[0], decision="accepted", moderator=moderator)
    decision = Decision.objects.get()
    assert (decision.action, decision.status_before, decision.moderator) == ("accept", "pending", moderator)


def test_a_merged_statement_keeps_its_votes_and_takes_no_more(conversation):
    voter = make_participant(conversation)
    target, twin = merged_pair(conversation)
    make_vote(make_participant(conversation), twin)
    assert (twin.status, twin.merged_into, twin.votes.count()) == ("merged", target, 1)
    with pytest.raises(VotingClosed):
        cast_vote(participant=voter, statement=twin, choice=1)


def test_a_merged_statement_is_counted_nowhere(conversation):
    target, _ = merged_pair(conversation)
    assert list(Statement.objects.counted_in(conversation)) == [target]


@pytest.mark.parametrize("status", ["pending", "rejected"])
def test_nothing_is_merged_into_what_takes_no_votes(conversation, status):
    make_statement(conversation, number=0, status=status)
    twin = make_statement(conversation, number=1)
    with pytest.raises(ModerationRefused, match="takes no votes"):
        merge_statements(conversation=conversation, numbers=[1], into=0)
    twin.refresh_from_db()
    assert twin.status == "accepted"
    assert not Decision.objects.exists()


def test_nothing_is_merged_into_itself_or_into_what_is_not_there(conversation):
    make_statement(conversation, number=0)
    for into in (0, 7):
        with pytest.raises(ModerationRefused):
            merge_statements(conversation=conversation, numbers=[0], into=into)


def test_a_statement_of_another_conversation_is_no_target(conversation):
    make_statement(make_conversation(), number=5)
    make_statement(conversation, number=0)
    with pytest.raises(ModerationRefused, match="no statement 5"):
        merge_statements(conversation=conversation, numbers=[0], into=5)


def test_accepting_does_not_take_a_merging_back(conversation):
    _, twin = merged_pair(conversation)
    assert moderate_statements(conversation=conversation, numbers=[1], decision="accepted") == 0
    twin.refresh_from_db()
    assert twin.status == "merged"


def test_what_was_merged_twice_leads_to_the_last(conversation):
    _, twin = merged_pair(conversation)
    last = make_statement(conversation, "Honesty first.", number=2)
    merge_statements(conversation=conversation, numbers=[0], into=2)
    twin.refresh_from_db()
    assert twin.replacement == last


def test_unmerging_gives_back_what_was_before(conversation):
    _, twin = merged_pair(conversation, status="pending")
    twin = unmerge_statement(statement=twin)
    assert (twin.status, twin.merged_into) == ("pending", None)


def test_a_merging_that_an_analysis_counted_with_stays(conversation):
    _, twin = merged_pair(conversation)
    GroupCounts.objects.create(conversation=conversation, sizes=[1], counts={})
    with pytest.raises(ModerationRefused, match="analysis"):
        unmerge_statement(statement=twin)


def test_a_slip_is_mended_before_the_first_vote(conversation, moderator):
    statement = make_statement(conversation, "The AI shuold be kind.")
    correct_wording(statement=statement, text="The AI should  be kind.", moderator=moderator)
    statement.refresh_from_db()
    assert statement.text == "The AI should be kind."
    assert Decision.objects.get().value_before == "The AI shuold be kind."


def test_words_that_were_voted_on_stay(conversation):
    statement = make_statement(conversation)
    make_vote(make_participant(conversation), statement)
    with pytest.raises(ModerationRefused, match="has votes"):
        correct_wording(statement=statement, text="Something else.")


def test_a_correction_keeps_to_the_limit_and_repeats_nobody(conversation):
    make_statement(conversation, "Taken.", number=3)
    statement = make_statement(conversation, "Free.", number=4)
    with pytest.raises(StatementRefused):
        correct_wording(statement=statement, text="x" * 281)
    with pytest.raises(ModerationRefused, match="Statement 3"):
        correct_wording(statement=statement, text="taken.")


def test_two_ideas_become_two_statements_of_the_same_author(conversation):
    author = make_participant(conversation)
    whole = make_statement(conversation, "Kind and honest.", status="pending", author=author, language="en")
    parts = split_statement(statement=whole, texts=["The AI should be kind.", "", "It should be honest."])
    whole.refresh_from_db()
    assert [(part.author, part.status, part.language) for part in parts] == [(author, "accepted", "en")] * 2
    assert (whole.status, list(whole.parts.all())) == ("rejected", parts)


@pytest.mark.parametrize("texts", [[], ["One."], ["Twice.", "Twice."], [f"Part {n}." for n in range(6)]])
def test_a_split_makes_two_to_five_statements(conversation, texts):
    with pytest.raises(ModerationRefused, match="Write 2 to 5"):
        split_statement(statement=make_statement(conversation), texts=texts)


def test_a_part_that_is_there_already_splits_nothing(conversation):
    make_statement(conversation, "It should be honest.", number=3)
    whole = make_statement(conversation, "Kind and honest.", status="pending", number=4)
    with pytest.raises(ModerationRefused, match="Statement 3"):
        split_statement(statement=whole, texts=["The AI should be kind.", "It should be honest."])
    assert conversation.statements.count() == 2


def test_a_wrong_guess_of_the_language_is_corrected(conversation):
    statement = set_language(statement=make_statement(conversation, language="nl"), language="de")
    assert statement.language == "de"
    assert Decision.objects.get().value_before == "nl"


def test_votes_on_a_merged_statement_enter_no_analysis(conversation):
    _, twin = merged_pair(conversation)
    make_vote(make_participant(conversation), twin)
    counted = load_votes(conversation)
    assert (len(counted.choices), counted.statement_numbers.tolist()) == (0, [0])


def test_a_participant_whose_statement_others_were_merged_into_can_go(conversation):
    author = make_participant(conversation)
    target, twin = merged_pair(conversation)
    Statement.objects.filter(pk=target.pk).update(author=author, status="rejected")
    delete_participant(participant=author)
    twin.refresh_from_db()
    assert (twin.merged_into, twin.merged_into.author) == (target, None)


def test_a_conversation_goes_with_all_that_was_merged(conversation):
    merged_pair(conversation)
    conversation.delete()
    assert not Statement.objects.exists()
    assert not Decision.objects.exists()
