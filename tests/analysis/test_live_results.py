"""What a results page and one's own place answer while somebody looks on."""

import pytest
from django.core.cache import cache
from django.test import Client

from analysis.services import run_analysis
from tests.factories import make_divided_conversation, make_facilitator, make_participant, make_vote
from voting.candidates import forget_candidates
from voting.models import Vote

pytestmark = pytest.mark.django_db

RESULTS, PLACE = "/c/now/results/", "/c/now/where-you-stand/"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def conversation():
    return make_divided_conversation(
        slug="now", n_people=24, last_participant_number=99, owner=make_facilitator("fay")
    )


@pytest.fixture
def voter(conversation):
    client = Client()
    for number in range(8):
        client.post(f"/c/now/statements/{number}/vote/", {"choice": 1}, headers=FRAGMENT)
    return client


def ask(client, address, etag=""):
    return client.get(address, headers=FRAGMENT | {"If-None-Match": etag})


def test_the_same_analysis_is_not_sent_again(client, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    first = ask(client, RESULTS)
    assert (first.status_code, "<html" in first.content.decode()) == (200, False)
    again = ask(client, RESULTS, first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_a_newer_analysis_is_sent(client, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    etag = ask(client, RESULTS)["ETag"]
    run_analysis(conversation=conversation, lock_k=1)
    answer = ask(client, RESULTS, etag)
    assert answer.status_code == 200
    assert "Most people agree" in answer.content.decode()


def test_the_first_analysis_takes_the_place_of_the_empty_page(client, conversation):
    empty = client.get(RESULTS)
    assert 'data-live="/c/now/results/"' in empty.content.decode()
    etag = ask(client, RESULTS)["ETag"]
    assert ask(client, RESULTS, etag).status_code == 304
    run_analysis(conversation=conversation, lock_k=2)
    assert "opinion-map" in ask(client, RESULTS, etag).content.decode()


def test_a_page_of_one_analysis_does_not_change(client, conversation):
    analysis = run_analysis(conversation=conversation, lock_k=2)
    assert "data-live" not in client.get(RESULTS, {"analysis": analysis.number}).content.decode()
    assert "data-live" in client.get(RESULTS).content.decode()


def test_results_that_get_hidden_are_sent_no_more(client, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    etag = ask(client, RESULTS)["ETag"]
    type(conversation).objects.update(results_shown="hidden")
    assert ask(client, RESULTS, etag).status_code == 404
    assert ask(client, RESULTS).status_code == 404


def test_what_a_facilitator_sees_is_not_taken_for_what_others_see(client, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    own = Client()
    own.force_login(conversation.owner)
    assert ask(own, RESULTS)["ETag"] != ask(client, RESULTS)["ETag"]


def test_an_unchanged_place_is_answered_without_a_body(voter, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    first = ask(voter, PLACE)
    again = ask(voter, PLACE, first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_a_place_is_sent_again_in_another_size_or_language(voter, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    etag = ask(voter, PLACE)["ETag"]
    assert ask(voter, f"{PLACE}?size=small", etag).status_code == 200
    assert ask(voter, f"{PLACE}?lang=de", etag).status_code == 200


def change_vote(conversation):
    Vote.objects.filter(participant__number=100).order_by("pk").first().delete()


def other_votes(conversation):
    make_vote(make_participant(conversation), conversation.statements.first())
    cache.clear()


def new_analysis(conversation):
    run_analysis(conversation=conversation, lock_k=1)


def closing(conversation):
    type(conversation).objects.update(status="closed")


@pytest.mark.parametrize("change", [change_vote, other_votes, new_analysis, closing])
def test_a_place_is_sent_again_when_something_changed(voter, conversation, change):
    run_analysis(conversation=conversation, lock_k=2)
    etag = ask(voter, PLACE)["ETag"]
    change(conversation)
    assert ask(voter, PLACE, etag).status_code == 200


def test_places_of_two_people_are_kept_apart(voter, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    etag = ask(voter, PLACE)["ETag"]
    assert ask(Client(), PLACE, etag).status_code == 200


def test_a_place_is_kept_by_no_cache(voter, conversation):
    assert "no-store" in voter.get(PLACE)["Cache-Control"]
    assert "HX-Request" in voter.get(PLACE)["Vary"]


def test_a_place_takes_as_few_queries_however_many_people_voted(
    voter, conversation, django_assert_max_num_queries, monkeypatch
):
    # As on a site that is used: the table of statements, from which translations come, is there already.
    monkeypatch.setattr("voting.candidates.SECONDS_KEPT", 60.0)
    forget_candidates()
    run_analysis(conversation=conversation, lock_k=2)
    first = ask(voter, PLACE)
    with django_assert_max_num_queries(11):
        assert ask(voter, PLACE).status_code == 200
    with django_assert_max_num_queries(4):
        assert ask(voter, PLACE, first["ETag"]).status_code == 304
