"""What belongs to one participant: to be looked at, downloaded and deleted by them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.safestring import SafeString

from voting.models import ExternalId, Participant, Statement, Subscription, Vote
from voting.tallies import Choices
from voting.translations import conversation_words, mark


@dataclass(frozen=True)
class OwnVotes:
    """How a participant voted so far."""

    choices: Choices
    n_important: int

    @property
    def n_votes(self) -> int:
        return self.choices.agrees + self.choices.passes + self.choices.disagrees


def count_own_votes(participant: Participant) -> OwnVotes:
    """Count the participant's votes by choice; one query over their own rows."""
    counts = participant.votes.aggregate(
        agrees=Count("pk", filter=Q(choice=Vote.Choice.AGREE)),
        disagrees=Count("pk", filter=Q(choice=Vote.Choice.DISAGREE)),
        passes=Count("pk", filter=Q(choice=Vote.Choice.PASS)),
        important=Count("pk", filter=Q(is_important=True)),
    )
    n_important = counts.pop("important")
    return OwnVotes(choices=Choices(**counts), n_important=n_important)


def list_own_answers(participant: Participant) -> list[tuple[SafeString, SafeString | None]]:
    """Each answered question with the answer, in the reader's language; None is “prefer not to say”."""
    conversation = participant.conversation
    answers = participant.answers.select_related("question", "option").order_by("question__position")
    return [
        (
            mark(conversation_words(conversation, f"question-{question.pk}", question.text)),
            mark(conversation_words(conversation, f"option-{option.pk}", option.text)) if option else None,
        )
        for question, option in ((answer.question, answer.option) for answer in answers)
    ]


def collect_own_data(participant: Participant) -> dict[str, Any]:
    """Everything kept about the participant, in plain types and in an order that stays."""
    conversation = participant.conversation
    return {
        "schema": 1,
        "conversation": {"slug": conversation.slug, "title": conversation.title},
        "participant": participant.number,
        "panel_id": _panel_id(participant),
        "joined_at": participant.created_at,
        "consent": _consent(participant),
        "answers": [
            {"question": answer.question.text, "answer": answer.option.text if answer.option else None}
            for answer in participant.answers.select_related("question", "option").order_by("question_id")
        ],
        "votes": [_vote(vote) for vote in participant.votes.select_related("statement").order_by("cast_at")],
        "shown": [
            {"statement": number, "rule": rule, "chance": chance, "shown_at": shown_at}
            for number, rule, chance, shown_at in participant.showings.order_by("shown_at").values_list(
                "statement__number", "rule", "chance", "shown_at"
            )
        ],
        "statements": [_statement(statement) for statement in participant.statements.all()],
        "news_by_email": _subscription(participant),
    }


def delete_participant(*, participant: Participant) -> None:
    """Delete the person's votes, answers and unpublished statements, and their place in past analyses.

    Published statements stay, as nobody's: others have voted on them. The totals of past analyses stay.
    """
    with transaction.atomic():
        participant.statements.exclude(status=Statement.Status.ACCEPTED).filter(
            votes=None, merged=None
        ).delete()
        participant.delete()


def _consent(participant: Participant) -> dict[str, Any] | None:
    consent = participant.consent
    if consent is None:
        return None
    return {"version": consent.version, "text": consent.text, "given_at": participant.consented_at}


def _panel_id(participant: Participant) -> str | None:
    return ExternalId.objects.filter(participant=participant).values_list("value", flat=True).first()


def _subscription(participant: Participant) -> dict[str, Any] | None:
    found = Subscription.objects.filter(participant=participant).first()
    if found is None:
        return None
    return {"address": found.address, "confirmed_at": found.confirmed_at, "last_sent_at": found.sent_at}


def _vote(vote: Vote) -> dict[str, Any]:
    return {
        "statement": vote.statement.number,
        "text": vote.statement.text,
        "choice": vote.choice,
        "is_important": vote.is_important,
        "cast_at": vote.cast_at,
    }


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "number": statement.number,
        "text": statement.text,
        "status": statement.status,
        "rejection_reason": statement.rejection_reason,
        "language": statement.language,
        "merged_into": statement.merged_into.number if statement.merged_into else None,
        "written_at": statement.created_at,
    }
