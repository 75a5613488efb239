"""Who may vote: agreeing to the present consent text, then answering what the facilitator asks.

The vote's own SQL asks the same again, so that no page can be skipped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from voting.models import Answer, ConsentText, Conversation, Option, Participant, Question

Step = Literal["", "consent", "questions", "screened_out"]


class ConsentOutdated(Exception):
    """The text agreed to is no longer the present one."""


class QuestionRefused(Exception):
    """The question cannot be asked like that; the message tells the facilitator why."""


@dataclass(frozen=True)
class DraftOption:
    """An answer as a facilitator wrote it."""

    text: str
    admits: bool = True


def next_step(conversation: Conversation, participant: Participant | None) -> Step:
    """What stands between this person and their first card; costs no query."""
    if participant is not None and participant.is_screened_out:
        return "screened_out"
    consented = participant.consent_id if participant else None
    if conversation.consent_id is not None and consented != conversation.consent_id:
        return "consent"
    if conversation.asks_questions and (participant is None or participant.answered_at is None):
        return "questions"
    return ""


def publish_consent(*, conversation: Conversation, text: str) -> ConsentText | None:
    """Make this the present text, as a new version; an empty one asks for no consent any more."""
    text = text.strip()
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        if conversation.consent and conversation.consent.text == text:
            return conversation.consent
        conversation.consent = _add_version(conversation, text) if text else None
        conversation.save(update_fields=["consent"])
    return conversation.consent


def give_consent(*, participant: Participant, version: int) -> Participant:
    """Record which version the participant agreed to, and when; agreeing twice changes nothing."""
    present = participant.conversation.consent
    if present is None or present.version != version:
        raise ConsentOutdated(f"Version {version} is not the present consent text.")
    if participant.consent_id != present.pk:
        participant.consent = present
        participant.consented_at = timezone.now()
        participant.save(update_fields=["consent", "consented_at"])
    return participant


def add_question(
    *,
    conversation: Conversation,
    text: str,
    options: Iterable[DraftOption],
    is_screening: bool = False,
    admits_silence: bool = True,
) -> Question:
    """Ask newcomers one more thing; whoever answered the earlier questions is not asked again."""
    options = list(options)
    if len(options) < 2 or len({option.text.casefold() for option in options}) < len(options):
        raise QuestionRefused("Give at least two answers, each a different one.")
    if is_screening and not any(option.admits for option in options):
        raise QuestionRefused("At least one answer has to let people take part.")
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        last = conversation.questions.aggregate(last=Max("position"))["last"] or 0
        question = Question.objects.create(
            conversation=conversation,
            position=last + 1,
            text=text,
            is_screening=is_screening,
            admits_silence=admits_silence or not is_screening,
        )
        Option.objects.bulk_create(
            Option(question=question, position=n, text=option.text, admits=option.admits or not is_screening)
            for n, option in enumerate(options, start=1)
        )
        _note_questions(conversation)
    return question


def stop_asking(*, question: Question) -> None:
    """Ask this no more; answers already given are kept."""
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update(no_key=True).get(pk=question.conversation_id)
        Question.objects.filter(pk=question.pk).update(is_asked=False)
        _note_questions(conversation)


def answer_questions(*, participant: Participant, chosen: Mapping[Question, Option | None]) -> Participant:
    """Keep the answers and say whether this person may take part; None is “prefer not to say”.

    Answers are given once: who was screened out cannot try another one.
    """
    with transaction.atomic():
        participant = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
        if participant.answered_at is not None:
            return participant
        for question, option in chosen.items():
            Answer.objects.update_or_create(
                participant=participant, question=question, defaults={"option": option}
            )
        participant.answered_at = timezone.now()
        participant.is_screened_out = not all(_admits(*pair) for pair in chosen.items())
        participant.save(update_fields=["answered_at", "is_screened_out"])
    return participant


def _admits(question: Question, option: Option | None) -> bool:
    if not question.is_screening:
        return True
    return question.admits_silence if option is None else option.admits


def _add_version(conversation: Conversation, text: str) -> ConsentText:
    last = conversation.consent_texts.aggregate(last=Max("version"))["last"] or 0
    return ConsentText.objects.create(conversation=conversation, version=last + 1, text=text)


def _note_questions(conversation: Conversation) -> None:
    conversation.asks_questions = conversation.questions.filter(is_asked=True).exists()
    conversation.save(update_fields=["asks_questions"])
