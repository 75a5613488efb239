"""What routing keeps: every card shown with its chance, and what it knows of the groups."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from voting.models.conversations import Conversation, Participant, Statement


class Showing(models.Model):
    """A statement that was put before a participant, by which rule and with which chance."""

    pk = models.CompositePrimaryKey("participant_id", "statement_id")
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="showings", db_index=False
    )
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="showings")
    rule = models.CharField(max_length=40)
    chance = models.FloatField(
        null=True,
        help_text="The probability with which the rule drew this statement; none if nothing was drawn.",
    )
    shown_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(chance__gt=0, chance__lte=1), name="showing_chance_between_0_and_1"
            ),
        ]

    def __str__(self) -> str:
        chance = "no chance" if self.chance is None else f"chance {self.chance:.3g}"
        return f"statement {self.statement_id} with {chance}"


class GroupCounts(models.Model):
    """How the groups of the latest analysis voted, written by it, so that routing knows who has seen what."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="group_counts"
    )
    sizes = models.JSONField(help_text="People in each group.")
    counts = models.JSONField(
        help_text="By statement number: for each group the agrees, disagrees and passes."
    )
    counted_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "group counts"

    def __str__(self) -> str:
        return f"{len(self.sizes)} groups"
