"""When a person may see results."""

import pytest

from tests.factories import make_conversation, make_participant, make_statement, make_vote
from voting.models import Conversation
from voting.visibility import count_missing_votes, may_see_results, votes_needed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("n_statements", "needed"), [(0, 1), (1, 1), (3, 3), (7, 7), (1000, 7)])
def test_seven_votes_are_enough_or_all_where_there_are_fewer(n_statements, needed):
    assert votes_needed(n_statements) == needed


def test_votes_on_rejected_statements_do_not_count():
    conversation = make_conversation()
    person = make_participant(conversation)
    for status in ("accepted", "accepted", "rejected", "pending"):
        make_vote(person, make_statement(conversation, status=status))
    assert count_missing_votes(conversation, person) == 0
    make_statement(conversation)
    assert count_missing_votes(conversation, make_participant(conversation)) == 2


def test_who_never_voted_lacks_all_votes():
    conversation = make_conversation()
    make_statement(conversation)
    assert count_missing_votes(conversation, None) == 1


@pytest.mark.parametrize(
    ("shown", "status", "expected"),
    [
        ("at_once", "open", (True, True)),
        ("after_voting", "open", (True, False)),
        ("after_voting", "closed", (True, True)),
        ("when_closed", "open", (False, False)),
        ("when_closed", "closed", (True, True)),
        ("hidden", "open", (False, False)),
        ("hidden", "closed", (False, False)),
    ],
)
def test_results_are_seen_when_it_was_chosen(shown, status, expected):
    conversation = make_conversation(results_shown=shown, status=status)
    statement, voter = make_statement(conversation), make_participant(conversation)
    make_vote(voter, statement)
    assert (may_see_results(conversation, voter), may_see_results(conversation, None)) == expected


@pytest.mark.parametrize(
    ("shown", "status", "is_public"),
    [
        ("at_once", "open", True),
        ("at_once", "draft", False),
        ("after_voting", "open", False),
        ("after_voting", "closed", True),
        ("when_closed", "open", False),
        ("when_closed", "closed", True),
        ("hidden", "closed", False),
    ],
)
def test_public_results_are_found_among_conversations(shown, status, is_public):
    conversation = make_conversation(results_shown=shown, status=status)
    assert Conversation.objects.with_public_results().filter(pk=conversation.pk).exists() == is_public
