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


def make_divided_conversation(n_people: int = 16, n_statements: int = 8, **fields) -> Conversation:
    """Two camps, even and odd people: all share the first half of the statements, each camp half of the rest."""
    conversation = make_conversation(**fields)
    people = [make_participant(conversation, number) for number in range(n_people)]
    for number in range(n_statements):
        statement = make_statement(conversation, f"The AI should keep rule {number}.", number=number)
        is_shared = number < n_statements // 2
        for person in people:
            make_vote(person, statement, 1 if is_shared or person.number % 2 == number % 2 else -1)
    return conversation
