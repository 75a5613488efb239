"""People whom a panel sends: only a signed, fresh link for this conversation lets them in."""

import time
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.html import escape

from tests.factories import make_conversation, make_participant, make_statement, make_vote
from voting.external import completion_address, renew_panel_secret, sign_external_id
from voting.models import Entry, ExternalId, Participant, Vote

pytestmark = pytest.mark.django_db

COMPLETION = "https://panel.example/back?id={id}&outcome={outcome}"


@pytest.fixture
def conversation():
    conversation = make_conversation(round_size=2)
    renew_panel_secret(conversation=conversation)
    Entry.objects.filter(conversation=conversation).update(mode="external", completion_url=COMPLETION)
    return conversation


def link(conversation, external_id="p 1/ü", days=1.0, **changes):
    expires = int(time.time() + days * 86400)
    secret = Entry.objects.get(conversation=conversation).panel_secret
    signature = sign_external_id(
        secret=secret, slug=conversation.slug, external_id=external_id, expires=expires
    )
    query = {"id": external_id, "expires": expires, "signature": signature} | changes
    return f"/c/{conversation.slug}/enter/?{urlencode(query)}"


def test_a_signed_link_lets_its_person_in_and_always_as_the_same_one(conversation):
    statement = make_statement(conversation)
    for _ in range(2):
        client = Client()
        assert client.get(link(conversation)).url == f"/c/{conversation.slug}/"
        client.post(f"/c/{conversation.slug}/statements/{statement.number}/vote/", {"choice": 1})
    assert (Participant.objects.count(), Vote.objects.count()) == (1, 1)
    assert ExternalId.objects.get().value == "p 1/ü"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"signature": ""}, 403),
        ({"signature": "0" * 64}, 403),
        ({"signature": "ü"}, 403),
        ({"id": "somebody-else"}, 403),
        ({"expires": "99999999999"}, 403),
        ({"expires": "-1"}, 400),
        ({"expires": "never"}, 400),
        ({"id": "x" * 129}, 400),
        ({"id": "a\nb"}, 400),
        ({"id": ""}, 403),
    ],
)
def test_an_unsigned_or_changed_link_is_refused_with_the_reason(client, conversation, changes, status):
    response = client.get(link(conversation, **changes))
    assert response.status_code == status
    assert "Use the link you were given" in response.content.decode()
    assert not Participant.objects.exists()


@pytest.mark.parametrize("days", [-0.01, 32])
def test_an_expired_or_everlasting_link_is_refused(client, conversation, days):
    assert client.get(link(conversation, days=days)).status_code == 410
    assert not Participant.objects.exists()


def test_a_link_signed_for_another_conversation_is_refused(client, conversation):
    other = make_conversation()
    Entry.objects.create(conversation=other, panel_secret=Entry.objects.get().panel_secret)
    assert client.get(link(conversation).replace(conversation.slug, other.slug)).status_code == 403


def test_after_a_new_secret_old_links_are_refused(client, conversation):
    old = link(conversation)
    renew_panel_secret(conversation=conversation)
    assert client.get(old).status_code == 403


def test_without_a_link_nobody_votes_where_one_is_needed(client, conversation):
    statement = make_statement(conversation)
    response = client.post(f"/c/{conversation.slug}/statements/{statement.number}/vote/", {"choice": 1})
    assert response.status_code == 403
    assert "signed link" in response.content.decode()
    assert not Participant.objects.exists()


def test_a_closed_conversation_takes_no_newcomer(client, conversation):
    conversation.status = "closed"
    conversation.save()
    assert client.get(link(conversation)).status_code == 409


def test_who_did_a_round_is_led_back_to_the_panel(client, conversation):
    client.get(link(conversation))
    participant = Participant.objects.get()
    for n_votes in range(2):
        assert client.get(f"/c/{conversation.slug}/complete/").url == f"/c/{conversation.slug}/"
        make_vote(participant, make_statement(conversation, f"Rule {n_votes}."))
        make_statement(conversation, f"Another {n_votes}.")
    address = client.get(f"/c/{conversation.slug}/complete/").url
    assert address == "https://panel.example/back?id=p%201%2F%C3%BC&outcome=complete"
    assert "what your panel asked for" in client.get(f"/c/{conversation.slug}/thanks/").content.decode()


def test_who_was_screened_out_is_led_back_too(client, conversation):
    client.get(link(conversation))
    Participant.objects.update(is_screened_out=True)
    assert completion_address(Participant.objects.get()).endswith("outcome=screened_out")


def test_who_came_without_a_panel_is_led_nowhere(conversation):
    participant = make_participant(conversation)
    make_vote(participant, make_statement(conversation))
    assert completion_address(participant) == ""


def test_who_is_screened_out_finds_the_way_back_to_the_panel_on_the_page(client, conversation):
    client.get(link(conversation))
    Participant.objects.update(is_screened_out=True)
    page = client.get(f"/c/{conversation.slug}/").content.decode()
    assert escape(completion_address(Participant.objects.get())) in page


def test_who_came_without_a_panel_and_is_screened_out_is_shown_no_way_back(client, conversation):
    client.get(link(conversation))
    Participant.objects.update(is_screened_out=True)
    ExternalId.objects.all().delete()
    page = client.get(f"/c/{conversation.slug}/").content.decode()
    assert "meant for others" in page
    assert "Go back to your panel" not in page


def test_the_own_download_names_the_panels_id(client, conversation):
    client.get(link(conversation))
    assert client.get(f"/c/{conversation.slug}/mine/download/").json()["panel_id"] == "p 1/ü"
    ExternalId.objects.all().delete()
    assert client.get(f"/c/{conversation.slug}/mine/download/").json()["panel_id"] is None
