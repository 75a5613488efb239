"""Joining, voting, writing and moderating: what each person may do, and what the database settles."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories import make_conversation, make_facilitator, make_participant, make_statement, make_vote
from voting.casting import CAST_VOTE, VotingClosed, cast_vote
from voting.models import Conversation, Participant, Statement, Vote
from voting.services import (
    AlreadySuggested,
    ConversationRefused,
    PersonalDataFound,
    StatementRefused,
    add_seed_statements,
    clean_statement,
    close_conversation,
    create_conversation,
    edit_conversation,
    join,
    open_conversation,
    submit_statement,
    withdraw_vote,
)

pytestmark = pytest.mark.django_db


def at_once(n: int, work: Callable[[int], Any]) -> list[Any]:
    """Do the work n times in as many threads, each with its own connection."""

    def do(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(do, range(n)))


@pytest.mark.django_db(transaction=True)
def test_fifty_people_who_join_at_once_get_fifty_numbers():
    conversation = make_conversation()
    people = at_once(50, lambda _: join(conversation=conversation))
    assert sorted(person.number for person in people) == list(range(50))


@pytest.mark.django_db(transaction=True)
def test_one_first_vote_sent_many_times_at_once_makes_one_participant_and_one_vote():
    conversation = make_conversation()
    statement, key = make_statement(conversation), uuid.uuid4()

    def vote(_: int) -> None:
        cast_vote(participant=join(conversation=conversation, key=key), statement=statement, choice=1)

    at_once(20, vote)
    assert (Participant.objects.count(), Vote.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_statement_suggested_by_many_at_once_is_kept_once():
    conversation = make_conversation()
    people = [make_participant(conversation) for _ in range(10)]

    def submit(number: int) -> bool:
        try:
            return bool(submit_statement(participant=people[number], text="AI should rhyme."))
        except AlreadySuggested:
            return False

    assert sum(at_once(10, submit)) == 1
    assert Statement.objects.get().number == 0


def test_joining_again_with_the_same_key_is_the_same_participant():
    conversation, key = make_conversation(), uuid.uuid4()
    assert join(conversation=conversation, key=key) == join(conversation=conversation, key=key)


def test_a_key_of_another_conversation_opens_no_door():
    key = join(conversation=make_conversation()).key
    with pytest.raises(Participant.DoesNotExist), transaction.atomic():
        join(conversation=make_conversation(), key=key)


@pytest.mark.parametrize("choice", [1, 0, -1])
def test_a_vote_is_recorded(choice):
    conversation = make_conversation()
    vote = cast_vote(
        participant=make_participant(conversation), statement=make_statement(conversation), choice=choice
    )
    stored = Vote.objects.get()
    assert (stored.pk, stored.choice, stored.conversation) == (vote.pk, choice, conversation)


def test_voting_again_replaces_the_earlier_vote():
    conversation = make_conversation()
    person, statement = make_participant(conversation), make_statement(conversation)
    cast_vote(participant=person, statement=statement, choice=1)
    cast_vote(participant=person, statement=statement, choice=0)
    assert Vote.objects.get().choice == 0


def test_voting_takes_only_the_prepared_query(django_assert_num_queries):
    conversation = make_conversation()
    person, statement = make_participant(conversation), make_statement(conversation)
    with django_assert_num_queries(0):
        cast_vote(participant=person, statement=statement, choice=1)


def test_a_vote_is_found_by_ids_also_where_nothing_is_known_of_the_tables():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = [
            line for (line,) in cursor.execute(f"EXPLAIN (GENERIC_PLAN) {CAST_VOTE.sql.decode()}").fetchall()
        ]
    searches = " ".join(line.strip() for line in plan if "Index Cond" in line)
    assert "(id = $3)" in searches
    assert "(id = $4)" in searches


def test_postgresql_knows_of_the_statements_once_a_conversation_opens():
    conversation = make_conversation(status="draft")
    for _ in range(30):
        make_statement(conversation)
    open_conversation(conversation=conversation)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'voting_statement'::regclass")
        assert cursor.fetchone() == (Statement.objects.count(),)


def test_an_unknown_choice_is_refused():
    conversation = make_conversation()
    with pytest.raises(ValueError, match="2 is not a valid"):
        cast_vote(
            participant=make_participant(conversation), statement=make_statement(conversation), choice=2
        )


@pytest.mark.parametrize(
    ("conversation", "statement"),
    [
        ({"status": "closed"}, {}),
        ({"status": "draft"}, {}),
        ({}, {"status": "pending"}),
        ({}, {"status": "rejected"}),
        ({"is_strictly_moderated": False}, {"status": "rejected"}),
    ],
)
def test_what_is_closed_or_hidden_takes_no_vote(conversation, statement):
    conversation = make_conversation(**conversation)
    with pytest.raises(VotingClosed):
        cast_vote(
            participant=make_participant(conversation),
            statement=make_statement(conversation, **statement),
            choice=1,
        )
    assert not Vote.objects.exists()


def test_a_statement_of_another_conversation_takes_no_vote():
    foreign = make_statement(make_conversation())
    with pytest.raises(VotingClosed):
        cast_vote(participant=make_participant(make_conversation()), statement=foreign, choice=1)


def test_pending_statements_take_votes_where_allowed_but_not_their_authors():
    conversation = make_conversation(is_strictly_moderated=False)
    author, other = make_participant(conversation), make_participant(conversation)
    statement = submit_statement(participant=author, text="AI should rhyme.")
    cast_vote(participant=other, statement=statement, choice=1)
    with pytest.raises(VotingClosed):
        cast_vote(participant=author, statement=statement, choice=1)


def test_a_vote_can_be_taken_back_while_the_conversation_is_open():
    conversation = make_conversation()
    vote = make_vote(make_participant(conversation), make_statement(conversation))
    withdraw_vote(participant=vote.participant, statement=vote.statement)
    assert not Vote.objects.exists()


def test_a_vote_stays_once_the_conversation_is_closed():
    conversation = make_conversation(status="closed")
    vote = make_vote(make_participant(conversation), make_statement(conversation))
    with pytest.raises(VotingClosed):
        withdraw_vote(participant=vote.participant, statement=vote.statement)


def test_a_submitted_statement_waits_for_moderation():
    author = make_participant(make_conversation())
    statement = submit_statement(participant=author, text="  AI should\n rhyme. ")
    assert (statement.text, statement.status, statement.author) == ("AI should rhyme.", "pending", author)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 281])
def test_an_empty_or_long_statement_is_refused(text):
    with pytest.raises(StatementRefused):
        submit_statement(participant=make_participant(make_conversation()), text=text)


def test_a_statement_of_exactly_the_limit_is_kept():
    statement = submit_statement(participant=make_participant(make_conversation()), text="x" * 280)
    assert len(statement.text) == 280


def test_a_statement_that_is_there_already_is_pointed_to():
    conversation = make_conversation()
    existing = make_statement(conversation, "AI should rhyme.")
    with pytest.raises(AlreadySuggested) as refusal:
        submit_statement(participant=make_participant(conversation), text="ai should  rhyme.")
    assert refusal.value.existing == existing


def test_a_closed_conversation_takes_no_statements():
    with pytest.raises(StatementRefused, match="closed"):
        submit_statement(participant=make_participant(make_conversation(status="closed")), text="Too late.")


def test_seed_statements_are_accepted_at_once_and_known_ones_are_skipped():
    conversation = make_conversation()
    known = make_statement(conversation, "Known.", number=0)
    Conversation.objects.filter(pk=conversation.pk).update(last_statement_number=0)
    result = add_seed_statements(conversation=conversation, texts=["First.", "", "known.", "Second."])
    assert [(s.number, s.text, s.status, s.is_seed) for s in result.added] == [
        (1, "First.", "accepted", True),
        (2, "Second.", "accepted", True),
    ]
    assert result.known == [known]


def test_one_bad_seed_statement_adds_none_and_names_its_line():
    conversation = make_conversation()
    with pytest.raises(StatementRefused, match="Line 3"):
        add_seed_statements(conversation=conversation, texts=["Fine.", "", "x" * 300])
    assert not Statement.objects.exists()


def test_a_seed_with_a_link_is_added_with_a_warning():
    result = add_seed_statements(conversation=make_conversation(), texts=["Do as example.org says."])
    assert len(result.added) == 1
    assert "“example.org” looks like a link" in result.warnings[0]


@pytest.mark.parametrize("text", ["Read https://example.org/x", "Ask jo@example.org", "Dial +49 30 1234567"])
def test_a_statement_with_a_link_or_personal_data_is_refused_by_name(text):
    with pytest.raises(PersonalDataFound, match=text.split(maxsplit=1)[1].replace("+", r"\+")):
        submit_statement(participant=make_participant(make_conversation()), text=text)


def test_the_language_of_a_statement_is_kept_where_it_is_clear():
    author = make_participant(make_conversation())
    texts = ["Die KI soll immer ehrlich sein.", "OK!"]
    assert [submit_statement(participant=author, text=text).language for text in texts] == ["de", ""]


def test_a_conversation_may_set_a_shorter_limit():
    conversation = make_conversation(statement_limit=140)
    with pytest.raises(StatementRefused, match="140"):
        submit_statement(participant=make_participant(conversation), text="x" * 141)


def test_the_database_too_holds_texts_to_the_limit():
    conversation = make_conversation(statement_limit=150)
    make_statement(conversation, "x" * 150)
    with pytest.raises(IntegrityError, match="this conversation allows 150"), transaction.atomic():
        make_statement(conversation, "x" * 151)


def test_an_imported_statement_may_be_longer():
    assert make_statement(make_conversation(import_sha256="0" * 64), "x" * 500).pk


def save_and_check(statement: Statement) -> None:
    statement.save()
    connection.check_constraints()


def test_the_database_merges_only_within_a_conversation():
    target, twin = make_statement(make_conversation()), make_statement(make_conversation())
    twin.status, twin.merged_into = "merged", target
    with pytest.raises(IntegrityError), transaction.atomic():
        save_and_check(twin)


@pytest.mark.parametrize("fields", [{"status": "merged"}, {"merged_into": True}])
def test_merged_is_a_statement_exactly_if_it_names_another(fields):
    conversation = make_conversation()
    if "merged_into" in fields:
        fields = {"merged_into": make_statement(conversation)}
    with pytest.raises(IntegrityError), transaction.atomic():
        make_statement(conversation, **fields)


def test_two_conversations_with_one_title_get_two_addresses():
    owner = make_facilitator()
    slugs = [create_conversation(owner=owner, title="What now?").slug for _ in range(2)]
    assert slugs == ["what-now", "what-now-2"]


def test_a_title_without_latin_letters_still_gets_an_address():
    assert create_conversation(owner=None, title="我們").slug == "conversation"


def test_a_wanted_address_that_is_taken_is_refused():
    make_conversation(slug="taken")
    with pytest.raises(ConversationRefused, match="taken"):
        create_conversation(owner=None, title="Other", slug="taken")


def test_a_conversation_opens_only_with_something_to_vote_on():
    conversation = make_conversation(status="draft")
    with pytest.raises(ConversationRefused, match="at least one statement"):
        open_conversation(conversation=conversation)
    make_statement(conversation)
    open_conversation(conversation=conversation)
    assert Conversation.objects.get().is_open()


def test_closing_and_editing_leave_votes_alone():
    conversation = make_conversation()
    make_vote(make_participant(conversation), make_statement(conversation))
    close_conversation(conversation=conversation)
    edit_conversation(conversation=conversation, title="New", description="More", population="All")
    stored = Conversation.objects.get()
    assert (stored.status, stored.title, stored.votes.count()) == ("closed", "New", 1)


def test_a_statement_cannot_turn_the_direction_of_what_follows_it():
    assert clean_statement("AI\u202e should\x07 be\u2066 kind\u2069\x00.") == "AI should be kind."


def test_a_statement_is_kept_by_one_statement_to_the_database():
    conversation = make_conversation()
    participant = make_participant(conversation)
    submit_statement(participant=participant, text="Rivers have rights.")
    with CaptureQueriesContext(connection) as queries:
        submit_statement(participant=participant, text="Trees have rights.")
    changes = [query["sql"] for query in queries if "voting_write_statement" in query["sql"]]
    assert len(changes) == 1
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "SAVEPOINT"))]


def test_a_vote_is_taken_back_by_one_statement_to_the_database():
    statement = make_statement(make_conversation())
    participant = make_participant(statement.conversation)
    make_vote(participant, statement)
    with CaptureQueriesContext(connection) as queries:
        withdraw_vote(participant=participant, statement=statement)
    assert [query["sql"][:6] for query in queries] == ["DELETE"]
    assert not participant.votes.exists()
