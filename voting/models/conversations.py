"""What people decide: conversations, their statements, the participants and their votes."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def open(self) -> "ConversationQuerySet":
        return self.filter(status=Conversation.Status.OPEN)

    def with_public_results(self) -> "ConversationQuerySet":
        """Conversations whose results everybody may see now."""
        at_once = Q(results_shown=Conversation.ResultsShown.AT_ONCE, status__in=["open", "closed"])
        at_last = ~Q(results_shown=Conversation.ResultsShown.HIDDEN) & Q(status="closed")
        return self.filter(at_once | at_last)

    def facilitated_by(self, user: object) -> "ConversationQuerySet":
        """Conversations the user may run: their own, or all of them for staff."""
        if getattr(user, "is_staff", False):
            return self.all()
        return self.filter(owner_id=getattr(user, "pk", None)) if getattr(user, "pk", None) else self.none()


class Conversation(models.Model):
    """A question put to a population for a time, with its statements."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class ResultsShown(models.TextChoices):
        AT_ONCE = "at_once", "At once, to everybody"
        AFTER_VOTING = "after_voting", "To those who have voted enough; to everybody once it is closed"
        WHEN_CLOSED = "when_closed", "When the conversation is closed"
        HIDDEN = "hidden", "Not at all: only those who run it see them"

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    language = models.CharField(
        max_length=10,
        default="en",
        db_default="en",
        help_text="In which the organizers write; read by those whose own language is not among ours.",
    )
    description = models.TextField(blank=True)
    population = models.CharField(
        max_length=200,
        blank=True,
        help_text="Whom this conversation speaks for, e.g. adults living in Estonia.",
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    is_strictly_moderated = models.BooleanField(
        default=True, help_text="Statements take votes, and count, only after a moderator accepted them."
    )
    results_shown = models.CharField(
        max_length=12,
        choices=ResultsShown.choices,
        default=ResultsShown.AT_ONCE,
        db_default=ResultsShown.AT_ONCE,
        help_text="When participants and the public may see results; facilitators always may.",
    )
    asked_by = models.CharField(max_length=200, blank=True, help_text="Who asks, as participants read it.")
    use_of_results = models.TextField(blank=True, help_text="What will happen with the result.")
    round_size = models.PositiveSmallIntegerField(
        default=10, db_default=10, help_text="After so many cards a participant is asked to continue or stop."
    )
    statement_limit = models.PositiveSmallIntegerField(
        default=280, db_default=280, help_text="The most characters of a statement, from 140 to 280."
    )
    reminds_moderators = models.BooleanField(
        default=True, db_default=True, help_text="The owner is written to when statements wait for a day."
    )
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The present consent text: nobody votes before they agreed to exactly this version.
    consent = models.ForeignKey(
        "voting.ConsentText", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    # Whether any question is asked: kept here so that a vote need not look through the questions.
    asks_questions = models.BooleanField(default=False, db_default=False, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conversations",
    )
    source = models.CharField(
        max_length=200, blank=True, help_text="Where an imported conversation came from."
    )
    import_sha256 = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Digest of all that an import brought."
    )
    last_participant_number = models.IntegerField(default=-1)
    last_statement_number = models.IntegerField(default=-1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "slug"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "open", "closed"]), name="conversation_status_known"
            ),
            models.CheckConstraint(
                condition=Q(round_size__gte=1, round_size__lte=100), name="conversation_round_size_sane"
            ),
            models.CheckConstraint(
                condition=Q(statement_limit__gte=140, statement_limit__lte=280),
                name="conversation_statement_limit_sane",
            ),
            models.CheckConstraint(
                condition=Q(results_shown__in=["at_once", "after_voting", "when_closed", "hidden"]),
                name="conversation_results_shown_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def shows_results(self) -> bool:
        """Whether everybody may see the results now; a draft's are shown to nobody else either way."""
        if self.results_shown == self.ResultsShown.AT_ONCE:
            return True
        return self.status == self.Status.CLOSED and self.results_shown != self.ResultsShown.HIDDEN

    def round_minutes(self) -> int:
        """About how long a round takes, at twelve seconds a card."""
        return max(1, round(self.round_size / 5))

    def counted_statuses(self) -> list[str]:
        """Which statements take votes and enter analyses: accepted ones, pending ones where allowed."""
        if self.is_strictly_moderated:
            return [Statement.Status.ACCEPTED]
        return [Statement.Status.ACCEPTED, Statement.Status.PENDING]


class Participant(models.Model):
    """One pseudonymous person within one conversation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    number = models.IntegerField(
        help_text="Public id within the conversation; the import's id where it had one."
    )
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    published_group = models.SmallIntegerField(
        null=True, blank=True, help_text="The group that the platform an import came from had published."
    )
    consent = models.ForeignKey(
        "voting.ConsentText", on_delete=models.RESTRICT, null=True, blank=True, related_name="participants"
    )
    consented_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(
        null=True, blank=True, help_text="When the facilitator's questions were answered."
    )
    is_screened_out = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "number"], name="participant_number_unique"),
            models.UniqueConstraint(fields=["id", "conversation"], name="participant_id_conversation"),
        ]

    def __str__(self) -> str:
        return f"participant {self.number}"


class StatementQuerySet(models.QuerySet["Statement"]):
    def accepted(self) -> "StatementQuerySet":
        return self.filter(status=Statement.Status.ACCEPTED)

    def pending(self) -> "StatementQuerySet":
        return self.filter(status=Statement.Status.PENDING)

    def counted_in(self, conversation: Conversation) -> "StatementQuerySet":
        """Statements that take votes and enter analyses: accepted ones, pending ones where allowed."""
        return self.filter(conversation=conversation, status__in=conversation.counted_statuses())

    def unseen_by(self, participant: Participant) -> "StatementQuerySet":
        voted = Vote.objects.filter(participant=participant, statement=models.OuterRef("pk"))
        return self.exclude(models.Exists(voted))


class Statement(models.Model):
    """One short proposition; pending, accepted, rejected or merged into another by a moderator.

    The database holds every text to its conversation's limit, except in imported conversations.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        MERGED = "merged", _("Merged")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="statements")
    number = models.IntegerField(
        help_text="Public id within the conversation; the import's id where it had one."
    )
    text = models.TextField()
    language = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text="ISO 639-1 code; empty if unsure."
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    rejection_reason = models.CharField(max_length=200, blank=True)
    is_seed = models.BooleanField(default=False)
    is_metadata = models.BooleanField(
        default=False, help_text="Asks about the participant, not about the question; never forms groups."
    )
    # The database holds a composite foreign key: both statements are of one conversation.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="merged",
        db_constraint=False,
        help_text="The statement that says the same and is voted on instead.",
    )
    split_from = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="parts",
        help_text="The statement of two ideas that a moderator made this one from.",
    )
    author = models.ForeignKey(
        Participant, on_delete=models.SET_NULL, null=True, blank=True, related_name="statements"
    )
    priority = models.FloatField(default=1.0, help_text="Routing priority, written by the latest analysis.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "number"], name="statement_number_unique"),
            models.UniqueConstraint(fields=["id", "conversation"], name="statement_id_conversation"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "accepted", "rejected"], merged_into=None)
                | Q(status="merged", merged_into__isnull=False),
                name="statement_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="statement_not_merged_into_itself"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="statement_has_text"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def replacement(self) -> "Statement":
        """The statement that is voted on instead of a merged one, at the end of the chain; else itself."""
        statement = self
        while statement.merged_into is not None:
            statement = statement.merged_into
        return statement

    def takes_votes(self) -> bool:
        """Whether a vote may be cast now: the conversation is open and the statement is published."""
        return self.conversation.is_open() and self.status in self.conversation.counted_statuses()


class Vote(models.Model):
    """A participant's latest choice on a statement; no row means unseen."""

    class Choice(models.IntegerChoices):
        AGREE = 1, _("Agree")
        PASS = 0, _("Pass")
        DISAGREE = -1, _("Disagree")

    # The database holds composite foreign keys (statement, conversation) and (participant, conversation)
    # instead of the simple ones, so that a vote can never join two conversations, nor one that is not there.
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="votes", db_constraint=False, db_index=False
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="votes", db_constraint=False, db_index=False
    )
    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="votes", db_constraint=False, db_index=False
    )
    choice = models.SmallIntegerField(choices=Choice.choices)
    is_important = models.BooleanField(
        default=False, db_default=False, help_text="The participant marked it: “this matters to me”."
    )
    cast_at = models.DateTimeField(default=timezone.now)

    class Meta:
        # Each index answers one composite foreign key exactly: without them the database would look through
        # all votes of a conversation for every participant and statement that is deleted with it.
        indexes: ClassVar = [
            models.Index(fields=["conversation", "participant"], name="vote_by_participant"),
            models.Index(fields=["statement", "conversation"], name="vote_by_statement"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "statement"], name="vote_once_per_statement"),
            models.CheckConstraint(condition=Q(choice__in=[-1, 0, 1]), name="vote_choice_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_choice_display()} on statement {self.statement_id}"
