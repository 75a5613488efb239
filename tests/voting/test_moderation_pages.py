"""Moderators' pages and what participants see of their decisions."""

import pytest

from tests.factories import make_conversation, make_facilitator, make_participant, make_statement, make_vote
from tests.voting.test_write import remember_in_cookie
from voting.models import Decision, GroupCounts, Statement
from voting.moderation import merge_statements, moderate_statements, split_statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_facilitator("fay")


@pytest.fixture
def conversation(owner):
    conversation = make_conversation(slug="now", owner=owner, last_statement_number=5)
    make_statement(conversation, "The AI should always be honest.", number=3)
    make_statement(conversation, "AI should be honest always", number=4, status="pending")
    return conversation


@pytest.fixture
def facilitator(client, owner):
    client.force_login(owner)
    return client


def statement(number: int) -> Statement:
    return Statement.objects.get(number=number)


def page_of(response) -> str:
    return response.content.decode()


def test_beside_a_waiting_statement_stand_those_that_say_the_same(facilitator, conversation):
    page = page_of(facilitator.get("/facilitate/now/moderation/"))
    assert "The AI should always be honest." in page
    assert 'name="merge" value="4:3"' in page


def test_one_button_merges_a_statement_into_its_neighbor(facilitator, conversation, owner):
    facilitator.post("/facilitate/now/moderation/", {"merge": "4:3"})
    assert (statement(4).status, statement(4).merged_into) == ("merged", statement(3))
    assert Decision.objects.get().moderator == owner


def test_checked_statements_are_merged_together(facilitator, conversation):
    make_statement(conversation, "Honesty!", number=5, status="pending")
    data = {"merge": "checked", "checked": ["4", "5"], "target": "3"}
    facilitator.post("/facilitate/now/moderation/", data)
    assert Statement.objects.filter(merged_into=statement(3)).count() == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"merge": "checked", "checked": ["4"]}, "Please give the number"),
        ({"merge": "checked", "target": "3"}, "Please select at least one"),
        ({"merge": "4:99"}, "There is no statement 99"),
        ({"merge": "3:4"}, "takes no votes"),
        ({"merge": "4:x"}, "Please give the number"),
        ({"unmerge": "4"}, "is not merged"),
    ],
)
def test_a_merging_that_cannot_be_changes_nothing_and_says_why(facilitator, conversation, data, message):
    response = facilitator.post("/facilitate/now/moderation/", data)
    assert response.status_code == 422
    assert message in page_of(response)
    assert not Decision.objects.exists()


def test_merged_statements_are_listed_and_taken_apart_again(facilitator, conversation):
    merge_statements(conversation=conversation, numbers=[4], into=3)
    assert "merged into 3" in page_of(facilitator.get("/facilitate/now/moderation/?status=merged"))
    facilitator.post("/facilitate/now/moderation/?status=merged", {"unmerge": "4"})
    assert statement(4).status == "pending"


@pytest.mark.parametrize(
    ("data", "field", "value"),
    [
        ({"deed": "correct", "text": "AI should be honest, always."}, "text", "AI should be honest, always."),
        ({"deed": "set_language", "language": "et"}, "language", "et"),
        ({"deed": "merge", "target": "3"}, "status", "merged"),
        ({"deed": "split", "texts": "AI should be kind.\nAI should be fair."}, "status", "rejected"),
    ],
)
def test_each_form_of_a_statements_page_does_its_deed(facilitator, conversation, data, field, value):
    response = facilitator.post("/facilitate/now/statements/4/", data)
    assert response.status_code == 302
    assert getattr(statement(4), field) == value
    assert page_of(facilitator.get("/facilitate/now/statements/4/")).count("by fay") == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"deed": "correct", "text": "x" * 281}, "Please keep to 280 characters"),
        ({"deed": "split", "texts": "Only one."}, "Write 2 to 5"),
        ({"deed": "merge", "target": "4"}, "Statement 4 takes no votes"),
        ({"deed": "set_language", "language": "xx"}, "Select a valid choice"),
        ({"deed": "explode"}, "Statement 4"),
        ({}, "Statement 4"),
    ],
)
def test_a_deed_that_cannot_be_done_says_why(facilitator, conversation, data, message):
    response = facilitator.post("/facilitate/now/statements/4/", data)
    assert response.status_code == 422
    assert message in page_of(response)
    assert not Decision.objects.exists()


def test_words_that_were_voted_on_have_no_form_to_correct_them(facilitator, conversation):
    make_vote(make_participant(conversation), statement(3))
    page = page_of(facilitator.get("/facilitate/now/statements/3/"))
    assert "It has votes, so its words stay" in page
    assert "Correct the wording" not in page


def test_a_frozen_merging_has_no_button_to_take_it_back(facilitator, conversation):
    merge_statements(conversation=conversation, numbers=[4], into=3)
    assert "Take apart again" in page_of(facilitator.get("/facilitate/now/statements/4/"))
    GroupCounts.objects.create(conversation=conversation, sizes=[1], counts={})
    assert "so it stays merged" in page_of(facilitator.get("/facilitate/now/statements/4/"))


def test_a_stranger_neither_sees_nor_changes_a_statement(client, conversation):
    client.force_login(make_facilitator("stranger"))
    assert client.get("/facilitate/now/statements/4/").status_code == 404
    assert client.post("/facilitate/now/statements/4/", {"deed": "merge", "target": "3"}).status_code == 404
    assert not Decision.objects.exists()


def test_the_public_log_has_every_decision_but_no_words_that_are_not_published(client, conversation):
    make_statement(conversation, "Buy my pills now.", number=5, status="pending")
    moderate_statements(conversation=conversation, numbers=[5], decision="rejected", reason="Spam")
    moderate_statements(conversation=conversation, numbers=[4], decision="accepted")
    page = page_of(client.get("/c/now/moderation/"))
    assert 'Reason: <span dir="auto">Spam</span>' in page
    assert "AI should be honest always" in page
    assert "pills" not in page
    assert "fay" not in page


def test_an_empty_log_says_so(client, conversation):
    assert "No decision yet" in page_of(client.get("/c/now/moderation/"))


def own_page(client, conversation) -> str:
    author = make_participant(conversation)
    Statement.objects.filter(number=4).update(author=author)
    client.cookies.update(remember_in_cookie(author, conversation))
    return page_of(client.get("/c/now/mine/"))


def test_an_author_sees_into_what_their_statement_was_merged(client, conversation):
    merge_statements(conversation=conversation, numbers=[4], into=3)
    page = own_page(client, conversation)
    assert "“The AI should always be honest.”" in page
    assert "/c/now/?statement=3#card" in page


def test_an_author_does_not_see_words_that_were_withdrawn_since(client, conversation):
    merge_statements(conversation=conversation, numbers=[4], into=3)
    moderate_statements(conversation=conversation, numbers=[3], decision="rejected")
    page = own_page(client, conversation)
    assert "withdrawn by a moderator since" in page
    assert "The AI should always be honest." not in page


def test_an_author_sees_what_their_statement_was_split_into(client, conversation):
    split_statement(statement=statement(4), texts=["AI should be kind.", "AI should be fair."])
    page = own_page(client, conversation)
    assert "“AI should be kind.”" in page
    assert "Not published: Split into 6, 7" in page


def test_a_vote_on_a_merged_statement_is_kept_and_shown_as_history(client, conversation):
    voter = make_participant(conversation)
    Statement.objects.filter(number=4).update(status="accepted")
    make_vote(voter, statement(4))
    merge_statements(conversation=conversation, numbers=[4], into=3)
    client.cookies.update(remember_in_cookie(voter, conversation))
    page = page_of(client.get("/c/now/mine/"))
    assert "your vote here is kept but does not count" in page
    assert "/c/now/statements/4/vote/" not in page


def test_a_seed_with_a_link_comes_with_a_warning(facilitator, conversation):
    data = {"texts": "Read example.org first."}
    page = page_of(facilitator.post("/facilitate/now/seed/", data, follow=True))
    assert "“example.org” looks like a link" in page
    assert Statement.objects.filter(text="Read example.org first.", status="accepted").exists()


@pytest.mark.parametrize(
    ("limit", "status", "kept"), [("140", 302, 140), ("139", 422, 280), ("281", 422, 280)]
)
def test_the_limit_of_characters_is_set_between_140_and_280(facilitator, conversation, limit, status, kept):
    data = {"title": "What now?", "statement_limit": limit}
    assert facilitator.post("/facilitate/now/edit/", data).status_code == status
    conversation.refresh_from_db()
    assert conversation.statement_limit == kept


def test_reminders_can_be_switched_off(facilitator, conversation):
    facilitator.post("/facilitate/now/edit/", {"title": "What now?"})
    conversation.refresh_from_db()
    assert not conversation.reminds_moderators


def test_a_statement_is_accepted_or_rejected_on_its_own_page_too(facilitator, conversation):
    page = page_of(facilitator.get("/facilitate/now/statements/4/"))
    assert 'name="accept" value="4"' in page
    assert 'name="reject" value="4"' in page
