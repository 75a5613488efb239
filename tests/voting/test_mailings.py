"""News by e-mail: asked for, confirmed, seldom, and easily ended."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from tests.factories import make_conversation, make_participant, make_statement, make_vote
from voting.identity import find_by_return_token
from voting.jobs import send_all_news
from voting.mailings import forget_unconfirmed, send_news, send_requests
from voting.models import Entry, Subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation():
    conversation = make_conversation(slug="now")
    Entry.objects.create(conversation=conversation, offers_news=True)
    make_statement(conversation, "Old news.", number=1)
    return conversation


@pytest.fixture
def participant(client, conversation):
    client.post("/c/now/statements/1/vote/", {"choice": 1})
    return conversation.participants.get()


def wish(client, address="mina@example.org"):
    return client.post("/c/now/news/", {"address": address})


def link_in(message, page):
    return re.search(rf"https?://[^/\s]+(/c/now/{page}/\S+)", message.body)[1]


@pytest.fixture
def subscriber(client, conversation, participant):
    """A participant whose address is confirmed."""
    wish(client)
    send_requests(conversation=conversation)
    Client().post(link_in(mail.outbox.pop(), "news/confirm"))
    return participant


def days_pass(days):
    Subscription.objects.update(sent_at=timezone.now() - timedelta(days=days))


def test_nothing_is_offered_unless_the_facilitator_does(client, conversation, participant):
    assert "Get news by e-mail" in client.get("/c/now/thanks/").content.decode()
    Entry.objects.update(offers_news=False)
    assert "Get news by e-mail" not in client.get("/c/now/thanks/").content.decode()
    assert wish(client).status_code == 409
    assert not Subscription.objects.exists()


def test_an_address_is_used_only_after_it_was_confirmed(client, conversation, participant):
    wish(client)
    make_statement(conversation, "Quite new.")
    assert (send_requests(conversation=conversation), send_requests(conversation=conversation)) == (1, 0)
    assert send_news(conversation=conversation) == 0
    page = link_in(mail.outbox[0], "news/confirm")
    Client().get(page)
    assert Subscription.objects.get().confirmed_at is None
    assert "confirmed" in Client().post(page).content.decode()
    assert Subscription.objects.get().confirmed_at is not None


def test_new_statements_are_told_of_once(conversation, subscriber):
    assert send_news(conversation=conversation) == 0
    make_statement(conversation, "Quite new.")
    make_statement(conversation, "Not read by a moderator.", status="pending")
    assert (send_news(conversation=conversation), send_news(conversation=conversation)) == (1, 0)
    message = mail.outbox[-1]
    assert message.subject.startswith("1 new statement for you")
    assert "Quite new." in message.body
    assert "moderator" not in message.body
    days_pass(10)
    assert send_news(conversation=conversation) == 0


def test_own_statements_and_those_voted_on_are_no_news(conversation, subscriber):
    make_statement(conversation, "Mine.", author=subscriber)
    make_vote(subscriber, make_statement(conversation, "Voted on."))
    assert send_news(conversation=conversation) == 0


def test_messages_are_seldom(conversation, subscriber):
    make_statement(conversation, "One.")
    send_news(conversation=conversation)
    make_statement(conversation, "Two.")
    days_pass(2)
    assert send_news(conversation=conversation) == 0
    days_pass(4)
    assert send_news(conversation=conversation) == 1


def test_the_link_in_the_message_leads_back_as_oneself(conversation, subscriber):
    make_statement(conversation, "Quite new.")
    send_news(conversation=conversation)
    token = link_in(mail.outbox[-1], "return").rstrip("/").rsplit("/", 1)[1]
    assert find_by_return_token(token, conversation) == subscriber


def test_one_click_ends_it_and_deletes_the_address(conversation, subscriber):
    make_statement(conversation, "Quite new.")
    send_news(conversation=conversation)
    page = link_in(mail.outbox[-1], "news/end")
    assert page in mail.outbox[-1].extra_headers["List-Unsubscribe"]
    Client().get(page)
    assert Subscription.objects.exists()
    Client(enforce_csrf_checks=True).post(page, {"List-Unsubscribe": "One-Click"})
    assert not Subscription.objects.exists()
    assert Client().post(page).status_code == 200


def test_who_gets_news_finds_the_end_of_it_on_the_page_too(client, subscriber):
    ending = re.search(r'href="(/c/now/news/end/[^"]+)"', client.get("/c/now/news/").content.decode())
    assert "End the news by e-mail?" in client.get(ending[1]).content.decode()
    client.post(ending[1])
    assert not Subscription.objects.exists()
    assert "/news/end/" not in client.get("/c/now/news/").content.decode()


def test_an_address_nobody_confirmed_is_not_said_to_get_news(client, participant):
    wish(client)
    assert "already" not in client.get("/c/now/news/").content.decode()


def test_a_made_up_link_ends_nothing(conversation, subscriber):
    assert Client().post("/c/now/news/end/1~made-up/").status_code == 400
    assert Subscription.objects.exists()


def test_nothing_is_sent_after_the_end(conversation, subscriber):
    make_statement(conversation, "Quite new.")
    conversation.status = "closed"
    conversation.save()
    assert send_all_news(timestamp=0) == 0


def test_deleting_ones_data_deletes_the_address(client, subscriber):
    assert client.get("/c/now/mine/download/").json()["news_by_email"]["address"] == "mina@example.org"
    client.post("/c/now/mine/delete/")
    assert not Subscription.objects.exists()


def test_another_address_has_to_be_confirmed_anew(client, conversation, subscriber):
    wish(client, "other@example.org")
    found = Subscription.objects.get()
    assert (found.address, found.confirmed_at) == ("other@example.org", None)


def test_addresses_nobody_confirmed_are_forgotten(client, conversation, participant):
    wish(client)
    assert forget_unconfirmed() == 0
    Subscription.objects.update(created_at=timezone.now() - timedelta(days=3))
    assert forget_unconfirmed() == 1


def test_strangers_cannot_subscribe_anybody(client, conversation):
    make_participant(conversation)
    assert wish(client).status_code == 302
    assert not Subscription.objects.exists()


def test_messages_become_files_where_no_mail_server_is_named(settings, tmp_path, conversation, subscriber):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    make_statement(conversation, "Quite new.")
    assert send_news(conversation=conversation) == 1
    assert "Quite new." in next(tmp_path.iterdir()).read_text()
