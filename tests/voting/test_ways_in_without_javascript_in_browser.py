"""Every way into a conversation, and news by e-mail, in a browser in which no script runs."""

import re
import time
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.factories import make_conversation, make_statement
from voting.external import renew_panel_secret, sign_external_id
from voting.identity import make_return_token
from voting.invitations import invitation_link, make_invitations
from voting.mailings import send_requests
from voting.models import Conversation, Entry, Participant, Subscription, Vote
from voting.sign_in import send_codes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def conversation() -> Conversation:
    cache.clear()
    conversation = make_conversation(slug="now", title="What now?", last_statement_number=2, round_size=2)
    for number in range(2):
        make_statement(conversation, f"AI should do thing {number}.", number=number)
    return conversation


@pytest.fixture
def page(page_without_javascript: Page) -> Page:
    return page_without_javascript


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def vote(page: Page) -> None:
    press(page, "Agree")
    expect(page.get_by_text("You have voted on 1 of 2.")).to_be_visible()
    assert (Participant.objects.count(), Vote.objects.count()) == (1, 1)


def at(live_server, address: str) -> str:
    return live_server.url + address[address.index("/c/") :]


def test_by_invitation(page, live_server, conversation):
    Entry.objects.create(conversation=conversation, mode=Entry.Mode.INVITATION)
    (invitation,) = make_invitations(conversation=conversation, n=1)
    page.goto(f"{live_server.url}/c/now/")
    expect(page.get_by_text("You need a personal link")).to_be_visible()
    page.goto(at(live_server, invitation_link(invitation)))
    press(page, "Take part")
    vote(page)


def test_by_a_code_sent_by_mail(page, live_server, conversation):
    Entry.objects.create(conversation=conversation, mode=Entry.Mode.EMAIL)
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_role("link", name="Get a code by e-mail").click()
    page.get_by_label("Your e-mail address").fill("mina@example.org")
    press(page, "Send me a code")
    expect(page.get_by_text("A message is on its way")).to_be_visible()
    send_codes(conversation=conversation)
    page.get_by_label("The code from the message").fill(re.search(r"\d{6}", mail.outbox[0].body)[0])
    press(page, "Continue")
    vote(page)


def test_by_a_panels_signed_link_and_back_to_the_panel(page, live_server, conversation):
    secret = renew_panel_secret(conversation=conversation)
    back = f"{live_server.url}/health/?id={{id}}&outcome={{outcome}}"
    Entry.objects.update(mode=Entry.Mode.EXTERNAL, completion_url=back)
    expires = int(time.time()) + 60
    signature = sign_external_id(secret=secret, slug="now", external_id="p1", expires=expires)
    query = urlencode({"id": "p1", "expires": expires, "signature": signature})
    page.goto(f"{live_server.url}/c/now/enter/?{query}")
    vote(page)
    press(page, "Agree")
    page.get_by_role("link", name="Finish").click()
    page.get_by_role("link", name="Go back to it").click()
    page.wait_for_url("**/health/?id=p1&outcome=complete")


def test_by_the_private_link_in_place_of_somebody_else(page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    vote(page)
    other = Participant.objects.create(conversation=conversation, number=9)
    page.goto(f"{live_server.url}/c/now/return/{make_return_token(other, conversation)}/")
    press(page, "Continue with the link")
    expect(page.get_by_text("2 statements to vote on")).to_be_visible()


def test_in_a_frame(page, live_server, conversation):
    page.goto(f"{live_server.url}/embed/now/?lang=de")
    press(page, "Dafür")
    expect(page.get_by_text("Sie haben über 1 von 2 abgestimmt.")).to_be_visible()
    assert "/frame/" in page.url
    assert page.context.cookies() == []


def test_news_are_asked_for_confirmed_and_ended(page, live_server, conversation):
    Entry.objects.create(conversation=conversation, offers_news=True)
    page.goto(f"{live_server.url}/c/now/")
    vote(page)
    page.goto(f"{live_server.url}/c/now/news/")
    page.get_by_label("Your e-mail address").fill("mina@example.org")
    press(page, "Send me news")
    expect(page.get_by_text("A message is on its way.")).to_be_visible()
    send_requests(conversation=conversation)
    page.goto(at(live_server, re.search(r"\S+/news/confirm/\S+", mail.outbox[0].body)[0]))
    press(page, "Yes, send me news")
    expect(page.get_by_role("heading", name="Your address is confirmed")).to_be_visible()
    page.goto(f"{live_server.url}/c/now/news/")
    page.get_by_role("link", name="End the news by e-mail").click()
    press(page, "End it")
    expect(page.get_by_role("heading", name="No more messages")).to_be_visible()
    assert not Subscription.objects.exists()
