"""What a person agrees to, and is asked, before the first card."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from voting.models.conversations import Conversation, Participant


class ConsentText(models.Model):
    """One version of what participants agree to; never edited, a change is a new version."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="consent_texts")
    version = models.PositiveIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "version"], name="consent_version_unique"),
            models.CheckConstraint(condition=~models.Q(text=""), name="consent_has_text"),
        ]

    def __str__(self) -> str:
        return f"consent text {self.version}"

    @property
    def part(self) -> str:
        """Which part of the conversation it is to a translator."""
        return f"consent-{self.pk}"


class Question(models.Model):
    """What a facilitator asks each participant about themselves; one of the options, or not to say."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=200)
    is_screening = models.BooleanField(
        default=False, help_text="Some answers mean that this conversation is not for that person."
    )
    admits_silence = models.BooleanField(
        default=True, help_text="Whether “prefer not to say” is enough to take part, where this screens."
    )
    is_asked = models.BooleanField(default=True, help_text="No longer asked once false; answers stay.")

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "position"], name="question_position_unique"),
        ]

    def __str__(self) -> str:
        return self.text


class Option(models.Model):
    """One answer that can be chosen."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=200)
    admits = models.BooleanField(default=True, help_text="Whether a person who chose this may take part.")

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "position"], name="option_position_unique"),
        ]

    def __str__(self) -> str:
        return self.text


class Answer(models.Model):
    """What a participant chose; no option means that they preferred not to say."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    option = models.ForeignKey(
        Option, on_delete=models.CASCADE, null=True, blank=True, related_name="answers"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "question"], name="answer_once_per_question"),
        ]

    def __str__(self) -> str:
        return str(self.option or "prefers not to say")
