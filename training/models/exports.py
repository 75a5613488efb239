"""Datasets written for somebody to take along, or to train on."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from training.models.runs import GenerationRun


class DatasetExport(models.Model):
    """One dataset made of one finished run with one choice of options; its zip stands under var/."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Being written"
        FINISHED = "finished", "Ready"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(GenerationRun, on_delete=models.CASCADE, related_name="exports")
    options = models.JSONField(help_text="Format, shares, seed, licence, and the rule for withdrawals.")
    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256 of run and options.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    n_rows = models.IntegerField(default=0)
    n_bytes = models.BigIntegerField(default=0, help_text="Size of the zip.")
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.options['format']} rows of run {self.run_id}"
