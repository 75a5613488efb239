"""Invitations: each lets one person in, however often and at once it is used."""

import re
from threading import Thread

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from tests.factories import make_conversation, make_statement
from voting.identity import make_ticket
from voting.invitations import (
    InvitationsRefused,
    invitation_link,
    invite_by_email,
    make_invitations,
    send_waiting,
)
from voting.models import Entry, Invitation, Participant, Vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation():
    conversation = make_conversation()
    Entry.objects.create(conversation=conversation, mode="invitation")
    return conversation


def path_of(invitation):
    return re.sub(r"^https?://[^/]+", "", invitation_link(invitation))


def accept(invitation, client=None):
    ticket = make_ticket(invitation.conversation)
    return (client or Client()).post(path_of(invitation), {"ticket": ticket})


def test_an_invited_person_takes_part(client, conversation):
    (invitation,) = make_invitations(conversation=conversation, n=1)
    statement = make_statement(conversation)
    assert "You are invited" in client.get(path_of(invitation)).content.decode()
    assert not Participant.objects.exists()
    assert accept(invitation, client).url == f"/c/{conversation.slug}/"
    client.post(f"/c/{conversation.slug}/statements/{statement.number}/vote/", {"choice": 1})
    assert (Participant.objects.count(), Vote.objects.count()) == (1, 1)
    assert client.get(path_of(invitation)).status_code == 302


def test_an_invitation_works_once(client, conversation):
    (invitation,) = make_invitations(conversation=conversation, n=1)
    accept(invitation)
    response = accept(invitation)
    assert response.status_code == 410
    assert "used already" in response.content.decode()
    assert client.get(path_of(invitation)).status_code == 410
    assert Participant.objects.count() == 1


def test_a_button_pressed_twice_is_one_person(conversation):
    (invitation,) = make_invitations(conversation=conversation, n=1)
    ticket = {"ticket": make_ticket(conversation)}
    answers = [Client().post(path_of(invitation), ticket) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Participant.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_race_for_one_invitation_one_gets_in(conversation):
    (invitation,) = make_invitations(conversation=conversation, n=1)
    statuses = []

    def race():
        statuses.append(accept(invitation).status_code)
        connection.close()

    racers = [Thread(target=race) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(statuses) == [302] + [410] * 7
    assert Participant.objects.count() == 1


def test_without_an_invitation_or_with_a_forged_one_nobody_gets_in(client, conversation):
    statement = make_statement(conversation)
    vote = f"/c/{conversation.slug}/statements/{statement.number}/vote/"
    page = client.get(f"/c/{conversation.slug}/").content.decode()
    assert "You need a personal link" in page
    assert "Send statement" not in page
    refused = client.post(vote, {"choice": 1, "ticket": make_ticket(conversation)})
    assert refused.status_code == 403
    (invitation,) = make_invitations(conversation=conversation, n=1)
    forged = f"/c/{conversation.slug}/invitation/{invitation.code.hex}~forged/"
    assert client.get(forged).status_code == 410
    assert client.post(forged).status_code == 403
    assert not Participant.objects.exists()


def test_an_invitation_to_another_conversation_is_refused(client, conversation):
    (foreign,) = make_invitations(conversation=make_conversation(), n=1)
    path = path_of(foreign).replace(foreign.conversation.slug, conversation.slug)
    assert client.post(path).status_code == 403


def test_nobody_gets_into_a_closed_conversation_and_the_invitation_stays_good(conversation):
    (invitation,) = make_invitations(conversation=conversation, n=1)
    conversation.status = "closed"
    conversation.save()
    assert "This conversation is closed" in Client().get(path_of(invitation)).content.decode()
    assert accept(invitation).status_code == 409
    assert not Invitation.objects.get().is_spent


def test_each_address_gets_one_message_and_is_forgotten(conversation):
    for _ in range(2):
        invite_by_email(conversation=conversation, addresses=["Ann@example.org", " ann@example.org", ""])
        send_waiting(conversation=conversation)
    (message,) = mail.outbox
    assert message.to == ["ann@example.org"]
    assert path_of(Invitation.objects.get()) in message.body
    assert Invitation.objects.get().address == ""


def test_one_wrong_address_invites_nobody(conversation):
    with pytest.raises(InvitationsRefused, match="no-address"):
        invite_by_email(conversation=conversation, addresses=["ann@example.org", "no-address"])
    assert not Invitation.objects.exists()


def test_no_row_ties_an_invitation_to_a_participant():
    names = {field.name for field in Invitation._meta.get_fields()}
    assert "participant" not in names
