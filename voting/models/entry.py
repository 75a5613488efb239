"""How people come into a conversation, and what keeps abuse away."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from voting.models.conversations import Conversation, Participant


class Entry(models.Model):
    """Who may take part, and which pages may embed the conversation; without a row, anybody and none."""

    class Mode(models.TextChoices):
        ANYBODY = "anybody", "Anybody with the address"
        INVITATION = "invitation", "Only people with an invitation"
        EXTERNAL = "external", "Only people with a signed link, as from a panel"
        EMAIL = "email", "Only people who confirm an e-mail address with a code"
        OPENID = "openid", "Only people who sign in with OpenID Connect"

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="entry")
    mode = models.CharField(max_length=12, choices=Mode.choices, default=Mode.ANYBODY)
    allowed_origins = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    proof_of_work_bits = models.PositiveSmallIntegerField(
        default=0, help_text="How many zero bits a newcomer's browser has to find; 0 asks for no work."
    )
    panel_secret = models.CharField(max_length=64, blank=True, editable=False)
    completion_url = models.CharField(max_length=500, blank=True)
    offers_news = models.BooleanField(
        default=False, help_text="Participants may ask for an e-mail when there are new statements for them."
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(mode__in=["anybody", "invitation", "external", "email", "openid"]),
                name="entry_mode_known",
            ),
            models.CheckConstraint(condition=Q(proof_of_work_bits__lte=24), name="entry_work_bearable"),
        ]

    def __str__(self) -> str:
        return self.get_mode_display()

    def is_restricted(self) -> bool:
        """Whether people need a personal link, or to sign in, to take part."""
        return self.mode != self.Mode.ANYBODY


class Invitation(models.Model):
    """A link that lets one person in. Nobody can tell afterwards which participant came by it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="invitations")
    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    is_spent = models.BooleanField(default=False)
    # The address is forgotten as soon as the message is sent; its digest only keeps out a second message.
    address = models.EmailField(blank=True)
    address_digest = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation", "address_digest"],
                condition=~Q(address_digest=""),
                name="invitation_once_per_address",
            ),
        ]

    def __str__(self) -> str:
        return "spent invitation" if self.is_spent else "open invitation"


class ExternalId(models.Model):
    """By which id a panel knows a participant; never exported, and deleted with their data."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="external_ids")
    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="external_id")
    value = models.CharField(max_length=128)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "value"], name="external_id_unique"),
        ]

    def __str__(self) -> str:
        return "external id"


class DailySalt(models.Model):
    """What network prefixes are hashed with on one day; deleted with it, so that no hash can be undone."""

    day = models.DateField(primary_key=True)
    salt = models.BinaryField()

    def __str__(self) -> str:
        return str(self.day)


class RateCount(models.Model):
    """How often something was done within one window of time, by whom only a hash says."""

    key = models.CharField(max_length=64, primary_key=True)
    n = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.n} until {self.ends_at}"
