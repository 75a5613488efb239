"""What moderators did, entry by entry."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voting.models.conversations import Conversation, Statement


class Decision(models.Model):
    """One thing a moderator did to one statement; never edited, and gone only with the statement."""

    class Action(models.TextChoices):
        ACCEPT = "accept", _("Accepted")
        REJECT = "reject", _("Rejected")
        MERGE = "merge", _("Merged")
        UNMERGE = "unmerge", _("Taken apart again")
        SPLIT = "split", _("Split")
        CORRECT = "correct", _("Wording corrected")
        SET_LANGUAGE = "set_language", _("Language set")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="decisions")
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="decisions")
    action = models.CharField(max_length=12, choices=Action.choices)
    reason = models.CharField(max_length=200, blank=True)
    target = models.ForeignKey(Statement, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    status_before = models.CharField(max_length=10)
    # What a correction or a choice of language replaced; read by facilitators only.
    value_before = models.TextField(blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["conversation", "-made_at"], name="decision_by_conversation"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    action__in=["accept", "reject", "merge", "unmerge", "split", "correct", "set_language"]
                ),
                name="decision_action_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: statement {self.statement_id}"
