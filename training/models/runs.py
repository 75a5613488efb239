"""What a constitution makes: runs that generate training data."""

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

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
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
    is_rehearsal = models.BooleanField(default=False, help_text="Made from prepared answers, not by a model.")
    code_version = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    n_samples = models.IntegerField()
    n_finished = models.IntegerField(default=0)
    n_failed = models.IntegerField(default=0)
    token_use = models.JSONField(default=dict)
    logs = models.JSONField(default=list, help_text="File name and SHA-256 of each log, once finished.")
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} by {self.model}"
