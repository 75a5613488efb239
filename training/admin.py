"""Generation runs in the admin: to be read, never edited."""

from django.contrib import admin

from training.models import GenerationRun
from voting.read_only import ReadOnlyAdmin


@admin.register(GenerationRun)
class GenerationRunAdmin(ReadOnlyAdmin):
    """Shows rows; a run is made by a command or a job, and a finished one is never edited."""

    list_display = ("id", "constitution", "model", "status", "n_finished", "n_samples")
    list_filter = ("status", "is_rehearsal", "kind")
    list_select_related = ("constitution",)
