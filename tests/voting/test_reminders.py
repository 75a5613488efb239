from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from tests.factories import make_conversation, make_facilitator, make_statement
from voting.models import Statement
from voting.reminders import remind_moderators

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(hours=30)


@pytest.fixture
def conversation():
    owner = make_facilitator("fay", email="fay@example.org")
    conversation = make_conversation(slug="now", title="What now?", owner=owner)
    make_statement(conversation, "Secret words.", status="pending", created_at=LONG_AGO)
    return conversation


def test_the_owner_hears_of_statements_that_wait_for_a_day(conversation):
    assert remind_moderators() == 1
    message = mail.outbox[0]
    assert message.to == ["fay@example.org"]
    assert "One statement waits" in message.body
    assert "/facilitate/now/moderation/" in message.body


def test_no_message_holds_the_words_of_a_statement(conversation):
    remind_moderators()
    assert "Secret words" not in mail.outbox[0].body + mail.outbox[0].subject


def test_the_same_owner_hears_of_it_once_a_day(conversation):
    now = timezone.now()
    assert [remind_moderators(now=now + timedelta(hours=hours)) for hours in (0, 1, 23, 25)] == [1, 0, 0, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "closed"},
        {"reminds_moderators": False},
        {"owner": None},
    ],
)
def test_nobody_is_written_to_who_need_not_hear_of_it(conversation, change):
    type(conversation).objects.filter(pk=conversation.pk).update(**change)
    assert remind_moderators() == 0


@pytest.mark.parametrize("change", [{"status": "accepted"}, {"created_at": timezone.now()}])
def test_what_was_decided_or_is_new_asks_for_no_message(conversation, change):
    Statement.objects.update(**change)
    assert remind_moderators() == 0


def test_an_owner_without_an_address_is_left_alone(conversation):
    type(conversation.owner).objects.update(email="")
    assert remind_moderators() == 0
