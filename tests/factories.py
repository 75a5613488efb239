"""Rows for tests, with defaults for all that a story does not mention."""

from itertools import count

from django.contrib.auth.models import User

from analysis.models import Analysis, OpinionGroup, Support
from constitution.models import Constitution, Principle, Rule
from constitution.services import adopt_constitution
from evaluation.models import ModelVariant
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
    """Two camps, even and odd people: all share the first half of the statements, no more."""
    conversation = make_conversation(**fields)
    people = [make_participant(conversation, number) for number in range(n_people)]
    for number in range(n_statements):
        statement = make_statement(conversation, f"The AI should keep rule {number}.", number=number)
        is_shared = number < n_statements // 2
        for person in people:
            make_vote(person, statement, 1 if is_shared or person.number % 2 == number % 2 else -1)
    return conversation


def make_draft_constitution(n_principles: int = 3, **fields) -> Constitution:
    """A draft with numbered principles, over an analysis of nothing."""
    conversation = fields.pop("conversation", None) or make_conversation()
    analysis = Analysis.objects.create(
        conversation=conversation,
        number=next(_serial),
        votes_sha256="0" * 64,
        result_sha256="0" * 64,
        code_version="test",
        parameters={},
        n_participants=0,
        n_statements=0,
        n_votes=0,
        k=2,
    )
    rule = Rule.objects.create(name=f"rule-{next(_serial)}", min_level=0.5)
    defaults = {"version": 1, "title": "How an AI assistant should behave"}
    constitution = Constitution.objects.create(
        conversation=conversation, analysis=analysis, rule=rule, **(defaults | fields)
    )
    for position in range(1, n_principles + 1):
        text = f"Choose the response that keeps promise number {position}."
        Principle.objects.create(constitution=constitution, position=position, text=text, framing="positive")
    return constitution


def make_adopted_constitution(n_principles: int = 3, **fields) -> Constitution:
    """An adopted constitution, frozen by the service."""
    constitution = make_draft_constitution(n_principles, **fields)
    return adopt_constitution(constitution=constitution)


def make_grouped_analysis(votes_by_group: dict[str, list[list[int]]], **fields) -> Analysis:
    """An analysis whose groups voted as given: by letter, per statement [agree, disagree, pass]."""
    conversation = fields.pop("conversation", None) or make_conversation()
    n_statements = len(next(iter(votes_by_group.values())))
    texts = [f"The AI should keep promise {number}." for number in range(n_statements)]
    statements = [make_statement(conversation, text, number=n) for n, text in enumerate(texts)]
    counts = {"n_participants": 0, "n_statements": n_statements, "n_votes": 0, "k": len(votes_by_group)}
    hashes = {"votes_sha256": "0" * 64, "result_sha256": "0" * 64, "code_version": "test", "parameters": {}}
    analysis = Analysis.objects.create(conversation=conversation, number=next(_serial), **counts, **hashes)
    for place, votes in enumerate(votes_by_group.values()):
        group = OpinionGroup.objects.create(analysis=analysis, number=place, size=10)
        for statement, (agree, disagree, passed) in zip(statements, votes, strict=True):
            Support.objects.create(
                group=group, statement=statement, n_agree=agree, n_disagree=disagree, n_pass=passed
            )
    return analysis


def make_variant(**fields) -> ModelVariant:
    defaults = {"slug": f"variant-{next(_serial)}", "name": "A variant", "model": "rehearsal/demonstration"}
    return ModelVariant.objects.create(**(defaults | fields))
