"""Writing a statement: what comes near is shown first, and nothing that others may not see."""

import pytest
from django.http import HttpResponse

from tests.factories import make_conversation, make_participant, make_statement
from voting.identity import remember
from voting.models import Participant, Showing, Statement, Vote

pytestmark = pytest.mark.django_db

NEAR = "The AI should always be honest."
TEXT = "AI should be honest always"
HTMX = {"HX-Request": "true"}
PLAIN: dict[str, str] = {}


@pytest.fixture
def conversation():
    conversation = make_conversation(slug="now", last_statement_number=5)
    make_statement(conversation, NEAR, number=3)
    make_statement(conversation, "Robots should be cheap to repair.", number=4)
    return conversation


def send(client, text=TEXT, headers=PLAIN, **data):
    return client.post("/c/now/statements/", {"text": text, **data}, headers=headers)


@pytest.mark.parametrize("headers", [HTMX, PLAIN])
def test_a_text_that_comes_near_is_not_sent_before_its_writer_has_seen_what_is_there(
    client, conversation, headers
):
    response = send(client, headers=headers)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Is it one of these?" in page
    assert "None of these: send mine" in page
    assert TEXT in page
    assert "Robots" not in page.partition('id="write"')[2]
    assert not Statement.objects.filter(status="pending").exists()


@pytest.mark.parametrize("headers", [HTMX, PLAIN])
def test_who_has_seen_it_can_send_theirs(client, conversation, headers):
    send(client, headers=headers, seen="3")
    assert Statement.objects.get(status="pending").text == TEXT


def test_a_text_like_no_other_is_sent_at_once(client, conversation):
    send(client, "Musicians deserve a fair share of what is earned.")
    assert Statement.objects.filter(
        text="Musicians deserve a fair share of what is earned.", language="en"
    ).exists()


def test_what_comes_near_while_writing_is_a_list_to_vote_on(client, conversation):
    response = client.post("/c/now/statements/near/", {"text": TEXT}, headers=HTMX)
    assert NEAR in response.content.decode()
    assert "/c/now/statements/3/near/" in response.content.decode()


def test_while_nothing_has_changed_nothing_is_sent_back(client, conversation):
    response = client.post("/c/now/statements/near/", {"text": TEXT, "seen": "3"}, headers=HTMX)
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("status", ["pending", "rejected"])
def test_what_is_not_published_is_never_shown(client, conversation, status):
    Statement.objects.filter(number=3).update(status=status)
    page = client.post("/c/now/statements/near/", {"text": TEXT}, headers=HTMX).content.decode()
    assert "honest" not in page.replace(TEXT, "")


@pytest.mark.parametrize("headers", [HTMX, PLAIN])
def test_one_votes_on_the_near_one_instead_and_keeps_the_text(client, conversation, headers):
    response = client.post("/c/now/statements/3/near/", {"text": TEXT, "choice": 1}, headers=headers)
    page = response.content.decode()
    assert response.status_code == 200
    assert "You agreed" in page
    assert TEXT in page
    assert (Vote.objects.get().statement.number, Participant.objects.count()) == (3, 1)


def test_a_vote_cast_before_is_shown_with_the_near_one(client, conversation):
    client.post("/c/now/statements/3/vote/", {"choice": -1})
    page = client.post("/c/now/statements/near/", {"text": TEXT}, headers=HTMX).content.decode()
    assert "You disagreed" in page


@pytest.mark.parametrize("headers", [HTMX, PLAIN])
def test_a_near_one_that_was_withdrawn_meanwhile_takes_no_vote(client, conversation, headers):
    Statement.objects.filter(number=3).update(status="rejected")
    response = client.post("/c/now/statements/3/near/", {"text": TEXT, "choice": 1}, headers=headers)
    assert response.status_code == 409
    assert TEXT in response.content.decode() or headers == HTMX
    assert not Vote.objects.exists()


@pytest.mark.parametrize(("number", "choice", "status"), [(99, "1", 404), (3, "7", 400), (3, "", 400)])
def test_an_unknown_statement_or_choice_is_refused(client, conversation, number, choice, status):
    response = client.post(f"/c/now/statements/{number}/near/", {"text": TEXT, "choice": choice})
    assert response.status_code == status


@pytest.mark.parametrize("path", ["/c/now/statements/near/", "/c/now/statements/3/near/"])
def test_whoever_comes_by_link_is_led_back(client, conversation, path):
    assert client.get(path).headers["Location"] == "/c/now/"


@pytest.mark.parametrize("headers", [HTMX, PLAIN])
def test_personal_data_is_refused_by_name_and_the_text_stays(client, conversation, headers):
    text = "Write to jo@example.org about it."
    response = send(client, text, headers)
    assert response.status_code == 422
    assert "“jo@example.org” looks like an e-mail address" in response.content.decode()
    assert f">{text}</textarea>" in response.content.decode()
    assert not Statement.objects.filter(text=text).exists()


def test_a_conversation_with_a_shorter_limit_says_so_and_keeps_to_it(client, conversation):
    conversation.statement_limit = 140
    conversation.save()
    assert "At most 140 characters." in client.get("/c/now/").content.decode()
    assert "Please keep to 140 characters; this has 141." in send(client, "x" * 141).content.decode()


def test_without_strict_moderation_an_author_cannot_vote_on_their_own(client, conversation):
    conversation.is_strictly_moderated = False
    conversation.save()
    author = make_participant(conversation)
    make_statement(conversation, "Mine alone.", number=5, author=author, status="pending")
    client.cookies.update(remember_in_cookie(author, conversation))
    assert client.post("/c/now/statements/5/near/", {"choice": 1}).status_code == 409
    assert client.post("/c/now/statements/5/vote/", {"choice": 1}).status_code == 409
    assert not Vote.objects.exists()


def remember_in_cookie(participant, conversation):
    return remember(HttpResponse(), participant, conversation).cookies


def test_the_ticket_of_a_newcomer_goes_along_with_the_text(client, conversation):
    page = send(client, ticket="a-ticket").content.decode()
    assert page.partition('id="near"')[2].count('value="a-ticket"') == 1


@pytest.mark.parametrize("path", ["", "near/", "3/near/"])
def test_one_button_to_send_stands_there_at_every_step(client, conversation, path):
    data = {"text": TEXT, "choice": 1, "check": "1", "seen": ""}
    page = client.post(f"/c/now/statements/{path}", data, headers=HTMX).content.decode()
    near = page.partition('id="near"')[2]
    assert near.count("None of these: send mine") == 1
    assert page.count("Send statement") == 0


def test_what_mattered_before_matters_still_after_another_choice(client, conversation):
    client.post("/c/now/statements/3/vote/", {"choice": 1, "is_important": 1})
    client.post("/c/now/statements/3/near/", {"choice": -1, "text": TEXT})
    assert (Vote.objects.get().choice, Vote.objects.get().is_important) == (-1, True)


def vote_near(client, number, **data):
    return client.post(f"/c/now/statements/{number}/near/", {"choice": 1, "text": TEXT, **data}, headers=HTMX)


def test_a_near_one_voted_on_is_kept_as_shown_without_a_chance(client, conversation):
    vote_near(client, 3)
    shown = Showing.objects.get(statement__number=3)
    assert (shown.rule, shown.chance) == ("near", None)


def test_a_card_that_is_answered_below_makes_room_for_the_next(client, conversation):
    card = client.get("/c/now/").context["card"]
    other = {3: 4, 4: 3}[card.statement.number]
    answer = vote_near(client, card.statement.number, ticket=card.ticket).content.decode()
    assert f"/c/now/statements/{other}/vote/" in answer
    assert 'hx-swap-oob="outerHTML"' in answer


def test_a_card_that_is_still_open_stays_when_one_votes_below(client, conversation):
    card = client.get("/c/now/").context["card"]
    other = {3: 4, 4: 3}[card.statement.number]
    assert 'id="card"' not in vote_near(client, other, ticket=card.ticket).content.decode()
