"""Rows for tests, with defaults for all that a story does not mention."""

from itertools import count

from django.contrib.auth.models import User

from voting.models import Conversation, Participant, Statement, Vote

_serial = count()


def make_facilitator(username: str | None = None, **fields) -> User:
    return User.objects.create_user(
        username or f"facilitator{next(_serial)}", password="a-long-passphrase", **fields
    )


def make_conversation(**fields) -> Conversation:
    serial = next(_serial)
    defaults = {
        "slug": f"conversation-{serial}",
        "title": "How should an AI assistant behave?",
        "status": "open",
    }
    return Conversation.objects.create(**(defaults | fields))


def make_participant(conversation: Conversation, number: int | None = None, **fields) -> Participant:
    number = next(_serial) if number is None else number
    return Participant.objects.create(conversation=conversation, number=number, **fields)


def make_statement(conversation: Conversation, text: str = "The AI should be honest.", **fields) -> Statement:
    defaults = {"number": next(_serial), "status": Statement.Status.ACCEPTED}
    return Statement.objects.create(conversation=conversation, text=text, **(defaults | fields))


def make_vote(participant: Participant, statement: Statement, choice: int = 1, **fields) -> Vote:
    return Vote.objects.create(
        conversation=statement.conversation,
        participant=participant,
        statement=statement,
        choice=choice,
        **fields,
    )
