"""A participant's own pages: rounds, thanks, votes and statements, the way back, download and deletion."""

import json
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from analysis.services import run_analysis
from tests.factories import make_conversation, make_divided_conversation, make_participant, make_statement
from voting.identity import make_return_token
from voting.models import Participant, Statement, Vote
from voting.own_data import delete_participant

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
OWN_PAGES = ["thanks/", "mine/", "mine/download/", "mine/delete/"]


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def conversation():
    conversation = make_conversation(slug="now", round_size=2, last_statement_number=4)
    for number in range(5):
        make_statement(conversation, f"AI should do thing {number}.", number=number)
    return conversation


def vote(client, number, choice=1, headers=HTMX, **data):
    return client.post(f"/c/now/statements/{number}/vote/", {"choice": choice, **data}, headers=headers)


def read(client, path=""):
    return client.get(f"/c/now/{path}").content.decode()


def test_a_round_ends_with_continue_or_stop(client, conversation):
    assert "Stop here" not in vote(client, 0).content.decode()
    pause = vote(client, 1).content.decode()
    assert "Stop here" in pause
    assert "vote-bar" not in pause
    assert "vote-bar" in read(client, "?continue=1")


def test_changing_an_earlier_vote_from_its_address_shows_that_card_not_the_pause(client, conversation):
    vote(client, 0)
    vote(client, 1)
    assert "AI should do thing 0." in read(client, "?statement=0")


def test_the_last_card_ends_in_a_finish_not_a_pause(client, conversation):
    type(conversation).objects.update(round_size=5)
    for number in range(5):
        page = vote(client, number).content.decode()
    assert "You have voted on everything" in page
    assert "Stop here" not in page


def test_a_vote_keeps_that_it_matters_until_it_is_changed(client, conversation):
    vote(client, 0, is_important="1")
    assert Vote.objects.get().is_important
    assert "matters to you" in read(client, "?voted=0")
    vote(client, 0)
    assert not Vote.objects.get().is_important


def test_thanks_counts_what_was_given_and_hands_over_the_way_back(client, conversation):
    vote(Client(), 0)
    vote(client, 0)
    vote(client, 1, -1)
    page = read(client, "thanks/")
    assert "Your 2 votes count." in page
    assert "2 people have taken part so far." in page
    assert "/c/now/return/" in page


def test_hidden_results_are_promised_for_the_end(client, conversation):
    type(conversation).objects.update(results_shown="when_closed")
    vote(client, 0)
    page = read(client, "thanks/")
    assert "shown when the conversation ends" in page
    assert "/c/now/results/" not in page


def test_thanks_leads_to_results_only_where_one_may_see_them(client, conversation):
    type(conversation).objects.update(results_shown="after_voting")
    for number in range(4):
        vote(client, number)
    assert "See the results so far" not in read(client, "thanks/")
    vote(client, 4)
    assert "See the results so far" in read(client, "thanks/")


@pytest.mark.parametrize("path", OWN_PAGES)
def test_who_takes_no_part_is_led_to_the_beginning(client, conversation, path):
    make_participant(conversation)
    assert client.get(f"/c/now/{path}").url == "/c/now/"


def test_own_pages_are_kept_by_no_cache(client, conversation):
    vote(client, 0)
    for path in OWN_PAGES:
        assert "no-store" in client.get(f"/c/now/{path}")["Cache-Control"]


def test_a_vote_is_changed_among_ones_own(client, conversation):
    vote(client, 0)
    response = vote(client, 0, -1, headers={}, mine="1", is_important="1")
    assert response.url == "/c/now/mine/?changed=0#vote-0"
    assert "Your vote is changed." in client.get(response.url).content.decode()
    assert (Vote.objects.get().choice, Vote.objects.get().is_important) == (-1, True)


def test_a_statement_rejected_after_the_vote_is_explained_and_fixed(client, conversation):
    vote(client, 0)
    conversation.statements.filter(number=0).update(status="rejected")
    page = read(client, "mine/")
    assert "your vote on it does not count" in page
    assert "vote-bar" not in page


def test_very_many_own_statements_have_pages_the_newest_first(client, conversation):
    vote(client, 0)
    author = Participant.objects.get()
    for number in range(100, 123):
        make_statement(conversation, f"The AI should count to {number}.", author=author, number=number)
    assert read(client, "mine/").count("The AI should count to") == 20
    assert "count to 122." in read(client, "mine/")
    page = read(client, "mine/?written=2")
    assert page.count("The AI should count to") == 3
    assert "count to 100." in page


def test_own_statements_tell_their_fate(client, conversation):
    vote(client, 0)
    author = Participant.objects.get()
    make_statement(conversation, "Waits.", author=author, status="pending")
    make_statement(conversation, "Refused.", author=author, status="rejected", rejection_reason="Off topic")
    accepted = make_statement(conversation, "Published.", author=author, number=9)
    assert "nobody has voted on it yet" in read(client, "mine/")
    vote(client, 9)
    page = read(client, "mine/")
    for text in ("has not read it yet", "Not published: Off topic", "So far 1 agreed, 0 passed"):
        assert text in page
    assert accepted.text in page


@pytest.mark.parametrize("shown", ["when_closed", "hidden"])
def test_votes_on_own_statements_wait_for_the_results(client, conversation, shown):
    type(conversation).objects.update(results_shown=shown)
    vote(client, 0)
    make_statement(conversation, "Published.", author=Participant.objects.get(), number=9)
    vote(Client(), 9)
    page = read(client, "mine/")
    assert "shown together with the results" in page
    assert "So far 1 agreed" not in page
    type(conversation).objects.update(results_shown="at_once")
    assert "So far 1 agreed" in read(client, "mine/")


def test_a_statement_sent_again_by_its_writer_is_one_statement(client, conversation):
    for _ in range(2):
        answer = client.post("/c/now/statements/", {"text": "AI should rhyme."}, headers=HTMX)
        assert answer.status_code == 200
    assert Statement.objects.filter(text="AI should rhyme.").count() == 1


def way_back(client):
    return (
        read(client, "thanks/").split('id="return-link" readonly value="http://testserver')[1].split('"')[0]
    )


def test_the_private_link_continues_on_another_device(client, conversation):
    vote(client, 0)
    phone = Client()
    assert phone.get(way_back(client)).url == "/c/now/"
    vote(phone, 1)
    assert Participant.objects.count() == 1
    assert Vote.objects.count() == 2


def test_a_private_link_asks_before_it_replaces_somebody(client, conversation):
    vote(client, 0)
    other = Client()
    vote(other, 0)
    link = way_back(client)
    assert "Continue as somebody else?" in other.get(link).content.decode()
    assert "1 vote" in read(other, "mine/")
    assert other.post(link).url == "/c/now/"
    vote(other, 1)
    assert Participant.objects.get(number=0).votes.count() == 2


def test_a_link_that_was_tampered_with_or_is_of_elsewhere_leads_to_nobody(client, conversation):
    vote(client, 0)
    elsewhere = make_participant(make_conversation())
    tokens = ["x", f"{uuid4()}:x", way_back(client).split("/")[-2][:-1]]
    tokens.append(make_return_token(elsewhere, elsewhere.conversation))
    for token in tokens:
        answer = Client().get(f"/c/now/return/{token}/")
        assert answer.status_code == 404
        assert "This link leads to nobody" in answer.content.decode()


def test_the_download_holds_votes_statements_and_consent(client, conversation):
    vote(client, 0, -1, is_important="1")
    client.post("/c/now/statements/", {"text": "AI should rhyme."})
    response = client.get("/c/now/mine/download/")
    assert response["Content-Disposition"] == 'attachment; filename="my-data-now.json"'
    data = json.loads(response.content)
    assert [(row["statement"], row["choice"], row["is_important"]) for row in data["votes"]] == [
        (0, -1, True)
    ]
    assert [row["text"] for row in data["statements"]] == ["AI should rhyme."]
    assert data["consent"] is None
    assert str(Participant.objects.get().key) not in response.content.decode()


def test_deletion_asks_first_then_takes_everything(client, conversation):
    vote(client, 0)
    client.post("/c/now/statements/", {"text": "AI should rhyme."})
    link = way_back(client)
    assert "cannot be undone" in read(client, "mine/delete/")
    assert Vote.objects.exists()
    response = client.post("/c/now/mine/delete/")
    assert "Your data is deleted." in client.get(response.url).content.decode()
    assert (Participant.objects.count(), Vote.objects.count()) == (0, 0)
    assert not Statement.objects.filter(text="AI should rhyme.").exists()
    assert client.get(link).status_code == 404


def test_a_published_statement_outlives_its_writer(client, conversation):
    vote(client, 0)
    statement = make_statement(conversation, "Published.", author=Participant.objects.get())
    client.post("/c/now/mine/delete/")
    statement.refresh_from_db()
    assert statement.author is None
    vote(client, 0)
    assert "Written by another participant" in read(client, f"?statement={statement.number}")


def test_a_vote_from_a_page_left_open_after_deletion_is_somebody_new(client, conversation):
    vote(client, 0)
    cookies = dict(client.cookies)
    client.post("/c/now/mine/delete/")
    client.cookies.update(cookies)
    assert vote(client, 1).status_code == 200
    assert Participant.objects.get().number == 1


def test_deletion_leaves_the_totals_of_past_analyses():
    conversation = make_divided_conversation()
    analysis = run_analysis(conversation=conversation)
    person = analysis.positions.first().participant
    n_participants, n_positions = analysis.n_participants, analysis.positions.count()
    delete_participant(participant=person)
    analysis.refresh_from_db()
    assert (analysis.n_participants, analysis.positions.count()) == (n_participants, n_positions - 1)


def test_a_vote_on_a_statement_rejected_since_it_was_shown_is_a_kind_conflict(client, conversation):
    vote(client, 0)
    conversation.statements.filter(number=1).update(status="rejected")
    response = vote(client, 1)
    assert response.status_code == 409
    assert "Nothing you did before is lost" in response.content.decode()
    assert Vote.objects.count() == 1


def test_the_download_says_which_cards_were_shown_and_why(client, conversation):
    vote(client, 0)
    (shown,) = json.loads(client.get("/c/now/mine/download/").content)["shown"]
    assert shown["rule"] == "exposure-then-uncertainty-1"
    assert 0 < shown["chance"] <= 1
