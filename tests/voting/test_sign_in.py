"""Signing in with a code by e-mail before voting."""

import re
from datetime import timedelta
from threading import Thread

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import make_conversation, make_statement
from voting.models import Entry, Participant, SignInCode
from voting.sign_in import send_codes

pytestmark = pytest.mark.django_db
ADDRESS = "mina@example.org"


@pytest.fixture
def conversation():
    conversation = make_conversation(slug="now")
    Entry.objects.create(conversation=conversation, mode="email")
    return conversation


def ask(client, address=ADDRESS, **headers):
    return client.post("/c/now/sign-in/", {"address": address}, **headers)


def sent_code():
    return re.search(r"\b(\d{6})\b", mail.outbox[-1].body)[1]


def sign_in(client, conversation, address=ADDRESS):
    page = ask(client, address).url
    send_codes(conversation=conversation)
    return client.post(page, {"code": sent_code()})


def test_who_has_the_code_takes_part(client, conversation):
    make_statement(conversation, number=1)
    assert "Get a code by e-mail" in client.get("/c/now/").content.decode()
    assert client.post("/c/now/statements/1/vote/", {"choice": 1}).status_code == 403
    assert sign_in(client, conversation).url == "/c/now/"
    client.post("/c/now/statements/1/vote/", {"choice": 1})
    assert Participant.objects.get().votes.count() == 1


def test_the_message_is_sent_by_a_job_and_the_address_forgotten(client, conversation):
    ask(client)
    job = ProcrastinateJob.objects.get()
    assert job.task_name.endswith("send_sign_in_codes")
    assert ADDRESS not in str(job.args)
    assert send_codes(conversation=conversation) == 1
    assert send_codes(conversation=conversation) == 0
    assert SignInCode.objects.get().address == ""
    assert mail.outbox[0].to == [ADDRESS]


def test_one_address_is_one_participant(conversation):
    for address in (ADDRESS, "Mina@Example.org", "other@example.org"):
        sign_in(Client(), conversation, address)
    assert Participant.objects.count() == 2


def test_a_wrong_code_can_be_put_right_but_not_guessed(client, conversation):
    page = ask(client).url
    send_codes(conversation=conversation)
    wrong = "000000" if sent_code() != "000000" else "111111"
    answers = [client.post(page, {"code": wrong}) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {422}
    answer = client.post(page, {"code": sent_code()})
    assert "not valid any more" in answer.content.decode()
    assert not Participant.objects.exists()


def test_a_code_works_once_and_for_a_while(client, conversation):
    page = ask(client).url
    send_codes(conversation=conversation)
    SignInCode.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert client.post(page, {"code": sent_code()}).status_code == 422
    SignInCode.objects.update(ends_at=timezone.now() + timedelta(minutes=1))
    assert client.post(page, {"code": sent_code()}).status_code == 302
    assert Client().post(page, {"code": sent_code()}).status_code == 422


def test_a_new_code_makes_the_earlier_one_void(client, conversation):
    page = ask(client).url
    send_codes(conversation=conversation)
    first = sent_code()
    ask(client)
    assert client.post(page, {"code": first}).status_code == 422
    send_codes(conversation=conversation)
    assert client.post(page, {"code": sent_code()}).status_code == 302


def test_nobody_is_flooded_with_codes(client, conversation):
    assert [ask(client).status_code for _ in range(6)] == [302] * 5 + [429]


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a@example.org\nBcc: b@example.org"])
def test_what_is_no_address_gets_no_code(client, conversation, address):
    assert ask(client, address).status_code == 422
    assert not SignInCode.objects.exists()


def test_a_damaged_link_says_so(client, conversation):
    answer = client.post("/c/now/sign-in/made-up/", {"code": "123456"})
    assert "damaged" in answer.content.decode()


def test_a_code_of_another_conversation_lets_nobody_in(client, conversation):
    other = make_conversation(slug="other")
    Entry.objects.create(conversation=other, mode="email")
    page = ask(client).url
    send_codes(conversation=conversation)
    assert client.post(page.replace("/now/", "/other/"), {"code": sent_code()}).status_code == 422


def test_a_closed_conversation_sends_no_codes(client, conversation):
    conversation.status = "closed"
    conversation.save()
    assert ask(client).status_code == 409


def test_the_code_comes_in_the_readers_language(client, conversation):
    ask(client, headers={"Accept-Language": "de"})
    assert SignInCode.objects.get().language == "de"


@pytest.mark.django_db(transaction=True)
def test_a_code_sent_twice_at_once_is_one_participant(conversation):
    page = ask(Client()).url
    send_codes(conversation=conversation)
    code, statuses = sent_code(), []

    def race():
        statuses.append(Client().post(page, {"code": code}).status_code)
        connection.close()

    racers = [Thread(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(statuses) == [302, 422, 422, 422]
    assert Participant.objects.count() == 1


def test_in_a_frame_the_address_carries_who_signed_in(conversation):
    Entry.objects.update(allowed_origins=["https://a.example"])
    make_statement(conversation, number=1)
    client = Client()
    frame = client.get("/embed/now/").url
    page = client.post(f"{frame}sign-in/", {"address": ADDRESS}).url
    send_codes(conversation=conversation)
    inside = client.post(page, {"code": sent_code()}).url
    assert inside.startswith("/frame/")
    assert inside.count("/frame/") == 1
    assert inside != frame
    assert client.post(f"{inside}statements/1/vote/", {"choice": 1}).status_code < 400
    assert Participant.objects.get().votes.count() == 1
