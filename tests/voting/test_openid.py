"""Signing in with OpenID Connect before voting: against a provider that speaks the protocol."""

from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from joserfc.jwk import RSAKey

from tests.factories import make_conversation, make_facilitator, make_statement
from tests.openid_server import serve_provider
from voting.models import Entry, Participant

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    with serve_provider() as provider:
        settings.OPENID_ISSUER = provider.issuer
        settings.OPENID_CLIENT_ID = "client"
        settings.OPENID_CLIENT_SECRET = "a secret of this test"
        yield provider


@pytest.fixture
def conversation(provider):
    conversation = make_conversation(slug="now", owner=make_facilitator())
    Entry.objects.create(conversation=conversation, mode="openid")
    return conversation


def sign_in(client):
    """Follow the way to the provider and back, as a browser does."""
    begun = client.get("/c/now/sign-in/openid/")
    back = requests.get(begun.url, allow_redirects=False, timeout=10).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")


def test_who_signs_in_takes_part(client, conversation):
    make_statement(conversation, number=1)
    assert "/c/now/sign-in/openid/" in client.get("/c/now/").content.decode()
    assert client.post("/c/now/statements/1/vote/", {"choice": 1}).status_code == 403
    assert sign_in(client).url == "/c/now/"
    assert client.post("/c/now/statements/1/vote/", {"choice": 1}).status_code in (200, 302)
    assert Participant.objects.get().votes.count() == 1


def test_the_same_person_is_the_same_participant(conversation, provider):
    for subject in ("one", "one", "other"):
        provider.subject = subject
        sign_in(Client())
    assert Participant.objects.count() == 2


def test_nothing_says_who_a_participant_is(client, conversation, provider):
    provider.subject = "mina@example.org"
    sign_in(client)
    assert "mina" not in str(client.get("/c/now/mine/download/").json())
    assert not any("mina" in str(value) for value in vars(Participant.objects.get()).values())
    assert "sessionid" not in client.cookies or not client.cookies["sessionid"].value


def test_an_answer_signed_by_another_is_refused(client, conversation, provider):
    provider.signing_key = RSAKey.generate_key(2048, parameters={"kid": "first"})
    assert sign_in(client).status_code == 403
    assert not Participant.objects.exists()


def test_an_answer_meant_for_another_site_is_refused(client, conversation, provider):
    provider.audience = "somebody else"
    assert sign_in(client).status_code == 403
    assert not Participant.objects.exists()


def test_an_answer_nobody_asked_for_is_refused(client, conversation):
    client.get("/c/now/sign-in/openid/")
    assert client.get("/sign-in/openid/?code=x&state=made-up").status_code == 403
    assert Client().get("/sign-in/openid/?code=x&state=y").status_code == 404


def test_a_provider_that_is_away_is_named_as_the_reason(client, conversation, settings):
    settings.OPENID_ISSUER = "http://127.0.0.1:9"
    answer = client.get("/c/now/sign-in/openid/")
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()


def test_a_facilitator_stays_signed_in(client, conversation):
    client.force_login(conversation.owner)
    sign_in(client)
    assert client.get("/facilitate/now/").status_code == 200


def test_other_conversations_are_not_entered_this_way(client, conversation):
    make_conversation(slug="open")
    assert client.get("/c/open/sign-in/openid/").status_code == 404


def test_a_closed_conversation_takes_nobody_new(client, conversation):
    conversation.status = "closed"
    conversation.save()
    assert sign_in(client).status_code == 409
    assert not Participant.objects.exists()


def test_without_a_provider_the_facilitator_cannot_ask_for_it(client, settings):
    owner = make_facilitator()
    make_conversation(slug="later", owner=owner)
    client.force_login(owner)
    settings.OPENID_ISSUER = ""
    answer = client.post("/facilitate/later/access/", {"mode": "openid"})
    assert answer.status_code == 422
    assert "OPENID_ISSUER" in answer.content.decode()
