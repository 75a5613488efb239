"""Who reads results: pages and files follow the same rule."""

import pytest
from django.urls import reverse

from analysis.services import run_analysis
from tests.factories import make_divided_conversation, make_facilitator

pytestmark = pytest.mark.django_db

PAGES = [
    ("statements", {}),
    ("download", {"number": 1}),
    ("download_csv", {"number": 1}),
]


@pytest.fixture
def conversation():
    made = make_divided_conversation(slug="now", owner=make_facilitator("fay"), last_participant_number=99)
    run_analysis(conversation=made, lock_k=2)
    return made


def vote(client, numbers):
    for number in numbers:
        client.post(f"/c/now/statements/{number}/vote/", {"choice": 1}, headers={"HX-Request": "true"})


def read_all(client):
    return {
        client.get(reverse(f"analysis:{name}", args=["now", *kw.values()])).status_code for name, kw in PAGES
    }


def choose(conversation, **fields):
    type(conversation).objects.filter(pk=conversation.pk).update(**fields)


def test_who_voted_enough_reads_pages_and_files(client, conversation):
    choose(conversation, results_shown="after_voting")
    vote(client, range(6))
    assert read_all(client) == {404}
    assert "voted enough" in client.get("/c/now/results/").content.decode()
    vote(client, [6])
    assert read_all(client) == {200}
    assert "yet: facilitators see them" in client.get("/c/now/results/").content.decode()


@pytest.mark.parametrize("shown", ["when_closed", "hidden"])
def test_votes_do_not_open_results_that_wait_for_the_end(client, conversation, shown):
    choose(conversation, results_shown=shown)
    vote(client, range(8))
    assert read_all(client) == {404}
    assert "rule 4" not in client.get("/c/now/results/").content.decode()


def test_results_that_waited_are_read_by_everybody_at_the_end(client, conversation):
    choose(conversation, results_shown="when_closed", status="closed")
    assert read_all(client) == {200}


def test_a_facilitator_reads_results_that_wait(client, conversation):
    choose(conversation, results_shown="when_closed")
    client.force_login(conversation.owner)
    assert read_all(client) == {200}
