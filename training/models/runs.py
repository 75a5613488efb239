"""What a constitution makes: runs that generate training data, in shards that workers claim one by one."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from constitution.models import Constitution


class GenerationRun(models.Model):
    """Training data made from one constitution, model, recipe and seed; what was said is in its logs."""

    class Kind(models.TextChoices):
        REVISION = "revision", "Critique and revision"
        PREFERENCE = "preference", "Preferences"
        PROMPTS = "prompts", "Prompts for each principle"
        CLASSIFIER = "classifier", "Classifier data"
        COVERAGE = "coverage", "Principles that prompts exercise"

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        CANCELED = "canceled", "Canceled"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fingerprint = models.CharField(
        max_length=64,
        unique=True,
        help_text="SHA-256 of all that shapes the answers; the same run is found again by it.",
    )
    constitution = models.ForeignKey(Constitution, on_delete=models.PROTECT, related_name="generation_runs")
    constitution_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.REVISION)
    model = models.CharField(max_length=200)
    base_url = models.CharField(max_length=300, blank=True)
    parameters = models.JSONField(
        help_text="The kind's own options, seed, sampling settings, version of the instructions."
    )
    prompts_sha256 = models.CharField(max_length=64)
    prompts_from = models.TextField(
        blank=True, help_text="Where its prompts come from, in words, with their licence where that is known."
    )
    is_rehearsal = models.BooleanField(default=False, help_text="Made from prepared answers, not by a model.")
    code_version = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    n_samples = models.IntegerField()
    n_finished = models.IntegerField(default=0)
    n_failed = models.IntegerField(default=0)
    token_use = models.JSONField(default=dict)
    cost_micros = models.BigIntegerField(default=0, help_text="Millionths of a dollar, by the price table.")
    token_budget = models.BigIntegerField(null=True, blank=True, help_text="At most so many tokens.")
    money_budget_micros = models.BigIntegerField(
        null=True, blank=True, help_text="At most so many millionths of a dollar."
    )
    committed_tokens = models.BigIntegerField(
        default=0, help_text="Used, and reserved by workers; never above the budget."
    )
    committed_micros = models.BigIntegerField(default=0)
    max_connections = models.IntegerField(default=20, help_text="Calls in flight at once, for each worker.")
    uses_batches = models.BooleanField(
        default=False, help_text="Asked through the provider's batches: half the price, answers within hours."
    )
    logs = models.JSONField(default=list, help_text="File name and SHA-256 of each log, once finished.")
    error = models.TextField(blank=True, help_text="Why the run stopped or paused.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    taken_up_at = models.DateTimeField(null=True, blank=True, help_text="When work began or went on last.")
    n_when_taken_up = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(token_budget=None)
                | models.Q(committed_tokens__lte=models.F("token_budget")),
                name="training_run_within_token_budget",
            ),
            models.CheckConstraint(
                condition=models.Q(money_budget_micros=None)
                | models.Q(committed_micros__lte=models.F("money_budget_micros")),
                name="training_run_within_money_budget",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.model}"

    def has_budget(self) -> bool:
        return self.token_budget is not None or self.money_budget_micros is not None


class GenerationShard(models.Model):
    """A part of a run's samples: one worker at a time carries it out, and one log holds what was said.

    Whether a worker holds it now is told by a lock of that worker's database session, which ends with it.
    """

    run = models.ForeignKey(GenerationRun, on_delete=models.CASCADE, related_name="shards")
    number = models.IntegerField()
    n_samples = models.IntegerField()
    is_finished = models.BooleanField(default=False)
    worker = models.CharField(max_length=100, blank=True, help_text="Machine and process that took it last.")
    n_finished = models.IntegerField(default=0)
    n_failed = models.IntegerField(default=0)
    token_use = models.JSONField(default=dict)
    cost_micros = models.BigIntegerField(default=0)
    committed_tokens = models.BigIntegerField(default=0)
    committed_micros = models.BigIntegerField(default=0)
    log = models.JSONField(default=dict, help_text="Files and hashes, once finished.")

    class Meta:
        ordering: ClassVar = ["run", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "number"], name="training_shard_once_in_run"),
        ]

    def __str__(self) -> str:
        return f"shard {self.number} of {self.run_id}"


class ProviderBatchQuerySet(models.QuerySet["ProviderBatch"]):
    def on_their_way(self, run: GenerationRun) -> "ProviderBatchQuerySet":
        """A run's batches that are on their way: sent, or perhaps sent, and not imported."""
        statuses = (ProviderBatch.Status.SENDING, ProviderBatch.Status.SENT)
        return self.filter(shard__run=run, status__in=statuses)


class ProviderBatch(models.Model):
    """Requests sent to a provider together; noted before they are sent, so that none is paid for twice."""

    class Status(models.TextChoices):
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        IMPORTED = "imported", "Imported"
        NOT_SENT = "not_sent", "Not sent"

    shard = models.ForeignKey(GenerationShard, on_delete=models.CASCADE, related_name="batches")
    batch_id = models.CharField(max_length=100, blank=True, help_text="The provider's name for it.")
    requests = models.JSONField(help_text="The sample of each request, by its custom id.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SENDING)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProviderBatchQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name_plural = "provider batches"

    def __str__(self) -> str:
        return f"batch {self.batch_id or 'not sent yet'}"
