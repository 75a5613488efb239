"""The short way of an ordinary vote answers exactly as the ordinary way does."""

import re

import pytest
from django.test import Client

from tests.factories import make_conversation, make_statement
from voting import express

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
HASTY = {"Retry-After", "Set-Cookie"}


@pytest.fixture
def conversation():
    return make_conversation()


@pytest.fixture
def statements(conversation):
    return [make_statement(conversation, f"AI should keep <promise> {n}.", is_seed=n % 2) for n in range(4)]


@pytest.fixture
def handed_on(monkeypatch):
    """The votes that the short way left to the ordinary one."""
    left = []
    answer = express.ExpressMiddleware.answer

    def watch(self, request, slug, number):
        response = answer(self, request, slug, number)
        if response is None:
            left.append(number)
        return response

    monkeypatch.setattr(express.ExpressMiddleware, "answer", watch)
    return left


def cast(client, statement, choice=1, headers=None, **data):
    path = f"/c/{statement.conversation.slug}/statements/{statement.number}/vote/"
    return client.post(path, {"choice": choice, **data}, headers=HTMX | (headers or {}))


def known_client(statements):
    """The browser of somebody who has voted once."""
    client = Client()
    cast(client, statements[0])
    return client


def without_token(response):
    text = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", response.content.decode())
    return re.sub(r"\s+", " ", text)


def both_ways(monkeypatch, client, statement, **vote):
    """The same vote, the short way and then the ordinary one."""
    short = cast(client, statement, **vote)
    with monkeypatch.context() as patch:
        patch.setattr(express.ExpressMiddleware, "answer", lambda *_: None)
        return short, cast(client, statement, **vote)


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize("vote", [{"choice": 1}, {"choice": 0}, {"choice": -1, "is_important": "1"}])
def test_both_ways_answer_with_the_same_card(statements, handed_on, monkeypatch, language, vote):
    client = known_client(statements)
    handed_on.clear()
    headers = {"Accept-Language": language}
    short, ordinary = both_ways(monkeypatch, client, statements[1], headers=headers, **vote)
    assert handed_on == []
    assert without_token(short) == without_token(ordinary)
    for name in ("Content-Language", "Content-Type", "Content-Security-Policy", "X-Frame-Options"):
        assert short[name] == ordinary[name]
