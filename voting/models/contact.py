"""The two ways in which a participant may leave an address: to prove who they are, or to hear of news."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from voting.models.conversations import Conversation, Participant


class SignInCode(models.Model):
    """A code on its way to an address. The address is forgotten with the message, the row within the hour."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="sign_in_codes")
    person = models.UUIDField(help_text="What the address makes of a person here; it cannot be undone.")
    address = models.EmailField(blank=True)
    language = models.CharField(max_length=10)
    code_digest = models.CharField(max_length=64, blank=True)
    n_tries = models.PositiveSmallIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "person"], name="one_sign_in_code_a_person"),
        ]

    def __str__(self) -> str:
        return f"code until {self.ends_at}"


class Subscription(models.Model):
    """A participant's wish to hear of new statements by e-mail; nothing is sent before it is confirmed."""

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="subscription")
    address = models.EmailField()
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When the request to confirm was sent.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # The statements that are no news any more: open when it was confirmed, or told of since.
    told = ArrayField(models.BigIntegerField(), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return "subscription"
