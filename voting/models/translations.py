"""The same words in other languages: statements, and what the organizers wrote around them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from voting.models.conversations import Conversation, Statement


class Translation(models.Model):
    """One text in one language. It holds only for the `original` it was made from, word for word."""

    AUTHOR = "author"
    FACILITATOR = "facilitator"
    MACHINE = "machine: "

    language = models.CharField(max_length=10)
    text = models.TextField()
    original = models.TextField()
    source = models.CharField(
        max_length=100,
        default=FACILITATOR,
        help_text="Who translated: author, facilitator, or machine: and the model's name.",
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text


SOURCE_KNOWN = Q(source__in=[Translation.AUTHOR, Translation.FACILITATOR]) | Q(
    source__startswith=Translation.MACHINE
)


class StatementTranslation(Translation):
    """A statement in another language; votes belong to the statement whatever was read."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="translations")

    class Meta:
        ordering: ClassVar = ["language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["statement", "language"], name="statement_translated_once"),
            models.CheckConstraint(condition=SOURCE_KNOWN, name="statement_translation_source_known"),
            models.CheckConstraint(condition=~Q(text=""), name="statement_translation_has_text"),
        ]


class ConversationTranslation(Translation):
    """One part of what the organizers wrote, in another language.

    `part` is title, description, population, asked_by or use_of_results; or consent-, question- or option-
    with the row's id.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="translations")
    part = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar = ["language", "part"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation", "part", "language"], name="conversation_part_translated_once"
            ),
            models.CheckConstraint(condition=SOURCE_KNOWN, name="conversation_translation_source_known"),
            models.CheckConstraint(condition=~Q(text=""), name="conversation_translation_has_text"),
        ]
