"""Generation runs in the admin: to be read, never edited."""

from django.contrib import admin

from training.models import GenerationRun


def refuse(*_: object, **__: object) -> bool:
    return False


@admin.register(GenerationRun)
class GenerationRunAdmin(admin.ModelAdmin):
    """Shows rows; a run is made by a command or a job, and a finished one is never edited."""

    has_add_permission = has_change_permission = has_delete_permission = refuse
    list_display = ("id", "constitution", "model", "status", "n_finished", "n_samples")
    list_filter = ("status", "is_rehearsal", "kind")
    list_select_related = ("constitution",)
