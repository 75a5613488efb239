"""A model trained on datasets by a recipe, and all it comes from."""

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from constitution.models import Constitution


class FineTuningRun(models.Model):
    """One training of one base model by one recipe, on datasets of one constitution."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Stopped"
        CANCELLED = "cancelled", "Cancelled"

    class Wish(models.TextChoices):
        NONE = "", "Nothing"
        PAUSE = "pause", "Pause"
        CANCEL = "cancel", "Cancel"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fingerprint = models.CharField(
        max_length=64,
        unique=True,
        help_text="SHA-256 of base model, recipe, datasets and seed; the same run is found again by it.",
    )
    name = models.CharField(max_length=200)
    constitution = models.ForeignKey(Constitution, on_delete=models.PROTECT, related_name="finetuning_runs")
    recipe_name = models.CharField(max_length=120)
    recipe = models.JSONField(help_text="The recipe with all defaults filled in.")
    recipe_sha256 = models.CharField(max_length=64)
    base_model = models.CharField(max_length=400, help_text="A folder, or a name on the Hugging Face hub.")
    base_model_sha256 = models.CharField(max_length=64, blank=True)
    allows_download = models.BooleanField(default=False)
    datasets = models.JSONField(help_text="By name: folder, SHA-256 of the manifest, generation run, rows.")
    seed = models.IntegerField(default=0)
    is_rehearsal = models.BooleanField(default=False, help_text="Trained on prepared answers.")
    code_version = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    wish = models.CharField(max_length=10, choices=Wish.choices, default=Wish.NONE, blank=True)
    stage = models.IntegerField(default=0, help_text="The stage under way, from 1; 0 before the first.")
    step = models.IntegerField(default=0)
    n_steps = models.IntegerField(default=0, help_text="Steps of the stage under way.")
    result = models.JSONField(default=dict, help_text="Device, versions, preferences before and after.")
    error = models.TextField(blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def base_model_name(self) -> str:
        """The base model as pages show it: a folder of the site from VAR_DIR on, another by its last part."""
        folder = Path(self.base_model)
        if not folder.is_absolute():
            return self.base_model
        inside = folder.is_relative_to(settings.VAR_DIR)
        return str(folder.relative_to(settings.VAR_DIR)) if inside else folder.name

    @property
    def n_stages(self) -> int:
        return len(self.recipe["stages"])

    @property
    def stage_kind(self) -> str:
        """The kind of the stage under way."""
        kind: str = self.recipe["stages"][max(self.stage, 1) - 1]["kind"]
        return kind
