"""The short way of an ordinary vote answers exactly as the ordinary way does."""

import re

import pytest
from django.test import Client

from tests.factories import make_conversation, make_statement
from voting import abuse, express
from voting.candidates import forget_candidates
from voting.models import Conversation, Participant, Showing, Statement, Vote
from voting.translations import translate_statement

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


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


def test_a_translated_statement_comes_out_as_the_ordinary_way_shows_it(statements, handed_on, monkeypatch):
    for statement in statements:
        translate_statement(
            statement=statement, language="de", text=f"Versprechen <{statement.number}> halten."
        )
    client = known_client(statements)
    handed_on.clear()
    short, ordinary = both_ways(monkeypatch, client, statements[1], headers={"Accept-Language": "de"})
    assert handed_on == []
    assert "Versprechen &lt;" in short.content.decode()
    assert without_token(short) == without_token(ordinary)


@pytest.mark.parametrize("round_size", [2, 100])
def test_the_end_of_a_round_and_of_all_statements_is_the_same_both_ways(
    conversation, statements, handed_on, monkeypatch, round_size
):
    Conversation.objects.update(round_size=round_size)
    client = known_client(statements)
    for statement in statements[1:3] if round_size == 100 else []:
        cast(client, statement)
    handed_on.clear()
    short, ordinary = both_ways(monkeypatch, client, statements[3])
    assert handed_on == []
    assert "vote-bar" not in short.content.decode()
    assert "You agreed" in short.content.decode()
    assert without_token(short) == without_token(ordinary)


def test_ones_own_statement_says_so_both_ways(statements, handed_on, monkeypatch):
    client = known_client(statements)
    Statement.objects.exclude(pk=statements[1].pk).update(is_seed=False, author=Participant.objects.get())
    forget_candidates()
    handed_on.clear()
    short, ordinary = both_ways(monkeypatch, client, statements[1])
    assert handed_on == []
    assert "Written by you" in short.content.decode()
    assert without_token(short) == without_token(ordinary)


def test_a_changed_text_is_shown_at_once(statements):
    client = known_client(statements)
    Statement.objects.update(text="AI should keep its word.")
    assert "AI should keep its word." in cast(client, statements[1]).content.decode()


def test_a_first_vote_and_one_that_is_changed_on_the_own_page_go_the_ordinary_way(statements, handed_on):
    client = known_client(statements)
    cast(client, statements[1], mine="1")
    assert handed_on == [statements[0].number, statements[1].number]


@pytest.mark.parametrize("headers", [{}, {"X-CSRFToken": "wrong"}, {"Origin": "https://elsewhere.example"}])
def test_a_forged_vote_is_refused(statements, headers):
    client = known_client(statements)
    forger = Client(enforce_csrf_checks=True)
    forger.cookies = client.cookies
    assert cast(forger, statements[1], headers=headers).status_code == 403
    assert Vote.objects.count() == 1


def test_with_the_forms_token_a_vote_is_taken_and_the_token_still_good(statements, handed_on):
    client = Client(enforce_csrf_checks=True)
    conversation = statements[0].conversation
    page = client.get(f"/c/{conversation.slug}/").content.decode()
    for statement in statements[:3]:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        page = cast(client, statement, csrfmiddlewaretoken=token).content.decode()
    assert handed_on == [statements[0].number]
    assert Vote.objects.count() == 3


def test_a_vote_stores_the_showing_of_the_next_card(statements):
    client = known_client(statements)
    page = cast(client, statements[1]).content.decode()
    shown = Showing.objects.exclude(statement__votes__isnull=False).get()
    assert f"/statements/{shown.statement.number}/vote/" in page
    assert 0 < shown.chance <= 1


def test_a_vote_on_what_was_closed_meanwhile_is_a_conflict(statements, monkeypatch):
    client = known_client(statements)
    monkeypatch.setattr("voting.candidates.SECONDS_KEPT", 60.0)
    cast(client, statements[1])
    Conversation.objects.update(status="closed")
    assert cast(client, statements[2]).status_code == 409
    assert Vote.objects.count() == 2


def test_whoever_deleted_their_data_meanwhile_is_a_newcomer(statements, handed_on):
    client = known_client(statements)
    Participant.objects.all().delete()
    assert cast(client, statements[1]).status_code == 200
    assert handed_on == [statements[0].number, statements[1].number]


def test_votes_that_come_too_fast_are_refused(statements, monkeypatch):
    monkeypatch.setattr(abuse, "VOTES_BY_PARTICIPANT", abuse.Limit(2, 60))
    abuse._votes.clear()
    client = known_client(statements)
    assert [cast(client, statement).status_code for statement in statements[1:]] == [200, 200, 429]


def test_an_old_cookie_is_set_again_and_a_fresh_one_is_not(statements, monkeypatch):
    client = known_client(statements)
    name = f"participant-{statements[0].conversation.pk}"
    assert name not in cast(client, statements[1]).cookies
    monkeypatch.setattr("voting.cookies.FRESH_SECONDS", 0)
    assert name in cast(client, statements[2]).cookies


def test_an_unknown_host_is_refused(statements):
    client = known_client(statements)
    assert cast(client, statements[1], headers={"Host": "elsewhere.example"}).status_code == 400
    assert Vote.objects.count() == 1
