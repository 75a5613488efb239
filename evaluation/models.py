"""How models are measured: variants, runs of tasks, and judged answers."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from constitution.models import Constitution
from training.models import ContentClassifier, FineTuningRun


class ModelVariant(models.Model):
    """A model that can answer: provider and model name, and the constitution behind it, if any."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    model = models.CharField(
        max_length=200, help_text="provider/model, e.g. anthropic/…, openai-api/…, rehearsal/…."
    )
    base_url = models.CharField(max_length=300, blank=True)
    constitution = models.ForeignKey(
        Constitution, on_delete=models.PROTECT, null=True, blank=True, related_name="variants"
    )
    trained_by = models.OneToOneField(
        FineTuningRun,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="variant",
        help_text="The fine-tuning that made it; its constitution is in the weights and not shown.",
    )
    ancestry = models.JSONField(
        default=dict,
        blank=True,
        help_text="Base model, datasets, recipe, constitution, runs and code behind it.",
    )
    notes = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def origin(self) -> Constitution | None:
        """The constitution behind the variant: the one it is shown, or the one it was trained on."""
        return self.constitution or (self.trained_by.constitution if self.trained_by else None)


class EvaluationRun(models.Model):
    """One variant's answers and scores on one task."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"

    variant = models.ForeignKey(ModelVariant, on_delete=models.PROTECT, related_name="runs")
    task = models.CharField(max_length=80)
    task_version = models.CharField(max_length=20)
    data_sha256 = models.CharField(max_length=64, help_text="SHA-256 of the task's samples.")
    parameters = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    is_rehearsal = models.BooleanField(default=False)
    code_version = models.CharField(max_length=60)
    n_samples = models.IntegerField(default=0)
    n_answers = models.IntegerField(default=0, help_text="Answers in the log so far, while it runs.")
    n_missing = models.IntegerField(
        default=0, help_text="Samples whose answer could not be read; never counted as wrong."
    )
    measures = models.JSONField(default=list, help_text="Name, value, interval and count of each measure.")
    token_use = models.JSONField(default=dict)
    log = models.CharField(max_length=300, blank=True)
    log_sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.task} by {self.variant_id}"

    @property
    def n_asked(self) -> int:
        """How many answers make the run complete: each sample once an epoch."""
        epochs: int = self.parameters.get("epochs", 1)
        return self.n_samples * epochs


class Score(models.Model):
    """One judged answer to one sample of a task; a missing answer has no value."""

    run = models.ForeignKey(EvaluationRun, on_delete=models.CASCADE, related_name="scores")
    sample_id = models.CharField(max_length=120)
    answer = models.CharField(max_length=200, blank=True)
    value = models.FloatField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "sample_id"], name="score_once_per_sample"),
        ]

    def __str__(self) -> str:
        return f"{self.sample_id}: {self.value}"


class TrialChat(models.Model):
    """One person's conversation with a variant, to see for themselves; it enters no measure."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    variant = models.ForeignKey(ModelVariant, on_delete=models.CASCADE, related_name="trial_chats")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trial_chats")
    message_gate = models.ForeignKey(
        ContentClassifier, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer_gate = models.ForeignKey(
        ContentClassifier, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"with {self.variant_id}"


class TrialTurn(models.Model):
    """What the person said, and what came back: an answer, a gate's refusal, or why there is none."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ANSWERED = "answered", "Answered"
        MESSAGE_REFUSED = "message_refused", "The message was refused"
        ANSWER_REFUSED = "answer_refused", "The answer was held back"
        FAILED = "failed", "No answer"

    chat = models.ForeignKey(TrialChat, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveSmallIntegerField()
    message = models.TextField()
    answer = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.WAITING)
    error = models.TextField(blank=True)
    gate_scores = models.JSONField(default=dict, help_text="What each gate gave: probability and threshold.")
    token_use = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chat", "number"], name="trial_turn_once"),
        ]

    def __str__(self) -> str:
        return f"turn {self.number}: {self.status}"
