"""What everybody sees and may do: look, vote, change, write."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_conversation, make_facilitator, make_participant, make_statement, make_vote
from voting.candidates import candidates_of, known_conversation
from voting.identity import make_ticket
from voting.models import Participant, Showing, Statement, Vote

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _empty_cache():
    from django.core.cache import cache

    cache.clear()


def address(conversation, path=""):
    return f"/c/{conversation.slug}/{path}"


def cast(client, statement, choice=1, headers=None, **data):
    path = f"statements/{statement.number}/vote/"
    return client.post(
        address(statement.conversation, path), {"choice": choice, **data}, headers=headers or {}
    )


def test_home_lists_open_conversations_before_closed_ones_and_no_drafts(client):
    for status in ("closed", "open", "draft"):
        make_conversation(title=f"Is it {status}?", status=status, population="Everybody")
    page = client.get("/").content.decode()
    assert page.index("Is it open?") < page.index("Is it closed?")
    assert "Is it draft?" not in page
    assert "0 participants" in page


def test_home_says_what_will_be_there(client):
    assert "No conversation is open yet" in client.get("/").content.decode()


def test_the_conversation_page_shows_question_card_and_form(client):
    conversation = make_conversation(title="What now?", description="We ask.", population="Everybody")
    make_statement(conversation, "AI should rhyme.")
    page = client.get(address(conversation)).content.decode()
    for text in ("What now?", "We ask.", "Everybody", "AI should rhyme.", "Agree", "Pass", "Disagree"):
        assert text in page


def test_looking_sets_no_participant_and_no_cookie(client):
    conversation = make_conversation()
    make_statement(conversation)
    response = client.get(address(conversation))
    assert not Participant.objects.exists()
    assert not [name for name in response.cookies if name.startswith("participant")]


def test_a_first_vote_makes_a_participant_and_a_guarded_cookie(client, settings):
    settings.SESSION_COOKIE_SECURE = True
    statement = make_statement(make_conversation())
    response = cast(client, statement)
    cookie = response.cookies[f"participant-{statement.conversation.pk}"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)
    assert cookie["path"] == address(statement.conversation)
    assert Vote.objects.get().choice == 1


def test_without_htmx_a_vote_redirects_to_the_next_card(client):
    conversation = make_conversation()
    first, second = make_statement(conversation, "First."), make_statement(conversation, "Second.")
    response = cast(client, first, -1)
    assert response.status_code == 302
    page = client.get(response.url).content.decode()
    assert second.text in page
    assert "You disagreed" in page
    assert "You have voted on 1 of 2." in page


def test_with_htmx_a_vote_returns_only_the_next_card(client):
    conversation = make_conversation()
    first, second = make_statement(conversation, "First."), make_statement(conversation, "Second.")
    page = cast(client, first, headers=HTMX).content.decode()
    assert second.text in page
    assert "<html" not in page
    assert 'id="card"' in page


def test_after_the_last_vote_the_card_says_so(client):
    statement = make_statement(make_conversation())
    assert "You have voted on everything" in cast(client, statement, headers=HTMX).content.decode()


def test_a_second_vote_of_the_same_browser_belongs_to_the_same_participant(client):
    conversation = make_conversation()
    for _ in range(3):
        cast(client, make_statement(conversation))
    assert (Participant.objects.count(), Vote.objects.count()) == (1, 3)


def test_two_browsers_are_two_participants():
    statement = make_statement(make_conversation())
    for _ in range(2):
        cast(Client(), statement)
    assert Participant.objects.count() == 2


def test_a_first_vote_sent_twice_with_one_ticket_is_one_vote():
    statement = make_statement(make_conversation())
    ticket = make_ticket(statement.conversation)
    for _ in range(2):
        cast(Client(), statement, ticket=ticket)
    assert (Participant.objects.count(), Vote.objects.count()) == (1, 1)


def test_a_forged_ticket_opens_nobody_elses_votes(client):
    statement = make_statement(make_conversation())
    victim = make_participant(statement.conversation)
    cast(client, statement, ticket=f"{victim.key}:forged")
    assert not victim.votes.exists()
    assert Vote.objects.count() == 1


def test_a_ticket_of_another_conversation_is_not_taken(client):
    statement, other = make_statement(make_conversation()), make_conversation()
    cast(client, statement, ticket=make_ticket(other))
    assert Vote.objects.get().participant.conversation == statement.conversation


def test_a_forged_cookie_is_a_stranger(client):
    statement = make_statement(make_conversation())
    victim = make_participant(statement.conversation)
    client.cookies[f"participant-{statement.conversation.pk}"] = f"{victim.key}:forged"
    cast(client, statement)
    assert not victim.votes.exists()


def test_going_back_and_voting_again_changes_the_vote(client):
    statement = make_statement(make_conversation())
    cast(client, statement, 1)
    cast(client, statement, 0)
    assert Vote.objects.get().choice == 0


def test_a_vote_can_be_looked_at_again_and_taken_back(client):
    conversation = make_conversation()
    statement = make_statement(conversation)
    make_statement(conversation)
    cast(client, statement, 1)
    page = client.get(address(conversation), {"statement": statement.number}).content.decode()
    assert 'aria-pressed="true"' in page
    client.post(address(conversation, f"statements/{statement.number}/withdraw/"))
    assert not Vote.objects.exists()


def test_a_stranger_has_no_vote_to_take_back(client):
    statement = make_statement(make_conversation())
    vote = make_vote(make_participant(statement.conversation), statement)
    path = f"statements/{statement.number}/withdraw/"
    assert client.post(address(statement.conversation, path)).status_code == 404
    assert Vote.objects.get() == vote


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("conversation", "statement"),
    [({"status": "closed"}, {}), ({}, {"status": "pending"}), ({}, {"status": "rejected"})],
)
def test_a_vote_on_what_is_closed_or_hidden_is_a_kind_conflict(client, conversation, statement, headers):
    statement = make_statement(make_conversation(**conversation), "Secret.", **statement)
    response = cast(client, statement, headers=headers)
    assert response.status_code == 409
    page = response.content.decode()
    assert "takes no votes just now" in page
    assert "Secret." not in page
    assert not Participant.objects.exists()


def test_a_vote_on_an_unknown_or_foreign_statement_is_not_found(client):
    conversation, foreign = make_conversation(), make_statement(make_conversation(), number=77)
    make_statement(conversation, number=1)
    for number in (foreign.number, 99999999999):
        path = address(conversation, f"statements/{number}/vote/")
        assert client.post(path, {"choice": 1}).status_code == 404
    assert client.post("/c/nowhere/statements/1/vote/", {"choice": 1}).status_code == 404


@pytest.mark.parametrize("choice", ["2", "", "agree"])
def test_an_unknown_choice_is_a_bad_request(client, choice):
    statement = make_statement(make_conversation())
    assert cast(client, statement, choice).status_code == 400
    assert not Participant.objects.exists()


def test_whoever_follows_the_address_of_a_vote_is_led_back(client):
    statement = make_statement(make_conversation())
    path = address(statement.conversation, f"statements/{statement.number}/vote/")
    assert client.get(path).url == address(statement.conversation)


def test_a_vote_without_the_forms_token_is_refused():
    statement = make_statement(make_conversation())
    assert cast(Client(enforce_csrf_checks=True), statement).status_code == 403


def test_a_draft_is_there_only_for_its_facilitator(client):
    owner = make_facilitator()
    conversation = make_conversation(status="draft", owner=owner)
    assert client.get(address(conversation)).status_code == 404
    client.force_login(make_facilitator())
    assert client.get(address(conversation)).status_code == 404
    client.force_login(owner)
    assert "draft that only you can see" in client.get(address(conversation)).content.decode()


def test_a_closed_conversation_can_be_read_but_not_voted_on(client):
    conversation = make_conversation(status="closed")
    make_statement(conversation)
    page = client.get(address(conversation)).content.decode()
    assert "This conversation is closed" in page
    assert "vote-bar" not in page


def test_stray_addresses_do_no_harm(client):
    conversation = make_conversation()
    hidden = make_statement(conversation, "Secret.", status="rejected")
    for query in ({"statement": "x"}, {"statement": hidden.number}, {"voted": "9" * 30}, {"voted": "-1"}):
        page = client.get(address(conversation), query)
        assert page.status_code == 200
        assert "Secret." not in page.content.decode()


def submit(client, conversation, text, headers=None):
    return client.post(address(conversation, "statements/"), {"text": text}, headers=headers or {})


def test_a_written_statement_waits_and_its_writer_is_thanked(client):
    conversation = make_conversation()
    response = submit(client, conversation, "AI should rhyme.")
    assert "A moderator reads your statement" in client.get(response.url).content.decode()
    statement = Statement.objects.get()
    assert (statement.status, statement.author) == ("pending", Participant.objects.get())


def test_with_htmx_the_form_comes_back_alone_and_empty(client):
    page = submit(client, make_conversation(), "AI should rhyme.", HTMX).content.decode()
    assert "A moderator reads your statement" in page
    assert "AI should rhyme." not in page
    assert "<html" not in page


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("text", "message"), [("  ", "write a statement first"), ("x" * 281, "this has 281")]
)
def test_a_statement_that_cannot_be_kept_comes_back_with_the_reason(client, text, message, headers):
    response = submit(client, make_conversation(), text, headers)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Participant.objects.exists()


def test_a_known_statement_is_pointed_to_only_where_it_is_public(client):
    conversation = make_conversation()
    make_statement(conversation, "Known.", number=3)
    make_statement(conversation, "Hidden.", number=4, status="rejected")
    shown = submit(client, conversation, "Known.")
    assert shown.status_code == 422
    assert "?statement=3#card" in shown.content.decode()
    assert "?statement=4" not in submit(client, conversation, "Hidden.").content.decode()


def test_a_closed_conversation_gives_the_text_back(client):
    response = submit(client, make_conversation(status="closed"), "AI should rhyme.")
    assert response.status_code == 409
    assert "AI should rhyme." in response.content.decode()
    assert not Statement.objects.exists()


def test_a_text_is_shown_as_text(client):
    conversation = make_conversation(title="<b>What</b> now?")
    make_statement(conversation, "<script>alert(1)</script>")
    page = client.get(address(conversation)).content.decode()
    assert "<script>alert" not in page
    assert "<b>What" not in page


def test_no_page_names_a_participants_key(client):
    conversation = make_conversation()
    statement = make_statement(conversation)
    page = cast(client, statement, headers=HTMX).content.decode()
    assert isinstance(Participant.objects.get().key, uuid.UUID)
    assert str(Participant.objects.get().key) not in page


def test_a_vote_with_its_next_card_takes_few_queries(client, django_assert_max_num_queries):
    conversation = make_conversation()
    statements = [make_statement(conversation) for _ in range(30)]
    cast(client, statements[0])
    with django_assert_max_num_queries(12):
        cast(client, statements[1], headers=HTMX)


def test_a_vote_with_htmx_takes_no_query_beside_the_two_prepared_ones(client, monkeypatch):
    conversation = make_conversation()
    for _ in range(5):
        make_statement(conversation)
    cast(client, conversation.statements.first(), headers=HTMX)
    monkeypatch.setattr("voting.candidates.SECONDS_KEPT", 60.0)
    shown = conversation.statements.get(showings__isnull=False)
    known_conversation(conversation.slug)
    candidates_of(conversation)
    with CaptureQueriesContext(connection) as queries:
        cast(client, shown, headers=HTMX)
    assert len(queries) == 0
    assert Showing.objects.count() == 2


def test_the_card_after_a_vote_stays_when_the_page_is_loaded_again(client):
    conversation = make_conversation()
    statements = [make_statement(conversation, f"Rule {n}.") for n in range(30)]
    shown = cast(client, statements[0], headers=HTMX).content.decode()
    text = next(statement.text for statement in statements if f">{statement.text}<" in shown)
    assert all(f">{text}<" in client.get(address(conversation)).content.decode() for _ in range(3))
