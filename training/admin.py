"""Runs, datasets and fine-tunings in the admin: to be read, never edited."""

from django.contrib import admin

from training.models import DatasetExport, FineTuningRun, GenerationRun
from voting.read_only import ReadOnlyAdmin


@admin.register(GenerationRun)
class GenerationRunAdmin(ReadOnlyAdmin):
    """Shows rows; a run is made by a command or a job, and a finished one is never edited."""

    list_display = ("id", "constitution", "model", "status", "n_finished", "n_samples")
    list_filter = ("status", "is_rehearsal", "kind")
    list_select_related = ("constitution",)


@admin.register(DatasetExport)
class DatasetExportAdmin(ReadOnlyAdmin):
    """Shows the datasets that were made on pages."""

    list_display = ("id", "run", "status", "n_rows", "n_bytes", "created_at")
    list_filter = ("status",)
    list_select_related = ("run",)


@admin.register(FineTuningRun)
class FineTuningRunAdmin(ReadOnlyAdmin):
    """Shows fine-tunings; their pages start and stop them."""

    list_display = ("name", "recipe_name", "status", "stage", "step", "n_steps", "created_at")
    list_filter = ("status", "is_rehearsal")
